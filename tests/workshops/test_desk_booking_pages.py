"""The desk books for somebody in ten seconds; it finds, moves and cancels."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, ids
from pathways.people.models import LearnerFile
from pathways.permissions import Role
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, Channel, Via, WaitlistEntry, WorkshopSession
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating.booking import Wanted
from tests.conftest import SECRET
from tests.statements import counted
from tests.web.world import csrf_of
from tests.workshops import offering
from tests.workshops.forms_sent import key_of

CODES = Codes(SECRET)


@pytest.fixture
def desk(signed_in, database):
    """A trainer's browser, and two dates of a workshop of their organisation."""
    browser = signed_in(Role.TRAINER)
    with database.begin() as db:
        member = offering.member_of(db, organisation_id=browser.organisation_id)
        place = offering.place_of(db, member)
        workshop = offering.workshop_of(db, member)
        session = offering.session_of(db, member, workshop, place_id=place.id)
        later = (clock.now() + timedelta(days=14)).date()
        other = offering.session_of(db, member, workshop, place_id=place.id, day=later)
        browser.session, browser.other, browser.member = session.id, other.id, member
    browser.csrf = csrf_of(browser)
    return browser


def send(browser, path, **typed):
    page = browser.get(path)
    assert page.status_code == 200, page.text
    key = key_of(page.text)
    return browser.post(path.split("?")[0], data={"csrf": browser.csrf, "key": key} | typed)


def only(database) -> Booking:
    with database.read() as db:
        found = db.scalars(sa.select(Booking)).one()
        db.expunge(found)
        return found


def test_one_key_books_and_the_slip_is_there_to_print(desk, database):
    path = f"/sessions/{desk.session}/book"
    page = desk.get(path).text
    assert re.search(r'<input id="label"[^>]* autofocus', page)  # the first key that is pressed is typed there
    first = re.search(r"<button[^>]*>", page[page.index('id="next"') :])
    assert first
    assert 'value="book"' in first[0]  # what Enter presses
    reply = send(desk, path)
    assert reply.status_code == 303
    made = desk.get(reply.headers["location"]).text
    booking = only(database)
    assert ids.readable(CODES.code_of(booking.id)) in made
    assert re.search(r"<button[^>]*data-print autofocus", made)  # Enter prints, and the next one is a Tab away
    assert 'id="next"' in made
    assert (booking.via, booking.party, booking.channel, booking.label) == (Via.DESK, 1, Channel.NONE, "")
    assert booking.booked_by is not None


def test_who_it_is_for_how_many_and_in_which_language(desk, database):
    reply = send(
        desk,
        f"/sessions/{desk.session}/book",
        label="B.",
        party="3",
        language="ar",
        needs=["wheelchair", "interpreter"],
    )
    booking = only(database)
    assert (booking.label, booking.party, booking.language) == ("B.", 3, "ar")
    assert booking.needs == ["interpreter", "wheelchair"]
    page = desk.get(reply.headers["location"]).text
    assert 'lang="ar"' not in page.split("<main", 1)[0]  # the desk's page stays the desk's
    assert re.search(r'<option value="ar"[^>]* selected', page)  # a group speaks one language


def test_sent_twice_it_books_once(desk, database):
    path = f"/sessions/{desk.session}/book"
    data = {"csrf": desk.csrf, "key": uuid.uuid4().hex, "party": "2"}
    first, again = desk.post(path, data=data), desk.post(path, data=data)
    assert first.headers["location"] == again.headers["location"]
    assert only(database).party == 2


def test_the_next_person_typed_into_the_form_of_the_last_is_not_lost(desk, database):
    """Back in the browser, and the form still has the key of who was booked."""
    path = f"/sessions/{desk.session}/book"
    sent = {"csrf": desk.csrf, "key": uuid.uuid4().hex, "label": "A."}
    assert desk.post(path, data=sent).status_code == 303
    for other in ({"label": "B."}, {"party": "2"}, {"language": "ar"}, {"needs": "wheelchair"}):
        reply = desk.post(path, data=sent | other)
        assert reply.status_code == 409
        assert "Ce formulaire a déjà servi" in reply.text
        assert key_of(reply.text) != sent["key"]
    again = desk.post(path, data=sent | {"label": "B.", "key": key_of(reply.text)})
    assert again.status_code == 303
    with database.read() as db:
        assert set(db.scalars(sa.select(Booking.label))) == {"A.", "B."}


def test_a_refused_form_may_be_sent_again_as_it_is(desk, database):
    path = f"/sessions/{desk.session}/book"
    sent = {"csrf": desk.csrf, "key": uuid.uuid4().hex}
    for booked, status in ((8, 409), (7, 303)):
        with database.begin() as db:
            db.execute(sa.update(WorkshopSession).filter_by(id=desk.session).values(booked=booked))
        assert desk.post(path, data=sent).status_code == status


def test_a_full_session_keeps_what_was_typed_and_offers_the_list(desk, database):
    with database.begin() as db:
        db.execute(sa.update(WorkshopSession).filter_by(id=desk.session).values(booked=8))
    reply = send(desk, f"/sessions/{desk.session}/book", label="C.", party="2")
    assert reply.status_code == 409
    assert 'value="C."' in reply.text
    assert 'value="wait"' in reply.text
    reply = send(desk, f"/sessions/{desk.session}/book", label="C.", party="2", go="wait")
    assert reply.status_code == 303
    with database.read() as db:
        entry = db.scalars(sa.select(WaitlistEntry)).one()
        assert (entry.label, entry.party) == ("C.", 2)
        entry_id = entry.id
    page = desk.get(reply.headers["location"]).text
    assert "Vous attendez une place." in page
    assert ids.readable(CODES.code_of(entry_id)) in page
    found = desk.get(f"/bookings?code={CODES.code_of(entry_id)}").headers["location"]
    assert found == f"/w/{CODES.token_of(entry_id)}"


