"""The next appointment, as a mediator types it and as it is kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_

LONGEST = {"place": 200, "words": 200}
FARTHEST = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Appointment:
    day: str = ""
    """``2026-12-03``, as a date field gives it."""
    time: str = ""
    place: str = ""
    words: str = ""

    @classmethod
    def of(cls, kept: dict[str, str]) -> Appointment:
        return cls(kept.get("date", ""), kept.get("time", ""), kept.get("place", ""), kept.get("words", ""))

    def to_json(self) -> dict[str, str]:
        given = {"date": self.day, "time": self.time, "place": self.place, "words": self.words}
        return {name: value for name, value in given.items() if value}

    def said_in(self, language: str) -> str:
        """The day in the words of a language; nothing as long as there is none."""
        return i18n.say_date(date.fromisoformat(self.day), language) if self.day else ""


def possible(typed: Appointment, today: date) -> Appointment:
    """The appointment as it is kept, or what is wrong with it, field by field. Without day and time there is none."""
    if not typed.day and not typed.time:
        return Appointment()
    errors: list[dict[str, Any]] = []
    if not typed.day:
        errors.append({"field": "date", "message": D_("Choisissez aussi le jour du rendez-vous.")})
    else:
        errors += _wrong_day(typed.day, today)
    if typed.time and not _is_time(typed.time):
        errors.append({"field": "time", "message": D_("L'heure s'écrit ainsi : 14:30.")})
    for name, most in LONGEST.items():
        if len(getattr(typed, name)) > most:
            said = i18n.sentence(D_("C'est trop long : %(most)s signes au plus."), {"most": most})
            errors.append({"field": name, "message": said})
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    # A program may write the same day in another way; the fields of the page know this one only.
    day = date.fromisoformat(typed.day).isoformat()
    return replace(typed, day=day, time=f"{time.fromisoformat(typed.time):%H:%M}" if typed.time else "")


def _wrong_day(text: str, today: date) -> list[dict[str, str]]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return [{"field": "date", "message": D_("La date s'écrit ainsi : 2026-12-03.")}]
    if day < today:
        return [{"field": "date", "message": D_("Ce jour est passé. Choisissez un jour à venir.")}]
    if day > today + FARTHEST:
        return [{"field": "date", "message": D_("Ce jour est trop loin. Choisissez-en un plus proche.")}]
    return []


def _is_time(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return len(text) >= 5
