"""Where the vans are: this week, and the weeks after."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock, i18n
from pathways.directory.pages import framing
from pathways.places import equipment, itinerary, tours
from pathways.places.itinerary import Occurrence
from pathways.places.models import Place, Stop, Tour
from pathways.web.dependencies import ReadDB, public
from pathways.web.routing import Router

router = Router()
WEEKS = 8


@dataclass(frozen=True, slots=True)
class Day:
    """The stops of one day."""

    said: str
    said_in_french: str
    is_today: bool
    stops: Sequence[Occurrence]


@router.get("/near/vans")
@public(framing.WHY)
def vans(request: Request, db: ReadDB) -> Response:
    """Every van: the days of this week or, where it does not come, the next one."""
    found = tours.running(db)
    stops = tours.stops_by_tour(db, found)
    today, end = _week()
    shown = [(one, *_soonest(stops.get(one.id, []), today, end)) for one in found]
    return framing.page(request, "near-vans.html", tours=shown, vans=_vans(db, found))


@router.get("/near/vans/{tour_id}")
@public(framing.WHY)
def van(request: Request, tour_id: uuid.UUID, db: ReadDB) -> Response:
    tour = tours.public(db, tour_id)
    today, end = _week()
    stops = tours.stops_of(db, tour)
    dated = itinerary.dated(stops, today, today + timedelta(weeks=WEEKS))
    carried = equipment.known(code for one in stops for code in one.equipment)
    return framing.page(
        request,
        "near-van.html",
        tour=tour,
        van=_vans(db, [tour])[tour.van_id],
        this_week=days([one for one in dated if one.day <= end], today),
        later=days([one for one in dated if one.day > end], today),
        carried=[equipment.EQUIPMENT[one] for one in carried],
    )


def days(dated: Sequence[Occurrence], today: date) -> list[Day]:
    language = i18n.current().code
    return [
        Day(i18n.say_date(day, language), i18n.say_date(day, i18n.SOURCE), day == today, list(stops))
        for day, stops in groupby(dated, key=lambda one: one.day)
    ]


def _soonest(stops: Sequence[Stop], today: date, end: date) -> tuple[list[Day], list[Day]]:
    """Days until `end` and, where there is none, the first day after it: at most one."""
    if this_week := days(itinerary.dated(stops, today, end), today):
        return this_week, []
    return [], days(itinerary.dated(stops, end, today + timedelta(weeks=WEEKS)), today)[:1]


def _week() -> tuple[date, date]:
    """From today to Sunday; from a Sunday, to the next one, since nobody plans for today alone."""
    today = clock.now().astimezone(clock.PARIS).date()
    return today, today + timedelta(days=7 if today.weekday() == 6 else 6 - today.weekday())


def _vans(db: Session, found: Sequence[Tour]) -> dict[uuid.UUID, Place]:
    query = sa.select(Place).where(Place.id.in_({one.van_id for one in found}))
    return {one.id: one for one in db.scalars(query)}
