"""Partial credit: how near a wrong answer comes is one more observation, everywhere that answers are read."""

from dataclasses import replace
from functools import cache
from itertools import product
from math import log, log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.diagnostics.engine import (
    FIRST_NEAR,
    FIRST_STYLES,
    KNOWN_STYLES,
    InvalidStructure,
    Outcome,
    Population,
    Requirement,
    Sitting,
    Structure,
    UnknownItem,
    UnknownOutcome,
    believe,
    carrying,
    compile_structure,
    foretold,
    infer,
    masteries,
)
from pathways.diagnostics.engine.bounds import capacities, channel_capacity
from pathways.diagnostics.engine.continuous import ContinuousStrand, first_curve
from pathways.diagnostics.engine.draws import Errors, lower_bounds
from pathways.diagnostics.engine.mixing import infer_mixture
from pathways.diagnostics.engine.mixture import mix
from pathways.diagnostics.engine.person_fit import person_fit
from pathways.diagnostics.engine.styles import Style
from tests.diagnostics.engine.brute_force import ANSWERS, Enumeration
from tests.diagnostics.engine.graphs.enumeration import Profiles
from tests.diagnostics.engine.graphs.structures import outcomes_of, structures
from tests.diagnostics.engine.ladders import WHOLE, item, small, strand
from tests.diagnostics.engine.near_enumeration import Shares, Tied
from tests.diagnostics.engine.test_carrying import Filter
from tests.diagnostics.engine.test_mixing import POPULATION, STYLES

ONE_SETTING = Population((0.7,), (1.0,), (0.0,))
NEAR = {"A1-a": FIRST_NEAR, "A3-a": (0.1, 0.6), "B1-a": (0.001, 0.4), "C1-b": FIRST_NEAR}
CREDITED = replace(small(), items=tuple(replace(one, near=NEAR.get(one.code)) for one in small().items))
COMPILED = compile_structure(CREDITED)
TRUTH = Enumeration(CREDITED, COMPILED.population)
PAIRS = [(one.code, outcome) for one in CREDITED.items for outcome in (WHOLE if one.near is None else Outcome)]

answers = st.lists(st.sampled_from(PAIRS), max_size=20)
quick = settings(deadline=None, max_examples=40)


@quick
@given(answers)
def test_equal_to_enumeration(given_answers):
    found = infer(COMPILED, given_answers)
    assert found.mastery_by_skill() == pytest.approx(TRUTH.mastery(given_answers), abs=1e-9, rel=0)
    for code in ("A1-a", "A2-a", "B1-a"):
        assert found.predicted(code) == pytest.approx(TRUTH.predicted(given_answers, code), abs=1e-9, rel=0)


@quick
@given(answers, st.randoms(use_true_random=False), st.sampled_from([(), FIRST_STYLES]))
def test_the_order_of_the_answers_changes_not_one_bit(given_answers, random, styles):
    compiled = compile_structure(replace(CREDITED, styles=styles), POPULATION)
    shuffled = list(given_answers)
    random.shuffle(shuffled)
    assert (infer(compiled, given_answers).masteries == infer(compiled, shuffled).masteries).all()


@pytest.mark.parametrize("styles", [(), FIRST_STYLES, KNOWN_STYLES])
@pytest.mark.parametrize("tied", [False, True])
def test_partly_right_speaks_for_mastery_more_than_wrong_and_less_than_right(styles, tied):
    items = tuple(replace(one, near=FIRST_NEAR) for one in small().items)
    both = replace(item("both", "A2"), also=("B1",), near=FIRST_NEAR)
    requirements = (Requirement("B1", (("A1",),)), Requirement("C1", (("A2", "B1"),))) if tied else ()
    compiled = compile_structure(Structure(small().strands, (*items, both), requirements, styles))
    before = [("A3-b", Outcome.INCORRECT), ("B1-b", Outcome.PARTLY)]
    for one in compiled.structure.items:
        after = {y: infer(compiled, [*before, (one.code, y)]) for y in ANSWERS}
        for skill in one.skills:
            wrong, partly, right = (after[y].mastery(skill) for y in ("incorrect", "partly", "correct"))
            assert wrong < partly < right


def test_a_partly_right_answer_needs_an_item_with_partial_credit():
    with pytest.raises(UnknownOutcome, match="item 'A2-a' has no partial credit"):
        infer(COMPILED, [("A2-a", Outcome.PARTLY)])
    with pytest.raises(UnknownItem):
        infer(COMPILED, []).near("A2-a")


