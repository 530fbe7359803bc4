"""A structure cancels a session in one act: everybody is told, and first of all offered the nearest other seat.

The nearest is a session of the same workshop, or else on the same theme, in a language that the person reads, not far,
soon. As long as there is room where nobody waits, seats in it are held for each party in the order in which they had
booked; the cancelled booking names them (``moved_to_id``). :func:`take_other` makes them theirs.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, outbox
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.places import geometry
from pathways.workshops.codes import Codes
from pathways.workshops.events import SessionCancelled, WaitingEnded
from pathways.workshops.models import (
    ACTIVE,
    Booking,
    BookingState,
    DeskTask,
    DeskTaskKind,
    SeatQuota,
    SessionState,
    WaitingState,
    WaitlistEntry,
    Wish,
    WishState,
    Workshop,
    WorkshopSession,
)
from pathways.workshops.scheduling import engaging
from pathways.workshops.seating import asking, settling, telling, waiting
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating.asking import Made, NotHeld
from pathways.workshops.seating.deadlines import offer_ends

LONGEST_REASON = 200
FARTHEST_KM, STEP_KM = 30, 5
MOST_READ, MOST_OTHERS = 500, 20


def cancel_session(db: Session, member: Member, session_id: uuid.UUID, *, reason: str) -> WorkshopSession:
    """Cancel a session of the member's organisation. Twice changes nothing."""
    given = " ".join(reason.split())
    if not given or len(given) > LONGEST_REASON:
        message = D_("Dites pourquoi, en une phrase.")
        raise Invalid(message, errors=[{"field": "reason", "message": message}])
    known = db.get(WorkshopSession, session_id)
    if known is None or known.organisation_id != member.organisation_id:
        raise NotFound(D_("Cette séance n'existe pas."))
    if not member.may(Permission.WORKSHOPS_WRITE):
        raise Forbidden(D_("Vous n'avez pas accès à cette page."))
    others = _others(db, known)
    session, *near = settling.locked(db, session_id, *(one.id for one in others))
    if session.state is SessionState.CANCELLED:
        return session
    if session.state is SessionState.CLOSED or session.ends_at <= clock.now():
        raise Conflict(D_("Cette séance a déjà eu lieu."))
    settling.settle(db, session)
    session.state, session.reason = SessionState.CANCELLED, given
    session.version += 1
    session.updated_at = clock.now()
    _give_up(db, session, [room for room in map(partial(_room, db), near) if room is not None])
    _end_waiting(db, session)
    _count_nothing(db, session)
    engaging.release(db, session.id)
    changes.note(db, session.organisation_id, "session", session.id, "cancelled")
    return session


def other_of(db: Session, booking: Booking) -> Booking | None:
    """The seats in another session that are held for the holder of a cancelled booking, or that they took."""
    if booking.state is not BookingState.CANCELLED_BY_STRUCTURE or booking.moved_to_id is None:
        return None
    other = db.get(Booking, booking.moved_to_id)
    if other is None:  # a place in a waiting list
        return None
    if other.state is BookingState.HELD and other.lapses_at is not None and other.lapses_at <= clock.now():
        return None
    return other if other.state in ACTIVE else None


def take_other(db: Session, codes: Codes, booking: Booking) -> Made:
    """Take the seats that are held instead of the cancelled ones. Twice changes nothing."""
    other = db.get(Booking, booking.moved_to_id) if booking.moved_to_id else None
    if booking.state is not BookingState.CANCELLED_BY_STRUCTURE or other is None:
        raise NotHeld
    confirmed = other.state is BookingState.CONFIRMED
    other = bookings.confirm(db, other)
    return bookings.slip_of(codes, other) if confirmed else bookings.open_slip(db, codes, other)


def wait_for_other(db: Session, codes: Codes, booking: Booking, session_id: uuid.UUID) -> waiting.Waits:
    """A place in another session's list, before everybody who lost no seat: one for each cancelled booking, which then
    names it (``moved_to_id``). Twice gives the same one.
    """
    settling.locked(db, *sorted({booking.session_id, session_id}))
    db.refresh(booking)
    known = db.get(WaitlistEntry, booking.moved_to_id) if booking.moved_to_id else None
    if known is not None:
        return waiting.place_of(codes, known)
    if booking.state is not BookingState.CANCELLED_BY_STRUCTURE or other_of(db, booking) is not None:
        raise NotHeld
    wanted = asking.Wanted(
        booking.party, booking.language, booking.needs, booking.label, booking.channel, booking.contact
    )
    via = bookings.origin(db, booking)
    waits = waiting.join(db, codes, session_id, wanted, via=via, priority=waiting.FIRST, instead_of=booking)
    booking.moved_to_id = waits.entry.id
    db.flush()
    return waits


@dataclass(slots=True)
class _Room:
    """Another session and how many of its common seats are still free."""

    session: WorkshopSession
    seats: int
    until: datetime


def _others(db: Session, session: WorkshopSession) -> list[WorkshopSession]:
    """Where people could go instead, the nearest first. Nobody waits there."""
    other, now = WorkshopSession, clock.now()
    workshop = db.get_one(Workshop, session.workshop_id)
    query = (
        sa.select(other)
        .join(Workshop, Workshop.id == other.workshop_id)
        .where(
            other.state == SessionState.PUBLISHED,
            other.starts_at > now,
            other.closes_at > now,
            other.waiting == 0,
            other.id != session.id,
            Workshop.audience == workshop.audience,
            sa.or_(other.workshop_id == session.workshop_id, Workshop.theme == workshop.theme),
        )
        .order_by(other.starts_at, other.id)
    )
    if session.latitude is None or session.longitude is None:
        query = query.where(other.latitude.is_(None))
    else:
        south, north, west, east = geometry.box(session.latitude, session.longitude, FARTHEST_KM)
        query = query.where(other.latitude.between(south, north), other.longitude.between(west, east))
    found = [one for one in db.scalars(query.limit(MOST_READ)) if _km(session, one) <= FARTHEST_KM]
    return sorted(found, key=partial(_distance, session, ""))[:MOST_OTHERS]


