"""*I do not understand*, from the first answer to the last export: an outcome of its own, never a lack of skill."""

from __future__ import annotations

import csv
import io
import uuid
import zipfile

import pytest
import sqlalchemy as sa

from pathways.diagnostics import counting, taking
from pathways.diagnostics.engine import infer
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.items.models import ItemFigures
from pathways.people.models import LearnerFile
from pathways.permissions import Role
from tests.diagnostics.situations import Taker

SAID = "Je ne comprends pas"


@pytest.fixture
def diagnostic(database, published) -> Diagnostic:
    with database.read() as db:
        found = db.scalars(sa.select(Diagnostic).filter_by(code=published)).one()
        db.expunge(found)
        return found


@pytest.fixture
def trainer(signed_in, diagnostic):
    return signed_in(Role.TRAINER, organisation=diagnostic.organisation_id)


def lost(client, code: str, answers: int = 100) -> Taker:
    """Somebody who understands no question."""
    taker = Taker.start(client, code, "ar")
    while taker.item and len(taker.history) < answers:
        taker.not_understood()
    if taker.item:
        taker.post("leave")
    return taker


def test_the_profile_stays_what_it_was_before_the_first_question(client, published):
    nothing, taker = Taker.start(client, published, "ar"), lost(client, published)
    before, after = nothing.profile(), taker.profile()
    assert [one["mastery"] for one in after["skills"]] == [one["mastery"] for one in before["skills"]]
    assert {one["label"] for one in after["skills"]} <= {"undecided", "not_assessable"}
    assert {(one["asked"], one["deduced"]) for one in after["skills"]} == {(0, False)}
    assert after["language"]["not_understood"] == len(taker.history)
    assert after["language"]["not_understood_items"] == [sent["item"] for sent in taker.history]


def test_between_other_answers_it_changes_no_mastery(client, published, database, diagnostic):
    taker = Taker.start(client, published, "ar")
    taker.not_understood()
    taker.dont_know()
    taker.not_understood()
    with database.read() as db:
        blueprint = taking.blueprint_of(db, client.app.state.door, diagnostic.id)
    alone = infer(blueprint.compiled, [(taker.history[1]["item"], "dont_know")]).mastery_by_skill()
    assert {one["code"]: one["mastery"] for one in taker.profile()["skills"]} == pytest.approx(alone, abs=1e-6)


def test_the_learner_is_told_that_it_does_not_count(client, published):
    begun = client.post(f"/q/{published}/ar", data={"key": "c" * 32})
    address = begun.headers["location"].removesuffix("/practice")
    page = client.get(address).text
    key, item = (page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("key", "item"))
    client.post(f"{address}/answers", data={"key": key, "item": item, "outcome": "not_understood"})
    client.post(f"{address}/leave")
    result = client.get(f"{address}/result").text
    assert "ne comptent pas contre vous" in result
    assert 'id="learn"' not in result
    assert SAID in client.get(f"{address}/take-away").text


def test_the_trainer_sees_it_as_such(client, published, trainer):
    taker = lost(client, published)
    page = trainer.get(f"/profiles/{taker.opened['id']}").text
    assert f"{len(taker.history)} fois « {SAID} »" in page


def test_in_a_group_nobody_lacks_what_was_not_understood(client, published, trainer, diagnostic):
    taker = lost(client, published)
    read = trainer.get(f"/api/v1/diagnostics/{diagnostic.id}/group").json()
    (person,) = read["people"]
    assert person["not_understood"] == len(taker.history)
    assert set(person["signs"].values()) == {"unseen"}
    assert person["within_reach"] == []
    assert all(skill["people"]["learn"] == skill["people"]["confirm"] == 0 for skill in read["skills"])
    assert trainer.get(f"/api/v1/diagnostics/{diagnostic.id}/next-skills").json() == []
    assert trainer.get(f"/api/v1/diagnostics/{diagnostic.id}/mistakes").json() == []
    assert trainer.get(f"/diagnostics/{diagnostic.id}/group").status_code == 200


def table(reply) -> list[dict[str, str]]:
    text = reply.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))


def test_the_table_inside_the_organisation_counts_it_in_a_column_of_its_own(client, published, trainer, diagnostic):
    taker = lost(client, published)
    (row,) = table(trainer.get(f"/api/v1/diagnostics/{diagnostic.id}/attempts.csv"))
    assert row["non comprises"] == str(len(taker.history))
    words = {value for name, value in row.items() if name.split()[0].isupper() and "-" in name.split()[0]}
    assert words
    assert not {"à apprendre", "à confirmer", "sait faire"} & words


@pytest.mark.slow
def test_the_table_for_others_has_nobody_to_learn_it(client, published, trainer, diagnostic):
    for _ in range(20):
        lost(client, published, answers=2)
    rows = table(trainer.get(f"/api/v1/diagnostics/{diagnostic.id}/group.csv"))
    assert {(row["personnes"], row["pas vu"]) for row in rows} == {("20", "au moins 10")}
    assert not [row for row in rows if {row["à apprendre"], row["à confirmer"]} != {"moins de 10 (ou masqué)"}]


def test_two_attempts_side_by_side_say_nothing_of_what_was_not_understood(client, published, trainer):
    before, after = lost(client, published), lost(client, published)
    read = trainer.get(f"/api/v1/attempts/{before.opened['id']}/compare/{after.opened['id']}")
    assert read.status_code == 200, read.text
    assert {one["change"] for one in read.json()["skills"]} == {"unknown"}


def test_what_a_person_is_handed_says_it_in_these_words(client, published, trainer, database, diagnostic):
    taker = lost(client, published, answers=3)
    with database.begin() as db:
        file = LearnerFile(organisation_id=diagnostic.organisation_id, label="jeudi", sought="jeudi")
        db.add(file)
        db.flush()
        db.get_one(Attempt, uuid.UUID(taker.opened["id"])).file_id = file.id
        identifier = file.id
    handed = trainer.get(f"/api/v1/learners/{identifier}/export").json()
    (attempt,) = handed["attempts"]
    assert {one["outcome"] for one in attempt["answers"]} == {"not_understood"}
    assert {one["answer"] for one in attempt["answers"]} == {SAID}
    assert attempt["profile"]["learn"] == attempt["profile"]["confirm"] == []
    with zipfile.ZipFile(io.BytesIO(trainer.get(f"/learners/{identifier}/export").content)) as kept:
        page = next(kept.read(name).decode() for name in kept.namelist() if name.endswith(".html"))
    assert SAID in page


def test_the_figures_of_a_question_count_it_apart(client, published, database):
    taker = lost(client, published)
    with database.begin() as db:
        counting.count_finished(db)
        rows = db.scalars(sa.select(ItemFigures)).all()
        assert sum(row.not_understood for row in rows) == len(taker.history)
        assert sum(row.correct + row.incorrect + row.dont_know for row in rows) == 0
