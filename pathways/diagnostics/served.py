"""The items of a framework as they are asked today, and which of the answers that lead to nobody were given to these
very texts.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.i18n import SOURCE
from pathways.items.models import REJECTED, Item, ItemRevision, ItemTranslation


@dataclass(frozen=True, slots=True)
class Served:
    """One item as it is asked today: the texts whose answers may be compared, in French and in each language."""

    item_id: uuid.UUID
    code: str
    kind: str
    french: frozenset[str]
    """Revisions with today's French."""
    texts: Mapping[str, tuple[uuid.UUID, frozenset[str]]]
    """``{language: (the translation that is looked at, every row that holds the same texts)}``."""

    def holds(self, answer: Mapping[str, Any]) -> bool:
        """Whether an answer was given to these very texts."""
        if answer["language"] == SOURCE:
            return answer["revision"] in self.french
        known = self.texts.get(answer["language"])
        return known is not None and answer["translation"] in known[1]


def served_items(db: Session, framework: str) -> dict[uuid.UUID, Served]:
    """The items of a framework that are asked today, of all organisations, with the texts that count. Four queries."""
    current = {
        row.item_id: row
        for row in db.execute(
            sa.select(Item.id.label("item_id"), ItemRevision.id, ItemRevision.code, ItemRevision.kind)
            .add_columns(ItemRevision.text_fingerprint)
            .join(ItemRevision, ItemRevision.id == Item.current_id)
            .where(Item.framework == framework, ItemRevision.kind != "observed")
        )
    }
    french: dict[uuid.UUID, set[str]] = defaultdict(set)
    revisions = sa.select(ItemRevision.id, ItemRevision.item_id, ItemRevision.text_fingerprint)
    for row in db.execute(revisions.join(Item, Item.id == ItemRevision.item_id).where(Item.framework == framework)):
        if row.item_id in current and row.text_fingerprint == current[row.item_id].text_fingerprint:
            french[row.item_id].add(str(row.id))
    texts = _texts(db, framework)
    return {
        item_id: Served(item_id, row.code, row.kind, frozenset(french[item_id]), texts.get(item_id, {}))
        for item_id, row in current.items()
    }


def _texts(db: Session, framework: str) -> dict[uuid.UUID, dict[str, tuple[uuid.UUID, frozenset[str]]]]:
    """Of each item and language, the texts that are looked at: those that are served, else the last ones that were and
    may be again.
    """
    query = (
        sa.select(ItemTranslation.id, ItemTranslation.language, ItemTranslation.fingerprint, ItemTranslation.state)
        .add_columns(ItemTranslation.is_current, ItemTranslation.is_waiting, ItemTranslation.revision_id)
        .add_columns(Item.id.label("item_id"), Item.current_id)
        .join(ItemRevision, ItemRevision.id == ItemTranslation.revision_id)
        .join(Item, Item.id == ItemRevision.item_id)
        .where(Item.framework == framework)
        .order_by(ItemTranslation.is_current, ItemTranslation.created_at, ItemTranslation.id)
    )
    chosen: dict[tuple[uuid.UUID, str], sa.Row[Any]] = {}
    same: dict[tuple[uuid.UUID, str, str], set[str]] = defaultdict(set)
    for row in db.execute(query):
        same[row.item_id, row.language, row.fingerprint].add(str(row.id))
        if row.revision_id == row.current_id and not row.is_waiting and row.state != REJECTED:
            chosen[row.item_id, row.language] = row
    found: dict[uuid.UUID, dict[str, tuple[uuid.UUID, frozenset[str]]]] = defaultdict(dict)
    for (item_id, language), row in chosen.items():
        found[item_id][language] = (row.id, frozenset(same[item_id, language, row.fingerprint]))
    return found
