"""Sessions of the workshops that count for a badge: those that somebody led, and those that they attended, from the
registers.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from pathways.badges.criteria.facts import Attended, Led
from pathways.badges.criteria.nodes import SessionKind
from pathways.badges.models import HolderAttempt, HolderBooking, SessionEndorsement
from pathways.database import UTCDateTime
from pathways.diagnostics.models import Attempt
from pathways.workshops.attending import certificates
from pathways.workshops.attending.attendance import Row
from pathways.workshops.models import (
    CAME,
    Attendance,
    Audience,
    Booking,
    Engagement,
    Means,
    MeansKind,
    MeansUnit,
    QuotaKind,
    SeatQuota,
    SessionRecord,
    SessionState,
    WorkshopSession,
)

MOST_LED = 500
"""The latest that count."""
TOOK_PLACE = (SessionState.PUBLISHED, SessionState.CLOSED)
"""States of a session that is over and was not called off."""


def led_by(db: Session, account_id: uuid.UUID) -> list[Led]:
    """What an account led or co-led and what took place: a record was written of it. Four queries."""
    query = (
        sa.select(WorkshopSession)
        .join(SessionRecord, SessionRecord.session_id == WorkshopSession.id)
        .options(joinedload(WorkshopSession.workshop))
        .where(WorkshopSession.id.in_(engaging(account_id)), WorkshopSession.state == SessionState.CLOSED)
        .order_by(WorkshopSession.starts_at.desc(), WorkshopSession.id)
        .limit(MOST_LED)
    )
    found = db.scalars(query).all()
    named = [one.id for one in found]
    means, joint, endorsed = _means(db, named), _joint(db, named), _endorsed(db, account_id, named)
    return [
        Led(
            session=str(one.id),
            at=one.starts_at,
            theme=one.workshop.theme,
            languages=frozenset(one.languages),
            kinds=_kinds(one, means[one.id], is_shared=one.id in joint),
            endorsed_by=frozenset(map(str, endorsed[one.id] & _trainers(means[one.id]))),
        )
        for one in found
    ]


def trainers_of(db: Session, session_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Accounts of the trainers whom each session binds."""
    means = _means(db, session_ids)
    return {one: _trainers(means[one]) for one in session_ids}


def engaging(account_id: uuid.UUID) -> sa.Select[uuid.UUID]:
    """Sessions that bind an account as their trainer."""
    return (
        sa.select(Engagement.session_id)
        .join(MeansUnit, MeansUnit.number == Engagement.unit)
        .join(Means, Means.id == MeansUnit.means_id)
        .where(Means.kind == MeansKind.TRAINER, Means.account_id == account_id)
    )


def attended_by(db: Session, holder_id: uuid.UUID, now: datetime) -> list[Attended]:
    """Sessions in which a person sat: of the seats that they brought by the link of the slip, and of those that a desk
    wrote down for the file in which their results stand. Where nobody said for how long they stayed, nothing counts.
    """
    found = []
    for booking, session, kept in db.execute(_ATTENDED, {"holder_id": holder_id, "now": now}):
        row = Row(booking, 1, kept.presence, kept.minutes, kept.in_conflict, tuple(kept.marks), kept.recorded_at, None)
        minutes = certificates.minutes_of(row, session)
        if minutes:
            found.append(Attended(str(session.id), minutes, session.workshop.theme, session.starts_at))
    return found


# --- inside ---------------------------------------------------------------------------------------------------

_Means = set[tuple[MeansKind, uuid.UUID | None, uuid.UUID]]
"""``(kind, account, organisation)`` of each means that a session binds."""


def _means(db: Session, session_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, _Means]:
    query = (
        sa.select(Engagement.session_id, Means.kind, Means.account_id, Means.organisation_id)
        .join(MeansUnit, MeansUnit.number == Engagement.unit)
        .join(Means, Means.id == MeansUnit.means_id)
        .where(Engagement.session_id.in_(session_ids))
    )
    found: dict[uuid.UUID, _Means] = defaultdict(set)
    for session_id, kind, account_id, organisation_id in db.execute(query):
        found[session_id].add((kind, account_id, organisation_id))
    return found


def _trainers(means: _Means) -> set[uuid.UUID]:
    return {account for kind, account, _ in means if kind is MeansKind.TRAINER and account is not None}


def _joint(db: Session, session_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Sessions in whose seats another organisation shares."""
    query = sa.select(SeatQuota.session_id).where(
        SeatQuota.session_id.in_(session_ids), SeatQuota.kind == QuotaKind.STRUCTURE
    )
    return set(db.scalars(query))


def _endorsed(
    db: Session, account_id: uuid.UUID, session_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, set[uuid.UUID]]:
    query = sa.select(SessionEndorsement.session_id, SessionEndorsement.endorsed_by).where(
        SessionEndorsement.account_id == account_id, SessionEndorsement.session_id.in_(session_ids)
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for session_id, endorsed_by in db.execute(query):
        found[session_id].add(endorsed_by)
    return found


def _kinds(session: WorkshopSession, means: _Means, *, is_shared: bool) -> frozenset[SessionKind]:
    has_van = session.stop_id is not None or any(kind is MeansKind.VAN for kind, _, _ in means)
    homes = {home for kind, _, home in means if kind is MeansKind.TRAINER}
    told = {
        SessionKind.VAN: has_van,
        SessionKind.PLACE: session.place_id is not None and not has_van,
        SessionKind.REMOTE: session.place_id is None,
        SessionKind.JOINT: is_shared or len(homes) > 1,
        SessionKind.PROFESSIONALS: session.workshop.audience is Audience.PROFESSIONALS,
    }
    return frozenset(kind for kind, is_so in told.items() if is_so)


def _files() -> sa.Select[uuid.UUID | None]:
    """In which somebody's results stand, and nobody else's."""
    others, theirs = aliased(HolderAttempt), aliased(Attempt)
    shared = (
        sa.select(others.attempt_id)
        .join(theirs, theirs.id == others.attempt_id)
        .where(theirs.file_id == Attempt.file_id, others.holder_id != _HOLDER)
        .exists()
    )
    return (
        sa.select(Attempt.file_id)
        .join(HolderAttempt, HolderAttempt.attempt_id == Attempt.id)
        .where(HolderAttempt.holder_id == _HOLDER, Attempt.file_id.is_not(None), ~shared)
    )


_HOLDER, _NOW = sa.bindparam("holder_id", type_=HolderBooking.holder_id.type), sa.bindparam("now", type_=UTCDateTime())
_ATTENDED = (
    sa.select(Booking, WorkshopSession, Attendance)
    .join(WorkshopSession, WorkshopSession.id == Booking.session_id)
    .join(Attendance, sa.and_(Attendance.booking_id == Booking.id, Attendance.seat == 1))
    .options(joinedload(WorkshopSession.workshop))
    .where(
        sa.or_(
            Booking.id.in_(sa.select(HolderBooking.booking_id).where(HolderBooking.holder_id == _HOLDER)),
            Booking.file_id.in_(_files()),
        )
    )
    .where(Attendance.presence.in_(CAME), WorkshopSession.state.in_(TOOK_PLACE), WorkshopSession.ends_at <= _NOW)
)
"""Put together once: to do so takes longer than to answer it."""
