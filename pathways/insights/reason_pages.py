"""Why this question: the trainer's page that replays an attempt. Its learner sees nothing of it."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.diagnostics import reading, retracing
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.engine import Stop
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.diagnostics.retracing import Retraced
from pathways.diagnostics.taking import LEFT
from pathways.i18n import D_
from pathways.insights import certainty_charts, words
from pathways.insights.asking import ABOUT
from pathways.items.presenting import in_words
from pathways.people import journal
from pathways.people.days import short
from pathways.people.journal import Act
from pathways.people.models import Account, LearnerFile
from pathways.permissions import Member, Permission
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
AttemptsReader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=ABOUT))]

MUCH, SOME, LITTLE = 0.35, 0.15, 0.05
"""Bits from which on a question promises much, some, a little. A good question with four options tells .34 at most, one
without options to pick from .7."""
PROMISES = (
    (MUCH, D_("beaucoup")),
    (SOME, D_("pas mal")),
    (LITTLE, D_("un peu")),
    (0.0, D_("presque rien")),
)
ENDS = {
    Stop.PRECISE_ENOUGH: D_("C'est fini parce que la certitude visée est atteinte."),
    Stop.ALL_DECIDED: D_("C'est fini parce que tout est décidé : chaque micro-compétence est sûre à 90 %."),
    Stop.NOTHING_TO_GAIN: D_("C'est fini parce qu'aucune question restante n'apprendrait quelque chose."),
    Stop.LONGEST: D_("C'est fini parce que le nombre de questions ou le temps prévu est atteint."),
    LEFT: D_("La personne s'est arrêtée là. Ce qu'elle a répondu compte."),
    reading.ENDED: D_("L'équipe a arrêté là. Ce qui est répondu compte."),
}
"""Why no question follows; an attempt on paper has no such reason."""


@router.get("/profiles/{attempt_id}/reasons")
def reasons(request: Request, member: AttemptsReader, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> Response:
    """Who opens it is written down, as for the profile."""
    attempt, found = reading.attempt_for(db, member, attempt_id)
    read = retracing.retraced(db, door, attempt)
    file = db.get(LearnerFile, attempt.file_id) if attempt.file_id else None
    goal = read.blueprint.rules.accuracy
    response = render(
        request,
        "reasons.html",
        read=read,
        attempt=attempt,
        diagnostic=found,
        name=file.label if file else pseudonym(attempt.id),
        line=certainty_charts.drawn(read.begun, [(one.certainty, one.counts) for one in read.steps], goal),
        goal=goal,
        ended=i18n.gettext(ENDS.get(attempt.stopped or "", "")),
        state=words.state(attempt),
        promise=promise,
        words=words,
        short=short,
        **_told(db, read),
    )
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt_id])
    return response


def promise(bits: float) -> str:
    """What a question was expected to tell, in words."""
    return i18n.gettext(next(said for least, said in PROMISES if bits >= least))


def _told(db: Session, read: Retraced) -> dict[str, Any]:
    answers = [*(one.answer for one in read.steps), *read.superseded]
    people = {one for answer in answers for one in (answer.observed_by, answer.entered_by) if one is not None}
    rows = db.execute(sa.select(Account.id, Account.name).where(Account.id.in_(people)))
    return {
        "by": {one.id: one.name for one in rows},
        "told": {one.id: in_words(read.blueprint.bodies[one.item], one.response) for one in answers},
        "titles": {code: skill.title for code, skill in read.referential.skills.items()},
    }
