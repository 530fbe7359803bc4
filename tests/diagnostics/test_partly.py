"""Nearly right answers in a diagnostic that counts them for a part: on a screen, on paper, and everywhere they are read
afterwards.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways import clock
from pathways.calibrations import comparing
from pathways.diagnostics import counting, predictions, reading, retracing, taking
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.engine import ANSWERS, FIRST_NEAR, Outcome, Structure, compile_structure, first_near, infer
from pathways.diagnostics.models import Answer, Attempt, Diagnostic, PredictionCount
from pathways.fairness import gathering
from pathways.filing import exporting
from pathways.insights import group, together, words
from pathways.items import figures
from pathways.items.models import Item
from pathways.learning import knowing
from tests.diagnostics.situations import Taker
from tests.diagnostics.test_paper import form_of, record

ORDER = {
    "skill": "GES-02",
    "kind": "order",
    "stem": "Mettez dans l'ordre pour appeler.",
    "options": [{"id": name, "text": f"étape {name}"} for name in "abcd"],
    "orders": [list("abcd")],
    "confusions": [{"before": ["d", "c"], "reveals": "raccroche trop tôt"}],
    "partly": True,
}
MATCH = {
    "skill": "VIE-06",
    "kind": "match",
    "stem": "Qu'est-ce qui va avec quoi ?",
    "options": [{"id": name, "text": f"chose {name}"} for name in "abc"],
    "targets": [{"id": f"t{place}", "text": f"place {place}"} for place in range(4)],
    "pairs": {"a": "t0", "b": "t1", "c": "t2"},
    "partly": True,
}
CHOICES = {
    "skill": "ORD-03",
    "kind": "choices",
    "stem": "Quels gestes sont prudents ? Choisissez-en deux.",
    "options": [
        {"id": name, "text": f"geste {name}", "key": name in "ab", "reveals": None if name in "ab" else f"croit {name}"}
        for name in "abcde"
    ],
    "partly": True,
}
QUESTIONS = (ORDER, MATCH, CHOICES)
RESPONSES: Mapping[str, Mapping[str, Any]] = {
    "GES-02": {"correct": list("abcd"), "partly": list("abdc"), "incorrect": list("dcba")},
    "VIE-06": {
        "correct": {"a": "t0", "b": "t1", "c": "t2"},
        "partly": {"a": "t0", "b": "t1", "c": "t3"},
        "incorrect": {"a": "t1", "b": "t2", "c": "t0"},
    },
    "ORD-03": {"correct": ["a", "b"], "partly": ["a", "c"], "incorrect": ["c", "d"]},
}
OUTCOMES = ("correct", "partly", "incorrect")


@dataclass
class Place:
    """A trainer with three questions of their own, the only ones that a screen can ask about their micro-skills."""

    client: TestClient
    trainer: TestClient
    codes: dict[str, str]
    """``{micro-skill: its question}``"""
    diagnostic: dict[str, Any]

    def publish(self) -> dict[str, Any]:
        return published(self.trainer)

    def take(self, outcomes: Mapping[str, str], code: str = "") -> Taker:
        taker = Taker.start(self.client, code or self.diagnostic["code"])
        while taker.item:
            skill = next(one for one, own in self.codes.items() if own == taker.item["id"])
            if skill in outcomes:
                taker.answer({"response": RESPONSES[skill][outcomes[skill]]})
            else:
                taker.not_understood()
        return taker


def published(trainer: TestClient) -> dict[str, Any]:
    selection = {"skills": list(RESPONSES), "languages": ["fr"], "questions": 12, "accuracy": None}
    made = trainer.post("/api/v1/diagnostics", json={"title": "Presque juste", "selection": selection})
    assert made.status_code == 201, made.text
    return trainer.post(f"/api/v1/diagnostics/{made.json()['id']}/publish").json()


def write(trainer: TestClient, item: dict[str, Any]) -> str:
    made = trainer.post("/api/v1/items", json={"item": item, "on_purpose": True})
    assert made.status_code == 201, made.text
    return made.json()["code"]


@pytest.fixture
def place(client, signed_in) -> Place:
    trainer = signed_in()
    codes = {one["skill"]: write(trainer, one) for one in QUESTIONS}
    return Place(client, trainer, codes, published(trainer))


def mastery(profile: dict[str, Any], skill: str) -> float:
    return next(one["mastery"] for one in profile["skills"] if one["code"] == skill)


def blueprint_of(database, app, diagnostic_id: str) -> Blueprint:
    with database.read() as db:
        return taking.blueprint_of(db, app.state.door, uuid.UUID(diagnostic_id))


def outcomes_of(database, attempt_id: str) -> dict[str, str]:
    with database.read() as db:
        query = sa.select(Answer.item, Answer.outcome).filter_by(attempt_id=uuid.UUID(attempt_id))
        return dict(db.execute(query.where(Answer.superseded_at.is_(None))).all())


# --- answering ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("skill", RESPONSES)
def test_a_nearly_right_answer_moves_mastery_less_down_than_a_wrong_one(place, database, skill):
    found = {}
    for outcome in OUTCOMES:
        taker = place.take({skill: outcome})
        assert outcomes_of(database, taker.opened["id"])[place.codes[skill]] == outcome
        found[outcome] = mastery(taker.profile(), skill)
    nothing = mastery(place.take({}).profile(), skill)
    assert found["incorrect"] < found["partly"] < found["correct"]
    assert found["incorrect"] < nothing < found["correct"]


def test_it_is_kept_and_read_again_as_the_engine_believes_it(place, database, app):
    taker = place.take(dict(zip(RESPONSES, OUTCOMES, strict=True)))
    blueprint = blueprint_of(database, app, place.diagnostic["id"])
    assert blueprint.parted == set(place.codes.values())
    for one in blueprint.compiled.structure.items:
        if one.code in blueprint.parted:
            body = blueprint.bodies[one.code]
            keys = sum(option["key"] for option in body["options"])
            assert one.near == first_near(body["kind"], options=len(body["options"]), keys=keys)
    given = list(outcomes_of(database, taker.opened["id"]).items())
    believed = infer(blueprint.compiled, given).mastery_by_skill()
    app.state.door.blueprints.forget()
    told = {one["code"]: one["mastery"] for one in taker.profile()["skills"]}
    assert told == pytest.approx(believed, abs=1e-6)
    assert [one["asked"] for one in taker.profile()["skills"] if one["code"] in RESPONSES] == [1, 1, 1]


def test_the_same_on_paper(place, database):
    form = form_of(place.trainer, place.diagnostic)
    by_item = {one["item"]: one for one in form["questions"]}
    assert set(by_item) == set(place.codes.values())
    for outcome in OUTCOMES:
        words = []
        for skill, code in place.codes.items():
            question, response = by_item[code], RESPONSES[skill][outcome]
            if question["kind"] == "order":
                word = "".join(str(response.index(name) + 1) for name in question["boxes"])
            elif question["kind"] == "match":
                word = "".join("ABCD"[question["targets"].index(response[name])] for name in question["boxes"])
            else:
                word = "".join(sorted("ABCDE"[question["boxes"].index(name)] for name in response))
            words.append((question["number"], word))
        saved = record(place.trainer, form["code"], [word for _, word in sorted(words)])
        assert saved.status_code == 201, saved.text
        attempt = saved.json()["attempt_id"]
        assert set(outcomes_of(database, attempt).values()) == {outcome}
        typed = place.trainer.get(f"/api/v1/attempts/{attempt}/profile").json()
        shown = place.take(dict.fromkeys(RESPONSES, outcome)).profile()
        for skill in RESPONSES:
            assert mastery(typed, skill) == mastery(shown, skill)


def test_a_diagnostic_of_before_goes_on_as_it_was_published(client, signed_in, database, app):
    trainer = signed_in()
    plain = [{name: value for name, value in one.items() if name != "partly"} for one in QUESTIONS]
    codes = {one["skill"]: write(trainer, one) for one in plain}
    before = published(trainer)
    for one in QUESTIONS:
        revised = trainer.put(f"/api/v1/items/{codes[one['skill']]}", json={"item": one, "number": 1})
        assert revised.json()["number"] == 2
    place = Place(client, trainer, codes, before)
    after = place.publish()
    with database.read() as db:
        rows = {str(one.id): one.blueprint for one in db.scalars(sa.select(Diagnostic))}
    assert "near" not in json.dumps(rows[before["id"]])
    assert json.dumps(rows[after["id"]]).count('"near"') >= len(codes)
    everything = dict.fromkeys(RESPONSES, "partly")
    assert set(outcomes_of(database, place.take(everything).opened["id"]).values()) == {"incorrect"}
    newer = place.take(everything, after["code"])
    assert set(outcomes_of(database, newer.opened["id"]).values()) == {"partly"}
    assert blueprint_of(database, app, before["id"]).parted == frozenset()


def test_answers_to_both_of_one_person_are_read_together(client, signed_in, database, app):
    """The one of before did not tell nearly right answers from wrong ones, so both are read as it did."""
    trainer = signed_in()
    plain = {name: value for name, value in ORDER.items() if name != "partly"}
    codes = {one["skill"]: write(trainer, one) for one in (plain, MATCH, CHOICES)}
    place = Place(client, trainer, codes, published(trainer))
    trainer.put(f"/api/v1/items/{codes['GES-02']}", json={"item": ORDER, "number": 1})
    after = place.publish()
    attempts = [place.take({"GES-02": "partly", "VIE-06": "partly"}, code).opened["id"] for code in (after["code"], "")]
    believed = []
    with database.begin() as db:
        for outcome in (Outcome.PARTLY, Outcome.INCORRECT):
            first = db.get_one(Attempt, uuid.UUID(attempts[0]))
            [one] = db.scalars(sa.select(Answer).filter_by(attempt_id=first.id, item=codes["GES-02"]))
            one.outcome = outcome
            db.flush()
            both = [first, db.get_one(Attempt, uuid.UUID(attempts[1]))]
            ladders = knowing.ladders_for(db, trainer.organisation_id, "inclusion-numerique")  # type: ignore[attr-defined] - a test asks
            found = knowing.known(db, app.state.door, both, ladders, clock.now())
            assert found.models[codes["GES-02"]].near is None
            assert found.models[codes["VIE-06"]].near == FIRST_NEAR
            assert (found.asked["GES-02"], found.asked["VIE-06"]) == (2, 2)
            believed.append(found.mastery["GES-02"])
    assert believed[0] == pytest.approx(believed[1], abs=1e-12)


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_word(outcome):
    assert words.OUTCOMES[outcome]
    assert exporting.SAID[outcome]


def test_trainers_read_it_and_learners_do_not(place):
    taker = place.take(dict.fromkeys(RESPONSES, "partly"))
    attempt = taker.opened["id"]
    assert place.trainer.get(f"/profiles/{attempt}").text.count("presque juste") == 3
    assert place.trainer.get(f"/profiles/{attempt}/reasons").text.count("presque juste") == 6  # in list and table
    told = place.trainer.get(f"/api/v1/attempts/{attempt}/reasons").json()
    assert [(one["outcome"], one["counts"]) for one in told["questions"]] == [("partly", True)] * 3
    assert "raccroche trop tôt" in place.trainer.get(f"/diagnostics/{place.diagnostic['id']}/group").text
    for path in ("live", "group", "attempts.csv", "quality"):
        assert place.trainer.get(f"/diagnostics/{place.diagnostic['id']}/{path}").status_code == 200, path
    assert "presque" not in json.dumps([taker.current(), taker.last, taker.profile()], ensure_ascii=False)


def test_each_step_weighs_what_a_nearly_right_answer_would_have_told(place, database, app):
    """Against the joint distribution of four outcomes, by hand: of wrong answers a share that hangs on mastery alone
    comes near.
    """
    taker = place.take({"GES-02": "partly", "VIE-06": "incorrect", "ORD-03": "partly"})
    blueprint = blueprint_of(database, app, place.diagnostic["id"])
    with database.read() as db:
        standing = taking.standing_of(taking.answers_of(db, uuid.UUID(taker.opened["id"])))
        _, steps = retracing.retrace(blueprint, "fr", standing)
        assert [one.answer.outcome for one in steps] == [one.outcome for one in standing]
        assert all(one.counts for one in steps)
        db.expunge_all()
    compiled = blueprint.compiled
    given: list[tuple[str, Outcome]] = []
    for one in steps:
        item, skill = one.answer.item, one.skill
        believed = infer(compiled, given)
        chances = dict(believed.predicted(item))
        left = {y: infer(compiled, [*given, (item, y)]).mastery(skill) for y in ANSWERS}
        # mean of mastery after the answer = mastery before it, for any way to share the wrong ones
        rest = believed.mastery(skill) - sum(chances[y] * left[y] for y in (Outcome.CORRECT, Outcome.DONT_KNOW))
        matrix = [[1.0, 1.0], [left[Outcome.PARTLY], left[Outcome.INCORRECT]]]
        near, wrong = solved(matrix, [chances[Outcome.INCORRECT], rest])
        assert near > 0
        assert wrong > 0
        ratio = near / (near + wrong)
        assert FIRST_NEAR[0] < ratio < FIRST_NEAR[1]
        chances |= {Outcome.PARTLY: near, Outcome.INCORRECT: wrong}
        named = {doubt.skill: doubt.bits for doubt in one.doubts}
        shared = bits(believed.mastery(skill)) - sum(chances[y] * bits(left[y]) for y in left)
        assert named[skill] == pytest.approx(shared, abs=1e-9)
        given.append((item, Outcome(one.answer.outcome)))


def solved(matrix: list[list[float]], right: list[float]) -> tuple[float, float]:
    (a, b), (c, d) = matrix
    whole = a * d - b * c
    return (right[0] * d - b * right[1]) / whole, (a * right[1] - c * right[0]) / whole


def bits(p: float) -> float:
    return -p * log2(p) - (1 - p) * log2(1 - p)


def test_the_group_knows_what_the_profiles_say_and_what_nearly_right_answers_reveal(place, database, app):
    takers = {outcome: place.take(dict.fromkeys(RESPONSES, outcome)) for outcome in OUTCOMES}
    with database.read() as db:
        diagnostic = db.get_one(Diagnostic, uuid.UUID(place.diagnostic["id"]))
        read = group.read(db, app.state.door, diagnostic, group.Wanted())
        for row, person in enumerate(read.people):
            told = reading.profile(db, app.state.door, person.attempt)
            assert dict(zip(read.blueprint.skills, read.mastery[row], strict=True)) == pytest.approx(
                {one.skill.code: one.mastery for one in told.skills}, abs=1e-9
            )
        found = {one.text: {str(person.attempt.id) for person in one.people} for one in together.mistakes(db, read)}
    near, wrong = (takers[outcome].opened["id"] for outcome in ("partly", "incorrect"))
    assert found["raccroche trop tôt"] == {near, wrong}
    assert found["croit c"] == {near, wrong}


# --- counting -----------------------------------------------------------------------------------------------------


def test_figures_count_it_among_those_that_are_not_right(place, database):
    for outcome in OUTCOMES:
        place.take(dict.fromkeys(RESPONSES, outcome))
    with database.begin() as db:
        assert counting.count_finished(db) == 3
        item = db.scalars(sa.select(Item).filter_by(code=place.codes["GES-02"])).one()
        fared = figures.read(db, place.trainer.organisation_id, [item.id])[item.id]  # type: ignore[attr-defined] - same
        assert fared.counts["fr"] == {"correct": 1, "incorrect": 2, "dont_know": 0, "not_understood": 0}


def test_a_prediction_of_right_is_missed_by_a_nearly_right_answer(place, database):
    foretold = {"correct": 0.8, "incorrect": 0.15, "dont_know": 0.05}
    diagnostic = uuid.UUID(place.diagnostic["id"])
    with database.begin() as db:
        predictions.count(db, [(diagnostic, foretold, outcome) for outcome in (*OUTCOMES, "not_understood")])
    with database.read() as db:
        [row] = db.scalars(sa.select(PredictionCount).filter_by(diagnostic_id=diagnostic))
        assert (row.number, row.correct, row.predicted) == (3, 1, pytest.approx(2.4))


def test_languages_are_compared_by_right_answers_alone(database):
    answer = {"language": "fr", "assisted": False, "response": None, "translation": None, "item": "x"}

    class Asked:
        kind = "order"

        def holds(self, _: object) -> bool:
            return True

    def taken(outcome: str):
        found = gathering.sitting_of([answer | {"outcome": outcome}], [Asked()], {"x": 0})  # type: ignore[list-item] - a double
        assert found is not None
        return found.answers

    assert taken("partly") == taken("incorrect") != taken("correct")


def test_people_drawn_to_compare_values_come_near_as_often_as_the_question_says(place, database, app):
    structure = blueprint_of(database, app, place.diagnostic["id"]).compiled.structure
    learners = comparing.answering(structure, 3_000, seed=5)
    item = next(one for one in structure.items if one.code == place.codes["GES-02"])
    for mastered, share in enumerate(item.near or ()):
        own = [one for one in learners if (item.skill in (one.mastered or ())) is bool(mastered)]
        wrong = [said for one in own if (said := one.answers[item.code]) in {"partly", "incorrect"}]
        near = sum(said == "partly" for said in wrong) / len(wrong)
        assert near == pytest.approx(share, abs=4 * (share * (1 - share) / len(wrong)) ** 0.5)


def test_without_such_a_question_the_same_people_are_drawn_as_ever(place, database, app):
    structure = blueprint_of(database, app, place.diagnostic["id"]).compiled.structure
    document = structure.to_document()
    items = [{name: value for name, value in one.items() if name != "near"} for one in document["items"]]
    plain = Structure.from_document(document | {"items": items})
    assert all(one.near is None for one in plain.items)
    said = {outcome for one in comparing.answering(plain, 50, seed=5) for outcome in one.answers.values()}
    assert said <= {"correct", "incorrect", "dont_know"}
    assert compile_structure(plain).item_codes == compile_structure(structure).item_codes
