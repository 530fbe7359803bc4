"""What an invitation opens: make an account, give the password of one's own, or join while signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways.errors import Invalid, WrongPassword
from pathways.people import invitations, service
from pathways.people.identification import COOKIE
from pathways.people.pages.forms import Secret, Token, at_fields, said, see, speaks_of_the_desk, with_session
from pathways.people.pages.words import ROLES
from pathways.permissions import Member, Permission
from pathways.web import pages
from pathways.web.dependencies import DB, Address, Identified, OwnSettings, ReadDB, RequiresForm, public
from pathways.web.fields import Line
from pathways.web.routing import Router

router = Router(dependencies=[Depends(speaks_of_the_desk)])


@router.get("/invitation/{token}")
@public("the link itself is the proof")
def invitation_page(request: Request, token: Token, db: ReadDB, member: Identified) -> Response:
    return _page(request, db, token, joining=member is not None)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What was typed, and what came of the slow look at its password."""

    name: str
    email: str
    tries: service.Tries
    who: invitations.Entrant | None
    errors: dict[str, str]


def _entry(
    token: Token,
    db: ReadDB,
    settings: OwnSettings,
    address: Address,
    name: Annotated[Line, Form()] = "",
    email: Annotated[Line, Form()] = "",
    password: Secret = "",
) -> _Entry:
    tries = service.Tries.of(settings.secret, email=email, address=address)
    try:
        who = invitations.entrant(db, token, name=name, email=email, password=password, tries=tries)
    except Invalid as error:
        return _Entry(name, email, tries, None, at_fields(error))
    return _Entry(name, email, tries, who, {})


Entry = Annotated[_Entry, Depends(_entry, scope="function")]


# `entry` stands before `db`: the password is hashed or compared before the writer's turn is taken.
@router.post("/invitation/{token}")
@public("the link itself is the proof; the origin of the form is checked for every request")
def accept(request: Request, token: Token, entry: Entry, db: DB, settings: OwnSettings) -> Response:
    if entry.who is None:
        return _page(request, db, token, name=entry.name, email=entry.email, errors=entry.errors)
    replaces = request.cookies.get(COOKIE)
    try:
        session_token = invitations.accept_invitation(db, token, entry.who, tries=entry.tries, replaces=replaces)
    except WrongPassword as error:
        return _page(request, db, token, name=entry.name, email=entry.email, errors={"password": said(error)})
    return with_session(see("/"), session_token, settings)


@router.post("/invitation/{token}/join")
def join(
    request: Request,
    token: Token,
    db: DB,
    member: Annotated[Member, Depends(RequiresForm(Permission.ACCOUNT_OWN))],
) -> Response:
    try:
        invitations.join(db, member, token)
    except Invalid as error:
        return _page(request, db, token, joining=True, errors=at_fields(error))
    return see("/organisation")


def _page(
    request: Request,
    db: Session,
    token: str,
    *,
    joining: bool = False,
    name: str = "",
    email: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    invitation, organisation = invitations.invitation_by_token(db, token)
    return pages.render(
        request,
        "invitation.html",
        status=422 if errors else 200,
        token=token,
        organisation=organisation,
        role=ROLES[invitation.role],
        reserved=invitation.email,
        joining=joining,
        name=name,
        email=email or invitation.email or "",
        errors=errors or {},
    )
