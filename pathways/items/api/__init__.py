"""The API of items."""
