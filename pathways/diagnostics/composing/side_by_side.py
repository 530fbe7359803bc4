"""Two selections beside each other: what each costs and gives, and what stands in one of them only."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.pricing import price
from pathways.diagnostics.composing.selections import Selection, checked, known_part, starting_from, usual
from pathways.diagnostics.models import Diagnostic
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.referentials.ladders import Ladders
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.referentials.situations import situation

SITUATION = "situation:"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. ``price`` is a :class:`~pathways.diagnostics.pricing.Price` as JSON."""

    title: str
    named: str
    """How the address of the page names it; empty for what is on a form and kept nowhere."""
    selection: Selection
    price: Mapping[str, Any]
    titles: Mapping[str, str]
    """Of its micro-skills, in the order of the ladders."""

    @property
    def estimate(self) -> Mapping[str, Any] | None:
        return self.price.get("estimate")

    @property
    def unseen(self) -> tuple[str, ...]:
        """Chosen micro-skills about which it will say nothing, or only by deduction."""
        return (*self.price["lacking"], *self.price["left_out"])


@dataclass(frozen=True, slots=True)
class Pair:
    a: Side
    b: Side

    @property
    def both(self) -> list[str]:
        return [self.a.titles[code] for code in self.a.titles if code in self.b.titles]

    @property
    def only_a(self) -> list[str]:
        return [title for code, title in self.a.titles.items() if code not in self.b.titles]

    @property
    def only_b(self) -> list[str]:
        return [title for code, title in self.b.titles.items() if code not in self.a.titles]


def named(db: Session, member: Member, name: str) -> Side:
    """A diagnostic of the organisation by its id, or a ready-made choice by ``situation:CODE``."""
    if name.startswith(SITUATION):
        return _ready_made(db, member, name)
    try:
        diagnostic = composing.get(db, member, uuid.UUID(name))
    except ValueError as error:
        raise NotFound(composing.NOT_THERE) from error
    return of_diagnostic(db, diagnostic)


def of_diagnostic(db: Session, diagnostic: Diagnostic) -> Side:
    """What was published keeps the price that it was published with."""
    ladders = composing.ladders(db, diagnostic, archived=bool(diagnostic.estimate))
    selection = Selection.from_json(diagnostic.selection)
    if diagnostic.estimate:
        return _side(diagnostic.title, str(diagnostic.id), ladders, selection, diagnostic.estimate)
    return of_choice(db, ladders, diagnostic.title, selection, name=str(diagnostic.id))


def of_choice(db: Session, ladders: Ladders, title: str, selection: Selection, *, name: str = "") -> Side:
    """A choice as it stands, priced now; micro-skills that are not offered any more are left out."""
    known, _ = known_part(ladders, selection)
    known = checked(ladders, known)
    return _side(title, name, ladders, known, price(db, ladders, known).to_json())


def _ready_made(db: Session, member: Member, name: str) -> Side:
    found = situation(USUAL_FRAMEWORK, name.removeprefix(SITUATION))
    if found is None:
        raise NotFound(D_("Ce modèle n'existe pas."))
    ladders = composing.latest_ladders(db, member, USUAL_FRAMEWORK)
    return of_choice(db, ladders, found.title, starting_from(found, usual(db, member), ladders), name=name)


def _side(title: str, name: str, ladders: Ladders, selection: Selection, told: Mapping[str, Any]) -> Side:
    titles = {code: skill.title for code, skill in ladders.skills.items() if code in selection.skills}
    return Side(title, name, selection, told, titles)
