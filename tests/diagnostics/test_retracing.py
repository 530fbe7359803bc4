"""Why each question was asked: against the engine asked step by step, and against the joint distribution."""

from __future__ import annotations

import time
from math import log2

import pytest

from pathways import clock
from pathways.diagnostics import deciding, reading, retracing, taking
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.engine import EVIDENCE, Outcome, infer
from pathways.diagnostics.models import Answer
from pathways.diagnostics.reading import Sign
from pathways.diagnostics.retracing import Origin
from pathways.diagnostics.taking import Door
from tests.conftest import SECRET
from tests.insights.crowds import SKILLS, Crowd, answer

MIXED = {
    "SEC-01": "correct",
    "SEC-02": "incorrect",
    "MEL-03": "not_understood",
    "MEL-04": "dont_know",
    "NAV-03": "correct",
}


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


@pytest.fixture
def crowd(db) -> Crowd:
    return Crowd.new(db)


def steps_of(crowd: Crowd, door: Door, outcomes, **columns):
    attempt = crowd.add(outcomes, **columns)
    return attempt, retracing.retraced(crowd.db, door, attempt)


def test_each_step_promises_and_leaves_what_the_engine_says(crowd, door):
    _, read = steps_of(crowd, door, MIXED)
    compiled = read.blueprint.compiled
    given: list[tuple[str, Outcome]] = []
    assert read.begun == pytest.approx(infer(compiled, given).expected_accuracy(), abs=1e-12)
    assert len(read.steps) == sum(len(crowd.items[skill]) for skill in SKILLS)
    for one in read.steps:
        before = infer(compiled, given)
        place = compiled.item_index[one.answer.item]
        assert one.bits == pytest.approx(before.information()[place], abs=1e-9)
        assert one.seconds == compiled.seconds[place]
        given += deciding.evidence_of([one.answer])
        assert one.certainty == pytest.approx(infer(compiled, given).expected_accuracy(), abs=1e-12)


def test_what_a_question_was_to_decide_is_what_its_outcome_shares_with_each_micro_skill(crowd, door):
    _, read = steps_of(crowd, door, {"SEC-01": "correct", "MEL-03": "incorrect"})
    compiled = read.blueprint.compiled
    given: list[tuple[str, Outcome]] = []
    for one in read.steps:
        before = infer(compiled, given)
        shared = {}
        for skill in read.blueprint.skills:
            joint = {}
            for outcome, chance in before.predicted(one.answer.item).items():
                mastered = infer(compiled, [*given, (one.answer.item, outcome)]).mastery(skill)
                joint[outcome] = (chance * mastered, chance * (1.0 - mastered))
            yes = sum(pair[0] for pair in joint.values())
            assert yes == pytest.approx(before.mastery(skill), abs=1e-9)
            shared[skill] = sum(
                p * log2(p / (whole * sum(pair)))
                for pair in joint.values()
                for p, whole in zip(pair, (yes, 1.0 - yes), strict=True)
                if p > 0
            )
        assert one.doubts
        for doubt in one.doubts:
            assert doubt.bits == pytest.approx(shared[doubt.skill], abs=1e-9)
            assert doubt.mastery == pytest.approx(before.mastery(doubt.skill), abs=1e-12)
        named = [doubt.skill for doubt in one.doubts]
        assert max(shared, key=lambda skill: shared[skill]) == named[0]
        least = min(doubt.bits for doubt in one.doubts)
        left_out = [bits for skill, bits in shared.items() if skill not in named]
        assert all(bits <= least + 1e-9 or bits < retracing.LEAST_BITS for bits in left_out)
        given.append((one.answer.item, Outcome(one.answer.outcome)))


