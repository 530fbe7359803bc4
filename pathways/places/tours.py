"""Vans on their rounds: a tour is stops, each with a rule; where the van stands on a day is computed from them.

A van cannot be in two places at once. Two stops whose hours overlap on some day to come are refused when they are
written, while the van's own row is held: of two people who write at the same moment, the second sees the first.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from pathways import changes, clock, i18n, ids
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.places import equipment, policies, service
from pathways.places.itinerary import Occurrence, area_of, dated, today
from pathways.places.models import LONGEST_NAME, Place, Stop, Tour
from pathways.places.rules import FARTHEST, MOST_WEEKS, Rule

KIND = "tour"
MOST_STOPS, MOST_TOURS, MOST_SEATS, MOST_EXCEPTIONS = 60, 200, 500, 200
LONGEST_NOTE = 200
AHEAD = timedelta(days=366)
"""A first day may be so far ahead: then every pair of rhythms meets before :data:`FARTHEST`."""
_TWO_PLACES = D_("Le %(day)s, le véhicule serait à la fois à %(one)s (%(its_hours)s) et à %(other)s (%(other_hours)s).")
FIRST_DAY = D_("Choisissez un premier jour, dans les douze mois au plus tard.")
_NO_TOUR, _NO_STOP = D_("Cette tournée n'existe pas."), D_("Cet arrêt n'existe pas.")


@dataclass(frozen=True, slots=True)
class StopForm:
    """A stop as somebody writes it. Days left out and added are kept when it is written again."""

    place_id: uuid.UUID
    first: date
    opens: str
    closes: str
    weeks: int = 1
    until: date | None = None
    on_holidays: bool = False
    seats: int = 0
    equipment: tuple[str, ...] = ()
    note: str = ""


# --- the tours themselves ---


def list_for(db: Session, member: Member) -> Sequence[Tour]:
    """Those of the member's organisation, the running ones first."""
    own = sa.select(Tour).where(Tour.organisation_id == member.organisation_id)
    return db.scalars(own.order_by(Tour.ended_at.is_not(None), Tour.name, Tour.id).limit(MOST_TOURS)).all()


def get(db: Session, member: Member, tour_id: uuid.UUID) -> Tour:
    found = db.get(Tour, tour_id)
    if found is None or found.organisation_id != member.organisation_id:
        raise NotFound(_NO_TOUR)
    return found


def running(db: Session, *, limit: int = MOST_TOURS) -> Sequence[Tour]:
    """What the public may know of: tours that go on, of vans that are in the directory."""
    return db.scalars(_public().order_by(Tour.name, Tour.id).limit(limit)).all()


def public(db: Session, tour_id: uuid.UUID) -> Tour:
    found = db.scalar(_public().where(Tour.id == tour_id))
    if found is None:
        raise NotFound(_NO_TOUR)
    return found


def _public() -> sa.Select[Tour]:
    vans = sa.select(Tour).join(Place, Place.id == Tour.van_id)
    return vans.where(Tour.ended_at.is_(None), Place.withdrawn_at.is_(None))


def create(db: Session, member: Member, *, van_id: uuid.UUID | None, name: str) -> Tour:
    if van_id is None:
        raise _refused("van", D_("Choisissez le véhicule dans la liste."))
    van = service.own(db, member, van_id)
    if not van.is_mobile:
        raise _refused("van", D_("Ce lieu ne bouge pas : choisissez un lieu itinérant."))
    tour = Tour(
        id=ids.new_id(),
        organisation_id=member.organisation_id,
        van_id=van.id,
        name=_named(name),
        updated_at=clock.now(),
    )
    db.add(tour)
    db.flush()
    changes.note(db, tour.organisation_id, KIND, tour.id, "created")
    return tour


def rename(db: Session, member: Member, tour_id: uuid.UUID, *, name: str, version: int) -> Tour:
    tour = _held(db, member, tour_id, version=version)
    tour.name = _named(name)
    return _written(db, tour, "updated")


