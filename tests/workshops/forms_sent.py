"""The forms of bookings as a browser sends them back."""

from __future__ import annotations

import re


def key_of(page: str) -> str:
    """The key that was drawn with the page."""
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found, "no form with a key on this page"
    return found[1]
