"""Messages that cannot leave, that fail, or whose worker is killed: kept, tried again, given to a person."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import outbox, sms
from pathways.database import Database
from pathways.outbox import MOST_ATTEMPTS, OutboxEvent
from pathways.workshops import running
from pathways.workshops.events import BookingMade, SessionCancelled
from pathways.workshops.models import BookingState, DeskTask, DeskTaskKind, SessionState
from pathways.workshops.notifying import undelivered
from tests.serving import together
from tests.workshops.days import a_member
from tests.workshops.outgoing import (
    MAIL,
    SMS,
    THURSDAY,
    TUESDAY,
    Clock,
    booked,
    notices_of,
    seated,
    shorts,
    tell,
    thursday,
    work,
)


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch)


# --- where nothing can leave -------------------------------------------------------------------------------


def test_by_default_nothing_leaves_and_somebody_has_a_task(database, time, settings):
    with database.begin() as db:
        session = thursday(db, state=SessionState.CANCELLED)
        told = [seated(db, session, how, state=BookingState.CANCELLED_BY_STRUCTURE) for how in (MAIL, SMS)]
    for one in told:
        tell(database, SessionCancelled(one.id))
    work(database, settings)
    assert not (settings.data / "outgoing").exists()
    with database.read() as db:
        tasks = db.execute(sa.select(DeskTask.booking_id, DeskTask.kind)).all()
    assert {tuple(one) for one in tasks} == {(one.id, DeskTaskKind.CANCELLED) for one in told}


def test_a_confirmation_that_cannot_leave_is_nobodys_task(database, time, settings):
    booking = booked(database)
    tell(database, BookingMade(booking.id))
    work(database, settings)
    with database.read() as db:
        assert db.scalars(sa.select(DeskTask)).all() == []


# --- failures ----------------------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch):
    """A gateway that refuses as long as it is asked to."""
    refusing = [True]
    send = sms.send

    def refuse(url, **message):
        if refusing:
            raise sms.Refused("503 overloaded")
        send(url, **message)

    monkeypatch.setattr(sms, "send", refuse)
    return refusing


def test_a_failure_is_tried_again_later_and_then_waits_for_a_person(database, time, sinks, broken):
    with database.begin() as db:
        member = a_member(db)
        session = thursday(db, member.organisation_id, starts_at=THURSDAY + timedelta(days=30))
        booking = seated(db, session, SMS)
    tell(database, BookingMade(booking.id))
    work(database, sinks)
    with database.read() as db:
        [first] = undelivered.failed(db, member)
        assert (first.attempts, first.error, first.contact) == (1, "Refused: 503 overloaded", "+33612345678")
        assert first.next_at == TUESDAY + timedelta(minutes=10)
    for _ in range(30):
        time.pass_by(hours=11)
        work(database, sinks)
    with database.read() as db:
        [dead] = undelivered.failed(db, member)
        assert (dead.attempts, dead.next_at) == (MOST_ATTEMPTS, None)
    broken.clear()
    work(database, sinks)
    assert shorts(sinks) == [], "it waits for a person"
    time.set(TUESDAY + timedelta(days=20))
    with database.begin() as db:
        undelivered.retry(db, member, dead.id)
    work(database, sinks)
    assert len(shorts(sinks)) == 1
    with database.read() as db:
        assert undelivered.failed(db, member) == []


def test_what_somebody_told_by_hand_is_not_sent(database, time, sinks, broken):
    with database.begin() as db:
        member = a_member(db)
        booking = seated(db, thursday(db, member.organisation_id), SMS)
    tell(database, BookingMade(booking.id))
    work(database, sinks)
    with database.begin() as db:
        [failed] = undelivered.failed(db, member)
        undelivered.by_hand(db, member, failed.id)
    broken.clear()
    time.pass_by(hours=1)
    work(database, sinks)
    assert shorts(sinks) == []


def test_others_do_not_see_what_failed(database, time, sinks, broken):
    booking = booked(database, SMS)
    tell(database, BookingMade(booking.id))
    work(database, sinks)
    with database.begin() as db:
        stranger = a_member(db)
        assert undelivered.failed(db, stranger) == []
        with pytest.raises(undelivered.NotFound):
            undelivered.retry(db, stranger, notices_of(database)[0].id)


class Killed(BaseException):
    pass


def test_a_worker_killed_between_sending_and_marking_repeats_once_under_the_same_reference(
    database, time, sinks, monkeypatch
):
    booking = booked(database, SMS)
    tell(database, BookingMade(booking.id))
    sent: list[str] = []

    def send(_url, *, reference, **_message):
        sent.append(reference)
        if len(sent) == 1:
            raise Killed

    monkeypatch.setattr(sms, "send", send)
    with pytest.raises(Killed):
        work(database, sinks)
    work(database, sinks)
    assert len(sent) == 1, "the lease of the killed worker still runs"
    time.pass_by(minutes=6)
    for _ in range(3):
        work(database, sinks)
        time.pass_by(hours=1)
    assert len(sent) == 2
    assert len(set(sent)) == 1


@pytest.mark.slow
def test_several_workers_at_once_send_each_message_once(database, time, sinks, monkeypatch):
    """Each plans, takes news and sends; on PostgreSQL with transactions of their own."""
    with database.begin() as db:
        session = thursday(db, capacity=40)
        told = [seated(db, session, SMS, language="fr") for _ in range(30)]
    for one in told:
        tell(database, BookingMade(one.id))
    sent, lock = list[str](), threading.Lock()

    def send(_url, *, reference, **_message):
        with lock:
            sent.append(reference)

    monkeypatch.setattr(sms, "send", send)
    time.set(THURSDAY - timedelta(days=2))  # reminders are due as well
    url = database.engine.url.render_as_string(hide_password=False)
    others = [database] if database.is_sqlite else [Database(url) for _ in range(4)]

    def run(own: Database):
        def until_done() -> int:
            with own.begin() as db:
                running.sweep(db)
            done = 0
            while outbox.deliver_one(own, running.handlers(sinks)):
                done += 1
            return done

        return until_done

    together([run(own) for own in others * (4 if database.is_sqlite else 1)])
    work(database, sinks)
    for own in others:
        own.dispose()
    assert len(sent) == len(set(sent)) == 60
    assert {one.sent_at is not None for one in notices_of(database)} == {True}


def test_the_log_of_the_outbox_holds_no_number(database, time, sinks, monkeypatch):
    """What a gateway says may repeat the number it was asked for."""
    replies = sms.Refused("400 to +33612345678 is wrong".replace("+33612345678", "***"))

    def refuse(_url, **_message):
        raise replies

    monkeypatch.setattr(sms, "send", refuse)
    booking = booked(database, SMS)
    tell(database, BookingMade(booking.id))
    work(database, sinks)
    with database.read() as db:
        rows = [(one.payload, one.error) for one in db.scalars(sa.select(OutboxEvent))]
    assert "33612345678" not in json.dumps(rows)
