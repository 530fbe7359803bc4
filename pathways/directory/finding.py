"""Answers of the directory: where somebody means, which places and sessions fit, and what is missing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways.directory import searching
from pathways.directory.asking import DISTANCES, PAGE, Asked
from pathways.directory.searching import Around, Hit, Wanted
from pathways.places import territories
from pathways.places.models import Place
from pathways.places.territories import Spot
from pathways.workshops.models import Audience, SessionState, SessionTrait, WorkshopSession

OTHER_SPOTS = 4


@dataclass(frozen=True, slots=True)
class FoundPlace:
    place: Place
    km: float | None


@dataclass(frozen=True, slots=True)
class FoundSession:
    session: WorkshopSession
    km: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of answers."""

    asked: Asked
    spot: Spot | None
    others: Sequence[Spot]
    """What else the name may mean."""
    unknown: bool
    """Something was typed, and no place on earth is called so here."""
    places: Sequence[FoundPlace]
    sessions: Sequence[FoundSession] | None
    """``None`` where no workshop can be what is meant."""
    more_places: bool
    more_sessions: bool

    @property
    def near_sessions(self) -> bool:
        """Whether a session is there that one can go to: near, or anywhere if nobody said where."""
        return any(one.km is not None or self.spot is None for one in self.sessions or ())

    @property
    def around(self) -> Around | None:
        return around_of(self.spot, self.asked.km)

    @property
    def wider(self) -> int | None:
        """The next distance that can be asked for."""
        return next((km for km in DISTANCES if km > self.asked.km), None) if self.around else None


def find(db: Session, asked: Asked, now: datetime, *, only: str = "") -> Found:
    """``only``: ``places`` or ``sessions``, where the other is not shown."""
    spots = _spots(db, asked)
    spot = next((one for one in spots if one.latitude is not None), None)
    unknown = bool(asked.where or asked.spot) and spot is None
    around = around_of(spot, asked.km)
    places = [] if unknown or only == "sessions" else _places(db, asked.of_places(around))
    wanted = asked.of_sessions(around, now)
    sessions = None
    if wanted is not None:
        sessions = [] if unknown or only == "places" else _sessions(db, wanted)
    return Found(
        asked=asked,
        spot=spot,
        others=[one for one in spots if one is not spot and one.kind == "commune"][:OTHER_SPOTS],
        unknown=unknown,
        places=places[:PAGE],
        sessions=None if sessions is None else sessions[:PAGE],
        more_places=len(places) > PAGE,
        more_sessions=len(sessions or ()) > PAGE,
    )


def around_of(spot: Spot | None, km: float) -> Around | None:
    if spot is None or spot.latitude is None or spot.longitude is None:
        return None
    return Around(spot.latitude, spot.longitude, km)


def _spots(db: Session, asked: Asked) -> list[Spot]:
    if asked.spot:
        chosen = territories.spot_of(db, asked.spot)
        return [chosen] if chosen else []
    return territories.find(db, asked.where, limit=OTHER_SPOTS + 1) if asked.where else []


def _places(db: Session, wanted: Wanted) -> list[FoundPlace]:
    hits = searching.places(db, wanted)
    rows = {one.id: one for one in db.scalars(sa.select(Place).where(Place.id.in_([hit.id for hit in hits])))}
    return [FoundPlace(rows[hit.id], hit.km) for hit in hits if hit.id in rows]


def _sessions(db: Session, wanted: Wanted) -> list[FoundSession]:
    """Those around and those at a distance, in one order."""
    if wanted.around is None:
        hits = searching.sessions(db, wanted)
    else:
        first = replace(wanted, offset=0, limit=wanted.offset + wanted.limit)
        both = merge(searching.sessions(db, first), searching.sessions(db, first, remote=True), key=_when)
        hits = list(islice(both, wanted.offset, wanted.offset + wanted.limit + 1))
    rows = loaded(db, [hit.id for hit in hits])
    return [FoundSession(rows[hit.id], hit.km) for hit in hits if hit.id in rows]


def _when(hit: Hit) -> tuple[datetime | None, uuid.UUID]:
    return hit.at, hit.id


def followed(db: Session, asked: Asked, now: datetime, *, most: int) -> Sequence[WorkshopSession]:
    """What a calendar follows: the next sessions that fit, cancelled ones too, the soonest first."""
    spots = _spots(db, asked)
    spot = next((one for one in spots if one.latitude is not None), None)
    wanted = asked.of_sessions(around_of(spot, asked.km), now)
    if wanted is None or ((asked.where or asked.spot) and spot is None):
        return []
    whole = replace(wanted, offset=0, limit=most - 1, cancelled=True)
    hits = [*searching.sessions(db, whole)]
    if whole.around is not None:
        hits += searching.sessions(db, whole, remote=True)
    keys = [hit.id for hit in sorted(hits, key=_when)][:most]
    rows = loaded(db, keys)
    return [rows[key] for key in keys if key in rows]


def loaded(db: Session, keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, WorkshopSession]:
    """Sessions with all that is told of them, in one statement."""
    query = sa.select(WorkshopSession).where(WorkshopSession.id.in_(keys))
    whole = (
        joinedload(WorkshopSession.workshop),
        joinedload(WorkshopSession.place),
        joinedload(WorkshopSession.room),
    )
    return {one.id: one for one in db.scalars(query.options(*whole))}


def sessions_at(db: Session, place_id: uuid.UUID, now: datetime, *, limit: int = 10) -> Sequence[WorkshopSession]:
    """The next ones of a place that the public may come to."""
    public = sa.select(SessionTrait.session_id).where(
        SessionTrait.trait == f"audience:{Audience.PUBLIC.value}", SessionTrait.session_id == WorkshopSession.id
    )
    keys = (
        sa.select(WorkshopSession.id)
        .where(WorkshopSession.place_id == place_id, WorkshopSession.starts_at >= now)
        .where(WorkshopSession.state == SessionState.PUBLISHED, public.exists())
        .order_by(WorkshopSession.starts_at, WorkshopSession.id)
        .limit(limit)
    )
    rows = loaded(db, db.scalars(keys).all())
    return sorted(rows.values(), key=lambda one: (one.starts_at, one.id))
