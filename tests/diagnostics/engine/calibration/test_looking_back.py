"""Residuals, drift and health: each answer against the others, and what is odd about an item."""

from dataclasses import replace

import numpy as np
import pytest

from pathways.diagnostics.engine.calibration.answers import ABSENT, from_cells
from pathways.diagnostics.engine.calibration.drift import ALARM, Cusum, Drift
from pathways.diagnostics.engine.calibration.fit import ItemFit, discrimination, item_fit, overall, rmsd, stratified
from pathways.diagnostics.engine.calibration.functioning import Functioning
from pathways.diagnostics.engine.calibration.health import (
    Choice,
    ItemHealth,
    Kind,
    VariantHealth,
    findings,
    interval,
)
from pathways.diagnostics.engine.calibration.residuals import BINS, Chosen, residuals
from pathways.diagnostics.engine.fairness import Grade, MantelHaenszel
from tests.diagnostics.engine.calibration.answered import answered, ladders_answered, model_of, solved


def looked(model, parameters, block, **more):
    return residuals(model, parameters, block, parameters, **more)


@pytest.mark.parametrize("kind", ["2pl", "level", "continuous"])
def test_the_prediction_of_an_answer_is_that_of_a_sitting_without_it(kind):
    if kind == "2pl":
        test = answered(12, 6, seed=1)
        cells, (model, start) = test.cells, model_of("2pl", test.cells)
    else:
        world = ladders_answered(12, 2, seed=1, rungs=3, per_rung=1)
        from pathways.diagnostics.engine.calibration import first_values

        cells, model = world.cells, world.model(kind)
        start = first_values.start_of(model)
    sums, ratios = looked(model, start, from_cells(cells))
    loss, brier = 0.0, 0.0
    for person in range(12):
        for item in range(6):
            without = cells[person : person + 1].copy()
            without[0, item] = ABSENT
            with_it = float(model.expect(start, from_cells(cells[person : person + 1])).log_likelihood)
            rest = float(model.expect(start, from_cells(without)).log_likelihood)
            loss -= with_it - rest
            without[0, item] = 0
            right = np.exp(float(model.expect(start, from_cells(without)).log_likelihood) - rest)
            brier += (float(cells[person, item] == 0) - right) ** 2
    assert sums.losses.sum(axis=0) == pytest.approx([loss, brier], rel=1e-9)
    assert overall(sums) == pytest.approx((loss / 72, brier / 72))
    assert sums.by_standing[..., 1].sum() == 72
    assert ratios.harder.shape == (72,)


def test_expected_right_answers_are_about_those_that_were_given():
    test = answered(1500, 20, seed=2)
    model, solution = solved("2pl", test.cells)
    sums, _ = looked(model, solution.parameters, from_cells(test.cells))
    right, _, expected = sums.by_standing.sum(axis=1).T
    assert expected == pytest.approx(right, abs=8.0)


def test_what_a_chosen_answer_adds_is_counted_by_standing():
    test = answered(300, 5, seed=3)
    model, start = model_of("2pl", test.cells)
    block = from_cells(test.cells)
    numbers = np.where(block.variants == 2, block.outcomes, -1)
    sums, _ = looked(model, start, block, chosen=Chosen(numbers, 2))
    assert sums.by_choice[:, :, 1].sum(axis=1).tolist() == [
        (test.cells[:, 2] == 0).sum(),
        (test.cells[:, 2] == 1).sum(),
    ]
    assert sums.by_choice[0, :, 0].sum() == sums.by_choice[0, :, 1].sum()
    assert sums.by_choice[1, :, 0].sum() == 0.0


def test_rmsd_is_the_distance_between_curve_and_answers():
    counts = np.zeros((2, 2, 3))
    counts[0] = [[10.0, 20.0, 30.0], [30.0, 20.0, 10.0]]
    chance = np.array([[[0.25, 0.5, 0.75], [0.75, 0.5, 0.25]]] * 2)
    assert rmsd(counts, chance) == pytest.approx([0.0, 0.0])
    assert rmsd(counts, chance + 0.1)[0] == pytest.approx(0.1)


