"""Houses of digital: the rooms of a place, and the structures that receive people in it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import changes, clock, i18n, ids
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_
from pathways.people.models import Organisation
from pathways.permissions import Member
from pathways.places import equipment, hours, service
from pathways.places.models import LONGEST_NAME, Place, Room, Tenant
from pathways.places.place_forms import LONGEST_HOURS, choices

MOST_ROOMS, MOST_TENANTS, MOST_SEATS, LONGEST_ROOM = 50, 50, 500, 100
MOST_ORGANISATIONS = 300
_MOVED = D_("Une collègue ou un collègue a changé cette salle entre-temps. Relisez, puis enregistrez.")

_MOVED_TENANT = D_("Une collègue ou un collègue a changé cette structure entre-temps. Relisez, puis enregistrez.")


@dataclass(frozen=True, slots=True)
class RoomForm:
    name: str
    seats: int = 0
    equipment: tuple[str, ...] = ()
    step_free: bool = False


@dataclass(frozen=True, slots=True)
class TenantForm:
    """A structure of this server, or one by its name alone. Services are exact words of LaMednum."""

    name: str = ""
    organisation_id: uuid.UUID | None = None
    services: tuple[str, ...] = ()
    hours: str = ""


# --- rooms ---


def rooms_of(db: Session, place_id: uuid.UUID) -> Sequence[Room]:
    return db.scalars(sa.select(Room).filter_by(place_id=place_id).order_by(Room.name, Room.id)).all()


def add_room(db: Session, member: Member, place_id: uuid.UUID, form: RoomForm, *, key: uuid.UUID | None = None) -> Room:
    """The same ``key`` twice makes one."""
    place = _held(db, member, place_id)
    made = ids.new_id() if key is None else ids.stable_id("room", str(place.id), str(key))
    if key is not None and (there := db.get(Room, made)) is not None:
        return there
    _check_room(form)
    if len(rooms_of(db, place.id)) >= MOST_ROOMS:
        raise _refused("name", D_("Au plus %(most)s salles."), most=MOST_ROOMS)
    room = Room(id=made, place_id=place.id, version=1)
    _write_room(room, form)
    db.add(room)
    _written(db, place)
    return room


def change_room(
    db: Session, member: Member, place_id: uuid.UUID, room_id: uuid.UUID, form: RoomForm, *, version: int
) -> Room:
    place = _held(db, member, place_id)
    room = _room(db, place, room_id)
    _check_room(form)
    if room.version != version:
        if RoomForm(room.name, room.seats, tuple(room.equipment), room.step_free) == form:
            return room
        raise Conflict(_MOVED)
    _write_room(room, form)
    room.version += 1
    _written(db, place)
    return room


def remove_room(db: Session, member: Member, place_id: uuid.UUID, room_id: uuid.UUID) -> None:
    place = _held(db, member, place_id)
    room = _room(db, place, room_id)
    try:
        with db.begin_nested():
            db.execute(sa.delete(Room).where(Room.id == room.id))
    except IntegrityError as error:
        raise Conflict(D_("Des séances ont lieu dans cette salle : elle reste, pour qu'on sache où.")) from error
    db.expunge(room)
    _written(db, place)


def _room(db: Session, place: Place, room_id: uuid.UUID) -> Room:
    found = db.get(Room, room_id)
    if found is None or found.place_id != place.id:
        raise NotFound(D_("Cette salle n'existe pas."))
    return found


def _check_room(form: RoomForm) -> None:
    if not 1 <= len(form.name) <= LONGEST_ROOM:
        raise _refused("name", D_("Donnez un nom à la salle (100 lettres au plus)."))
    if not 0 <= form.seats <= MOST_SEATS:
        raise _refused("seats", D_("Un nombre de places, de 0 à 500."))


def _write_room(room: Room, form: RoomForm) -> None:
    room.name, room.seats, room.step_free = form.name, form.seats, form.step_free
    room.equipment = equipment.known(form.equipment)


# --- structures inside ---


def tenants_of(db: Session, place_id: uuid.UUID) -> Sequence[Tenant]:
    return db.scalars(sa.select(Tenant).filter_by(place_id=place_id).order_by(Tenant.name, Tenant.id)).all()


def organisations(db: Session) -> Sequence[tuple[uuid.UUID, str]]:
    """The structures of this server by name. Names alone: that they are here is on every sheet they keep."""
    found = sa.select(Organisation.id, Organisation.name).order_by(Organisation.name, Organisation.id)
    return [(row.id, row.name) for row in db.execute(found.limit(MOST_ORGANISATIONS))]


def add_tenant(
    db: Session, member: Member, place_id: uuid.UUID, form: TenantForm, *, key: uuid.UUID | None = None
) -> Tenant:
    """The same ``key`` twice makes one."""
    place = _held(db, member, place_id)
    made = ids.new_id() if key is None else ids.stable_id("tenant", str(place.id), str(key))
    if key is not None and (there := db.get(Tenant, made)) is not None:
        return there
    if len(tenants_of(db, place.id)) >= MOST_TENANTS:
        raise _refused("name", D_("Au plus %(most)s structures."), most=MOST_TENANTS)
    tenant = Tenant(id=made, place_id=place.id)
    _write_tenant(db, tenant, form)
    db.add(tenant)
    _written(db, place)
    return tenant


def change_tenant(
    db: Session, member: Member, place_id: uuid.UUID, tenant_id: uuid.UUID, form: TenantForm, *, seen: str | None = None
) -> Tenant:
    """``seen``: what stood there when it was read (:func:`seen_of`)."""
    place = _held(db, member, place_id)
    tenant = _tenant(db, place, tenant_id)
    if seen is not None and seen != seen_of(tenant):
        raise Conflict(_MOVED_TENANT)
    _write_tenant(db, tenant, form)
    _written(db, place)
    return tenant


def remove_tenant(db: Session, member: Member, place_id: uuid.UUID, tenant_id: uuid.UUID) -> None:
    place = _held(db, member, place_id)
    db.delete(_tenant(db, place, tenant_id))
    _written(db, place)


def seen_of(tenant: Tenant) -> str:
    return ids.fingerprint("\x1f".join([tenant.name, str(tenant.organisation_id), *tenant.services, tenant.hours]))


def _tenant(db: Session, place: Place, tenant_id: uuid.UUID) -> Tenant:
    found = db.get(Tenant, tenant_id)
    if found is None or found.place_id != place.id:
        raise NotFound(D_("Cette structure n'existe pas."))
    return found


def _write_tenant(db: Session, tenant: Tenant, form: TenantForm) -> None:
    name = form.name
    if form.organisation_id is not None:
        organisation = db.get(Organisation, form.organisation_id)
        if organisation is None:
            raise _refused("organisation", D_("Choisissez une structure dans la liste."))
        name = name or organisation.name
    if not 1 <= len(name) <= LONGEST_NAME:
        raise _refused("name", D_("Donnez le nom de la structure (150 lettres au plus)."))
    if any(one not in choices("services") for one in form.services):
        raise _refused("services", D_("Choisissez les services dans la liste."))
    if len(form.hours) > LONGEST_HOURS or (form.hours and hours.problem(form.hours)):
        raise _refused("hours", hours.problem(form.hours[:LONGEST_HOURS]) or D_("500 lettres au plus."))
    tenant.name, tenant.organisation_id = name, form.organisation_id
    tenant.services, tenant.hours = list(form.services), form.hours


def _held(db: Session, member: Member, place_id: uuid.UUID) -> Place:
    """The place, held until the transaction ends: of two who add a room at once, one waits."""
    place = service.own(db, member, place_id)
    db.refresh(place, with_for_update=True)
    return place


def _written(db: Session, place: Place) -> None:
    """The sheet's own version stays: who is writing the rest of it need not read this again."""
    place.updated_at = clock.now()
    db.flush()
    service.save_traits(db, place)
    changes.note(db, place.organisation_id, service.KIND, place.id, "updated")


def _refused(field: str, message: str, **values: object) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": i18n.sentence(message, values)}], **values)
