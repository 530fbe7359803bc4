"""Somebody's own space: what they hold, what they are on the way to, and what they say of themself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, throttle
from pathways.badges.candidacy import requests, standing
from pathways.badges.doors import (
    WHY,
    OwnLinks,
    OwnSigner,
    OwnSpace,
    OwnSpaceForm,
    Space,
    answer,
    back,
    url_of,
)
from pathways.badges.holding import held, holders
from pathways.badges.models import OPEN, AwardRequest
from pathways.badges.pages import candidate_words
from pathways.badges.pages.badge_shown import all_shown, day
from pathways.badges.pages.criteria_shown import Row, every, rows_of
from pathways.badges.pages.holder_words import ACTS, ERASE, OTHER_ACT, WORDS
from pathways.badges.pages.plainly import in_plain, language_of
from pathways.badges.pages.request_shown import may_appeal
from pathways.errors import Invalid
from pathways.web.dependencies import DB, Address, Identified, OwnSettings, ReadDB, public
from pathways.web.fields import Pasted, Short
from pathways.web.pages import render
from pathways.web.private import remember_language
from pathways.web.routing import Router
from pathways.web.squares import square

router = Router()
START_WHY = "anybody may open a space for their badges, with an account or without"
MOST_TOLD = 3
"""Requests of which the first screen says how far they are; the page of each other one says it."""
MOST_OPENED, WITHIN_MINUTES = 40, 60
"""Spaces that one network address may open: a full room of telephones, and no script that fills the database."""


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A request that is not over, as the first screen shows it."""

    request: AwardRequest
    name: str
    state: str
    sign: str
    done: int
    all: int
    following: Row | None
    """What comes next."""


# --- opening one ----------------------------------------------------------------------------------------------


@router.get("/h")
@public(START_WHY)
def start(request: Request, member: Identified) -> Response:
    return render(request, "holder-start.html", signed_in=member is not None)


@router.post("/h")
@public(START_WHY)
def open_space(
    db: DB, links: OwnLinks, settings: OwnSettings, address: Address, new: Annotated[Short, Form()] = ""
) -> Response:
    """A space without account. Its address is the only key to it: the page that comes next says so."""
    if new != "1":
        return RedirectResponse("/h", 303)
    bucket = throttle.bucket(settings.secret, "holder space", address)
    throttle.count_within(db, bucket, limit=MOST_OPENED, minutes=WITHIN_MINUTES)
    _, token = holders.create(db, links, language=i18n.current().code)
    return RedirectResponse(f"/h/{token}?new=1", 303)


# --- the first screen -----------------------------------------------------------------------------------------


@router.get("/h/{key}")
@public(WHY)
def home(request: Request, space: OwnSpace, db: ReadDB, links: OwnLinks) -> Response:
    """What somebody holds, what they are on the way to, and four things to do."""
    is_new = request.query_params.get("new", "") == "1" and not space.is_signed_in
    url = url_of(request, links, space.holder) if is_new else ""
    return answer(
        request,
        "holder.html",
        space,
        **_plain(space),
        badges=all_shown(held.all_of(db, space.holder)),
        on_the_way=_on_the_way(db, space),
        day=day,
        url=url,
        qr=square(url) if url else "",
    )


def _on_the_way(db: Session, space: Space) -> list[OnTheWay]:
    """What is open, or was refused and may be read anew. The newest with how far they are: that asks the database much,
    for each of them.
    """
    now, every_request = clock.now(), requests.all_of(db, space.holder)
    found = [one for one in every_request if one.state in OPEN or may_appeal(one, now)]
    return [_one_on_the_way(db, space, one, is_told=place < MOST_TOLD) for place, one in enumerate(found)]