def end(db: Session, member: Member, tour_id: uuid.UUID, *, ended: bool, version: int | None = None) -> Tour:
    """Say that the van does not go this round any more, or goes it again. Twice changes nothing."""
    tour = _held(db, member, tour_id, version=version)
    if ended == (tour.ended_at is not None):
        return tour
    tour.ended_at = clock.now() if ended else None
    db.flush()
    if not ended:
        _refuse_two_places(db, tour)
    return _written(db, tour, "ended" if ended else "updated")


# --- its stops ---


def of_van(db: Session, van_id: uuid.UUID) -> Sequence[Tour]:
    return db.scalars(sa.select(Tour).filter_by(van_id=van_id, ended_at=None).order_by(Tour.name, Tour.id)).all()


def stops_at(db: Session, place_id: uuid.UUID) -> Sequence[Stop]:
    """The stops of vans at a place, of tours that the public may know of."""
    tours = _public().with_only_columns(Tour.id)
    found = sa.select(Stop).where(Stop.place_id == place_id, Stop.tour_id.in_(tours))
    return db.scalars(found.options(selectinload(Stop.tour)).order_by(Stop.opens, Stop.id)).all()


def stops_of(db: Session, tour: Tour) -> Sequence[Stop]:
    found = sa.select(Stop).where(Stop.tour_id == tour.id).options(selectinload(Stop.place))
    return db.scalars(found.order_by(Stop.opens, Stop.id)).all()


def stops_by_tour(db: Session, found: Sequence[Tour]) -> dict[uuid.UUID, list[Stop]]:
    """The stops of several tours in one question."""
    wanted = sa.select(Stop).where(Stop.tour_id.in_([one.id for one in found]))
    stops: dict[uuid.UUID, list[Stop]] = {one.id: [] for one in found}
    for one in db.scalars(wanted.options(selectinload(Stop.place)).order_by(Stop.opens, Stop.id)):
        stops[one.tour_id].append(one)
    return stops


def stop(db: Session, tour: Tour, stop_id: uuid.UUID) -> Stop:
    found = db.get(Stop, stop_id)
    if found is None or found.tour_id != tour.id:
        raise NotFound(_NO_STOP)
    return found


def _stop(db: Session, tour: Tour, stop_id: uuid.UUID) -> Stop:
    """As it is now that it is our turn, whatever was read before."""
    db.get(Stop, stop_id, populate_existing=True)
    return stop(db, tour, stop_id)


def add_stop(db: Session, member: Member, tour_id: uuid.UUID, form: StopForm, *, version: int | None = None) -> Stop:
    tour = _held(db, member, tour_id, version=version)
    if len(stops_of(db, tour)) >= MOST_STOPS:
        raise _refused("place", D_("Au plus %(most)s arrêts par tournée."), most=MOST_STOPS)
    added = Stop(id=ids.new_id(), tour_id=tour.id)
    _write(added, form, _place(db, member, form.place_id), Rule(first=form.first))
    db.add(added)
    db.flush()
    _refuse_two_places(db, tour)
    _written(db, tour, "updated")
    return added


def change_stop(
    db: Session, member: Member, tour_id: uuid.UUID, stop_id: uuid.UUID, form: StopForm, *, version: int
) -> Stop:
    """``version`` is the tour's: of two colleagues who change its stops, the second reads again first."""
    tour = _held(db, member, tour_id, version=version)
    changed = _stop(db, tour, stop_id)
    _write(changed, form, _place(db, member, form.place_id, there=changed.place_id), Rule.of(changed.rule))
    db.flush()
    _refuse_two_places(db, tour)
    _written(db, tour, "updated")
    return changed


def remove_stop(db: Session, member: Member, tour_id: uuid.UUID, stop_id: uuid.UUID) -> None:
    """Where sessions were held there, the stop stays for them, and the van comes no more from today on."""
    tour = _held(db, member, tour_id)
    gone = _stop(db, tour, stop_id)
    try:
        with db.begin_nested():
            db.execute(sa.delete(Stop).where(Stop.id == gone.id))
    except IntegrityError:
        rule, yesterday = Rule.of(gone.rule), today(gone) - timedelta(days=1)
        extra = frozenset(day for day in rule.extra if day <= yesterday)
        gone.rule = replace(rule, until=yesterday, extra=extra).to_json()
    else:
        db.expunge(gone)
    _written(db, tour, "updated")


