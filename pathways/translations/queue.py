"""What there is to do in each language: counts, and one page of questions in one state. The same number of queries for
any number of questions.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pathways import i18n
from pathways.i18n import D_, folded
from pathways.items import service
from pathways.items.models import Item, ItemRevision, ItemTranslation, UnclearSentence
from pathways.permissions import Member

PAGE = 50
MOST_WORDS = 8
SHOWN_STATES = {
    "missing": D_("à traduire"),
    "stale": D_("périmées"),
    "machine": D_("automatiques"),
    "draft": D_("pas encore relues"),
    "waiting": D_("propositions à relire"),
    "unclear": D_("phrases pas claires"),
    "flagged": D_("signalées par l'équité"),
    "reviewed": D_("relues"),
    "verified": D_("relues et essayées"),
}
"""In the order of the queue."""
_OWN_ROW = aliased(ItemTranslation)
_OLD_ROW = aliased(ItemTranslation)
_OLD = aliased(ItemRevision)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. ``state``: one of :data:`SHOWN_STATES`, or empty for everything."""

    framework: str
    language: str
    state: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One question of the list, in one language."""

    code: str
    stem: str
    number: int
    is_own: bool
    state: str
    """Of what is served; ``stale`` or ``missing`` where nothing is."""
    origin: str
    waiting: int
    unclear: int


@dataclass(frozen=True, slots=True)
class Listed:
    rows: list[Row]
    next: str | None
    total: int


@dataclass(slots=True)
class Count:
    """How many questions of one language stand where."""

    language: str
    states: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SHOWN_STATES, 0))


# --- counts --------------------------------------------------------------------------------------------------


def counts(db: Session, member: Member, framework: str, flagged: Collection[uuid.UUID]) -> dict[str, Count]:
    """By language, French last for its sentences that are not clear. ``flagged``: the translations that fairness has
    something to say of.
    """
    where = _visible(member, framework)
    found = {code: Count(code) for code in [*translated_languages(), i18n.SOURCE]}
    total = db.scalar(sa.select(sa.func.count()).select_from(Item).where(*where)) or 0
    for language, state, number in _served_counts(db, where):
        if language in found:
            found[language].states[state] = number
    for state, rows in {
        "stale": _stale_counts(db, where),
        "waiting": _waiting_counts(db, where),
        "unclear": _unclear_counts(db, where),
        "flagged": _flagged_counts(db, where, flagged),
    }.items():
        for language, number in rows:
            if language in found:
                found[language].states[state] = number
    for code, count in found.items():
        served = sum(count.states[state] for state in ("machine", "draft", "reviewed", "verified"))
        count.states["missing"] = total - served - count.states["stale"] if code != i18n.SOURCE else 0
    return found


def translated_languages() -> list[str]:
    return [code for code in i18n.languages() if code != i18n.SOURCE]


def _visible(member: Member, framework: str) -> list[sa.ColumnElement[bool]]:
    return [Item.framework == framework, Item.current_id.is_not(None), service.may_ask(member.organisation_id)]


def _served_counts(db: Session, where: Sequence[Any]) -> Sequence[Any]:
    query = sa.select(ItemTranslation.language, ItemTranslation.state, sa.func.count())
    query = query.join(Item, Item.current_id == ItemTranslation.revision_id)
    query = query.where(*where, ItemTranslation.is_current)
    return db.execute(query.group_by(ItemTranslation.language, ItemTranslation.state)).all()


def _stale_counts(db: Session, where: Sequence[Any]) -> Sequence[Any]:
    query = sa.select(_OLD_ROW.language, sa.func.count(sa.distinct(Item.id)))
    query = query.join(_OLD, _OLD.id == _OLD_ROW.revision_id).join(Item, Item.id == _OLD.item_id)
    query = query.where(*where, Item.current_id != _OLD.id, _OLD_ROW.is_current, ~_has_current(_OLD_ROW.language))
    return db.execute(query.group_by(_OLD_ROW.language)).all()


def _waiting_counts(db: Session, where: Sequence[Any]) -> Sequence[Any]:
    query = sa.select(ItemTranslation.language, sa.func.count(sa.distinct(ItemTranslation.revision_id)))
    query = query.join(Item, Item.current_id == ItemTranslation.revision_id).where(*where, ItemTranslation.is_waiting)
    return db.execute(query.group_by(ItemTranslation.language)).all()


def _unclear_counts(db: Session, where: Sequence[Any]) -> Sequence[Any]:
    query = sa.select(UnclearSentence.language, sa.func.count(sa.distinct(Item.id)))
    query = query.join(ItemRevision, ItemRevision.id == UnclearSentence.revision_id)
    query = query.join(Item, Item.id == ItemRevision.item_id).where(*where, UnclearSentence.times > 0)
    return db.execute(query.group_by(UnclearSentence.language)).all()


def _flagged_counts(db: Session, where: Sequence[Any], flagged: Collection[uuid.UUID]) -> Sequence[Any]:
    if not flagged:
        return []
    query = sa.select(ItemTranslation.language, sa.func.count())
    query = query.join(Item, Item.current_id == ItemTranslation.revision_id)
    query = query.where(*where, ItemTranslation.is_current, ItemTranslation.id.in_(flagged))
    return db.execute(query.group_by(ItemTranslation.language)).all()


# --- one page ------------------------------------------------------------------------------------------------


def listed(
    db: Session,
    member: Member,
    wanted: Wanted,
    flagged: Collection[uuid.UUID],
    *,
    after: str = "",
    limit: int = PAGE,
) -> Listed:
    """One page of questions by code, and how many there are."""
    where = _visible(member, wanted.framework)
    where += [Item.sought.contains(word, autoescape=True) for word in folded(wanted.words).split()[:MOST_WORDS]]
    where += _in_state(wanted, flagged)
    total = db.scalar(sa.select(sa.func.count()).select_from(Item).where(*where)) or 0
    query = sa.select(
        Item.id, Item.code, Item.organisation_id, ItemRevision.id.label("revision_id"), ItemRevision.number
    )
    query = query.add_columns(ItemRevision.segments).join(ItemRevision, ItemRevision.id == Item.current_id)
    if after:
        query = query.where(Item.code > after)
    found = db.execute(query.where(*where).order_by(Item.code).limit(limit + 1)).all()
    more, found = len(found) > limit, found[:limit]
    served, waiting = _of_revisions(db, [row.revision_id for row in found], wanted.language)
    past = _stale_items(db, [row.id for row in found], wanted.language)
    unclear = _unclear(db, [row.id for row in found], wanted.language)
    rows = [
        Row(
            code=row.code,
            stem=row.segments["stem"],
            number=row.number,
            is_own=row.organisation_id is not None,
            state=_state(row, served, past),
            origin=served[row.revision_id][1] if row.revision_id in served else "",
            waiting=waiting.get(row.revision_id, 0),
            unclear=unclear.get(row.id, 0),
        )
        for row in found
    ]
    return Listed(rows, found[-1].code if more else None, total)


def _state(row: Any, served: dict[uuid.UUID, tuple[str, str]], past: set[uuid.UUID]) -> str:
    if row.revision_id in served:
        return served[row.revision_id][0]
    return "stale" if row.id in past else "missing"


def _in_state(wanted: Wanted, flagged: Collection[uuid.UUID]) -> list[sa.ColumnElement[bool]]:
    """Lists that the database makes once, not a look for each question."""
    rows = sa.select(ItemTranslation.revision_id).where(ItemTranslation.language == wanted.language)
    served = rows.where(ItemTranslation.is_current)
    if wanted.state in {"machine", "draft", "reviewed", "verified"}:
        return [Item.current_id.in_(served.where(ItemTranslation.state == wanted.state))]
    if wanted.state == "flagged":
        return [Item.current_id.in_(served.where(ItemTranslation.id.in_(flagged)))]
    if wanted.state == "waiting":
        return [Item.current_id.in_(rows.where(ItemTranslation.is_waiting))]
    if wanted.state == "unclear":
        said = sa.select(ItemRevision.item_id).join(UnclearSentence, UnclearSentence.revision_id == ItemRevision.id)
        return [Item.id.in_(said.where(UnclearSentence.language == wanted.language, UnclearSentence.times > 0))]
    if wanted.state in {"missing", "stale"}:
        past = sa.select(_OLD.item_id).join(_OLD_ROW, _OLD_ROW.revision_id == _OLD.id)
        past = past.where(_OLD_ROW.language == wanted.language, _OLD_ROW.is_current)
        earlier = Item.id.in_(past) if wanted.state == "stale" else Item.id.not_in(past)
        return [Item.current_id.not_in(served), earlier]
    return []


def _has_current(language: Any) -> sa.ColumnElement[bool]:
    """Whether today's revision of an item has a translation that is served."""
    found = sa.exists().where(_OWN_ROW.revision_id == Item.current_id, _OWN_ROW.language == language)
    return found.where(_OWN_ROW.is_current).correlate(Item, _OLD_ROW)


