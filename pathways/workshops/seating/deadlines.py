"""Until when an offer of the waiting list stands. Pure.

A person needs time to see a message and to answer it, and nobody is asked to at night: only waking hours count, from
eight in the morning to eight in the evening on the clock of the session's place. An offer lasts twelve of them, which
is one day of the calendar (at six, it ends at six the next day); nearer to the session a third of what is left before
the last moment (four hours before it begins, or when booking closes), and an hour at least. Where not even half an hour
is left nothing is offered any more: then the seats are for whoever comes.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING, EVENING = time(8), time(20)
LONGEST, SHORTEST, LEAST = timedelta(hours=12), timedelta(hours=1), timedelta(minutes=30)
BEFORE_THE_START = timedelta(hours=4)
_ONE_DAY = timedelta(days=1)


def offer_ends(now: datetime, *, starts_at: datetime, closes_at: datetime, timezone: str) -> datetime | None:
    """When an offer made now runs out; ``None`` if there is no time left for one."""
    zone, end = ZoneInfo(timezone), min(starts_at.astimezone(UTC) - BEFORE_THE_START, closes_at.astimezone(UTC))
    left = _waking(now, min(end, now + timedelta(days=4)), zone)
    if left < LEAST:
        return None
    return _after(now, min(LONGEST, left, max(left / 3, SHORTEST)), zone)


def _waking(since: datetime, until: datetime, zone: ZoneInfo) -> timedelta:
    """Waking time from one moment to another."""
    total, day = timedelta(), since.astimezone(zone).date()
    while since < until and day <= until.astimezone(zone).date():
        opens, closes = datetime.combine(day, MORNING, zone), datetime.combine(day, EVENING, zone)
        total += max(timedelta(), min(until, closes) - max(since, opens))
        day += _ONE_DAY
    return total


def _after(since: datetime, waking: timedelta, zone: ZoneInfo) -> datetime:
    """The moment by which so much waking time has passed."""
    day = since.astimezone(zone).date()
    while True:
        opens = max(since, datetime.combine(day, MORNING, zone).astimezone(since.tzinfo))
        closes = datetime.combine(day, EVENING, zone).astimezone(since.tzinfo)
        if opens < closes:
            if waking <= closes - opens:
                return opens + waking
            waking -= closes - opens
        day += _ONE_DAY
