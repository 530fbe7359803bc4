"""The forms of workshops, sessions and means as a browser sends them. What was typed comes back whatever is wrong."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Annotated, TypeVar

from fastapi import Depends
from starlette.requests import Request

from pathways import i18n, texts
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.places.rules import MOST_WEEKS, Rule
from pathways.workshops import wall_clock
from pathways.workshops.models import (
    Audience,
    Level,
    Means,
    MeansKind,
    QuotaKind,
    Reading,
    SeatQuota,
    WaitingRule,
    Workshop,
)
from pathways.workshops.scheduling.engaging import Bound
from pathways.workshops.scheduling.means import MeansForm
from pathways.workshops.scheduling.offers import WorkshopForm
from pathways.workshops.scheduling.sessions import SessionForm
from pathways.workshops.seating.seats import Share

MOST_FIELDS, LONGEST_FIELD = 400, 2100
QUOTA_ROWS = 8
"""Quotas that the page of a session has lines for."""
NO_DAY = D_("Choisissez le jour.")
Choice = TypeVar("Choice", bound=enum.StrEnum)


@dataclass(slots=True)
class Filled:
    """The fields of a form, cleaned of signs that cannot be kept, and what is wrong with them."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        return self.fields.get(name, [default])[0]

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for value in self.fields.get(name, []) if value)

    def wrong(self, name: str, message: str) -> None:
        """The first thing that is wrong with a field; what stands there is shown as it is, and escaped."""
        self.errors.setdefault(name, i18n.gettext(message))

    def number(self, name: str, default: int) -> int:
        text = self.get(name).translate(i18n.LATIN_DIGITS)
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) < 7:
            return int(text)
        self.wrong(name, D_("Écrivez un nombre."))
        return default

    def day(self, name: str) -> date | None:
        text = self.get(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.wrong(name, D_("La date s'écrit ainsi : 2026-12-03."))
            return None

    def time(self, name: str) -> time | None:
        text = self.get(name)
        try:
            return time.fromisoformat(text).replace(tzinfo=None, second=0, microsecond=0) if text else None
        except ValueError:
            self.wrong(name, D_("L'heure s'écrit ainsi : 14:30."))
            return None

    def identifier(self, name: str) -> uuid.UUID | None:
        return identifier(self.get(name))

    def choice(self, name: str, kind: type[Choice], default: Choice) -> Choice:
        """What a list of ours gave back; anything else was not chosen from it."""
        try:
            return kind(self.get(name) or default)
        except ValueError:
            self.wrong(name, D_("Choisissez dans la liste."))
            return default

    def refuse(self) -> None:
        """Raises :class:`Invalid` if something could not even be read."""
        if self.errors:
            errors = [{"field": name, "message": said} for name, said in self.errors.items()]
            raise Invalid(errors[0]["message"], errors=errors)

    def take(self, refused: Invalid) -> None:
        for entry in refused.errors:
            self.wrong(entry["field"], i18n.sentence(entry["message"], {}))


async def _submitted(request: Request) -> Filled:
    fields: dict[str, list[str]] = {}
    for name, value in list((await request.form()).multi_items())[:MOST_FIELDS]:
        if isinstance(value, str):
            fields.setdefault(name[:80], []).append(texts.salvaged(value, LONGEST_FIELD)[0])
    return Filled(fields)


Sent = Annotated[Filled, Depends(_submitted)]


def identifier(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


# --- offers --------------------------------------------------------------------------------------------------


def workshop_of(filled: Filled) -> WorkshopForm:
    titles = {code: texts.one_line(filled.get(f"title-{code}")) for code in i18n.languages()}
    form = WorkshopForm(
        titles={code: text for code, text in titles.items() if text},
        theme=filled.get("theme"),
        descriptions={code: text for code in i18n.languages() if (text := filled.get(f"text-{code}"))},
        audience=filled.choice("audience", Audience, Audience.PUBLIC),
        skills=filled.all("skills"),
        level=filled.choice("level", Level, Level.BEGINNER),
        reading=filled.choice("reading", Reading, Reading.LITTLE),
        languages=filled.all("languages"),
        french_level=filled.get("french_level"),
        equipment=filled.all("equipment"),
        price=texts.one_line(filled.get("price")),
        access=filled.all("access"),
        seats=filled.number("seats", 8),
        minutes=filled.number("minutes", 120),
    )
    filled.refuse()
    return form


def filled_with_workshop(found: Workshop) -> Filled:
    fields = {"theme": [found.theme], "price": [found.price], "french_level": [found.french_level]}
    fields |= {f"title-{code}": [text] for code, text in found.titles.items()}
    fields |= {f"text-{code}": [text] for code, text in found.descriptions.items()}
    fields |= {"audience": [found.audience.value], "level": [found.level.value], "reading": [found.reading.value]}
    fields |= {name: list(getattr(found, name)) for name in ("skills", "languages", "equipment", "access")}
    return Filled(fields | {"seats": [str(found.seats)], "minutes": [str(found.minutes)]})


# --- sessions ------------------------------------------------------------------------------------------------


def session_of(filled: Filled, *, minutes: int) -> SessionForm:
    """``minutes``: how long it lasts where no end is typed."""
    day, starts, ends = filled.day("day"), filled.time("starts"), filled.time("ends")
    if day is None:
        filled.wrong("day", NO_DAY)
    if starts is None:
        filled.wrong("starts", D_("Choisissez l'heure du début."))
    kind, _, chosen = filled.get("where").partition(":")
    where = identifier(chosen)
    seats, closes = filled.number("seats", 0), filled.number("closes_hours", 0)
    before, after = filled.number("before_minutes", 0), filled.number("after_minutes", 0)
    waiting_rule = filled.choice("waiting_rule", WaitingRule, WaitingRule.STRICT)
    bound = _bound(filled)
    filled.refuse()
    assert day is not None
    assert starts is not None
    return SessionForm(
        day=day,
        starts=starts,
        ends=ends or _later(starts, minutes),
        seats=seats,
        timezone=filled.get("timezone") or "Europe/Paris",
        place_id=where if kind == "place" else None,
        room_id=where if kind == "room" else None,
        stop_id=where if kind == "stop" else None,
        meeting_url=filled.get("meeting_url"),
        languages=filled.all("languages"),
        interpretation=filled.all("interpretation"),
        closes_hours=closes,
        waiting_rule=waiting_rule,
        means=bound,
        before_minutes=before,
        after_minutes=after,
    )


def day_of(filled: Filled, name: str = "day") -> date:
    """A day that must be there; raises :class:`Invalid` otherwise."""
    day = filled.day(name)
    if day is None:
        filled.wrong(name, NO_DAY)
    filled.refuse()
    assert day is not None
    return day


def repeated(filled: Filled, first: date) -> Rule | None:
    """The rule of a series, or ``None`` for a single session."""
    weeks, until = filled.number("weeks", 0), filled.day("until")
    filled.refuse()
    if not weeks:
        return None
    area = filled.get("area") or "FR"
    return Rule(first, min(weeks, MOST_WEEKS + 1), until, on_holidays=bool(filled.get("on_holidays")), area=area)


def filled_with_session(form: SessionForm) -> Filled:
    where = next(
        (f"{kind}:{getattr(form, f'{kind}_id')}" for kind in ("stop", "room", "place") if getattr(form, f"{kind}_id")),
        "",
    )
    fields = {"day": [form.day.isoformat()], "starts": [f"{form.starts:%H:%M}"], "ends": [f"{form.ends:%H:%M}"]}
    fields |= {"where": [where], "timezone": [form.timezone], "meeting_url": [form.meeting_url]}
    fields |= {"languages": list(form.languages), "interpretation": list(form.interpretation)}
    fields |= {"seats": [str(form.seats)], "closes_hours": [str(form.closes_hours)]}
    fields |= {"before_minutes": [str(form.before_minutes)], "after_minutes": [str(form.after_minutes)]}
    fields |= {f"units-{one.means_id}": [str(one.units)] for one in form.means}
    bound = [str(one.means_id) for one in form.means]
    return Filled(fields | {"means": bound, "waiting_rule": [form.waiting_rule.value]})


def shares_of(filled: Filled, timezone: str) -> list[Share]:
    """The quotas of a session: lines with no seats are none."""
    found = []
    for row in range(QUOTA_ROWS):
        capacity = filled.number(f"seats-{row}", 0)
        kind = filled.choice(f"kind-{row}", QuotaKind, QuotaKind.PRESCRIBERS)
        last = filled.day(f"until-{row}")
        if last is not None and not 2000 <= last.year <= 2100:
            filled.wrong(f"until-{row}", D_("Ce jour est trop loin. Choisissez-en un plus proche."))
        elif capacity:
            until = wall_clock.nearest(last + timedelta(days=1), time(0), timezone) if last else None
            value = filled.get(f"value-{row}")[:60]
            found.append(Share(kind, value, capacity, until, texts.one_line(filled.get(f"funder-{row}"))[:100]))
    filled.refuse()
    return found


def filled_with_quotas(quotas: Iterable[SeatQuota], timezone: str) -> Filled:
    fields: dict[str, list[str]] = {}
    standing = [one for one in quotas if one.released_at is None]
    for row, one in enumerate(standing[:QUOTA_ROWS]):
        last = wall_clock.local(one.until, timezone).day - timedelta(days=1) if one.until else None
        fields |= {f"kind-{row}": [one.kind.value], f"value-{row}": [one.value], f"seats-{row}": [str(one.capacity)]}
        fields |= {f"until-{row}": [last.isoformat() if last else ""], f"funder-{row}": [one.funder]}
    return Filled(fields)


def _bound(filled: Filled) -> tuple[Bound, ...]:
    chosen = [found for text in filled.all("means") if (found := identifier(text)) is not None]
    return tuple(Bound(one, max(1, filled.number(f"units-{one}", 1))) for one in dict.fromkeys(chosen))


def _later(starts: time, minutes: int) -> time:
    """Not after midnight: a session ends on its day."""
    total = min(starts.hour * 60 + starts.minute + minutes, 24 * 60 - 1)
    return time(total // 60, total % 60)


# --- means ---------------------------------------------------------------------------------------------------


def means_of(filled: Filled) -> MeansForm:
    form = MeansForm(
        kind=filled.choice("kind", MeansKind, MeansKind.TRAINER),
        name=texts.one_line(filled.get("name")),
        account_id=filled.identifier("account"),
        room_id=filled.identifier("room"),
        tour_id=filled.identifier("tour"),
        languages=filled.all("languages"),
        remote=bool(filled.get("remote")),
        units=filled.number("units", 1),
        shared=bool(filled.get("shared")),
    )
    filled.refuse()
    return form


def filled_with_means(found: Means) -> Filled:
    fields = {"kind": [found.kind.value], "name": [found.name], "units": [str(found.units)]}
    fields |= {"languages": list(found.languages), "remote": ["1" if found.remote else ""]}
    fields |= {"account": [str(found.account_id or "")], "room": [str(found.room_id or "")]}
    return Filled(fields | {"tour": [str(found.tour_id or "")], "shared": ["1" if found.shared else ""]})
