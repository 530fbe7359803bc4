"""Tandems: two people who both asked for an exchange, brought together by somebody of the structure.

What one of them may ever learn of the other is in :class:`Other`: a first name that they chose, languages, themes. The
first meeting is at a place of the structure, while it is open. Either ends it, and need not say why. Whoever says that
something was wrong, then or later, is heard before either meets anybody else.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict, DomainError, Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.learning.exchanges import pairing
from pathways.learning.exchanges.exchanging import LASTS, MATCHED, MOST_LISTED, OPEN, RUNNING, WITHDRAWN, request_for
from pathways.learning.exchanges.pairing import Fit, Wish
from pathways.learning.models import ExchangeRequest, Tandem, TandemState
from pathways.permissions import Member, Permission
from pathways.places import geometry, hours, itinerary, rules
from pathways.places.models import Place
from pathways.workshops import tongues, wall_clock

AHEAD = timedelta(days=92)
"""How far off a first meeting may be."""
FIRST, SECOND, STRUCTURE = "first", "second", "structure"
MOST_PAIRS = 40
ENDS: Mapping[str, tuple[str, bool]] = {
    "first_end": (FIRST, False),
    "second_end": (SECOND, False),
    "end": (STRUCTURE, False),
    "first_worry": (FIRST, True),
    "second_worry": (SECOND, True),
}
"""What the desk, or a program, may say of an end: by whom, and whether something was wrong."""


@dataclass(frozen=True, slots=True)
class Other:
    """All that one of a pair is told of the other."""

    label: str
    gives: tuple[str, ...]
    speaks: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two requests that go together, and why."""

    first: ExchangeRequest
    second: ExchangeRequest
    fit: Fit


# --- who goes with whom ---------------------------------------------------------------------------------------


def pairs(db: Session, requests: Sequence[ExchangeRequest]) -> list[Pair]:
    """Of some open requests, those that go together, best first; two people who were proposed to each other once are
    not proposed again, under whatever request, and nobody is of whom there is a worry that was not looked into. A fixed
    number of queries.
    """
    wished = [one.place_id for one in requests if one.place_id]
    spots = {one.id: one for one in db.scalars(sa.select(Place).where(Place.id.in_(wished)))}
    people = _people(db, [one.id for one in requests])
    past, held = _past(db, {one.organisation_id for one in requests})
    found: dict[str, Pair] = {}
    fits: list[tuple[Fit, str]] = []
    for place, first in enumerate(requests):
        for second in requests[place + 1 :]:
            two = frozenset((people[first.id], people[second.id]))
            if len(two) < 2 or two in past or two & held:
                continue
            fit = pairing.fit(_wish(first), _wish(second), km=_km(spots, first, second))
            if fit is not None:
                name = f"{first.id} {second.id}"
                found[name] = Pair(first, second, fit)
                fits.append((fit, name))
    return [found[name] for _, name in pairing.ranked(fits)[:MOST_PAIRS]]


def make(
    db: Session,
    actor: Member,
    first_id: uuid.UUID,
    second_id: uuid.UUID,
    *,
    place_id: uuid.UUID,
    day: date,
    at: time,
    now: datetime | None = None,
) -> Tandem:
    """Propose two people to each other, with a first meeting at a place that is open then. Neither is held to anything
    before both said yes. The same pair twice is one tandem.
    """
    now = now or clock.now()
    low, high = sorted((first_id, second_id))  # always locked in the same order
    locked = {one: _locked(db, actor, one) for one in (low, high)}
    first, second = locked[first_id], locked[second_id]
    known = tandem_of(db, first)
    if known is not None and {known.first_id, known.second_id} == {first_id, second_id}:
        return known
    if first_id == second_id or any(one.state == WITHDRAWN or tandem_of(db, one) for one in (first, second)):
        raise Conflict(D_("L'une de ces personnes n'attend plus d'échange. Relisez la liste."))
    _may_meet(db, first, second)
    if pairing.fit(_wish(first), _wish(second)) is None:
        raise Conflict(D_("Aucune des deux ne cherche ce que l'autre propose."))
    wanted = {one.place_id for one in (first, second) if one.place_id is not None}
    place = _place_for(db, actor, place_id, wanted)
    tandem = Tandem(
        organisation_id=actor.organisation_id,
        first_id=first_id,
        second_id=second_id,
        place_id=place.id,
        meets_at=meeting_at(place, day, at, now),
        made_by=actor.account_id,
        made_at=now,
    )
    first.state = second.state = MATCHED
    first.left_at = second.left_at = None
    db.add(tandem)
    db.flush()
    return tandem


