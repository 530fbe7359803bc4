"""``--stop``: the rules that are named hold, and no other."""

from __future__ import annotations

import pytest

from pathways.diagnostics.engine import Stop, StopRules, compile_structure
from pathways.diagnostics.simulating.stops import Stops, WrongStop, stops_of
from tests.diagnostics.simulating.banks import bank, ladders

RIGHT = "correct"


def compiled():
    return compile_structure(bank(ladders(1, 1, 9, guess=0.01, slip=0.01)).in_one_style().structure)


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        (["questions=12"], (None, 12, None)),
        (["accuracy=.9"], (0.9, None, None)),
        (["accuracy=0,9", "minutes=1.5"], (0.9, None, 90.0)),
        (["none"], (None, None, None)),
        (["none", "questions=3"], (None, 3, None)),
    ],
)
def test_each_word_is_its_rule(words, rules):
    found = stops_of(words).rules
    assert (found.accuracy, found.questions, found.seconds) == rules
    assert found.least_information == 0.0


@pytest.mark.parametrize(
    "word",
    [
        *("", "accuracy", "accuracy=", "accuracy=0", "accuracy=1.01", "accuracy=nan", "accuracy=x"),
        *(
            "questions=0",
            "questions=1.5",
            "questions=-3",
            "questions=1e99",
            "minutes=0",
            "minutes=inf",
            "None=1",
            "never",
        ),
    ],
)
def test_a_word_that_says_nothing_is_refused_with_what_would(word):
    with pytest.raises(WrongStop, match="attendu"):
        stops_of([word])


def test_a_rule_given_twice_is_refused():
    with pytest.raises(WrongStop, match="deux fois"):
        stops_of(["questions=3", "questions=4"])


def test_until_nothing_is_left_neither_certainty_nor_worthlessness_ends_a_sitting():
    answers = [(f"a1-{n}", RIGHT) for n in range(1, 9)]
    decision = stops_of(["none"]).decide(compiled(), answers, {"a1-9"}, 1e9)
    assert decision.posterior.mastery("a1") > 0.999999
    assert decision.next_item == "a1-9"
    assert stops_of(["none"]).decide(compiled(), answers, set(), 0.0).stopped is Stop.NOTHING_TO_GAIN


def test_a_precision_that_was_asked_for_is_not_undercut_by_decided_labels():
    answers = [("a1-1", RIGHT)]
    left = {f"a1-{n}" for n in range(2, 10)}
    believed = stops_of(["none"]).decide(compiled(), answers, left, 0.0).posterior.mastery("a1")
    assert 0.9 < believed < 0.999
    assert stops_of(["accuracy=.999"]).decide(compiled(), answers, left, 0.0).stopped is None
    assert stops_of(["accuracy=.9"]).decide(compiled(), answers, left, 0.0).stopped is Stop.PRECISE_ENOUGH
    assert Stops(StopRules(accuracy=0.999)).decide(compiled(), answers, left, 0.0).stopped is Stop.ALL_DECIDED


def test_limits_hold_beside_a_precision():
    both = stops_of(["accuracy=.9999999", "questions=1"])
    assert both.decide(compiled(), [("a1-1", RIGHT)], {"a1-2"}, 0.0).stopped is Stop.LONGEST
    time = stops_of(["minutes=2"])
    assert time.decide(compiled(), [("a1-1", RIGHT)], {"a1-2"}, 119.9).stopped is None
    assert time.decide(compiled(), [("a1-1", RIGHT)], {"a1-2"}, 120.0).stopped is Stop.LONGEST
