"""From the clock on the wall to the moment: what is said in local time stays so when the clocks change. Pure.

In the night of spring an hour does not exist, in that of autumn one exists twice. A person who types such an hour is
asked; a series, which nobody watches, moves it forward as calendars do (RFC 5545, 3.3.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


class Unreal(ValueError):
    """The clocks jump over this hour."""


class Twice(ValueError):
    """The clocks show this hour two times."""


@dataclass(frozen=True, slots=True)
class Local:
    """A moment by the clock on the wall of its place."""

    day: date
    time: time

    def __str__(self) -> str:
        return f"{self.time:%H:%M}"


def zone(name: str) -> ZoneInfo | None:
    """``None`` for a name that is no time zone."""
    if name not in _names():
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # pragma: no cover - listed, and yet not there
        return None


def moment(day: date, at: time, timezone: str) -> datetime:
    """In UTC. Raises :class:`Unreal` and :class:`Twice` for an hour of a change of the clock."""
    wall = datetime.combine(day, at, ZoneInfo(timezone))
    found = wall.astimezone(UTC)
    if found.astimezone(wall.tzinfo).replace(fold=0) != wall.replace(fold=0):
        raise Unreal(f"{day} {at} {timezone}")
    if wall.replace(fold=1).utcoffset() != wall.utcoffset():
        raise Twice(f"{day} {at} {timezone}")
    return found


def nearest(day: date, at: time, timezone: str) -> datetime:
    """The same without a question: an hour that does not exist is the one after it, of two the first."""
    return datetime.combine(day, at, ZoneInfo(timezone)).astimezone(UTC)


def local(when: datetime, timezone: str) -> Local:
    wall = when.astimezone(zone(timezone) or UTC)
    return Local(wall.date(), wall.time().replace(second=0, microsecond=0))


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
