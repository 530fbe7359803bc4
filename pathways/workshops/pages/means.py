"""The desk: people, rooms, vans and devices, what binds them, and a calendar for each person's own phone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.errors import Conflict, DomainError, Invalid
from pathways.people.models import Account, Membership
from pathways.permissions import Member, Permission
from pathways.places.models import Tour
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, public
from pathways.web.routing import Router
from pathways.workshops import forms, tongues
from pathways.workshops.forms import Filled, Sent
from pathways.workshops.models import Means
from pathways.workshops.pages import desk
from pathways.workshops.pages.desk import Reader, Said, Writer, WriterForm
from pathways.workshops.scheduling import agenda, means, venues
from pathways.workshops.wall_clock import local

router = Router()
Owner = Annotated[Member, Depends(Requires(Permission.ACCOUNT_OWN))]
MOST_ROWS = 300
UNGUESSABLE = "the address is made from the server's secret and names one calendar, without anybody who comes"


@router.get("/means")
def all_means(request: Request, member: Reader, db: ReadDB, archived: Said = "", said: Said = "") -> Response:
    found = db.scalars(means.list_for(member, archived=bool(archived)).limit(MOST_ROWS)).all()
    return desk.page(
        request,
        "means.html",
        said=said,
        rows=[(one, tongues.named(one.languages)) for one in found],
        kinds=means.KINDS,
        archived=bool(archived),
        writes=member.may(Permission.WORKSHOPS_WRITE),
    )


@router.get("/means/mine")
def mine(request: Request, member: Owner, db: ReadDB, settings: OwnSettings) -> Response:
    """What binds the member: their own sheets of means together."""
    found = agenda.own(db, member)
    feeds = [(one, _feed(settings.url, settings.secret, one)) for one in found]
    return _agenda(request, db, found, feeds=feeds, title="")


@router.get("/means/agenda/{token}.ics")
@public(UNGUESSABLE)
def feed(token: str, db: ReadDB, settings: OwnSettings, request: Request) -> Response:
    found = agenda.of_token(db, settings.secret, token)
    body = agenda.feed(db, found, host=request.url.hostname or "pathways")
    tag = f'"{ids.fingerprint(body.decode(), 24)}"'
    headers = {"etag": tag, "cache-control": "private, max-age=300", "x-robots-tag": "noindex"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/means/new")
def new(request: Request, member: Writer, db: ReadDB) -> Response:
    return _form(request, db, member, Filled({"units": ["1"]}), key=ids.new_id())


@router.post("/means/new")
def create(request: Request, member: WriterForm, db: DB, filled: Sent) -> Response:
    key = filled.identifier("key") or ids.new_id()
    try:
        with db.begin_nested():
            made = means.create(db, member, forms.means_of(filled), id=key)
    except (Invalid, Conflict) as refused:
        return _form(request, db, member, filled, key=key, refused=refused)
    return RedirectResponse(f"/means/{made.id}?said=kept", 303)


@router.get("/means/{means_id}")
def one_means(
    request: Request, member: Reader, means_id: uuid.UUID, db: ReadDB, settings: OwnSettings, said: Said = ""
) -> Response:
    """Its calendar. The address of its feed is for whoever keeps the sheet."""
    found = means.get(db, member, means_id)
    own = found.organisation_id == member.organisation_id and member.may(Permission.WORKSHOPS_WRITE)
    feeds = [(found, _feed(settings.url, settings.secret, found))] if own and found.archived_at is None else []
    return _agenda(request, db, [found], feeds=feeds, title=found.name, said=said, sheet=found if own else None)


@router.get("/means/{means_id}/edit")
def edit(request: Request, member: Writer, means_id: uuid.UUID, db: ReadDB) -> Response:
    found = means.editable(db, member, means_id)
    return _form(request, db, member, forms.filled_with_means(found), sheet=found)


@router.post("/means/{means_id}/edit")
def update(request: Request, member: WriterForm, means_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    found = means.editable(db, member, means_id)
    try:
        version = filled.number("version", 0)
        with db.begin_nested():
            means.update(db, member, means_id, forms.means_of(filled), version=version)
    except (Invalid, Conflict) as refused:
        return _form(request, db, member, filled, sheet=found, refused=refused)
    return RedirectResponse(f"/means/{means_id}?said=kept", 303)


@router.post("/means/{means_id}/archive")
def archive(member: WriterForm, means_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    archived = filled.get("action") != "restore"
    means.archive(db, member, means_id, archived=archived)
    return RedirectResponse(f"/means/{means_id}?said={'archived' if archived else 'restored'}", 303)


def _feed(url: str, secret: bytes, one: Means) -> str:
    return f"{url}/means/agenda/{agenda.token_of(secret, one.id)}.ics"


def _agenda(
    request: Request,
    db: Session,
    found: Sequence[Means],
    *,
    feeds: list[tuple[Means, str]],
    title: str,
    said: str = "",
    sheet: Means | None = None,
) -> Response:
    rows = [
        (one, local(one.starts_at, one.session.timezone), local(one.ends_at, one.session.timezone))
        for one in agenda.coming(db, found)
    ]
    return desk.page(
        request,
        "means-agenda.html",
        said=said,
        title=title,
        found=found,
        rows=[(one, i18n.say_date(starts.day, i18n.current().code), starts, ends) for one, starts, ends in rows],
        feeds=feeds,
        sheet=sheet,
        states=desk.STATES,
    )


def _form(
    request: Request,
    db: Session,
    member: Member,
    filled: Filled,
    *,
    sheet: Means | None = None,
    key: uuid.UUID | None = None,
    refused: DomainError | None = None,
) -> Response:
    people = (
        sa.select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.organisation_id == member.organisation_id)
        .order_by(Account.name)
    )
    tours = sa.select(Tour).where(Tour.organisation_id == member.organisation_id, Tour.ended_at.is_(None))
    choices = venues.offered(db, member)
    names = {place.id: place.name for place in choices.places}
    return desk.page(
        request,
        "means-form.html",
        filled=filled,
        refused=refused,
        sheet=sheet,
        key=key,
        kinds=means.KINDS,
        people=db.scalars(people.limit(MOST_ROWS)).all(),
        rooms=[(one, names.get(one.place_id, "")) for one in choices.rooms],
        tours=db.scalars(tours.order_by(Tour.name)).all(),
    )
