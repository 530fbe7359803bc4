"""Referrals over the API: each side reads and says its own, and nothing is sent without the person."""

from __future__ import annotations

import uuid

import pytest

from pathways.learning.models import Referral, ReferralState
from pathways.learning.referrals import referring
from pathways.permissions import Role
from tests.learning.people_sent_on import SentOn


@pytest.fixture
def world(database) -> SentOn:
    with database.begin() as db:
        return SentOn(db)


@pytest.fixture
def sent(world, database) -> Referral:
    with database.begin() as db:
        world.db = db
        return world.sent()


@pytest.fixture
def sender(world, signed_in):
    return signed_in(Role.TRAINER, organisation=world.sender.organisation_id)


@pytest.fixture
def receiver(world, signed_in):
    return signed_in(Role.TRAINER, organisation=world.receiver.organisation_id)


def test_written_over_the_api_it_waits_for_the_person(sender, receiver, world):
    body = {"need": "french", "organisation": str(world.receiver.organisation_id), "words": "Lit son prénom."}
    path, headers = f"/api/v1/attempts/{world.attempt.id}/referrals", {"Idempotency-Key": uuid.uuid4().hex}
    made = sender.post(path, json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "proposed"
    assert sender.post(path, json=body, headers=headers).json() == made.json()
    assert receiver.get("/api/v1/referrals?side=receiver").json()["rows"] == []
    assert [one["id"] for one in sender.get("/api/v1/referrals?side=sender").json()["rows"]] == [made.json()["id"]]


def test_a_key_serves_for_one_sheet_of_the_same_length_as_at_the_desk(sender, world):
    body = {"need": "french", "organisation": str(world.receiver.organisation_id), "words": "x" * 300}
    path, headers = f"/api/v1/attempts/{world.attempt.id}/referrals", {"Idempotency-Key": uuid.uuid4().hex}
    assert sender.post(path, json=body, headers=headers).status_code == 201
    assert sender.post(path, json=body | {"need": "rights"}, headers=headers).status_code == 422
    assert sender.post(path, json=body | {"words": "x" * 301}).status_code == 422


def test_the_list_comes_in_pages(sender, world):
    body = {"need": "french", "organisation": str(world.receiver.organisation_id)}
    path = f"/api/v1/attempts/{world.attempt.id}/referrals"
    made = [sender.post(path, json=body).json()["id"] for _ in range(3)]
    first = sender.get("/api/v1/referrals?side=sender&limit=2").json()
    rest = sender.get(f"/api/v1/referrals?side=sender&limit=2&cursor={first['next']}").json()
    assert {one["id"] for one in first["rows"] + rest["rows"]} == set(made)
    assert rest["next"] is None


def test_taken_back_the_need_is_gone_on_both_sides(sender, receiver, sent, world, database):
    assert "Lire et écrire" in receiver.get("/referrals").text
    with database.begin() as db:
        referring.withdraw(db, db.get_one(Referral, sent.id))
    for side in (sender, receiver):
        for page in ("/referrals", f"/referrals/{sent.id}"):
            assert "Lire et écrire" not in side.get(page).text
        told = side.get(f"/api/v1/referrals/{sent.id}").json()
        assert (told["need"], told["sheet"], told["state"]) == ("", {}, "withdrawn")


def test_the_receiver_answers_and_ends(sender, receiver, sent, database):
    path = f"/api/v1/referrals/{sent.id}"
    assert receiver.get(path).json()["sheet"] == {"words": "Lit son prénom."}
    assert "sheet" not in receiver.get("/api/v1/referrals?side=receiver").json()["rows"][0]
    assert sender.post(f"{path}/answer", json={"accepted": True}).status_code == 403
    assert receiver.post(f"{path}/answer", json={"accepted": False}).status_code == 422
    assert receiver.post(f"{path}/answer", json={"accepted": True}).json()["state"] == "accepted"
    assert receiver.post(f"{path}/end", json={"outcome": "goes_on"}).json()["outcome"] == "goes_on"
    with database.begin() as db:
        assert db.get_one(Referral, sent.id).state is ReferralState.ENDED
    assert receiver.get(path).json()["sheet"] == {}


def test_another_organisation_finds_nothing(signed_in, sent):
    stranger = signed_in(Role.ADMINISTRATOR)
    assert stranger.get(f"/api/v1/referrals/{sent.id}").status_code == 404
    assert stranger.post(f"/api/v1/referrals/{sent.id}/answer", json={"accepted": True}).status_code == 404
