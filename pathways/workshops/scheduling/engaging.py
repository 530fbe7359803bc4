"""What binds people, rooms, vans and devices: nothing is in two places.

Whoever binds something holds the row of it until the end of the transaction (on SQLite: the writer's turn) and looks
whether it is free. Behind that stands PostgreSQL's own exclusion of overlapping stretches, for whatever else writes.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from pathways import i18n, ids
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.places.models import Stop
from pathways.workshops.models import LINE, NOT_IN_TWO_PLACES, Engagement, Means, MeansUnit, WorkshopSession
from pathways.workshops.scheduling.means import list_for
from pathways.workshops.wall_clock import local

MOST_AROUND = 24 * 60
"""Minutes of travel and preparation before or after a session."""


class Taken(Conflict):
    """Something is bound elsewhere at that time; the sentence says what and where."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a session wants of one means."""

    means_id: uuid.UUID
    units: int = 1


def engage(
    db: Session, session: WorkshopSession, wanted: Iterable[Bound], *, before_minutes: int = 0, after_minutes: int = 0
) -> None:
    """Bind these, and nothing else, to a session from ``before_minutes`` before its start to ``after_minutes`` after
    its end. Raises :class:`Taken` where one is bound elsewhere.
    """
    db.execute(sa.delete(Engagement).where(Engagement.session_id == session.id))
    taken = engage_each(db, [session], wanted, before_minutes=before_minutes, after_minutes=after_minutes)
    if taken:
        raise taken[session.id]


def engage_each(
    db: Session,
    sessions: Sequence[WorkshopSession],
    wanted: Iterable[Bound],
    *,
    before_minutes: int = 0,
    after_minutes: int = 0,
) -> dict[uuid.UUID, Taken]:
    """Bind the same to each of several sessions of one series, at one place, that bind nothing yet. Returns, by
    session, why one could not be: it binds nothing then. The number of statements does not depend on their number.
    """
    units = _together(wanted)
    if not units or not sessions:
        return {}
    found = db.scalars(_usable(sessions[0]).where(Means.id.in_(units)).order_by(Means.id)).all()
    if len(found) < len(units):
        said = D_("Ce moyen n'existe pas.")
        raise Invalid(said, errors=[{"field": "means", "message": said}])
    stretches = {one.id: _stretch(one, before_minutes, after_minutes) for one in sessions}
    numbers = _numbers(db, units)
    held = _held(
        db, numbers, min(starts for starts, _ in stretches.values()), max(ends for _, ends in stretches.values())
    )
    rows: list[dict[str, Any]] = []
    troubles: dict[uuid.UUID, Taken] = {}
    for session in sessions:
        starts, ends = stretches[session.id]
        chosen: list[int] = []
        for one in found:
            free = [n for n in numbers[one.id] if all(to <= starts or since >= ends for since, to in held[n])]
            if len(free) < units[one.id]:
                troubles[session.id] = _taken(db, one, session, starts, ends)
                break
            chosen += free[: units[one.id]]
        else:
            for number in chosen:
                held[number].append((starts, ends))
                rows.append(_row(session.id, number, starts, ends))
    _write(db, rows, lambda: _taken(db, found[0], sessions[0], *stretches[sessions[0].id]))
    return troubles


def release(db: Session, session_id: uuid.UUID) -> None:
    """Everything a session bound is free again: it was cancelled."""
    db.execute(sa.delete(Engagement).where(Engagement.session_id == session_id))


def of_venue(session: WorkshopSession) -> sa.Select[uuid.UUID]:
    """What a session binds by where it is: its room, or the van of its stop."""
    room = Means.room_id == session.room_id if session.room_id else sa.false()
    tour = sa.select(Stop.tour_id).where(Stop.id == session.stop_id).scalar_subquery()
    return sa.select(Means.id).where(sa.or_(room, Means.tour_id == tour if session.stop_id else sa.false()))


