"""From a slip into a space: the link of the slip is the proof, one seat counts once, and nothing is made in vain."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import sessions
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.models import Holder, HolderBooking, HolderEvent
from pathways.database import Database
from pathways.diagnostics.doors import COOKIE, DESK_MARK
from pathways.permissions import Member
from pathways.workshops.attending import attendance
from pathways.workshops.models import BookingState, SessionState, WorkshopSession
from pathways.workshops.seating import booking as bookings
from tests.badges.pages.applying import said
from tests.conftest import SECRET
from tests.web.world import csrf_of, rows_of
from tests.workshops.days import CODES, a_booking, a_mark, a_member, a_session

LINKS = Links(SECRET)
SOMEBODY_ELSES = "Cette place est déjà dans l'espace d'une autre personne."


@dataclass(frozen=True)
class Seat:
    """Of somebody who came to a session of two hours, three hours ago."""

    database: Database
    member: Member
    session_id: uuid.UUID
    booking_id: uuid.UUID

    @property
    def slip(self) -> str:
        return f"/b/{CODES.token_of(self.booking_id)}"

    @property
    def path(self) -> str:
        return f"{self.slip}/badges"

    def space(self) -> str:
        """The link of a space without account."""
        with self.database.begin() as db:
            return f"/h/{holders.create(db, LINKS)[1]}"

    def in_spaces(self) -> list[uuid.UUID]:
        with self.database.read() as db:
            return list(db.scalars(sa.select(HolderBooking.holder_id).filter_by(booking_id=self.booking_id)))

    def holder(self, link: str) -> uuid.UUID:
        with self.database.read() as db:
            return holders.by_token(db, LINKS, link.removeprefix("/h/").partition("?")[0]).id


@pytest.fixture
def seat(database) -> Seat:
    with database.begin() as db:
        member = a_member(db)
        session = a_session(db, member.organisation_id, starts_at=clock.now() - timedelta(hours=3))
        booking = a_booking(db, session, language="ar")
        attendance.mark(db, member, a_mark(booking))
        return Seat(database, member, session.id, booking.id)


def own(link: str) -> dict[str, str]:
    return {"space": "own", "link": link}


def test_the_slip_of_a_session_that_began_leads_to_three_ways(client, seat):
    assert f'href="{seat.path}"' in client.get(seat.slip).text
    before = rows_of(seat.database)
    page = client.get(seat.path)
    assert page.status_code == 200
    assert 'lang="ar"' in page.text
    for one in ("Les e-mails", "Ouvrir un espace sans compte", "J'ai déjà un espace", "J'ai un compte"):
        assert one in said(page), one
    assert f'href="{seat.path}/account"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert rows_of(seat.database) == before, "looking changes nothing"


def test_its_hours_count_in_a_new_space(client, seat):
    made = client.post(seat.path, data={"space": "new"})
    assert made.status_code == 303
    assert re.fullmatch(r"/h/[A-Za-z0-9_-]{43}\?new=1", made.headers["location"])
    with seat.database.read() as db:
        holder = db.get_one(Holder, seat.holder(made.headers["location"]))
        assert holder.language == "ar"
        [attended] = sessions.attended_by(db, holder.id, clock.now())
        assert (attended.session, attended.minutes) == (str(seat.session_id), 120)


def test_a_pasted_link_says_into_which_space_and_twice_is_once(client, seat):
    link = seat.space()
    for pasted in (f" http://testserver{link}?new=1 ", link.removeprefix("/h/")):
        brought = client.post(seat.path, data=own(pasted))
        assert (brought.status_code, brought.headers["location"]) == (303, f"{link}/history")
    assert "Une place d'atelier est entrée dans votre espace." in said(client.get(f"{link}/history"))
    assert seat.in_spaces() == [seat.holder(link)]
    with seat.database.read() as db:
        acts = db.scalars(sa.select(HolderEvent.act).filter_by(holder_id=seat.holder(link))).all()
        assert acts == ["booking_brought"]


def test_a_seat_that_is_in_the_space_of_somebody_else_stays_there(client, seat):
    theirs, mine = seat.space(), seat.space()
    assert client.post(seat.path, data=own(theirs)).status_code == 303
    before = rows_of(seat.database)
    refused = client.post(seat.path, data=own(mine))
    assert refused.status_code == 409
    assert SOMEBODY_ELSES in said(refused)
    assert rows_of(seat.database) == before
    assert seat.in_spaces() == [seat.holder(theirs)]


def test_pressing_twice_makes_one_space_and_says_where_it_is(client, seat):
    assert client.post(seat.path, data={"space": "new"}).status_code == 303
    before = rows_of(seat.database)
    again = client.post(seat.path, data={"space": "new"})
    assert again.status_code == 409
    assert "Son lien l'ouvre" in said(again)
    assert SOMEBODY_ELSES not in said(again), "it may well be their own"
    assert 'name="space"' not in client.get(seat.path).text
    assert rows_of(seat.database) == before


def test_what_opens_no_space_is_refused_and_comes_back_as_it_was_typed(client, seat):
    before = rows_of(seat.database)
    assert client.post(seat.path).status_code == 422
    for link in ("https://autre.example/h/x", "http://testserver/h/me", ""):
        refused = client.post(seat.path, data=own(link))
        assert refused.status_code == 404, link
        assert f'value="{link}"' in refused.text
    assert rows_of(seat.database) == before


def test_the_space_of_an_account_takes_a_form_of_its_own(client, signed_in, seat):
    path = f"{seat.path}/account"
    assert client.get(path).headers["location"].startswith("/sign-in?next=/")
    assert client.post(path).status_code == 401
    somebody = signed_in()
    assert f'action="{path}"' in somebody.get(path).text
    before = rows_of(seat.database)
    assert somebody.post(path, data={"csrf": "x"}).status_code == 403
    assert rows_of(seat.database) == before
    for _ in range(2):
        brought = somebody.post(path, data={"csrf": csrf_of(somebody)})
        assert (brought.status_code, brought.headers["location"]) == (303, "/h/me/history")
    with seat.database.read() as db:
        account_id = db.scalars(sa.select(Holder.account_id).filter_by(id=seat.in_spaces()[0])).one()
        assert account_id is not None
    assert len(seat.in_spaces()) == 1
    other = signed_in()
    refused = other.post(path, data={"csrf": csrf_of(other)})
    assert refused.status_code == 409
    assert SOMEBODY_ELSES in said(refused)


def test_a_link_that_opens_no_slip_brings_nothing(client, seat):
    path = f"/b/{'x' * 43}/badges"
    before = rows_of(seat.database)
    assert client.get(path).status_code == 404
    assert client.post(path, data={"space": "new"}).status_code == 404
    assert rows_of(seat.database) == before


@pytest.mark.parametrize("why", ["ahead", "cancelled", "called off"])
def test_a_seat_that_is_nobodys_hours_is_not_brought(client, signed_in, seat, why):
    with seat.database.begin() as db:
        session = db.get_one(WorkshopSession, seat.session_id)
        if why == "ahead":
            session.starts_at = clock.now() + timedelta(hours=1)
            session.ends_at = clock.now() + timedelta(hours=3)
        elif why == "called off":
            session.state = SessionState.CANCELLED
        else:
            db.get_one(bookings.Booking, seat.booking_id).state = BookingState.CANCELLED_BY_PERSON
    somebody = signed_in()
    before = rows_of(seat.database)
    assert seat.path not in client.get(seat.slip).text
    csrf = csrf_of(somebody)
    for reply in (
        client.get(seat.path),
        client.post(seat.path, data={"space": "new"}),
        somebody.get(f"{seat.path}/account"),
        somebody.post(f"{seat.path}/account", data={"csrf": csrf}),
    ):
        assert (reply.status_code, reply.headers["location"]) == (303, seat.slip)
    assert rows_of(seat.database) == before


def test_a_slip_that_was_given_away_brings_nothing_more(client, seat):
    with seat.database.begin() as db:
        session = db.get_one(WorkshopSession, seat.session_id)
        session.starts_at, session.ends_at = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=3)
        bookings.transfer(db, CODES, db.get_one(bookings.Booking, seat.booking_id), label="B.")
    assert client.post(seat.path, data={"space": "new"}).status_code == 404
    assert seat.in_spaces() == []


def test_at_a_mediators_desk_the_page_shows_itself_to_the_persons_telephone(client, signed_in, seat):
    mediator = signed_in()
    csrf = csrf_of(mediator)
    before = rows_of(seat.database)
    for browser in (client, mediator):
        browser.cookies.set(COOKIE, f"{DESK_MARK}x")
    page = client.get(seat.path)
    assert 'class="qr"' in page.text
    assert "<form" not in page.text
    for reply in (
        client.post(seat.path, data={"space": "new"}),
        mediator.post(f"{seat.path}/account", data={"csrf": csrf}),
    ):
        assert reply.status_code == 409
        assert 'class="qr"' in reply.text
    assert rows_of(seat.database) == before
