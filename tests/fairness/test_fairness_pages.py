"""The pages of fairness: what they say, what they keep, and whom they do not exist for."""

from __future__ import annotations

import re

import pytest

from pathways.fairness.models import ItemFairness
from pathways.items.models import Item, ItemTranslation
from pathways.permissions import Role
from tests.fairness import bank
from tests.fairness.test_deciding import figures, flag
from tests.statements import counted
from tests.web.world import csrf_of


@pytest.fixture
def one(database) -> bank.Known:
    with database.begin() as db:
        known = bank.questions(db)[0]
        flag(db, known)
        return known


def seen_on(client, address: str) -> str:
    there = re.search(r'name="seen" value="([^"]*)"', client.get(address).text)
    assert there is not None
    return there[1]


def sent(client, one: bank.Known, **given: str):
    address = f"/fairness/{one.code}?lang=ar"
    data = {"csrf": csrf_of(client), "decision": "withdraw", "reason": "Le mot manque.", "seen": "x"} | given
    return client.post(address.replace("?", "/decisions?"), data=data)


def test_a_language_says_what_is_flagged_and_how_many_answers_are_missing(reviewer, one, database):
    with database.begin() as db:
        flag(db, bank.questions(db)[1], "few", focal=80)
    page = reviewer.get("/fairness").text
    assert "grande différence" in page
    assert "plus difficile dans cette langue" in page
    assert "260, et 300 en français" in page
    assert "il en manque 120" in page
    assert f"/fairness/{one.code}?" in page


def test_without_answers_the_page_says_so(reviewer):
    page = reviewer.get("/fairness")
    assert page.status_code == 200
    assert "encore aucune réponse" in page.text


def test_one_question_shows_both_texts_and_every_response(reviewer, one, database):
    with database.read() as db:
        row = db.get_one(ItemTranslation, one.translation_id)
        arabic = row.segments["stem"]
    page = reviewer.get(f"/fairness/{one.code}?lang=ar").text
    assert arabic in page
    assert 'lang="ar" dir="rtl"' in page
    assert "<svg" in page
    assert "Je ne sais pas" in page
    assert "moins de 10" in page  # five people of 260 did not know
    assert "Garder cette traduction" in page


def test_a_decision_is_taken_and_told(reviewer, one, database):
    seen = seen_on(reviewer, f"/fairness/{one.code}?lang=ar")
    reply = sent(reviewer, one, seen=seen)
    assert reply.status_code == 303
    page = reviewer.get(reply.headers["location"]).text
    assert "Le mot manque." in page
    assert "plus montrée" in page
    with database.read() as db:
        assert not db.get_one(ItemTranslation, one.translation_id).is_current
    assert sent(reviewer, one, seen=seen).status_code == 303  # the same form again


@pytest.mark.parametrize(
    ("given", "status"), [({"reason": "  "}, 422), ({"reason": "Bien relue."}, 409), ({"decision": "dance"}, 404)]
)
def test_what_cannot_be_decided_loses_no_word(reviewer, one, given, status):
    reply = sent(reviewer, one, **given)
    assert reply.status_code == status
    if status == 409:
        assert "Bien relue.</textarea>" in reply.text


def test_who_may_not_decide_reads_and_has_no_button(signed_in, one):
    trainer = signed_in(Role.TRAINER)
    page = trainer.get(f"/fairness/{one.code}?lang=ar")
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert sent(trainer, one).status_code == 403


def test_a_reviewer_of_an_organisation_that_is_not_trusted_with_it_decides_nothing(signed_in, one, database):
    reviewer = signed_in(Role.REVIEWER)
    assert sent(reviewer, one).status_code == 403
    with database.read() as db:
        assert db.get_one(ItemTranslation, one.translation_id).is_current


def test_the_own_question_of_another_organisation_does_not_exist(signed_in, reviewer, one, database):
    owner = signed_in(Role.REVIEWER)
    with database.begin() as db:
        db.get_one(Item, one.item_id).organisation_id = owner.organisation_id
    assert one.code not in reviewer.get("/fairness").text
    assert reviewer.get(f"/fairness/{one.code}?lang=ar").status_code == 404
    assert sent(reviewer, one).status_code == 404
    assert one.code in owner.get("/fairness").text
    assert sent(owner, one, seen=seen_on(owner, f"/fairness/{one.code}?lang=ar")).status_code == 303


@pytest.mark.parametrize("address", ["/fairness/SEC-01-a?lang=fr", "/fairness/SEC-01-a", "/fairness/NON?lang=ar"])
def test_what_is_not_there(reviewer, address):
    assert reviewer.get(address).status_code == 404


def test_trouble_with_the_language_is_an_outcome_of_its_own(reviewer, one, database):
    with database.begin() as db:
        figures(db, one, reviewer.organisation_id, correct=20, not_understood=12)
    page = reviewer.get("/fairness").text
    assert "souvent « je ne comprends pas »" in page
    assert "38" in page
    page = reviewer.get(f"/fairness/{one.code}?lang=ar").text
    assert "est à relire" in page


def test_a_trainer_may_read_it_in_english(reviewer, one):
    reviewer.cookies.set("desk", "en")
    assert reviewer.get("/fairness").status_code == 200


def test_as_many_queries_for_one_as_for_many(reviewer, one, database, app):
    def asked(address: str) -> int:
        with counted(app) as statements:
            assert reviewer.get(address).status_code == 200
        return len(statements)

    asked("/fairness")
    before = (asked("/fairness"), asked(f"/fairness/{one.code}?lang=ar"))
    with database.begin() as db:
        for other in bank.questions(db)[1:]:
            flag(db, other)
            figures(db, other, reviewer.organisation_id, correct=20, not_understood=12)
    assert (asked("/fairness"), asked(f"/fairness/{one.code}?lang=ar")) == before


def test_the_api_says_the_same(reviewer, one):
    found = reviewer.get("/api/v1/fairness").json()
    (language,) = found["languages"]
    assert (language["language"], [row["code"] for row in language["flagged"]]) == ("ar", [one.code])
    item = reviewer.get(f"/api/v1/fairness/{one.code}?lang=ar").json()
    assert (item["grade"], item["delta"], item["interval"]) == ("C", -1.9, [-2.6, -1.2])
    assert item["may_decide"]
    body = {"decision": "withdraw", "reason": "Le mot manque.", "seen": item["seen"]}
    address = f"/api/v1/fairness/{one.code}/decisions?lang=ar"
    decided = reviewer.post(address, json=body)
    assert decided.status_code == 200
    assert (decided.json()["served"], decided.json()["events"][0]["act"]) == (False, "withdrawn")
    assert reviewer.post(address, json=body).status_code == 200
    assert reviewer.post(address, json=body | {"reason": "Autre."}).status_code == 409
    assert reviewer.post(address, json=body | {"decision": "dance"}).status_code == 422


def test_the_api_keeps_organisations_apart(signed_in, reviewer, one, database):
    owner = signed_in(Role.REVIEWER)
    with database.begin() as db:
        db.get_one(Item, one.item_id).organisation_id = owner.organisation_id
        assert db.get(ItemFairness, (one.item_id, "ar")) is not None
    assert reviewer.get("/api/v1/fairness").json()["languages"] == []
    assert reviewer.get(f"/api/v1/fairness/{one.code}?lang=ar").status_code == 404
    body = {"decision": "keep", "reason": "Relue.", "seen": "x"}
    assert reviewer.post(f"/api/v1/fairness/{one.code}/decisions?lang=ar", json=body).status_code == 404
