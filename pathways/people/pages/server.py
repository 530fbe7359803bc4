"""What the operator of the server sees: organisations, and the events that nobody could deliver."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways.errors import Invalid
from pathways.people import operation, recovery
from pathways.people.pages.forms import at_fields, see
from pathways.people.pages.words import day
from pathways.permissions import Member, Permission
from pathways.web import pages
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line
from pathways.web.routing import Router

router = Router(prefix="/server")

Operator = Annotated[Member, Depends(Requires(Permission.SERVER_OPERATE))]
OperatorForm = Annotated[Member, Depends(RequiresForm(Permission.SERVER_OPERATE))]


@router.get("")
def server_page(request: Request, member: Operator, db: ReadDB, after: uuid.UUID | None = None) -> Response:
    return _page(request, db, member, after=after)


@router.post("")
def open_organisation(
    request: Request,
    member: OperatorForm,
    db: DB,
    settings: OwnSettings,
    name: Annotated[Line, Form()] = "",
    email: Annotated[Line, Form()] = "",
) -> Response:
    try:
        _, token = operation.open_organisation(db, member, name=name, email=email)
    except Invalid as error:
        return _page(request, db, member, typed={"name": name, "email": email}, errors=at_fields(error))
    return _page(request, db, member, invitation_link=f"{settings.url}/invitation/{token}")


@router.post("/reset-link")
def reset_link(
    request: Request, member: OperatorForm, db: DB, settings: OwnSettings, email: Annotated[Line, Form()] = ""
) -> Response:
    try:
        token = recovery.reset_link_by_operator(db, member, email=email)
    except Invalid as error:
        errors = {"account": at_fields(error)["email"]}
        return _page(request, db, member, typed={"account": email}, errors=errors)
    return _page(request, db, member, reset_link=f"{settings.url}/reset/{token}")


@router.post("/organisations/{organisation_id}/reviews")
def set_reviews(
    member: OperatorForm, db: DB, organisation_id: uuid.UUID, *, allowed: Annotated[bool, Form()] = False
) -> Response:
    operation.set_reviews_shipped(db, member, organisation_id=organisation_id, allowed=allowed)
    return see("/server#organisations")


@router.post("/events/{event_id}/retry")
def retry_event(member: OperatorForm, db: DB, event_id: uuid.UUID) -> Response:
    operation.retry_event(db, member, event_id=event_id)
    return see("/server#events")


def _page(
    request: Request,
    db: Session,
    member: Member,
    *,
    after: uuid.UUID | None = None,
    typed: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    invitation_link: str = "",
    reset_link: str = "",
) -> Response:
    listed = operation.organisations(db, member, after=after)
    return pages.render(
        request,
        "server.html",
        status=422 if errors else 200,
        organisations=listed,
        next_after=listed[-1].id if len(listed) == operation.PAGE else None,
        failed=operation.failed_events(db, member),
        typed={"name": "", "email": "", "account": ""} | (typed or {}),
        errors=errors or {},
        invitation_link=invitation_link,
        reset_link=reset_link,
        day=day,
    )
