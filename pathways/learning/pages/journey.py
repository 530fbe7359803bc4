"""The journey of one person: as they see it, and as those who help them do."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from pathways.diagnostics import taking
from pathways.diagnostics.doors import CurrentLearner, OwnDoor, speak
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.learning import following
from pathways.learning.journeys import history, whiskers, wording
from pathways.learning.journeys.wording import OWN_SIGNS, SAID, SIGNS, STATES, TOLD
from pathways.learning.pages.choice import elsewhere
from pathways.people import days, journal
from pathways.people.journal import Act
from pathways.people.models import LearnerFile
from pathways.permissions import Member, Permission
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
Helper = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of={"pathway_id": following.pathway_for}))]


@router.get("/t/{attempt_id}/journey")
def own(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor) -> Response:
    """What somebody did, and what changed since, in words and shapes: no number, no mark."""
    attempt = taking.get(db, learner.attempt_id)
    if away := elsewhere(attempt):
        return away
    speak(attempt)
    found = history.journey(db, door, attempt)
    return render(
        request,
        "journey.html",
        attempt_id=attempt.id,
        journey=found,
        days=[(moment, entries) for moment, entries in wording.by_day(found) if entries],
        said=SAID,
        signs=OWN_SIGNS,
        at_desk=attempt.at_desk,
    )


@router.get("/pathways/{pathway_id}/journey")
def of_pathway(request: Request, member: Helper, pathway_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> Response:
    """The same with numbers and their ranges, for those who help. Who opens it is written down."""
    pathway = following.pathway_for(db, member, pathway_id)
    attempt = taking.get(db, pathway.attempt_id)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt.id])
    found = history.journey(db, door, attempt, colleagues=True)
    file = db.get(LearnerFile, attempt.file_id) if attempt.file_id else None
    return render(
        request,
        "journey-desk.html",
        pathway=pathway,
        journey=found,
        name=file.label if file and member.may(Permission.FILES_KEEP) else pseudonym(attempt.id),
        told=TOLD,
        signs=SIGNS,
        states=STATES,
        chart=whiskers.drawn([(one.low, one.mean, one.high) for one in found.points], len(found.skills)),
        short=days.short,
    )
