"""A slip and what its holder may do with it; a place in the waiting list; looking never acts."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, ids
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, Channel, WaitingState, WaitlistEntry, WorkshopSession
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating import cancelling, waiting
from pathways.workshops.seating.booking import Wanted
from tests.conftest import SECRET
from tests.web.world import rows_of
from tests.workshops import offering
from tests.workshops.forms_sent import key_of

CODES = Codes(SECRET)


@pytest.fixture
def made(database):
    """A booking of two for somebody who reads Tigrinya, in a session that has another date a week later."""
    with database.begin() as db:
        member = offering.member_of(db)
        place = offering.place_of(db, member)
        workshop = offering.workshop_of(db, member, equipment=("own_phone",), price="")
        session = offering.session_of(db, member, workshop, place_id=place.id, meeting_url="https://visio.exemple.fr/a")
        later = (clock.now() + timedelta(days=14)).date()
        other = offering.session_of(db, member, workshop, place_id=place.id, day=later)
        one = bookings.book(db, CODES, session.id, Wanted(party=2, language="ti", label="A.", needs=("interpreter",)))
        return {
            "member": member,
            "session": session.id,
            "other": other.id,
            "booking": one.booking.id,
            "code": one.code,
            "path": f"/b/{one.token}",
            "session_code": session.code,
        }


def state(database, booking_id):
    with database.read() as db:
        return db.get_one(Booking, booking_id).state


def test_the_slip_is_in_their_language_whatever_the_browser_last_read(client, made):
    client.cookies.set("language", "ar")
    page = client.get(made["path"])
    assert page.status_code == 200
    assert 'lang="ti" dir="ltr"' in page.text
    assert "ኢመይለይ" in page.text
    assert "Mes e-mails" in page.text
    assert ids.readable(made["code"]) in page.text
    assert "<svg" in page.text
    assert "A." in page.text
    assert "Un interprète" in page.text
    assert "https://visio.exemple.fr/a" in page.text
    assert "/near/places/" in page.text
    assert 'lang="ar"' in client.get(f"{made['path']}?lang=ar").text
    assert client.get(f"{made['path']}/language/ar").headers["location"] == f"{made['path']}?lang=ar"


def test_no_copy_no_index_and_no_address_told(client, made):
    for path in ("", "/cancel", "/move", "/transfer", "/calendar.ics", "/language"):
        page = client.get(made["path"] + path)
        assert page.status_code == 200, path
        assert page.headers["cache-control"] == "no-store"
        assert "noindex" in page.headers["x-robots-tag"]
        assert page.headers["referrer-policy"] == "same-origin"


def test_looking_at_any_link_changes_nothing(client, made, database):
    before = rows_of(database)
    for path in ("", "/cancel", "/move", "/transfer", "/confirm", "/done", "/calendar.ics"):
        client.get(made["path"] + path)
        client.head(made["path"] + path)
    assert rows_of(database) == before
    assert state(database, made["booking"]) is BookingState.CONFIRMED


def test_another_token_opens_nothing(client, made):
    assert client.get("/b/" + "x" * 43).status_code == 404
    assert client.post("/b/" + "x" * 43 + "/cancel").status_code == 404
    assert client.get(f"/b/{made['code']}").status_code == 404


def test_cancel_asks_first_and_is_done_once(client, made, database):
    assert "Annuler votre réservation ?" in client.get(f"{made['path']}/cancel").text.replace("\u00a0", " ")
    for _ in range(2):
        assert client.post(f"{made['path']}/cancel").headers["location"] == made["path"]
    assert state(database, made["booking"]) is BookingState.CANCELLED_BY_PERSON
    with database.read() as db:
        assert db.get_one(WorkshopSession, made["session"]).booked == 0
    page = client.get(made["path"]).text
    assert "Cette réservation est annulée." in page
    assert ids.readable(made["code"]) not in page
    assert "visio.exemple.fr" not in page
    assert client.get(f"{made['path']}/cancel").status_code == 303


def test_move_to_another_date(client, made, database):
    page = client.get(f"{made['path']}/move").text
    assert f'value="{made["other"]}"' in page
    reply = client.post(f"{made['path']}/move", data={"to": str(made["other"])})
    assert reply.status_code == 303
    assert reply.headers["location"] != made["path"]
    assert client.get(reply.headers["location"]).status_code == 200
    assert state(database, made["booking"]) is BookingState.MOVED
    old = client.get(made["path"]).text
    assert f'href="{reply.headers["location"]}"' in old
    again = client.post(f"{made['path']}/move", data={"to": str(made["other"])})
    assert again.headers["location"] == made["path"]
    with database.read() as db:
        assert [db.get_one(WorkshopSession, one).booked for one in (made["session"], made["other"])] == [0, 2]


def test_move_only_to_what_is_offered(client, made, database):
    with database.begin() as db:
        member = offering.member_of(db)
        far = offering.session_of(db, member, offering.workshop_of(db, member, theme="sante")).id
    assert client.post(f"{made['path']}/move", data={"to": str(far)}).status_code == 409
    assert client.post(f"{made['path']}/move", data={"to": "x"}).headers["location"] == made["path"]
    assert state(database, made["booking"]) is BookingState.CONFIRMED


def test_given_to_a_relative_the_old_slip_is_dead(client, made, database):
    page = client.get(f"{made['path']}/transfer").text
    key = key_of(page)
    reply = client.post(f"{made['path']}/transfer", data={"key": key, "label": "B."})
    new = reply.headers["location"]
    assert new != made["path"]
    assert "B." in client.get(new).text
    assert client.get(made["path"]).status_code == 404
    assert client.post("/booking", data={"code": made["code"]}).status_code == 404
    assert client.post(f"{made['path']}/transfer", data={"key": key}).headers["location"] == new  # a lost answer
    assert client.post(f"{made['path']}/transfer", data={"key": "another"}).status_code == 404
    with database.read() as db:
        assert db.get_one(WorkshopSession, made["session"]).booked == 2


def test_the_code_opens_the_slip_as_people_type_it_and_wrong_ones_are_counted(client, made):
    typed = f" {made['code'][:4].lower()} {made['code'][4:]} "
    assert client.post("/booking", data={"code": typed}).headers["location"] == made["path"]
    for _ in range(bookings.WRONG_TRIES):
        assert client.post("/booking", data={"code": "22222222"}).status_code == 404
    assert client.post("/booking", data={"code": made["code"]}).status_code == 429


def test_when_the_session_is_cancelled_the_slip_offers_the_nearest_other_seat(client, made, database):
    with database.begin() as db:
        cancelling.cancel_session(db, made["member"], made["session"], reason="La salle est fermée.")
    page = client.get(made["path"]).text
    assert "La salle est fermée." in page
    assert "Une place est gardée pour vous." in page
    assert ids.readable(made["code"]) not in page
    client.get(f"{made['path']}/confirm")
    with database.read() as db:
        assert db.get_one(WorkshopSession, made["other"]).booked == 0
    reply = client.post(f"{made['path']}/confirm")
    assert client.get(reply.headers["location"]).status_code == 200
    assert client.post(f"{made['path']}/confirm").headers["location"] == reply.headers["location"]
    with database.read() as db:
        assert db.get_one(WorkshopSession, made["other"]).booked == 2


def test_where_no_seat_is_left_who_lost_one_waits_first(client, made, database):
    with database.begin() as db:
        db.execute(sa.update(WorkshopSession).filter_by(id=made["other"]).values(booked=8))
        waiting.join(db, CODES, made["other"], Wanted(label="Avant"))
        cancelling.cancel_session(db, made["member"], made["session"], reason="La salle est fermée.")
    page = client.get(made["path"]).text
    assert f'value="{made["other"]}"' in page
    client.get(f"{made['path']}/wait")
    assert client.post(f"{made['path']}/wait", data={"to": "x"}).headers["location"] == made["path"]
    reply = client.post(f"{made['path']}/wait", data={"to": str(made["other"])})
    assert "Personne n'attend avant vous." in client.get(reply.headers["location"]).text.replace("&#39;", "'")


def test_after_the_start_nothing_changes_any_more(client, made, database):
    with database.begin() as db:
        values = {"starts_at": clock.now() - timedelta(hours=1), "ends_at": clock.now() + timedelta(hours=1)}
        db.execute(sa.update(WorkshopSession).filter_by(id=made["session"]).values(values))
    page = client.get(made["path"]).text
    assert ids.readable(made["code"]) in page
    assert f"{made['path']}/cancel" not in page
    client.post(f"{made['path']}/cancel")
    client.post(f"{made['path']}/transfer", data={"key": "once"})
    assert state(database, made["booking"]) is BookingState.CONFIRMED


@pytest.fixture
def waits(database, made):
    """Somebody who waits for a seat of a session that is full now."""
    with database.begin() as db:
        session = db.get_one(WorkshopSession, made["session"])
        session.capacity = 2
        db.flush()
        found = waiting.join(db, CODES, session.id, Wanted(language="fr", label="C."))
        return f"/w/{found.token}", found.entry.id


def test_waiting_then_offered_then_a_slip(client, made, waits, database):
    path, _ = waits
    page = client.get(path)
    assert "Vous attendez une place." in page.text
    assert "noindex" in page.headers["x-robots-tag"]
    client.post(f"{made['path']}/cancel")
    offered = client.get(path).text
    assert "Une place est gardée pour vous." in offered
    assert "Répondez avant" in offered
    client.get(f"{path}/accept")
    with database.read() as db:
        assert db.scalars(sa.select(WaitlistEntry.state)).one() is WaitingState.OFFERED
    reply = client.post(f"{path}/accept")
    slip = reply.headers["location"]
    assert slip.startswith("/b/")
    assert client.get(slip).status_code == 200
    assert client.get(path).headers["location"] == slip
    assert client.post(f"{path}/accept").headers["location"] == slip


def test_near_the_start_who_waits_sees_that_they_may_come(client, made, waits, database):
    path, _ = waits
    with database.begin() as db:
        begins = clock.now() + timedelta(hours=3)
        values = {"starts_at": begins, "ends_at": begins + timedelta(hours=2), "closes_at": begins}
        db.execute(sa.update(WorkshopSession).filter_by(id=made["session"]).values(values))
    assert f"{path}/accept" not in client.get(path).text  # it is full
    client.post(f"{made['path']}/cancel")
    page = client.get(path).text
    assert f'action="{path}/accept"' in page
    assert f'action="{path}/withdraw"' in page
    assert client.post(f"{path}/accept").headers["location"].startswith("/b/")


def test_nobody_takes_what_is_not_offered(client, waits):
    reply = client.post(f"{waits[0]}/accept")
    assert reply.status_code == 409
    assert "gardée pour vous" in reply.text


@pytest.mark.parametrize("act", ["withdraw", "decline"])
def test_leaving_the_list(client, made, waits, database, act):
    if act == "decline":
        client.post(f"{made['path']}/cancel")
    for _ in range(2):
        assert client.post(f"{waits[0]}/{act}").headers["location"] == waits[0]
    page = client.get(waits[0])
    assert page.status_code == 200
    assert "attendez plus" in page.text
    with database.read() as db:
        assert db.get_one(WaitlistEntry, waits[1]).state in {WaitingState.WITHDRAWN, WaitingState.DECLINED}
        assert db.get_one(WorkshopSession, made["session"]).waiting == 0


def test_the_code_of_a_place_in_the_list_opens_it(client, waits, database):
    code = CODES.code_of(waits[1])
    assert client.post("/booking", data={"code": code}).headers["location"] == waits[0]


def test_who_has_a_channel_is_told_that_we_write(client, made, database):
    with database.begin() as db:
        session = db.get_one(WorkshopSession, made["session"])
        session.capacity = 2
        db.flush()
        wanted = Wanted(channel=Channel.EMAIL, contact="une.personne@exemple.fr")
        token = waiting.join(db, CODES, session.id, wanted).token
    assert "nous vous écrivons" in client.get(f"/w/{token}").text
