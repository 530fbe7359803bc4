"""Exchanges over the API."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from pathways import clock
from pathways.permissions import Role
from tests.workshops import offering


@pytest.fixture
def desk(signed_in):
    return signed_in(Role.COORDINATOR)


@pytest.fixture
def place(desk, database):
    with database.begin() as db:
        member = offering.member_of(db, organisation_id=desk.organisation_id)
        return offering.place_of(db, member, hours="Mo-Su 09:00-18:00; PH 09:00-18:00")


def ask(desk, place, gives: str, seeks: str, **values) -> dict:
    body = {"kind": "languages", "gives": [gives], "seeks": [seeks], "place": str(place.id), "agreed": True}
    made = desk.post("/api/v1/tandems/requests", json=body | values, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert made.status_code == 201, made.text
    return made.json()


@pytest.mark.slow
def test_two_people_from_asking_to_the_end(desk, place):
    first, second = ask(desk, place, "ti", "fr", reads_in="ti"), ask(desk, place, "fr", "ti")
    (pair,) = desk.get("/api/v1/tandems/pairs").json()
    assert {pair["first"], pair["second"]} == {first["id"], second["id"]}
    assert pair["both_ways"]
    day = (clock.now() + timedelta(days=10)).date().isoformat()
    body = {"first": first["id"], "second": second["id"], "place": str(place.id), "day": day}
    assert desk.post("/api/v1/tandems", json=body | {"at": "20:00"}).status_code == 422
    made = desk.post("/api/v1/tandems", json=body | {"at": "10:00"})
    assert made.status_code == 201, made.text
    path = f"/api/v1/tandems/{made.json()['id']}"
    assert desk.post(path, json={"act": "first_yes"}).json()["state"] == "proposed"
    assert desk.post(path, json={"act": "second_yes"}).json()["state"] == "agreed"
    assert desk.post(path, json={"act": "met"}).status_code == 409
    assert desk.post(path, json={"act": "second_end"}).json()["ended_by"] == "second"
    worried = desk.post(path, json={"act": "first_worry"}).json()
    assert (worried["worry"], worried["worry_by"], worried["looked_into_at"]) == (True, "first", None)
    seen = desk.post(path, json={"act": "looked_into"}).json()
    assert not seen["worry"]
    assert seen["looked_into_at"]
    assert [one["id"] for one in desk.get("/api/v1/tandems/requests").json()["rows"]] == [first["id"]]
    withdrawn = desk.post(f"/api/v1/tandems/requests/{first['id']}/withdraw")
    assert withdrawn.json()["state"] == "withdrawn"


def test_lists_come_in_pages_and_a_key_serves_for_one_request(desk, place):
    made = [ask(desk, place, "ti", "fr")["id"] for _ in range(3)]
    first = desk.get("/api/v1/tandems/requests?limit=2").json()
    rest = desk.get(f"/api/v1/tandems/requests?limit=2&cursor={first['next']}").json()
    assert {one["id"] for one in first["rows"] + rest["rows"]} == set(made)
    assert (len(first["rows"]), rest["next"]) == (2, None)
    assert desk.get("/api/v1/tandems").json() == {"rows": [], "next": None}
    body = {"kind": "languages", "gives": ["fr"], "seeks": ["ti"], "agreed": True}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    one, again = (desk.post("/api/v1/tandems/requests", json=body, headers=headers) for _ in range(2))
    assert one.json()["id"] == again.json()["id"]
    other = desk.post("/api/v1/tandems/requests", json=body | {"seeks": ["ar"]}, headers=headers)
    assert other.status_code == 422


def test_nobody_is_written_down_who_did_not_agree(desk, place):
    body = {"kind": "languages", "gives": ["fr"], "seeks": ["ti"], "agreed": False}
    assert desk.post("/api/v1/tandems/requests", json=body).status_code == 422


def test_another_organisation_finds_nobody(desk, place, signed_in):
    asked = ask(desk, place, "ti", "fr")
    stranger = signed_in(Role.COORDINATOR)
    assert stranger.get("/api/v1/tandems/requests").json() == {"rows": [], "next": None}
    assert stranger.post(f"/api/v1/tandems/requests/{asked['id']}/withdraw").status_code == 404
