"""When to stop, and in which words."""

from itertools import product

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    InvalidStructure,
    Label,
    Outcome,
    Stop,
    StopRules,
    Structure,
    compile_structure,
    decide,
    label,
)
from pathways.diagnostics.engine.stopping import STOPS, stop_reason, stop_reasons
from tests.diagnostics.engine.ladders import item, strand

ONE = compile_structure(Structure((strand("A", 0.0),), (item("q1", "A1"), item("q2", "A1"))))
EASY = compile_structure(Structure((strand("A", -9.0),), (item("q1", "A1"),)))
RIGHT = [("q1", Outcome.CORRECT)]
SURE = [*RIGHT, ("q2", Outcome.CORRECT)]


def stopped(rules, answers=(), candidates=("q1", "q2"), **spent):
    return decide(ONE, rules, answers, candidates, **spent).stopped


def test_precise_enough():
    assert stopped(StopRules(accuracy=0.85), RIGHT) == Stop.PRECISE_ENOUGH
    assert stopped(StopRules(accuracy=0.89), RIGHT) is None


def test_all_decided():
    assert stopped(StopRules(), RIGHT) is None
    assert stopped(StopRules(), SURE) == Stop.ALL_DECIDED


def test_nothing_to_gain():
    assert stopped(StopRules(), RIGHT, candidates=()) == Stop.NOTHING_TO_GAIN
    assert stopped(StopRules(least_information=0.9), RIGHT) == Stop.NOTHING_TO_GAIN
    assert stopped(StopRules(least_information=0.0), RIGHT) is None


def test_longest_counts_questions_of_any_outcome_and_seconds():
    silent = [("q1", Outcome.NOT_UNDERSTOOD), ("q1", Outcome.NOT_TRIED)]
    assert stopped(StopRules(questions=2), silent) == Stop.LONGEST
    assert stopped(StopRules(questions=3), silent) is None
    assert stopped(StopRules(seconds=60.0), seconds_spent=60.0) == Stop.LONGEST
    assert stopped(StopRules(seconds=60.0), seconds_spent=59.9) is None


def test_the_first_rule_that_holds_is_the_reason():
    everything = StopRules(accuracy=0.9, questions=2)
    assert stopped(everything, SURE, candidates=()) == Stop.PRECISE_ENOUGH
    assert stopped(StopRules(questions=2), SURE, candidates=()) == Stop.ALL_DECIDED
    assert stopped(StopRules(questions=1), RIGHT, candidates=()) == Stop.NOTHING_TO_GAIN


def test_a_prior_is_no_diagnosis():
    """A micro-skill that nearly everybody masters is still asked once."""
    rules = StopRules(accuracy=0.9, least_information=0.0)
    assert decide(EASY, rules, [], ["q1"]).next_item == "q1"
    assert decide(EASY, rules, [("q1", Outcome.NOT_UNDERSTOOD)], ["q1"]).next_item == "q1"
    assert decide(EASY, rules, [("q1", Outcome.CORRECT)], ["q1"]).stopped == Stop.PRECISE_ENOUGH


def test_a_stopped_decision_asks_nothing_and_keeps_its_profile():
    decision = decide(ONE, StopRules(questions=1), RIGHT, ("q2",))
    assert (decision.next_item, decision.information, decision.seconds) == (None, 0.0, 0.0)
    assert decision.posterior.mastery("A1") > 0.8


def test_a_structure_without_items_has_nothing_to_ask():
    bare = compile_structure(Structure((strand("A", 0.0),), ()))
    assert decide(bare, StopRules(), [], ()).stopped == Stop.NOTHING_TO_GAIN


@pytest.mark.parametrize(
    "wrong",
    [
        {"accuracy": 0.0},
        {"accuracy": 1.1},
        {"questions": 0},
        {"seconds": 0.0},
        {"seconds": float("nan")},
        {"least_information": -0.1},
        {"least_information": float("inf")},
    ],
)
def test_rules_that_cannot_be_meant_are_refused(wrong):
    with pytest.raises(InvalidStructure):
        StopRules(**wrong)


@pytest.mark.parametrize(
    ("mastery", "word"),
    [
        (1.0, Label.MASTERED),
        (0.9, Label.MASTERED),
        (0.9 - 1e-12, Label.MASTERED),
        (0.899, Label.UNDECIDED),
        (0.5, Label.UNDECIDED),
        (0.101, Label.UNDECIDED),
        (0.1 + 1e-12, Label.NOT_MASTERED),
        (0.1, Label.NOT_MASTERED),
        (0.0, Label.NOT_MASTERED),
    ],
)
def test_labels(mastery, word):
    assert label(mastery) == word
    assert label(mastery, assessable=False) == Label.NOT_ASSESSABLE


def test_labels_at_another_certainty():
    assert label(0.9, certainty=0.95) == Label.UNDECIDED
    assert label(0.04, certainty=0.95) == Label.NOT_MASTERED


@pytest.mark.parametrize(
    ("mastery", "certainty"), [(0.7, 0.5), (0.7, 1.2), (1.1, 0.9), (-0.1, 0.9), (float("nan"), 0.9)]
)
def test_what_is_no_probability_has_no_label(mastery, certainty):
    with pytest.raises(ValueError, match=r"probability|certainty"):
        label(mastery, certainty=certainty)


def test_a_floor_of_questions_holds_precision_back_and_nothing_else():
    rules = {"accuracy": 0.6, "least_questions": 2}
    assert decide(ONE, StopRules(**rules), RIGHT, ["q2"]).next_item == "q2"
    assert decide(ONE, StopRules(accuracy=0.6), RIGHT, ["q2"]).stopped is Stop.PRECISE_ENOUGH
    assert decide(ONE, StopRules(**rules), [*RIGHT, ("q2", Outcome.CORRECT)], []).stopped is Stop.PRECISE_ENOUGH
    assert decide(ONE, StopRules(**rules), RIGHT, []).stopped is Stop.NOTHING_TO_GAIN
    assert decide(ONE, StopRules(**rules, questions=1), RIGHT, ["q2"]).stopped is Stop.LONGEST


def test_one_learner_stops_like_each_of_many():
    rng = np.random.default_rng(4)
    rules = [
        StopRules(accuracy, questions, seconds, least_questions)
        for accuracy, questions, seconds, least_questions in product((None, 0.95), (None, 6), (None, 60.0), (0, 4))
    ]
    sure = rng.uniform(0.0, 0.2, (400, 3)) * rng.uniform(0.0, 1.0, (400, 1))
    mastery = np.where(rng.random((400, 3)) < 0.5, sure, 1.0 - sure)
    started, can_gain = rng.random((2, 400)) < 0.8
    questions, seconds = rng.integers(0, 9, 400), rng.uniform(0.0, 90.0, 400)
    found = set()
    for rule in rules:
        many = stop_reasons(rule, mastery, started=started, can_gain=can_gain, questions=questions, seconds=seconds)
        for place, reason in enumerate(many.tolist()):
            one = stop_reason(
                rule,
                mastery[place],
                started=bool(started[place]),
                can_gain=bool(can_gain[place]),
                questions=int(questions[place]),
                seconds=float(seconds[place]),
            )
            assert one == (None if reason < 0 else STOPS[reason])
            found.add(one)
    assert found == {None, *STOPS}
