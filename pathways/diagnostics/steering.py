"""What a trainer does to a passage under way: end it, or ask for a few more questions. Both may be sent twice."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from pathways.diagnostics import extra_question, reading, taking
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict
from pathways.i18n import D_
from pathways.permissions import Member

MORE = 5
"""Questions that one press adds."""


def stop(db: Session, member: Member, attempt_id: uuid.UUID) -> Attempt:
    """End it here. Standing answers stay valid, and it is kept that a trainer ended it. What is over stays as it is."""
    reading.attempt_for(db, member, attempt_id)
    attempt = taking.held(db, attempt_id)
    if attempt.stopped is None:
        attempt.current_item, attempt.stopped = None, extra_question.declined(attempt) or reading.ENDED
    return attempt


def longer(attempt: Attempt) -> int:
    """The number of questions that one press asks for: five from where the learner is."""
    return attempt.answered + MORE


def may_lengthen(attempt: Attempt) -> bool:
    return attempt.paper_form_id is None and (attempt.stopped is not None or attempt.longer_to != longer(attempt))


def lengthen(db: Session, door: Door, member: Member, attempt_id: uuid.UUID, *, to: int) -> Attempt:
    """Ask for ``to`` questions in all, as :func:`longer` said when the page was made: pressed twice, it adds once.
    A passage that was over goes on.
    """
    reading.attempt_for(db, member, attempt_id)
    attempt = taking.held(db, attempt_id)
    if attempt.paper_form_id is not None:
        raise Conflict(D_("Cette passation a été faite sur papier. Elle ne peut pas continuer à l'écran."))
    if attempt.stopped is None and attempt.longer_to == to:
        return attempt
    if not attempt.answered < to <= longer(attempt):
        raise Conflict(D_("La personne a répondu entre-temps. Rechargez la page, puis recommencez."))
    attempt.longer_to, attempt.focus = max(to, attempt.longer_to or 0), None
    if attempt.stopped is not None:
        blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
        taking.advance(attempt, blueprint, taking.standing_of(taking.answers_of(db, attempt_id)))
        if attempt.stopped is not None:
            raise Conflict(D_("Il n'y a plus de question à poser à cette personne dans cette langue."))
    return attempt
