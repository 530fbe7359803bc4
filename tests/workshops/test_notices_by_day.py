"""Messages ring by day, where the session is; only what cannot wait rings at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pathways.outbox import OutboxEvent
from pathways.workshops.events import BookingMade
from pathways.workshops.models import Booking, NoticeKind, WorkshopSession
from pathways.workshops.notifying import notices
from tests.workshops.outgoing import THURSDAY, Clock, booked, mails, tell, work


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch)


@pytest.mark.parametrize(
    ("now", "rings"),
    [
        ("2026-12-01T18:59", "2026-12-01T18:59"),  # 19:59 in Paris
        ("2026-12-01T19:00", "2026-12-02T07:00"),
        ("2026-12-02T03:00", "2026-12-02T07:00"),
        ("2026-12-02T07:00", "2026-12-02T07:00"),
    ],
)
def test_nothing_rings_at_night(now, rings):
    session = WorkshopSession(starts_at=THURSDAY, timezone="Europe/Paris")
    assert notices.may_ring(_utc(now), NoticeKind.BOOKED, session) == _utc(rings)


@pytest.mark.parametrize(
    ("now", "kind", "rings"),
    [
        ("2026-12-03T05:00", NoticeKind.CANCELLED, "2026-12-03T05:00"),  # of today
        ("2026-12-02T22:00", NoticeKind.CANCELLED, "2026-12-03T07:00"),  # of tomorrow
        ("2026-12-03T05:00", NoticeKind.BOOKED, "2026-12-03T07:00"),
        ("2026-12-03T05:00", NoticeKind.CHANGED, "2026-12-03T05:00"),
    ],
)
def test_a_cancellation_of_today_does_not_wait(now, kind, rings):
    session = WorkshopSession(starts_at=THURSDAY, timezone="Europe/Paris")
    assert notices.may_ring(_utc(now), kind, session) == _utc(rings)


def test_who_would_leave_home_before_the_morning_message_is_told_at_night():
    session = WorkshopSession(starts_at=_utc("2026-12-03T08:30"), timezone="Europe/Paris")
    assert notices.may_ring(_utc("2026-12-02T21:00"), NoticeKind.CANCELLED, session) == _utc("2026-12-02T21:00")


def test_the_night_is_that_of_the_place():
    session = WorkshopSession(starts_at=THURSDAY, timezone="America/Martinique")
    assert notices.may_ring(_utc("2026-12-01T22:00"), NoticeKind.BOOKED, session) == _utc("2026-12-01T22:00")
    assert notices.may_ring(_utc("2026-12-02T01:00"), NoticeKind.BOOKED, session) == _utc("2026-12-02T12:00")


@pytest.mark.parametrize(("day", "eight"), [("2026-10-25", "07:00"), ("2027-03-28", "06:00")])
def test_the_morning_after_a_clock_change_is_at_eight(day, eight):
    """The night in which clocks change is an hour longer or shorter; eight stays eight."""
    evening = _utc(f"{day}T00:30") - timedelta(hours=4)
    session = WorkshopSession(starts_at=evening + timedelta(days=3), timezone="Europe/Paris")
    assert notices.may_ring(evening, NoticeKind.BOOKED, session) == _utc(f"{day}T{eight}")


def test_what_fell_into_the_night_leaves_in_the_morning(database, time, sinks):
    booking = booked(database, in_days=7)
    time.set(_utc("2026-12-01T21:00"))
    tell(database, BookingMade(booking.id))
    work(database, sinks)
    assert mails(sinks) == []
    time.set(_utc("2026-12-02T07:00"))
    work(database, sinks)
    assert len(mails(sinks)) == 1


@pytest.mark.slow
def test_a_try_that_falls_into_the_night_is_not_counted(database, time, sinks):
    booking = booked(database, in_days=7)
    with database.begin() as db:
        notices.plan(
            db, db.get_one(Booking, booking.id), db.get_one(WorkshopSession, booking.session_id), NoticeKind.BOOKED
        )
    time.set(_utc("2026-12-01T21:00"))
    work(database, sinks)
    with database.read() as db:
        event = db.scalars(sa.select(OutboxEvent).filter_by(name="NoticeDue")).one()
        assert (event.attempts, event.due_at) == (0, _utc("2026-12-02T07:00"))


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
