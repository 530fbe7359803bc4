"""Who waited and who wished: told of a seat that is kept for them, until when, and of what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways.workshops.codes import closed
from pathways.workshops.events import OfferLapsed, SeatsOffered, WaitingEnded, WishAnswered
from pathways.workshops.models import (
    BookingState,
    QuotaKind,
    SeatQuota,
    SessionState,
    WaitingState,
    WaitlistEntry,
    Wish,
    WishState,
    WorkshopSession,
)
from tests.workshops.outgoing import CODES, MAIL, SMS, TUESDAY, Clock, mails, seated, shorts, tell, thursday, work


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch)


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
