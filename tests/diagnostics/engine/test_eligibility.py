"""Which questions may be asked: one rule after the other, and none that a rule above it forbids."""

from dataclasses import replace

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    InvalidStructure,
    Outcome,
    Stop,
    StopRules,
    Structure,
    UnknownItem,
    compile_structure,
    decide,
    families,
    simulate,
)
from pathways.diagnostics.engine.circumstances import Circumstances
from pathways.diagnostics.engine.eligibility import eligible, worth
from pathways.diagnostics.engine.selection import LOADING_SECONDS, information
from tests.diagnostics.engine.ladders import distinct, even, item, strand
from tests.diagnostics.engine.plainly import infer

ASK = StopRules(least_information=0.0)


def dressed():
    """Two ladders; ``w`` and ``p`` of a micro-skill are one question in words and in pictures."""
    items = [
        replace(item(f"{skill}-{dress}", skill), testlet=f"{skill} in two dresses")
        for skill in ("A1", "A2", "B1")
        for dress in ("p", "w")
    ]
    return Structure((strand("A", -0.6, 0.4), strand("B", 0.0)), (*items, item("B1x", "B1", guess=0.45)))


COMPILED = compile_structure(dressed())


def left_after(answers):
    return [code for code in COMPILED.item_codes if code not in {item for item, _ in answers}]


def asked_until_the_end(met=(), outcome=Outcome.CORRECT):
    answers = []
    while True:
        chosen = Circumstances(met=met)
        decision = decide(COMPILED, ASK, answers, left_after(answers), circumstances=chosen)
        if decision.next_item is None or len(answers) > 10:
            return [item for item, _ in answers]
        answers.append((decision.next_item, outcome))


def test_nobody_is_asked_a_question_in_two_dresses():
    asked = asked_until_the_end()
    assert len({code[:2] for code in asked if code != "B1x"}) == len(asked) - ("B1x" in asked)


def test_what_was_not_understood_comes_back_in_another_dress():
    asked = asked_until_the_end(outcome=Outcome.NOT_UNDERSTOOD)
    assert sorted(asked) == sorted(COMPILED.item_codes)


def test_what_was_met_before_is_asked_last_in_whatever_dress():
    first = decide(COMPILED, ASK, [], COMPILED.item_codes).next_item
    assert first is not None
    family = {code for code in COMPILED.item_codes if code[:3] == first[:3]}
    other = min(family - {first})
    met = [other, "no such item"]
    assert families.met(COMPILED, met).tolist() == [code in family for code in COMPILED.item_codes]
    decision = decide(COMPILED, ASK, [], COMPILED.item_codes, circumstances=Circumstances(met=met))
    assert decision.next_item not in family
    assert decide(COMPILED, ASK, [], family, circumstances=Circumstances(met=met)).next_item in family
    assert asked_until_the_end(met)[0] not in family


def test_what_was_met_before_comes_before_an_end_for_want_of_questions():
    """What is left but not worth asking is nothing that is left."""
    told = [("B1-w", Outcome.CORRECT), ("B1x", Outcome.CORRECT)]
    rules = StopRules(least_information=0.05)
    chosen = Circumstances(met=["A1-p", "A2-p"])
    asked = decide(COMPILED, rules, told, left_after(told), circumstances=chosen).next_item
    assert asked is not None
    assert asked[:1] == "A"


def test_a_strand_has_its_most_questions():
    compiled = compile_structure(distinct(2))
    chosen = Circumstances(most_per_strand=3)
    answers, stopped = [], None
    while stopped is None:
        left = [code for code in compiled.item_codes if code not in {item for item, _ in answers}]
        decision = decide(compiled, ASK, answers, left, circumstances=chosen)
        stopped = decision.stopped
        if stopped is None:
            answers.append((decision.next_item, Outcome.NOT_UNDERSTOOD if len(answers) == 2 else Outcome.DONT_KNOW))
    assert stopped in {Stop.NOTHING_TO_GAIN, Stop.ALL_DECIDED}
    of_strand = [sum(code.startswith(name) for code, _ in answers) for name in ("S000", "S001")]
    assert max(of_strand) <= 3


def test_a_question_is_worth_its_time_or_is_not_asked():
    compiled = compile_structure(distinct(3))
    bits = information(compiled, infer(compiled, []).states)
    rate = bits[0] / (compiled.seconds + LOADING_SECONDS)
    between = float(np.sort(rate)[-3:-1].mean())
    rules = StopRules(least_information=0.0, least_rate=between)
    assert np.array_equal(worth(rules, bits, compiled.seconds, questions=0)[0], rate >= between)
    assert worth(rules, bits, compiled.seconds, questions=0).sum() == 2
    early = replace(rules, least_questions=1)
    assert worth(early, bits, compiled.seconds, questions=0).all(), "who was hardly asked is asked on"
    never = StopRules(least_rate=float(rate.max()) * 1.01)
    assert decide(compiled, never, [], compiled.item_codes).stopped is Stop.NOTHING_TO_GAIN
    slower = Circumstances(seconds=compiled.seconds * 3.0)
    assert decide(compiled, rules, [], compiled.item_codes).stopped is None
    assert decide(compiled, rules, [], compiled.item_codes, circumstances=slower).stopped is Stop.NOTHING_TO_GAIN


def test_the_estimate_ends_where_nothing_is_worth_its_time():
    compiled = compile_structure(distinct(3))
    patient = simulate(compiled, StopRules(), learners=40, seed=1)
    hurried = simulate(compiled, StopRules(least_rate=0.004), learners=40, seed=1)
    assert hurried.minutes.mean < patient.minutes.mean
    assert hurried.stops[Stop.NOTHING_TO_GAIN] > patient.stops[Stop.NOTHING_TO_GAIN]


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(InvalidStructure, match="least rate"):
        StopRules(least_rate=rate)


def test_of_thousands_of_candidates_those_that_are_none_are_left_out_and_a_stranger_is_refused():
    compiled = compile_structure(even(4, rungs=3))
    every = set(compiled.item_codes)
    left = every - {compiled.item_codes[2]}
    mask = eligible(compiled, left, rows=[], asked=[], most_per_strand=None)
    assert [compiled.item_codes[place] for place in np.flatnonzero(~mask[0])] == [compiled.item_codes[2]]
    assert (mask == eligible(compiled, list(left), rows=[], asked=[], most_per_strand=None)).all()
    for strange in (every | {"nobody"}, left | {"nobody"}):
        with pytest.raises(UnknownItem, match="nobody"):
            eligible(compiled, strange, rows=[], asked=[], most_per_strand=None)