def bound_to(db: Session, session_id: uuid.UUID) -> list[Bound]:
    query = (
        sa.select(MeansUnit.means_id, sa.func.count())
        .join(Engagement, Engagement.unit == MeansUnit.number)
        .where(Engagement.session_id == session_id)
        .group_by(MeansUnit.means_id)
        .order_by(MeansUnit.means_id)
    )
    return [Bound(means_id, units) for means_id, units in db.execute(query)]


def margins_of(db: Session, session_id: uuid.UUID, starts_at: datetime, ends_at: datetime) -> tuple[int, int]:
    """Minutes ``(before, after)`` for which things are bound around a session."""
    found = db.scalars(sa.select(Engagement).filter_by(session_id=session_id).limit(1)).first()
    if found is None:
        return 0, 0
    starts, ends = found.line_from - found.unit * LINE, found.line_to - found.unit * LINE
    return round((starts_at.timestamp() - starts) / 60), round((ends - ends_at.timestamp()) / 60)


def free_between(
    db: Session, member: Member, starts_at: datetime, ends_at: datetime, *, but: uuid.UUID | None = None
) -> list[tuple[Means, int]]:
    """What the organisation may bind, each with how many of it are free then. ``but``: a session that may go on holding
    what it holds.
    """
    starts, ends = math.floor(starts_at.timestamp()), math.ceil(ends_at.timestamp())
    free = _free(starts, ends, but).subquery()
    count = sa.select(MeansUnit.means_id, sa.func.count().label("free")).join(free, free.c.number == MeansUnit.number)
    counted = count.group_by(MeansUnit.means_id).subquery()
    query = list_for(member).outerjoin(counted, counted.c.means_id == Means.id).add_columns(counted.c.free)
    return [(one, number or 0) for one, number in db.execute(query)]


@dataclass(frozen=True, slots=True)
class Binding:
    """What one means is bound to."""

    means: Means
    session: WorkshopSession
    starts_at: datetime
    ends_at: datetime
    """Margins included."""
    units: int


def bindings(db: Session, means_ids: Sequence[uuid.UUID], start: datetime, end: datetime) -> list[Binding]:
    """Of several means, in the order of time; ``start`` to ``end``, whatever overlaps it."""
    since, until = math.floor(start.timestamp()), math.ceil(end.timestamp())
    query = (
        sa.select(Means, WorkshopSession, Engagement.line_from, Engagement.line_to, Engagement.unit)
        .join(MeansUnit, MeansUnit.means_id == Means.id)
        .join(Engagement, Engagement.unit == MeansUnit.number)
        .join(WorkshopSession, WorkshopSession.id == Engagement.session_id)
        .where(
            Means.id.in_(means_ids),
            Engagement.line_to > MeansUnit.number * LINE + since,
            Engagement.line_from < MeansUnit.number * LINE + until,
        )
        .options(joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place))
        .order_by(WorkshopSession.starts_at, WorkshopSession.id, Means.name)
    )
    found: dict[tuple[uuid.UUID, uuid.UUID], Binding] = {}
    for one, session, line_from, line_to, unit in db.execute(query):
        known = found.get((one.id, session.id))
        starts, ends = _moment(line_from - unit * LINE), _moment(line_to - unit * LINE)
        found[one.id, session.id] = Binding(one, session, starts, ends, known.units + 1 if known else 1)
    return list(found.values())


def _together(wanted: Iterable[Bound]) -> dict[uuid.UUID, int]:
    units: dict[uuid.UUID, int] = {}
    for one in wanted:
        units[one.means_id] = max(units.get(one.means_id, 0), one.units)
    return {means_id: number for means_id, number in units.items() if number > 0}


def _usable(session: WorkshopSession) -> sa.Select[Means]:
    """What the organisation of a session may bind, held until the end of the transaction: its own, what others lend,
    and the room or van of the place that was already found to be open to it.
    """
    own = Means.organisation_id == session.organisation_id
    usable = sa.or_(own, Means.shared, Means.id.in_(of_venue(session)))
    return sa.select(Means).where(usable).with_for_update(key_share=True)


