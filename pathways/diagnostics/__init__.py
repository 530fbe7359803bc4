"""Composing, taking and reading a diagnostic."""
