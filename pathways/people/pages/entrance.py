"""Signing in and out, one-time links, and the way back for who lost a password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.errors import Forbidden, Invalid, WrongPassword
from pathways.people import recovery, service
from pathways.people.identification import COOKIE
from pathways.people.models import Account, LinkPurpose
from pathways.people.pages.forms import (
    Secret,
    Token,
    at_fields,
    local_path,
    said,
    see,
    speaks_of_the_desk,
    with_session,
    without_session,
)
from pathways.permissions import Permission
from pathways.web import pages
from pathways.web.dependencies import DB, Address, OwnSettings, ReadDB, RequiresForm, public
from pathways.web.fields import Line, Short
from pathways.web.routing import Router

router = Router(dependencies=[Depends(speaks_of_the_desk)])
LANGUAGE_SECONDS = 365 * 24 * 3600
NO_SESSION_YET = "who signs in has no session yet; the origin of the form is checked for every request"


@router.get("/sign-in")
@public("this is where one signs in")
def sign_in_page(request: Request, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:  # noqa: A002
    return pages.render(request, "sign-in.html", next=local_path(next), email="", errors={})


@router.post("/desk-language")
@public("in which language a page of the desk is read concerns nobody else")
def choose_language(
    settings: OwnSettings, language: Annotated[Short, Form()] = "", back: Annotated[str, Form(max_length=2000)] = "/"
) -> Response:
    """French or English, for this browser, until another choice."""
    response = see(local_path(back))
    if language in {one.code for one in i18n.desk_languages()}:
        response.set_cookie(
            pages.DESK_COOKIE,
            language,
            max_age=LANGUAGE_SECONDS,
            httponly=True,
            samesite="lax",
            secure=settings.secure_cookies,
        )
    return response


@dataclass(frozen=True, slots=True)
class _Entry:
    tries: service.Tries
    credentials: service.Credentials


def _compared(
    db: ReadDB,
    settings: OwnSettings,
    address: Address,
    email: Annotated[Line, Form()] = "",
    password: Secret = "",
) -> _Entry:
    tries = service.Tries.of(settings.secret, email=email, address=address)
    return _Entry(tries, service.compare(db, email=email, password=password, tries=tries))


Compared = Annotated[_Entry, Depends(_compared, scope="function")]


# `entry` stands before `db`: the password is compared before the writer's turn is taken.
@router.post("/sign-in")
@public(NO_SESSION_YET)
def sign_in(
    request: Request,
    entry: Compared,
    db: DB,
    settings: OwnSettings,
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    next_path = local_path(next)
    try:
        token = service.sign_in(db, entry.credentials, tries=entry.tries, replaces=request.cookies.get(COOKIE))
    except (WrongPassword, Forbidden) as error:
        values = {"next": next_path, "email": entry.credentials.email, "errors": {"password": said(error)}}
        return pages.render(request, "sign-in.html", status=422, **values)
    return with_session(see(next_path), token, settings)


@router.get("/sign-in/link/{token}")
@public("the link itself is the proof")
def use_link(request: Request, token: Token, db: DB, settings: OwnSettings) -> Response:
    session_token = service.use_link(db, token, replaces=request.cookies.get(COOKIE))
    return with_session(see("/"), session_token, settings)


@router.post("/sign-out", dependencies=[Depends(RequiresForm(Permission.ACCOUNT_OWN))])
def sign_out(request: Request, db: DB, settings: OwnSettings) -> Response:
    service.sign_out(db, request.cookies.get(COOKIE))
    return without_session(see("/sign-in"), settings)


@router.get("/forgotten")
@public("who lost a password cannot sign in")
def forgotten_page(request: Request, settings: OwnSettings) -> Response:
    return pages.render(request, "forgotten.html", mail=bool(settings.mail_url), email="", sent=False, errors={})


@router.post("/forgotten")
@public(NO_SESSION_YET)
def forgotten(
    request: Request, db: DB, settings: OwnSettings, address: Address, email: Annotated[Line, Form()] = ""
) -> Response:
    values: dict[str, Any] = {"mail": bool(settings.mail_url), "email": email, "sent": False, "errors": {}}
    if not settings.mail_url:
        return pages.render(request, "forgotten.html", **values)
    try:
        recovery.forgotten_password(db, email=email, address=address, secret=settings.secret)
    except Invalid as error:
        values["errors"] = at_fields(error)
        return pages.render(request, "forgotten.html", status=422, **values)
    values["sent"] = True
    return pages.render(request, "forgotten.html", **values)


@router.get("/reset/{token}")
@public("the link itself is the proof")
def reset_page(request: Request, token: Token, db: ReadDB) -> Response:
    return _reset_page(request, _owner(db, token), errors={})


def _hashed(token: Token, db: ReadDB, password: Secret = "") -> str | dict[str, str]:
    """The hash of the new password, or what is wrong with it."""
    try:
        return recovery.hash_for_reset(db, token, password=password)
    except Invalid as error:
        return at_fields(error)


Hashed = Annotated[str | dict[str, str], Depends(_hashed, scope="function")]


# `hashed` stands before `db`, as above.
@router.post("/reset/{token}")
@public("the link itself is the proof; the origin of the form is checked for every request")
def reset(request: Request, token: Token, hashed: Hashed, db: DB, settings: OwnSettings) -> Response:
    if isinstance(hashed, dict):
        return _reset_page(request, _owner(db, token), errors=hashed)
    return with_session(see("/"), recovery.reset_password(db, token, password_hash=hashed), settings)


def _owner(db: ReadDB, token: str) -> Account:
    return db.get_one(Account, service.link_by_token(db, token, purpose=LinkPurpose.RESET).account_id)


def _reset_page(request: Request, account: Account, *, errors: dict[str, str]) -> Response:
    return pages.render(request, "reset.html", status=422 if errors else 200, account=account, errors=errors)