def _stretch(session: WorkshopSession, before_minutes: int, after_minutes: int) -> tuple[int, int]:
    if not (0 <= before_minutes <= MOST_AROUND and 0 <= after_minutes <= MOST_AROUND):
        said = i18n.sentence(D_("Un nombre de %(least)s à %(most)s."), {"least": 0, "most": MOST_AROUND})
        raise Invalid(said, errors=[{"field": "before_minutes", "message": said}])
    starts = session.starts_at - timedelta(minutes=before_minutes)
    ends = session.ends_at + timedelta(minutes=after_minutes)
    return math.floor(starts.timestamp()), math.ceil(ends.timestamp())


def _free(starts: int, ends: int, but: uuid.UUID | None = None) -> sa.Select[int]:
    """Numbers of units that nothing binds between two moments (seconds since 1970)."""
    taken = sa.select(Engagement.id).where(
        Engagement.unit == MeansUnit.number,
        Engagement.line_from < MeansUnit.number * LINE + ends,
        Engagement.line_to > MeansUnit.number * LINE + starts,
    )
    if but is not None:
        taken = taken.where(Engagement.session_id != but)
    return sa.select(MeansUnit.number).where(~taken.exists()).order_by(MeansUnit.number)


def _numbers(db: Session, units: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[int]]:
    """The units of each means, in order."""
    found: dict[uuid.UUID, list[int]] = {}
    query = sa.select(MeansUnit.means_id, MeansUnit.number).where(MeansUnit.means_id.in_(units))
    for means_id, number in db.execute(query.order_by(MeansUnit.number)):
        found.setdefault(means_id, []).append(number)
    return found


def _held(
    db: Session, numbers: Mapping[uuid.UUID, Sequence[int]], starts: int, ends: int
) -> dict[int, list[tuple[int, int]]]:
    """What binds each unit between two moments: stretches in seconds since 1970."""
    every = [number for some in numbers.values() for number in some]
    found: dict[int, list[tuple[int, int]]] = {number: [] for number in every}
    query = sa.select(Engagement.unit, Engagement.line_from, Engagement.line_to).where(
        Engagement.unit.in_(every),
        Engagement.line_from < Engagement.unit * LINE + ends,
        Engagement.line_to > Engagement.unit * LINE + starts,
    )
    for unit, line_from, line_to in db.execute(query):
        found[unit].append((line_from - unit * LINE, line_to - unit * LINE))
    return found


def _write(db: Session, rows: list[dict[str, Any]], refused: Callable[[], Taken]) -> None:
    if not rows:
        return
    try:
        with db.begin_nested():
            db.execute(sa.insert(Engagement), sorted(rows, key=lambda row: row["line_from"]))
    except IntegrityError as error:
        if NOT_IN_TWO_PLACES not in str(error.orig):
            raise
        raise refused() from error


def _row(session_id: uuid.UUID, number: int, starts: int, ends: int) -> dict[str, Any]:
    line = number * LINE
    return {
        "id": ids.new_id(),
        "session_id": session_id,
        "unit": number,
        "line_from": line + starts,
        "line_to": line + ends,
    }


def _taken(db: Session, one: Means, session: WorkshopSession, starts: int, ends: int) -> Taken:
    """Says what is taken and where; of another organisation, only that it holds it."""
    held = [b for b in bindings(db, [one.id], _moment(starts), _moment(ends)) if b.session.id != session.id]
    if not held:
        said = D_("« %(name)s » : il n'y en a pas assez (%(units)s en tout).")
        return Taken(said, name=one.name, units=one.units)
    other = held[0].session
    opens, closes = (local(moment, other.timezone) for moment in (other.starts_at, other.ends_at))
    values: dict[str, object] = {"name": one.name, "day": f"{opens.day:%d/%m/%Y}", "starts": opens, "ends": closes}
    if other.organisation_id != session.organisation_id:
        return Taken(D_("« %(name)s » est déjà pris le %(day)s de %(starts)s à %(ends)s."), **values)
    values |= {"title": other.workshop.titles[i18n.SOURCE], "where": other.place.name if other.place else "–"}
    said = D_("« %(name)s » est déjà pris le %(day)s de %(starts)s à %(ends)s : %(title)s (%(where)s).")
    return Taken(said, **values)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
