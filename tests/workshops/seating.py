"""A session with a few seats, those who come for them, and the sums that must always be right."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pathways import clock, ids
from pathways.people.models import Organisation
from pathways.permissions import Member, Role
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    Booking,
    BookingState,
    SeatQuota,
    SessionState,
    WaitingState,
    WaitlistEntry,
    Workshop,
    WorkshopSession,
)
from pathways.workshops.seating import booking, waiting
from tests.conftest import SECRET
from tests.workshops.offering import member_of

CODES = Codes(SECRET)
THEME = "essai"
"""Of no session of the demonstration."""
NOON = datetime(2026, 12, 1, 11, tzinfo=UTC)
"""Noon in Paris, a Tuesday."""


class Time:
    """The clock of a test: it stands still until somebody says that time passes."""

    def __init__(self, monkeypatch) -> None:
        self.now = NOON
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def passes(self, **how: float) -> datetime:
        self.now += timedelta(**how)
        return self.now


def hall(db, *, capacity: int = 3, days: float = 14, member: Member | None = None, **columns: Any) -> WorkshopSession:
    """A published session with so many seats, in so many days."""
    organisation_id = member.organisation_id if member else _organisation(db)
    workshop_id = columns.pop("workshop_id", None)
    if workshop_id is None:
        workshop = Workshop(organisation_id=organisation_id, titles={"fr": "Mes e-mails"}, theme=THEME)
        db.add(workshop)
        db.flush()
        workshop_id = workshop.id
    starts = clock.now() + timedelta(days=days)
    usual = {"state": SessionState.PUBLISHED, "languages": ["fr"], "code": ids.new_code(7)}
    when = {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "closes_at": starts}
    where = {"latitude": 47.9, "longitude": 1.9}
    found = WorkshopSession(
        workshop_id=workshop_id, organisation_id=organisation_id, capacity=capacity, **usual | when | where | columns
    )
    db.add(found)
    db.flush()
    return found


def _organisation(db) -> uuid.UUID:
    found = Organisation(name="Espace numérique")
    db.add(found)
    db.flush()
    return found.id


def prescriber_of(db) -> Member:
    return member_of(db, role=Role.PRESCRIBER)


def book(db, session: WorkshopSession, party: int = 1, **values: Any) -> booking.Made:
    how = {key: values.pop(key) for key in ("by", "via", "quota_id") if key in values}
    return booking.book(db, CODES, session.id, booking.Wanted(party=party, **values), **how)


def join(db, session: WorkshopSession, party: int = 1, **values: Any) -> WaitlistEntry:
    how = {key: values.pop(key) for key in ("by", "via", "priority") if key in values}
    return waiting.join(db, CODES, session.id, booking.Wanted(party=party, **values), **how).entry


def fresh(db, one):
    db.refresh(one)
    return one


def sums_are_right(db, session_id: uuid.UUID) -> WorkshopSession:
    """What the session and its quotas count is what is there: nothing oversold, lost or doubled."""
    db.flush()
    session = db.get(WorkshopSession, session_id, populate_existing=True)
    seats = sa.select(Booking.state, Booking.quota_id, sa.func.sum(Booking.party)).where(
        Booking.session_id == session_id
    )
    found = db.execute(seats.group_by(Booking.state, Booking.quota_id)).all()

    def sold(state: BookingState, *quota: uuid.UUID) -> int:
        return sum(one[2] for one in found if one[0] is state and (not quota or one[1] == quota[0]))

    assert session.booked == sold(BookingState.CONFIRMED)
    assert session.held == sold(BookingState.HELD)
    quotas = db.scalars(sa.select(SeatQuota).filter_by(session_id=session_id), execution_options=_FRESH).all()
    for one in quotas:
        assert (one.booked, one.held) == (sold(BookingState.CONFIRMED, one.id), sold(BookingState.HELD, one.id))
    standing = [one for one in quotas if one.released_at is None]
    assert session.reserved == sum(one.capacity - one.booked - one.held for one in standing)
    assert session.booked + session.held + session.reserved <= session.capacity + session.allowance
    listed = sa.select(sa.func.count()).where(
        WaitlistEntry.session_id == session_id,
        WaitlistEntry.state.in_([WaitingState.WAITING, WaitingState.OFFERED]),
    )
    assert session.waiting == db.scalar(listed)
    moments = db.scalars(
        sa.select(Booking.lapses_at).where(Booking.session_id == session_id, Booking.state == BookingState.HELD)
    ).all()
    moments = [*moments, *(one.until for one in standing if one.until is not None)]
    assert not moments or (session.lapse_at is not None and session.lapse_at <= min(moments))
    return session


_FRESH = {"populate_existing": True}
