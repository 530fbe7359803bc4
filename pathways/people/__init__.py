"""Organisations, their members, and how people prove who they are."""
