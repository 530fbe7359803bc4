"""A slip: what lets somebody in, to show or to print; and what its holder may do with it. Looking changes nothing:
scanners of mail open every link, and only a form that somebody sends acts.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, idempotency, ids, throttle
from pathways.errors import NotFound, WrongCode
from pathways.web.dependencies import DB, Address, OwnSettings, ReadDB, public
from pathways.web.fields import Pasted, Short
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN, speak_as
from pathways.web.routing import Router
from pathways.workshops import showing, wishes
from pathways.workshops.attending import certificates
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, WorkshopSession
from pathways.workshops.notifying import calendars
from pathways.workshops.pages.booking_doors import OwnCodes, is_changeable, is_live, ticket_of, until
from pathways.workshops.pages.booking_forms import LONGEST_LABEL, identifier
from pathways.workshops.pages.booking_words import GONE
from pathways.workshops.pages.public import JUST_BOOKED
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating import cancelling, seeking, waiting
from pathways.workshops.seating.asking import Refused
from pathways.workshops.seating.seats import Standing

router = Router()
WHY = "whoever holds the link of a slip holds the slip"
MOST_LISTS = 3
CODE_WHY = "whoever wrote the code of a slip down comes in here; wrong ones are counted"


@router.get("/b/{slip_token}")
@public(WHY)
def slip(request: Request, slip_token: str, db: ReadDB, codes: OwnCodes, settings: OwnSettings) -> Response:
    found, session = _find(db, codes, slip_token)
    language = speak_as(request, found.language)
    live = is_live(found) and session.state.value != Standing.CANCELLED
    follows = db.get(Booking, found.moved_to_id) if found.moved_to_id else None
    confirmed = follows is not None and follows.state is BookingState.CONFIRMED
    return _answer(
        request,
        "slip.html",
        session=session,
        told=ticket_of(settings, codes, found, session, language, live=live),
        base=f"/b/{slip_token}",
        gone="" if live else GONE.get(found.state, GONE[BookingState.CANCELLED_BY_STRUCTURE]),
        reason=session.reason if session.state.value == Standing.CANCELLED else "",
        after_url=f"/b/{codes.token_of(follows.id)}" if follows is not None and confirmed else "",
        kept=_kept(db, follows, language) if follows is not None and not confirmed and is_live(follows) else None,
        lists=_lists(db, found, session, language),
        changes=is_changeable(found, session),
        attested=clock.now() > session.ends_at and certificates.is_attested(db, found),
        counts=live and found.state is BookingState.CONFIRMED and session.starts_at <= clock.now(),
        meeting_url=session.meeting_url if live and found.state is BookingState.CONFIRMED else "",
        shared=request.query_params.get("new", "") == "1",
    )


@router.get("/b/{slip_token}/language")
@public(WHY)
def languages(request: Request, slip_token: str, db: ReadDB, codes: OwnCodes) -> Response:
    found, _ = _find(db, codes, slip_token)
    chosen = speak_as(request, found.language)
    offered = list(i18n.languages().values())
    return _answer(request, "wall.html", offered=offered, base=f"/b/{slip_token}/language", chosen=chosen)


@router.get("/b/{slip_token}/language/{tag}")
@public(WHY)
def read_in(slip_token: str, tag: str, db: ReadDB, codes: OwnCodes) -> Response:
    """How this page is read; messages stay in the language in which the person booked."""
    _find(db, codes, slip_token)
    return RedirectResponse(f"/b/{slip_token}?lang={i18n.recognised(tag) or i18n.SOURCE}", 303)


@router.get("/b/{slip_token}/calendar.ics")
@public(WHY)
def calendar(request: Request, slip_token: str, db: ReadDB, codes: OwnCodes, settings: OwnSettings) -> Response:
    found, session = _find(db, codes, slip_token)
    entry = calendars.of_booking(found, session, settings, codes)
    kind = f"{calendars.MEDIA_TYPE}; method={calendars.method_of(found, session)}"
    headers = WITH_A_TOKEN | {"content-disposition": 'attachment; filename="atelier.ics"'}
    return Response(entry, headers=headers, media_type=kind)


@router.get("/b/{slip_token}/cancel")
@public(WHY)
def ask_cancel(request: Request, slip_token: str, db: ReadDB, codes: OwnCodes) -> Response:
    found, session = _find(db, codes, slip_token)
    language = speak_as(request, found.language)
    if not is_changeable(found, session):
        return _back(slip_token)
    said = showing.said_of(session, language)
    return _answer(request, "slip-cancel.html", said=said, base=f"/b/{slip_token}")


@router.post("/b/{slip_token}/cancel")
@public(WHY)
def cancel(slip_token: str, db: DB, codes: OwnCodes) -> Response:
    found, session = _find(db, codes, slip_token)
    if is_changeable(found, session):
        bookings.cancel(db, found)
    return _back(slip_token)


@router.post("/b/{slip_token}/confirm")
@public(WHY)
def confirm(slip_token: str, db: DB, codes: OwnCodes) -> Response:
    """Take the seat that is kept for somebody whose session was cancelled."""
    found, _ = _find(db, codes, slip_token)
    try:
        return _back(cancelling.take_other(db, codes, found).token)
    except Refused:  # it is kept no more: the page says so
        return _back(slip_token)


@router.post("/b/{slip_token}/wait")
@public(WHY)
def wait(slip_token: str, db: DB, codes: OwnCodes, to: Annotated[Short, Form()] = "") -> Response:
    """Where no other seat was left to keep: a place in another list, before everybody who lost no seat."""
    found, session = _find(db, codes, slip_token)
    wanted = identifier(to)
    if wanted not in {one.id for one in _full(db, found, session)} or wanted is None:
        return _back(slip_token)
    try:
        waits = cancelling.wait_for_other(db, codes, found, wanted)
    except Refused:  # once for each cancelled booking
        return _back(slip_token)
    return RedirectResponse(f"/w/{waits.token}", 303)


@router.get("/b/{slip_token}/move")
@public(WHY)
def ask_move(request: Request, slip_token: str, db: ReadDB, codes: OwnCodes) -> Response:
    found, session = _find(db, codes, slip_token)
    language = speak_as(request, found.language)
    if not is_changeable(found, session):
        return _back(slip_token)
    return _choices(request, db, found, session, slip_token, language)


@router.post("/b/{slip_token}/move")
@public(WHY)
def move(request: Request, slip_token: str, db: DB, codes: OwnCodes, to: Annotated[Short, Form()] = "") -> Response:
    found, session = _find(db, codes, slip_token)
    language = speak_as(request, found.language)
    wanted = identifier(to)
    if wanted is None or not is_changeable(found, session):
        return _back(slip_token)
    if wanted not in {one.id for one in seeking.others(db, session, language=found.language, party=found.party)}:
        return _choices(request, db, found, session, slip_token, language, wrong=bookings.Full().message)
    try:
        made = bookings.move(db, codes, found, wanted)
    except Refused as error:
        return _choices(request, db, found, session, slip_token, language, wrong=error.message)
    return _back(made.token)


@router.get("/b/{slip_token}/transfer")
@public(WHY)
def ask_transfer(request: Request, slip_token: str, db: ReadDB, codes: OwnCodes) -> Response:
    found, session = _find(db, codes, slip_token)
    speak_as(request, found.language)
    if not is_changeable(found, session) or found.state is not BookingState.CONFIRMED:
        return _back(slip_token)
    return _answer(request, "slip-transfer.html", base=f"/b/{slip_token}", key=ids.random_id())


@router.post("/b/{slip_token}/transfer")
@public(WHY)
def transfer(
    slip_token: str,
    db: DB,
    codes: OwnCodes,
    label: Annotated[Pasted, Form()] = "",
    key: Annotated[Short, Form()] = "",
) -> Response:
    """A new slip. If the answer to the first sending is lost, the second finds the way to it: the old link, which is
    dead by then, is not asked for.
    """

    def act() -> dict[str, str]:
        found, session = _find(db, codes, slip_token)
        if not is_changeable(found, session) or found.state is not BookingState.CONFIRMED:
            return {"token": slip_token}
        return {"made": str(bookings.transfer(db, codes, found, label=label.strip()[:LONGEST_LABEL]).booking.id)}

    with db.begin_nested():
        scope = idempotency.scope_of(codes.digest_of_token(slip_token)[:40], "transfer")
        answer, _ = idempotency.once(db, scope, key, "", act)
    return _back(answer.get("token") or codes.token_of(uuid.UUID(answer["made"])))


@router.post("/b/{slip_token}/done")
@public(WHY)
def done(slip_token: str, db: ReadDB, codes: OwnCodes) -> Response:
    """Somebody else holds this device next."""
    _, session = _find(db, codes, slip_token)
    response = RedirectResponse(f"/s/{session.code}", 303)
    response.delete_cookie(JUST_BOOKED, path=f"/s/{session.code}/book")
    return response


@router.get("/b/{slip_token}/confirm")
@router.get("/b/{slip_token}/wait")
@router.get("/b/{slip_token}/done")
@public(WHY)
def back(slip_token: str) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return _back(slip_token)


@router.get("/booking")
@public(CODE_WHY)
def ask_code(request: Request) -> Response:
    return render(request, "booking-code.html", said="", typed="")


@router.post("/booking")
@public(CODE_WHY)
def by_code(
    request: Request,
    db: DB,
    codes: OwnCodes,
    settings: OwnSettings,
    address: Address,
    code: Annotated[Pasted, Form()] = "",
) -> Response:
    bucket = throttle.bucket(settings.secret, "slip code", address)
    try:
        path = _path_of(db, codes, code, bucket)
    except (NotFound, WrongCode) as error:  # answered, not raised: its transaction counts the try, and is kept
        return render(request, "booking-code.html", said=error.message, typed=code[:20], status=404)
    return RedirectResponse(path, 303)


def _path_of(db: Session, codes: Codes, code: str, bucket: str) -> str:
    """Of a slip, a place in a waiting list or a wish: one counts a wrong code once."""
    throttle.check(db, bucket, limit=bookings.WRONG_TRIES, minutes=bookings.WITHIN_MINUTES)
    if entry := waiting.find_code(db, codes, code):
        return f"/w/{codes.token_of(entry.id)}"
    if wish := wishes.find_code(db, codes, code):
        return f"/wish/{codes.token_of(wish.id)}"
    return f"/b/{codes.token_of(bookings.of_code(db, codes, code, address_bucket=bucket).id)}"


def _find(db: Session, codes: Codes, token: str) -> tuple[Booking, WorkshopSession]:
    found = bookings.of_token(db, codes, token)
    return found, seeking.by_ids(db, [found.session_id])[found.session_id]


def _choices(
    request: Request,
    db: Session,
    found: Booking,
    session: WorkshopSession,
    token: str,
    language: str,
    *,
    wrong: str = "",
) -> Response:
    others = seeking.others(db, session, language=found.language, party=found.party)
    return _answer(
        request,
        "slip-move.html",
        status=409 if wrong else 200,
        base=f"/b/{token}",
        others=[{"session": one, "said": showing.said_of(one, language)} for one in others],
        wrong=wrong,
        values={},
    )


def _kept(db: Session, follows: Booking, language: str) -> dict[str, Any]:
    """The nearest other seat, as long as it waits for an answer."""
    session = seeking.by_ids(db, [follows.session_id])[follows.session_id]
    return {"said": showing.said_of(session, language), "until": until(follows.lapses_at, session, language)}


def _full(db: Session, found: Booking, session: WorkshopSession) -> Sequence[WorkshopSession]:
    """Where somebody may wait whose session was cancelled and for whom no other seat was kept."""
    if found.state is not BookingState.CANCELLED_BY_STRUCTURE or found.moved_to_id is not None:
        return []
    return seeking.others(db, session, language=found.language, party=found.party, full=True)[:MOST_LISTS]


def _lists(db: Session, found: Booking, session: WorkshopSession, language: str) -> list[dict[str, Any]]:
    return [{"session": one, "said": showing.said_of(one, language)} for one in _full(db, found, session)]


def _answer(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    response = render(request, template, status=status, **values)
    response.headers.update(WITH_A_TOKEN)
    return response


def _back(token: str) -> Response:
    return RedirectResponse(f"/b/{token}", 303)