def meeting_at(place: Place, day: date, at: time, now: datetime) -> datetime:
    """The moment, on the clock of the place. Raises :class:`Invalid` where it is past or too far, on a public holiday,
    or while the place says that it is closed. A place that says no hours is believed to be known.
    """
    area, zone = itinerary.area_of(place.commune_code)
    try:
        moment = wall_clock.moment(day, at, zone)
    except wall_clock.Unreal as error:
        raise _invalid("at", D_("Cette heure n'existe pas ce jour-là.")) from error
    except wall_clock.Twice as error:
        raise _invalid("at", D_("Cette heure existe deux fois ce jour-là : choisissez-en une autre.")) from error
    if not now < moment <= now + AHEAD:
        raise _invalid("day", D_("Choisissez une date dans les trois mois qui viennent."))
    is_open = hours.open_at(place.hours, moment, area)
    if rules.is_holiday(day, area) and is_open is not True:
        raise _invalid("day", D_("C'est un jour férié : le lieu ne dit pas qu'il est ouvert."))
    if is_open is False:
        raise _invalid("at", D_("Le lieu est fermé à ce moment-là."))
    return moment


# --- a tandem -------------------------------------------------------------------------------------------------


def get(db: Session, actor: Member, tandem_id: uuid.UUID) -> Tandem:
    found = db.get(Tandem, tandem_id)
    if found is None or found.organisation_id != actor.organisation_id:
        raise NotFound(D_("Ce binôme n'existe pas."))
    return found


def tandems(db: Session, actor: Member) -> Sequence[Tandem]:
    """Those that run, and those that ended lately; where something was wrong, first."""
    query = of_organisation(actor)
    order = (Tandem.worry.desc(), Tandem.state == TandemState.ENDED, Tandem.meets_at, Tandem.id)
    return db.scalars(query.order_by(*order).limit(MOST_LISTED)).all()


def of_organisation(actor: Member) -> sa.Select[Tandem]:
    """All of them, in no order."""
    return sa.select(Tandem).where(Tandem.organisation_id == actor.organisation_id)


def worries(db: Session, actor: Member) -> int:
    """In how many something was wrong, and nobody looked into it yet. For the desk's home."""
    if not actor.may(Permission.BOOKINGS_HOLD):
        return 0
    query = sa.select(sa.func.count()).select_from(Tandem)
    return db.scalar(query.where(Tandem.organisation_id == actor.organisation_id, Tandem.worry)) or 0


def tandem_of(db: Session, request: ExchangeRequest) -> Tandem | None:
    """The one that somebody is in."""
    theirs = sa.or_(Tandem.first_id == request.id, Tandem.second_id == request.id)
    return db.scalars(sa.select(Tandem).where(theirs, Tandem.state.in_(RUNNING)).limit(1)).first()


def other_of(db: Session, tandem: Tandem, request: ExchangeRequest) -> Other:
    """All that is told of the other."""
    other_id = tandem.second_id if tandem.first_id == request.id else tandem.first_id
    other = db.get_one(ExchangeRequest, other_id)
    return Other(other.label, tuple(other.gives), other.reads_in)


def say_yes(db: Session, tandem: Tandem, request: ExchangeRequest, now: datetime | None = None) -> None:
    """One of them agrees; with the second, it is agreed. Twice changes nothing."""
    now = now or clock.now()
    _hold(db, tandem)
    if tandem.state is TandemState.ENDED:
        raise Conflict(N_("Cela a changé entre-temps."))
    if side_of(tandem, request) == FIRST:
        tandem.first_agreed_at = tandem.first_agreed_at or now
    else:
        tandem.second_agreed_at = tandem.second_agreed_at or now
    if tandem.state is TandemState.PROPOSED and tandem.first_agreed_at and tandem.second_agreed_at:
        tandem.state = TandemState.AGREED
    db.flush()


