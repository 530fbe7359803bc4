"""One's own account: password, personal tokens, and the organisation one acts for."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock
from pathways.errors import Conflict, Invalid, WrongPassword
from pathways.people import memberships, recovery, service, tokens
from pathways.people.models import Account
from pathways.people.pages.forms import Secret, at_fields, identifier, said, see, without_session
from pathways.people.pages.words import SCOPES, day
from pathways.permissions import Member, Permission
from pathways.settings import Settings
from pathways.web import pages
from pathways.web.dependencies import DB, Address, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line, Short
from pathways.web.routing import Router

router = Router(prefix="/account")

Owner = Annotated[Member, Depends(Requires(Permission.ACCOUNT_OWN))]
OwnerForm = Annotated[Member, Depends(RequiresForm(Permission.ACCOUNT_OWN))]
DAYS = (30, 90, 180, 365)


@router.get("")
def account_page(request: Request, member: Owner, db: ReadDB) -> Response:
    return _page(request, db, member)


@dataclass(frozen=True, slots=True)
class _Change:
    tries: service.Tries
    replacement: recovery.Replacement | None
    errors: dict[str, str]


def _compared(
    member: OwnerForm,
    db: ReadDB,
    settings: OwnSettings,
    address: Address,
    current: Secret = "",
    password: Secret = "",
) -> _Change:
    email = db.get_one(Account, member.account_id).email
    tries = service.Tries.of(settings.secret, email=email, address=address)
    try:
        found = recovery.replacement(db, member, current=current, password=password, tries=tries)
    except Invalid as error:
        return _Change(tries, None, at_fields(error))
    return _Change(tries, found, {})


Compared = Annotated[_Change, Depends(_compared, scope="function")]


# `change` stands before `db`: passwords are compared and hashed before the writer's turn is taken.
@router.post("/password")
def change_password(request: Request, member: OwnerForm, change: Compared, db: DB) -> Response:
    if change.replacement is None:
        return _page(request, db, member, errors=change.errors)
    try:
        recovery.change_password(db, member, change.replacement, tries=change.tries)
    except WrongPassword as error:
        return _page(request, db, member, errors={"current": said(error)})
    return _page(request, db, member, changed=True)


@router.post("/tokens")
def create_token(
    request: Request,
    member: OwnerForm,
    db: DB,
    name: Annotated[Line, Form()] = "",
    scopes: Annotated[list[Short], Form(max_length=len(Permission))] = [],  # noqa: B006 - FastAPI copies defaults
    days: Annotated[int, Form()] = 90,
) -> Response:
    typed = {"name": name, "scopes": scopes, "days": days}
    try:
        _, secret = tokens.create_token(db, member, name=name, scopes=scopes, days=days)
    except Invalid as error:
        return _page(request, db, member, typed=typed, errors=at_fields(error))
    except Conflict as error:
        return _page(request, db, member, typed=typed, errors={"name": said(error)})
    return _page(request, db, member, secret=secret)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(member: OwnerForm, db: DB, token_id: uuid.UUID) -> Response:
    tokens.revoke_token(db, member, token_id=token_id)
    return see("/account#tokens")


@router.post("/organisation")
def switch(member: OwnerForm, db: DB, organisation: Annotated[uuid.UUID, Form()]) -> Response:
    memberships.switch_organisation(db, member, organisation_id=organisation)
    return see("/")


@router.post("/leave")
def leave(
    request: Request, member: OwnerForm, db: DB, settings: OwnSettings, successor: Annotated[Short, Form()] = ""
) -> Response:
    """Leave the organisation that one acts for; one's work goes to whom the form names."""
    return _departure(request, member, db, settings, successor, memberships.leave)


@router.post("/close")
def close(
    request: Request, member: OwnerForm, db: DB, settings: OwnSettings, successor: Annotated[Short, Form()] = ""
) -> Response:
    """The same for all organisations; the account is closed."""
    return _departure(request, member, db, settings, successor, memberships.close_account)


def _departure(
    request: Request, member: Member, db: Session, settings: Settings, successor: str, depart: Callable[..., object]
) -> Response:
    try:
        with db.begin_nested():  # refused for one organisation, it has ended no membership of another
            depart(db, member, successor_id=identifier(successor), hand_over=request.app.state.hand_over)
    except Conflict as error:
        return _page(request, db, member, errors={"close": said(error)})
    except Invalid as error:
        return _page(request, db, member, errors={"close": at_fields(error)["successor"]})
    return without_session(see("/sign-in"), settings)


def _page(
    request: Request,
    db: Session,
    member: Member,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    secret: str = "",
    changed: bool = False,
) -> Response:
    account = db.get_one(Account, member.account_id)
    own_tokens = tokens.tokens_of(db, member)
    return pages.render(
        request,
        "account.html",
        status=422 if errors else 200,
        account=account,
        organisations=memberships.organisations_of(db, member),
        successors=memberships.successors(db, member),
        tokens=own_tokens,
        names=tokens.organisation_names(db, own_tokens),
        grantable=tokens.grantable(member),
        scope_words=SCOPES,
        days_offered=DAYS,
        typed=typed or {"name": "", "scopes": [], "days": 90},
        errors=errors or {},
        secret=secret,
        changed=changed,
        day=day,
        now=clock.now(),
    )
