"""What programs follow without an account: open data, calendars, news. All of it can be asked for again at no cost
while nothing changed, and shown by any other site.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pathways import clock, i18n, ids
from pathways.directory import calendars, finding, open_data, showing
from pathways.directory.asking import asked_of
from pathways.directory.pages import framing
from pathways.directory.pages.vans import WEEKS
from pathways.errors import NotFound
from pathways.places import itinerary, tours
from pathways.places.exchange import Format
from pathways.places.models import Place
from pathways.web.dependencies import OwnSettings, ReadDB, public
from pathways.web.routing import Router
from pathways.workshops.models import Audience

router = Router()
OPEN = "open data: places and sessions that are before the public, and nobody's booking"
FOLLOWED = "a calendar or a feed reader follows the public sessions without an account"
MOST_FOLLOWED = 300
FORMATS = {"csv": Format.LAMEDNUM_CSV, "json": Format.LAMEDNUM_JSON}
MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
ANYWHERE = {"access-control-allow-origin": "*"}


@router.get("/near.json")
@public("the directory as programs read it, for other sites to show")
def near_json(request: Request, db: ReadDB, settings: OwnSettings) -> Response:
    """The page's answers, asked for in the page's words: what means nothing is left out."""
    found = finding.find(db, asked_of(request.query_params), clock.now())
    body = showing.answer(found, settings.url, i18n.current().code)
    return Response(body.model_dump_json(), media_type="application/json", headers=ANYWHERE)


@router.get("/open-data/places.{kind}")
@public(OPEN)
def places(request: Request, kind: str, db: ReadDB, settings: OwnSettings) -> Response:
    if kind not in FORMATS:
        raise NotFound(framing.NO_PAGE)
    state = open_data.state_of_places(db)
    pieces = partial(open_data.places, request.app.state.database.read, FORMATS[kind], settings.url)
    return _file(request, ("places", kind, *state), pieces, kind, "lieux")


@router.get("/open-data/sessions.schema.json")
@public(OPEN)
def schema() -> Response:
    headers = ANYWHERE | {"cache-control": "no-cache"}
    return Response(open_data.SCHEMA.read_bytes(), media_type="application/json", headers=headers)


@router.get("/open-data/sessions.{kind}")
@public(OPEN)
def sessions(request: Request, kind: str, db: ReadDB, settings: OwnSettings) -> Response:
    """``audience=professionals``: the training of mediators; otherwise what is for everybody."""
    if kind not in FORMATS:
        raise NotFound(framing.NO_PAGE)
    audience = asked_of(request.query_params).audience
    state = open_data.state_of_sessions(db, audience)
    write = open_data.csv_pieces if kind == "csv" else open_data.json_pieces

    def pieces() -> Iterator[bytes]:
        return write(open_data.sessions(request.app.state.database.read, settings.url, Audience(audience)))

    return _file(request, ("sessions", kind, *state), pieces, kind, "seances")


@router.get("/near/sessions.ics")
@public(FOLLOWED)
def calendar(request: Request, db: ReadDB, settings: OwnSettings) -> Response:
    """The same filters as ``/near/sessions``."""
    found = finding.followed(db, asked_of(request.query_params), clock.now(), most=MOST_FOLLOWED)
    body = calendars.of_sessions(found, settings, i18n.current().code)
    return _whole(request, body, calendars.ICS)


@router.get("/near/sessions.atom")
@public(FOLLOWED)
def atom(request: Request, db: ReadDB, settings: OwnSettings) -> Response:
    asked, now = asked_of(request.query_params), clock.now()
    found = finding.followed(db, asked, now, most=MOST_FOLLOWED)
    itself = f"{settings.url}/near/sessions.atom?{asked.query()}"
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    body = calendars.atom(found, settings, i18n.current().code, itself=itself, now=start)
    return _whole(request, body, calendars.ATOM)


@router.get("/near/vans/{tour_id}.ics")
@public(FOLLOWED)
def van(request: Request, tour_id: uuid.UUID, db: ReadDB, settings: OwnSettings) -> Response:
    tour = tours.public(db, tour_id)
    today = clock.now().astimezone(clock.PARIS).date()
    dated = itinerary.dated(tours.stops_of(db, tour), today - timedelta(weeks=1), today + timedelta(weeks=WEEKS))
    body = calendars.of_van(tour, db.get_one(Place, tour.van_id), dated, settings)
    return _whole(request, body, calendars.ICS)


def _file(
    request: Request, state: tuple[Any, ...], pieces: Callable[[], Iterator[bytes]], kind: str, name: str
) -> Response:
    """A file in pieces; nothing is read of the rows where the other side has it already."""
    headers = _headers(ids.fingerprint(repr(state), 24))
    if _has(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = f'attachment; filename="{name}.{kind}"'
    return StreamingResponse(pieces(), media_type=MEDIA[kind], headers=headers)


def _whole(request: Request, body: bytes, media_type: str) -> Response:
    headers = _headers(ids.fingerprint(body.decode(), 24))
    if _has(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _headers(tag: str) -> dict[str, str]:
    """Weak: what is compressed on its way has the same content, and other bytes."""
    return ANYWHERE | {"etag": f'W/"{tag}"', "cache-control": "no-cache", "vary": "Accept-Language, Cookie"}


def _has(request: Request, tag: str) -> bool:
    said = [one.strip() for one in request.headers.get("if-none-match", "")[:1000].split(",")]
    return "*" in said or tag in said or tag.removeprefix("W/") in said