def test_a_curve_that_does_not_fit_has_a_large_rmsd():
    test = answered(3000, 20, seed=4, slopes=1.5)
    cells = test.cells.copy()
    middling = np.abs(test.ability) < 0.7
    cells[:, 0] = np.where(middling, 1, 0)  # right at both ends, wrong in the middle
    model, solution = solved("2pl", cells)
    items, shifts, _ = model.layout.unpacked(solution.parameters)
    apart = rmsd(solution.expected.counts, model.layout.task.curve.chance(items, shifts, model.layout.task.nodes))
    assert apart[0] > 0.12 > 2 * apart[1:].max()


def test_strata_have_about_as_many_people_each():
    rng = np.random.default_rng(5)
    bins = np.zeros((BINS, 3))
    bins[:, 1] = rng.integers(0, 20, BINS)
    bins[:, 0] = bins[:, 1] / 2
    strata = stratified(bins, 4)
    assert strata.sum(axis=0) == pytest.approx(bins.sum(axis=0))
    assert np.abs(strata[:, 1] - bins[:, 1].sum() / 4).max() <= 20
    assert stratified(np.zeros((BINS, 3))).sum() == 0.0


def test_discrimination_is_a_correlation():
    bins = np.zeros((BINS, 3))
    bins[10], bins[20] = (1.0, 4.0, 0.0), (3.0, 4.0, 0.0)
    place, right = np.repeat([10, 20], 4), np.array([1, 0, 0, 0, 1, 1, 1, 0])
    assert discrimination(bins) == pytest.approx(np.corrcoef(place, right)[0, 1])
    bins[:, 0] = bins[:, 1]
    assert discrimination(bins) is None


def _cusum_by_hand(ratios):
    sums, highest = 0.0, 0.0
    for one in ratios:
        sums = max(0.0, sums + one)
        highest = max(highest, sums)
    return highest


def test_running_sums_are_those_of_page_whatever_pieces_they_come_in():
    rng = np.random.default_rng(6)
    variants = rng.integers(0, 3, 1000)
    ratios = rng.normal(-0.02, 0.4, (1000, 2))
    whole, pieces = Cusum(np.full(3, 333.0)), Cusum(np.full(3, 333.0))
    whole.feed(variants, ratios)
    for first in range(0, 1000, 37):
        pieces.feed(variants[first : first + 37], ratios[first : first + 37])
    for variant in range(3):
        by_hand = [_cusum_by_hand(ratios[variants == variant, side]) for side in range(2)]
        assert whole.highest[variant] == pytest.approx(by_hand)
    assert pieces.highest == pytest.approx(whole.highest)
    assert pieces.alarm_at.tolist() == whole.alarm_at.tolist()
    assert [one.highest for one in whole.found()] == pytest.approx(whole.highest.max(axis=1))


def drifted(*, moved, seed):
    """Two thousand people one after another; from the middle on, an item is harder by so much."""
    test = answered(2000, 40, seed=seed, slopes=1.3)
    rng = np.random.default_rng(seed)
    late = 1.0 / (1.0 + np.exp(-1.3 * (test.ability[1000:] - test.difficulty[7] - moved)))
    test.cells[1000:, 7] = rng.random(1000) > late
    return test


def watched(test):
    """Running sums from the curves of the first half."""
    model, solution = solved("2pl", test.cells[:1000])
    block = from_cells(test.cells)
    _, ratios = looked(model, solution.parameters, block)
    cusum = Cusum(np.full(40, 2000.0))
    cusum.feed(block.variants, np.stack([ratios.harder, ratios.easier], axis=1))
    return cusum.found()


@pytest.mark.parametrize(("moved", "side"), [(0.8, "harder"), (-0.8, "easier")])
def test_an_item_that_moves_gives_an_alarm_on_its_side_once_it_has_moved(moved, side):
    drifts = watched(drifted(moved=moved, seed=7))
    assert drifts[7].side == side
    assert drifts[7].alarm_at is not None
    assert 1000 < drifts[7].alarm_at < 1500
    assert sum(one.alarm_at is not None for one in drifts) == 1


def test_items_that_stay_give_hardly_any_alarm():
    alarms = sum(one.alarm_at is not None for seed in range(5) for one in watched(answered(2000, 40, seed=30 + seed)))
    assert alarms <= 4  # of 200 looks: one in a hundred on either side, and some for what the first half got wrong


