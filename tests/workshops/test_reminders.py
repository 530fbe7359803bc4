"""Reminders: when, of what, to whom, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways.workshops.models import (
    Booking,
    BookingState,
    Channel,
    DeskTask,
    DeskTaskKind,
    Notice,
    NoticeKind,
    SessionState,
    Via,
    WorkshopSession,
)
from pathways.workshops.notifying import reminders, undelivered
from tests.workshops.days import a_member
from tests.workshops.outgoing import MAIL, SMS, THURSDAY, Clock, mails, seated, shorts, thursday, work

TWO_DAYS, THREE_HOURS, WEEK = timedelta(days=2), timedelta(hours=3), timedelta(days=7)


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch, THURSDAY - timedelta(days=20))


def booked(database, how=SMS, **changed):
    with database.begin() as db:
        return seated(db, thursday(db), how, **changed)


def pass_by_hours(database, settings, time, *, until, step: float = 1.0) -> list[str]:
    """The hours at which something left, as days and hours before the start."""
    left, told = list[str](), 0
    while time.moment < until:
        work(database, settings)
        now = len(shorts(settings)) + len(mails(settings))
        before = THURSDAY - time.moment
        left += [f"{before.days} d {before.seconds // 3600} h"] * (now - told)
        told = now
        time.pass_by(hours=step)
    return left


@pytest.mark.slow
def test_two_days_and_three_hours_before(database, time, sinks):
    booked(database)
    assert pass_by_hours(database, sinks, time, until=THURSDAY) == ["2 d 0 h", "0 d 3 h"]


@pytest.mark.slow
def test_a_week_before_where_the_organisation_wants_it_and_not_on_the_day_where_it_does_not(database, time, sinks):
    with database.begin() as db:
        member = a_member(db)
        undelivered.keep_habit(db, member, week_before=True, hours_before=False)
        seated(db, thursday(db, member.organisation_id), SMS)
        seated(db, thursday(db), SMS)
    assert pass_by_hours(database, sinks, time, until=THURSDAY) == ["7 d 0 h", "2 d 0 h", "2 d 0 h", "0 d 3 h"]


def test_who_booked_since_is_not_reminded_of_it(database, time, sinks):
    time.set(THURSDAY - timedelta(days=1))
    booked(database, created_at=THURSDAY - timedelta(days=1))
    assert pass_by_hours(database, sinks, time, until=THURSDAY) == ["0 d 3 h"]


def test_who_is_reminded_is_not_reminded_again_where_no_worker_ran_for_a_while(database, time, sinks):
    booked(database)
    time.set(THURSDAY - timedelta(hours=28))  # twenty hours late, still of use
    for _ in range(3):
        work(database, sinks)
    assert len(shorts(sinks)) == 1
    time.set(THURSDAY - timedelta(minutes=30))
    work(database, sinks)
    assert len(shorts(sinks)) == 1, "too near to be read"


@pytest.mark.slow
def test_a_session_of_the_morning_is_reminded_of_when_people_are_up(database, time, sinks):
    with database.begin() as db:
        seated(db, thursday(db, starts_at=THURSDAY - timedelta(hours=4)), SMS)  # ten in Paris
    left = pass_by_hours(database, sinks, time, until=THURSDAY, step=0.25)
    assert left == ["2 d 4 h", "0 d 6 h"]  # at ten, and at eight instead of seven


@pytest.mark.slow
def test_a_session_at_eight_is_not_reminded_of_at_night(database, time, sinks):
    with database.begin() as db:
        seated(db, thursday(db, starts_at=THURSDAY - timedelta(hours=6)), SMS)
    left = pass_by_hours(database, sinks, time, until=THURSDAY)
    assert left == ["2 d 6 h"]


@pytest.mark.parametrize(
    "becomes", [BookingState.CANCELLED_BY_PERSON, BookingState.CANCELLED_BY_STRUCTURE, BookingState.MOVED, "held"]
)
def test_who_does_not_come_is_not_reminded(database, time, sinks, becomes):
    booked(database, state=BookingState(becomes))
    assert pass_by_hours(database, sinks, time, until=THURSDAY, step=12) == []


def test_what_was_cancelled_after_it_was_planned_is_not_sent(database, time, sinks):
    booking = booked(database)
    time.set(THURSDAY - TWO_DAYS)
    with database.begin() as db:
        assert reminders.plan(db) == 1
        db.get_one(Booking, booking.id).state = BookingState.CANCELLED_BY_PERSON
    work(database, sinks)
    assert shorts(sinks) == []


def test_a_session_that_was_cancelled_is_not_reminded_of(database, time, sinks):
    with database.begin() as db:
        seated(db, thursday(db, state=SessionState.CANCELLED), SMS)
    assert pass_by_hours(database, sinks, time, until=THURSDAY, step=12) == []


def test_another_day_is_reminded_of_anew(database, time, sinks):
    booking = booked(database)
    time.set(THURSDAY - TWO_DAYS)
    work(database, sinks)
    with database.begin() as db:
        session = db.get_one(WorkshopSession, booking.session_id)
        session.starts_at, session.ends_at = THURSDAY + WEEK, THURSDAY + WEEK + THREE_HOURS
        session.closes_at = THURSDAY + WEEK
    time.set(THURSDAY + WEEK - TWO_DAYS)
    work(database, sinks)
    assert len(shorts(sinks)) == 2


def test_what_was_planned_for_another_day_is_not_sent(database, time, sinks):
    booking = booked(database)
    time.set(THURSDAY - TWO_DAYS)
    with database.begin() as db:
        reminders.plan(db)
        session = db.get_one(WorkshopSession, booking.session_id)
        session.starts_at, session.ends_at = THURSDAY + WEEK, THURSDAY + WEEK + THREE_HOURS
    work(database, sinks)
    assert shorts(sinks) == []


@pytest.mark.slow
def test_who_was_booked_by_others_and_has_no_channel_is_a_task_once(database, time, sinks):
    with database.begin() as db:
        member, prescriber = a_member(db), a_member(db)
        session = thursday(db, member.organisation_id)
        by_desk = seated(db, session, (Channel.NONE, ""), via=Via.DESK, organisation_id=member.organisation_id)
        sent = seated(
            db,
            session,
            (Channel.PRESCRIBER, ""),
            via=Via.PRESCRIBER,
            organisation_id=prescriber.organisation_id,
            booked_by=prescriber.account_id,
        )
        alone = seated(db, session, (Channel.NONE, ""))
    assert pass_by_hours(database, sinks, time, until=THURSDAY) == []
    with database.read() as db:
        rows = db.execute(sa.select(DeskTask.booking_id, DeskTask.kind, DeskTask.organisation_id, DeskTask.account_id))
        assert {tuple(one) for one in rows} == {
            (by_desk.id, DeskTaskKind.REMINDER, member.organisation_id, None),
            (sent.id, DeskTaskKind.REMINDER, prescriber.organisation_id, prescriber.account_id),
        }
        why = db.scalars(sa.select(Notice.dropped).filter_by(booking_id=alone.id)).all()
        assert set(why) == {"no_channel"}


def test_a_party_gets_one_reminder(database, time, sinks):
    booked(database, MAIL, party=3)
    time.set(THURSDAY - TWO_DAYS)
    work(database, sinks)
    [mail] = mails(sinks)
    assert not mail.is_multipart(), "its entry is in the calendar already"


def test_many_are_planned_part_by_part(database, time, sinks, monkeypatch):
    monkeypatch.setattr(reminders, "AT_ONCE", 4)
    with database.begin() as db:
        session = thursday(db, capacity=20)
        for _ in range(10):
            seated(db, session, SMS)
    time.set(THURSDAY - TWO_DAYS)
    work(database, sinks)
    with database.read() as db:
        kinds = db.scalars(sa.select(Notice.kind)).all()
    assert kinds == [NoticeKind.REMINDER_DAYS] * 10
    assert len(shorts(sinks)) == 10
