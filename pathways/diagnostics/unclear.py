"""A learner says that a sentence is not clear: one tap, counted once for each learner and sentence, and linked to
nobody where it is counted. It changes nothing of what was answered or comes next.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics import taking
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.errors import Invalid
from pathways.i18n import N_
from pathways.translations import unclear

USUAL = "stem"


def say(db: Session, door: Door, attempt_id: uuid.UUID, *, item: str, segment: str = USUAL) -> Attempt:
    """Count a sentence of a question that this learner was shown, in the language in which they read it."""
    attempt = taking.held(db, attempt_id)
    blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
    if item not in blueprint.bodies or not _was_shown(db, attempt, item):
        raise _unknown("item")
    shown = blueprint.shown(item, attempt.language)
    if not shown.has(segment):
        raise _unknown("segment")
    sentence = f"{item}#{segment}@{shown.language}"
    if sentence not in attempt.unclear:
        attempt.unclear = [*attempt.unclear, sentence]
        taking.visited(attempt)
        frozen = db.get_one(Diagnostic, attempt.diagnostic_id).blueprint["items"][item]
        unclear.count(db, uuid.UUID(frozen["revision"]), shown.language, segment)
    return attempt


def _was_shown(db: Session, attempt: Attempt, item: str) -> bool:
    if attempt.current_item == item:
        return True
    given = sa.select(Answer.id).filter_by(attempt_id=attempt.id, item=item).limit(1)
    return db.scalar(given) is not None


def _unknown(field: str) -> Invalid:
    said = N_("Cette phrase n'est pas dans vos questions.")
    return Invalid(said, errors=[{"field": field, "message": said}])
