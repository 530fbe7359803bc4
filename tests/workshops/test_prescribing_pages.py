"""A prescriber finds sessions of every organisation, books for somebody else, and sees those bookings and no others."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.permissions import Role
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, Channel, QuotaKind, SeatQuota, Via, WorkshopSession
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating import seats
from pathways.workshops.seating.booking import Wanted
from pathways.workshops.seating.seats import Share
from tests.conftest import SECRET
from tests.web.world import csrf_of
from tests.workshops import offering
from tests.workshops.forms_sent import key_of

CODES = Codes(SECRET)


@pytest.fixture
def prescriber(signed_in):
    browser = signed_in(Role.PRESCRIBER)
    browser.csrf = csrf_of(browser)
    return browser


@pytest.fixture
def held(database):
    """A session of another organisation in Tigrinya, with two seats kept for prescribers, and nothing else free."""
    with database.begin() as db:
        member = offering.member_of(db)
        session = offering.session_of(db, member, place_id=offering.place_of(db, member).id, languages=("ti",), seats=2)
        seats.set_quotas(db, session, [Share(QuotaKind.PRESCRIBERS, "", 2, clock.now() + timedelta(days=5))])
        return session.id


def book(browser, session_id, **typed):
    page = browser.get(f"/sessions/{session_id}/book").text
    key = key_of(page)
    return browser.post(f"/sessions/{session_id}/book", data={"csrf": browser.csrf, "key": key} | typed)


def test_home_is_the_search(prescriber):
    assert prescriber.get("/").headers["location"] == "/bookings/search"
    assert prescriber.get("/bookings/search").status_code == 200


def test_search_by_language_theme_and_where(prescriber, held):
    assert str(held) in prescriber.get("/bookings/search?language=ti&theme=email").text
    assert str(held) not in prescriber.get("/bookings/search?language=uk").text
    assert str(held) not in prescriber.get("/bookings/search?theme=sante").text
    assert str(held) in prescriber.get("/bookings/search?language=x&theme=x&km=x").text
    unknown = prescriber.get("/bookings/search?near=nulle+part+au+monde")
    assert "pas connue" in unknown.text
    assert "?language=ti" in prescriber.get("/bookings/search?language=ti").text


def test_seats_kept_for_prescribers_are_used_without_being_asked_for(prescriber, held, client, database):
    with database.read() as db:
        code = db.get_one(WorkshopSession, held).code
    assert "C'est complet" in client.get(f"/s/{code}").text.replace("&#39;", "'")
    assert book(prescriber, held, label="A.", language="ti").status_code == 303
    with database.read() as db:
        made = db.scalars(sa.select(Booking)).one()
        assert (made.via, made.channel, made.label) == (Via.PRESCRIBER, Channel.PRESCRIBER, "A.")
        assert db.scalars(sa.select(SeatQuota.booked)).one() == 1


def test_own_bookings_only(prescriber, held, signed_in, database):
    assert book(prescriber, held, label="Mien").status_code == 303
    colleague = signed_in(Role.PRESCRIBER, organisation=prescriber.organisation_id)
    colleague.csrf = csrf_of(colleague)
    assert book(colleague, held, label="Autre").status_code == 303
    with database.read() as db:
        ids = {one.label: one.id for one in db.scalars(sa.select(Booking))}
    mine = prescriber.get("/bookings").text
    assert "Mien" in mine
    assert "Autre" not in mine
    assert prescriber.get(f"/bookings/{ids['Mien']}").status_code == 200
    for path in ("", "/cancel", "/move"):
        assert prescriber.get(f"/bookings/{ids['Autre']}{path}").status_code == 404
    for path in ("cancel", "move"):
        data = {"csrf": prescriber.csrf, "to": str(uuid.uuid4())}
        assert prescriber.post(f"/bookings/{ids['Autre']}/{path}", data=data).status_code == 404
    code = CODES.code_of(ids["Autre"])
    assert "Aucune réservation" in prescriber.get(f"/bookings?code={code}").text


def test_cancel_and_move_their_own(prescriber, held, database):
    book(prescriber, held)
    with database.begin() as db:
        first = db.get_one(WorkshopSession, held)
        member = offering.member_of(db, organisation_id=first.organisation_id)
        later = (clock.now() + timedelta(days=20)).date()
        other = offering.session_of(db, member, first.workshop, day=later, languages=("ti",)).id
        booking_id = db.scalars(sa.select(Booking.id)).one()
    reply = prescriber.post(f"/bookings/{booking_id}/move", data={"csrf": prescriber.csrf, "to": str(other)})
    moved = reply.headers["location"]
    assert prescriber.get(moved).status_code == 200
    prescriber.post(f"{moved}/cancel", data={"csrf": prescriber.csrf})
    with database.read() as db:
        assert db.get_one(Booking, uuid.UUID(moved.rsplit("/", 1)[1])).state is BookingState.CANCELLED_BY_PERSON


def test_nothing_of_anybody_else(prescriber, held, database):
    with database.begin() as db:
        other = offering.member_of(db)
        session = offering.session_of(db, other)
        alone = bookings.book(db, CODES, session.id, Wanted(label="Seul")).booking.id
        workshop_id = session.workshop_id
    assert prescriber.get(f"/bookings/{alone}").status_code == 404
    assert prescriber.get(f"/workshops/{workshop_id}").status_code == 404
    for path in ("/learners", "/diagnostics", "/organisation"):
        assert prescriber.get(path).status_code == 403
    assert "Seul" not in prescriber.get("/bookings").text
    assert prescriber.get(f"/sessions/{session.id}").status_code == 404


def test_an_administrator_invites_one(signed_in):
    administrator = signed_in(Role.ADMINISTRATOR)
    page = administrator.get("/organisation").text
    assert 'value="prescriber"' in page
    data = {"csrf": csrf_of(administrator), "role": "prescriber"}
    assert administrator.post("/organisation/invitations", data=data).status_code == 200