def _of_revisions(
    db: Session, revisions: Sequence[uuid.UUID], language: str
) -> tuple[dict[uuid.UUID, tuple[str, str]], dict[uuid.UUID, int]]:
    """State and origin of what is served, and how many suggestions wait."""
    query = sa.select(
        ItemTranslation.revision_id, ItemTranslation.state, ItemTranslation.origin, ItemTranslation.is_waiting
    ).where(
        ItemTranslation.revision_id.in_(revisions),
        ItemTranslation.language == language,
        sa.or_(ItemTranslation.is_current, ItemTranslation.is_waiting),
    )
    served: dict[uuid.UUID, tuple[str, str]] = {}
    waiting: dict[uuid.UUID, int] = {}
    for row in db.execute(query):
        if row.is_waiting:
            waiting[row.revision_id] = waiting.get(row.revision_id, 0) + 1
        else:
            served[row.revision_id] = (row.state, row.origin)
    return served, waiting


def _stale_items(db: Session, items: Sequence[uuid.UUID], language: str) -> set[uuid.UUID]:
    query = sa.select(_OLD.item_id).join(_OLD_ROW, _OLD_ROW.revision_id == _OLD.id).distinct()
    return set(db.scalars(query.where(_OLD.item_id.in_(items), _OLD_ROW.language == language, _OLD_ROW.is_current)))


def _unclear(db: Session, items: Sequence[uuid.UUID], language: str) -> dict[uuid.UUID, int]:
    query = sa.select(ItemRevision.item_id, sa.func.sum(UnclearSentence.times))
    query = query.join(ItemRevision, ItemRevision.id == UnclearSentence.revision_id)
    query = query.where(ItemRevision.item_id.in_(items), UnclearSentence.language == language)
    return {item_id: int(times) for item_id, times in db.execute(query.group_by(ItemRevision.item_id))}
