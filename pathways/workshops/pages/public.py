"""A session as anybody reads it in their language, and a place in it in two screens, without account or telephone."""

from __future__ import annotations

import uuid
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, idempotency, ids, throttle
from pathways.errors import Invalid, NotFound
from pathways.settings import Settings
from pathways.web.dependencies import DB, Address, OwnSettings, ReadDB, public, settings_of
from pathways.web.pages import render
from pathways.web.private import remember_language
from pathways.web.routing import Router
from pathways.workshops import showing
from pathways.workshops.codes import Codes
from pathways.workshops.models import MOST_PARTY, Booking, QuotaKind, WorkshopSession
from pathways.workshops.pages.booking_doors import OwnCodes, is_live
from pathways.workshops.pages.booking_forms import BookForm, book_form, contact_words, reached
from pathways.workshops.pages.booking_words import CLOSED, NEEDS, RULE, facts_of
from pathways.workshops.scheduling import sessions
from pathways.workshops.seating import booking, seats, seeking, waiting
from pathways.workshops.seating.asking import Refused, Wanted
from pathways.workshops.seating.seats import Availability, Standing

router = Router()
WHY = "anybody may read of a session that is before the public, and book a place without an account"
JUST_BOOKED, JUST_SECONDS = "booked", 600
"""The cookie by which going back shows the slip instead of booking again, and how long: the next person may be at the
same device.
"""
Typed = Annotated[BookForm, Depends(book_form)]


@router.get("/s/{session_code}")
@public(WHY)
def session_page(request: Request, session_code: str, db: ReadDB) -> Response:
    session = sessions.public_by_code(db, session_code)
    language = i18n.current().code
    said, seen = showing.said_of(session, language), seats.availability(db, session)
    bookable = _is_bookable(session, seen, language)
    others = [] if bookable else seeking.others(db, session, language=language)[:1]
    response = render(
        request,
        "public-session.html",
        session=session,
        said=said,
        rows=facts_of(session),
        standing=seen.standing.value,
        bookable=bookable,
        waits=seen.standing is Standing.FULL,
        free=seen.free,
        waiting=seen.waiting,
        closed=CLOSED.get(seen.standing, ""),
        rule=RULE[session.waiting_rule],
        others=[{"session": one, "said": showing.said_of(one, language)} for one in others],
    )
    if asked := i18n.recognised(request.query_params.get("lang", "")):
        remember_language(response, request, asked)
    return response


@router.get("/s/{session_code}/language")
@public(WHY)
def languages(request: Request, session_code: str, db: ReadDB) -> Response:
    """The language wall: each name in its own script."""
    session = sessions.public_by_code(db, session_code)
    offered = list(i18n.languages().values())
    return render(request, "wall.html", offered=offered, base=f"/s/{session.code}/language", chosen=i18n.current().code)


@router.get("/s/{session_code}/language/{tag}")
@public(WHY)
def choose_language(request: Request, session_code: str, tag: str) -> Response:
    """A link like the wall's: it changes how one reads, and nothing else."""
    response = RedirectResponse(f"/s/{quote(ids.normalised(session_code)[:12])}", 303)
    if code := i18n.recognised(tag):
        remember_language(response, request, code)
    return response


