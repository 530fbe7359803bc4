"""Places at the desk: the list, a sheet, and the form in which it is written."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.people.models import Organisation
from pathways.permissions import Member, Permission
from pathways.places import houses, policies, service, showing, tours
from pathways.places.equipment import EQUIPMENT
from pathways.places.models import Place
from pathways.places.pages.sent import Form, Sent, filled
from pathways.places.place_forms import LISTS, PlaceForm, choices
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/places")

OF = {"place_id": service.get}
Reader = Annotated[Member, Depends(Requires(Permission.PLACES_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.PLACES_WRITE, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.PLACES_WRITE, of=OF))]
MOST_PAGES = 200
HappeningAt = Callable[[Session, uuid.UUID, str], Sequence[Any]]
"""The sessions in a place: what is above this feature knows, and registers it as ``app.state.happening_at``."""
_NOT_A_NUMBER = D_("Un nombre, par exemple 47,39.")


@router.get("")
def places(
    request: Request,
    member: Reader,
    db: ReadDB,
    q: Annotated[Line, Query()] = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
    *,
    everybody: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    size = service.MOST_LISTED
    found = service.search(db, member, words=q, everybody=everybody, offset=(page - 1) * size)
    return render(
        request,
        "places.html",
        places=found[:size],
        more=len(found) > size and page < MOST_PAGES,
        page=page,
        sought=q,
        everybody=everybody,
        may_write=member.may(Permission.PLACES_WRITE),
    )


@router.get("/new")
def new(request: Request, member: Writer, db: ReadDB) -> Response:
    return _form_page(request, db, filled({"key": str(ids.random_id())}))


@router.post("/new")
def create(request: Request, member: WriterForm, form: Sent, db: DB) -> Response:
    if form.get("action") == "look":
        return _form_page(request, db, form)
    try:
        with db.begin_nested():
            made = service.create(db, member, _read(form), key=form.identifier("key"))
    except Invalid as error:
        form.told(error)
        return _form_page(request, db, form, status=422)
    return RedirectResponse(f"/places/{made.id}", 303)


@router.get("/{place_id}")
def place(request: Request, member: Reader, place_id: uuid.UUID, db: ReadDB) -> Response:
    found = service.get(db, member, place_id)
    happening_at: HappeningAt = request.app.state.happening_at
    keeper = db.get_one(Organisation, found.organisation_id)
    is_own = found.organisation_id == member.organisation_id
    return render(
        request,
        "place.html",
        place=found,
        groups=showing.sheet(service.form_of(found)),
        hours=showing.hours_in_words(found.hours),
        rooms=houses.rooms_of(db, found.id),
        tenants=houses.tenants_of(db, found.id),
        tours=tours.of_van(db, found.id) if found.is_mobile and is_own else [],
        stops=tours.stops_at(db, found.id),
        happening=happening_at(db, found.id, i18n.current().code),
        equipment=EQUIPMENT,
        keeper=keeper.name,
        day=i18n.say_date(found.updated_on, i18n.current().code),
        may_write=policies.may_keep(member, found.organisation_id),
        hours_in_words=showing.hours_in_words,
        service_labels=choices("services"),
    )


@router.get("/{place_id}/edit")
def edit(request: Request, member: Writer, place_id: uuid.UUID, db: ReadDB) -> Response:
    found = service.own(db, member, place_id)
    form = filled(asdict(service.form_of(found)) | {"version": found.version})
    return _form_page(request, db, form, place=found)


@router.post("/{place_id}/edit")
def change(request: Request, member: WriterForm, place_id: uuid.UUID, form: Sent, db: DB) -> Response:
    found = service.own(db, member, place_id)
    if form.get("action") == "look":
        return _form_page(request, db, form, place=found)
    try:
        with db.begin_nested():
            service.update(db, member, place_id, _read(form), version=form.number("version"))
    except Conflict as error:
        form.told(error)
        form.fields["version"] = [str(found.version)]  # to be kept on purpose over the colleague's
        theirs = showing.differences(service.checked(db, _read(form)), service.form_of(found))
        return _form_page(request, db, form, place=found, theirs=theirs, status=409)
    except Invalid as error:
        form.told(error)
        return _form_page(request, db, form, place=found, status=422)
    return RedirectResponse(f"/places/{place_id}", 303)


@router.post("/{place_id}/vouch")
def vouch(member: WriterForm, place_id: uuid.UUID, db: DB) -> Response:
    service.vouch(db, member, place_id)
    return RedirectResponse(f"/places/{place_id}", 303)


@router.post("/{place_id}/withdraw")
def withdraw(member: WriterForm, place_id: uuid.UUID, db: DB) -> Response:
    service.withdraw(db, member, place_id)
    return RedirectResponse(f"/places/{place_id}", 303)


@router.post("/{place_id}/bring-back")
def bring_back(member: WriterForm, place_id: uuid.UUID, db: DB) -> Response:
    service.withdraw(db, member, place_id, withdrawn=False)
    return RedirectResponse(f"/places/{place_id}", 303)


def _read(form: Form) -> PlaceForm:
    """The place that a form describes. The code of its commune is found anew from its postcode and name."""
    texts = ("address", "address_more", "booking_url", "accessibility_url", "summary", "description", "pivot", "parent")
    lists: dict[str, Any] = {name: form.all(name) for name in (*LISTS, "languages")}
    lists |= {name: form.lines(name) for name in ("emails", "websites", "other_labels")}
    numbers: dict[str, Any] = {name: _coordinate(form, name) for name in ("latitude", "longitude")}
    form.refuse()
    return PlaceForm(
        name=form.get("name"),
        postcode=form.get("postcode").replace(" ", ""),
        commune=form.get("commune"),
        phone=form.get("phone"),
        hours=form.get("hours"),
        is_mobile=bool(form.get("is_mobile")),
        **{name: form.get(name) for name in texts},
        **lists,
        **numbers,
    )


def _coordinate(form: Form, name: str) -> float | None:
    text = form.get(name).strip().replace(",", ".")
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        form.errors[name] = i18n.gettext(_NOT_A_NUMBER)
        return None
    return found if abs(found) <= 1000 else 1000.0  # a thousand degrees: refused with the others out of bounds


def _form_page(
    request: Request,
    db: Session,
    form: Form,
    *,
    place: Place | None = None,
    theirs: list[showing.Said] | None = None,
    status: int = 200,
) -> Response:
    postcode = form.get("postcode")
    return render(
        request,
        "place-form.html",
        status=status,
        form=form,
        errors=form.errors,
        place=place,
        theirs=theirs or [],
        labels=showing.LABELS,
        choices={name: choices(name) for name in LISTS},
        words=showing.hours_in_words(form.get("hours")) if "hours" not in form.errors else [],
        communes=[one.name for one in service.communes_at(db, postcode)] if postcode else [],
    )
