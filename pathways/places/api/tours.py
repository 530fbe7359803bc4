"""Tours, their stops, and the days on which the van stands there."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.places import service, tours
from pathways.places.api.writing import Key, done_once
from pathways.places.itinerary import Occurrence
from pathways.places.models import Stop, Tour
from pathways.places.rules import Rule
from pathways.places.schemas import (
    DayIn,
    OccurrencesOut,
    Removed,
    StopChange,
    StopIn,
    StopOut,
    TourChange,
    TourIn,
    TourOut,
)
from pathways.places.tours import StopForm
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Day
from pathways.web.routing import Router

router = Router(tags=["places"], route_class=StrictRoute)

OF = {"tour_id": tours.get}
Reader = Annotated[Member, Depends(Requires(Permission.PLACES_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.PLACES_WRITE, of=OF))]
LONGEST = timedelta(days=366)
USUAL = timedelta(weeks=8)


@router.get("/tours", response_model=list[TourOut], summary="The organisation's tours")
def all_tours(member: Reader, db: ReadDB) -> list[dict[str, Any]]:
    found = tours.list_for(db, member)
    stops = tours.stops_by_tour(db, found)
    return [_tour_json(one, stops[one.id]) for one in found]


@router.post("/tours", status_code=201, response_model=TourOut, summary="Make a tour of a van")
def create(member: Writer, body: TourIn, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return _whole(db, tours.create(db, member, van_id=body.van_id, name=body.name))

    return done_once(db, member, key, "create tour", body, act)


@router.get("/tours/{tour_id}", response_model=TourOut, summary="One tour with its stops")
def tour(member: Reader, tour_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return _whole(db, tours.get(db, member, tour_id))


@router.patch("/tours/{tour_id}", response_model=TourOut, summary="Rename, end or resume a tour")
def change(member: Writer, tour_id: uuid.UUID, body: TourChange, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        changed = tours.get(db, member, tour_id)
        version = body.version
        if body.name is not None:
            changed = tours.rename(db, member, tour_id, name=body.name, version=version)
            version = changed.version
        if body.ended is not None:
            changed = tours.end(db, member, tour_id, ended=body.ended, version=version)
        return _whole(db, changed)

    return done_once(db, member, key, "change tour", body, act, tour_id)


@router.post("/tours/{tour_id}/stops", status_code=201, response_model=StopOut, summary="Add a stop")
def add_stop(member: Writer, tour_id: uuid.UUID, body: StopIn, db: DB, key: Key = "") -> dict[str, Any]:
    """409 if the van would be in two places at once."""

    def act() -> dict[str, Any]:
        return _stop_json(tours.add_stop(db, member, tour_id, _form(body)))

    return done_once(db, member, key, "add stop", body, act, tour_id)


@router.put("/tours/{tour_id}/stops/{stop_id}", response_model=StopOut, summary="Write a stop as it shall be")
def change_stop(
    member: Writer, tour_id: uuid.UUID, stop_id: uuid.UUID, body: StopChange, db: DB, key: Key = ""
) -> dict[str, Any]:
    """Days left out and added stay."""

    def act() -> dict[str, Any]:
        return _stop_json(tours.change_stop(db, member, tour_id, stop_id, _form(body), version=body.version))

    return done_once(db, member, key, "change stop", body, act, tour_id, stop_id)


@router.delete("/tours/{tour_id}/stops/{stop_id}", response_model=Removed, summary="Remove a stop")
def remove_stop(member: Writer, tour_id: uuid.UUID, stop_id: uuid.UUID, db: DB, key: Key = "") -> dict[str, Any]:
    """One where sessions were held stays for them, and the van comes there no more."""

    def act() -> dict[str, Any]:
        tours.remove_stop(db, member, tour_id, stop_id)
        return {"removed": stop_id}

    return done_once(db, member, key, "remove stop", None, act, tour_id, stop_id)


@router.post("/tours/{tour_id}/stops/{stop_id}/day", response_model=StopOut, summary="Change one day")
def one_day(
    member: Writer, tour_id: uuid.UUID, stop_id: uuid.UUID, body: DayIn, db: DB, key: Key = ""
) -> dict[str, Any]:
    """On this day it does not come, comes after all, comes once more, or comes to another stop instead, which is then
    the reply.
    """

    def act() -> dict[str, Any]:
        where = (db, member, tour_id, stop_id, body.day)
        if body.act == "instead":
            if body.other_id is None:
                said = D_("Choisissez un autre arrêt.")
                raise Invalid(said, errors=[{"field": "other_id", "message": said}])
            return _stop_json(tours.instead(*where, other_id=body.other_id))
        one = {"skip": tours.skip, "restore": tours.restore, "add": tours.add_day}[body.act]
        return _stop_json(one(*where))

    return done_once(db, member, key, "day", body, act, tour_id, stop_id)


@router.get("/tours/{tour_id}/occurrences", response_model=OccurrencesOut, summary="Where the van is on which day")
def occurrences(
    member: Reader,
    tour_id: uuid.UUID,
    db: ReadDB,
    start: Annotated[Day | None, Query(alias="from", description="Today, if not said.")] = None,
    end: Annotated[Day | None, Query(alias="to", description="Included; eight weeks later, if not said.")] = None,
) -> dict[str, Any]:
    """At most 366 days."""
    found = tours.get(db, member, tour_id)
    first = start or service.today()
    last = end or first + USUAL
    if last - first > LONGEST:
        said = D_("366 jours au plus.")
        raise Invalid(said, errors=[{"field": "to", "message": said}])
    return {"occurrences": [_occurrence_json(one) for one in tours.occurrences(db, found, first, last)]}


def _form(body: StopIn) -> StopForm:
    said = body.model_dump(exclude={"version", "equipment"})
    return StopForm(**said, equipment=tuple(body.equipment))


def _whole(db: Session, tour: Tour) -> dict[str, Any]:
    return _tour_json(tour, tours.stops_of(db, tour))


def _tour_json(tour: Tour, stops: Sequence[Stop]) -> dict[str, Any]:
    said = {name: getattr(tour, name) for name in ("id", "organisation_id", "van_id", "name", "version")}
    return said | {"ended": tour.ended_at is not None, "stops": [_stop_json(one) for one in stops]}


def _stop_json(stop: Stop) -> dict[str, Any]:
    rule = Rule.of(stop.rule).to_json()
    names = ("id", "place_id", "opens", "closes", "timezone", "seats", "equipment", "note")
    return rule | {name: getattr(stop, name) for name in names}


def _occurrence_json(one: Occurrence) -> dict[str, Any]:
    return {
        "stop_id": one.stop.id,
        "place_id": one.stop.place_id,
        "place": one.stop.place.name,
        "day": one.day,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "seats": one.stop.seats,
    }