def met(db: Session, tandem: Tandem, now: datetime | None = None) -> None:
    """The first meeting took place: they go on by themselves, and both requests are kept for as long again."""
    now = now or clock.now()
    _hold(db, tandem)
    if tandem.state is TandemState.MET:
        return
    if tandem.state is not TandemState.AGREED or tandem.meets_at > now:
        raise Conflict(D_("Les deux ont à dire oui, et la rencontre à avoir lieu."))
    tandem.state = TandemState.MET
    for request in both(db, tandem):
        request.expires_at = now + LASTS
    db.flush()


def end(db: Session, tandem: Tandem, *, by: str, worry: bool = False, now: datetime | None = None) -> None:
    """Either ends it, or the structure; nobody is asked why. Before they met, the other one waits again, and is told;
    whoever ended it does not, and after a meeting nobody does. Of one that is over nothing changes but this: either may
    still say that something was wrong (``worry``).
    """
    _hold(db, tandem)
    if worry:
        tandem.worry, tandem.worry_by = True, by
    if tandem.state is TandemState.ENDED:
        db.flush()
        return
    never_met = tandem.state is not TandemState.MET
    _over(db, tandem, by, waits_again=never_met, now=now or clock.now())


def leave(db: Session, request: ExchangeRequest) -> None:
    """Before a request is erased with its person: the tandem that they are in ends, and the other one is told and waits
    again, whether they had met or not.
    """
    running = tandem_of(db, request)
    if running is not None:
        _hold(db, running)
        if running.state is not TandemState.ENDED:
            _over(db, running, side_of(running, request), waits_again=True, now=clock.now())


def looked_into(db: Session, actor: Member, tandem: Tandem, now: datetime | None = None) -> None:
    """The structure looked into what was wrong: it stands first no more, and both may meet others. Twice changes
    nothing.
    """
    db.refresh(tandem, with_for_update=True)
    if tandem.worry:
        tandem.worry = False
        tandem.looked_into_at, tandem.looked_into_by = now or clock.now(), actor.account_id
    db.flush()


def last_of(db: Session, attempt: Attempt) -> tuple[Tandem, ExchangeRequest] | None:
    """The last tandem of somebody that is over, and their request in it: they may still say what was wrong."""
    mine = sa.or_(Tandem.first_id == ExchangeRequest.id, Tandem.second_id == ExchangeRequest.id)
    query = (
        sa.select(Tandem, ExchangeRequest)
        .join(ExchangeRequest, mine)
        .where(ExchangeRequest.attempt_id == (attempt.part_of_id or attempt.id), Tandem.state == TandemState.ENDED)
        .order_by(Tandem.ended_at.desc(), Tandem.id)
    )
    found = db.execute(query.limit(1)).first()
    return (found[0], found[1]) if found is not None else None


def withdraw(db: Session, request: ExchangeRequest, now: datetime | None = None) -> None:
    """They want no exchange any more: what they said of themselves goes, and a tandem that they are in ends."""
    now = now or clock.now()
    running = tandem_of(db, request)
    if running is not None:
        end(db, running, by=side_of(running, request), now=now)
    else:
        db.refresh(request, with_for_update=True)
        if tandem_of(db, request) is not None:  # somebody made one meanwhile
            raise Conflict(N_("Cela a changé entre-temps."))
    _close(request)
    db.flush()


# --- inside ---------------------------------------------------------------------------------------------------


def _place_for(db: Session, actor: Member, place_id: uuid.UUID, wanted: set[uuid.UUID]) -> Place:
    place = db.get(Place, place_id)
    if place is None or place.organisation_id != actor.organisation_id or place.withdrawn_at is not None:
        raise _invalid("place", D_("Choisissez un lieu de la structure."))
    if wanted and place.id not in wanted:
        raise _invalid("place", D_("Au moins une des deux personnes a dit où elle peut venir : c'est là."))
    return place


