"""Which sessions somebody could come to: for who moves to another date, and for who books for somebody else. The public
directory searches in its own way; it stands above this feature.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import LoaderOption

from pathways import clock
from pathways.permissions import Member
from pathways.places import geometry
from pathways.workshops.models import Audience, SessionState, SessionTrait, Workshop, WorkshopSession
from pathways.workshops.scheduling import sessions
from pathways.workshops.seating import seats

MOST_OTHERS, MOST_FOUND = 6, 60
WITHIN_KM = 30
_LOOKED_AT = 300
"""Sessions read before the nearest of them are chosen: those that begin first."""


@dataclass(frozen=True, slots=True)
class Sought:
    language: str = ""
    theme: str = ""
    latitude: float | None = None
    longitude: float | None = None
    km: int = WITHIN_KM


@dataclass(frozen=True, slots=True)
class Found:
    session: WorkshopSession
    km: int | None
    """Whole kilometres as the crow flies, where both ends are known."""


def search(db: Session, sought: Sought, *, limit: int = MOST_FOUND) -> list[Found]:
    """Sessions of every organisation that the public may book or wait for, those that begin first at the top; with a
    spot, those within ``km`` of it, and those at a distance.
    """
    offers = sa.select(Workshop.id).filter_by(audience=Audience.PUBLIC)
    if sought.theme:
        offers = offers.filter_by(theme=sought.theme)
    query = _open_to_all().where(WorkshopSession.workshop_id.in_(offers))
    query = query.order_by(WorkshopSession.starts_at, WorkshopSession.id).limit(limit)
    if sought.language:
        query = query.where(_has(f"language:{sought.language}"))
    spot = (sought.latitude, sought.longitude)
    if spot[0] is not None and spot[1] is not None:
        query = query.where(_within(spot[0], spot[1], sought.km) | WorkshopSession.place_id.is_(None))
    found = [Found(one, _km(one, *spot)) for one in db.scalars(query)]
    return [one for one in found if one.km is None or one.km <= sought.km]


def others(
    db: Session, session: WorkshopSession, *, language: str, party: int = 1, full: bool = False
) -> list[WorkshopSession]:
    """Where somebody of ``session`` could go instead: the same workshop or theme, in their language or in one of those
    of the session, with room, and nobody waiting (``full``: those where one can only wait). The same workshop first,
    then what is near, then what is soon.
    """
    tongues = {f"language:{one}" for one in (language, *session.languages, *session.interpretation)}
    same = WorkshopSession.workshop_id == session.workshop_id
    about = WorkshopSession.workshop_id.in_(sa.select(Workshop.id).filter_by(theme=session.workshop.theme))
    traits = sa.select(SessionTrait.session_id).where(SessionTrait.trait.in_(tongues))
    query = (
        _open_to_all()
        .where(WorkshopSession.id != session.id, same | about, WorkshopSession.id.in_(traits))
        .order_by(WorkshopSession.starts_at, WorkshopSession.id)
        .limit(_LOOKED_AT)
    )
    if session.latitude is not None and session.longitude is not None:
        query = query.where(same | _within(session.latitude, session.longitude, WITHIN_KM))
    else:
        query = query.where(same | (WorkshopSession.organisation_id == session.organisation_id))
    found = [one for one in db.scalars(query) if (one.waiting > 0 or seats.free(one) < party) == full]
    found.sort(key=lambda one: _order(session, one))
    return found[:MOST_OTHERS]


def bookable(db: Session, member: Member, session_id: uuid.UUID) -> WorkshopSession:
    """A session in which the member may book for somebody: each one that was put before the public, and their own."""
    found = db.get(WorkshopSession, session_id)
    if found is not None and found.state is not SessionState.DRAFT:
        return found
    return sessions.get(db, member, session_id)


def by_ids(db: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, WorkshopSession]:
    """Sessions with what a page shows of them, in one question."""
    query = sa.select(WorkshopSession).options(*_shown()).where(WorkshopSession.id.in_(set(ids)))
    return {one.id: one for one in db.scalars(query)}


def _open_to_all() -> sa.Select[WorkshopSession]:
    return (
        sa.select(WorkshopSession)
        .options(*_shown())
        .where(WorkshopSession.state == SessionState.PUBLISHED, WorkshopSession.closes_at > clock.now())
    )


def _shown() -> tuple[LoaderOption, ...]:
    return (
        joinedload(WorkshopSession.workshop),
        joinedload(WorkshopSession.place),
        joinedload(WorkshopSession.room),
        selectinload(WorkshopSession.quotas),
    )


def _has(trait: str) -> sa.ColumnElement[bool]:
    return WorkshopSession.id.in_(sa.select(SessionTrait.session_id).where(SessionTrait.trait == trait))


def _within(latitude: float, longitude: float, km: float) -> sa.ColumnElement[bool]:
    south, west, north, east = geometry.box(latitude, longitude, km)
    return WorkshopSession.latitude.between(south, north) & WorkshopSession.longitude.between(west, east)


def _km(session: WorkshopSession, latitude: float | None, longitude: float | None) -> int | None:
    if latitude is None or longitude is None or session.latitude is None or session.longitude is None:
        return None
    return round(geometry.distance_km(latitude, longitude, session.latitude, session.longitude))


def _order(session: WorkshopSession, other: WorkshopSession) -> tuple[object, ...]:
    return (
        other.workshop_id != session.workshop_id,
        _km(other, session.latitude, session.longitude) or 0,
        other.starts_at,
    )
