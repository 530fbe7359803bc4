"""Searching: places and sessions on one page, the sessions by day, one place, and the same inside another site."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock, i18n
from pathways.directory import finding, words
from pathways.directory.asking import DAYS_AHEAD, DISTANCES, Asked, asked_of
from pathways.directory.finding import Found
from pathways.directory.pages import framing
from pathways.places import equipment, hours, houses, itinerary, service, tours
from pathways.places.models import Place
from pathways.web.dependencies import ReadDB, public
from pathways.web.routing import Router
from pathways.workshops import themes, tongues

router = Router()
WEEKS_OF_A_STOP = 8
PICTURES = {
    "papers": "paper",
    "print": "list",
    "connect": "web",
    "learn": "idea",
    "work": "work",
    "buy": "computer",
    "children": "family",
    "create": "photo",
    "language": "talk",
    "reading": "school",
}


@router.get("/near")
@public(framing.WHY)
def near(request: Request, db: ReadDB) -> Response:
    """The question, and its answers beneath."""
    return _answers(request, db, "near.html", path="/near")


@router.get("/near/embed")
@public("made to be shown inside the pages of other sites, which is all that its policy allows more than others")
def embed(request: Request, db: ReadDB) -> Response:
    return _answers(request, db, "near-embed.html", path="/near/embed", framed=True)


@router.get("/near/sessions")
@public(framing.WHY)
def sessions(request: Request, db: ReadDB) -> Response:
    """The sessions alone, day by day: also the sheet for a notice board."""
    return _answers(request, db, "near-sessions.html", path="/near/sessions", only="sessions")


def _answers(
    request: Request, db: Session, template: str, *, path: str, only: str = "", framed: bool = False
) -> Response:
    asked, now = asked_of(request.query_params), clock.now()
    found = finding.find(db, asked, now, only=only) if asked.is_anything or only else None
    places = framing.shown_places(found.places, now) if found else []
    drawn = framing.map_of(db, request, found, places) if found and places else None
    return framing.page(
        request,
        template,
        tiles=drawn is not None,
        framed=framed,
        path=path,
        asked=asked,
        found=found,
        places=places,
        sessions=framing.shown_sessions(found.sessions or (), now) if found else [],
        map=drawn,
        wish=_wish(found) if found else "",
        no_place=words.NO_PLACE,
        no_session_said=words.NO_SESSION_SPOKEN if asked.language else words.NO_SESSION,
        **_choices(now),
    )


def _choices(now: datetime) -> dict[str, Any]:
    """What the form offers."""
    today = now.astimezone(clock.PARIS).date()
    return {
        "needs": words.NEEDS,
        "pictures": PICTURES,
        "publics": words.PUBLICS,
        "access": words.ACCESS,
        "distances": DISTANCES,
        "tongues": tongues.tongues(),
        "themes": themes.themes(),
        "today": today.isoformat(),
        "last_day": (today + timedelta(days=DAYS_AHEAD)).isoformat(),
    }


def _wish(found: Found) -> str:
    """The address at which one asks for what there is not, with what is known of it."""
    asked = found.asked
    theme = asked.theme or next(iter(words.THEMES_OF_NEED.get(asked.need, ())), "")
    where = found.spot.name if found.spot else asked.where
    known = {"language": asked.language or i18n.current().code, "theme": theme, "where": where}
    return f"/wish?{urlencode({name: value for name, value in known.items() if value})}"


@router.get("/near/places/{place_id}")
@public(framing.WHY)
def place(request: Request, place_id: uuid.UUID, db: ReadDB) -> Response:
    """A place as one finds it: when, how, what one finds there, and what happens next."""
    found, now = service.public(db, place_id), clock.now()
    drawn = framing.map_at(db, request, found)
    coming = finding.sessions_at(db, place_id, now)
    area, _ = itinerary.area_of(found.commune_code)
    return framing.page(
        request,
        "near-place.html",
        tiles=drawn is not None,
        place=found,
        links_of=_links_of,
        said={
            column: words.said(found, column) for column in ("services", "publics", "care", "access", "support", "fees")
        },
        languages_there=tongues.named(found.languages),
        hours=hours.said(found.hours, i18n.current().code, area=area),
        is_open=framing.open_now(found, now),
        tenants=[
            (one, hours.said(one.hours, i18n.current().code, area=area)) for one in houses.tenants_of(db, place_id)
        ],
        rooms=[
            (one, [equipment.EQUIPMENT[code] for code in equipment.known(one.equipment)])
            for one in houses.rooms_of(db, place_id)
        ],
        visits=_visits(db, found, now),
        rounds=tours.of_van(db, place_id) if found.is_mobile else (),
        sessions=[framing.shown_session(one, None, now) for one in coming],
        map=drawn,
        asked=Asked(),
    )


def _links_of(place: Place) -> tuple[str, list[str]]:
    """Where one books, and its sites: only what a browser asks a server for, whatever is kept of them."""
    booking, *sites = (
        one if one.startswith(("https://", "http://")) else "" for one in (place.booking_url, *place.websites)
    )
    return booking, [one for one in sites if one]


def _visits(db: Session, place: Place, now: datetime) -> list[tuple[Any, str, str]]:
    """The next days on which a van stops here, said in two languages."""
    stops = tours.stops_at(db, place.id)
    today = now.astimezone(clock.PARIS).date()
    dated = itinerary.dated(stops, today, today + timedelta(weeks=WEEKS_OF_A_STOP)) if stops else []
    language = i18n.current().code
    return [
        (one, i18n.say_date(one.day, language), i18n.say_date(one.day, i18n.SOURCE))
        for one in dated[:WEEKS_OF_A_STOP]
        if one.ends_at > now
    ]
