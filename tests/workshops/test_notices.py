"""What becomes of the news of bookings: each person is told once, in their language, by their channel, by day."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, outbox, sms
from pathways.database import Database
from pathways.outbox import MOST_ATTEMPTS, OutboxEvent
from pathways.workshops import notices, running, undelivered
from pathways.workshops.codes import closed
from pathways.workshops.events import (
    BookingCancelled,
    BookingMade,
    BookingMoved,
    OfferLapsed,
    SeatsOffered,
    SessionCancelled,
    SessionChanged,
    WaitingEnded,
    WishAnswered,
)
from pathways.workshops.models import (
    Booking,
    BookingState,
    Channel,
    DeskTask,
    DeskTaskKind,
    Notice,
    NoticeKind,
    QuotaKind,
    SeatQuota,
    SessionState,
    WaitingState,
    WaitlistEntry,
    Wish,
    WishState,
    WorkshopSession,
)
from tests.serving import together
from tests.workshops.days import a_member
from tests.workshops.outgoing import (
    CODES,
    MAIL,
    SMS,
    THURSDAY,
    TUESDAY,
    Clock,
    mails,
    seated,
    shorts,
    tell,
    thursday,
    with_sinks,
    work,
)


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def sinks(settings):
    return with_sinks(settings)


def notices_of(database) -> list[Notice]:
    with database.read() as db:
        found = list(db.scalars(sa.select(Notice).order_by(Notice.created_at, Notice.id)))
        db.expunge_all()
        return found


def booked(database, how=MAIL, *, in_days=0, **changed):
    with database.begin() as db:
        return seated(db, thursday(db, starts_at=THURSDAY + timedelta(days=in_days)), how, **changed)


def waits(database, how=SMS, **changed) -> WaitlistEntry:
    """Somebody to whom a seat is offered until tomorrow noon in Paris."""
    with database.begin() as db:
        session = thursday(db)
        held = seated(db, session, how, state=BookingState.HELD, lapses_at=TUESDAY + timedelta(days=1), language="fr")
        entry = WaitlistEntry(
            session_id=session.id,
            number=1,
            state=WaitingState.OFFERED,
            language="fr",
            booking_id=held.id,
            channel=how[0],
            contact=how[1],
            **closed(held.id),
            **changed,
        )
        db.add(entry)
        return entry


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


def test_an_offer_says_until_when(database, time, sinks):
    entry = waits(database)
    tell(database, SeatsOffered(entry.id))
    work(database, sinks)
    [short] = shorts(sinks)
    assert "Répondez avant : 02/12 11:00" in short["text"]
    assert CODES.code_of(entry.id)[:4] in short["text"]


def test_an_offer_that_ran_out_is_not_made(database, time, sinks):
    entry = waits(database)
    tell(database, SeatsOffered(entry.id))
    time.pass_by(days=1, seconds=1)
    work(database, sinks)
    assert shorts(sinks) == []


def test_a_second_offer_is_told_as_well(database, time, sinks):
    entry = waits(database)
    tell(database, SeatsOffered(entry.id))
    work(database, sinks)
    with database.begin() as db:
        session = db.get_one(WorkshopSession, entry.session_id)
        held = seated(db, session, SMS, state=BookingState.HELD, lapses_at=TUESDAY + timedelta(days=1))
        db.get_one(WaitlistEntry, entry.id).booking_id = held.id
    tell(database, SeatsOffered(entry.id))
    work(database, sinks)
    assert len(shorts(sinks)) == 2


def test_an_offer_that_lapsed_says_whether_one_still_waits(database, time, sinks):
    entry = waits(database)
    for state in (WaitingState.WAITING, WaitingState.EXPIRED):
        with database.begin() as db:
            found = db.get_one(WaitlistEntry, entry.id)
            found.state, found.booking_id = state, None if state is WaitingState.EXPIRED else found.booking_id
        tell(database, OfferLapsed(entry.id))
        work(database, sinks)
    assert sorted("Vous attendez toujours." in one["text"] for one in shorts(sinks)) == [False, True]


def test_who_waited_for_a_cancelled_session_is_told(database, time, sinks):
    entry = waits(database, MAIL)
    with database.begin() as db:
        db.get_one(WorkshopSession, entry.session_id).state = SessionState.CANCELLED
        db.get_one(WaitlistEntry, entry.id).state = WaitingState.EXPIRED
    tell(database, WaitingEnded(entry.id))
    work(database, sinks)
    [mail] = mails(sinks)
    assert not mail.is_multipart()
    assert "Cette séance est annulée." in mail.get_content()


def wished(database, how=SMS, **changed) -> Wish:
    """A wish for which a session was opened; it keeps seats until Wednesday noon in Paris."""
    with database.begin() as db:
        session = thursday(db)
        until = TUESDAY + timedelta(days=1)
        db.add(SeatQuota(session_id=session.id, kind=QuotaKind.WISHES, capacity=3, until=until))
        wish = Wish(language="ti", theme="email", commune_code="45234", reads_in="fr", session_id=session.id)
        wish.state, wish.channel, wish.contact = WishState.OFFERED, *how
        wish.code_digest, wish.link_digest, wish.expires_at = "c", "l", TUESDAY + timedelta(days=99)
        for name, value in changed.items():
            setattr(wish, name, value)
        db.add(wish)
        return wish


def test_who_wished_is_told_in_the_language_they_read_and_until_when(database, time, sinks):
    wish = wished(database)
    tell(database, WishAnswered(wish.id))
    work(database, sinks)
    [short] = shorts(sinks)
    assert "Un atelier ouvre." in short["text"]
    assert "Répondez avant : 02/12 11:00" in short["text"]
    assert CODES.code_of(wish.id)[:4] in short["text"]


def test_a_mail_about_a_wish_leads_to_it(database, time, sinks):
    wish = wished(database, MAIL)
    tell(database, WishAnswered(wish.id))
    work(database, sinks)
    [mail] = mails(sinks)
    assert f"/wish/{CODES.token_of(wish.id)}" in mail.get_content()


@pytest.mark.parametrize("state", [WishState.MET, WishState.WITHDRAWN])
def test_a_wish_that_is_met_or_gone_is_not_told(database, time, sinks, state):
    wish = wished(database, state=state)
    tell(database, WishAnswered(wish.id))
    work(database, sinks)
    assert shorts(sinks) == []


# --- by day ------------------------------------------------------------------------------------------------


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


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_tests_clock_is_the_programs(time):
    assert clock.now() == TUESDAY
