"""Seats over the API: for members, for whoever has a code, and for whoever holds a slip."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pathways.changes import Change
from pathways.idempotency import DoneRequest
from pathways.permissions import Role
from pathways.workshops.models import Booking, QuotaKind, WorkshopSession
from pathways.workshops.seating.seats import Share, set_quotas
from tests.workshops.seating import hall, sums_are_right

V1 = "/api/v1"


@pytest.fixture
def session(database) -> WorkshopSession:
    with database.begin() as db:
        return hall(db, capacity=3)


@pytest.fixture
def seats(client, session):
    """`seats()`: what anybody may know of the session now."""
    return lambda: client.get(f"{V1}/sessions/{session.id}/availability").json()


def books(client, session, key: str = "", **body):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"{V1}/s/{session.code}/bookings", json=body, headers=headers)


def at(reply) -> str:
    """The slip's or entry's address in the API."""
    return V1 + "/" + "/".join(reply.json()["url"].rsplit("/", 2)[1:])


def test_a_seat_without_an_account(client, session, seats, database):
    reply = books(client, session, party=2, language="ti", label="A.")
    assert reply.status_code == 201, reply.text
    told = reply.json()
    assert (told["state"], told["party"], told["language"], told["via"]) == ("confirmed", 2, "ti", "api")
    assert client.get(at(reply)).json() == told
    assert seats() == {
        "session_id": str(session.id),
        "standing": "open",
        "capacity": 3,
        "free": 1,
        "kept": 0,
        "waiting": 0,
    }
    refused = books(client, session, party=2)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pathways:problem:full")
    assert client.get(f"{at(reply)}/cancel").status_code == 405
    assert seats()["free"] == 1
    for _ in range(2):
        assert client.post(f"{at(reply)}/cancel").json()["state"] == "cancelled_by_person"
    assert seats()["free"] == 3
    with database.read() as db:
        sums_are_right(db, session.id)


def test_sent_twice_it_is_one_booking_and_no_secret_is_kept_for_that(client, session, seats, database):
    key = str(uuid.uuid4())
    first, second = (books(client, session, key, party=1) for _ in range(2))
    assert first.json() == second.json()
    assert seats()["free"] == 2
    assert books(client, session, key, party=2).status_code == 422
    with database.read() as db:
        kept = db.scalar(sa.select(DoneRequest.answer))
    assert kept == {"id": first.json()["id"]}


def test_a_refusal_leaves_the_key_free(client, session, seats):
    key = str(uuid.uuid4())
    taken = books(client, session, party=3)
    assert books(client, session, key).status_code == 409
    client.post(f"{at(taken)}/cancel")
    assert books(client, session, key).status_code == 201
    assert seats()["free"] == 2


def test_one_address_takes_as_many_as_on_the_page_and_repetitions_count_once(client, session, seats, app):
    app.state.settings = replace(app.state.settings, bookings_an_hour=2)
    key = str(uuid.uuid4())
    assert [books(client, session, key).status_code for _ in range(4)] == [201] * 4
    assert books(client, session, party=3).status_code == 409  # refused, so not counted
    assert books(client, session, hold=True).status_code == 201
    assert books(client, session).status_code == 429
    assert client.post(f"{V1}/s/{session.code}/waiting-entries", json={}).status_code == 429
    assert client.post(f"/s/{session.code}/book", data={"key": "x"}).status_code == 429
    assert seats()["free"] == 1
    app.state.settings = replace(app.state.settings, bookings_an_hour=0)
    assert books(client, session).status_code == 201


def test_a_held_seat_is_confirmed_from_its_slip(client, session, seats):
    held = books(client, session, party=3, hold=True)
    assert held.json()["state"] == "held"
    assert seats()["free"] == 0
    assert books(client, session).status_code == 409
    assert client.post(f"{at(held)}/confirm").json()["state"] == "confirmed"


def test_waiting_and_taking_what_is_offered(client, session, seats):
    taken = books(client, session, party=3)
    waits = client.post(f"{V1}/s/{session.code}/waiting-entries", json={"party": 2})
    behind = client.post(f"{V1}/s/{session.code}/waiting-entries", json={})
    assert (waits.json()["state"], waits.json()["ahead"], behind.json()["ahead"]) == ("waiting", 0, 1)
    client.post(f"{at(taken)}/cancel")
    offered = client.get(at(waits)).json()
    assert (offered["state"], offered["offer_until"] is not None) == ("offered", True)
    assert seats() | {"session_id": ""} == {
        "session_id": "",
        "standing": "full",
        "capacity": 3,
        "free": 0,
        "kept": 0,
        "waiting": 2,
    }
    booked = client.post(f"{at(waits)}/accept")
    assert (booked.json()["state"], booked.json()["party"]) == ("confirmed", 2)
    assert client.post(f"{at(waits)}/accept").json()["id"] == booked.json()["id"]
    assert client.get(at(booked)).json()["id"] == booked.json()["id"]
    assert client.post(f"{at(behind)}/decline").json()["state"] == "declined"
    assert client.post(f"{at(behind)}/withdraw").json()["state"] == "declined"
    assert client.post(f"{at(behind)}/accept").status_code == 409
    assert seats()["free"] == 1


def test_moving_and_handing_on_from_the_slip(client, session, database):
    with database.begin() as db:
        other = hall(db)
    one = books(client, session)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    moved, again = (client.post(f"{at(one)}/move", json={"session_id": str(other.id)}, headers=key) for _ in range(2))
    assert moved.json() == again.json()
    assert moved.json()["session_id"] == str(other.id)
    assert client.get(at(one)).json()["moved_to_id"] == moved.json()["id"]
    handed = client.post(f"{at(moved)}/transfer", json={"label": "B."})
    assert handed.json()["label"] == "B."
    assert client.get(at(moved)).status_code == 404
    assert client.get(at(handed)).status_code == 200


def test_what_nobody_knows_of_is_not_there(client, session, database):
    with database.begin() as db:
        draft = hall(db, state="draft")
    assert client.get(f"{V1}/sessions/{draft.id}/availability").status_code == 404
    assert client.post(f"{V1}/s/{draft.code}/bookings", json={}).status_code == 404
    assert client.post(f"{V1}/s/NOTHING/bookings", json={}).status_code == 404
    assert client.get(f"{V1}/b/{'x' * 43}").status_code == 404
    assert client.post(f"{V1}/w/{'x' * 43}/accept").status_code == 404


@pytest.mark.parametrize(
    "body", [{"party": 0}, {"party": 11}, {"language": "tlh"}, {"channel": "sms"}, {"nothing": 1}, {"label": "x" * 31}]
)
def test_what_cannot_be_kept_is_refused(client, session, body, seats):
    assert books(client, session, **body).status_code == 422
    assert seats()["free"] == 3


def test_each_member_sees_what_is_theirs(signed_in, database, session):
    holder = signed_in(Role.TRAINER)
    with database.begin() as db:
        db.get_one(WorkshopSession, session.id).organisation_id = holder.organisation_id
    prescriber, other = signed_in(Role.PRESCRIBER), signed_in(Role.PRESCRIBER)
    own = prescriber.post(f"{V1}/bookings", json={"session_id": str(session.id), "channel": "prescriber"})
    assert own.status_code == 201, own.text
    alone = holder.post(f"{V1}/bookings", json={"session_id": str(session.id)})
    assert own.json()["via"] == "prescriber"
    seen = {name: who.get(f"{V1}/bookings").json()["rows"] for name, who in vars_of(holder, prescriber, other).items()}
    assert {name: len(rows) for name, rows in seen.items()} == {"holder": 2, "prescriber": 1, "other": 0}
    url = f"{V1}/bookings/{own.json()['id']}"
    assert holder.get(url).json() == prescriber.get(url).json()
    assert other.get(url).status_code == 404
    assert prescriber.get(f"{V1}/bookings/{alone.json()['id']}").status_code == 404
    for act in ("cancel", "confirm"):
        assert other.post(f"{url}/{act}").status_code == 404
    assert other.post(f"{url}/move", json={"session_id": str(session.id)}).status_code == 404
    assert prescriber.post(f"{url}/cancel").json()["state"] == "cancelled_by_person"


def vars_of(holder, prescriber, other) -> dict:
    return {"holder": holder, "prescriber": prescriber, "other": other}


def test_members_wait_for_others_too(signed_in, session):
    prescriber, other = signed_in(Role.PRESCRIBER), signed_in(Role.PRESCRIBER)
    for _ in range(3):
        assert prescriber.post(f"{V1}/bookings", json={"session_id": str(session.id)}).status_code == 201
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"session_id": str(session.id), "channel": "prescriber"}
    entry = prescriber.post(f"{V1}/waiting-entries", json=body, headers=key)
    assert entry.json() == prescriber.post(f"{V1}/waiting-entries", json=body, headers=key).json()
    url = f"{V1}/waiting-entries/{entry.json()['id']}"
    assert (prescriber.get(url).status_code, other.get(url).status_code) == (200, 404)
    assert other.post(f"{url}/withdraw").status_code == 404
    assert len(prescriber.get(f"{V1}/waiting-entries").json()["rows"]) == 1
    assert prescriber.post(f"{url}/withdraw").json()["state"] == "withdrawn"


def test_seats_kept_for_prescribers_are_theirs(signed_in, client, database, session, seats):
    with database.begin() as db:
        set_quotas(db, session, [Share(QuotaKind.PRESCRIBERS, capacity=2)])
    assert (seats()["free"], seats()["kept"]) == (1, 2)
    assert books(client, session).status_code == 201
    assert books(client, session).status_code == 409
    prescriber = signed_in(Role.PRESCRIBER)
    assert prescriber.post(f"{V1}/bookings", json={"session_id": str(session.id), "party": 2}).status_code == 201
    assert (seats()["free"], seats()["kept"]) == (0, 0)


def test_who_may_not_book_is_told_so(signed_in, client, session):
    body = {"session_id": str(session.id)}
    assert client.post(f"{V1}/bookings", json=body).status_code == 401
    translator = signed_in(Role.TRANSLATOR)
    assert translator.post(f"{V1}/bookings", json=body).status_code == 403
    assert translator.get(f"{V1}/bookings/{uuid.uuid4()}").status_code == 404


def test_a_list_is_read_page_by_page(signed_in, database):
    holder = signed_in(Role.TRAINER)
    with database.begin() as db:
        one = hall(db, capacity=9)
        one.organisation_id = holder.organisation_id
    made = [holder.post(f"{V1}/bookings", json={"session_id": str(one.id)}).json()["id"] for _ in range(5)]
    found, cursor = [], None
    while True:
        page = holder.get(f"{V1}/bookings", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += [row["id"] for row in page["rows"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(found) == sorted(made)


def test_partners_hear_of_it(client, session, database):
    made = books(client, session).json()["id"]
    with database.read() as db:
        noted = db.execute(sa.select(Change.organisation_id, Change.kind).filter_by(about_id=uuid.UUID(made))).all()
        assert noted == [(session.organisation_id, "booking")]
        assert db.get_one(Booking, uuid.UUID(made)).booked_by is None
