"""The directory as anybody reads it, and as programs follow it."""
