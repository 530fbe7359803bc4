"""Goals for programs."""

from __future__ import annotations

import uuid

import pytest

from pathways.permissions import Role

GOAL = {"title": "Renouveler ma carte de bus", "weights": {"ADM-04": 3}, "words": ["tcl"], "titles": {"ar": "بطاقتي"}}


@pytest.fixture
def trainer(signed_in):
    return signed_in(Role.TRAINER)


def test_make_read_change_copy_archive(trainer):
    made = trainer.post("/api/v1/learning/goals", json=GOAL)
    assert made.status_code == 201, made.text
    goal = made.json()
    assert (goal["origin"], goal["version"], goal["states"]) == ("own", 1, {"ar": "draft"})
    address = f"/api/v1/learning/goals/{goal['id']}"
    assert trainer.get(address).json() == goal
    changed = trainer.put(address, json=GOAL | {"title": "Acheter ma carte de bus", "version": 1})
    assert changed.json()["version"] == 2
    clash = trainer.put(address, json=GOAL | {"version": 1})
    assert (clash.status_code, clash.json()["title"] != "") == (409, True)
    copied = trainer.post(f"{address}/copy", json={"key": str(uuid.uuid4())})
    assert copied.status_code == 201
    assert copied.json()["id"] != goal["id"]
    assert trainer.post(f"{address}/archive").json()["archived"] is True
    assert goal["id"] not in {one["id"] for one in trainer.get("/api/v1/learning/goals?limit=200").json()["rows"]}
    assert trainer.post(f"{address}/bring-back").json()["archived"] is False


def test_the_list_is_searched(trainer):
    found = trainer.get("/api/v1/learning/goals?q=prefecture").json()["rows"]
    assert [one["code"] for one in found] == ["residence-permit"]
    assert found[0]["origin"] == "shipped"
    assert found[0]["titles"]["ti"]
    assert (
        len(trainer.get("/api/v1/learning/goals?framework=benevole-numerique&audience=volunteer").json()["rows"]) == 2
    )


def test_the_same_key_twice_makes_one(trainer):
    body = GOAL | {"key": str(uuid.uuid4())}
    first, second = (trainer.post("/api/v1/learning/goals", json=body).json() for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "body",
    [
        GOAL | {"weights": {"ADM-04": 4}},
        GOAL | {"weights": {"ADM-04": True}},
        GOAL | {"weights": {"ZZZ-01": 1}},
        GOAL | {"weights": {}},
        GOAL | {"picture": "palace"},
        GOAL | {"certification": "pix"},
        GOAL | {"title": ""},
    ],
)
def test_what_cannot_be_is_refused(trainer, body):
    assert trainer.post("/api/v1/learning/goals", json=body).status_code == 422


def test_another_organisation_knows_nothing_of_it(trainer, signed_in):
    goal = trainer.post("/api/v1/learning/goals", json=GOAL).json()
    other = signed_in(Role.TRAINER)
    assert other.get(f"/api/v1/learning/goals/{goal['id']}").status_code == 404
    assert other.put(f"/api/v1/learning/goals/{goal['id']}", json=GOAL | {"version": 1}).status_code == 404
    prescriber = signed_in(Role.PRESCRIBER)
    assert prescriber.post(f"/api/v1/learning/goals/{goal['id']}/archive").status_code == 404
    trainer.post(f"/api/v1/learning/goals/{goal['id']}/share")
    assert other.get(f"/api/v1/learning/goals/{goal['id']}").json()["origin"] == "shared"
    assert other.post(f"/api/v1/learning/goals/{goal['id']}/archive").status_code == 403
    assert prescriber.post(f"/api/v1/learning/goals/{goal['id']}/archive").status_code == 403


def test_the_list_comes_in_pages(signed_in):
    trainer = signed_in(Role.TRAINER)
    whole = trainer.get("/api/v1/learning/goals?limit=200").json()["rows"]
    first = trainer.get("/api/v1/learning/goals?limit=10").json()
    rest = trainer.get(f"/api/v1/learning/goals?limit=200&cursor={first['next']}").json()
    assert first["rows"] + rest["rows"] == whole
    assert rest["next"] is None
    assert trainer.get("/api/v1/learning/goals?cursor=x").status_code == 422
