"""From a seat that is booked to the message in a mailbox: every part as it really is, the gateways apart."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.outbox import OutboxEvent
from pathways.workshops import codes
from pathways.workshops.models import Channel, DeskTask, Notice, NoticeKind
from pathways.workshops.seating import booking, cancelling, waiting
from pathways.workshops.seating.booking import Wanted
from tests.conftest import SECRET
from tests.workshops.offering import form, member_of, session_of
from tests.workshops.outgoing import Clock, mails, shorts, work

CODES = codes.Codes(SECRET)
BY_MAIL = Wanted(language="ar", channel=Channel.EMAIL, contact="personne@exemple.fr")
BY_SMS = Wanted(language="fr", channel=Channel.SMS, contact="+33612345678")


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch)


def kinds(database) -> list[NoticeKind]:
    with database.read() as db:
        return list(db.scalars(sa.select(Notice.kind).order_by(Notice.created_at, Notice.kind)))


def test_booked_moved_and_cancelled_by_the_person(database, time, sinks):
    with database.begin() as db:
        member = member_of(db)
        session, other = session_of(db, member), session_of(db, member, starts="09:00", ends="11:00")
        made = booking.book(db, CODES, session.id, BY_MAIL)
    work(database, sinks)
    time.pass_by(hours=1)
    with database.begin() as db:
        moved = booking.move(db, CODES, db.get_one(booking.Booking, made.booking.id), other.id)
    work(database, sinks)
    time.pass_by(hours=1)
    with database.begin() as db:
        booking.cancel(db, db.get_one(booking.Booking, moved.booking.id))
    work(database, sinks)
    assert kinds(database) == [NoticeKind.BOOKED, NoticeKind.MOVED, NoticeKind.WITHDRAWN]
    assert len(mails(sinks)) == 3
    with database.read() as db:
        assert db.scalars(sa.select(OutboxEvent)).all() == []


def test_a_freed_seat_is_offered_by_message(database, time, sinks):
    with database.begin() as db:
        session = session_of(db, member_of(db), seats=1)
        made = booking.book(db, CODES, session.id, Wanted())
        waits = waiting.join(db, CODES, session.id, BY_SMS)
        booking.cancel(db, made.booking)
    work(database, sinks)
    [short] = shorts(sinks)
    assert short["text"].startswith("Une place est gardée pour vous.")
    assert waits.code[:4] in short["text"]
    with database.begin() as db:
        waiting.accept(db, CODES, db.get_one(waiting.WaitlistEntry, waits.entry.id))
    work(database, sinks)
    assert set(kinds(database)) == {NoticeKind.OFFERED, NoticeKind.BOOKED}


def test_a_session_is_cancelled_in_one_act_and_everybody_is_told_by_their_channel(database, time, sinks):
    with database.begin() as db:
        member = member_of(db)
        session = session_of(db, member)
        session_of(db, member, day=form().day, starts="09:00", ends="11:00", seats=1)
        for wanted in (BY_MAIL, BY_SMS, Wanted()):
            booking.book(db, CODES, session.id, wanted)
    work(database, sinks)
    time.pass_by(hours=1)
    with database.begin() as db:
        for _ in range(2):
            cancelling.cancel_session(db, member, session.id, reason="La salle est fermée.")
    work(database, sinks)
    assert sorted(kinds(database)) == sorted([NoticeKind.BOOKED, NoticeKind.CANCELLED] * 2)
    told = [next(one.iter_parts()).get_content() for one in mails(sinks)]
    assert sum("La salle est fermée." in one for one in told) == 1
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(DeskTask)) == 1
