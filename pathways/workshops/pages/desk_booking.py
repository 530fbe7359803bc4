"""The desk books for somebody in ten seconds and hands over a slip; it finds a booking again, moves it, cancels it. A
prescriber does the same with what they booked themselves.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Form, Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, idempotency, ids
from pathways.errors import Conflict, DomainError, Invalid, NotFound, Reused
from pathways.i18n import D_
from pathways.people import files
from pathways.people.models import LearnerFile
from pathways.permissions import Member, Permission, Role
from pathways.settings import Settings
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm, settings_of
from pathways.web.fields import Short
from pathways.web.pages import desk_language, render
from pathways.web.paging import page as page_of
from pathways.web.routing import Router
from pathways.workshops import showing, wall_clock
from pathways.workshops.codes import Codes
from pathways.workshops.models import MOST_PARTY, Booking, BookingState, Channel, SessionState, Via, WorkshopSession
from pathways.workshops.pages.booking_doors import (
    OwnCodes,
    entry_ticket_of,
    is_changeable,
    is_live,
    readable,
    ticket_of,
)
from pathways.workshops.pages.booking_forms import BookForm, book_form, contact_words, identifier, reached
from pathways.workshops.pages.booking_words import CLOSED, NEEDS
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating import finding, seats, seeking, seen, waiting
from pathways.workshops.seating.asking import Refused
from pathways.workshops.seating.contacts import Contact
from pathways.workshops.seating.seats import Standing

router = Router()
ROWS = 50
OF = {"session_id": seeking.bookable, "booking_id": seen.booking}
Maker = Annotated[Member, Depends(Requires(Permission.BOOKINGS_MAKE, of=OF))]
MakerForm = Annotated[Member, Depends(RequiresForm(Permission.BOOKINGS_MAKE, of=OF))]
Typed = Annotated[BookForm, Depends(book_form)]
STATES = {
    BookingState.HELD: D_("place gardée, pas encore confirmée"),
    BookingState.CONFIRMED: D_("réservée"),
    BookingState.CANCELLED_BY_PERSON: D_("annulée par la personne"),
    BookingState.CANCELLED_BY_STRUCTURE: D_("séance annulée"),
    BookingState.MOVED: D_("changée de date ou donnée"),
    BookingState.LAPSED: D_("plus gardée"),
}
VIA = {
    Via.PERSON: D_("par la personne"),
    Via.DESK: D_("à l'accueil"),
    Via.PRESCRIBER: D_("par un prescripteur"),
    Via.VAN: D_("dans le véhicule"),
    Via.API: D_("par un autre logiciel"),
    Via.WAITING: D_("depuis la liste d'attente"),
}


class Given(BaseModel):
    """What the address of the form says: who was booked just now, and what is known of who comes next."""

    made: Short = ""
    waits: Short = ""
    file: Short = ""
    language: Short = ""


ASKED = ("party", "label", "language", "needs", "file", "told", "contact")
ALREADY = D_(
    "Ce formulaire a déjà servi pour une réservation. Vérifiez-la, puis renvoyez celui-ci pour en faire une autre."
)
UNREADABLE = D_("Ce numéro ou cette adresse ne va pas. Corrigez, ou choisissez l'autre façon de la prévenir.")


@router.get("/sessions/{session_id}/book")
def ask(
    request: Request,
    member: Maker,
    session_id: uuid.UUID,
    db: ReadDB,
    codes: OwnCodes,
    settings: OwnSettings,
    given: Annotated[Given, Query()],
) -> Response:
    """The form, and above it the slip of whoever was booked just now."""
    session = _session(db, member, session_id)
    shown = _made(db, member, settings, codes, session, given)
    last = shown["told"].booking.language if shown else ""
    typed = BookForm(language=i18n.recognised(given.language) or last or _usual(session))
    return _page(request, db, member, session, typed, made=shown, file=_file(db, member, given.file))


@router.post("/sessions/{session_id}/book")
def book(
    request: Request,
    member: MakerForm,
    session_id: uuid.UUID,
    form: Typed,
    db: DB,
    codes: OwnCodes,
    settings: OwnSettings,
) -> Response:
    """Sent twice, it books once."""
    session = _session(db, member, session_id)
    known = _file(db, member, form.file)
    join = form.go == "wait"

    def act() -> dict[str, Any]:
        contact = _contact(form, member, settings, session)
        language = form.language or _usual(session)
        wanted = form.wanted(contact, language=language, file_id=known.id if known else None)
        if join:
            return {"waits": str(waiting.join(db, codes, session.id, wanted, by=member).entry.id)}
        return {"made": str(bookings.book(db, codes, session.id, wanted, by=member).booking.id)}

    try:
        with db.begin_nested():
            answer = _once(db, member, session, form, act)
    except (Invalid, Conflict) as error:
        return _page(request, db, member, session, form, error=error, file=known)
    if isinstance(answer, Refused):
        return _page(request, db, member, session, form, error=answer, file=known)
    return RedirectResponse(f"/sessions/{session.id}/book?{urlencode(answer)}", 303)


def _once(
    db: Session, member: Member, session: WorkshopSession, form: BookForm, act: Callable[[], dict[str, Any]]
) -> dict[str, Any] | Refused:
    """What came of the form the first time it was sent. Who went back and typed the next person into it is told so; a
    refusal is no answer to keep: the same form may be sent again.
    """
    scope = idempotency.scope_of(member.account_id, f"desk {form.go[:4]}")
    asked = {"session": str(session.id)} | {name: getattr(form, name) for name in ASKED}
    try:
        return idempotency.once(db, scope, form.key, asked, act)[0]
    except Reused:
        raise Conflict(ALREADY) from None
    except Refused as error:  # answered, not raised: what ran out was taken back, and that is kept
        return error


@router.get("/bookings")
def listed(
    request: Request,
    member: Maker,
    db: ReadDB,
    codes: OwnCodes,
    code: Annotated[Short, Query()] = "",
    past: Annotated[Short, Query()] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    if ids.normalised(code) and (found := finding.by_code(db, codes, member, code)):
        return RedirectResponse(f"/bookings/{found.id}", 303)
    if ids.normalised(code) and (entry := finding.entry_by_code(db, codes, member, code)):
        return RedirectResponse(f"/w/{codes.token_of(entry.id)}", 303)
    query = finding.listed(member, past=bool(past))
    page = {"rows": [], "next": None}
    if not code:
        at, key = Booking.created_at, Booking.id
        page = page_of(db, query, at=at, key=key, limit=ROWS, cursor=cursor, show=lambda one: one)
    known = seeking.by_ids(db, [one.session_id for one in page["rows"]])
    spoken = desk_language(request)
    return render(
        request,
        "bookings.html",
        holds=member.may(Permission.BOOKINGS_HOLD),
        rows=[_row(one, known[one.session_id], codes, spoken) for one in page["rows"]],
        following=page["next"],
        code=code,
        past=bool(past),
    )


@router.get("/bookings/{booking_id}")
def one_booking(
    request: Request, member: Maker, booking_id: uuid.UUID, db: ReadDB, codes: OwnCodes, settings: OwnSettings
) -> Response:
    return _booking_page(request, db, codes, settings, seen.booking(db, member, booking_id))


@router.post("/bookings/{booking_id}/cancel")
def cancel(member: MakerForm, booking_id: uuid.UUID, db: DB) -> Response:
    found = seen.booking(db, member, booking_id)
    if is_changeable(found, found.session):
        bookings.cancel(db, found, by=member)
    return RedirectResponse(f"/bookings/{booking_id}", 303)


@router.post("/bookings/{booking_id}/move")
def move(
    request: Request,
    member: MakerForm,
    booking_id: uuid.UUID,
    db: DB,
    codes: OwnCodes,
    settings: OwnSettings,
    to: Annotated[Short, Form()] = "",
) -> Response:
    found = seen.booking(db, member, booking_id)
    session_id = identifier(to)
    if session_id is None or not is_changeable(found, found.session):
        return RedirectResponse(f"/bookings/{booking_id}", 303)
    seeking.bookable(db, member, session_id)
    try:
        made = bookings.move(db, codes, found, session_id, by=member)
    except (Refused, Invalid) as error:
        return _booking_page(request, db, codes, settings, found, wrong=error)
    return RedirectResponse(f"/bookings/{made.booking.id}", 303)


@router.get("/bookings/{booking_id}/cancel")
@router.get("/bookings/{booking_id}/move")
def back(member: Maker, booking_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    seen.booking(db, member, booking_id)
    return RedirectResponse(f"/bookings/{booking_id}", 303)


def when_of(session: WorkshopSession, language: str) -> str:
    """``jeudi 3 décembre 2026, 14:00``."""
    starts = wall_clock.local(session.starts_at, session.timezone)
    return f"{i18n.say_date(starts.day, language)}, {starts}"


def title_of(session: WorkshopSession) -> str:
    """As trainers read it, in French."""
    return session.workshop.titles[i18n.SOURCE]


def _session(db: Session, member: Member, session_id: uuid.UUID) -> WorkshopSession:
    seeking.bookable(db, member, session_id)
    return seeking.by_ids(db, [session_id])[session_id]


def _usual(session: WorkshopSession) -> str:
    """The language in which most people of a session will read their slip."""
    spoken = [one for one in session.languages if one in i18n.languages()]
    return spoken[0] if spoken else i18n.SOURCE


def _file(db: Session, member: Member, text: str) -> LearnerFile | None:
    """The file of whoever is booked, for a member who keeps files."""
    file_id = identifier(text)
    if file_id is None or not member.may(Permission.FILES_KEEP):
        return None
    return files.get(db, member, file_id)


def _contact(form: BookForm, member: Member, settings: Settings, session: WorkshopSession) -> Contact:
    if form.told == "contact" and form.contact:
        return reached(form, settings, timezone=session.timezone)
    return Contact(Channel.PRESCRIBER if member.role is Role.PRESCRIBER else Channel.NONE)


def _made(
    db: Session,
    member: Member,
    settings: Settings,
    codes: Codes,
    session: WorkshopSession,
    given: Given,
) -> dict[str, Any]:
    """The slip to hand over: of a booking or of a place in the list."""
    try:
        if booking_id := identifier(given.made):
            found = seen.booking(db, member, booking_id)
            told = ticket_of(settings, codes, found, session, found.language, live=is_live(found))
            return {"told": told, "slip": f"/b/{codes.token_of(found.id)}", "waits": False}
        if entry_id := identifier(given.waits):
            waits = seen.entry(db, member, entry_id)
            told = entry_ticket_of(settings, codes, waits, session, waits.language)
            return {"told": told, "slip": f"/w/{codes.token_of(waits.id)}", "waits": True}
    except NotFound:
        return {}
    return {}


def _page(
    request: Request,
    db: Session,
    member: Member,
    session: WorkshopSession,
    typed: BookForm,
    *,
    made: dict[str, Any] | None = None,
    error: DomainError | None = None,
    file: LearnerFile | None = None,
) -> Response:
    seen, spoken = seats.availability(db, session), desk_language(request)
    own = session.organisation_id == member.organisation_id and member.may(Permission.BOOKINGS_HOLD)
    late = seen.standing in {Standing.LOCKED, Standing.RUNNING} and own
    at_contact = any(one["field"] == "contact" for one in getattr(error, "errors", []))
    said = i18n.sentence(error.message, error.values, spoken) if error else ""
    status = 200 if error is None else 409 if isinstance(error, Conflict) else 422
    return render(
        request,
        "desk-book.html",
        status=status,
        reader=made["told"].booking.language if made else None,
        session=session,
        title=title_of(session),
        day=when_of(session, spoken),
        place=session.place.name if session.place else "",
        free=seen.free,
        kept=seen.kept,
        queue=seen.waiting,
        bookable=seen.standing in {Standing.OPEN, Standing.FULL} or late,
        queue_open=seen.standing in {Standing.OPEN, Standing.FULL} and (seen.standing is Standing.FULL or bool(error)),
        closed=CLOSED.get(seen.standing, ""),
        made=made or {},
        typed=typed,
        key=ids.random_id(),
        file=file,
        needs=NEEDS,
        most=MOST_PARTY,
        prescribes=member.role is Role.PRESCRIBER,
        contact_words=contact_words(settings_of(request)),
        contact_wrong=i18n.gettext(UNREADABLE, spoken) if at_contact else "",
        wrong="" if at_contact else said,
        back=f"/sessions/{session.id}" if own else "/bookings/search",
    )


def _row(found: Booking, session: WorkshopSession, codes: Codes, spoken: str) -> dict[str, Any]:
    return {
        "id": found.id,
        "when": when_of(session, spoken),
        "title": title_of(session),
        "label": found.label,
        "code": readable(codes, found),
        "party": found.party,
        "language": i18n.language(found.language if found.language in i18n.languages() else i18n.SOURCE),
        "state": STATES[found.state],
    }


def _booking_page(
    request: Request,
    db: Session,
    codes: Codes,
    settings: Settings,
    found: Booking,
    *,
    wrong: DomainError | None = None,
) -> Response:
    session = seeking.by_ids(db, [found.session_id])[found.session_id]
    spoken, changes = desk_language(request), is_changeable(found, session)
    others = []
    if changes and found.state is BookingState.CONFIRMED:
        others = seeking.others(db, session, language=found.language, party=found.party)
    live = is_live(found) and session.state is not SessionState.CANCELLED
    return render(
        request,
        "booking-desk.html",
        status=200 if wrong is None else 409,
        reader=found.language,
        booking=found,
        told=ticket_of(settings, codes, found, session, found.language, live=live),
        slip=f"/b/{codes.token_of(found.id)}",
        state=STATES[found.state],
        via=VIA[found.via],
        moved_to=found.moved_to_id if found.state is BookingState.MOVED else None,
        changes=changes,
        others=[
            {"session": one, "title": title_of(one), "when": when_of(one, spoken), "said": showing.said_of(one, "fr")}
            for one in others
        ],
        wrong=i18n.sentence(wrong.message, wrong.values, spoken) if wrong else "",
    )
