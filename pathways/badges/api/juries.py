"""The jury by program: what waits for a member, one request with what supports it, what they decide."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request

from pathways import clock, i18n
from pathways.badges.api.doors import Key, OwnSigner, done_once
from pathways.badges.api.showing import criteria, endorsement_row, evidence_rows
from pathways.badges.candidacy import endorsing, jury, queue, standing
from pathways.badges.models import AwardRequest
from pathways.badges.schemas import DecidedOut, JuryDecisionIn, JuryRequestOut, QueuedOut
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.routing import Router

router = Router(tags=["badges"], route_class=StrictRoute)
Juror = Annotated[Member, Depends(Requires(Permission.BADGES_AWARD))]
"""To a role that decides on nothing, no address here says whether something is there."""
_QUEUED = ("label", "achievement", "network", "is_appeal", "is_renewal", "yes", "needed", "days")


@router.get("/jury/requests", response_model=list[QueuedOut], summary="What waits for you, the oldest first")
def waiting(member: Juror, db: ReadDB) -> Any:
    """Of the juries that you are of, without what a conflict of interest keeps from you."""
    return [
        {name: getattr(one, name) for name in _QUEUED} | {"id": one.request.id} for one in queue.waiting_for(db, member)
    ]


@router.get("/jury/requests/{request_id}", response_model=JuryRequestOut, summary="One request, to decide on it")
def one(request: Request, member: Juror, request_id: uuid.UUID, db: ReadDB) -> Any:
    """409 names the conflict of interest. That you read it is written in your organisation's journal."""
    found = jury.to_decide(db, member, request_id)
    database = request.app.state.database
    journal.note_opened(database, db, member, Act.AWARD_REQUEST_OPENED, [found.id])
    return _shown(db, found)


@router.post("/jury/requests/{request_id}/decisions", status_code=201, response_model=DecidedOut, summary="Decide")
def decide(member: Juror, request_id: uuid.UUID, body: JuryDecisionIn, db: DB, signer: OwnSigner, key: Key = "") -> Any:
    """Every line of the grid before a yes or a no; the reason is read by the candidate."""

    def act() -> dict[str, Any]:
        made = jury.decide(db, signer, member, request_id, verdict=body.verdict, grid=body.grid, reason=body.reason)
        needed = standing.demand_for(made).most_jury
        return {"id": made.id, "state": made.state, "yes": standing.grants(db, made), "needed": needed}

    return done_once(db, member, key, "decide on a request", body, act, request_id)


def _shown(db: Session, found: AwardRequest) -> dict[str, Any]:
    definition = standing.demand_for(found).definition
    return {
        "id": found.id,
        "label": queue.label_of(found),
        "achievement": definition.texts_in(i18n.current().code).name,
        "state": found.state,
        "round": found.round,
        "words": found.words,
        "answers": dict(found.answers),
        "appeal": found.appeal,
        "grid": [one.model_dump() for one in definition.grid],
        "criteria": criteria(db, found, clock.now()),
        "evidence": evidence_rows(db, found),
        "endorsements": [endorsement_row(one) for one in endorsing.of_request(db, found)],
        "version": found.version,
    }
