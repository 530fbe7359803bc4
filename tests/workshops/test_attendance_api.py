"""Attendance over the API: what a device takes along, what it brings back, what a program reads."""

import uuid
from datetime import timedelta

import pytest

from pathways import clock
from pathways.permissions import Role
from tests.workshops.days import a_booking, a_quota, a_session

NOW = "2026-12-03T14:00:00Z"


@pytest.fixture
def desk(signed_in):
    return signed_in(Role.TRAINER)


@pytest.fixture
def held(desk, database):
    with database.begin() as db:
        session = a_session(db, desk.organisation_id, starts_at=clock.now() - timedelta(seconds=1))
        booking = a_booking(db, session, "Alpha")
        a_quota(db, session, 1)
        return {"session": str(session.id), "booking": str(booking.id)}


def presence(held, value="present", **changed):
    return {
        "kind": "presence",
        "id": str(uuid.uuid4()),
        "session_id": held["session"],
        "booking_id": held["booking"],
        "presence": value,
        "recorded_at": clock.now().isoformat(),
    } | changed


def sync(client, *items, device="phone"):
    return client.post(
        "/api/v1/attendance/sync", json={"device": device, "now": clock.now().isoformat(), "items": list(items)}
    )


def results(reply):
    assert reply.status_code == 200, reply.text
    return [one["result"] for one in reply.json()["answers"]]


def test_a_device_takes_a_day_along_and_brings_it_back_twice(desk, held):
    day = desk.get("/api/v1/attendance/day?device=phone&whose=all").json()
    (session,) = day["sessions"]
    assert session["session_id"] == held["session"]
    assert [(one["label"], one["presence"]) for one in session["seats"]] == [("Alpha", "unsaid")]
    assert session["van_seats"] == 1
    assert day["key"] == desk.get("/api/v1/attendance/day?device=phone").json()["key"]
    assert day["key"] != desk.get("/api/v1/attendance/day?device=other").json()["key"]
    sale = {
        "kind": "sale",
        "id": str(uuid.uuid4()),
        "session_id": held["session"],
        "label": "Gamma",
        "sequence": 2,
        "recorded_at": NOW,
    }
    count = {
        "kind": "walk_ins",
        "id": str(uuid.uuid4()),
        "session_id": held["session"],
        "number": 3,
        "sequence": 3,
        "recorded_at": NOW,
    }
    items = [presence(held, sequence=1), sale, count]
    assert results(sync(desk, *items)) == ["kept"] * 3
    assert results(sync(desk, *items)) == ["already"] * 3
    register = desk.get(f"/api/v1/attendance/sessions/{held['session']}").json()
    assert [one["label"] for one in register["seats"]] == ["Alpha", "Gamma"]
    assert register["walk_ins"]["number"] == 3
    assert register["van_seats"] == 0


def test_a_colleague_cannot_open_what_another_locked(desk, held, signed_in):
    colleague = signed_in(Role.TRAINER, organisation=desk.organisation_id)
    keys = [one.get("/api/v1/attendance/day?device=phone").json()["key"] for one in (desk, colleague)]
    assert keys[0] != keys[1]


def test_a_conflict_is_told_to_whoever_brings_it(desk, held, signed_in):
    colleague = signed_in(Role.TRAINER, organisation=desk.organisation_id)
    assert results(sync(desk, presence(held))) == ["kept"]
    assert results(sync(colleague, presence(held, "absent"))) == ["conflict"]
    (seat,) = desk.get(f"/api/v1/attendance/sessions/{held['session']}").json()["seats"]
    assert seat["in_conflict"]
    assert results(sync(desk, presence(held, seen=seat["marks"], sequence=1))) == ["kept"]


def test_one_that_is_refused_says_why_and_holds_up_nothing(desk, held):
    reply = sync(desk, presence(held, seat=7, sequence=1), presence(held, sequence=2))
    assert results(reply) == ["refused", "kept"]
    assert reply.json()["answers"][0]["reason"]


def test_a_stranger_finds_nothing_and_takes_nothing_along(held, signed_in):
    stranger = signed_in(Role.TRAINER)
    assert stranger.get("/api/v1/attendance/day?device=x&whose=all").json()["sessions"] == []
    assert results(sync(stranger, presence(held))) == ["refused"]
    assert stranger.get(f"/api/v1/attendance/sessions/{held['session']}").status_code == 404
    assert stranger.post(f"/api/v1/attendance/sessions/{held['session']}/close").status_code == 404


def test_closing_and_the_report(desk, held):
    sync(desk, presence(held))
    for _ in range(2):
        closed = desk.post(f"/api/v1/attendance/sessions/{held['session']}/close")
        assert closed.json()["figures"] == {"present": 1}
    today = clock.now().astimezone(clock.PARIS).date()
    query = f"first={today - timedelta(days=1)}&last={today}"
    (told,) = desk.get(f"/api/v1/attendance/activity?{query}").json()["activities"]
    assert (told["type"], told["participants"], told["age"]) == ("collectif", 1, None)
    assert desk.get(f"/api/v1/attendance/activity?first={today}&last=2020-01-01").status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"device": ""},
        {"now": "hier"},
        {"items": [{"kind": "presence"}]},
        {"items": [{"kind": "dance", "id": str(uuid.UUID(int=1))}]},
        {"more": 1},
    ],
)
def test_what_cannot_be_read_is_refused_whole(desk, wrong):
    body = {"device": "phone", "now": NOW, "items": []} | wrong
    assert desk.post("/api/v1/attendance/sync", json=body).status_code == 422


def test_a_clock_that_was_never_set_is_kept_as_it_is(desk, held):
    item = presence(held, recorded_at="0001-01-01T00:00:00Z")
    assert results(sync(desk, item)) == ["kept"]
    assert results(sync(desk, presence(held, recorded_at="9999-12-31T23:59:59Z"), device="other")) == ["kept"]


def test_whose_day(desk, held):
    assert desk.get("/api/v1/attendance/day?device=x&whose=nobody").status_code == 422
    assert desk.get(f"/api/v1/attendance/day?device=x&whose={uuid.uuid4()}").json()["sessions"] == []
    assert desk.get("/api/v1/attendance/day?device=x&on=2020-01-01&whose=all").json()["sessions"] == []
    for never in ("9999-12-31", "0001-01-01"):
        assert desk.get(f"/api/v1/attendance/day?device=x&on={never}").status_code == 422
        assert desk.get(f"/attendance/hours.csv?first={never}&last={never}").status_code == 422
    assert desk.get("/api/v1/attendance/tours").json() == {"tours": []}
