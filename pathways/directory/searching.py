"""Which places and sessions fit, nearest or soonest first: a handful of statements, however many rows there are.

No plan of a database is good for every question: *all that speaks Tigrinya* wants to begin with the few rows of that
trait, *anything near this street* with the street, *any session at all* with the next ones. So one cheap statement
measures how many rows each way in would read (never further than :data:`MOST_MEASURED`), and the search goes in by the
narrowest. What is not the way in is written so that no index tempts the database to another one.
"""

from __future__ import annotations

import enum
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.places import geometry
from pathways.places.geometry import KM_PER_DEGREE
from pathways.places.models import Place, PlaceTrait
from pathways.workshops.models import SessionState, SessionTrait, WorkshopSession

MOST_MEASURED = 8000
"""Rows that a measure reads at most. Whatever has more is common, and how common is not asked."""


@dataclass(frozen=True, slots=True)
class Around:
    """A circle on the ground."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is sought. Of each group of traits at least one is there."""

    groups: tuple[tuple[str, ...], ...] = ()
    around: Around | None = None
    start: datetime | None = None
    end: datetime | None = None
    """Sessions that begin in this time; of places nothing."""
    cancelled: bool = False
    """With sessions that were cancelled: calendars that had them are told."""
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    id: uuid.UUID
    km: float | None = None
    at: datetime | None = None
    """When a session begins."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What differs between searching places and searching sessions: columns, which a type checker would take for the
    values that rows hold.
    """

    id: Any
    trait: Any
    owner: Any
    latitude: Any
    longitude: Any


_PLACES = _Kind(Place.id, PlaceTrait.trait, PlaceTrait.place_id, Place.latitude, Place.longitude)
_SESSIONS = _Kind(
    WorkshopSession.id,
    SessionTrait.trait,
    SessionTrait.session_id,
    WorkshopSession.latitude,
    WorkshopSession.longitude,
)


class _Way(enum.Enum):
    """Where a search goes in."""

    TRAIT = "trait"
    AROUND = "around"
    ORDER = "order"
    """By name or date, until the page is full."""


def places(db: Session, wanted: Wanted) -> Sequence[Hit]:
    """The nearest first; without a spot, by name. One more than asked for says that there are more."""
    there = Place.withdrawn_at.is_(None)
    groups, around, _ = _measured(db, _PLACES, wanted, there)
    rarest = groups[0][0] if groups else MOST_MEASURED
    way = _Way.ORDER if wanted.around is None else _Way.AROUND
    if rarest < min(around, MOST_MEASURED):
        way = _Way.TRAIT
    query = _having(sa.select(Place.id).where(there), _PLACES, groups, way)
    if wanted.around is None:
        query = query.order_by(Place.sought if way is _Way.ORDER else _unindexed(Place.sought), Place.id)
    else:
        query = _within(query, _PLACES, wanted.around, way).order_by(sa.text("far"), Place.id)
    return _hits(db, query, wanted)


def sessions(db: Session, wanted: Wanted, *, remote: bool = False) -> Sequence[Hit]:
    """The soonest first. ``remote``: those at a distance, which are as near to everybody."""
    if remote:
        wanted = replace(wanted, around=None)
    groups, around, period = _measured(db, _SESSIONS, wanted, *_of_time(wanted, indexed=False))
    rarest = groups[0][0] if groups else MOST_MEASURED
    if rarest < min(around, period, MOST_MEASURED):
        way = _Way.TRAIT
    else:
        way = _Way.AROUND if around < min(period, MOST_MEASURED) else _Way.ORDER
    in_order = way is _Way.ORDER
    query: Any = sa.select(WorkshopSession.id, WorkshopSession.starts_at)
    query = query.where(*_of_time(wanted, indexed=in_order, of_state=not remote))
    if remote:
        query = query.where(WorkshopSession.place_id.is_(None))
    if wanted.around is not None:
        query = _within(query, _SESSIONS, wanted.around, way)
    query = _having(query, _SESSIONS, groups, way)
    begins = WorkshopSession.starts_at if in_order else _unindexed(WorkshopSession.starts_at)
    return _hits(db, query.order_by(begins, WorkshopSession.id), wanted)


