"""Days as the people of a place count them: from midnight to midnight in Paris, whatever clock the server keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pathways import clock
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.people.days import PARIS

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days; ``None`` leaves a side open."""

    first: date | None = None
    last: date | None = None

    @property
    def begins(self) -> datetime | None:
        return _midnight(self.first) if self.first else None

    @property
    def ends(self) -> datetime | None:
        """The first moment that is out of it."""
        return _midnight(self.last + timedelta(days=1)) if self.last else None


EVER = Period()


def today() -> date:
    return clock.now().astimezone(PARIS).date()


def local(moment: datetime) -> datetime:
    return moment.astimezone(PARIS)


def period(since: str = "", until: str = "") -> Period:
    """What two date fields hold; an empty one leaves its side open."""
    first, last = _day(since, "since"), _day(until, "until")
    if first and last and last < first:
        raise _wrong("until", D_("La fin est avant le début. Choisissez une date plus tard."))
    return Period(first, last)


def _day(text: str, field: str) -> date | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise _wrong(field, D_("Écrivez la date ainsi : 2026-11-26.")) from error
    if not FIRST <= day <= LAST:
        raise _wrong(field, D_("Cette date est trop loin."))
    return day


def _wrong(field: str, said: str) -> Invalid:
    return Invalid(said, errors=[{"field": field, "message": said}])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS).astimezone(UTC)
