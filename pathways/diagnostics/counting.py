"""Counting how questions fared, once an attempt is over. What is counted is linked to nobody and stays when it goes."""

from __future__ import annotations

import uuid
from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.items import figures
from pathways.items.models import Item
from pathways.referentials.models import Referential

MOST_AT_ONCE = 500
"""Attempts that one transaction counts: it holds the one writer's turn on SQLite."""


def count_finished(db: Session) -> int:
    """Add the answers of attempts that are over to the figures of their items; returns how many attempts. Each counts
    once, even if its learner takes the last answer back afterwards.
    """
    over = sa.select(Attempt.id).where(Attempt.stopped.is_not(None), Attempt.counted.is_(False))
    attempts = db.scalars(over.order_by(Attempt.id).limit(MOST_AT_ONCE).with_for_update(skip_locked=True)).all()
    if not attempts:
        return 0
    outcomes: dict[uuid.UUID, list[tuple[uuid.UUID, str, str]]] = defaultdict(list)
    rows = db.execute(
        sa.select(Diagnostic.organisation_id, Item.id, Answer.language, Answer.outcome)
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .join(Diagnostic, Diagnostic.id == Attempt.diagnostic_id)
        .join(Referential, Referential.id == Diagnostic.referential_id)
        .join(Item, sa.and_(Item.framework == Referential.code, Item.code == Answer.item))
        .where(Answer.attempt_id.in_(attempts), Answer.superseded_at.is_(None), Answer.observed_by.is_(None))
    )
    for organisation_id, item_id, language, outcome in rows:
        outcomes[organisation_id].append((item_id, language, outcome))
    for organisation_id in sorted(outcomes, key=str):
        figures.count(db, organisation_id, outcomes[organisation_id])
    db.execute(sa.update(Attempt).where(Attempt.id.in_(attempts)).values(counted=True))
    return len(attempts)