def test_what_an_item_promises_is_a_lower_bound_of_what_it_tells():
    for before in ([], [("A3-a", "incorrect"), ("C1-b", "partly"), ("B1-b", "correct")]):
        found = dict(zip(COMPILED.item_codes, infer(COMPILED, before).information().tolist(), strict=True))
        for one in CREDITED.items:
            assert found[one.code] == pytest.approx(TRUTH.information(before, one.code), abs=2e-9, rel=0)
            told = told_by(before, one.code) if one.near else found[one.code]
            assert told >= found[one.code] - 2e-9
        assert told_by(before, "A1-a") > found["A1-a"] + 0.001


def told_by(before, code):
    """Bits of all four outcomes about the profile."""
    posterior = TRUTH.profile_probabilities(before)
    chances = {profile: [TRUTH.answered(code, y, profile) for y in ANSWERS] for profile in posterior}
    marginal = [sum(p * chances[profile][y] for profile, p in posterior.items()) for y in range(4)]
    return sum(
        p * q * log2(q / marginal[y])
        for profile, p in posterior.items()
        for y, q in enumerate(chances[profile])
        if p > 0.0
    )


@quick
@given(answers)
def test_what_is_foretold_parts_wrong_answers(given_answers):
    posterior = TRUTH.profile_probabilities(given_answers)
    belief = infer(COMPILED, given_answers)
    for code in ("A1-a", "B1-a"):
        expected = {y: sum(p * TRUTH.answered(code, y, profile) for profile, p in posterior.items()) for y in ANSWERS}
        assert foretold(belief, given_answers, code) == pytest.approx(expected, abs=1e-9, rel=0)
    assert foretold(belief, given_answers, "A2-a") == belief.predicted("A2-a")


def test_it_is_no_item():
    plain = compile_structure(small())
    assert COMPILED.item_codes == plain.item_codes
    assert COMPILED.near_rows.keys() == NEAR.keys()
    assert not COMPILED.near_slots & set(COMPILED.slots.tolist())
    for code, row in plain.first_rows.items():
        now = COMPILED.first_rows[code]
        assert np.array_equal(COMPILED.log_response[now : now + 3], plain.log_response[row : row + 3])
    right = [(code, Outcome.CORRECT) for code in NEAR]
    assert np.array_equal(infer(COMPILED, right).masteries, infer(plain, right).masteries)


def test_near_is_checked():
    one = item("q", "A1")
    for near, said in (
        ((0.0, 0.5), "not two probabilities"),
        ((0.2, 1.0), "not two probabilities"),
        ((0.2, float("nan")), "not two probabilities"),
        ((0.5, 0.5), "would speak against mastery"),
        ((0.6, 0.5), "would speak against mastery"),
        ((0.001, 0.002), "would speak against mastery"),
    ):
        with pytest.raises(InvalidStructure, match=said):
            replace(one, near=near)


def test_it_is_a_document_and_back():
    document = CREDITED.to_document()
    assert document["format"] == "structure-2"
    assert [one["code"] for one in document["items"] if "near" in one] == list(NEAR)
    assert Structure.from_document(document) == CREDITED
    assert small().to_document()["format"] == "structure-1"
    assert "near" not in small().to_document()["items"][0]


@pytest.mark.parametrize(
    ("near", "said"), [(0.5, "no list"), ([0.5], "no pair"), ([0.3, "x"], "no number"), ([0.5, 0.3], "speak against")]
)
def test_a_wrong_near_is_named(near, said):
    document = CREDITED.to_document()
    document["items"][0]["near"] = near
    with pytest.raises(InvalidStructure, match=said):
        Structure.from_document(document)


def test_the_first_format_has_no_partial_credit():
    document = small().to_document()
    document["items"][0]["near"] = list(FIRST_NEAR)
    with pytest.raises(InvalidStructure, match="unknown key 'near'"):
        Structure.from_document(document)


STYLED = [
    ("A1-a", Outcome.PARTLY),
    ("A3-a", Outcome.INCORRECT),
    ("C1-b", Outcome.PARTLY),
    ("A2-a", Outcome.CORRECT),
    ("B1-a", Outcome.PARTLY),
    ("A1-b", Outcome.INCORRECT),
    ("A1-a", Outcome.INCORRECT),
    ("C1-a", Outcome.DONT_KNOW),
]


@cache
def styled():
    """Everything counted, and what it is held against."""
    return Shares(CREDITED, STYLES, POPULATION), mix(compile_structure(CREDITED, POPULATION), STYLES)


