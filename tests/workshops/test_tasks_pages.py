"""People whom no machine can tell: the desk reads what to say, in their language and in French."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.permissions import Role
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    Booking,
    BookingState,
    DeskTask,
    DeskTaskKind,
    WaitingState,
    WaitlistEntry,
    WorkshopSession,
)
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating import cancelling, waiting
from pathways.workshops.seating.booking import Wanted
from tests.conftest import SECRET
from tests.statements import counted
from tests.web.world import csrf_of
from tests.workshops import offering

CODES = Codes(SECRET)


@pytest.fixture
def desk(signed_in, database):
    browser = signed_in(Role.TRAINER)
    with database.begin() as db:
        member = offering.member_of(db, organisation_id=browser.organisation_id)
        workshop = offering.workshop_of(db, member)
        place = offering.place_of(db, member).id
        session = offering.session_of(db, member, workshop, place_id=place, seats=1)
        later = (clock.now() + timedelta(days=14)).date()
        other = offering.session_of(db, member, workshop, place_id=place, day=later)
        browser.session, browser.other, browser.member = session.id, other.id, member
        browser.first = bookings.book(db, CODES, session.id, Wanted(language="ti", label="A.")).booking.id
    browser.csrf = csrf_of(browser)
    return browser


def offered(desk, database):
    """Somebody without a channel waits, and the only seat comes free."""
    with database.begin() as db:
        entry = waiting.join(db, CODES, desk.session, Wanted(language="ar", label="B.")).entry
        bookings.cancel(db, db.get_one(Booking, desk.first))
        return entry.id


def task_id(database):
    with database.read() as db:
        return db.scalars(sa.select(DeskTask.id).where(DeskTask.done_at.is_(None))).one()


def test_an_offer_is_told_in_both_languages_and_accepted_for_them(desk, database):
    offered(desk, database)
    page = desk.get("/tasks").text
    assert "Une place est gardée pour vous." in page
    assert 'lang="ar" dir="rtl"' in page
    assert "Répondez avant" in page
    assert "B." in page
    desk.get(f"/tasks/{task_id(database)}/accept")
    task = task_id(database)  # looking did nothing
    reply = desk.post(f"/tasks/{task}/accept", data={"csrf": desk.csrf})
    assert "made=" in reply.headers["location"]
    assert desk.get(reply.headers["location"]).status_code == 200
    with database.read() as db:
        assert db.scalars(sa.select(WaitlistEntry.state)).one() is WaitingState.ACCEPTED
        assert db.get_one(DeskTask, task).done_at is not None
    assert "Il n'y a personne à prévenir." in html.unescape(desk.get("/tasks").text)


def test_an_offer_that_they_do_not_want_goes_to_the_next(desk, database):
    offered(desk, database)
    desk.post(f"/tasks/{task_id(database)}/decline", data={"csrf": desk.csrf})
    with database.read() as db:
        assert db.scalars(sa.select(WaitlistEntry.state)).one() is WaitingState.DECLINED
        assert db.get_one(WorkshopSession, desk.session).held == 0


def test_a_cancelled_session_its_reason_and_the_seat_that_is_kept(desk, database):
    with database.begin() as db:
        cancelling.cancel_session(db, desk.member, desk.session, reason="La salle est fermée.")
        assert db.get_one(Booking, desk.first).state is BookingState.CANCELLED_BY_STRUCTURE
    page = desk.get("/tasks").text
    assert "Cet atelier est annulé." in page
    assert "La salle est fermée." in page
    assert "Une place est gardée pour vous." in page
    task = task_id(database)
    for _ in range(2):
        assert desk.post(f"/tasks/{task}/done", data={"csrf": desk.csrf}).status_code == 303
    assert "Il n'y a personne à prévenir." in html.unescape(desk.get("/tasks").text)


@pytest.mark.parametrize("kind", [one for one in DeskTaskKind if one is not DeskTaskKind.OFFER])  # told above
def test_each_kind_has_words(desk, database, kind):
    with database.begin() as db:
        db.add(DeskTask(organisation_id=desk.organisation_id, kind=kind, booking_id=desk.first))
    page = desk.get("/tasks")
    assert page.status_code == 200
    assert "A." in page.text


def test_the_tasks_of_others_do_not_exist(desk, database, signed_in):
    offered(desk, database)
    task = task_id(database)
    stranger = signed_in(Role.TRAINER)
    assert "B." not in stranger.get("/tasks").text
    for act in ("done", "accept", "decline"):
        assert stranger.post(f"/tasks/{task}/{act}", data={"csrf": csrf_of(stranger)}).status_code == 404
    prescriber = signed_in(Role.PRESCRIBER, organisation=desk.organisation_id)
    assert "B." not in prescriber.get("/tasks").text
    assert prescriber.post(f"/tasks/{task}/done", data={"csrf": csrf_of(prescriber)}).status_code == 404


def test_many_tasks_ask_the_database_no_more_often(desk, database, app):
    def ask():
        with counted(app) as statements:
            assert desk.get("/tasks").status_code == 200
        return len(statements)

    def add():
        with database.begin() as db:
            made = bookings.book(db, CODES, desk.other, Wanted()).booking.id
            db.add(DeskTask(organisation_id=desk.organisation_id, kind=DeskTaskKind.REMINDER, booking_id=made))

    add()
    few = ask()
    for _ in range(6):
        add()
    assert ask() == few
