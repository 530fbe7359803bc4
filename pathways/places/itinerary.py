"""Where a van stands on which day, from the rules of its stops. Pure but for the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pathways import clock
from pathways.places import hours, timetable
from pathways.places.models import Stop
from pathways.places.rules import Rule

EXPORTED_WEEKS = 26


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The van at one stop on one day."""

    stop: Stop
    day: date
    starts_at: datetime
    ends_at: datetime


def dated(stops: Sequence[Stop], start: date, end: date) -> list[Occurrence]:
    found = [_at(one, day) for one in stops for day in Rule.of(one.rule).days(start, end)]
    return sorted(found, key=lambda one: (one.starts_at, one.stop.id))


def left_out(stops: Sequence[Stop], start: date, end: date) -> list[Occurrence]:
    """The days on which it would have come."""
    found = [_at(one, day) for one in stops for day in Rule.of(one.rule).without if start <= day <= end]
    return sorted(found, key=lambda one: (one.starts_at, one.stop.id))


def hours_of(stop: Stop, start: date, *, weeks: int = EXPORTED_WEEKS) -> str:
    """The stop's hours in OSM syntax, for those weeks only: the format knows no rhythm that outlives a week 53."""
    days = Rule.of(stop.rule).days(start, start + timedelta(weeks=weeks))
    return ", ".join(timetable.written(days, stop.opens, stop.closes))


def today(stop: Stop) -> date:
    return clock.now().astimezone(ZoneInfo(stop.timezone)).date()


def area_of(commune_code: str | None) -> tuple[str, str]:
    """Whose public holidays and whose clock hold in a commune."""
    code = commune_code or ""
    area = hours.area_of(code[:3] if code.startswith(("97", "98")) else code[:2])
    return area, hours.ZONES[area]


def _at(stop: Stop, day: date) -> Occurrence:
    zone = ZoneInfo(stop.timezone)
    opens, closes = (datetime.combine(day, time.fromisoformat(hour), zone) for hour in (stop.opens, stop.closes))
    return Occurrence(stop, day, opens.astimezone(UTC), closes.astimezone(UTC))
