"""The tests of fairness against tables that were computed by hand, and against a truth that was simulated."""

from __future__ import annotations

from math import exp, isfinite, log, sqrt

import numpy as np
import pytest

from pathways.diagnostics.engine import fairness
from pathways.diagnostics.engine.fairness import Grade, MantelHaenszel

TWO_STRATA = np.array([[[10.0, 10.0], [5.0, 15.0]], [[18.0, 2.0], [12.0, 8.0]]])
"""Reference right, wrong; focal right, wrong; of forty people in each of two strata."""


def mh(counts) -> MantelHaenszel:
    found = fairness.mantel_haenszel(np.asarray(counts, dtype=float))
    assert found is not None
    return found


def test_mantel_haenszel_is_what_a_sheet_of_paper_gives():
    found = mh(TWO_STRATA)
    # R = 150/40 + 144/40, S = 50/40 + 24/40
    assert found.alpha == pytest.approx(7.35 / 1.85)
    assert found.delta == pytest.approx(-2.35 * log(7.35 / 1.85))
    # A = 28, E = 7.5 + 15, V = (150000 + 120000) / 62400
    assert found.chi_square == pytest.approx((5.5 - 0.5) ** 2 / (270000 / 62400))
    assert found.p == pytest.approx(0.01623, abs=1e-5)


def test_the_interval_of_delta_is_that_of_robins_breslow_and_greenland():
    variance = 4.68375 / (2 * 7.35**2) + 3.8375 / (2 * 7.35 * 1.85) + 0.67875 / (2 * 1.85**2)
    found = mh(TWO_STRATA)
    assert found.high - found.delta == pytest.approx(1.959964 * 2.35 * sqrt(variance), rel=1e-6)
    assert found.delta - found.low == pytest.approx(found.high - found.delta)


def test_a_question_that_is_harder_in_the_language_has_a_negative_delta():
    assert mh(TWO_STRATA).delta < 0
    mirrored = mh(TWO_STRATA[:, ::-1])
    assert mirrored.delta == pytest.approx(-mh(TWO_STRATA).delta)
    assert mirrored.p == pytest.approx(mh(TWO_STRATA).p)


def test_the_same_odds_in_both_languages_are_no_difference():
    found = mh([[[30, 10], [15, 5]], [[8, 8], [20, 20]]])
    assert (found.alpha, found.chi_square, found.p) == (pytest.approx(1.0), 0.0, 1.0)


def test_a_stratum_without_one_of_the_groups_says_nothing():
    alone = np.array([[[7.0, 3.0], [0.0, 0.0]], [[5.0, 0.0], [4.0, 0.0]]])
    assert mh(np.concatenate([TWO_STRATA, alone])) == mh(TWO_STRATA)
    assert fairness.mantel_haenszel(alone) is None
    assert fairness.mantel_haenszel(np.zeros((0, 2, 2))) is None


def test_odds_without_a_bound_have_a_delta_all_the_same():
    found = mh([[[10, 0], [5, 5]]])
    assert isfinite(found.delta)
    assert found.low < found.delta < found.high
    assert found.delta == pytest.approx(-2.35 * log((10.5 * 5.5) / (0.5 * 5.5)))


def test_the_tail_of_chi_square_is_that_of_the_tables():
    assert fairness.tail(3.841459, 1) == pytest.approx(0.05, abs=1e-7)
    assert fairness.tail(5.991465, 2) == pytest.approx(0.05, abs=1e-7)
    assert fairness.tail(0.0, 1) == fairness.tail(0.0, 2) == 1.0
    with pytest.raises(ValueError, match="3 degrees"):
        fairness.tail(1.0, 3)


