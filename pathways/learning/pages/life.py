"""Goals and limits as a browser sends them, in an address or in a form. Nothing of them is kept before a way is chosen:
they travel from page to page.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request

from pathways import texts
from pathways.errors import Invalid
from pathways.i18n import N_
from pathways.learning import limits
from pathways.learning.limits import Limits
from pathways.learning.models import Device, Goal
from pathways.places import territories

MINUTES = (15, 30, 60, 120, 240)
"""A week, of which one is chosen; none of them: no limit."""
DISTANCES = (2, 5, 15, 30, 60)
MOST_FIELDS, LONGEST_FIELD = 80, 300


@dataclass(frozen=True, slots=True)
class Life:
    """What somebody wants, and what their life leaves for it, as they typed it."""

    goals: tuple[uuid.UUID, ...] = ()
    minutes: int | None = limits.USUAL_MINUTES
    until: str = ""
    days: tuple[int, ...] = ()
    device: Device = Device.ANY
    no_reading: bool = False
    where: str = ""
    km: int = limits.USUAL_KM
    words: str = ""
    """Searched for among the goals."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Whatever else the form sent: ``way``, ``reason``, ``key``."""

    def pairs(self, *, goals: bool = True) -> list[tuple[str, str]]:
        """As the hidden fields of the next form."""
        found = [("goal", str(one)) for one in self.goals] if goals else []
        found += [("minutes", str(self.minutes or 0)), ("km", str(self.km)), ("device", self.device.value)]
        found += [("day", str(one)) for one in self.days]
        given = {"until": self.until, "where": self.where, "no_reading": "1" if self.no_reading else ""}
        return found + [(name, value) for name, value in given.items() if value]

    def query(self) -> str:
        return urlencode(self.pairs())

    def limits(self, db: Session) -> Limits:
        """Raises :class:`Invalid`, field by field, for what cannot be read; ``limits.checked`` looks at the rest."""
        until, commune, wrong = _day(self.until), _commune(db, self.where), list[dict[str, str]]()
        if self.until and until is None:
            wrong.append({"field": "until", "message": N_("Choisissez une date dans les deux ans qui viennent.")})
        if self.where and commune is None:
            message = N_("Nous ne trouvons pas cet endroit. Écrivez une ville ou un code postal.")
            wrong.append({"field": "where", "message": message})
        if wrong:
            raise Invalid(wrong[0]["message"], errors=wrong)
        return Limits(
            minutes_a_week=self.minutes,
            until=until,
            weekdays=self.days,
            device=self.device,
            no_reading=self.no_reading,
            commune=commune,
            km=self.km,
        )

    @classmethod
    def of(cls, kept: Limits, goals: Sequence[uuid.UUID], db: Session) -> Life:
        """What a pathway was chosen with, to be changed."""
        spot = territories.spot_of(db, kept.commune) if kept.commune else None
        return cls(
            goals=tuple(goals),
            minutes=kept.minutes_a_week,
            until=kept.until.isoformat() if kept.until else "",
            days=kept.weekdays,
            device=kept.device,
            no_reading=kept.no_reading,
            where=f"{spot.name} {spot.postcodes[0]}" if spot is not None and spot.postcodes else "",
            km=kept.km,
        )


def chosen(offered: Sequence[Goal], life: Life) -> list[Goal]:
    """The goals that were chosen, in the order of the page; what is not offered any more is left out."""
    return [one for one in offered if one.id in life.goals]


async def _in_address(request: Request) -> Life:
    return _read(request.query_params.multi_items())


async def _in_form(request: Request) -> Life:
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return _read([(name, value) for name, value in form.multi_items() if isinstance(value, str)])


AskedLife = Annotated[Life, Depends(_in_address)]
SentLife = Annotated[Life, Depends(_in_form)]


def _read(given: Sequence[tuple[str, str]]) -> Life:
    """What means nothing is as if it had not been sent."""
    fields: dict[str, list[str]] = {}
    for name, value in given[:MOST_FIELDS]:
        fields.setdefault(name[:LONGEST_FIELD], []).append(texts.one_line(texts.salvaged(value, LONGEST_FIELD)[0]))
    first = {name: values[0] for name, values in fields.items()}
    minutes = _number(first.get("minutes", ""), {0, *MINUTES})
    life = Life(
        goals=tuple(dict.fromkeys(one for one in map(_id, fields.get("goal", ())) if one is not None)),
        minutes=limits.USUAL_MINUTES if minutes is None else minutes or None,
        until=first.get("until", "")[:10],
        days=tuple(sorted({int(one) for one in fields.get("day", ()) if one in set("0123456")})),
        no_reading=bool(first.get("no_reading")),
        where=first.get("where", "")[:100],
        km=_number(first.get("km", ""), {*DISTANCES}) or limits.USUAL_KM,
        words=first.get("words", "")[:100],
        fields={name: first.get(name, "") for name in ("way", "reason", "key")},
    )
    device = first.get("device", "")
    return replace(life, device=Device(device)) if device in {one.value for one in Device} else life


def _number(text: str, allowed: set[int]) -> int | None:
    return next((one for one in allowed if str(one) == text), None)


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _commune(db: Session, where: str) -> str | None:
    found = territories.find(db, where) if where else []
    return next((one.code for one in found if one.kind == "commune"), None)
