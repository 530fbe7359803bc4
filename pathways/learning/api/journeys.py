"""The journey of one person, for programs."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request

from pathways import i18n
from pathways.diagnostics import reading, taking
from pathways.diagnostics.bearing import CurrentReader
from pathways.diagnostics.doors import OwnDoor
from pathways.learning import following
from pathways.learning.journeys import history
from pathways.learning.schemas import JourneyOut
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.routing import Router

router = Router(tags=["journeys"], route_class=StrictRoute)
Reader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of={"pathway_id": following.pathway_for}))]


@router.get("/attempts/{attempt_id}/journey", response_model=JourneyOut, summary="What somebody did, and what changed")
def of_attempt(
    request: Request, reader: CurrentReader, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor
) -> dict[str, Any]:
    """Opens with the attempt's token, or to a trainer of its organisation, whose journal notes it."""
    if isinstance(reader, Member):
        attempt, _ = reading.attempt_for(db, reader, attempt_id)
        journal.note_opened(request.app.state.database, db, reader, Act.PROFILE_OPENED, [attempt.id])
        return history.to_json(history.journey(db, door, attempt, colleagues=True), i18n.SOURCE)
    attempt = taking.get(db, reader.attempt_id)
    return history.to_json(history.journey(db, door, attempt), attempt.language)


@router.get("/pathways/{pathway_id}/journey", response_model=JourneyOut, summary="The journey around a pathway")
def of_pathway(request: Request, member: Reader, pathway_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> dict[str, Any]:
    """The same, for those who help."""
    pathway = following.pathway_for(db, member, pathway_id)
    attempt = taking.get(db, pathway.attempt_id)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt.id])
    return history.to_json(history.journey(db, door, attempt, colleagues=True), i18n.SOURCE)
