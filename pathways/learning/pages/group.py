"""The desk: who could go to which session, seats proposed in one press, and what became of them."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Depends, Form, Query
from pydantic import BeforeValidator
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.diagnostics.composing import service as composing
from pathways.errors import Conflict, DomainError
from pathways.i18n import D_
from pathways.learning.models import ProposalState
from pathways.learning.trainers import grouping, proposing
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.web.dependencies import ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops.scheduling import sessions

router = Router()
Reader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ))]
OF = {"proposal_id": proposing.get}
ProposerForm = Annotated[Member, Depends(RequiresForm(Permission.BOOKINGS_HOLD, of=OF))]
READS = [Depends(Requires(Permission.ATTEMPTS_READ, of=OF))]
OptionalId = Annotated[uuid.UUID | None, BeforeValidator(lambda value: value or None)]
"""An empty field names nothing."""
STATES = {
    ProposalState.OPEN: D_("proposée, pas encore de réponse"),
    ProposalState.ACCEPTED: D_("acceptée, place réservée"),
    ProposalState.DECLINED: D_("pas cette fois"),
    ProposalState.WITHDRAWN: D_("reprise"),
}
SAID = {
    "proposed": D_("C'est proposé. Chaque personne dit oui ou non sur son parcours ; rien n'est réservé avant."),
    "withdrawn": D_("La proposition est reprise."),
}


@router.get("/pathways/group")
def group(
    request: Request,
    member: Reader,
    db: ReadDB,
    diagnostic: Annotated[OptionalId, Query()] = None,
    session: Annotated[OptionalId, Query()] = None,
    said: Annotated[Short, Query()] = "",
    skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Who lacks what, by name. That it was looked at, and at how many, is written down."""
    return _page(request, db, member, diagnostic, session, said=said, skip=skip)


@router.post("/pathways/group", dependencies=READS)
def propose(
    request: Request,
    member: ProposerForm,
    to: Annotated[uuid.UUID, Form()],
    person: Annotated[list[uuid.UUID] | None, Form()] = None,
    diagnostic: Annotated[OptionalId, Form()] = None,
    session: Annotated[OptionalId, Form()] = None,
    skip: Annotated[int, Form(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Seats of one session, for those who are ticked. Sent twice, each is asked once. What is refused is told from a
    transaction that only reads: the page is worked out for a while, and nobody else who writes waits for it.
    """
    database = request.app.state.database
    try:
        with database.begin() as db:
            proposing.propose(db, member, to, person or [])
    except Conflict as error:
        with database.read() as db:
            return _page(request, db, member, diagnostic, session, error=error, skip=skip)
    return _back(diagnostic, session, "proposed", skip)


@router.post("/pathways/proposals/{proposal_id}/withdraw", dependencies=READS)
def withdraw(
    request: Request,
    member: ProposerForm,
    proposal_id: uuid.UUID,
    diagnostic: Annotated[OptionalId, Form()] = None,
    session: Annotated[OptionalId, Form()] = None,
    skip: Annotated[int, Form(ge=0, le=1_000_000)] = 0,
) -> Response:
    database = request.app.state.database
    try:
        with database.begin() as db:
            proposing.withdraw(db, member, proposal_id)
    except Conflict as error:
        with database.read() as db:
            return _page(request, db, member, diagnostic, session, error=error, skip=skip)
    return _back(diagnostic, session, "withdrawn", skip)


@router.get("/pathways/proposals/{proposal_id}/withdraw")
def back(member: Reader, proposal_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    proposing.get(db, member, proposal_id)
    return _back(None, None, "")


def _back(diagnostic: uuid.UUID | None, session: uuid.UUID | None, said: str, skip: int = 0) -> Response:
    pairs = [("diagnostic", diagnostic), ("session", session), ("skip", skip), ("said", said)]
    query = "&".join(f"{name}={value}" for name, value in pairs if value)
    return RedirectResponse(f"/pathways/group{f'?{query}' if query else ''}", 303)


def _page(
    request: Request,
    db: Session,
    member: Member,
    diagnostic_id: uuid.UUID | None,
    session_id: uuid.UUID | None,
    *,
    said: str = "",
    error: DomainError | None = None,
    skip: int = 0,
) -> Response:
    diagnostic = composing.get(db, member, diagnostic_id) if diagnostic_id else None
    session = sessions.get(db, member, session_id) if session_id else None
    found = grouping.of(db, member, diagnostic_id=diagnostic_id, session_id=session_id, skip=skip)
    journal.note_listed(request.app.state.database, member, Act.PATHWAYS_LISTED, len(found.people))
    return render(
        request,
        "desk-group-seats.html",
        status=409 if error else 200,
        grouped=found,
        diagnostic=diagnostic,
        session=session,
        without=grouping.without_pathway(db, member, diagnostic_id) if diagnostic_id else 0,
        proposals=proposing.told(db, member, session_id),
        states=STATES,
        most=grouping.MOST_PEOPLE,
        where=[(name, str(one)) for name, one in (("diagnostic", diagnostic_id), ("session", session_id)) if one],
        said=i18n.sentence(error.message, error.values) if error else i18n.gettext(SAID[said]) if said in SAID else "",
        is_wrong=error is not None,
        proposes=member.may(Permission.BOOKINGS_HOLD),
    )
