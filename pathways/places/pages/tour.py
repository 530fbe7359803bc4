"""Tours at the desk: the list, a tour with its next weeks, its stops, and the notice for a village's board."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.places import itinerary, policies, service, tours
from pathways.places.equipment import EQUIPMENT
from pathways.places.models import Place, Stop, Tour
from pathways.places.pages.sent import Form, Sent, filled
from pathways.places.rules import MOST_WEEKS, Rule, holiday_name
from pathways.places.tours import StopForm
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/tours")

OF = {"tour_id": tours.get}
Reader = Annotated[Member, Depends(Requires(Permission.PLACES_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.PLACES_WRITE, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.PLACES_WRITE, of=OF))]
WEEKS_AHEAD = 8
MOST_ON_A_BOARD = 16
_RHYTHMS = {1: D_("toutes les semaines"), 2: D_("une semaine sur deux")}
_EVERY = D_("une semaine sur %(number)s")


@dataclass(frozen=True, slots=True)
class Line:
    """One day of a tour on its page."""

    stop: Stop
    day: date
    said: str
    comes: bool
    holiday: str


@router.get("")
def all_tours(request: Request, member: Reader, db: ReadDB) -> Response:
    return _list(request, member, db, Form())


@router.post("")
def create(request: Request, member: WriterForm, form: Sent, db: DB) -> Response:
    try:
        with db.begin_nested():
            made = tours.create(db, member, van_id=form.identifier("van"), name=form.get("name"))
    except Invalid as error:
        form.told(error)
        return _list(request, member, db, form, status=422)
    return RedirectResponse(f"/tours/{made.id}", 303)


@router.get("/{tour_id}")
def tour(request: Request, member: Reader, tour_id: uuid.UUID, db: ReadDB) -> Response:
    return _tour(request, member, db, tours.get(db, member, tour_id))


@router.post("/{tour_id}")
def change(request: Request, member: WriterForm, tour_id: uuid.UUID, form: Sent, db: DB) -> Response:
    """Its name, and whether it goes on."""
    found = tours.get(db, member, tour_id)
    action = form.get("action")
    try:
        with db.begin_nested():
            if action in {"end", "resume"}:
                tours.end(db, member, tour_id, ended=action == "end")
            else:
                tours.rename(db, member, tour_id, name=form.get("name"), version=form.number("version"))
    except (Invalid, Conflict) as error:
        form.told(error)
        return _tour(request, member, db, found, form=form, status=409 if isinstance(error, Conflict) else 422)
    return RedirectResponse(f"/tours/{tour_id}", 303)


@router.get("/{tour_id}/stops/new")
def new_stop(request: Request, member: Writer, tour_id: uuid.UUID, db: ReadDB) -> Response:
    found = tours.get(db, member, tour_id)
    return _stop(request, member, db, found, filled({"version": found.version, "weeks": 2}))


@router.post("/{tour_id}/stops/new")
def add_stop(request: Request, member: WriterForm, tour_id: uuid.UUID, form: Sent, db: DB) -> Response:
    found = tours.get(db, member, tour_id)
    try:
        with db.begin_nested():
            tours.add_stop(db, member, tour_id, _read(form), version=form.number("version"))
    except (Invalid, Conflict) as error:
        return _stop_again(request, member, db, found, form, error)
    return RedirectResponse(f"/tours/{tour_id}", 303)


@router.get("/{tour_id}/stops/{stop_id}")
def stop(request: Request, member: Writer, tour_id: uuid.UUID, stop_id: uuid.UUID, db: ReadDB) -> Response:
    found = tours.get(db, member, tour_id)
    shown = tours.stop(db, found, stop_id)
    return _stop(request, member, db, found, filled(_said(shown) | {"version": found.version}), stop=shown)


@router.post("/{tour_id}/stops/{stop_id}")
def change_stop(
    request: Request, member: WriterForm, tour_id: uuid.UUID, stop_id: uuid.UUID, form: Sent, db: DB
) -> Response:
    found = tours.get(db, member, tour_id)
    shown = tours.stop(db, found, stop_id)
    try:
        with db.begin_nested():
            tours.change_stop(db, member, tour_id, stop_id, _read(form), version=form.number("version"))
    except (Invalid, Conflict) as error:
        return _stop_again(request, member, db, found, form, error, stop=shown)
    return RedirectResponse(f"/tours/{tour_id}", 303)


@router.post("/{tour_id}/stops/{stop_id}/remove")
def remove_stop(member: WriterForm, tour_id: uuid.UUID, stop_id: uuid.UUID, db: DB) -> Response:
    tours.remove_stop(db, member, tour_id, stop_id)
    return RedirectResponse(f"/tours/{tour_id}", 303)


@router.post("/{tour_id}/stops/{stop_id}/day")
def one_day(
    request: Request, member: WriterForm, tour_id: uuid.UUID, stop_id: uuid.UUID, form: Sent, db: DB
) -> Response:
    """The button says what: ``skip``, ``restore``, ``add``, or ``instead`` (at the stop that was chosen)."""
    found = tours.get(db, member, tour_id)
    try:
        with db.begin_nested():
            _act(db, member, found, stop_id, form)
    except (Invalid, Conflict) as error:
        form.told(error)
        return _tour(request, member, db, found, form=form, status=409 if isinstance(error, Conflict) else 422)
    return RedirectResponse(f"/tours/{tour_id}#days", 303)


@router.get("/{tour_id}/notice")
def notice(
    request: Request,
    member: Reader,
    tour_id: uuid.UUID,
    db: ReadDB,
    stop: Annotated[uuid.UUID | None, Query()] = None,
    language: Annotated[Short, Query()] = i18n.SOURCE,
) -> Response:
    """For the board of a village: one page, in French and in one more language."""
    found = tours.get(db, member, tour_id)
    reader = language if language in i18n.languages() else i18n.SOURCE
    chosen = tours.stop(db, found, stop) if stop else None
    today = service.today()
    coming = tours.occurrences(db, found, today, today + timedelta(weeks=WEEKS_AHEAD))
    coming = [one for one in coming if chosen is None or one.stop.place_id == chosen.place_id][:MOST_ON_A_BOARD]
    i18n.use(reader)
    return render(
        request,
        "tour-notice.html",
        reader=reader,
        tour=found,
        van=db.get_one(Place, found.van_id),
        stop=chosen,
        days=[(one, i18n.say_date(one.day, reader), i18n.say_date(one.day, i18n.SOURCE)) for one in coming],
        equipment=[EQUIPMENT[one] for one in chosen.equipment if one in EQUIPMENT] if chosen else [],
    )


def _act(db: Session, member: Member, tour: Tour, stop_id: uuid.UUID, form: Form) -> None:
    day = form.day("day")
    if day is None:
        said = D_("Choisissez un jour.")
        raise Invalid(said, errors=[{"field": "day", "message": said}])
    action, other = form.get("action"), form.identifier("other")
    if action == "restore":
        tours.restore(db, member, tour.id, stop_id, day)
    elif action == "add":
        tours.add_day(db, member, tour.id, stop_id, day)
    elif action == "instead" and other is not None:
        tours.instead(db, member, tour.id, stop_id, day, other_id=other)
    elif action == "skip":
        tours.skip(db, member, tour.id, stop_id, day)
    else:
        raise Invalid(D_("Choisissez ce qui change ce jour-là."))


def _read(form: Form) -> StopForm:
    place, first = form.identifier("place"), form.day("first")
    until = form.day("until")
    if place is None:
        form.errors["place"] = i18n.gettext(D_("Choisissez un lieu dans la liste."))
    if first is None:
        form.errors.setdefault("first", i18n.gettext(tours.FIRST_DAY))
    form.refuse()
    assert place is not None
    assert first is not None
    return StopForm(
        place_id=place,
        first=first,
        opens=form.get("opens"),
        closes=form.get("closes"),
        weeks=form.number("weeks", 1),
        until=until,
        on_holidays=bool(form.get("on_holidays")),
        seats=form.number("seats"),
        equipment=form.all("equipment"),
        note=form.get("note"),
    )


def _said(stop: Stop) -> dict[str, Any]:
    rule = Rule.of(stop.rule)
    said = {"place": stop.place_id, "first": rule.first, "until": rule.until or "", "weeks": rule.weeks}
    said |= {"on_holidays": rule.on_holidays, "opens": stop.opens, "closes": stop.closes, "seats": stop.seats}
    return said | {"equipment": stop.equipment, "note": stop.note}


def rhythm(weeks: int) -> str:
    return i18n.gettext(_RHYTHMS[weeks]) if weeks in _RHYTHMS else i18n.sentence(_EVERY, {"number": weeks})


def _list(request: Request, member: Member, db: Session, form: Form, *, status: int = 200) -> Response:
    return render(
        request,
        "tours.html",
        status=status,
        tours=tours.list_for(db, member),
        vans=service.choices(db, member, mobile=True),
        form=form,
        errors=form.errors,
        may_write=member.may(Permission.PLACES_WRITE),
    )


def _tour(
    request: Request, member: Member, db: Session, tour: Tour, *, form: Form | None = None, status: int = 200
) -> Response:
    db.refresh(tour)
    stops = tours.stops_of(db, tour)
    start = service.today()
    end = start + timedelta(weeks=WEEKS_AHEAD)
    coming, missing = itinerary.dated(stops, start, end), itinerary.left_out(stops, start, end)
    language = i18n.current().code
    lines = [
        Line(
            stop=one.stop,
            day=one.day,
            said=i18n.say_date(one.day, language),
            comes=one in coming,
            holiday=holiday_name(one.day, str(one.stop.rule.get("area", "FR"))),
        )
        for one in sorted([*coming, *missing], key=lambda one: (one.starts_at, one.stop.id))
    ]
    return render(
        request,
        "tour.html",
        status=status,
        tour=tour,
        van=db.get_one(Place, tour.van_id),
        stops=[(one, Rule.of(one.rule), itinerary.hours_of(one, start)) for one in stops],
        lines=lines,
        form=form or filled({"name": tour.name}),
        rhythm=rhythm,
        say=lambda day: i18n.say_date(day, language),
        equipment=EQUIPMENT,
        today=start,
        may_write=policies.may_keep(member, tour.organisation_id),
    )


def _stop(
    request: Request,
    member: Member,
    db: Session,
    tour: Tour,
    form: Form,
    *,
    stop: Stop | None = None,
    status: int = 200,
) -> Response:
    places = list(service.choices(db, member))
    if stop is not None and all(one.id != stop.place_id for one in places):
        places.insert(0, stop.place)  # another structure's, or one that left the directory
    return render(
        request,
        "stop-form.html",
        status=status,
        tour=tour,
        stop=stop,
        form=form,
        errors=form.errors,
        places=places,
        rhythms={number: rhythm(number) for number in range(1, MOST_WEEKS + 1)},
        equipment=EQUIPMENT,
    )


def _stop_again(
    request: Request,
    member: Member,
    db: Session,
    tour: Tour,
    form: Form,
    error: Invalid | Conflict,
    *,
    stop: Stop | None = None,
) -> Response:
    form.told(error)
    db.refresh(tour)
    form.fields["version"] = [str(tour.version)]
    status = 409 if isinstance(error, Conflict) else 422
    return _stop(request, member, db, tour, form, stop=stop, status=status)