def test_the_changes_of_all_steps_together_lead_to_the_profile(crowd, door):
    for outcomes in (MIXED, dict.fromkeys(SKILLS, "correct"), dict.fromkeys(SKILLS, "dont_know")):
        attempt, read = steps_of(crowd, door, outcomes)
        last: dict[str, Sign] = {}
        for one in read.steps:
            for change in one.changes:
                assert change.before is not change.after
                last[change.skill] = change.after
        profile = {one.skill.code: one.sign for one in reading.profile(crowd.db, door, attempt).skills}
        sure = {Sign.CAN, Sign.LEARN}
        assert {code: sign for code, sign in last.items() if sign in sure} == {
            code: sign for code, sign in profile.items() if sign in sure
        }
    assert last


def test_what_was_not_understood_leaves_all_as_it_was(crowd, door):
    _, read = steps_of(crowd, door, {"SEC-01": "correct", "MEL-03": "not_understood"})
    counted, lost = read.steps[0], [one for one in read.steps if one.answer.outcome == "not_understood"]
    assert counted.counts
    assert lost
    assert {(one.counts, one.changes, one.certainty) for one in lost} == {(False, (), lost[0].certainty)}
    assert read.certainty == read.steps[len(crowd.items["SEC-01"]) - 1].certainty


def test_an_answer_that_was_taken_back_is_told_apart(crowd, door, db):
    attempt, before = steps_of(crowd, door, {"SEC-01": "correct", "SEC-02": "incorrect"})
    first = before.steps[0].answer
    first.superseded_at = clock.now()
    db.flush()
    db.add(answer(attempt.id, 90, first.item, "dont_know"))
    db.flush()
    read = retracing.retraced(db, door, attempt)
    assert [one.outcome for one in read.superseded] == ["correct"]
    assert read.steps[-1].answer.number == 90
    assert len(read.steps) == len(before.steps)
    standing = [(one.answer.item, Outcome(one.answer.outcome)) for one in read.steps]
    assert read.certainty == pytest.approx(infer(read.blueprint.compiled, standing).expected_accuracy(), abs=1e-12)


def test_gestures_and_paper_say_where_they_come_from(crowd, door, db):
    attempt = crowd.add({"SEC-01": "correct"})
    items = [code for code in crowd.diagnostic.blueprint["items"] if code.startswith("SEC-02")]
    db.add(answer(attempt.id, 50, items[0], "correct", observed_by=crowd.member.account_id))
    db.add(answer(attempt.id, 51, items[1], "incorrect", entered_by=crowd.member.account_id))
    db.flush()
    read = retracing.retraced(db, door, attempt)
    ways = {one.answer.number: one.origin for one in read.steps}
    assert (ways[1], ways[50], ways[51]) == (Origin.SCREEN, Origin.OBSERVED, Origin.PAPER)


def test_an_attempt_without_answers_has_no_step(crowd, door):
    _, read = steps_of(crowd, door, {})
    assert read.steps == ()
    assert read.certainty == read.begun


def test_a_question_that_reveals_nothing_still_names_one_micro_skill(crowd, door, db):
    """Once everything is sure, what is left to decide is next to nothing, and the page must not be empty."""
    attempt = crowd.add(dict.fromkeys(SKILLS, "correct"))
    standing = taking.standing_of(taking.answers_of(db, attempt.id))
    _, steps = retracing.retrace(taking.blueprint_of(db, door, attempt.diagnostic_id), "fr", standing)
    assert all(1 <= len(one.doubts) <= retracing.MOST_DOUBTS for one in steps)
    assert all(doubt.bits >= 0.0 for one in steps for doubt in one.doubts)


def test_the_order_of_answers_is_that_in_which_they_were_given(crowd, door, db):
    attempt = crowd.add({})
    codes = [crowd.items[skill][0] for skill in SKILLS]
    for number, item in zip((5, 3, 4, 1, 2), codes, strict=True):
        db.add(answer(attempt.id, number, item, "correct"))
    db.flush()
    read = retracing.retraced(db, door, attempt)
    assert [one.answer.number for one in read.steps] == [1, 2, 3, 4, 5]
    assert {y.value for y in EVIDENCE} >= {one.answer.outcome for one in read.steps}
    assert all(isinstance(one.answer, Answer) for one in read.steps)