# --- one day ---


def skip(db: Session, member: Member, tour_id: uuid.UUID, stop_id: uuid.UUID, day: date) -> Stop:
    """On this day it does not come. Twice changes nothing."""
    tour = _held(db, member, tour_id)
    left = _stop(db, tour, stop_id)
    rule = Rule.of(left.rule)
    if day in set(rule.days(day, day)):
        regular = day in set(replace(rule, extra=frozenset()).days(day, day))
        without = rule.without | {day} if regular else rule.without
        _keep_rule(left, replace(rule, without=without, extra=rule.extra - {day}))
        _written(db, tour, "updated")
    return left


def restore(db: Session, member: Member, tour_id: uuid.UUID, stop_id: uuid.UUID, day: date) -> Stop:
    """It comes that day after all."""
    tour = _held(db, member, tour_id)
    back = _stop(db, tour, stop_id)
    rule = Rule.of(back.rule)
    if day in rule.without:
        _keep_rule(back, replace(rule, without=rule.without - {day}))
        db.flush()
        _refuse_two_places(db, tour)
        _written(db, tour, "updated")
    return back


def add_day(db: Session, member: Member, tour_id: uuid.UUID, stop_id: uuid.UUID, day: date) -> Stop:
    """It comes there once more, public holiday or not."""
    tour = _held(db, member, tour_id)
    more = _stop(db, tour, stop_id)
    rule = Rule.of(more.rule)
    if day not in set(rule.days(day, day)):
        if not timedelta(0) <= day - today(more) <= AHEAD:
            raise _refused("day", D_("Choisissez un jour des douze mois qui viennent."))
        _keep_rule(more, replace(rule, without=rule.without - {day}, extra=rule.extra | {day}))
        db.flush()
        _refuse_two_places(db, tour)
        _written(db, tour, "updated")
    return more


def instead(
    db: Session, member: Member, tour_id: uuid.UUID, stop_id: uuid.UUID, day: date, *, other_id: uuid.UUID
) -> Stop:
    """On this day it stands at another stop of the tour, at that one's hours. All or nothing."""
    if other_id == stop_id:
        raise _refused("other", D_("Choisissez un autre arrêt."))
    skip(db, member, tour_id, stop_id, day)
    return add_day(db, member, tour_id, other_id, day)


# --- where it stands ---


def occurrences(db: Session, tour: Tour, start: date, end: date) -> list[Occurrence]:
    """The tour's stops from ``start`` to ``end``, both included, in the order of the clock."""
    return [] if tour.ended_at is not None else dated(stops_of(db, tour), start, end)


def _refuse_two_places(db: Session, tour: Tour) -> None:
    """Every stop of every tour of this van that goes on, for as long as a rule is looked at."""
    same_van = sa.select(Tour.id).where(Tour.van_id == tour.van_id, Tour.ended_at.is_(None))
    wanted = sa.select(Stop).where(Stop.tour_id.in_(same_van)).options(selectinload(Stop.place))
    stops = db.scalars(wanted.execution_options(populate_existing=True)).all()
    start = clock.now().date() - timedelta(days=1)  # west of Paris it may still be yesterday
    for one, next_one in pairwise(dated(stops, start, start + FARTHEST)):
        if next_one.starts_at < one.ends_at:
            raise Conflict(
                _TWO_PLACES,
                day=_said(one.day),
                one=one.stop.place.name,
                its_hours=_hours(one.stop),
                other=next_one.stop.place.name,
                other_hours=_hours(next_one.stop),
            )


def _said(day: date) -> str:
    return i18n.say_date(day, i18n.current().code if i18n.current().desk else i18n.SOURCE)


