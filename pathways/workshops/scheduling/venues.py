"""Where a session takes place: a published place, a room in it, a stop of a van; or nowhere, at a distance."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.places.models import Place, Room, Stop, Tenant, Tour
from pathways.workshops.models import Means

MOST_OFFERED = 300


@dataclass(frozen=True, slots=True)
class Venue:
    """What a session keeps of it."""

    place: Place | None = None
    room: Room | None = None
    stop: Stop | None = None

    def columns(self) -> dict[str, Any]:
        place = self.place
        return {
            "place_id": place.id if place else None,
            "room_id": self.room.id if self.room else None,
            "stop_id": self.stop.id if self.stop else None,
            "latitude": place.latitude if place else None,
            "longitude": place.longitude if place else None,
            "commune_code": place.commune_code if place else None,
        }


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers."""

    places: Sequence[Place]
    rooms: Sequence[Room]
    stops: Sequence[Stop]


def find(
    db: Session,
    organisation_id: uuid.UUID,
    *,
    place_id: uuid.UUID | None = None,
    room_id: uuid.UUID | None = None,
    stop_id: uuid.UUID | None = None,
) -> Venue:
    """The most exact of what is given; raises :class:`Invalid` for what the organisation cannot use."""
    if stop_id is not None:
        stop = db.get(Stop, stop_id, options=[joinedload(Stop.tour), joinedload(Stop.place)])
        if stop is None or stop.tour.organisation_id != organisation_id:
            raise _wrong("stop", D_("Cet arrêt n'existe pas."))
        return Venue(stop.place, None, stop)
    if room_id is not None:
        room = db.scalar(_rooms(organisation_id).where(Room.id == room_id))
        if room is None:
            raise _wrong("room", D_("Cette salle n'existe pas."))
        if place_id is None or place_id == room.place_id:
            return Venue(db.get_one(Place, room.place_id), room)
        raise _wrong("room", D_("Cette salle n'est pas dans ce lieu."))
    if place_id is None:
        return Venue()
    place = db.get(Place, place_id)
    if place is None or place.withdrawn_at is not None:
        raise _wrong("place", D_("Ce lieu n'existe pas."))
    return Venue(place)


def offered(db: Session, member: Member, *, also: uuid.UUID | None = None) -> Choices:
    """The organisation's own places, the houses it is a tenant of, its rooms and its stops. ``also``: a place of
    somebody else that is already chosen.
    """
    own = sa.or_(Place.organisation_id == member.organisation_id, Place.id.in_(_rented(member.organisation_id)))
    places = sa.select(Place).where(
        sa.or_(sa.and_(own, Place.withdrawn_at.is_(None)), Place.id == also), Place.is_mobile.is_(False)
    )
    stops = sa.select(Stop).join(Tour).where(Tour.organisation_id == member.organisation_id, Tour.ended_at.is_(None))
    return Choices(
        db.scalars(places.order_by(Place.sought).limit(MOST_OFFERED)).all(),
        db.scalars(_rooms(member.organisation_id).order_by(Room.name).limit(MOST_OFFERED)).all(),
        db.scalars(stops.options(joinedload(Stop.place), joinedload(Stop.tour)).limit(MOST_OFFERED)).all(),
    )


def _rooms(organisation_id: uuid.UUID) -> sa.Select[Room]:
    """Rooms of own places, of houses where one is a tenant, and those that others lend."""
    lent = sa.select(Means.room_id).where(Means.shared, Means.archived_at.is_(None), Means.room_id.is_not(None))
    return (
        sa.select(Room)
        .join(Place, Place.id == Room.place_id)
        .where(
            Place.withdrawn_at.is_(None),
            sa.or_(
                Place.organisation_id == organisation_id,
                Place.id.in_(_rented(organisation_id)),
                Room.id.in_(lent),
            ),
        )
    )


def _rented(organisation_id: uuid.UUID) -> sa.Select[uuid.UUID]:
    return sa.select(Tenant.place_id).where(Tenant.organisation_id == organisation_id)


def _wrong(field: str, said: str) -> Invalid:
    return Invalid(said, errors=[{"field": field, "message": said}])
