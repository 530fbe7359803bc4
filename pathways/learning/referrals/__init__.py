"""Sending a person on to another structure, with their yes, and seeing how it ended."""
