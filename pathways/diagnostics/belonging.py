"""What belongs to one person: an attempt, the checks that are part of it, and whatever stands in the same file."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics.models import Attempt


def root_of(db: Session, attempt: Attempt) -> Attempt:
    """The attempt that a check is part of, whose code and name its person keeps; of any other attempt, itself."""
    return attempt if attempt.part_of_id is None else db.get_one(Attempt, attempt.part_of_id)


def together_with(attempt_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Attempts of the person of ``attempt_id``, itself included."""
    own = sa.select(sa.func.coalesce(Attempt.part_of_id, Attempt.id)).where(Attempt.id == attempt_id).scalar_subquery()
    file_id = sa.select(Attempt.file_id).where(Attempt.id == attempt_id).scalar_subquery()
    return sa.or_(Attempt.id == own, Attempt.part_of_id == own, Attempt.file_id == file_id)