# --- the ways in ---


def _measured(
    db: Session, kind: _Kind, wanted: Wanted, *there: sa.ColumnElement[bool]
) -> tuple[list[tuple[int, tuple[str, ...]]], int, int]:
    """How many rows each trait (the rarest first), the circle and the time would read, :data:`MOST_MEASURED` at most:
    one statement, each of whose counts stops early.
    """
    one, most = sa.select(sa.literal(1)), sa.literal(MOST_MEASURED)
    around = period = most
    if wanted.around is not None:
        around = _count(_boxed(one.where(*there), kind, wanted.around))
    if wanted.end is not None and kind is _SESSIONS:
        period = _count(one.where(*_of_time(wanted, indexed=True)))
    if not wanted.groups and around is most and period is most:
        return [], MOST_MEASURED, MOST_MEASURED
    counts = [_count(one.where(kind.trait.in_(group))) for group in wanted.groups]
    *found, near, soon = db.execute(sa.select(*counts, around, period)).one()
    return sorted(zip(found, wanted.groups, strict=True)), near, soon


def _count(query: sa.Select[Any]) -> sa.ColumnElement[int]:
    return sa.select(sa.func.count()).select_from(query.limit(MOST_MEASURED).subquery()).scalar_subquery()


def _of_time(wanted: Wanted, *, indexed: bool, of_state: bool = True) -> list[sa.ColumnElement[bool]]:
    """The published sessions that begin in the time wanted. ``of_state``: by the index that begins with the state."""
    state: Any = WorkshopSession.state if indexed and of_state else _unindexed(WorkshopSession.state)
    begins: Any = WorkshopSession.starts_at if indexed else _unindexed(WorkshopSession.starts_at)
    known = [SessionState.PUBLISHED, SessionState.CANCELLED] if wanted.cancelled else [SessionState.PUBLISHED]
    said = [state.in_(known) if wanted.cancelled else state == SessionState.PUBLISHED]
    if wanted.start is not None:
        said.append(begins >= wanted.start)
    if wanted.end is not None:
        said.append(begins < wanted.end)
    return said


def _having(
    query: sa.Select[Any], kind: _Kind, groups: Sequence[tuple[int, tuple[str, ...]]], way: _Way
) -> sa.Select[Any]:
    """The traits, the rarest first: it is the way in, or each is looked up row by row."""
    for number, (_, group) in enumerate(groups):
        if way is _Way.TRAIT and number == 0:
            query = query.where(kind.id.in_(sa.select(kind.owner).where(kind.trait.in_(group))))
        else:
            there = sa.select(sa.literal(1)).where(kind.trait.in_(group), kind.owner == kind.id)
            query = query.where(there.correlate(kind.id.class_).exists())
    return query


def _boxed(query: sa.Select[Any], kind: _Kind, around: Around) -> sa.Select[Any]:
    south, north, west, east = geometry.box(around.latitude, around.longitude, around.km)
    return query.where(kind.latitude.between(south, north), kind.longitude.between(west, east))


def _within(query: sa.Select[Any], kind: _Kind, around: Around, way: _Way) -> sa.Select[Any]:
    """The circle, as on a flat map around its middle: over 60 km that is right to some metres."""
    north = kind.latitude - around.latitude
    east = (kind.longitude - around.longitude) * math.cos(math.radians(around.latitude))
    far = north * north + east * east
    query = query.add_columns(far.label("far")).where(far <= (around.km / KM_PER_DEGREE) ** 2)
    return _boxed(query, kind, around) if way is _Way.AROUND else query


def _unindexed(column: Any) -> sa.ColumnElement[Any]:
    """The same value, in a form that no index holds."""
    return sa.func.coalesce(column, column, type_=column.type)


def _hits(db: Session, query: sa.Select[Any], wanted: Wanted) -> Sequence[Hit]:
    rows = db.execute(query.limit(wanted.limit + 1).offset(wanted.offset)).mappings()
    return [
        Hit(row["id"], math.sqrt(row["far"]) * KM_PER_DEGREE if "far" in row else None, row.get("starts_at"))
        for row in rows
    ]
