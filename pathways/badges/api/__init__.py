"""Badges for programs: the same service functions as the pages."""
