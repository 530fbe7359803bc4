"""The only clock. Tests replace :func:`now`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
"""The clock on the wall of every desk: moments are kept in UTC and told in its time."""


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that may