def people(counts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Right, group and matching variable of the people of tables [T, 2, 2]."""
    rows = [
        (side == 0, group, float(level))
        for level, table in enumerate(counts)
        for group, row in enumerate(table)
        for side, number in enumerate(row)
        for _ in range(int(number))
    ]
    right, group, matching = zip(*rows, strict=True)
    return np.array(right), np.array(group), np.array(matching)


def binomial(right: float, wrong: float) -> float:
    n = right + wrong
    return sum(count * log(count / n) for count in (right, wrong) if count)


def test_the_regression_of_two_levels_is_known_in_closed_form():
    """With two levels of the matching variable, both models fit the shares of their cells exactly."""
    small = sum(binomial(*table.sum(axis=0)) for table in TWO_STRATA)
    large = sum(binomial(*row) for table in TWO_STRATA for row in table)
    nothing = binomial(*TWO_STRATA.sum(axis=(0, 1)))
    found = fairness.regression(*people(TWO_STRATA))
    assert found.chi_square == pytest.approx(2 * (large - small), abs=1e-6)
    assert found.p == pytest.approx(exp(small - large), abs=1e-6)

    def nagelkerke(reached: float) -> float:
        return (1 - exp(2 * (nothing - reached) / 80)) / (1 - exp(2 * nothing / 80))

    assert found.effect == pytest.approx(nagelkerke(large) - nagelkerke(small), abs=1e-6)


def test_a_difference_that_turns_round_with_ability_is_seen_by_the_regression_alone():
    crossing = np.array([[[30.0, 10.0], [10.0, 30.0]], [[10.0, 30.0], [30.0, 10.0]]])
    assert mh(crossing).p > 0.9
    assert fairness.regression(*people(crossing)).p < 1e-6


def test_a_question_that_everybody_gets_right_says_nothing():
    found = fairness.regression(*people([[[20, 0], [20, 0]]]))
    assert (round(found.chi_square, 6), found.effect) == (0.0, 0.0)


def test_answers_told_apart_without_error_end():
    found = fairness.regression(*people([[[20, 0], [0, 20]]]))
    assert found.chi_square == pytest.approx(2 * 40 * log(2), rel=1e-4)


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg():
    assert fairness.adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert fairness.adjusted([0.5, 0.9]) == pytest.approx([0.9, 0.9])
    assert fairness.adjusted([]) == []


def test_strata_hold_as_many_people_each_and_never_part_equals():
    assert np.bincount(fairness.strata(np.arange(80.0), 8)).tolist() == [10] * 8
    assert np.bincount(fairness.strata(np.repeat([1.0, 2.0], [70, 10]), 8)).max() >= 70
    equal = fairness.strata(np.repeat([0.2, 0.5, 0.9], 10), 5)
    assert all(len(set(equal[start : start + 10])) == 1 for start in (0, 10, 20))


@pytest.mark.parametrize(
    ("delta", "p", "grade"),
    [
        (-0.9, 0.001, Grade.A),
        (-1.2, 0.001, Grade.B),
        (1.2, 0.001, Grade.B),
        (-1.6, 0.001, Grade.C),
        (-1.5, 0.001, Grade.C),
        (-3.0, 0.2, Grade.A),
    ],
)
def test_classes_are_those_of_ets(delta, p, grade):
    assert fairness.grade(delta, p, alpha=0.05) is grade


def simulated(rng: np.random.Generator, harder: float, people: int = 6000):
    group = np.repeat([0, 1], people // 2)
    ability = rng.standard_normal(people) - 0.5 * group
    chance = 1.0 / (1.0 + np.exp(-(1.2 * ability - harder * group)))
    return rng.random(people) < chance, group, ability


def test_a_known_difference_is_found_again_though_the_groups_differ():
    right, group, ability = simulated(np.random.default_rng(5), 0.8)
    found = mh(fairness.tables(right, group, fairness.strata(ability, 40)))
    assert found.delta == pytest.approx(-2.35 * 0.8, abs=0.35)
    assert found.low < -2.35 * 0.8 < found.high


def test_a_true_difference_between_groups_is_not_taken_for_one_of_the_question():
    rng = np.random.default_rng(6)
    p_values = []
    for _ in range(200):
        right, group, ability = simulated(rng, 0.0, people=800)
        p_values.append(mh(fairness.tables(right, group, fairness.strata(ability, 20))).p)
        assert (right[group == 0].mean() - right[group == 1].mean()) > 0
    assert np.mean(np.array(p_values) < 0.05) <= 0.09


def test_rates_of_each_answer_side_by_side():
    rates = fairness.choice_rates({"ask": (60, 20), "link": (40, 20), "?": (0, 0)})
    assert rates == {
        "ask": pytest.approx((0.6, 0.5, -0.1)),
        "link": pytest.approx((0.4, 0.5, 0.1)),
        "?": (0.0, 0.0, 0.0),
    }
    assert fairness.choice_rates({"ask": (3, 0)})["ask"] == (1.0, 0.0, -1.0)
