"""What a file of translations can touch: the questions that its bringer may see, with their texts in one language. The
same number of queries for any number of questions.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from pathways.items import service, translating
from pathways.items.models import Item, ItemRevision, ItemTranslation
from pathways.items.translating import Author, Earlier
from pathways.permissions import Member, Permission
from pathways.translations import policies, reviewing


@dataclass(frozen=True, slots=True)
class Bringer:
    """Who brings or takes a file. Without a member it is the operator's command: shipped questions, and no reviews."""

    author: Author
    member: Member | None = None
    reviews_shipped: bool = False

    @classmethod
    def of(cls, db: Session, member: Member) -> Bringer:
        may = member.may(Permission.TRANSLATIONS_REVIEW)
        return cls(Author.of(member), member, may and reviewing.reviews_shipped(db, member))

    def may_review(self, owner: uuid.UUID | None, row: ItemTranslation) -> bool:
        """Whether their word is a review: of somebody else's texts, and of a question that is theirs to decide on."""
        if self.member is None or not policies.may_read_over(self.member, row):
            return False
        return policies.may_review(self.member, owner, reviews_shipped=self.reviews_shipped)


@dataclass(frozen=True, slots=True)
class Held:
    """One question with its translations in the language of the file."""

    item: Item
    revision: ItemRevision
    earlier: Earlier | None

    def newest(self, language: str) -> ItemTranslation | None:
        """What a translator goes on from: the newest suggestion that waits, else what is served."""
        rows = [row for row in self.revision.translations if row.language == language]
        waiting = [row for row in rows if row.is_waiting]
        if waiting:
            return max(waiting, key=lambda row: (row.created_at, row.id))
        return translating.current_of(self.revision, language)


def held(db: Session, bringer: Bringer, framework: str, language: str, *, to_keep: bool = False) -> dict[str, Held]:
    """By code. ``to_keep``: nobody else changes these questions until the transaction ends."""
    visible = [Item.framework == framework, service.may_ask(bringer.author.organisation_id)]
    query = (
        sa.select(Item, ItemRevision)
        .join(ItemRevision, ItemRevision.id == Item.current_id)
        .where(*visible)
        .order_by(Item.code)
        .options(selectinload(ItemRevision.translations.and_(ItemTranslation.language == language)))
        .execution_options(populate_existing=True)
    )
    found = db.execute(query.with_for_update(of=Item) if to_keep else query).all()
    past = _earlier(db, visible, language)
    return {
        item.code: Held(item, revision, None if _has_current(revision) else past.get(item.id))
        for item, revision in found
    }


def _has_current(revision: ItemRevision) -> bool:
    return any(row.is_current for row in revision.translations)


def _earlier(db: Session, visible: Collection[sa.ColumnElement[bool]], language: str) -> dict[uuid.UUID, Earlier]:
    query = (
        sa.select(ItemRevision.item_id, ItemRevision.segments.label("french"))
        .add_columns(ItemTranslation.segments, ItemTranslation.state)
        .join(ItemTranslation, ItemTranslation.revision_id == ItemRevision.id)
        .join(Item, Item.id == ItemRevision.item_id)
        .where(*visible, ItemTranslation.language == language, ItemTranslation.is_current)
        .where(ItemRevision.id != Item.current_id)
        .order_by(ItemRevision.number)
    )
    return {row.item_id: Earlier(row.french, row.segments, row.state) for row in db.execute(query)}


def former_texts(db: Session, items: Iterable[uuid.UUID]) -> Mapping[tuple[uuid.UUID, str], set[str]]:
    """The French that each segment of these questions ever had."""
    query = sa.select(ItemRevision.item_id, ItemRevision.segments).where(ItemRevision.item_id.in_(list(items)))
    found: dict[tuple[uuid.UUID, str], set[str]] = {}
    for row in db.execute(query):
        for key, text in row.segments.items():
            found.setdefault((row.item_id, key), set()).add(text)
    return found
