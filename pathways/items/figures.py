"""How items fared: counts per organisation and language over attempts that are over, linked to nobody."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.database import insert_for
from pathways.items.models import ItemFigures

OUTCOMES = ("correct", "incorrect", "dont_know", "not_understood")
COUNTED_AS = {outcome: outcome for outcome in OUTCOMES} | {"partly": "incorrect"}
"""Under which of them an outcome is counted: the figures tell how often a question is answered right, and nearly right
is not."""
ENOUGH = 10
"""Answers below which nothing is said: they could be told apart."""
ENOUGH_FOR_EASE = 20
TOO_EASY = 0.95
TROUBLE = 0.2
"""Share of *not understood* above which a language is named."""
_ROWS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Fared:
    """The counts of one item: ``{language: {outcome: number}}``."""

    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        return sum(sum(one.values()) for one in self.counts.values())

    @property
    def right(self) -> float | None:
        """Share of right answers among those who understood; ``None`` while there are too few."""
        understood = sum(sum(one.values()) - one["not_understood"] for one in self.counts.values())
        return sum(one["correct"] for one in self.counts.values()) / understood if understood >= ENOUGH else None

    @property
    def is_too_easy(self) -> bool:
        return self.asked >= ENOUGH_FOR_EASE and self.right is not None and self.right >= TOO_EASY

    @property
    def not_understood(self) -> dict[str, float | None]:
        """Share of *not understood* by language; ``None`` while there are too few answers."""
        return {
            language: one["not_understood"] / total if (total := sum(one.values())) >= ENOUGH else None
            for language, one in self.counts.items()
        }

    @property
    def troubled(self) -> list[str]:
        return [language for language, share in self.not_understood.items() if share is not None and share >= TROUBLE]


def count(db: Session, organisation_id: uuid.UUID, rows: Iterable[tuple[uuid.UUID, str, str]]) -> None:
    """Add outcomes ``(item, language, outcome)`` to the figures. What is no outcome of a question is left out."""
    added: dict[tuple[uuid.UUID, str], Counter[str]] = {}
    for item_id, language, outcome in rows:
        if outcome in COUNTED_AS:
            added.setdefault((item_id, language), Counter())[COUNTED_AS[outcome]] += 1
    # Always in the same order: two attempts that end at once wait for each other, and never in a circle.
    values = [
        {"item_id": item_id, "organisation_id": organisation_id, "language": language}
        | {name: counter[name] for name in OUTCOMES}
        for (item_id, language), counter in sorted(added.items(), key=lambda one: (str(one[0][0]), one[0][1]))
    ]
    for start in range(0, len(values), _ROWS_AT_ONCE):
        insert = insert_for(db)(ItemFigures).values(values[start : start + _ROWS_AT_ONCE])
        db.execute(
            insert.on_conflict_do_update(
                index_elements=[ItemFigures.item_id, ItemFigures.organisation_id, ItemFigures.language],
                set_={name: getattr(ItemFigures, name) + getattr(insert.excluded, name) for name in OUTCOMES},
            )
        )


def read(db: Session, organisation_id: uuid.UUID, item_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Fared]:
    """The figures of each item in one organisation; an item that was never asked has empty ones."""
    found: dict[uuid.UUID, dict[str, dict[str, int]]] = {item_id: {} for item_id in item_ids}
    query = sa.select(ItemFigures).where(
        ItemFigures.organisation_id == organisation_id, ItemFigures.item_id.in_(list(item_ids))
    )
    for row in db.scalars(query.order_by(ItemFigures.language)):
        found[row.item_id][row.language] = {name: getattr(row, name) for name in OUTCOMES}
    return {item_id: Fared(counts) for item_id, counts in found.items()}
