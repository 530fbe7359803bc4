"""A few more questions, in a result that the candidate already has, about what a badge wants to be asked directly.

A diagnostic that adapts stops as soon as it is sure: it may have deduced what the badge wants to have been asked.
"""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.candidacy import requests, standing
from pathways.badges.criteria.nodes import Profile
from pathways.badges.criteria.progress import Progress, leaves
from pathways.badges.holding import results
from pathways.badges.holding.results import Taken
from pathways.badges.models import Holder
from pathways.diagnostics import deciding, taking
from pathways.diagnostics.modalities import unusable_in
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, NotFound

MOST_QUESTIONS = 12
"""In one go: whoever needs more comes back to the page of the request, and sees how far they are."""


def ask(db: Session, door: Door, holder: Holder, request_id: uuid.UUID, attempt_id: uuid.UUID) -> Attempt:
    """Let an attempt that is over go on with one question about each micro-skill that the request misses. One that goes
    on already is left as it is: pressed twice, it is begun once.

    Raises :class:`NotFound` for what is not the holder's, :class:`Conflict` where there is nothing to ask, or where the
    request is sent or over.
    """
    request = requests.gathering(db, holder, request_id)
    own = _own(db, holder, attempt_id)
    attempt = taking.held(db, own.attempt_id)
    if attempt.stopped is None:
        return attempt
    blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
    given = taking.standing_of(taking.answers_of(db, attempt.id))
    left = blueprint.askable(attempt.language, unusable_in(attempt)) - {one.item for one in given}
    wanted = missing(standing.readiness(db, request, clock.now()).progress)
    skills = {skill for item in left if f"{own.framework}:{(skill := blueprint.skill_of[item])}" in wanted}
    if not skills:
        raise Conflict(deciding.NO_QUESTION)
    attempt.focus = deciding.focus(given, skills, questions=min(len(skills), MOST_QUESTIONS), each=True)
    taking.visited(attempt)
    taking.advance(attempt, blueprint, given)
    return attempt


def missing(found: Progress) -> set[str]:
    """``framework:CODE`` of each micro-skill that a question could show."""
    return {lack.skill for one in leaves(found) if isinstance(one.node, Profile) for lack in one.lacks}


def _own(db: Session, holder: Holder, attempt_id: uuid.UUID) -> Taken:
    for one in results.results_of(db, holder):
        if one.attempt_id == attempt_id and not one.on_paper:
            return one
    raise NotFound(requests.NOT_THERE)