def test_for_somebody_with_a_file_once(desk, database):
    with database.begin() as db:
        file = LearnerFile(organisation_id=desk.organisation_id, label="mardi", sought="mardi")
        db.add(file)
        db.flush()
        file_id = str(file.id)
    path = f"/sessions/{desk.session}/book?file={file_id}"
    assert "mardi" in desk.get(path).text
    assert send(desk, path, file=file_id).status_code == 303
    assert str(only(database).file_id) == file_id
    assert send(desk, path, file=file_id).status_code == 409


def test_the_file_of_another_organisation_does_not_exist(desk, signed_in, database):
    other = signed_in(Role.TRAINER)
    with database.begin() as db:
        file = LearnerFile(organisation_id=other.organisation_id, label="mardi", sought="mardi")
        db.add(file)
        db.flush()
        file_id = str(file.id)
    assert desk.get(f"/sessions/{desk.session}/book?file={file_id}").status_code == 404
    assert send(desk, f"/sessions/{desk.session}/book", file=file_id).status_code == 404


def test_the_list_finds_by_code_and_opens_one(desk, database):
    send(desk, f"/sessions/{desk.session}/book", label="D.")
    booking = only(database)
    listed = desk.get("/bookings").text
    assert "D." in listed
    assert ids.readable(CODES.code_of(booking.id)) in listed
    found = desk.get(f"/bookings?code={CODES.code_of(booking.id).lower()}")
    assert found.headers["location"] == f"/bookings/{booking.id}"
    assert desk.get(found.headers["location"]).status_code == 200
    assert "Aucune réservation" in desk.get("/bookings?code=2222-2222").text


def test_cancel_and_move_at_the_desk(desk, database):
    send(desk, f"/sessions/{desk.session}/book")
    booking = only(database)
    page = desk.get(f"/bookings/{booking.id}").text
    assert str(desk.other) in page
    reply = desk.post(f"/bookings/{booking.id}/move", data={"csrf": desk.csrf, "to": str(desk.other)})
    moved = reply.headers["location"]
    assert moved != f"/bookings/{booking.id}"
    assert desk.get(moved).status_code == 200
    assert desk.post(f"{moved}/cancel", data={"csrf": desk.csrf}).headers["location"] == moved
    with database.read() as db:
        assert sorted(db.scalars(sa.select(Booking.state))) == sorted(
            [BookingState.MOVED, BookingState.CANCELLED_BY_PERSON]
        )
        assert db.get_one(WorkshopSession, desk.other).booked == 0
    assert "annulée par la personne" in desk.get(moved).text


def test_what_a_person_booked_alone_is_in_the_list_of_who_holds_the_session(desk, database, signed_in):
    with database.begin() as db:
        booking_id = bookings.book(db, CODES, desk.session, Wanted(label="E.")).booking.id
    assert "E." in desk.get("/bookings").text
    stranger = signed_in(Role.TRAINER)
    assert stranger.get(f"/bookings/{booking_id}").status_code == 404
    assert "E." not in stranger.get("/bookings").text
    csrf = csrf_of(stranger)
    assert stranger.post(f"/bookings/{booking_id}/cancel", data={"csrf": csrf}).status_code == 404


def test_a_draft_of_another_organisation_does_not_exist(desk, signed_in, database):
    with database.begin() as db:
        draft = offering.session_of(db, desk.member, publish=False).id
    assert desk.get(f"/sessions/{draft}/book").status_code == 200
    assert signed_in(Role.TRAINER).get(f"/sessions/{draft}/book").status_code == 404


def test_the_list_goes_on_page_by_page(desk, database, monkeypatch):
    monkeypatch.setattr("pathways.workshops.pages.desk_booking.ROWS", 2)
    with database.begin() as db:
        for number in range(3):
            bookings.book(db, CODES, desk.session, Wanted(label=f"P{number}"))
    first = desk.get("/bookings").text
    following = re.search(r'href="(/bookings\?cursor=[^"&]+)"', first)
    assert following
    second = desk.get(following[1]).text
    assert sum(f"P{number}" in first for number in range(3)) == 2
    assert sum(f"P{number}" in second for number in range(3)) == 1


def test_longer_lists_ask_the_database_no_more_often(desk, database, app):
    def ask(path):
        with counted(app) as statements:
            assert desk.get(path).status_code == 200
        return len(statements)

    paths = ("/bookings", "/bookings/search", f"/sessions/{desk.session}/book")
    with database.begin() as db:
        bookings.book(db, CODES, desk.session, Wanted())
    few = [ask(path) for path in paths]
    with database.begin() as db:
        for number in range(6):
            bookings.book(db, CODES, desk.session, Wanted(label=f"P{number}"))
        day = (clock.now() + timedelta(days=21)).date()
        more = offering.session_of(db, desk.member, day=day)
        bookings.book(db, CODES, more.id, Wanted())
    assert [ask(path) for path in paths] == few
