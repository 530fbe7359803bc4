"""On which days something comes back: every n weeks from a first day, with days left out and added. Pure.

A rule counts weeks from its first day and never by the number of a week in its year: 2026 has a week 53, after which
odd and even weeks change places.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import holidays

MOST_WEEKS = 8
FARTHEST = timedelta(days=366 * 3)
"""No question looks further ahead."""
AREAS = {"FR": "", "FR-57": "57", "FR-6AE": "6AE"} | {
    f"FR-{area}": area for area in ("971", "972", "973", "974", "976", "BL", "MF", "NC", "PF", "PM", "WF")
}
"""Where which public holidays are kept (Moselle and Alsace have two more), as ``holidays`` divides France."""


@dataclass(frozen=True, slots=True)
class Rule:
    first: date
    weeks: int = 1
    """1: every week; 2: every second one."""
    until: date | None = None
    """The last day on which it may fall, included."""
    without: frozenset[date] = frozenset()
    extra: frozenset[date] = frozenset()
    """Days added by hand: they count even on a public holiday."""
    on_holidays: bool = False
    area: str = "FR"

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Rule:
        """Read what :meth:`to_json` wrote; raises ``KeyError`` or ``ValueError`` for anything else."""
        return cls(
            first=date.fromisoformat(kept["first"]),
            weeks=int(kept.get("weeks", 1)),
            until=date.fromisoformat(kept["until"]) if kept.get("until") else None,
            without=frozenset(map(date.fromisoformat, kept.get("without", []))),
            extra=frozenset(map(date.fromisoformat, kept.get("extra", []))),
            on_holidays=bool(kept.get("on_holidays", False)),
            area=str(kept.get("area", "FR")),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "first": self.first.isoformat(),
            "weeks": self.weeks,
            "until": self.until.isoformat() if self.until else None,
            "without": sorted(day.isoformat() for day in self.without),
            "extra": sorted(day.isoformat() for day in self.extra),
            "on_holidays": self.on_holidays,
            "area": self.area,
        }

    def days(self, start: date, end: date) -> Iterator[date]:
        """The days from ``start`` to ``end``, both included, in order, and none beyond :data:`FARTHEST`."""
        end = min(end, start + min(FARTHEST, date.max - start))
        found = {day for day in self._regular(start, end) if day not in self.without}
        if not self.on_holidays:
            found = {day for day in found if not is_holiday(day, self.area)}
        yield from sorted(found | {day for day in self.extra if start <= day <= end})

    def _regular(self, start: date, end: date) -> Iterator[date]:
        step = 7 * max(1, self.weeks)
        last = end if self.until is None else min(end, self.until)
        first = self.first.toordinal()
        day = first + step * max(0, -((first - start.toordinal()) // step))
        yield from map(date.fromordinal, range(day, last.toordinal() + 1, step))  # numbers go on after the last date


def is_holiday(day: date, area: str = "FR") -> bool:
    return day in _holidays(area, day.year)


def holiday_name(day: date, area: str = "FR") -> str:
    """Its French name, or nothing."""
    return _holidays(area, day.year).get(day, "")


@functools.cache
def _holidays(area: str, year: int) -> Mapping[date, str]:
    found = holidays.country_holidays("FR", subdiv=AREAS[area] or None, years=year, language="fr")
    return {day: name for day, name in found.items() if day.year == year}
