"""What becomes of the news of seats: each person is told once, in their language, by their channel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways import clock, sms
from pathways.workshops.events import BookingCancelled, BookingMade, BookingMoved, SessionCancelled, SessionChanged
from pathways.workshops.models import Booking, BookingState, Channel, NoticeKind, SessionState, WorkshopSession
from tests.workshops.outgoing import (
    CODES,
    SMS,
    THURSDAY,
    TUESDAY,
    Clock,
    booked,
    mails,
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


def test_a_mail_in_both_languages_with_a_calendar_entry(database, time, sinks):
    booking = booked(database)
    tell(database, BookingMade(booking.id))
    assert work(database, sinks) == 2
    [mail] = mails(sinks)
    assert mail["To"] == "personne@exemple.fr"
    assert "Votre place est réservée." in mail["Subject"]
    [body, calendar] = mail.iter_parts()
    text = body.get_content()
    assert "الخميس" in text
    assert "jeudi 3 décembre 2026" in text
    assert text.count(f"http://testserver/b/{CODES.token_of(booking.id)}") == 2
    assert (calendar.get_content_type(), calendar.get_param("method")) == ("text/calendar", "REQUEST")
    assert str(booking.id) in calendar.get_content()
    [notice] = notices_of(database)
    assert (notice.kind, notice.sent_at, notice.dropped) == (NoticeKind.BOOKED, TUESDAY, "")
    assert str(notice.id) in mail["Message-ID"]


def test_a_short_message_in_ones_own_language(database, time, sinks):
    booking = booked(database, SMS, language="fr")
    tell(database, BookingMade(booking.id))
    work(database, sinks)
    [short] = shorts(sinks)
    assert short["to"] == "+33612345678"
    assert short["text"].splitlines()[:3] == ["Votre place est réservée.", "Les e-mails", "jeudi 03/12 14:00"]
    assert "/booking" in short["text"]
    assert short["reference"] == str(notices_of(database)[0].id)


def test_the_same_news_twice_is_told_once(database, time, sinks):
    booking = booked(database)
    for _ in range(2):
        tell(database, BookingMade(booking.id))
    work(database, sinks)
    assert len(mails(sinks)) == len(notices_of(database)) == 1


def test_two_changes_are_told_twice(database, time, sinks):
    booking = booked(database)
    for _ in range(2):
        with database.begin() as db:
            db.get_one(WorkshopSession, booking.session_id).version += 1
            db.get_one(Booking, booking.id).sequence += 1
        tell(database, SessionChanged(booking.id))
        work(database, sinks)
    assert [one.kind for one in notices_of(database)] == [NoticeKind.CHANGED] * 2
    assert len(mails(sinks)) == 2


def test_what_is_no_longer_true_is_not_sent(database, time, sinks):
    booking = booked(database)
    tell(database, BookingMade(booking.id))
    with database.begin() as db:
        db.get_one(Booking, booking.id).state = BookingState.CANCELLED_BY_PERSON
    work(database, sinks)
    assert mails(sinks) == []
    assert [one.dropped for one in notices_of(database)] == ["over"]


def test_nothing_is_sent_to_a_contact_that_was_taken_away(database, time, sinks):
    booking = booked(database)
    tell(database, BookingMade(booking.id))
    with database.begin() as db:
        found = db.get_one(Booking, booking.id)
        found.channel, found.contact = Channel.NONE, ""
    work(database, sinks)
    assert mails(sinks) == []


def test_a_cancellation_takes_the_entry_out_of_the_calendar(database, time, sinks):
    booking = booked(database, state=BookingState.CANCELLED_BY_PERSON)
    tell(database, BookingCancelled(booking.id))
    work(database, sinks)
    [mail] = mails(sinks)
    [_, calendar] = mail.iter_parts()
    assert calendar.get_param("method") == "CANCEL"
    assert "METHOD:CANCEL" in calendar.get_content()


def test_a_move_puts_one_entry_there_and_takes_the_other_away(database, time, sinks):
    with database.begin() as db:
        session = thursday(db)
        after = seated(db, thursday(db, session.organisation_id, starts_at=THURSDAY + timedelta(days=7)))
        seated(db, session, state=BookingState.MOVED, moved_to_id=after.id)
    tell(database, BookingMoved(after.id))
    work(database, sinks)
    [mail] = mails(sinks)
    [body, *calendars] = mail.iter_parts()
    assert "10 décembre" in body.get_content()
    assert [one.get_param("method") for one in calendars] == ["REQUEST", "CANCEL"]


def test_a_cancelled_session_says_why_and_what_is_kept_instead(database, time, sinks):
    with database.begin() as db:
        session = thursday(db, state=SessionState.CANCELLED, reason="La salle est fermée.")
        other = seated(
            db,
            thursday(db, session.organisation_id, starts_at=THURSDAY + timedelta(days=1)),
            state=BookingState.HELD,
            lapses_at=TUESDAY + timedelta(hours=5),
        )
        lost = seated(db, session, state=BookingState.CANCELLED_BY_STRUCTURE, moved_to_id=other.id)
        told_short = seated(db, session, SMS, state=BookingState.CANCELLED_BY_STRUCTURE, moved_to_id=other.id)
    for one in (lost, told_short):
        tell(database, SessionCancelled(one.id))
    work(database, sinks)
    [mail] = mails(sinks)
    text = next(mail.iter_parts()).get_content()
    assert "La salle est fermée." in text
    assert "vendredi 4 décembre" in text
    assert "mardi 1 décembre 2026, \u206816:00\u2069" in text
    assert f"/b/{CODES.token_of(lost.id)}" in text, "the slip that they have leads to it"
    [short] = shorts(sinks)
    assert "04/12 14:00" in short["text"]
    assert sms.segments(short["text"]) <= 2


def test_the_tests_clock_is_the_programs(time):
    assert clock.now() == TUESDAY
