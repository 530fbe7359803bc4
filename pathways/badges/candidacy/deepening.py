"""A few more questions, in a result that the candidate already has, about what a badge wants to be asked directly.

A diagnostic that adapts stops as soon as it is sure: it may have deduced what the badge wants to have been asked.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.candidacy import requests, standing
from pathways.badges.criteria.nodes import Profile
from pathways.badges.criteria.progress import Progress
from pathways.badges.holding import results
from pathways.badges.holding.results import Taken
from pathways.badges.models import Holder
from pathways.diagnostics import taking
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, NotFound
from pathways.i18n import N_

MOST_QUESTIONS = 12
"""In one go: whoever needs more comes back to the page of the request, and sees how far they are."""
NO_QUESTION = N_("Il n'y a pas de question à poser sur ce point dans votre langue.")


def ask(db: Session, door: Door, holder: Holder, request_id: uuid.UUID, attempt_id: uuid.UUID) -> Attempt:
    """Let an attempt that is over go on with one question about each micro-skill that the request misses. One that goes
    on already is left as it is: pressed twice, it is begun once.

    Raises :class:`NotFound` for what is not the holder's, :class:`Conflict` where there is nothing to ask.
    """
    request = requests.own(db, holder, request_id)
    attempt = taking.held(db, _own(db, holder, attempt_id).attempt_id)
    if attempt.stopped is None:
        return attempt
    blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
    given = taking.standing_of(taking.answers_of(db, attempt.id))
    left = blueprint.askable(attempt.language) - {one.item for one in given}
    missing = set(_missing(standing.readiness(db, request, clock.now()).progress))
    skills = sorted({blueprint.skill_of[item] for item in left} & {key.partition(":")[2] for key in missing})
    if not skills:
        raise Conflict(NO_QUESTION)
    asked = sum(one.observed_by is None for one in given)
    to = asked + min(len(skills), MOST_QUESTIONS)
    attempt.focus = {"skills": skills, "without": [], "from": asked, "to": to, "each": True}
    taking.visited(attempt)
    taking.advance(attempt, blueprint, given)
    return attempt


def _own(db: Session, holder: Holder, attempt_id: uuid.UUID) -> Taken:
    for one in results.results_of(db, holder):
        if one.attempt_id == attempt_id and not one.on_paper:
            return one
    raise NotFound(requests.NOT_THERE)


def _missing(of: Progress) -> Iterator[str]:
    """``framework:CODE`` of each micro-skill that a question could show."""
    if isinstance(of.node, Profile):
        yield from (lack.skill for lack in of.lacks)
    for part in of.parts:
        yield from _missing(part)
