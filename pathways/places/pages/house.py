"""The rooms of a place and the structures inside it, each list a page of small forms."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import ids
from pathways.errors import Conflict, Invalid
from pathways.permissions import Member, Permission
from pathways.places import houses, policies, service, showing
from pathways.places.equipment import EQUIPMENT
from pathways.places.houses import RoomForm, TenantForm
from pathways.places.pages.sent import Form, Sent, filled
from pathways.places.place_forms import choices
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/places/{place_id}")

OF = {"place_id": service.get}
Reader = Annotated[Member, Depends(Requires(Permission.PLACES_READ, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.PLACES_WRITE, of=OF))]


@router.get("/rooms")
def rooms(request: Request, member: Reader, place_id: uuid.UUID, db: ReadDB) -> Response:
    return _rooms(request, member, db, place_id)


@router.post("/rooms")
def add_room(request: Request, member: WriterForm, place_id: uuid.UUID, form: Sent, db: DB) -> Response:
    try:
        with db.begin_nested():
            houses.add_room(db, member, place_id, _room(form), key=form.identifier("key"))
    except Invalid as error:
        form.told(error)
        return _rooms(request, member, db, place_id, form=form, status=422)
    return RedirectResponse(f"/places/{place_id}/rooms", 303)


@router.post("/rooms/{room_id}")
def change_room(
    request: Request, member: WriterForm, place_id: uuid.UUID, room_id: uuid.UUID, form: Sent, db: DB
) -> Response:
    try:
        with db.begin_nested():
            houses.change_room(db, member, place_id, room_id, _room(form), version=form.number("version"))
    except (Invalid, Conflict) as error:
        form.told(error)
        return _rooms(request, member, db, place_id, form=form, about=room_id, status=_status(error))
    return RedirectResponse(f"/places/{place_id}/rooms", 303)


@router.post("/rooms/{room_id}/remove")
def remove_room(request: Request, member: WriterForm, place_id: uuid.UUID, room_id: uuid.UUID, db: DB) -> Response:
    try:
        with db.begin_nested():
            houses.remove_room(db, member, place_id, room_id)
    except Conflict as error:
        form = Form()
        form.told(error)
        return _rooms(request, member, db, place_id, form=form, about=room_id, status=409)
    return RedirectResponse(f"/places/{place_id}/rooms", 303)


@router.get("/tenants")
def tenants(request: Request, member: Reader, place_id: uuid.UUID, db: ReadDB) -> Response:
    return _tenants(request, member, db, place_id)


@router.post("/tenants")
def add_tenant(request: Request, member: WriterForm, place_id: uuid.UUID, form: Sent, db: DB) -> Response:
    try:
        with db.begin_nested():
            houses.add_tenant(db, member, place_id, _tenant(form), key=form.identifier("key"))
    except Invalid as error:
        form.told(error)
        return _tenants(request, member, db, place_id, form=form, status=422)
    return RedirectResponse(f"/places/{place_id}/tenants", 303)


@router.post("/tenants/{tenant_id}")
def change_tenant(
    request: Request, member: WriterForm, place_id: uuid.UUID, tenant_id: uuid.UUID, form: Sent, db: DB
) -> Response:
    try:
        with db.begin_nested():
            houses.change_tenant(db, member, place_id, tenant_id, _tenant(form), seen=form.get("seen"))
    except (Invalid, Conflict) as error:
        form.told(error)
        return _tenants(request, member, db, place_id, form=form, about=tenant_id, status=_status(error))
    return RedirectResponse(f"/places/{place_id}/tenants", 303)


@router.post("/tenants/{tenant_id}/remove")
def remove_tenant(member: WriterForm, place_id: uuid.UUID, tenant_id: uuid.UUID, db: DB) -> Response:
    houses.remove_tenant(db, member, place_id, tenant_id)
    return RedirectResponse(f"/places/{place_id}/tenants", 303)


def _status(error: Invalid | Conflict) -> int:
    return 409 if isinstance(error, Conflict) else 422


def _room(form: Form) -> RoomForm:
    return RoomForm(
        name=form.get("name"),
        seats=form.number("seats"),
        equipment=form.all("equipment"),
        step_free=bool(form.get("step_free")),
    )


def _tenant(form: Form) -> TenantForm:
    return TenantForm(
        name=form.get("name"),
        organisation_id=form.identifier("organisation"),
        services=form.all("services"),
        hours=form.get("hours"),
    )


def _rooms(
    request: Request,
    member: Member,
    db: Session,
    place_id: uuid.UUID,
    *,
    form: Form | None = None,
    about: uuid.UUID | None = None,
    status: int = 200,
) -> Response:
    """The list. ``form`` is what was sent and came back: of the room ``about``, or of a new one."""
    place = service.get(db, member, place_id)
    rows = []
    for room in houses.rooms_of(db, place_id):
        said = {"name": room.name, "seats": room.seats, "equipment": room.equipment, "step_free": room.step_free}
        shown = filled(said | {"version": room.version})
        if form is not None and room.id == about:
            shown = _beside(form, shown, str(room.version), "version")
        rows.append((room, shown))
    return render(
        request,
        "rooms.html",
        status=status,
        place=place,
        rows=rows,
        new=form if form is not None and about is None else filled({"key": str(ids.random_id())}),
        equipment=EQUIPMENT,
        may_write=policies.may_keep(member, place.organisation_id),
    )


def _tenants(
    request: Request,
    member: Member,
    db: Session,
    place_id: uuid.UUID,
    *,
    form: Form | None = None,
    about: uuid.UUID | None = None,
    status: int = 200,
) -> Response:
    place = service.get(db, member, place_id)
    may_write = policies.may_keep(member, place.organisation_id)
    rows = []
    for tenant in houses.tenants_of(db, place_id):
        said = {"name": tenant.name, "services": tenant.services, "hours": tenant.hours}
        seen = houses.seen_of(tenant)
        shown = filled(said | {"organisation": tenant.organisation_id, "seen": seen})
        if form is not None and tenant.id == about:
            shown = _beside(form, shown, seen, "seen")
        rows.append((tenant, shown, showing.hours_in_words(tenant.hours)))
    return render(
        request,
        "tenants.html",
        status=status,
        place=place,
        rows=rows,
        new=form if form is not None and about is None else filled({"key": str(ids.random_id())}),
        services=choices("services"),
        organisations=houses.organisations(db) if may_write else [],
        may_write=may_write,
    )


def _beside(form: Form, shown: Form, version: str, name: str) -> Form:
    """What was typed, to be kept on purpose over what stands there now; of a bare press, what stands there."""
    if not form.fields:
        shown.said, shown.errors = form.said, form.errors
        return shown
    form.fields[name] = [version]
    return form
