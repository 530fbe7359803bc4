"""What an accepted calibration says of a framework's questions: what diagnostics published from then on take.

A value holds for the very texts that were answered: of a question whose French changed since, and of a translation that
was corrected since, nothing is taken.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics.engine import InvalidStructure, ItemModel, Style
from pathways.diagnostics.models import Calibration, CalibrationState

OF_ITEMS: Final = ("slip", "guess", "dont_know_mastered", "dont_know_not_mastered", "seconds")
IN_LANGUAGES: Final = ("slip", "guess")
"""What a language shifts."""
NEAR: Final = ("near_not_mastered", "near_mastered")
"""How near wrong answers come, as a proposal names it, in the order of ``ItemModel.near``."""


@dataclass(frozen=True, slots=True)
class Values:
    """``items``: ``{code: {"text": fingerprint of its French, "values": {...}, "languages": {language: {"text":
    fingerprint of the translation, "values": {...}}}}}``. ``thresholds``: of micro-skills, in SD of the reference.
    ``styles``: how answers come out, as ``asdict(Style)``; none where nobody has learned it.
    ``calibration``: whose values they are; ``None`` on the first day, when nobody has answered yet.

    The values of an item are its numbers by name, and ``near``, a pair, where it has partial credit.
    """

    calibration: uuid.UUID | None = None
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    styles: Sequence[Mapping[str, Any]] = ()

    def model(self, first: ItemModel, text: str) -> ItemModel:
        """Return the item whose French has this fingerprint, as answers describe it, or as it was on the first day."""
        return moved(first, self.items[first.code]["values"]) if self.measured(first.code, text) else first

    def measured(self, code: str, text: str) -> bool:
        """Return whether answers describe the item whose French has this fingerprint."""
        return code in self.items and self.items[code]["text"] == text

    def in_languages(self, code: str, text: str) -> Mapping[str, Mapping[str, Any]]:
        """Return what is different in other languages: ``{language: {"text", "values"}}``."""
        return self.items[code]["languages"] if self.measured(code, text) else {}

    def heights(self, skills: Sequence[str], first: Sequence[float]) -> Sequence[float]:
        """Return the thresholds of a whole ladder: those found where every rung has one and they rise."""
        found = [self.thresholds[code] for code in skills if code in self.thresholds]
        return found if len(found) == len(first) and all(a < b for a, b in pairwise(found)) else first

    def ways(self) -> tuple[Style, ...]:
        """Return how answers come out, as it was learned; nothing where it was not."""
        return tuple(map(Style.from_document, self.styles))

    def to_json(self) -> dict[str, Any]:
        """As it is stored; the id is the row's."""
        return {"items": dict(self.items), "thresholds": dict(self.thresholds), "styles": list(self.styles)}

    def over(self, earlier: Values) -> Values:
        """Return these values, and where they say nothing, the earlier ones."""
        return replace(
            self,
            items={**earlier.items, **self.items},
            thresholds={**earlier.thresholds, **self.thresholds},
            styles=self.styles or earlier.styles,
        )


FIRST_DAY: Final = Values()


def moved(first: ItemModel, values: Mapping[str, Any]) -> ItemModel:
    """Return the item with other values, or as it was where these would turn a right answer against mastery. How near
    wrong answers come changes only where the item has partial credit and a partly right answer still speaks for it.
    """
    try:
        after = replace(first, **{name: float(values[name]) for name in OF_ITEMS if name in values})
    except InvalidStructure:
        return first
    return nearer(after, values["near"]) if "near" in values else after


def nearer(item: ItemModel, near: Sequence[float]) -> ItemModel:
    """Return the item with another P(partly right | wrong) without and with mastery, or as it was where it has no
    partial credit, or where the pair would turn a partly right answer against mastery.
    """
    if item.near is None:
        return item
    lacking, mastering = near
    try:
        return replace(item, near=(float(lacking), float(mastering)))
    except InvalidStructure:
        return item


def in_force(framework: str) -> sa.Select[uuid.UUID]:
    """The calibration that new diagnostics of a framework take, if there is one."""
    accepted = sa.select(Calibration.id).filter_by(framework=framework, state=CalibrationState.ACCEPTED)
    return accepted.order_by(Calibration.decided_at.desc(), Calibration.id.desc()).limit(1)


def values_of(db: Session, framework: str) -> Values:
    """What diagnostics of this framework that are published now take."""
    return values_by(db, db.scalar(in_force(framework)))


def values_by(db: Session, calibration_id: uuid.UUID | None) -> Values:
    """The values of one calibration; those of the first day for none."""
    stored = calibration_id and db.scalar(sa.select(Calibration.values).filter_by(id=calibration_id))
    if not stored:
        return FIRST_DAY
    # What was stored before styles were learned names none.
    return Values(calibration_id, stored["items"], stored["thresholds"], tuple(stored.get("styles", ())))


def heights_by(db: Session, calibration_id: uuid.UUID) -> Values:
    """The thresholds alone of a calibration, for who has the items already."""
    heights = Calibration.values["thresholds"]
    return Values(calibration_id, thresholds=db.scalar(sa.select(heights).filter_by(id=calibration_id)) or {})
