"""The calendar entry of a booking: one identity, a sequence that only rises, taken back as CANCEL."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from pathways import clock, i18n
from pathways.settings import Settings
from pathways.workshops.codes import Codes
from pathways.workshops.models import Channel
from pathways.workshops.notifying import calendars
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating import cancelling, seeking
from pathways.workshops.seating.booking import Wanted
from tests.workshops import offering

SECRET = b"a secret for tests, thirty-two bytes or more"
CODES, SETTINGS = Codes(SECRET), Settings(url="https://pathways.exemple.fr", secret=SECRET)


@pytest.fixture
def made(db):
    member = offering.member_of(db)
    workshop = offering.workshop_of(db, member)
    place = offering.place_of(db, member).id
    session = offering.session_of(db, member, workshop, place_id=place)
    later = (clock.now() + timedelta(days=14)).date()
    other = offering.session_of(db, member, workshop, place_id=place, day=later)
    one = bookings.book(db, CODES, session.id, Wanted(language="ti", label="A.")).booking
    return member, session, other, one


def entry(db, booking) -> tuple[str, Any]:
    session = seeking.by_ids(db, [booking.session_id])[booking.session_id]
    calendar = Calendar.from_ical(calendars.of_booking(booking, session, SETTINGS, CODES))
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


def test_a_request_in_two_languages_at_a_moment_in_utc(db, made):
    _, session, _, booking = made
    method, event = entry(db, booking)
    assert method == "REQUEST"
    assert event["UID"] == f"{booking.id}@pathways.exemple.fr"
    assert event["STATUS"] == "CONFIRMED"
    assert event["SUMMARY"] == "ኢመይለይ"
    assert event["SUMMARY"].params["LANGUAGE"] == "ti"
    text = str(event["DESCRIPTION"])
    assert "Mes e-mails" in text
    assert "14:00 – 16:00" in text
    assert f"https://pathways.exemple.fr/b/{CODES.token_of(booking.id)}" in text
    assert "Médiathèque, 1 place du Marché, 45000 Orléans" in str(event["LOCATION"])
    assert event["DTSTART"].dt == session.starts_at
    assert event["DTSTART"].dt.tzinfo is UTC or event["DTSTART"].dt.utcoffset() == timedelta()
    assert b"VTIMEZONE" not in calendars.of_booking(booking, session, SETTINGS, CODES)
    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert str(event["ATTENDEE"]) == f"urn:uuid:{booking.id}"
    assert event.walk("VALARM")


def test_the_same_entry_made_twice_is_the_same_file(db, made):
    _, session, _, booking = made
    files = {calendars.of_booking(booking, session, SETTINGS, CODES) for _ in range(2)}
    assert len(files) == 1


def test_the_sequence_only_rises_and_the_uid_stays(db, made):
    _, session, _, booking = made
    _, first = entry(db, booking)
    session.version += 1
    db.flush()
    _, changed = entry(db, booking)
    bookings.cancel(db, booking)
    method, gone = entry(db, booking)
    assert method == "CANCEL"
    assert gone["STATUS"] == "CANCELLED"
    assert first["SEQUENCE"] < changed["SEQUENCE"] < gone["SEQUENCE"]
    assert len({str(one["UID"]) for one in (first, changed, gone)}) == 1
    assert len({str(one["ORGANIZER"]) for one in (first, changed, gone)}) == 1
    assert CODES.code_of(booking.id)[:4] not in str(gone["DESCRIPTION"])
    assert "URL" not in gone


def test_a_cancelled_session_takes_the_entry_back(db, made):
    member, session, _, booking = made
    _, first = entry(db, booking)
    cancelling.cancel_session(db, member, session.id, reason="La salle est fermée.")
    db.refresh(booking)
    method, gone = entry(db, booking)
    assert (method, gone["UID"]) == ("CANCEL", first["UID"])
    assert gone["SEQUENCE"] > first["SEQUENCE"]


def test_moved_the_old_entry_goes_and_a_new_one_comes(db, made):
    _, _, other, booking = made
    moved = bookings.move(db, CODES, booking, other.id).booking
    assert entry(db, booking)[0] == "CANCEL"
    method, event = entry(db, moved)
    assert method == "REQUEST"
    assert event["UID"] != f"{booking.id}@pathways.exemple.fr"


def test_an_address_is_the_attendee(db, made):
    _, session, _, _ = made
    wanted = Wanted(channel=Channel.EMAIL, contact="une.personne@exemple.fr")
    booking = bookings.book(db, CODES, session.id, wanted).booking
    assert str(entry(db, booking)[1]["ATTENDEE"]) == "mailto:une.personne@exemple.fr"


@pytest.mark.parametrize("language", list(i18n.languages()))
def test_lines_are_short_enough_in_each_language(db, made, language):
    """RFC 5545, 3.1: 75 octets, so that no reader cuts a letter in two."""
    _, session, _, booking = made
    booking.language = language
    file = calendars.of_booking(booking, session, SETTINGS, CODES)
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert file.decode().startswith("BEGIN:VCALENDAR")
