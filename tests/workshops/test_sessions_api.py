"""Workshops, sessions, series and means by the API, each write done once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from pathways import clock
from pathways.permissions import Role

WORKSHOP = {"titles": {"fr": "Mes e-mails", "ti": "ኢመይለይ"}, "theme": "email", "languages": ["fr", "ti"]}


def day(ahead: int = 7) -> str:
    return (clock.now() + timedelta(days=ahead)).date().isoformat()


def times(**values) -> dict:
    return {"starts": "14:00", "ends": "16:00", "seats": 8} | values


@pytest.fixture
def trainer(signed_in):
    return signed_in(Role.TRAINER)


@pytest.fixture
def workshop(trainer) -> dict:
    made = trainer.post("/api/v1/workshops", json=WORKSHOP)
    assert made.status_code == 201, made.text
    return made.json()


def fix(client, workshop, **values) -> dict:
    made = client.post(f"/api/v1/workshops/{workshop['id']}/sessions", json=times(day=day()) | values)
    assert made.status_code == 201, made.text
    return made.json()


def test_a_workshop_is_made_changed_and_archived(trainer, workshop):
    address = f"/api/v1/workshops/{workshop['id']}"
    changed = trainer.put(address, json=WORKSHOP | {"version": 1, "minutes": 90})
    assert (changed.status_code, changed.json()["version"], changed.json()["minutes"]) == (200, 2, 90)
    assert trainer.put(address, json=WORKSHOP | {"version": 1, "minutes": 45}).status_code == 409
    assert trainer.post(f"{address}/archive").json()["archived_at"]
    assert trainer.get("/api/v1/workshops").json()["rows"] == []
    assert len(trainer.get("/api/v1/workshops?archived=true").json()["rows"]) == 1
    assert trainer.post(f"{address}/sessions", json=times(day=day())).status_code == 409
    assert trainer.post(f"{address}/restore").json()["archived_at"] is None


def test_what_is_wrong_is_said_by_field(trainer, workshop):
    reply = trainer.post("/api/v1/workshops", json=WORKSHOP | {"titles": {"ti": "ኢ"}, "theme": "x", "skills": ["a:B"]})
    assert reply.status_code == 422
    assert {one["field"] for one in reply.json()["errors"]} == {"title-fr", "theme", "skills"}
    reply = trainer.post(f"/api/v1/workshops/{workshop['id']}/sessions", json=times(day=day(), ends="13:00", typo=1))
    assert reply.status_code == 422


def test_the_same_key_makes_one(trainer, workshop):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    address = f"/api/v1/workshops/{workshop['id']}/sessions"
    first = trainer.post(address, json=times(day=day()), headers=key)
    assert trainer.post(address, json=times(day=day()), headers=key).json() == first.json()
    assert len(trainer.get("/api/v1/sessions").json()["rows"]) == 1
    other = trainer.post(address, json=times(day=day(8)), headers=key)
    assert other.json()["type"].endswith("idempotency-key-reused")


def test_a_session_through_its_life(trainer, workshop):
    session = fix(trainer, workshop, publish=True)
    assert session["url"].endswith(f"/s/{session['code']}")
    address = f"/api/v1/sessions/{session['id']}"
    moved = trainer.put(address, json=times(day=day(), starts="15:00", ends="17:00", version=session["version"]))
    assert moved.status_code == 200, moved.text
    assert trainer.get(address).json() == moved.json()
    assert trainer.post(f"{address}/seats", json={"allowance": 2, "reason": "Deux chaises"}).json()["allowance"] == 2
    kept = trainer.put(f"{address}/quotas", json={"quotas": [{"kind": "prescribers", "capacity": 3}]}).json()
    assert (kept["reserved"], kept["quotas"][0]["kind"]) == (3, "prescribers")
    assert trainer.get(f"{address}/availability").json()["free"] == 7
    copied = trainer.post(f"{address}/duplicate", json={"day": day(14)})
    assert (copied.status_code, copied.json()["state"]) == (201, "draft")
    cancelled = trainer.post(f"{address}/cancel", json={"reason": "Salle fermée"}).json()
    assert (cancelled["state"], cancelled["reason"]) == ("cancelled", "Salle fermée")
    rows = trainer.get("/api/v1/sessions", params={"state": "draft", "start": f"{day(10)}T00:00:00Z"}).json()["rows"]
    assert [one["id"] for one in rows] == [copied.json()["id"]]


def test_a_partner_sees_its_share(trainer, signed_in, workshop):
    partner, stranger = signed_in(Role.TRAINER), signed_in(Role.TRAINER)
    session = fix(trainer, workshop, publish=True, meeting_url="https://visio.exemple.fr/a")
    address = f"/api/v1/sessions/{session['id']}"
    shares = [
        {"kind": "structure", "value": str(partner.organisation_id), "capacity": 2, "funder": "CAF"},
        {"kind": "prescribers", "capacity": 1},
    ]
    assert trainer.put(f"{address}/quotas", json={"quotas": shares}).status_code == 200
    seen = partner.get(address).json()
    assert [one["funder"] for one in seen["quotas"]] == ["CAF"]
    assert seen["meeting_url"] == ""
    assert partner.post(f"{address}/publish").status_code == 403
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}/cancel", json={"reason": "x"}).status_code == 404


def test_a_series_and_its_end(trainer, workshop):
    body = {"rule": {"first": day(), "weeks": 2}, "session": times(), "publish": True}
    made = trainer.post(f"/api/v1/workshops/{workshop['id']}/series", json=body)
    assert made.status_code == 201, made.text
    assert len(made.json()["sessions"]) > 15
    address = f"/api/v1/series/{made.json()['id']}"
    ended = trainer.post(f"{address}/end", json={"last": day(30)}).json()
    assert ended["ended_at"]
    assert trainer.get(address).json()["sessions"] == ended["sessions"]
    assert trainer.get(f"/api/v1/workshops/{workshop['id']}/series").json()[0]["id"] == made.json()["id"]


@pytest.mark.parametrize("far", ["9999-12-31", "0001-01-01"])
def test_the_ends_of_the_calendar_are_refused(trainer, workshop, far):
    body = {"rule": {"first": far}, "session": times()}
    assert trainer.post(f"/api/v1/workshops/{workshop['id']}/series", json=body).status_code == 422
    assert trainer.post(f"/api/v1/workshops/{workshop['id']}/sessions", json=times(day=far)).status_code == 422
    for path in ("/api/v1/means/free", f"/api/v1/means/{uuid.uuid4()}/bindings"):
        for name in ("start", "end"):
            assert trainer.get(path, params={name: f"{far}T23:59:59Z"}).status_code == 422


def test_means_are_bound_and_free(trainer, signed_in, workshop):
    made = trainer.post(
        "/api/v1/means", json={"kind": "devices", "name": "Tablettes", "units": 5, "shared": True}
    ).json()
    session = fix(trainer, workshop, means=[{"means_id": made["id"], "units": 4}], before_minutes=30)
    assert session["means"] == [{"means_id": made["id"], "units": 4}]
    clash = times(day=day(), starts="15:00", means=[{"means_id": made["id"], "units": 2}])
    refused = trainer.post(f"/api/v1/workshops/{workshop['id']}/sessions", json=clash)
    assert (refused.status_code, "Tablettes" in refused.json()["detail"]) == (409, True)
    stretch = {"start": session["starts_at"], "end": session["ends_at"]}
    assert trainer.get("/api/v1/means/free", params=stretch).json()[0]["free"] == 1
    assert trainer.get(f"/api/v1/means/{made['id']}/bindings").json()[0]["session_id"] == session["id"]
    other = signed_in(Role.TRAINER)
    held = other.get(f"/api/v1/means/{made['id']}/bindings", params=stretch).json()
    assert [(one["units"], one["session_id"]) for one in held] == [(4, None)]
    assert (
        other.put(f"/api/v1/means/{made['id']}", json={"kind": "devices", "name": "A", "version": 1}).status_code == 403
    )
    assert trainer.get("/api/v1/means/free", params={"start": day(9), "end": day(8)}).status_code == 422
    fewer = {"kind": "devices", "name": "Tablettes", "units": 3, "shared": True, "version": 1}
    assert trainer.put(f"/api/v1/means/{made['id']}", json=fewer).status_code == 409
    assert trainer.post(f"/api/v1/means/{made['id']}/archive").json()["archived_at"]
    assert trainer.get("/api/v1/means").json() == []


def test_a_prescriber_reads_and_writes_nothing(trainer, signed_in, workshop):
    prescriber = signed_in(Role.PRESCRIBER, organisation=trainer.organisation_id)
    assert prescriber.get(f"/api/v1/workshops/{workshop['id']}").status_code == 200
    assert prescriber.post("/api/v1/workshops", json=WORKSHOP).status_code == 403
    assert prescriber.post(f"/api/v1/workshops/{workshop['id']}/sessions", json=times(day=day())).status_code == 403