def _hours(stop: Stop) -> str:
    return f"{stop.opens}-{stop.closes}"


def _held(db: Session, member: Member, tour_id: uuid.UUID, *, version: int | None = None) -> Tour:
    """The tour and its van, held until the transaction ends."""
    tour = get(db, member, tour_id)
    if not policies.may_keep(member, tour.organisation_id):
        raise Forbidden(D_("Cette tournée est tenue par une autre structure."))
    db.get(Place, tour.van_id, with_for_update=True, populate_existing=True)
    db.refresh(tour, with_for_update=True)
    if version is not None and tour.version != version:
        raise Conflict(D_("Une collègue ou un collègue a changé la tournée entre-temps. Relisez, puis recommencez."))
    return tour


def _written(db: Session, tour: Tour, act: str) -> Tour:
    tour.version += 1
    tour.updated_at = clock.now()
    db.flush()
    changes.note(db, tour.organisation_id, KIND, tour.id, act)
    return tour


def _place(db: Session, member: Member, place_id: uuid.UUID, *, there: uuid.UUID | None = None) -> Place:
    """Where it may stop: any place of the directory that does not move itself."""
    try:
        place = service.get(db, member, place_id)
    except NotFound as error:
        raise _refused("place", D_("Choisissez un lieu dans la liste.")) from error
    if place.is_mobile or (place.withdrawn_at is not None and place.id != there):
        raise _refused("place", D_("Le véhicule s'arrête dans un lieu fixe de l'annuaire."))
    return place


def _write(stop: Stop, form: StopForm, place: Place, kept: Rule) -> None:
    _check(form)
    area, zone = area_of(place.commune_code)
    rule = replace(kept, first=form.first, weeks=form.weeks, until=form.until)
    stop.place_id, stop.timezone = place.id, zone
    stop.rule = replace(rule, on_holidays=form.on_holidays, area=area).to_json()
    stop.opens, stop.closes, stop.seats = form.opens, form.closes, form.seats
    stop.equipment, stop.note = equipment.known(form.equipment), form.note


def _check(form: StopForm) -> None:
    wrong: list[tuple[str, str]] = []
    horizon = clock.now().date() + AHEAD
    if not date(2000, 1, 1) <= form.first <= horizon:
        wrong.append(("first", FIRST_DAY))
    if not 1 <= form.weeks <= MOST_WEEKS:
        wrong.append(("weeks", D_("Choisissez un rythme dans la liste.")))
    if form.until is not None and form.until < form.first:
        wrong.append(("until", D_("Le dernier jour vient avant le premier.")))
    if not (_is_hour(form.opens) and _is_hour(form.closes) and form.opens < form.closes):
        wrong.append(("closes", D_("Écrivez les heures ainsi : 14:00 et 16:00, la fin après le début.")))
    if not 0 <= form.seats <= MOST_SEATS:
        wrong.append(("seats", D_("Un nombre de places, de 0 à 500.")))
    if len(form.note) > LONGEST_NOTE:
        wrong.append(("note", D_("200 lettres au plus.")))
    if wrong:
        raise Invalid(wrong[0][1], errors=[{"field": field, "message": said} for field, said in wrong])


def _is_hour(text: str) -> bool:
    try:
        return time.fromisoformat(text).strftime("%H:%M") == text
    except ValueError:
        return False


def _keep_rule(stop: Stop, rule: Rule) -> None:
    """Days that are over are forgotten once there are very many."""
    past = today(stop) - timedelta(days=60)
    if len(rule.without) + len(rule.extra) > MOST_EXCEPTIONS:
        rule = replace(
            rule,
            without=frozenset(day for day in rule.without if day > past),
            extra=frozenset(day for day in rule.extra if day > past),
        )
    stop.rule = rule.to_json()


def _named(name: str) -> str:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise _refused("name", D_("Donnez un nom à la tournée (150 lettres au plus)."))
    return name


def _refused(field: str, message: str, **values: object) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": i18n.sentence(message, values)}], **values)
