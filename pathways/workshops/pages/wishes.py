"""A wish that somebody leaves, and what became of it. One screen, no name; looking changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids, throttle
from pathways.errors import Conflict, Invalid
from pathways.places import territories
from pathways.settings import Settings
from pathways.web.dependencies import DB, Address, OwnSettings, ReadDB, public
from pathways.web.pages import render
from pathways.web.private import WITH_A_TOKEN, remember_language, speak_as
from pathways.web.routing import Router
from pathways.web.squares import square
from pathways.workshops import showing, themes, tongues, wishes
from pathways.workshops.codes import Codes
from pathways.workshops.models import Wish, WorkshopSession
from pathways.workshops.pages.booking_doors import OwnCodes
from pathways.workshops.pages.booking_forms import BookForm, contact_words, identifier, reached
from pathways.workshops.pages.wish_forms import WishForm, wish_form
from pathways.workshops.seating.asking import Wanted

router = Router()
Sent = Annotated[WishForm, Depends(wish_form)]
WHY = "anybody may leave a wish, and whoever holds its slip reads what became of it"
FIRST_THEMES, MOST_SPOTS = 8, 8


@router.get("/wish")
@public(WHY)
def ask(
    request: Request,
    settings: OwnSettings,
    language: Annotated[str, Query(max_length=20)] = "",
    theme: Annotated[str, Query(max_length=60)] = "",
    where: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """What the directory already knows of what is sought comes filled in."""
    known = language if language in tongues.tongues() else i18n.current().code
    return _form(request, settings, WishForm(known, theme, where))


@router.get("/wish/language")
@public(WHY)
def languages(request: Request) -> Response:
    offered = list(i18n.languages().values())
    return render(request, "wall.html", offered=offered, base="/wish/language", chosen=i18n.current().code)


@router.get("/wish/language/{tag}")
@public(WHY)
def choose_language(request: Request, tag: str) -> Response:
    response = RedirectResponse("/wish", 303)
    if code := i18n.recognised(tag):
        remember_language(response, request, code)
    return response


@router.post("/wish")
@public(WHY)
def leave(request: Request, form: Sent, db: DB, codes: OwnCodes, settings: OwnSettings, address: Address) -> Response:
    """Sent twice, it leaves one. Several communes of one name: which one, on the same page."""
    found = territories.find(db, form.where, limit=MOST_SPOTS) if form.where.strip() else []
    spots = [one for one in found if one.kind == "commune"]
    chosen = [one.code for one in spots if one.code == form.commune or len(spots) == 1]
    if spots and not chosen:
        return _form(request, settings, form, spots=spots)
    bucket = throttle.bucket(settings.secret, "wish", address)
    throttle.check(db, bucket, limit=wishes.MOST_AN_HOUR, minutes=60)
    try:
        told = wishes.leave(
            db,
            codes,
            language=form.language,
            theme=form.theme,
            commune_code=chosen[0] if chosen else "",
            reads_in=i18n.current().code,
            contact=reached(BookForm(contact=form.contact), settings, timezone=""),
            key=identifier(form.key),
        )
    except Invalid as error:
        return _form(request, settings, form, error=error)
    throttle.count(db, bucket, minutes=60)
    return RedirectResponse(f"/wish/{told.token}?new=1", 303)


@router.get("/wish/{wish_token}")
@public(WHY)
def wish(request: Request, wish_token: str, db: ReadDB, codes: OwnCodes, settings: OwnSettings) -> Response:
    found = wishes.of_token(db, codes, wish_token)
    return _page(request, db, codes, found, wish_token, url=settings.url)


@router.post("/wish/{wish_token}/withdraw")
@public(WHY)
def withdraw(wish_token: str, db: DB, codes: OwnCodes) -> Response:
    wishes.withdraw(db, wishes.of_token(db, codes, wish_token))
    return RedirectResponse(f"/wish/{wish_token}", 303)


@router.post("/wish/{wish_token}/book")
@public(WHY)
def take(request: Request, wish_token: str, db: DB, codes: OwnCodes, settings: OwnSettings) -> Response:
    """One press: the seat is theirs, with the slip."""
    found = wishes.of_token(db, codes, wish_token)
    wanted = Wanted(language=found.reads_in, channel=found.channel, contact=found.contact)
    try:
        made = wishes.take(db, codes, found, wanted)
    except Conflict as error:
        return _page(request, db, codes, found, wish_token, url=settings.url, refused=error.message)
    return RedirectResponse(f"/b/{made.token}?new=1", 303)


def _form(
    request: Request,
    settings: Settings,
    form: WishForm,
    *,
    spots: list[territories.Spot] | None = None,
    error: Invalid | None = None,
) -> Response:
    every = list(themes.themes().values())
    first = every[:FIRST_THEMES]
    wrong = {entry["field"]: entry["message"] for entry in error.errors} if error else {}
    return render(
        request,
        "wish.html",
        status=422 if error else 200,
        typed=replace(form, key=form.key or str(ids.random_id())),
        first=first + [one for one in every[FIRST_THEMES:] if one.code == form.theme],
        rest=[one for one in every[FIRST_THEMES:] if one.code != form.theme],
        tongues=tongues.tongues().values(),
        spots=spots or [],
        wrong=wrong,
        contact_words=contact_words(settings),
    )


def _page(
    request: Request, db: Session, codes: Codes, found: Wish, token: str, *, url: str, refused: str = ""
) -> Response:
    language = speak_as(request, found.reads_in)
    session = db.get(WorkshopSession, found.session_id) if found.session_id else None
    spot, taken = territories.spot_of(db, found.commune_code), wishes.taken_by(db, codes, found)
    response = render(
        request,
        "wish-slip.html",
        wish=found,
        state="over" if wishes.is_over(found) else found.state.value,
        base=f"/wish/{token}",
        code=ids.readable(codes.code_of(found.id)),
        slip=f"/b/{codes.token_of(taken.id)}" if taken is not None else "",
        qr=square(f"{url}/wish/{token}"),
        theme=themes.theme(found.theme),
        tongue=tongues.named([found.language])[0],
        commune=spot.name if spot else found.commune_code,
        session=session,
        said=showing.said_of(session, language) if session else None,
        refused=refused,
    )
    response.headers.update(WITH_A_TOKEN)
    return response
