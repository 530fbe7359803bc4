"""Why an aim was missed, where somebody has found out: said beside the figure, and only as long as it is missed."""

from __future__ import annotations

REASONS: dict[str, str] = {}
"""By how the name of a figure begins."""


def reason_of(what: str) -> str:
    """Return the reason as it follows the word *missed*, nothing where none is known."""
    known = next((why for begin, why in REASONS.items() if what.startswith(begin)), "")
    return f": {known}" if known else ""
