"""What every page of the directory has in common: languages, policy, the map, the words of one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.diagnostics.doors import remember
from pathways.directory import maps, words
from pathways.directory.finding import Found, FoundPlace, FoundSession
from pathways.directory.maps import Map, Point
from pathways.i18n import N_
from pathways.places import hours, itinerary
from pathways.places.models import Commune, Place
from pathways.web.pages import render
from pathways.web.security import LANGUAGE_COOKIE
from pathways.workshops import showing, tongues
from pathways.workshops.models import WorkshopSession
from pathways.workshops.seating import seats

WHY = "the directory is for everybody: places, sessions before the public, vans"
NO_PAGE = N_("Cette page n'existe pas.")
MOST_SERVICES = 4
"""Told of a place in a list; its page tells all."""
TOWNS = 40


@dataclass(frozen=True, slots=True)
class ShownPlace:
    place: Place
    number: int
    """On the map."""
    km: str
    services: Sequence[str]
    languages: Sequence[tongues.Tongue]
    is_open: bool | None


@dataclass(frozen=True, slots=True)
class ShownSession:
    session: WorkshopSession
    said: showing.Said
    km: str
    free: int
    closed: str
    """Why no seat can be had, as a msgid; empty where one can."""


def page(
    request: Request, template: str, *, tiles: bool = False, framed: bool = False, status: int = 200, **values: Any
) -> Response:
    """A page of the directory. ``tiles``: it may load the operator's map; ``framed``: other sites may show it."""
    source = request.app.state.settings.map_tiles if tiles else ""
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    response = render(request, template, status=status, tongues_query=urlencode(given), framed=framed, **values)
    if source or framed:
        response.headers["content-security-policy"] = _policy(source, framed=framed)
    if (asked := i18n.recognised(request.query_params.get("lang", ""))) and not framed:
        remember(response, request, LANGUAGE_COOKIE, asked, "/")
    return response


def _policy(tiles: str, *, framed: bool) -> str:
    """The usual one, but for the one thing that this page is for."""
    host = urlsplit(tiles)
    images = f"'self' data: {host.scheme}://{host.netloc}" if tiles else "'self' data:"
    framing = "*" if framed else "'none'"
    return (
        f"default-src 'self'; img-src {images}; object-src 'none'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {framing}"
    )


def shown_places(found: Sequence[FoundPlace], now: datetime) -> list[ShownPlace]:
    return [
        ShownPlace(
            one.place,
            number,
            said_km(one.km),
            words.said(one.place, "services")[:MOST_SERVICES],
            tongues.named(one.place.languages),
            open_now(one.place, now),
        )
        for number, one in enumerate(found, start=1)
    ]


def shown_sessions(found: Sequence[FoundSession], now: datetime) -> list[ShownSession]:
    return [shown_session(one.session, one.km, now) for one in found]


def shown_session(session: WorkshopSession, km: float | None, now: datetime) -> ShownSession:
    return ShownSession(
        session,
        showing.said_of(session, i18n.current().code),
        said_km(km),
        max(seats.free(session), 0),
        words.STANDING.get(seats.standing(session, now), ""),
    )


def open_now(place: Place, now: datetime) -> bool | None:
    return hours.open_at(place.hours, now, itinerary.area_of(place.commune_code)[0]) if place.hours else None


def said_km(km: float | None) -> str:
    """Whole kilometres as the crow flies; one for anything nearer."""
    return "" if km is None else f"{max(1, round(km))}"


def map_of(db: Session, request: Request, found: Found, places: Sequence[ShownPlace]) -> Map | None:
    points = [_point(one.place, str(one.number)) for one in places if one.place.latitude is not None]
    spot = found.spot
    here = Point(spot.latitude or 0, spot.longitude or 0, spot.name) if found.around and spot else None
    return maps.drawn(points, towns_among(db, points, here), here, request.app.state.settings.map_tiles)


def map_at(db: Session, request: Request, place: Place) -> Map | None:
    """One place, and what lies around it."""
    if place.latitude is None or place.longitude is None:
        return None
    point = _point(place, "")
    towns = towns_around(db, place.latitude, place.longitude)
    frame = [Point(place.latitude + turn, place.longitude + 1.4 * turn) for turn in (-0.05, 0.05)]
    drawn = maps.drawn([point, *frame], towns, None, request.app.state.settings.map_tiles)
    return None if drawn is None else maps.only_first(drawn)


def _point(place: Place, label: str) -> Point:
    return Point(place.latitude or 0, place.longitude or 0, label)


def towns_among(db: Session, points: Sequence[Point], here: Point | None) -> list[Point]:
    every = [*points, *([here] if here else [])]
    if not every:
        return []
    north, south = max(one.latitude for one in every), min(one.latitude for one in every)
    west, east = min(one.longitude for one in every), max(one.longitude for one in every)
    return _towns(db, south - 0.03, north + 0.03, west - 0.04, east + 0.04)


def towns_around(db: Session, latitude: float, longitude: float) -> list[Point]:
    return _towns(db, latitude - 0.06, latitude + 0.06, longitude - 0.08, longitude + 0.08)


def _towns(db: Session, south: float, north: float, west: float, east: float) -> list[Point]:
    """The largest first, so that those are named."""
    query = (
        sa.select(Commune.latitude, Commune.longitude, Commune.name)
        .where(Commune.latitude.between(south, north), Commune.longitude.between(west, east))
        .order_by(sa.func.coalesce(Commune.population, 0).desc(), Commune.code)
        .limit(TOWNS)
    )
    return [Point(latitude or 0, longitude or 0, name) for latitude, longitude, name in db.execute(query)]