def _km(one: WorkshopSession, other: WorkshopSession) -> float:
    if None in {one.latitude, one.longitude, other.latitude, other.longitude}:
        return 0.0
    return geometry.distance_km(one.latitude, one.longitude, other.latitude, other.longitude)  # pyright: ignore[reportArgumentType] - not None, as the line before says


def _distance(session: WorkshopSession, language: str, other: WorkshopSession) -> tuple[Any, ...]:
    """How far another session is from what somebody had: in language, subject, kilometres and days."""
    spoken = {*other.languages, *other.interpretation}
    strange = 0 if language in spoken else 1 if spoken & {*session.languages, *session.interpretation} else 2
    steps = int(_km(session, other) // STEP_KM)
    return (strange, other.workshop_id != session.workshop_id, steps, other.starts_at, other.id)


def _room(db: Session, other: WorkshopSession) -> _Room | None:
    """What is free there, now that it is locked."""
    now = clock.now()
    if other.state is not SessionState.PUBLISHED or other.closes_at <= now:
        return None
    settled = settling.settle(db, other)
    until = offer_ends(now, starts_at=other.starts_at, closes_at=other.closes_at, timezone=other.timezone)
    if other.waiting or until is None:
        return None
    return _Room(other, settled.seats.free[None], until)


def _give_up(db: Session, session: WorkshopSession, rooms: list[_Room]) -> None:
    """Every booking of a cancelled session, in the order in which they were made."""
    active = sa.select(Booking).where(Booking.session_id == session.id, Booking.state.in_(ACTIVE))
    tasks: list[dict[str, Any]] = []
    desks: telling.Desks = {}
    for booking in db.scalars(active.order_by(Booking.created_at, Booking.id)).all():
        changes.note(db, session.organisation_id, "booking", booking.id, "cancelled")
        booking.updated_at, booking.lapses_at = clock.now(), None
        if booking.state is BookingState.HELD:
            booking.state = BookingState.LAPSED
            continue
        booking.state = BookingState.CANCELLED_BY_STRUCTURE
        booking.sequence += 1
        booking.moved_to_id = _held_elsewhere(db, session, booking, rooms)
        _tell(db, session, booking, SessionCancelled(booking.id), tasks, desks)
    if tasks:
        db.execute(sa.insert(DeskTask), tasks)


def _held_elsewhere(
    db: Session, session: WorkshopSession, booking: Booking, rooms: Iterable[_Room]
) -> uuid.UUID | None:
    fitting = (room for room in rooms if room.seats >= booking.party)
    room = min(fitting, key=lambda one: _distance(session, booking.language, one.session), default=None)
    if room is None:
        return None
    room.seats -= booking.party
    now = clock.now()
    held = bookings.copied(booking) | {
        "session_id": room.session.id,
        "file_id": settling.file_of(db, booking.file_id, room.session.id),
        "state": BookingState.HELD,
        "via": bookings.origin(db, booking),
        "lapses_at": room.until,
        "created_at": now,
        "updated_at": now,
    }
    settling.take(room.session, None, booking.party, BookingState.HELD)
    settling.sooner(room.session, room.until)
    stored = settling.insert(db, held)["id"]
    changes.note(db, room.session.organisation_id, "booking", stored, "held")
    return stored


def _end_waiting(db: Session, session: WorkshopSession) -> None:
    listed = sa.select(WaitlistEntry).where(
        WaitlistEntry.session_id == session.id, WaitlistEntry.state.in_(waiting.ON_THE_LIST)
    )
    tasks: list[dict[str, Any]] = []
    desks: telling.Desks = {}
    every = db.scalars(listed.order_by(WaitlistEntry.number)).all()
    telling.nothing_offered(db, [one.id for one in every])
    for entry in every:
        entry.state, entry.updated_at = WaitingState.EXPIRED, clock.now()
        changes.note(db, session.organisation_id, "waiting_entry", entry.id, "cancelled")
        _tell(db, session, entry, WaitingEnded(entry.id), tasks, desks)
    if tasks:
        db.execute(sa.insert(DeskTask), tasks)


def _tell(
    db: Session,
    session: WorkshopSession,
    who: Booking | WaitlistEntry,
    event: SessionCancelled | WaitingEnded,
    tasks: list[dict[str, Any]],
    desks: telling.Desks,
) -> None:
    if who.channel in telling.REACHED:
        outbox.record(db, event)
    else:
        desk = session.organisation_id
        task = telling.task(db, who, DeskTaskKind.CANCELLED, organisation_id=desk, known=desks)
        tasks.append(task | {"due_at": session.starts_at})


def _count_nothing(db: Session, session: WorkshopSession) -> None:
    session.held = session.booked = session.waiting = session.reserved = 0
    session.lapse_at = None
    now = clock.now()
    for quota in settling.standing_quotas(db, session):
        quota.released_at = now
    db.execute(sa.update(SeatQuota).where(SeatQuota.session_id == session.id).values(booked=0, held=0))
    # Who had wished for it wishes again, and is counted again.
    offered = sa.update(Wish).where(Wish.session_id == session.id, Wish.state == WishState.OFFERED)
    db.execute(offered.values(state=WishState.OPEN, session_id=None))
    db.flush()
