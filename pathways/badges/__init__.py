"""Badges: what can be earned, the way there, what was issued, and how anybody checks it."""