def test_an_alarm_needs_more_where_more_is_looked_at():
    assert Cusum(np.array([1.0])).alarm[0] == pytest.approx(ALARM)
    assert Cusum(np.array([1e5])).alarm[0] > 16.0


GOOD = ItemFit(400.0, 240.0, 240.0, 0.03, 0.4, 0.5, 0.2)
FRENCH = VariantHealth("fr", 400, 0)


def kinds(item):
    return [one.kind for one in findings(item)]


def test_nothing_is_said_of_a_sound_item():
    assert findings(ItemHealth(GOOD, [FRENCH], gain=0.6)) == []


def test_an_item_with_few_answers_is_said_to_have_few_and_nothing_else():
    few = ItemFit(20.0, 20.0, 11.0, 0.5, -0.9, 0.5, 0.2)
    assert kinds(ItemHealth(few, [VariantHealth("fr", 20, 0)], gain=0.0)) == [Kind.FEW]
    assert kinds(ItemHealth(item_fit(np.zeros((BINS, 3)), np.zeros(2), None), [])) == [Kind.FEW]


@pytest.mark.parametrize(
    ("right", "said"),
    [(400.0, [Kind.TOO_EASY]), (398.0, [Kind.TOO_EASY]), (380.0, []), (20.0, []), (2.0, [Kind.TOO_HARD])],
)
def test_an_item_that_nearly_all_get_right_or_wrong_is_named(right, said):
    fit = replace(GOOD, right=right)
    assert kinds(ItemHealth(fit, [FRENCH])) == said


def test_a_key_is_suspect_where_the_best_do_no_better():
    assert kinds(ItemHealth(replace(GOOD, discrimination=-0.2), [FRENCH])) == [Kind.KEY_SUSPECT]
    assert kinds(ItemHealth(replace(GOOD, discrimination=0.3), [FRENCH])) == []
    assert kinds(ItemHealth(GOOD, [FRENCH], gain=0.02)) == [Kind.KEY_SUSPECT]


def test_a_key_is_suspect_where_the_best_choose_another():
    choices = [Choice("a", True, 150.0, 30.0), Choice("b", False, 130.0, 90.0), Choice("c", False, 120.0, 13.0)]
    found = findings(ItemHealth(GOOD, [FRENCH], choices))
    assert [(one.kind, one.choice) for one in found] == [(Kind.KEY_SUSPECT, "b")]
    assert found[0].numbers["chosen_by_best"] == pytest.approx(90 / 133)


def test_a_wrong_answer_that_most_choose_is_named():
    choices = [Choice("a", True, 100.0, 90.0), Choice("b", False, 290.0, 40.0), Choice("c", False, 10.0, 3.0)]
    found = findings(ItemHealth(GOOD, [FRENCH], choices))
    assert [(one.kind, one.choice) for one in found] == [(Kind.DISTRACTOR, "b")]


@pytest.mark.parametrize(("shown", "lost", "named"), [(30, 4, True), (30, 3, False), (29, 20, False), (200, 21, True)])
def test_a_language_that_one_in_ten_does_not_understand_is_named_from_thirty_showings(shown, lost, named):
    found = findings(ItemHealth(GOOD, [FRENCH, VariantHealth("ar", shown, lost)]))
    assert [one.language for one in found] == (["ar"] if named else [])


def test_functioning_drift_and_poor_fit_are_named_with_their_numbers():
    test = MantelHaenszel(2.2, -1.8, -2.4, -1.2, 30.0, 1e-6)
    odd = VariantHealth("ar", 300, 0, Drift("harder", 14.0, 12.0, 40), Functioning(Grade.C, (400, 300), test, 1e-5))
    even = VariantHealth("fr", 400, 0, Drift("easier", 4.0, 12.0, None), Functioning(Grade.A, (400, 300), test, 0.4))
    found = findings(ItemHealth(replace(GOOD, rmsd=0.2), [even, odd]))
    assert [one.kind for one in found] == [Kind.FUNCTIONING, Kind.DRIFT, Kind.POOR_FIT]
    assert found[0].numbers == {"delta": -1.8}
    assert found[1].numbers == {"highest": 14.0, "alarm": 12.0, "after_answers": 40.0}
    assert found[1].side == "harder"


def test_the_interval_of_a_share_is_that_of_wilson():
    assert interval(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert interval(0.0, 10)[0] == pytest.approx(0.0)
