"""One of each thing of `places/` that has an address."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from pathways.permissions import OF_ROLE, Member, Role
from pathways.places import basins, houses, service, tours
from pathways.places.houses import RoomForm, TenantForm
from pathways.places.place_forms import PlaceForm
from pathways.places.tours import StopForm
from tests.places.situations import commune

NOT_A_COMMUNE, POSTCODE = "99999", "99999"
NEXT_WEEK = str(service.today() + timedelta(days=7))


def made(db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> dict[str, str]:
    """The values of addresses, with a place, its room and tenant, a van's tour with a stop, and a basin behind them."""
    keeper = Member(account_id, "", organisation_id, "", Role.COORDINATOR, OF_ROLE[Role.COORDINATOR])
    commune(db, NOT_A_COMMUNE, "Nulle-Part", POSTCODE, at=(47.0, 2.0))
    where: dict[str, Any] = {"postcode": POSTCODE, "commune": "Nulle-Part"}
    place = service.create(db, keeper, PlaceForm(name="Médiathèque", services=(), languages=("fr", "ti"), **where))
    van = service.create(db, keeper, PlaceForm(name="Le bus", is_mobile=True, **where))
    tour = tours.create(db, keeper, van_id=van.id, name="Tournée du jeudi")
    stop = StopForm(place_id=place.id, first=service.today(), opens="14:00", closes="16:00", on_holidays=True)
    return {
        "place_id": str(place.id),
        "van_id": str(van.id),
        "room_id": str(houses.add_room(db, keeper, place.id, RoomForm("Salle bleue", 12, ("wifi",))).id),
        "tenant_id": str(houses.add_tenant(db, keeper, place.id, TenantForm("Permanence")).id),
        "tour_id": str(tour.id),
        "stop_id": str(tours.add_stop(db, keeper, tour.id, stop).id),
        "basin_id": str(basins.create(db, keeper, name="Val", codes=[NOT_A_COMMUNE]).id),
        "exchange_format": "lamednum-csv",
        "file_name": "lieux.csv",
    }


_PLACE = {"name": "Mairie", "postcode": POSTCODE, "commune": "Nulle-Part"}
_STOP = {"place_id": str(uuid.UUID(int=7)), "first": NEXT_WEEK, "opens": "09:00", "closes": "10:00"}
JSON_BODIES: dict[str, Any] = {
    "POST /api/v1/places": _PLACE,
    "PUT /api/v1/places/{place_id}": _PLACE | {"version": 1},
    "POST /api/v1/places/{place_id}/rooms": {"name": "Salle verte"},
    "PUT /api/v1/places/{place_id}/rooms/{room_id}": {"name": "Salle verte", "version": 1},
    "POST /api/v1/places/{place_id}/tenants": {"name": "Autre permanence"},
    "PUT /api/v1/places/{place_id}/tenants/{tenant_id}": {"name": "Autre permanence", "version": "0" * 12},
    "POST /api/v1/tours": {"name": "Autre tournée", "van_id": str(uuid.UUID(int=7))},
    "PATCH /api/v1/tours/{tour_id}": {"name": "Autre tournée", "version": 2},
    "POST /api/v1/tours/{tour_id}/stops": _STOP,
    "PUT /api/v1/tours/{tour_id}/stops/{stop_id}": _STOP | {"version": 2},
    "POST /api/v1/tours/{tour_id}/stops/{stop_id}/day": {"day": NEXT_WEEK, "act": "skip"},
    "POST /api/v1/basins": {"name": "Plaine", "communes": [NOT_A_COMMUNE]},
    "PUT /api/v1/basins/{basin_id}": {"name": "Plaine", "communes": [NOT_A_COMMUNE], "version": 1},
}
FORMS: dict[str, dict[str, str]] = {
    "/places/new": _PLACE,
    "/places/{place_id}/edit": _PLACE | {"version": "1"},
    "/places/{place_id}/rooms": {"name": "Salle verte"},
    "/places/{place_id}/rooms/{room_id}": {"name": "Salle verte", "version": "1"},
    "/places/{place_id}/tenants": {"name": "Autre permanence"},
    "/places/{place_id}/tenants/{tenant_id}": {"name": "Autre permanence"},
    "/tours": {"name": "Autre tournée", "van": str(uuid.UUID(int=7))},
    "/tours/{tour_id}": {"name": "Autre tournée", "version": "2", "action": "keep"},
    "/tours/{tour_id}/stops/new": {
        "place": str(uuid.UUID(int=7)),
        "first": NEXT_WEEK,
        "opens": "09:00",
        "version": "2",
    },
    "/tours/{tour_id}/stops/{stop_id}": {"place": str(uuid.UUID(int=7)), "first": NEXT_WEEK, "version": "2"},
    "/tours/{tour_id}/stops/{stop_id}/day": {"day": NEXT_WEEK, "action": "skip"},
    "/basins": {"name": "Plaine", "communes": NOT_A_COMMUNE},
    "/basins/{basin_id}": {"name": "Plaine", "code": NOT_A_COMMUNE, "version": "1", "action": "keep"},
}
