"""Counting how questions fared, once an attempt is over. What is kept of it is linked to nobody and stays when it goes:
totals by question, and the answers side by side without a person, a day or a place.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.diagnostics import predictions
from pathways.diagnostics.models import Answer, Attempt, Diagnostic, UnlinkedAttempt
from pathways.items import figures
from pathways.items.models import Item, ItemRevision
from pathways.referentials.models import Referential

MOST_AT_ONCE = 500
"""Attempts that one transaction counts: it holds the one writer's turn on SQLite."""
ONE_CHECK = timedelta(minutes=15)
"""After its last answer a check of a pathway is over: before, a second question may follow."""
TYPED = "text"
"""The kind whose answers are somebody's own words: they may say who it is, and are not kept."""
IDLE_SECONDS = 600.0
"""A longer time is a pause: it says nothing about the question, and more about the person than is wanted."""


def count_finished(db: Session) -> int:
    """Add the answers of attempts that are over to the figures of their items, and keep them without their person;
    returns how many attempts. Each counts once, even if its learner takes the last answer back afterwards.
    """
    attempts = db.scalars(_over().limit(MOST_AT_ONCE).with_for_update(skip_locked=True)).all()
    if not attempts:
        return 0
    rows = _answers(db, attempts)
    asked = _asked(db, rows)
    outcomes: dict[uuid.UUID, list[tuple[uuid.UUID, str, str]]] = defaultdict(list)
    for row in rows:
        _, revision = asked[row.diagnostic_id, row.item]
        outcomes[row.organisation_id].append((revision.item_id, row.language, row.outcome))
    for organisation_id in sorted(outcomes, key=str):
        figures.count(db, organisation_id, outcomes[organisation_id])
    foretold = [(row.diagnostic_id, row.predicted, row.outcome) for row in rows if row.predicted is not None]
    predictions.count(db, foretold)
    kept = [(ids.random_id(), framework, answers) for framework, answers in _sittings(rows, asked)]
    # In the order of their random identifiers: not even their place in the table says who came first.
    for identifier, framework, answers in sorted(kept, key=lambda one: one[0]):
        db.add(UnlinkedAttempt(id=identifier, framework=framework, answers=answers))
    db.execute(sa.update(Attempt).where(Attempt.id.in_(attempts)).values(counted=True))
    db.flush()
    return len(attempts)


def not_counted(db: Session, after: uuid.UUID) -> tuple[uuid.UUID | None, list[tuple[str, list[dict[str, Any]]]]]:
    """The next attempts that are over and not counted yet, as they will be kept: ``(framework, answers)`` of each. With
    it, the last of them, to go on after; ``None`` where none is left.
    """
    attempts = db.scalars(_over().where(Attempt.id > after).limit(MOST_AT_ONCE)).all()
    if not attempts:
        return None, []
    rows = _answers(db, attempts)
    return attempts[-1], list(_sittings(rows, _asked(db, rows)))


def _over() -> sa.Select[uuid.UUID]:
    """Attempts that are over and not counted."""
    quiet = sa.or_(Attempt.part_of_id.is_(None), Attempt.active_at < clock.now() - ONE_CHECK)
    over = sa.select(Attempt.id).where(Attempt.stopped.is_not(None), Attempt.counted.is_(False), quiet)
    return over.order_by(Attempt.id)


def _sittings(rows: Sequence[Any], asked: Mapping[tuple[uuid.UUID, str], tuple[str, Any]]) -> Iterator[Any]:
    """``(framework, answers without their person)`` of each attempt that has any."""
    sittings: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    framework_of = {}
    for row in rows:
        framework, revision = asked[row.diagnostic_id, row.item]
        if revision.organisation_id is None:  # an own question would lead to its organisation
            framework_of[row.attempt_id] = framework
            sittings[row.attempt_id].append(_unlinked(row, revision))
    yield from ((framework_of[one], answers) for one, answers in sittings.items())


def _answers(db: Session, attempts: Sequence[uuid.UUID]) -> Sequence[Any]:
    """The standing answers of the learners themselves, each attempt's in the order they were given."""
    columns = (Answer.item, Answer.outcome, Answer.response, Answer.language, Answer.translation_id, Answer.assisted)
    columns += (Answer.seconds, Answer.entered_by, Answer.predicted)
    query = (
        sa.select(Answer.attempt_id, Attempt.diagnostic_id, Diagnostic.organisation_id, *columns)
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .join(Diagnostic, Diagnostic.id == Attempt.diagnostic_id)
        .where(Answer.attempt_id.in_(attempts), Answer.superseded_at.is_(None), Answer.observed_by.is_(None))
    )
    return db.execute(query.order_by(Answer.attempt_id, Answer.number)).all()


def _asked(db: Session, rows: Sequence[Any]) -> Mapping[tuple[uuid.UUID, str], tuple[str, Any]]:
    """``{(diagnostic, code of the item): (framework, the revision that it asks)}``."""
    query = (
        sa.select(Diagnostic.id, Referential.code, Diagnostic.blueprint["items"].label("items"))
        .join(Referential, Referential.id == Diagnostic.referential_id)
        .where(Diagnostic.id.in_({row.diagnostic_id for row in rows}))
    )
    frozen = {one.id: (one.code, one.items) for one in db.execute(query)}
    wanted = {
        (row.diagnostic_id, row.item): uuid.UUID(frozen[row.diagnostic_id][1][row.item]["revision"]) for row in rows
    }
    columns = (ItemRevision.id, ItemRevision.item_id, ItemRevision.code, ItemRevision.skill, ItemRevision.kind)
    query = sa.select(*columns, Item.organisation_id).join(Item, Item.id == ItemRevision.item_id)
    revisions = {one.id: one for one in db.execute(query.where(ItemRevision.id.in_(set(wanted.values()))))}
    return {key: (frozen[key[0]][0], revisions[revision]) for key, revision in wanted.items()}


def _unlinked(row: Any, revision: Any) -> dict[str, Any]:
    return {
        "item": str(revision.item_id),
        "revision": str(revision.id),
        "code": revision.code,
        "skill": revision.skill,
        "kind": revision.kind,
        "language": row.language,
        "translation": str(row.translation_id) if row.translation_id else None,
        "outcome": row.outcome,
        "response": None if revision.kind == TYPED else row.response,
        "assisted": row.assisted,
        "seconds": _seconds(row),
    }


def _seconds(row: Any) -> int | None:
    """Whole seconds, which no other row has alone; nothing where they are not the person's own on the question."""
    own = not row.assisted and row.entered_by is None and 0.0 < row.seconds <= IDLE_SECONDS
    return max(round(row.seconds), 1) if own else None
