"""Places, their rooms and the structures inside."""

from __future__ import annotations

import uuid
from dataclasses import fields
from typing import Annotated, Any

from fastapi import Depends, Query

from pathways.permissions import Member, Permission
from pathways.places import houses, service
from pathways.places.api.writing import Key, done_once
from pathways.places.houses import RoomForm, TenantForm
from pathways.places.models import Place, Room, Tenant
from pathways.places.place_forms import PlaceForm
from pathways.places.schemas import (
    PlaceChange,
    PlaceIn,
    PlaceOut,
    PlaceWords,
    Removed,
    RoomChange,
    RoomIn,
    RoomOut,
    TenantChange,
    TenantIn,
    TenantOut,
)
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Line
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router

router = Router(tags=["places"], route_class=StrictRoute)

OF = {"place_id": service.get}
Reader = Annotated[Member, Depends(Requires(Permission.PLACES_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.PLACES_WRITE, of=OF))]


@router.get("/places", response_model=PageOf[PlaceOut], summary="Places, the latest changed first")
def places(
    member: Reader,
    db: ReadDB,
    q: Annotated[Line, Query(description="Name, commune, or the beginning of a postcode.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
    *,
    everybody: Annotated[bool, Query(alias="all", description="The whole directory, not only yours.")] = False,
) -> dict[str, Any]:
    query = service.matching(member, words=q, everybody=everybody)
    query = query.order_by(Place.updated_at.desc(), Place.id.desc())
    return page(db, query, at=Place.updated_at, key=Place.id, limit=limit, cursor=cursor, show=place_json)


@router.post("/places", status_code=201, response_model=PlaceOut, summary="Add a place to the directory")
def create(member: Writer, body: PlaceIn, db: DB, key: Key = "") -> dict[str, Any]:
    return done_once(db, member, key, "create", body, lambda: place_json(service.create(db, member, _form(body))))


@router.get("/places/{place_id}", response_model=PlaceOut, summary="One place")
def place(member: Reader, place_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return place_json(service.get(db, member, place_id))


@router.put("/places/{place_id}", response_model=PlaceOut, summary="Write a place's sheet as it shall be")
def change(member: Writer, place_id: uuid.UUID, body: PlaceChange, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return place_json(service.update(db, member, place_id, _form(body), version=body.version))

    return done_once(db, member, key, "change", body, act, place_id)


@router.post("/places/{place_id}/vouch", response_model=PlaceOut, summary="Say that the sheet is still right today")
def vouch(member: Writer, place_id: uuid.UUID, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return place_json(service.vouch(db, member, place_id))

    return done_once(db, member, key, "vouch", None, act, place_id)


@router.post("/places/{place_id}/withdraw", response_model=PlaceOut, summary="Take a place out of the directory")
def withdraw(member: Writer, place_id: uuid.UUID, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return place_json(service.withdraw(db, member, place_id))

    return done_once(db, member, key, "withdraw", None, act, place_id)


@router.post("/places/{place_id}/bring-back", response_model=PlaceOut, summary="Put a place back into the directory")
def bring_back(member: Writer, place_id: uuid.UUID, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return place_json(service.withdraw(db, member, place_id, withdrawn=False))

    return done_once(db, member, key, "bring back", None, act, place_id)


# --- rooms ---


@router.get("/places/{place_id}/rooms", response_model=list[RoomOut], summary="The rooms of a place")
def rooms(member: Reader, place_id: uuid.UUID, db: ReadDB) -> list[Room]:
    return list(houses.rooms_of(db, service.get(db, member, place_id).id))


@router.post("/places/{place_id}/rooms", status_code=201, response_model=RoomOut, summary="Add a room")
def add_room(member: Writer, place_id: uuid.UUID, body: RoomIn, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return _room_json(houses.add_room(db, member, place_id, _room(body)))

    return done_once(db, member, key, "add room", body, act, place_id)


@router.put("/places/{place_id}/rooms/{room_id}", response_model=RoomOut, summary="Write a room as it shall be")
def change_room(
    member: Writer, place_id: uuid.UUID, room_id: uuid.UUID, body: RoomChange, db: DB, key: Key = ""
) -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return _room_json(houses.change_room(db, member, place_id, room_id, _room(body), version=body.version))

    return done_once(db, member, key, "change room", body, act, place_id, room_id)


@router.delete("/places/{place_id}/rooms/{room_id}", response_model=Removed, summary="Remove a room")
def remove_room(member: Writer, place_id: uuid.UUID, room_id: uuid.UUID, db: DB, key: Key = "") -> dict[str, Any]:
    """409 where sessions are or were held in it."""

    def act() -> dict[str, Any]:
        houses.remove_room(db, member, place_id, room_id)
        return {"removed": room_id}

    return done_once(db, member, key, "remove room", None, act, place_id, room_id)


# --- structures inside ---


@router.get("/places/{place_id}/tenants", response_model=list[TenantOut], summary="The structures in a place")
def tenants(member: Reader, place_id: uuid.UUID, db: ReadDB) -> list[dict[str, Any]]:
    return [_tenant_json(one) for one in houses.tenants_of(db, service.get(db, member, place_id).id)]


@router.post("/places/{place_id}/tenants", status_code=201, response_model=TenantOut, summary="Add a structure")
def add_tenant(member: Writer, place_id: uuid.UUID, body: TenantIn, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        return _tenant_json(houses.add_tenant(db, member, place_id, _tenant(body)))

    return done_once(db, member, key, "add tenant", body, act, place_id)


@router.put("/places/{place_id}/tenants/{tenant_id}", response_model=TenantOut, summary="Write a structure anew")
def change_tenant(
    member: Writer, place_id: uuid.UUID, tenant_id: uuid.UUID, body: TenantChange, db: DB, key: Key = ""
) -> dict[str, Any]:
    def act() -> dict[str, Any]:
        form = _tenant(body)
        return _tenant_json(houses.change_tenant(db, member, place_id, tenant_id, form, seen=body.version))

    return done_once(db, member, key, "change tenant", body, act, place_id, tenant_id)


@router.delete("/places/{place_id}/tenants/{tenant_id}", response_model=Removed, summary="Remove a structure")
def remove_tenant(member: Writer, place_id: uuid.UUID, tenant_id: uuid.UUID, db: DB, key: Key = "") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        houses.remove_tenant(db, member, place_id, tenant_id)
        return {"removed": tenant_id}

    return done_once(db, member, key, "remove tenant", None, act, place_id, tenant_id)


# --- shapes ---


def place_json(place: Place) -> dict[str, Any]:
    names = {*PlaceWords.model_fields, "id", "organisation_id", "is_at_centre", "source", "source_id"}
    said = {name: getattr(place, name) for name in names | {"updated_on", "version", "updated_at"}}
    return said | {"withdrawn": place.withdrawn_at is not None}


def _form(body: PlaceIn) -> PlaceForm:
    said: dict[str, Any] = {one.name: getattr(body, one.name) for one in fields(PlaceForm)}
    said |= {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
    return PlaceForm(**said)


def _room(body: RoomIn) -> RoomForm:
    return RoomForm(body.name, body.seats, tuple(body.equipment), body.step_free)


def _tenant(body: TenantIn) -> TenantForm:
    return TenantForm(body.name, body.organisation_id, tuple(body.services), body.hours)


def _room_json(room: Room) -> dict[str, Any]:
    return {name: getattr(room, name) for name in RoomOut.model_fields}


def _tenant_json(tenant: Tenant) -> dict[str, Any]:
    said = {name: getattr(tenant, name) for name in TenantOut.model_fields if name != "version"}
    return said | {"version": houses.seen_of(tenant)}
