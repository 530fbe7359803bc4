"""Offers, their series and dated sessions, and what a session binds."""