@router.get("/s/{session_code}/book")
@public(WHY)
def ask(
    request: Request,
    session_code: str,
    db: ReadDB,
    codes: OwnCodes,
    settings: OwnSettings,
    again: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """The one form; or the slip, for whoever comes back to it."""
    session = sessions.public_by_code(db, session_code)
    if not again and (token := _just_booked(request, db, codes, session)):
        return RedirectResponse(f"/b/{token}?new=1", 303)
    seen = seats.availability(db, session)
    if not _is_bookable(session, seen, i18n.current().code):
        return RedirectResponse(f"/s/{session.code}{'/wait' if seen.standing is Standing.FULL else ''}", 303)
    return _form(request, settings, session, BookForm(), waits=False)


@router.post("/s/{session_code}/book")
@public(WHY)
def book(
    request: Request, session_code: str, form: Typed, db: DB, codes: OwnCodes, settings: OwnSettings, address: Address
) -> Response:
    """Sent twice, it books once. What is wrong is said on the same page, with what was typed."""
    session = sessions.public_by_code(db, session_code)
    bucket = _bucket(db, settings, address)

    def act(wanted: Wanted) -> dict[str, Any]:
        made = booking.book(db, codes, session.id, wanted)
        throttle.count(db, bucket, minutes=60)
        return {"made": str(made.booking.id)}

    try:
        answer = _once(db, settings, session, form, "book", act)
    except Invalid as error:
        return _form(request, settings, session, form, waits=False, error=error)
    if "refused" in answer:
        waits = seats.availability(db, session).standing in {Standing.FULL, Standing.OPEN}
        return _form(request, settings, session, form, waits=waits, refused=answer["refused"])
    token = codes.token_of(uuid.UUID(answer["made"]))
    response = RedirectResponse(f"/b/{token}?new=1", 303)
    response.set_cookie(
        JUST_BOOKED,
        token,
        max_age=JUST_SECONDS,
        path=f"/s/{session.code}/book",
        httponly=True,
        samesite="lax",
        secure=settings_of(request).secure_cookies,
    )
    return response


@router.get("/s/{session_code}/wait")
@public(WHY)
def ask_to_wait(request: Request, session_code: str, db: ReadDB, settings: OwnSettings) -> Response:
    session = sessions.public_by_code(db, session_code)
    if seats.availability(db, session).standing is not Standing.FULL:
        return RedirectResponse(f"/s/{session.code}", 303)
    return _form(request, settings, session, BookForm(), waits=True)


@router.post("/s/{session_code}/wait")
@public(WHY)
def wait(
    request: Request, session_code: str, form: Typed, db: DB, codes: OwnCodes, settings: OwnSettings, address: Address
) -> Response:
    session = sessions.public_by_code(db, session_code)
    bucket = _bucket(db, settings, address)

    def act(wanted: Wanted) -> dict[str, Any]:
        waits = waiting.join(db, codes, session.id, wanted)
        throttle.count(db, bucket, minutes=60)
        return {"made": str(waits.entry.id)}

    try:
        answer = _once(db, settings, session, form, "wait", act)
    except Invalid as error:
        return _form(request, settings, session, form, waits=True, error=error)
    if "refused" in answer:
        return _form(request, settings, session, form, waits=False, refused=answer["refused"])
    return RedirectResponse(f"/w/{codes.token_of(uuid.UUID(answer['made']))}", 303)


def _once(
    db: Session, settings: Settings, session: WorkshopSession, form: BookForm, what: str, act: Any
) -> dict[str, Any]:
    """What came of the form the first time it was sent. Its key alone counts: who went back and changed something has
    the place they took, and changes that. A refusal is no answer to keep: the same form may be sent again.
    """
    with db.begin_nested():
        contact = reached(form, settings, timezone=session.timezone)
        wanted = form.wanted(contact, language=i18n.current().code)
        scope = idempotency.scope_of(session.id, f"page {what}")
        try:
            answer, _ = idempotency.once(db, scope, form.key, "", lambda: act(wanted))
        except Refused as error:  # answered, not raised: what ran out meanwhile was taken back, and that is kept
            return {"refused": error.message}
        return answer


def _bucket(db: Session, settings: Settings, address: str) -> str:
    """Of the seats that this address took within the hour, also through the API."""
    bucket = throttle.bucket(settings.secret, "booking", address)
    if settings.bookings_an_hour:
        throttle.check(db, bucket, limit=settings.bookings_an_hour, minutes=60)
    return bucket


def _form(
    request: Request,
    settings: Settings,
    session: WorkshopSession,
    typed: BookForm,
    *,
    waits: bool,
    error: Invalid | None = None,
    refused: str = "",
) -> Response:
    at_contact = error is not None and any(one["field"] == "contact" for one in error.errors)
    return render(
        request,
        "book.html",
        status=422 if error else 409 if refused else 200,
        session=session,
        said=showing.said_of(session, i18n.current().code),
        typed=typed,
        waits=waits,
        also_book=waits and bool(refused) and seats.free(session) > 0,
        rule=RULE[session.waiting_rule],
        needs=NEEDS,
        most=min(MOST_PARTY, max(session.capacity + session.allowance, 1)),
        contact_words=contact_words(settings),
        contact_wrong=error.message if error and at_contact else "",
        wrong=refused or (error.message if error and not at_contact else ""),
        values=dict(error.values) if error and not at_contact else {},
        key=ids.random_id(),
    )


def _is_bookable(session: WorkshopSession, seen: Availability, language: str) -> bool:
    """For whoever reads in ``language``: there may be seats left that are kept for it, or near an interpreter."""
    if seen.standing is Standing.OPEN:
        return True
    kept = [one for one in session.quotas if one.released_at is None and one.capacity > one.booked + one.held]
    kept = [one for one in kept if one.until is None or one.until > clock.now()]
    return seen.standing is Standing.FULL and any(
        one.kind is QuotaKind.INTERPRETER or (one.kind is QuotaKind.LANGUAGE and one.value == language) for one in kept
    )


def _just_booked(request: Request, db: Session, codes: Codes, session: WorkshopSession) -> str:
    """The token of the slip that this browser made a moment ago, if it still lets somebody in."""
    token = request.cookies.get(JUST_BOOKED, "")
    if not token:
        return ""
    try:
        found: Booking = booking.of_token(db, codes, token)
    except NotFound:
        return ""
    return token if found.session_id == session.id and is_live(found) else ""