@pytest.mark.parametrize("count", range(len(STYLED) + 1))
def test_styles_are_those_of_everything_counted(count):
    everything, mixture = styled()
    found = infer_mixture(mixture, STYLED[:count])
    assert found.masteries == pytest.approx(everything.masteries(STYLED[:count]), abs=1e-9, rel=0)
    bits = dict(zip(mixture.compiled.item_codes, found.information().tolist(), strict=True))
    for code in ("A1-a", "B1-b"):
        outcome, expected = everything.told(STYLED[:count], code)
        assert list(found.predicted(code).values()) == pytest.approx(outcome, abs=1e-9, rel=0)
        assert bits[code] == pytest.approx(expected, abs=2e-9, rel=0)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from([pair for pair in PAIRS if pair[1] in ANSWERS]), max_size=8))
def test_random_answers_in_styles_are_those_of_everything_counted(given_answers):
    everything, mixture = styled()
    found = infer_mixture(mixture, given_answers)
    assert found.masteries == pytest.approx(everything.masteries(given_answers), abs=1e-9, rel=0)


@settings(deadline=None, max_examples=25)
@given(structures(most=4), st.data())
def test_styles_over_random_graphs_are_equal_to_enumeration(structure, data):
    pairs = [(one.code, outcome) for one in structure.items for outcome in outcomes_of(one)]
    given_answers = data.draw(st.lists(st.sampled_from(pairs), max_size=6))
    compiled = compile_structure(replace(structure, styles=STYLES), ONE_SETTING)
    truth = Tied(structure, STYLES, ONE_SETTING, compiled.linked.thresholds if compiled.linked else {})
    expected = truth.masteries(given_answers)
    assert infer(compiled, given_answers).masteries == pytest.approx(expected, abs=1e-9, rel=0)
    assert masteries(compiled, [given_answers])[0] == pytest.approx(expected, abs=1e-9, rel=0)


def test_a_question_with_its_near_part_counts_once_in_its_testlet():
    pair = tuple(replace(item(f"{skill}-x", skill), testlet="stem", near=FIRST_NEAR) for skill in ("A1", "A2"))
    structure = Structure((strand("A", -0.5, 0.4), strand("B", 0.1)), (*pair, item("B1", "B1")))
    compiled, truth = compile_structure(structure, ONE_SETTING), Profiles(structure, ONE_SETTING, {})
    for first, second in product(ANSWERS, repeat=2):
        told = [("A1-x", first), ("A2-x", second), ("B1", "correct")]
        for styles in ((), (Style(1.0),)):
            found = infer(replace_styles(compiled, styles), told).mastery_by_skill()
            assert found == pytest.approx(truth.mastery(told), abs=1e-9, rel=0)


def replace_styles(compiled, styles):
    return compile_structure(replace(compiled.structure, styles=styles), compiled.population)


SITTINGS = [
    Sitting([("A1-a", "partly"), ("A2-a", "incorrect"), ("B1-a", "incorrect")]),
    Sitting([("A3-a", "partly"), ("C1-b", "partly"), ("B1-b", "correct")], 40.0, {"A2": 0.8}),
    Sitting([("A1-a", "incorrect"), ("C1-b", "correct")], 90.0),
]


def test_sittings_are_equal_to_enumeration(monkeypatch):
    monkeypatch.setattr(carrying, "LEAST_WEIGHT", 0.0)
    truth = Filter(CREDITED, ONE_SETTING)
    found = believe(compile_structure(CREDITED, ONE_SETTING), SITTINGS, days=30.0).mastery_by_skill()
    assert found == pytest.approx(truth.mastery(SITTINGS, 30.0), abs=1e-12, rel=0)


# Chances under .005 are clipped when a structure is compiled, before a draw moves them: here there are none.
PLAIN_B1 = replace(item("B1-a", "B1", slip=0.04, guess=0.06), near=(0.1, 0.4))
UNCLIPPED = replace(CREDITED, items=tuple(PLAIN_B1 if one.code == "B1-a" else one for one in CREDITED.items))


@settings(deadline=None, max_examples=12)
@given(answers)
def test_with_known_values_the_lower_bound_is_the_posterior(given_answers):
    known = {one.code: Errors(0.0, 0.0) for one in CREDITED.items}
    for styles in ((), STYLES[:2]):
        compiled = compile_structure(replace(UNCLIPPED, styles=styles), ONE_SETTING)
        found = lower_bounds(compiled, given_answers, seed="any", errors=known, draws=2)
        assert found == pytest.approx(infer(compiled, given_answers).masteries, abs=1e-9, rel=0)


