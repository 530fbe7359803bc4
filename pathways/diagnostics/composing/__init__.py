"""Composing: selections, what they cost, goals in plain words, versions and sharing."""
