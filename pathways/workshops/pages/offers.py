"""The desk: what the organisation offers, one workshop with its sessions, and the form of an offer."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, ids
from pathways.errors import Conflict, DomainError, Invalid
from pathways.permissions import Member, Permission
from pathways.places.rules import Rule
from pathways.web.dependencies import DB, ReadDB
from pathways.web.routing import Router
from pathways.workshops import forms, themes
from pathways.workshops.forms import Filled, Sent
from pathways.workshops.models import SessionState, Workshop
from pathways.workshops.pages import desk
from pathways.workshops.pages.desk import Reader, Said, Writer, WriterForm
from pathways.workshops.scheduling import offers, sessions
from pathways.workshops.scheduling import series as all_series
from pathways.workshops.showing import said_of

router = Router()
MOST_ROWS, SOON = 200, timedelta(days=28)


@router.get("/workshops")
def workshops(request: Request, member: Reader, db: ReadDB, archived: Said = "", said: Said = "") -> Response:
    """The offers, and the sessions of the next four weeks."""
    now = clock.now()
    coming = sessions.list_for(member, start=now, end=now + SOON).options(*desk.WHOLE)
    return desk.page(
        request,
        "workshops.html",
        said=said,
        workshops=db.scalars(offers.list_for(member, archived=bool(archived)).limit(MOST_ROWS)).all(),
        archived=bool(archived),
        rows=[(one, said_of(one, i18n.SOURCE)) for one in db.scalars(coming.limit(MOST_ROWS))],
        states=desk.STATES,
        theme=themes.theme,
        writes=member.may(Permission.WORKSHOPS_WRITE),
    )


@router.get("/workshops/new")
def new(request: Request, member: Writer, db: ReadDB) -> Response:
    filled = Filled({"languages": ["fr"], "seats": ["8"], "minutes": ["120"], "reading": ["little"]})
    return _form(request, db, member, filled, key=ids.new_id())


@router.post("/workshops/new")
def create(request: Request, member: WriterForm, db: DB, filled: Sent) -> Response:
    key = filled.identifier("key") or ids.new_id()
    if filled.get("action") == "find":
        return _form(request, db, member, filled, key=key)
    try:
        with db.begin_nested():
            made = offers.create(db, member, forms.workshop_of(filled), id=key)
    except (Invalid, Conflict) as refused:
        return _form(request, db, member, filled, key=key, refused=refused)
    return RedirectResponse(f"/workshops/{made.id}?said=kept", 303)


@router.get("/workshops/{workshop_id}")
def workshop(request: Request, member: Reader, workshop_id: uuid.UUID, db: ReadDB, said: Said = "") -> Response:
    found = offers.get(db, member, workshop_id)
    coming = sessions.list_for(member, start=clock.now(), workshop_id=workshop_id).options(*desk.WHOLE)
    rows = [(one, said_of(one, i18n.SOURCE)) for one in db.scalars(coming.limit(MOST_ROWS))]
    return desk.page(
        request,
        "workshop.html",
        said=said,
        workshop=found,
        theme=themes.theme(found.theme),
        skills=offers.skills_named(db, found.organisation_id, found.skills),
        rows=rows,
        drafts=sum(one.state is SessionState.DRAFT for one, _ in rows),
        series=[(one, Rule.of(one.rule), one.template) for one in all_series.of_workshop(db, found.id)],
        states=desk.STATES,
        words=desk,
        equipment=offers.EQUIPMENT,
        access=offers.ACCESS,
        writes=member.may(Permission.WORKSHOPS_WRITE),
    )


@router.get("/workshops/{workshop_id}/edit")
def edit(request: Request, member: Writer, workshop_id: uuid.UUID, db: ReadDB) -> Response:
    found = offers.get(db, member, workshop_id)
    return _form(request, db, member, forms.filled_with_workshop(found), workshop=found)


@router.post("/workshops/{workshop_id}/edit")
def update(request: Request, member: WriterForm, workshop_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    found = offers.get(db, member, workshop_id)
    if filled.get("action") == "find":
        return _form(request, db, member, filled, workshop=found)
    try:
        version = filled.number("version", 0)
        with db.begin_nested():
            kept = offers.update(db, member, workshop_id, forms.workshop_of(filled), version=version)
            sessions.save_traits_of_workshop(db, kept)
    except (Invalid, Conflict) as refused:
        return _form(request, db, member, filled, workshop=found, refused=refused)
    return RedirectResponse(f"/workshops/{workshop_id}?said=kept", 303)


@router.post("/workshops/{workshop_id}/archive")
def archive(member: WriterForm, workshop_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    archived = filled.get("action") != "restore"
    offers.archive(db, member, workshop_id, archived=archived)
    return RedirectResponse(f"/workshops/{workshop_id}?said={'archived' if archived else 'restored'}", 303)


def _form(
    request: Request,
    db: Session,
    member: Member,
    filled: Filled,
    *,
    workshop: Workshop | None = None,
    key: uuid.UUID | None = None,
    refused: DomainError | None = None,
) -> Response:
    words = filled.get("find")
    found = offers.skills_by_words(db, member, words) if words else {}
    chosen = offers.skills_named(db, member.organisation_id, filled.all("skills"))
    return desk.page(
        request,
        "workshop-form.html",
        filled=filled,
        refused=refused,
        workshop=workshop,
        key=key,
        themes=themes.themes(),
        skills=chosen | found,
        words=desk,
        equipment=offers.EQUIPMENT,
        access=offers.ACCESS,
        french_levels=offers.FRENCH_LEVELS,
        most_title=offers.LONGEST_TITLE,
    )
