"""The desk: one session, its form, its seats and shares, and its poster."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, ids
from pathways.errors import Conflict, DomainError, Forbidden, Invalid
from pathways.i18n import D_
from pathways.people.models import Account, Organisation
from pathways.permissions import Member
from pathways.places.rules import AREAS
from pathways.web.dependencies import DB, OwnSettings, ReadDB
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.web.squares import square
from pathways.workshops import forms, policies
from pathways.workshops.forms import Filled, Sent
from pathways.workshops.models import (
    MeansKind,
    QuotaKind,
    SeatChange,
    SeatQuota,
    SessionState,
    Workshop,
    WorkshopSession,
)
from pathways.workshops.pages import desk
from pathways.workshops.pages.desk import Reader, Said, Writer, WriterForm
from pathways.workshops.scheduling import engaging, means, offers, sessions, venues
from pathways.workshops.scheduling.series import Template
from pathways.workshops.scheduling.series import create as create_series
from pathways.workshops.seating import cancelling, editing, seats
from pathways.workshops.showing import said_of

router = Router()
MOST_PARTNERS = 300
CoLed = Callable[[Session, Member, WorkshopSession], Sequence[Any]]
"""With whom a member led a session, and whether they said so: badges, above this feature, register it as
``app.state.co_led``. Without badges there is nothing to say.
"""


# --- scheduling ----------------------------------------------------------------------------------------------


@router.get("/workshops/{workshop_id}/sessions/new")
def new(request: Request, member: Writer, workshop_id: uuid.UUID, db: ReadDB) -> Response:
    """What the address names (``day``, ``starts``, ``where`` ...) is filled in: other pages lead here."""
    workshop = offers.get(db, member, workshop_id)
    filled = Filled({"seats": [str(workshop.seats)], "languages": list(workshop.languages), "starts": ["14:00"]})
    for name in ("day", "starts", "ends", "where", "seats", "weeks", "timezone"):
        if given := request.query_params.get(name):
            filled.fields[name] = [given[:80]]
    if given := request.query_params.getlist("languages")[:20]:
        filled.fields["languages"] = [code[:10] for code in given]
    return _form(request, db, member, workshop, filled, key=ids.new_id())


@router.post("/workshops/{workshop_id}/sessions/new")
def schedule(request: Request, member: WriterForm, workshop_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    """One session, or with ``weeks`` a series."""
    workshop = offers.get(db, member, workshop_id)
    key = filled.identifier("key") or ids.new_id()
    if filled.get("action") == "free":
        return _form(request, db, member, workshop, filled, key=key)
    publish = filled.get("action") == "publish"
    try:
        form = forms.session_of(filled, minutes=workshop.minutes)
        rule = forms.repeated(filled, form.day)
        with db.begin_nested():
            if rule is not None:
                template = Template(form, publish)
                series, made = create_series(db, member, workshop_id, rule, template, id=key)
                said = "troubled" if made.troubles else "series"
                return RedirectResponse(f"/series/{series.id}?said={said}", 303)
            session = sessions.schedule(db, member, workshop_id, form, id=key)
            if publish:
                sessions.publish(db, member, session.id)
    except (Invalid, Conflict) as refused:
        return _form(request, db, member, workshop, filled, key=key, refused=refused)
    return RedirectResponse(f"/sessions/{session.id}?said={'published' if publish else 'kept'}", 303)


# --- one session ---------------------------------------------------------------------------------------------


@router.get("/sessions/{session_id}")
def session(request: Request, member: Reader, session_id: uuid.UUID, db: ReadDB, said: Said = "") -> Response:
    return _session(request, db, member, session_id, said=said)


@router.get("/sessions/{session_id}/edit")
def edit(request: Request, member: Writer, session_id: uuid.UUID, db: ReadDB) -> Response:
    found = sessions.editable(db, member, session_id)
    filled = forms.filled_with_session(sessions.form_of(db, found))
    return _form(request, db, member, found.workshop, filled, session=found)


@router.post("/sessions/{session_id}/edit")
def update(request: Request, member: WriterForm, session_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    found = sessions.editable(db, member, session_id)
    if filled.get("action") == "free":
        return _form(request, db, member, found.workshop, filled, session=found)
    try:
        form = forms.session_of(filled, minutes=found.workshop.minutes)
        version, reason = filled.number("version", 0), filled.get("reason")
        with db.begin_nested():
            editing.edit(db, member, session_id, form, version=version, reason=reason)
    except (Invalid, Conflict) as refused:
        return _form(request, db, member, found.workshop, filled, session=found, refused=refused)
    return RedirectResponse(f"/sessions/{session_id}?said=kept", 303)


@router.post("/sessions/{session_id}/publish")
def publish(member: WriterForm, session_id: uuid.UUID, db: DB) -> Response:
    sessions.publish(db, member, session_id)
    return RedirectResponse(f"/sessions/{session_id}?said=published", 303)


@router.post("/sessions/{session_id}/duplicate")
def duplicate(request: Request, member: WriterForm, session_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    try:
        day = forms.day_of(filled)
        with db.begin_nested():
            made = sessions.duplicate(db, member, session_id, day, id=filled.identifier("key") or ids.new_id())
    except (Invalid, Conflict) as refused:
        return _session(request, db, member, session_id, refused=refused)
    return RedirectResponse(f"/sessions/{made.id}?said=kept", 303)


@router.get("/sessions/{session_id}/cancel")
def cancelling_page(request: Request, member: Writer, session_id: uuid.UUID, db: ReadDB) -> Response:
    return _cancelling(request, sessions.changeable(db, member, session_id))


@router.post("/sessions/{session_id}/cancel")
def cancel(request: Request, member: WriterForm, session_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    found = sessions.changeable(db, member, session_id)
    try:
        with db.begin_nested():
            cancelling.cancel_session(db, member, session_id, reason=filled.get("reason"))
    except (Invalid, Conflict) as refused:
        return _cancelling(request, found, filled=filled, refused=refused)
    return RedirectResponse(f"/sessions/{session_id}?said=cancelled", 303)


@router.post("/sessions/{session_id}/seats")
def allow(request: Request, member: WriterForm, session_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    """Seats beyond the capacity, with a reason."""
    found = sessions.editable(db, member, session_id)
    try:
        allowance = filled.number("allowance", 0)
        filled.refuse()
        with db.begin_nested():
            seats.allow(db, member, found, allowance, filled.get("reason"))
    except (Invalid, Conflict) as refused:
        return _session(request, db, member, session_id, filled=filled, refused=refused)
    return RedirectResponse(f"/sessions/{session_id}?said=kept", 303)


@router.post("/sessions/{session_id}/quotas")
def quotas(request: Request, member: WriterForm, session_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    found = sessions.editable(db, member, session_id)
    try:
        shares = forms.shares_of(filled, found.timezone)
        with db.begin_nested():
            seats.set_quotas(db, found, shares)
    except (Invalid, Conflict) as refused:
        return _session(request, db, member, session_id, shares=filled, refused=refused)
    return RedirectResponse(f"/sessions/{session_id}?said=kept#quotas", 303)


@router.get("/sessions/{session_id}/poster")
def poster(
    request: Request, member: Reader, session_id: uuid.UUID, db: ReadDB, settings: OwnSettings, lang: Said = ""
) -> Response:
    """An A4 page for a wall, in French and in one language."""
    found = sessions.get(db, member, session_id)
    spoken = lang if lang in i18n.languages() else next((c for c in found.languages if c in i18n.languages()), "fr")
    url = f"{settings.url}/s/{found.code}"
    return render(
        request,
        "session-poster.html",
        reader=spoken,
        display="both",
        session=found,
        said=said_of(found, spoken),
        url=url,
        qr=square(url),
        reachable=settings.reachable_by_phones,
    )


# --- inside --------------------------------------------------------------------------------------------------


def _session(
    request: Request,
    db: Session,
    member: Member,
    session_id: uuid.UUID,
    *,
    said: str = "",
    filled: Filled | None = None,
    shares: Filled | None = None,
    refused: DomainError | None = None,
) -> Response:
    found = sessions.get(db, member, session_id)
    own = found.organisation_id == member.organisation_id
    every = db.scalars(sa.select(SeatQuota).filter_by(session_id=found.id).order_by(SeatQuota.id)).all()
    bound = engaging.bindings(db, _bound_ids(db, found), found.starts_at, found.ends_at) if own else []
    changes = sa.select(SeatChange, Account.name).join(Account, Account.id == SeatChange.account_id)
    return desk.page(
        request,
        "session-desk.html",
        said=said,
        filled=filled,
        refused=refused,
        session=found,
        told=said_of(found, i18n.SOURCE),
        seen=seats.availability(db, found),
        own=own,
        writes=policies.may_edit(member, found.organisation_id),
        member_may=member.may,
        quotas=every if own else [one for one in every if one.value == str(member.organisation_id)],
        shares=shares or forms.filled_with_quotas(every, found.timezone),
        rows=forms.QUOTA_ROWS,
        partners=_partners(db, member) if own else {},
        bound=[one for one in bound if one.session.id == found.id],
        changes=db.execute(changes.where(SeatChange.session_id == found.id).order_by(SeatChange.id)).all()
        if own
        else [],
        words=desk,
        kinds=means.KINDS,
        url=f"{request.app.state.settings.url}/s/{found.code}",
        key=ids.new_id(),
        structure=QuotaKind.STRUCTURE,
        co_led=_co_led(request, db, member, found),
    )


def _co_led(request: Request, db: Session, member: Member, found: WorkshopSession) -> Sequence[Any]:
    co_led: CoLed | None = getattr(request.app.state, "co_led", None)
    return co_led(db, member, found) if co_led is not None else ()


def _cancelling(
    request: Request, found: WorkshopSession, *, filled: Filled | None = None, refused: DomainError | None = None
) -> Response:
    return desk.page(
        request,
        "session-cancel.html",
        filled=filled,
        refused=refused,
        session=found,
        told=said_of(found, i18n.SOURCE),
    )


def _form(
    request: Request,
    db: Session,
    member: Member,
    workshop: Workshop,
    filled: Filled,
    *,
    session: WorkshopSession | None = None,
    key: uuid.UUID | None = None,
    refused: DomainError | None = None,
) -> Response:
    if not policies.may_edit(member, workshop.organisation_id):
        raise Forbidden(D_("Votre rôle ne permet pas de modifier les ateliers."))
    stretch = _stretch(filled, workshop, session)
    free = engaging.free_between(db, member, *stretch, but=session.id if session else None)
    return desk.page(
        request,
        "session-form.html",
        filled=filled,
        refused=refused,
        workshop=workshop,
        session=session,
        told=said_of(session, i18n.SOURCE) if session else None,
        key=key,
        choices=venues.offered(db, member, also=session.place_id if session else None),
        free=[one for one in free if one[0].kind not in {MeansKind.ROOM, MeansKind.VAN}],
        stretch=bool(filled.get("day")),
        kinds=means.KINDS,
        words=desk,
        areas=AREAS,
        published=session is not None and session.state is SessionState.PUBLISHED,
    )


def _stretch(filled: Filled, workshop: Workshop, session: WorkshopSession | None) -> tuple[datetime, datetime]:
    """When it would be, to say what is free then; now, as long as no day is chosen."""
    try:
        return sessions.stretch_of(forms.session_of(Filled(dict(filled.fields)), minutes=workshop.minutes))
    except Invalid:
        now = clock.now()
        return (session.starts_at, session.ends_at) if session else (now, now + timedelta(minutes=workshop.minutes))


def _bound_ids(db: Session, found: WorkshopSession) -> list[uuid.UUID]:
    return [one.means_id for one in engaging.bound_to(db, found.id)]


def _partners(db: Session, member: Member) -> dict[str, str]:
    """The other organisations of this server, for shares of seats."""
    query = sa.select(Organisation.id, Organisation.name).where(Organisation.id != member.organisation_id)
    return {str(one): name for one, name in db.execute(query.order_by(Organisation.name).limit(MOST_PARTNERS))}