def _locked(db: Session, actor: Member, exchange_id: uuid.UUID) -> ExchangeRequest:
    found = request_for(db, actor, exchange_id)
    db.refresh(found, with_for_update=True)
    return found


def _hold(db: Session, tandem: Tandem) -> None:
    """Both requests, in the order in which :func:`make` holds them, then the tandem."""
    for request in sorted(both(db, tandem), key=lambda one: one.id):
        db.refresh(request, with_for_update=True)
    db.refresh(tandem, with_for_update=True)


def both(db: Session, tandem: Tandem) -> tuple[ExchangeRequest, ExchangeRequest]:
    return db.get_one(ExchangeRequest, tandem.first_id), db.get_one(ExchangeRequest, tandem.second_id)


def _over(db: Session, tandem: Tandem, by: str, *, waits_again: bool, now: datetime) -> None:
    tandem.state, tandem.ended_by, tandem.ended_at = TandemState.ENDED, by, now
    for side, request in zip((FIRST, SECOND), both(db, tandem), strict=True):
        if waits_again and side != by and request.expires_at > clock.now():
            request.state, request.left_at = OPEN, now
        else:
            _close(request)
    db.flush()


def _close(request: ExchangeRequest) -> None:
    """What they said of themselves goes."""
    request.state, request.label, request.contact, request.place_id = WITHDRAWN, "", "", None
    request.gives, request.seeks = [], []


_PERSON = sa.func.coalesce(
    ExchangeRequest.file_id, Attempt.file_id, ExchangeRequest.attempt_id, ExchangeRequest.id, type_=sa.Uuid()
)
"""Who stands behind a request, as far as anybody knows: the file, else the attempt, else the request itself."""


def _people(db: Session, requests: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    query = sa.select(ExchangeRequest.id, _PERSON).outerjoin(Attempt, Attempt.id == ExchangeRequest.attempt_id)
    return {row[0]: row[1] for row in db.execute(query.where(ExchangeRequest.id.in_(requests)))}


def _past(db: Session, organisations: Collection[uuid.UUID]) -> tuple[set[frozenset[uuid.UUID]], set[uuid.UUID]]:
    """Who was proposed to whom already, and those of whom there is a worry."""
    query = sa.select(Tandem.first_id, Tandem.second_id, Tandem.worry)
    rows = db.execute(query.where(Tandem.organisation_id.in_(organisations))).all()
    people = _people(db, {one for row in rows for one in (row.first_id, row.second_id)})
    past = [(frozenset((people[row.first_id], people[row.second_id])), row.worry) for row in rows]
    return {two for two, _ in past}, {one for two, worry in past if worry for one in two}


def _may_meet(db: Session, first: ExchangeRequest, second: ExchangeRequest) -> None:
    people = _people(db, [first.id, second.id])
    past, held = _past(db, {first.organisation_id})
    two = frozenset(people.values())
    if len(two) < 2:
        raise Conflict(D_("C'est deux fois la même personne."))
    if two & held:
        raise Conflict(D_("Quelque chose n'allait pas pour l'une d'elles : regardez cela d'abord."))
    if two in past:
        raise Conflict(D_("Ces deux personnes ont déjà été proposées l'une à l'autre."))


def side_of(tandem: Tandem, request: ExchangeRequest) -> str:
    return FIRST if tandem.first_id == request.id else SECOND


def _wish(request: ExchangeRequest) -> Wish:
    speaks = {request.reads_in, *(one for one in request.gives if one in tongues.tongues())}
    place = str(request.place_id) if request.place_id else None
    return Wish(request.kind.value, request.gives, request.seeks, speaks, place)


def _km(spots: dict[uuid.UUID, Place], first: ExchangeRequest, second: ExchangeRequest) -> float | None:
    here, there = spots.get(first.place_id or first.id), spots.get(second.place_id or second.id)
    if here is None or there is None or here.latitude is None or here.longitude is None:
        return None
    if there.latitude is None or there.longitude is None:
        return None
    return geometry.distance_km(here.latitude, here.longitude, there.latitude, there.longitude)


def _invalid(field: str, message: str) -> DomainError:
    return Invalid(message, errors=[{"field": field, "message": i18n.gettext(message)}])
