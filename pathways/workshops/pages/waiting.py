"""Somebody's place in the waiting list, and the seats that are kept for them when it is their turn."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.settings import Settings
from pathways.web.dependencies import DB, OwnSettings, ReadDB, public
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN, speak_as
from pathways.web.routing import Router
from pathways.web.squares import square
from pathways.workshops import showing
from pathways.workshops.codes import Codes
from pathways.workshops.models import Channel, SessionState, WaitingState, WaitlistEntry, WorkshopSession
from pathways.workshops.pages.booking_doors import OwnCodes, readable, until, waiting_url
from pathways.workshops.pages.booking_words import RULE
from pathways.workshops.seating import seeking, waiting
from pathways.workshops.seating.asking import Refused

router = Router()
WHY = "whoever holds the link of a place in the waiting list holds the place"


@router.get("/w/{waiting_token}")
@public(WHY)
def place(request: Request, waiting_token: str, db: ReadDB, codes: OwnCodes, settings: OwnSettings) -> Response:
    entry, session = _find(db, codes, waiting_token)
    if entry.state is WaitingState.ACCEPTED and entry.booking_id is not None:
        return RedirectResponse(f"/b/{codes.token_of(entry.booking_id)}", 303)
    return _page(request, db, codes, settings, entry, session, waiting_token)


@router.get("/w/{waiting_token}/language")
@public(WHY)
def languages(request: Request, waiting_token: str, db: ReadDB, codes: OwnCodes) -> Response:
    entry, _ = _find(db, codes, waiting_token)
    chosen = speak_as(request, entry.language)
    offered = list(i18n.languages().values())
    response = render(request, "wall.html", offered=offered, base=f"/w/{waiting_token}/language", chosen=chosen)
    response.headers.update(WITH_A_TOKEN)
    return response


@router.get("/w/{waiting_token}/language/{tag}")
@public(WHY)
def read_in(waiting_token: str, tag: str, db: ReadDB, codes: OwnCodes) -> Response:
    _find(db, codes, waiting_token)
    return RedirectResponse(f"/w/{waiting_token}?lang={i18n.recognised(tag) or i18n.SOURCE}", 303)


@router.post("/w/{waiting_token}/accept")
@public(WHY)
def accept(request: Request, waiting_token: str, db: DB, codes: OwnCodes, settings: OwnSettings) -> Response:
    entry, session = _find(db, codes, waiting_token)
    try:
        made = waiting.accept(db, codes, entry)
    except Refused as error:  # answered, not raised: what ran out was offered to the next, and that is kept
        return _page(request, db, codes, settings, entry, session, waiting_token, wrong=error.message)
    return RedirectResponse(f"/b/{made.token}", 303)


@router.post("/w/{waiting_token}/decline")
@public(WHY)
def decline(waiting_token: str, db: DB, codes: OwnCodes) -> Response:
    entry, _ = _find(db, codes, waiting_token)
    waiting.decline(db, entry)
    return _back(waiting_token)


@router.post("/w/{waiting_token}/withdraw")
@public(WHY)
def withdraw(waiting_token: str, db: DB, codes: OwnCodes) -> Response:
    entry, _ = _find(db, codes, waiting_token)
    waiting.withdraw(db, entry)
    return _back(waiting_token)


@router.get("/w/{waiting_token}/accept")
@router.get("/w/{waiting_token}/decline")
@router.get("/w/{waiting_token}/withdraw")
@public(WHY)
def back(waiting_token: str) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return _back(waiting_token)


def _find(db: Session, codes: Codes, token: str) -> tuple[WaitlistEntry, WorkshopSession]:
    entry = waiting.of_token(db, codes, token)
    return entry, seeking.by_ids(db, [entry.session_id])[entry.session_id]


def _page(
    request: Request,
    db: Session,
    codes: Codes,
    settings: Settings,
    entry: WaitlistEntry,
    session: WorkshopSession,
    token: str,
    *,
    wrong: str = "",
) -> Response:
    language = speak_as(request, entry.language)
    held = waiting.offered(db, entry)
    on_the_list = entry.state in waiting.ON_THE_LIST and session.state is SessionState.PUBLISHED
    state = "offered" if held is not None else "waiting" if on_the_list else "over"
    free = waiting.may_take(db, entry, session) if state == "waiting" else 0
    state = "free" if free else state
    response = render(
        request,
        "waiting.html",
        status=409 if wrong else 200,
        session=session,
        said=showing.said_of(session, language),
        base=f"/w/{token}",
        state=state,
        free=free,
        until=until(held.lapses_at, session, language) if held is not None else None,
        ahead=waiting.ahead(db, entry),
        rule=RULE[session.waiting_rule],
        told=entry.channel in {Channel.EMAIL, Channel.SMS},
        code=readable(codes, entry),
        qr=square(waiting_url(settings, codes, entry)),
        wrong=wrong,
        values={},
    )
    response.headers.update(WITH_A_TOKEN)
    return response


def _back(token: str) -> Response:
    return RedirectResponse(f"/w/{token}", 303)
