"""What belongs to one person: an attempt, the checks that are part of it, and whatever stands in the same file."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics.models import Answer, Attempt


def root_of(db: Session, attempt: Attempt) -> Attempt:
    """The attempt that a check is part of, whose code and name its person keeps; of any other attempt, itself."""
    return attempt if attempt.part_of_id is None else db.get_one(Attempt, attempt.part_of_id)


def together_with(attempt_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Attempts of the person of ``attempt_id``, itself included."""
    own = sa.select(sa.func.coalesce(Attempt.part_of_id, Attempt.id)).where(Attempt.id == attempt_id).scalar_subquery()
    file_id = sa.select(Attempt.file_id).where(Attempt.id == attempt_id).scalar_subquery()
    return sa.or_(Attempt.id == own, Attempt.part_of_id == own, Attempt.file_id == file_id)


def leave_desk(db: Session, attempt_id: uuid.UUID) -> None:
    """The mediator's device holds nothing of this person any more: neither this attempt, nor what belongs with it."""
    db.execute(sa.update(Attempt).where(together_with(attempt_id)).values(at_desk=False))


def met_in_file(db: Session, file_id: uuid.UUID | None) -> Sequence[str]:
    """Codes of the items that the person of a file was asked, in their order; nothing of a person without a file."""
    return [] if file_id is None else _met(db, Attempt.file_id == file_id)


def met_by(db: Session, attempt_id: uuid.UUID) -> Sequence[str]:
    """The same of the person of an attempt: in it, in its checks, and in what stands in the same file."""
    return _met(db, together_with(attempt_id))


def _met(db: Session, attempts: sa.ColumnElement[bool]) -> Sequence[str]:
    asked = sa.select(Answer.item).join(Attempt, Attempt.id == Answer.attempt_id)
    return db.scalars(asked.where(attempts, Answer.observed_by.is_(None)).distinct().order_by(Answer.item)).all()
