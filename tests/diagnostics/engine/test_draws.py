"""Lower bounds of mastery: the same answers read with other slips and guesses, against one inference for each draw."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.diagnostics.engine import (
    InvalidStructure,
    Outcome,
    Requirement,
    Structure,
    UnknownItem,
    UnknownOutcome,
    compile_structure,
    infer,
)
from pathways.diagnostics.engine.draws import DRAWS, Errors, _drawn_ends, lower_bounds, redrawn
from pathways.diagnostics.engine.population import SMALL_POPULATION
from pathways.diagnostics.engine.styles import Style
from tests.diagnostics.engine.ladders import WHOLE, item, small

LADDERS = small()
# Chances under .005 are clipped when a structure is compiled, before a draw moves them: here there are none.
STRUCTURE = Structure(
    LADDERS.strands,
    tuple(item("B1-a", "B1", slip=0.04, guess=0.06) if one.code == "B1-a" else one for one in LADDERS.items),
)
COMPILED = compile_structure(STRUCTURE, SMALL_POPULATION)
ITEMS = {one.code: one for one in STRUCTURE.items}
KNOWN = {code: Errors(0.0, 0.0) for code in ITEMS}
STYLES = (Style(0.5, hole=0.03), Style(0.3, hole=0.15, noise=0.1), Style(0.2, slope=3.0), Style(0.2, dont_know=False))

answers = st.lists(
    st.tuples(st.sampled_from(sorted(ITEMS)), st.sampled_from(WHOLE)), max_size=8, unique_by=lambda one: one[0]
)


def each_alone(given_answers, seed, draws):
    """P(mastered) in every draw, by compiling a structure for each, [N, S]."""
    ends = {code: _drawn_ends(one, Errors(), seed, draws) for code, one in ITEMS.items()}
    found = []
    for place in range(draws):
        items = []
        for code, one in ITEMS.items():
            guess, slip = one.guess + ends[code][0, place], one.slip - ends[code][1, place]
            if 1.0 - slip <= guess:
                return None  # an item that says nothing is none that a structure takes
            items.append(replace(one, guess=float(guess), slip=float(slip)))
        compiled = compile_structure(Structure(STRUCTURE.strands, tuple(items)), SMALL_POPULATION)
        found.append(infer(compiled, given_answers).masteries)
    return np.array(found)


@settings(max_examples=15)
@given(answers, st.integers(0, 1000))
def test_a_bound_is_a_quantile_of_inferences_with_drawn_values(given_answers, seed):
    expected = each_alone(given_answers, str(seed), 9)
    if expected is not None:
        for quantile in (0.05, 0.3):
            found = lower_bounds(COMPILED, given_answers, seed=str(seed), draws=9, quantile=quantile)
            np.testing.assert_allclose(
                found, np.quantile(expected, quantile, axis=0, method="lower"), atol=1e-9, rtol=0
            )


@given(answers)
def test_values_that_are_known_leave_the_posterior(given_answers):
    found = lower_bounds(COMPILED, given_answers, seed="any", errors=KNOWN, draws=3)
    np.testing.assert_allclose(found, infer(COMPILED, given_answers).masteries, atol=1e-9)


@given(answers)
def test_known_values_leave_the_mixture_of_styles(given_answers):
    styled = compile_structure(replace(STRUCTURE, styles=STYLES), SMALL_POPULATION)
    found = lower_bounds(styled, given_answers, seed="any", errors=KNOWN, draws=2)
    np.testing.assert_allclose(found, infer(styled, given_answers).masteries, atol=1e-9)


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_is_nothing(given_answers, order):
    shuffled = list(given_answers)
    order.shuffle(shuffled)
    np.testing.assert_allclose(
        lower_bounds(COMPILED, given_answers, seed="a", draws=20),
        lower_bounds(COMPILED, shuffled, seed="a", draws=20),
        atol=1e-12,
    )


def test_the_same_seed_gives_the_same_and_another_one_something_near():
    given_answers = [("A1-a", Outcome.CORRECT), ("A2-a", Outcome.CORRECT), ("B1-b", Outcome.INCORRECT)]
    first = lower_bounds(COMPILED, given_answers, seed="d a")
    assert (first == lower_bounds(COMPILED, given_answers, seed="d a")).all()
    other = lower_bounds(COMPILED, given_answers, seed="d b")
    assert (first != other).any()
    np.testing.assert_allclose(first, other, atol=0.12)


def test_what_right_answers_show_is_worth_less_at_least_and_more_answers_narrow_it():
    one = [("A1-a", Outcome.CORRECT)]
    two = [*one, ("A1-b", Outcome.CORRECT)]
    place = COMPILED.skill_index["A1"]
    below = [
        infer(COMPILED, told).masteries[place] - lower_bounds(COMPILED, told, seed="s")[place] for told in (one, two)
    ]
    assert below[0] > below[1] > 0.005


def test_a_calibration_with_small_errors_narrows_it():
    told = [("A1-a", Outcome.CORRECT), ("A2-a", Outcome.CORRECT)]
    wide = lower_bounds(COMPILED, told, seed="s")
    narrow = lower_bounds(COMPILED, told, seed="s", errors={code: Errors(0.01, 0.02) for code in ITEMS})
    skills = [COMPILED.skill_index[code] for code in ("A1", "A2")]
    assert (narrow[skills] > wide[skills]).all()


def test_strands_that_requirements_tie_together_are_bounded_too():
    tied = Structure(STRUCTURE.strands, STRUCTURE.items, (Requirement("C1", (("A2",),)),))
    compiled = compile_structure(tied, None)
    told = [("C1-a", Outcome.CORRECT), ("A2-a", Outcome.CORRECT)]
    low = lower_bounds(compiled, told, seed="s")
    middle = infer(compiled, told).masteries
    assert ((low > 0.0) & (low <= middle + 0.02)).all()
    assert low[compiled.skill_index["C1"]] < middle[compiled.skill_index["C1"]]


def test_where_a_draw_has_a_right_answer_speak_against_mastery_it_says_nothing():
    response = np.exp(COMPILED.log_response[COMPILED.first_rows["A3-b"] : COMPILED.first_rows["A3-b"] + 3])
    drawn = redrawn(response, np.array([[0.0, 0.6], [0.0, -0.3]]))
    np.testing.assert_allclose(drawn[0], response, atol=1e-12)
    right = drawn[1, 0] / (drawn[1, 0] + drawn[1, 1])
    np.testing.assert_allclose(right, right[0])
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)


def test_no_answer_leaves_the_prior():
    np.testing.assert_allclose(lower_bounds(COMPILED, [], seed="s"), infer(COMPILED, []).masteries, atol=1e-12)


def test_wrong_questions_are_refused():
    with pytest.raises(UnknownItem):
        lower_bounds(COMPILED, [("nothing", Outcome.CORRECT)], seed="s")
    with pytest.raises(UnknownOutcome):
        lower_bounds(COMPILED, [("A1-a", "perhaps")], seed="s")
    for draws, quantile in ((0, 0.05), (DRAWS, 0.0), (DRAWS, 1.0)):
        with pytest.raises(InvalidStructure):
            lower_bounds(COMPILED, [], seed="s", draws=draws, quantile=quantile)
