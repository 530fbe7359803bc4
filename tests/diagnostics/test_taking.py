"""An attempt from the first question to the last, through the API: nothing lost, nothing counted twice."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from pathways import clock
from pathways.diagnostics import taking
from pathways.diagnostics.models import Attempt
from tests.diagnostics.situations import Taker


@pytest.fixture
def taker(client, published) -> Taker:
    return Taker.start(client, published, "fr")


def test_the_same_key_gives_the_same_bytes(taker):
    key = str(uuid.uuid4())
    first = taker.dont_know(key=key)
    again = taker.send(taker.history[-1], key=key)
    assert again.status_code == 200
    assert again.content == first.content


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(taker):
    key = str(uuid.uuid4())
    taker.dont_know(key=key)
    before = taker.current()
    other = taker.send({"item": taker.history[-1]["item"], "outcome": "not_understood"}, key=key)
    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency-key-reused")
    assert taker.current() == before


def test_an_item_that_is_not_on_the_screen_is_refused(taker):
    before = taker.current()
    assert (
        taker.send({"item": "SEC-02-a", "outcome": "dont_know"}).status_code == 409
        or before["item"]["id"] == "SEC-02-a"
    )
    assert taker.send({"item": "ZZZ-99-z", "outcome": "dont_know"}).status_code == 409
    assert taker.current() == before


def test_it_ends_and_says_why(taker):
    while taker.item:
        taker.dont_know()
    assert taker.last["stopped"] in {"precise_enough", "all_decided", "nothing_to_gain", "longest"}
    assert taker.send({"item": taker.history[-1]["item"], "outcome": "dont_know"}).status_code == 409


def test_not_understood_moves_no_skill(taker):
    before = {one["code"]: one["mastery"] for one in taker.profile()["skills"]}
    for _ in range(3):
        taker.not_understood()
    after = taker.profile()
    assert {one["code"]: one["mastery"] for one in after["skills"]} == before
    assert after["language"]["not_understood"] == 3


def test_undo_supersedes_and_asks_again(taker):
    first = taker.item
    taker.dont_know()
    undone = taker.post("undo")
    assert undone.json()["item"] == first
    assert undone.json()["progress"]["answered"] == 0
    taker.item = undone.json()["item"]
    taker.dont_know()
    assert taker.last["progress"]["answered"] == 1


def test_undo_sent_twice_takes_back_one_answer(taker):
    taker.dont_know()
    taker.dont_know()
    last = taker.history[-1]["item"]
    once, twice = taker.post("undo", json={"item": last}), taker.post("undo", json={"item": last})
    assert once.json() == twice.json()
    assert twice.json()["progress"]["answered"] == 1


def test_leaving_keeps_what_is_known(taker):
    taker.dont_know()
    assert taker.post("leave").json()["stopped"] == "left"
    assert taker.post("leave").json()["stopped"] == "left"
    assert any(one["asked"] for one in taker.profile()["skills"])


def test_a_resume_code_opens_the_same_attempt(taker, client):
    taker.dont_know()
    code = taker.opened["resume_code"]
    back = client.post("/api/v1/attempts/resume", json={"code": code.lower().replace("-", " ")})
    assert back.status_code == 200
    assert back.json()["id"] == taker.opened["id"]
    assert back.json()["item"] == taker.item


def test_erasing_leaves_nothing(taker, database):
    import sqlalchemy as sa

    from pathways.diagnostics.models import Answer, Attempt

    taker.dont_know()
    assert taker.delete().status_code == 204
    assert taker.client.get(taker.url, headers=taker.headers).status_code == 404
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0
        assert db.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


def test_starting_twice_with_one_key_is_one_attempt(client, published):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"code": published, "language": "fr"}
    one, two = (client.post("/api/v1/attempts", json=body, headers=headers) for _ in range(2))
    assert one.content == two.content
    other = client.post("/api/v1/attempts", json=body | {"language": "ar"}, headers=headers)
    assert other.status_code == 422


def test_the_key_is_never_sent(taker):
    while taker.item:
        text = str(taker.item)
        assert "'key'" not in text
        assert "reveals" not in text
        assert "pairs" not in text
        assert "orders" not in text
        taker.dont_know()


@pytest.mark.parametrize("verb", ["resume", "undo", "leave"])
def test_each_visit_prolongs_the_days_that_it_is_kept(taker, client, database, monkeypatch, verb):
    taker.dont_know()
    later = clock.now() + timedelta(days=taking.KEPT_DAYS - 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    if verb == "resume":
        client.post("/api/v1/attempts/resume", json={"code": taker.opened["resume_code"]})
    else:
        taker.post(verb)
    with database.read() as db:
        kept = db.get_one(Attempt, uuid.UUID(taker.opened["id"]))
        assert (kept.active_at, kept.expires_at) == (later, later + timedelta(days=taking.KEPT_DAYS))
