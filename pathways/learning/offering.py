"""What could teach one person: resources that they can use, and sessions that they can come to."""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.learning.limits import Limits
from pathways.learning.matching import Asked, by_ids, soonest
from pathways.learning.models import Device, LinkState, Resource, ResourceKind
from pathways.places import geometry
from pathways.places.territories import Spot
from pathways.workshops import wall_clock
from pathways.workshops.models import Reading, WorkshopSession
from pathways.workshops.seating import seats

TOGETHER = frozenset({ResourceKind.HELP, ResourceKind.EXCHANGE, ResourceKind.EVENT})
"""Kinds where there is somebody."""
MINUTES_A_KM = 2.0
"""There and back, on the roads of the country: 60 km/h, as the crow flies."""
SESSIONS = 40
"""That are looked at, the soonest of those within reach."""
DATES = 3
"""Of one workshop, the soonest: a later one would teach the same."""
RESOURCE, SESSION = "resource:", "session:"
"""Begin the codes of what the planner calls means."""


@dataclass(frozen=True, slots=True)
class Person:
    """What decides whether somebody can use something. Nothing of it is about who they are."""

    language: str
    limits: Limits
    spot: Spot | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Offer:
    """What one person can use, by micro-skill."""

    resources: Mapping[str, tuple[Resource, ...]]
    """The shortest first."""
    sessions: tuple[WorkshopSession, ...]
    teaches: Mapping[uuid.UUID, frozenset[str]]
    """``{session: micro-skills}``"""


def offer(
    db: Session,
    organisation_id: uuid.UUID,
    framework: str,
    person: Person,
    now: datetime,
    *,
    also: Collection[uuid.UUID] = (),
) -> Offer:
    """All of it, in a number of queries that does not grow with it. ``also``: sessions where they have a seat, or that
    somebody chose for them: no limit takes those away.
    """
    by_skill: dict[str, list[Resource]] = {}
    for one in _resources(db, organisation_id, framework):
        if can_use(one, person):
            for taught in one.teaches:
                by_skill.setdefault(taught["skill"], []).append(one)
    for ones in by_skill.values():
        ones.sort(key=lambda one: (one.minutes, one.code))
    sessions, teaches = _sessions(db, framework, person, now, also)
    return Offer({code: tuple(ones) for code, ones in by_skill.items()}, sessions, teaches)


def can_use(resource: Resource, person: Person) -> bool:
    """Whether somebody can use it: language, reading, device, distance."""
    limits = person.limits
    if Device.ANY not in {resource.device, limits.device} and resource.device is not limits.device:
        return False
    if limits.no_reading and resource.reading is not Reading.NONE:
        return False
    return resource.wordless or person.language in spoken_in(resource)


def spoken_in(resource: Resource) -> frozenset[str]:
    """The languages in which somebody can follow it."""
    own = {i18n.SOURCE, *resource.sheets} if resource.sheet else set(resource.languages)
    return frozenset(own | set(resource.subtitles))


def minutes_there(session: WorkshopSession, person: Person) -> float:
    """The session, and the way there and back where it is known."""
    lasts = (session.ends_at - session.starts_at) / timedelta(minutes=1)
    return lasts + MINUTES_A_KM * (distance(session, person.spot) or 0.0)


def distance(session: WorkshopSession, spot: Spot | None) -> float | None:
    """Kilometres; ``None`` at a distance, or where nobody said where they are."""
    if spot is None or spot.latitude is None or spot.longitude is None:
        return None
    if session.latitude is None or session.longitude is None:
        return None
    return geometry.distance_km(spot.latitude, spot.longitude, session.latitude, session.longitude)


def _resources(db: Session, organisation_id: uuid.UUID, framework: str) -> Sequence[Resource]:
    """Those of the framework that the organisation's people may be shown; none whose link is lost, which stays at the
    desk, marked, for whoever can mend it.
    """
    query = sa.select(Resource).where(
        Resource.framework == framework,
        Resource.archived_at.is_(None),
        Resource.link_state != LinkState.LOST,
        sa.or_(
            Resource.organisation_id.is_(None),
            Resource.organisation_id == organisation_id,
            Resource.shared_with_all.is_(True),
        ),
    )
    return db.scalars(query.order_by(Resource.code, Resource.id)).all()


def _sessions(
    db: Session, framework: str, person: Person, now: datetime, also: Collection[uuid.UUID]
) -> tuple[tuple[WorkshopSession, ...], dict[uuid.UUID, frozenset[str]]]:
    limits = person.limits
    asked = Asked(language=person.language, spot=person.spot, km=limits.km, no_reading=limits.no_reading)
    found = soonest(db, framework, asked, now, most=SESSIONS)
    possible = [one for one in found if one.id not in also and can_come(one, person)]
    kept = _soonest_of_each(_with_seats(possible, now))
    if also:
        kept = sorted([*kept, *by_ids(db, also)], key=lambda one: (one.starts_at, one.id))
    return tuple(kept), {one.id: frozenset(skills_of(one, framework)) for one in kept}


def _with_seats(sessions: Sequence[WorkshopSession], now: datetime) -> list[WorkshopSession]:
    """Without the full dates of a workshop that has others: a plan does not begin with a seat that nobody can take."""
    full = {one.id for one in sessions if seats.standing(one, now) is seats.Standing.FULL}
    elsewhere = {one.workshop_id for one in sessions if one.id not in full}
    return [one for one in sessions if one.id not in full or one.workshop_id not in elsewhere]


def _soonest_of_each(sessions: Sequence[WorkshopSession]) -> list[WorkshopSession]:
    """A few dates of each workshop; ``sessions`` by date."""
    seen = Counter[uuid.UUID]()
    kept = []
    for one in sessions:
        seen[one.workshop_id] += 1
        if seen[one.workshop_id] <= DATES:
            kept.append(one)
    return kept


def can_come(session: WorkshopSession, person: Person) -> bool:
    """Whether somebody can come to a session: day, language, reading, distance."""
    limits = person.limits
    day = session.starts_at.astimezone(wall_clock.zone(session.timezone)).date()
    if limits.weekdays and day.weekday() not in limits.weekdays:
        return False
    if limits.until is not None and day > limits.until:
        return False
    if limits.no_reading and session.workshop.reading is not Reading.NONE:
        return False
    if person.language not in {*session.languages, *session.interpretation}:
        return False
    far = distance(session, person.spot)
    return far is None or far <= limits.km


def skills_of(session: WorkshopSession, framework: str) -> Iterable[str]:
    """What a session teaches of a framework."""
    mark = f"{framework}:"
    return (one.removeprefix(mark) for one in session.workshop.skills if one.startswith(mark))


def days_until(session: WorkshopSession, now: datetime) -> float:
    return max(0.0, math.floor((session.starts_at - now) / timedelta(days=1) * 1000) / 1000)
