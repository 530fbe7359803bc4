"""The posterior: equal to brute force, and obeying what any honest posterior obeys."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.diagnostics.engine import (
    EVIDENCE,
    InvalidStructure,
    Outcome,
    Population,
    Structure,
    UnknownItem,
    UnknownOutcome,
    UnknownSkill,
    compile_structure,
)
from tests.diagnostics.engine.brute_force import Enumeration
from tests.diagnostics.engine.ladders import WHOLE, distinct, item, small, strand
from tests.diagnostics.engine.plainly import infer

SMALL = compile_structure(small())
WIDE = compile_structure(distinct(20, rungs=4, per_skill=1))
TRUTH = Enumeration(SMALL.structure, SMALL.population)

quick = settings(deadline=None, max_examples=60)


def answers_to(compiled, *, outcomes=WHOLE, most=25):
    pair = st.tuples(st.sampled_from(compiled.item_codes), st.sampled_from(outcomes))
    return st.lists(pair, max_size=most)


@quick
@given(answers_to(SMALL))
def test_equal_to_enumeration(answers):
    posterior = infer(SMALL, answers)
    assert posterior.mastery_by_skill() == pytest.approx(TRUTH.mastery(answers), abs=1e-9, rel=0)
    for code in ("A2-a", "B1-a", "C1-c"):
        assert posterior.predicted(code) == pytest.approx(TRUTH.predicted(answers, code), abs=1e-9, rel=0)


@pytest.mark.parametrize(
    "population",
    [
        Population((0.7,), (1.0,), (0.0,)),
        Population((0.3, 0.99), (0.5, 2.0), (-0.77, 0.4)),
        Population((0.6,), (1.3,), (2.0,)),
    ],
)
def test_equal_to_enumeration_in_other_populations(population):
    compiled = compile_structure(small(), population)
    truth = Enumeration(compiled.structure, population)
    answers = [("A3-a", "correct"), ("A1-a", "incorrect"), ("B1-a", "dont_know"), ("C1-b", "correct")]
    for count in range(len(answers) + 1):
        found = infer(compiled, answers[:count]).mastery_by_skill()
        assert found == pytest.approx(truth.mastery(answers[:count]), abs=1e-9, rel=0)


@quick
@given(answers_to(WIDE, most=40))
def test_probabilities_are_probabilities_and_mastery_falls_along_a_ladder(answers):
    posterior = infer(WIDE, answers)
    assert posterior.states.sum(axis=2) == pytest.approx(1.0, abs=1e-12)
    assert posterior.weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert posterior.states.min() >= 0.0
    for ladder in WIDE.structure.strands:
        along = [posterior.mastery(code) for code in ladder.skill_codes]
        assert all(0.0 <= p <= 1.0 for p in along)
        assert all(harder <= easier + 1e-12 for easier, harder in pairwise(along))
    assert 0.5 <= posterior.expected_accuracy() <= 1.0


@quick
@given(answers_to(SMALL), st.sampled_from(SMALL.structure.items))
def test_a_right_answer_never_lowers_mastery_of_its_skill(answers, asked):
    before = infer(SMALL, answers).mastery(asked.skill)
    after = infer(SMALL, [*answers, (asked.code, Outcome.CORRECT)]).mastery(asked.skill)
    assert after >= before - 1e-12


@quick
@given(answers_to(WIDE), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_not_one_bit(answers, random):
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert (infer(WIDE, answers).states == infer(WIDE, shuffled).states).all()


@quick
@given(answers_to(SMALL, outcomes=EVIDENCE), answers_to(SMALL, outcomes=("not_understood", "not_tried")))
def test_what_was_not_understood_or_not_tried_changes_not_one_bit(answers, silent):
    assert (infer(SMALL, answers + silent).states == infer(SMALL, answers).states).all()


@pytest.mark.parametrize("outcome", EVIDENCE)
def test_five_hundred_answers_do_not_underflow(outcome):
    """The ladders have unequal lengths, so that padded states are there to be mistaken for real ones."""
    one_way = [(code, outcome) for code in SMALL.item_codes * 50]
    assert infer(SMALL, one_way).states.sum(axis=2) == pytest.approx(1.0)
    against_itself = one_way[:250] + [(code, Outcome.CORRECT) for code, _ in one_way[250:]]
    posterior = infer(SMALL, against_itself)
    assert posterior.states.sum(axis=2) == pytest.approx(1.0)
    assert posterior.mastery_by_skill() == pytest.approx(TRUTH.mastery(against_itself), abs=1e-9, rel=0)


def test_contradictions_on_a_short_ladder_do_not_underflow():
    """Ladder B is shorter than A, so its arrays are padded with states that do not exist."""
    answers = [("B1-a", Outcome.CORRECT), ("B1-a", Outcome.INCORRECT)] * 400
    assert infer(SMALL, answers).mastery("B1") == pytest.approx(infer(SMALL, []).mastery("B1"), abs=1e-9)


def test_unlikely_states_all_over_a_large_structure_do_not_underflow():
    """60 ladders, each shown to stand exactly between two rungs that are almost the same."""
    ladders = tuple(strand(f"S{k:02}-", 0.0, 1e-9) for k in range(60))
    items = tuple(item(f"q-{code}", code) for ladder in ladders for code in ladder.skill_codes)
    compiled = compile_structure(Structure(ladders, items))
    between = []
    for ladder in ladders:
        between += [(f"q-{ladder.skill_codes[0]}", Outcome.CORRECT)] * 40
        between += [(f"q-{ladder.skill_codes[1]}", Outcome.INCORRECT)] * 40
    posterior = infer(compiled, between)
    assert posterior.weights.sum() == pytest.approx(1.0)
    for ladder in ladders:
        easier, harder = ladder.skill_codes
        assert posterior.mastery(easier) > 0.99
        assert posterior.mastery(harder) < 0.01


def test_enough_answers_overcome_any_prior():
    compiled = compile_structure(Structure((strand("A", 0.0, 40.0),), (item("q", "A2"),)))
    assert infer(compiled, []).mastery("A2") < 1e-9
    assert infer(compiled, [("q", Outcome.CORRECT)] * 600).mastery("A2") > 0.99


def test_an_item_answered_twice_counts_twice():
    once = infer(SMALL, [("A2-a", "correct")]).mastery("A2")
    twice = infer(SMALL, [("A2-a", "correct"), ("A2-a", "correct")]).mastery("A2")
    assert twice > once
    assert twice == pytest.approx(TRUTH.mastery([("A2-a", "correct")] * 2)["A2"], abs=1e-9)


def test_one_strand_tells_about_the_others():
    before, after = infer(SMALL, []), infer(SMALL, [("A3-a", "correct"), ("A2-a", "correct")])
    assert after.mastery("C1") > before.mastery("C1") + 0.05
    assert after.ability()[0] > before.ability()[0]
    assert after.ability()[1] < before.ability()[1]


def test_expected_accuracy_weighs_goals():
    posterior = infer(SMALL, [("A1-b", "correct")])
    mastery = posterior.mastery_by_skill()
    certainty = {code: max(p, 1 - p) for code, p in mastery.items()}
    assert posterior.expected_accuracy() == pytest.approx(sum(certainty.values()) / len(certainty))
    assert posterior.expected_accuracy({"A1": 2.0}) == pytest.approx(certainty["A1"])
    mixed = posterior.expected_accuracy({"A1": 3.0, "C1": 1.0})
    assert mixed == pytest.approx(0.75 * certainty["A1"] + 0.25 * certainty["C1"])
    for weights in ({}, {"A1": 0.0}, {"A1": -1.0, "C1": 3.0}, {"A1": float("nan")}):
        with pytest.raises(InvalidStructure):
            posterior.expected_accuracy(weights)
    with pytest.raises(UnknownSkill):
        posterior.expected_accuracy({"Z9": 1.0})


def test_unknown_codes_and_words_are_named():
    with pytest.raises(UnknownItem, match="Z9"):
        infer(SMALL, [("Z9", Outcome.CORRECT)])
    with pytest.raises(UnknownOutcome, match="perhaps"):
        infer(SMALL, [("A1-a", "perhaps")])
    with pytest.raises(UnknownItem, match="Z9"):
        infer(SMALL, []).predicted("Z9")
    with pytest.raises(UnknownSkill, match="Z9"):
        infer(SMALL, []).mastery("Z9")


def test_a_structure_of_one_rung_is_enough():
    compiled = compile_structure(Structure((strand("A", 0.0),), (item("q", "A1"),)))
    assert infer(compiled, []).mastery("A1") == pytest.approx(0.5)
    assert infer(compiled, [("q", "dont_know")]).mastery("A1") == pytest.approx(0.03 / 0.53)
