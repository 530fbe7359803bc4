"""The bank: all items that an organisation may ask, found by words and by what they are."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pathways.i18n import folded
from pathways.items import figures, history, service
from pathways.items.figures import Fared
from pathways.items.models import Item, ItemRevision, ItemTranslation
from pathways.people.models import Account
from pathways.permissions import Member
from pathways.referentials.ladders import Ladders

PAGE = 50
MOST_WORDS = 8
MOST_REVISIONS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. Everything is optional."""

    words: str = ""
    skill: str = ""
    strand: str = ""
    kind: str = ""
    origin: str = ""
    """``own``, ``shipped`` or ``withdrawn`` (own ones that are not asked any more)."""
    translated: str = ""
    """A language that the items are translated in."""
    untranslated: str = ""
    """A language that they still lack."""
    due: bool = False
    """Only those that somebody must check again."""


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a list."""

    revision: ItemRevision
    is_own: bool
    is_withdrawn: bool
    languages: dict[str, str]
    """``{language: state}`` of its translations."""
    fared: Fared


@dataclass(frozen=True, slots=True)
class Listed:
    rows: list[Row]
    next: str | None
    """Where the next page starts."""
    total: int
    own: int
    due: int


@dataclass(frozen=True, slots=True)
class Change:
    """One revision, and what it changed of the one before."""

    number: int
    at: datetime
    by: str | None
    changes: list[tuple[str, str, str]]


def listed(
    db: Session, member: Member, ladders: Ladders, wanted: Wanted, *, today: date, after: str = "", limit: int = PAGE
) -> Listed:
    """One page of what is wanted, by code, and how many there are in all. The same number of queries for any number
    of items.
    """
    where = _where(member, ladders, wanted, today)
    joined = sa.join(Item, ItemRevision, ItemRevision.id == _shown_revision(wanted))
    is_due = ItemRevision.verify_by < today
    total, own, due = db.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(Item.organisation_id),
            sa.func.coalesce(sa.func.sum(sa.case((is_due, 1), else_=0)), 0),
        )
        .select_from(joined)
        .where(*where)
    ).one()
    query = sa.select(ItemRevision, Item.organisation_id, Item.current_id).select_from(joined).where(*where)
    if after:
        query = query.where(Item.code > after)
    found = db.execute(query.order_by(Item.code).limit(limit + 1)).all()
    more, found = len(found) > limit, found[:limit]
    languages = languages_of(db, [row.ItemRevision.id for row in found])
    fared = figures.read(db, member.organisation_id, [row.ItemRevision.item_id for row in found])
    rows = [
        Row(
            revision=row.ItemRevision,
            is_own=row.organisation_id is not None,
            is_withdrawn=row.current_id is None,
            languages=languages.get(row.ItemRevision.id, {}),
            fared=fared[row.ItemRevision.item_id],
        )
        for row in found
    ]
    return Listed(rows, found[-1].ItemRevision.code if more else None, total, own, int(due))


def _shown_revision(wanted: Wanted) -> Any:
    """The revision of an item that a list shows: today's, or the last one of a withdrawn item."""
    if wanted.origin != "withdrawn":
        return Item.current_id
    other = aliased(ItemRevision)
    last = sa.select(other.id).where(other.item_id == Item.id).order_by(other.number.desc()).limit(1)
    return last.correlate(Item).scalar_subquery()


def _where(member: Member, ladders: Ladders, wanted: Wanted, today: date) -> list[sa.ColumnElement[bool]]:
    where = [Item.framework == ladders.code, *_origin(member, wanted)]
    words = folded(wanted.words).split()[:MOST_WORDS]
    where += [Item.sought.contains(word, autoescape=True) for word in words]
    if wanted.skill:
        where.append(Item.skill == wanted.skill)
    if wanted.strand:
        skills = [skill.code for one in ladders.strands if one.code == wanted.strand for skill in one.skills]
        where.append(Item.skill.in_(skills))
    if wanted.kind:
        where.append(ItemRevision.kind == wanted.kind)
    if wanted.translated:
        where.append(_has_translation(wanted.translated))
    if wanted.untranslated:
        where.append(~_has_translation(wanted.untranslated))
    if wanted.due:
        where.append(ItemRevision.verify_by < today)
    return where


def _origin(member: Member, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    own = Item.organisation_id == member.organisation_id
    if wanted.origin == "withdrawn":
        return [own, Item.current_id.is_(None)]
    if wanted.origin == "own":
        return [own]
    if wanted.origin == "shipped":
        return [Item.organisation_id.is_(None)]
    return [service.may_ask(member.organisation_id)]


def _has_translation(language: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        ItemTranslation.revision_id == ItemRevision.id,
        ItemTranslation.language == language,
        ItemTranslation.is_current,
    )


def languages_of(db: Session, revision_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, str]]:
    """``{revision: {language: state}}`` of the translations that are served, without their texts."""
    query = sa.select(ItemTranslation.revision_id, ItemTranslation.language, ItemTranslation.state).where(
        ItemTranslation.revision_id.in_(list(revision_ids)), ItemTranslation.is_current
    )
    found: dict[uuid.UUID, dict[str, str]] = {}
    for row in db.execute(query.order_by(ItemTranslation.language)):
        found.setdefault(row.revision_id, {})[row.language] = row.state
    return found


def changes(db: Session, item: Item) -> list[Change]:
    """The last revisions of an item, the newest first, each with what it changed. Own ones say which colleague did."""
    query = (
        sa.select(ItemRevision, Account.name)
        .outerjoin(Account, Account.id == ItemRevision.edited_by)
        .where(ItemRevision.item_id == item.id)
        .order_by(ItemRevision.number.desc())
        .limit(MOST_REVISIONS + 1)
    )
    rows: Sequence[Any] = db.execute(query).all()
    before: list[Any] = [*rows[1:], None]
    told = [
        Change(
            number=row.ItemRevision.number,
            at=row.ItemRevision.created_at,
            by=row.name if item.organisation_id is not None else None,
            changes=history.changes(earlier.ItemRevision.body, row.ItemRevision.body) if earlier else [],
        )
        for row, earlier in zip(rows, before, strict=True)
    ]
    return told[:MOST_REVISIONS]