def _one_on_the_way(db: Session, space: Space, request: AwardRequest, *, is_told: bool) -> OnTheWay:
    language, demand = language_of(space.language), standing.demand_for(request)
    rows: list[Row] = []
    if is_told and request.state in requests.GATHERS:
        ready = standing.readiness(db, request, clock.now())
        rows = rows_of(db, ready.progress, language, nearest_first=True)
    return OnTheWay(
        request=request,
        name=demand.definition.texts_in(language).name,
        state=candidate_words.STATES[request.state],
        sign=candidate_words.SIGNS[request.state],
        done=sum(one.met for one in rows),
        all=len(rows),
        following=next((one for one in every(rows) if one.is_next and not one.parts), None),
    )


# --- what they say of themself --------------------------------------------------------------------------------


@router.get("/h/{key}/settings")
@public(WHY)
def settings_page(request: Request, space: OwnSpace, links: OwnLinks) -> Response:
    """The link, the name, the address, the language; the history, and the end."""
    return _settings(request, space, links, kept=request.query_params.get("kept", "") == "1")


@router.post("/h/{key}/name")
@public(WHY)
def name(request: Request, space: OwnSpaceForm, links: OwnLinks, name: Annotated[Pasted, Form()] = "") -> Response:
    try:
        holders.rename(space.holder, name)
    except Invalid as error:
        return _settings(request, space, links, wrong=error, typed={"name": name})
    return back(space, "/settings?kept=1")


@router.post("/h/{key}/email")
@public(WHY)
def email(request: Request, space: OwnSpaceForm, links: OwnLinks, email: Annotated[Pasted, Form()] = "") -> Response:
    try:
        holders.write_to(space.holder, email)
    except Invalid as error:
        return _settings(request, space, links, wrong=error, typed={"email": email})
    return back(space, "/settings?kept=1")


@router.get("/h/{key}/language")
@public(WHY)
def languages(request: Request, space: OwnSpace) -> Response:
    return answer(request, "holder-language.html", space, offered=list(i18n.languages().values()))


@router.post("/h/{key}/language")
@public(WHY)
def speak(request: Request, space: OwnSpaceForm, language: Annotated[Short, Form()] = "") -> Response:
    holders.speak(space.holder, language)
    response = back(space)
    remember_language(response, request, language)
    return response


@router.post("/h/{key}/renew-link")
@public(WHY)
def renew_link(space: OwnSpaceForm, db: DB, links: OwnLinks) -> Response:
    token = holders.renew_link(db, links, space.holder)
    return back(space, "/settings?kept=1") if space.is_signed_in else RedirectResponse(f"/h/{token}?new=1", 303)


@router.get("/h/{key}/history")
@public(WHY)
def history(request: Request, space: OwnSpace, db: ReadDB) -> Response:
    language = language_of(space.language)
    events = holders.history(db, space.holder)
    told = [(i18n.gettext(ACTS.get(one.act, OTHER_ACT), language), one.happened_at) for one in events]
    return answer(request, "holder-history.html", space, **_plain(space), events=told)


@router.get("/h/{key}/erase")
@public(WHY)
def ask_erase(request: Request, space: OwnSpace) -> Response:
    return answer(request, "holder-erase.html", space, meaning=ERASE)


@router.post("/h/{key}/erase")
@public(WHY)
def erase(request: Request, space: OwnSpaceForm, db: DB, signer: OwnSigner) -> Response:
    holders.erase(db, signer, space.holder)
    return render(request, "holder-erased.html")


# --- inside ---------------------------------------------------------------------------------------------------


def _settings(
    request: Request,
    space: Space,
    links: OwnLinks,
    *,
    kept: bool = False,
    wrong: Invalid | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    url = url_of(request, links, space.holder)
    values: dict[str, Any] = {"name": space.holder.name, "email": space.holder.email} | (typed or {})
    errors = {one["field"]: one["message"] for one in wrong.errors} if wrong else {}
    return answer(
        request,
        "holder-settings.html",
        space,
        status=422 if wrong else 200,
        **_plain(space),
        url=url,
        qr=square(url),
        values=values,
        errors=errors,
        kept=kept,
    )


def _plain(space: Space) -> dict[str, Any]:
    language = language_of(space.language)
    return {"plain": in_plain(WORDS, language), "spoken_in": language}
