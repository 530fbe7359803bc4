"""The sessions on a pathway: whether there is a seat, whether somebody came, and which ones no limit takes away."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import clock
from pathways.learning import events
from pathways.learning.choosing import tell
from pathways.learning.models import Pathway, PathwayState, Step, StepState
from pathways.workshops.models import ACTIVE, CAME, Attendance, Booking, BookingState, SessionState, WorkshopSession

WAITS_FOR_THE_SHEET = timedelta(days=7)
"""After a session with a seat: so long its step stays, for the attendance to be noted or for the person to say it."""
MOST_AT_ONCE = 200
"""Pathways that one sweep of the worker settles."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A step with a session, as it stands."""

    step: Step
    session: WorkshopSession
    booking: Booking | None
    came: bool

    @property
    def is_booked(self) -> bool:
        return self.booking is not None and self.booking.state is BookingState.CONFIRMED

    def is_theirs(self, now: datetime) -> bool:
        """Whether the planner must keep it: a seat, or somebody's choice, that still means something."""
        if self.session.state is SessionState.CANCELLED:
            return False
        if self.is_booked:
            return self.session.ends_at + WAITS_FOR_THE_SHEET > now
        return self.step.locked and self.session.closes_at > now

    def is_news(self, now: datetime) -> bool:
        """Whether the step can not stay as it is."""
        if self.booking is not None and self.booking.state not in ACTIVE:
            return True
        if self.came and self.session.ends_at <= now:
            return True
        return not self.is_theirs(now) and (
            self.session.state is not SessionState.PUBLISHED or self.session.closes_at <= now
        )


def seats(db: Session, steps: Sequence[Step]) -> list[Seat]:
    """The open steps that have a session. One query."""
    by_id = {one.id: one for one in steps if one.session_id is not None and one.state is StepState.OPEN}
    if not by_id:
        return []
    came = sa.exists().where(Attendance.booking_id == Step.booking_id, Attendance.presence.in_(CAME))
    query = (
        sa.select(Step.id, WorkshopSession, Booking, came)
        .join(WorkshopSession, WorkshopSession.id == Step.session_id)
        .outerjoin(Booking, Booking.id == Step.booking_id)
        .options(joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place))
        .where(Step.id.in_(list(by_id)))
        .order_by(Step.position, Step.id)
    )
    return [Seat(by_id[step_id], session, booking, here) for step_id, session, booking, here in db.execute(query)]


def settle(db: Session, pathway: Pathway, steps: Sequence[Step], now: datetime) -> list[Seat]:
    """Bring the steps to what happened to their sessions: who came has done it, whose seat is gone has none, whose seat
    moved goes where it went. Returns the seats that are still before them.
    """
    left = []
    for seat in seats(db, steps):
        if seat.came and seat.session.ends_at <= now:
            seat.step.state, seat.step.ended_at = StepState.DONE, now
            key = f"attended {seat.step.booking_id}"
            tell(db, pathway, events.ATTENDED, step=seat.step, at=seat.session.ends_at, key=key)
            pathway.version += 1
        elif seat.booking is not None and seat.booking.state not in ACTIVE:
            _follow(db, seat.step, seat.booking)
            pathway.version += 1
            left += seats(db, [seat.step])
        else:
            left.append(seat)
    db.flush()
    return left


def theirs(seats_left: Sequence[Seat], now: datetime) -> frozenset[uuid.UUID]:
    """The sessions that the planner must keep."""
    return frozenset(one.session.id for one in seats_left if one.is_theirs(now))


def sweep(db: Session) -> int:
    """Note for everybody what attendance sheets say; returns how many steps. What follows for the rest of a pathway is
    worked out when somebody opens it.
    """
    now = clock.now()
    came = sa.exists().where(Attendance.booking_id == Step.booking_id, Attendance.presence.in_(CAME))
    over = WorkshopSession.ends_at <= now
    query = (
        sa.select(Step)
        .join(Pathway, Pathway.id == Step.pathway_id)
        .join(WorkshopSession, WorkshopSession.id == Step.session_id)
        .where(Pathway.state == PathwayState.ACTIVE, Step.state == StepState.OPEN, over, came)
        .order_by(Step.pathway_id, Step.id)
        .limit(MOST_AT_ONCE)
    )
    found = db.scalars(query).all()
    for pathway_id in sorted({one.pathway_id for one in found}, key=str):
        pathway = db.get_one(Pathway, pathway_id, with_for_update=True)
        own = [one for one in found if one.pathway_id == pathway_id and one.state is StepState.OPEN]
        settle(db, pathway, own, now)
        pathway.estimate = pathway.estimate | {"on": ""}
    db.flush()
    return len(found)


def _follow(db: Session, step: Step, booking: Booking) -> None:
    """Where its seat went; without one, it is a session like others."""
    moved = db.get(Booking, booking.moved_to_id) if booking.moved_to_id else None
    if booking.state is BookingState.MOVED and moved is not None and moved.state is BookingState.CONFIRMED:
        step.session_id, step.booking_id = moved.session_id, moved.id
    else:
        step.booking_id, step.locked = None, False
    db.flush()