def test_a_lower_bound_draws_slip_and_guess_and_leaves_near_what_it_is():
    partly = lower_bounds(COMPILED, [("A1-a", "partly")], seed="s")
    wrong = lower_bounds(COMPILED, [("A1-a", "incorrect")], seed="s")
    assert (partly > wrong)[COMPILED.skill_index["A1"]]
    assert partly[COMPILED.skill_index["A1"]] < infer(COMPILED, [("A1-a", "partly")]).mastery("A1")


def test_the_capacity_is_that_of_all_four_outcomes():
    plain, found = capacities(compile_structure(small())), capacities(COMPILED)
    for place, code in enumerate(COMPILED.item_codes):
        one = next(one for one in CREDITED.items if one.code == code)
        if one.near is None:
            assert found[place] == plain[place]
            continue
        low, high = max(one.near[0], 0.005), one.near[1]
        (right_0, wrong_0, unknown_0), (right_1, wrong_1, unknown_1) = one.response()
        table = [
            [right_0, wrong_0 * low, wrong_0 * (1 - low), unknown_0],
            [right_1, wrong_1 * high, wrong_1 * (1 - high), unknown_1],
        ]
        assert found[place] == pytest.approx(channel_capacity(np.array([table]).swapaxes(1, 2))[0], abs=2e-6)
        assert found[place] > plain[place]
        assert told_by([], code) <= found[place] + 1e-9


def test_chance_explains_how_near_an_answer_came_as_without_the_micro_skill():
    mixture = mix(compile_structure(CREDITED, POPULATION), [Style(1.0, hole=0.03), Style(1.0, dont_know=False)])
    truth = Shares(CREDITED, mixture.styles, POPULATION)
    told = [
        ("A1-a", "partly"),
        ("A2-a", "incorrect"),
        ("C1-b", "incorrect"),
        ("A3-a", "dont_know"),
        ("A1-a", "correct"),
    ]
    expected = 0.0
    for place, (code, outcome) in enumerate(told):
        if outcome == "dont_know":
            continue
        one = truth.models[code]
        chance = truth.posterior(told[:place])
        right, wrong, _ = chance @ truth.responses(code)
        guess = max(one.guess, 0.005)
        by_chance, by_profile = (guess, right) if outcome == "correct" else (1 - guess, wrong)
        expected += log(by_chance * (right + wrong) / by_profile)
        if one.near is not None and outcome != "correct":
            near = np.array([truth.share(world, code) for world in truth.worlds])
            share = float(chance @ (truth.responses(code)[:, 1] * near)) / wrong
            low = max(one.near[0], 0.005)
            expected += log(low / share) if outcome == "partly" else log((1 - low) / (1 - share))
    found = person_fit(mixture, [(code, outcome, None) for code, outcome in told])
    assert found.value == pytest.approx(expected, abs=1e-9)


def test_on_a_continuous_strand_nearness_rises_along_the_curve_of_the_item():
    curve = ContinuousStrand("C", strand("C", -0.5, 0.6).skills)
    one, other = replace(item("q1", "C1"), near=FIRST_NEAR), item("q2", "C2")
    structure = Structure((curve,), (one, other))
    compiled = compile_structure(structure, ONE_SETTING)
    grid = ONE_SETTING.grid()
    positions = np.linspace(-3.6, 3.6, 25)
    response = curve.responses([one, other])
    share = 0.35 + 0.4 * first_curve(-0.5).height(positions)
    for outcome, how in (("partly", share), ("incorrect", 1 - share)):
        joint = curve.prior(grid) * (response[0, 1] * how * response[1, 0])[:, None] * grid.weight
        wanted = curve.mastery() @ joint.sum(axis=1) / joint.sum()
        found = infer(compiled, [("q1", outcome), ("q2", "correct")])
        assert found.masteries == pytest.approx(wanted, abs=1e-9, rel=0)
        styled = mix(compiled, [Style(1.0, hole=0.1, noise=0.2)])
        assert infer_mixture(styled, [("q1", outcome), ("q2", "correct")]).masteries == pytest.approx(wanted, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.lists(answers, min_size=1, max_size=5))
def test_many_learners_are_what_each_of_them_is(learners):
    for styles in ((), STYLES):
        compiled = compile_structure(replace(CREDITED, styles=styles), POPULATION)
        expected = np.array([infer(compiled, one).masteries for one in learners])
        assert masteries(compiled, learners) == pytest.approx(expected, abs=1e-12, rel=0)
