"""Seats that are proposed to people on a pathway: by those who help, and answered by the person alone."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Depends
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from pathways.diagnostics import taking
from pathways.diagnostics.bearing import CurrentLearner
from pathways.diagnostics.doors import OwnDoor
from pathways.errors import NotFound
from pathways.i18n import N_
from pathways.learning import answering, choosing
from pathways.learning.models import Pathway, ProposalState, SeatProposal
from pathways.learning.schemas import Incoming
from pathways.learning.trainers import proposing
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires
from pathways.web.routing import Router
from pathways.workshops.codes import Codes
from pathways.workshops.models import WorkshopSession
from pathways.workshops.seating.booking_schemas import BookingOut, booking_json

router = Router(tags=["seat-proposals"], route_class=StrictRoute)
OF = {"proposal_id": proposing.get}
Holder = Annotated[Member, Depends(Requires(Permission.BOOKINGS_HOLD, of=OF))]
READS = [Depends(Requires(Permission.ATTEMPTS_READ, of=OF))]
"""Whoever may see nobody's pathway proposes nothing to people on one."""


class ProposalsIn(Incoming):
    session: uuid.UUID
    pathways: Annotated[list[uuid.UUID], Field(min_length=1, max_length=proposing.MOST_AT_ONCE)]


class AskedOut(BaseModel):
    asked: int = Field(description="Of these people, those who were not asked before.")


class ProposalAnswerIn(Incoming):
    answer: Literal["yes", "no"]


class ProposalOut(BaseModel):
    id: uuid.UUID
    session: uuid.UUID
    starts_at: datetime
    pathway: uuid.UUID
    skills: list[str] = Field(description="That it is for.")
    state: ProposalState
    made_at: datetime
    answered_at: datetime | None


class AnsweredOut(BaseModel):
    proposal: ProposalOut
    booking: BookingOut | None = Field(description="After a yes: the seat, with the code and the address of its slip.")


@router.post("/seat-proposals", response_model=AskedOut, summary="Propose seats of a session", dependencies=READS)
def propose(member: Holder, body: ProposalsIn, db: DB) -> dict[str, Any]:
    """Nobody is enrolled: each person says yes or no. Sent twice, each is asked once. Refused (409) where there are not
    as many free seats.
    """
    return {"asked": proposing.propose(db, member, body.session, list(dict.fromkeys(body.pathways)))}


@router.get(
    "/seat-proposals/{proposal_id}", response_model=ProposalOut, summary="One proposed seat", dependencies=READS
)
def one(member: Holder, proposal_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return _told(db, proposing.get(db, member, proposal_id))


@router.post(
    "/seat-proposals/{proposal_id}/withdraw",
    response_model=ProposalOut,
    summary="Take a proposal back",
    dependencies=READS,
)
def withdraw(member: Holder, proposal_id: uuid.UUID, db: DB) -> dict[str, Any]:
    """Twice changes nothing; refused (409) once the person has answered."""
    return _told(db, proposing.withdraw(db, member, proposal_id))


@router.get(
    "/attempts/{attempt_id}/seat-proposals", response_model=list[ProposalOut], summary="Seats that wait for an answer"
)
def own(learner: CurrentLearner, db: ReadDB) -> list[dict[str, Any]]:
    """The soonest first; those that came too late are not told."""
    pathway = choosing.current(db, taking.get(db, learner.attempt_id))
    return [_told(db, found) for found, _ in answering.proposals(db, pathway)] if pathway is not None else []


@router.post(
    "/attempts/{attempt_id}/seat-proposals/{proposal_id}", response_model=AnsweredOut, summary="Say yes or no to a seat"
)
def answer(
    learner: CurrentLearner,
    proposal_id: uuid.UUID,
    body: ProposalAnswerIn,
    db: DB,
    door: OwnDoor,
    settings: OwnSettings,
) -> dict[str, Any]:
    """A no needs no reason. The same answer twice is one; a yes that comes too late is refused (409)."""
    pathway = choosing.current(db, taking.get(db, learner.attempt_id))
    proposal = db.scalars(_of(pathway, proposal_id)).one_or_none()
    if pathway is None or proposal is None:
        raise NotFound(N_("Cette place n'est plus gardée pour vous."))
    if body.answer == "no":
        answering.decline(db, pathway, proposal)
        return {"proposal": _told(db, proposal), "booking": None}
    codes = Codes(settings.secret)
    made = answering.accept(db, door, codes, pathway, proposal)
    return {"proposal": _told(db, proposal), "booking": booking_json(made, codes, settings.url)}


def _of(pathway: Pathway | None, proposal_id: uuid.UUID) -> sa.Select[SeatProposal]:
    own = sa.false() if pathway is None else SeatProposal.pathway_id == pathway.id
    return sa.select(SeatProposal).where(SeatProposal.id == proposal_id, own)


def _told(db: Session, found: SeatProposal) -> dict[str, Any]:
    return {
        "id": found.id,
        "session": found.session_id,
        "starts_at": db.get_one(WorkshopSession, found.session_id).starts_at,
        "pathway": found.pathway_id,
        "skills": found.skills,
        "state": found.state,
        "made_at": found.made_at,
        "answered_at": found.answered_at,
    }
