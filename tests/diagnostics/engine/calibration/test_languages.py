"""Languages: a translation that is harder is found, and a group that is weaker is not taken for it."""

import numpy as np
import pytest

from pathways.diagnostics.engine.calibration import em, first_values, information, irt
from pathways.diagnostics.engine.calibration.answers import ABSENT, Variants, block_of
from pathways.diagnostics.engine.calibration.estimates import group_estimates, shift_estimate
from pathways.diagnostics.engine.calibration.functioning import functioning
from pathways.diagnostics.engine.calibration.linking import LEAST_COMMON, solve_linked, weighted_median
from pathways.diagnostics.engine.calibration.residuals import residuals
from pathways.diagnostics.engine.fairness import Grade
from tests.diagnostics.engine.calibration.answered import answered, codes, known, ladders_answered, rmse, z_of

ITEMS = 30
HARDER = np.where(np.arange(ITEMS) % 10 < 3, 0.6, 0.0)
"""Three translations in ten are bad."""


def spoken(people=(1500, 1500), *, mean=-0.8, harder=HARDER, seed=1):
    """French people N(0, 1), and people of another language, weaker, some of whose items are harder."""
    items = len(harder)
    french = answered(people[0], items, seed=seed)
    other = answered(
        people[1], items, seed=seed + 1, slopes=french.slope, difficulties=french.difficulty + harder, shift=mean
    )
    variants = Variants(np.repeat(np.arange(items), 2), np.tile([0, 1], items), codes(items), ("fr", "ar"))
    cells = np.full((sum(people), 2 * items), ABSENT, dtype=np.int8)
    cells[: people[0], 0::2], cells[people[0] :, 1::2] = french.cells, other.cells
    sittings, columns = np.nonzero(cells != ABSENT)
    groups = np.repeat([0, 1], people)
    block = block_of(sittings, columns, cells[sittings, columns].astype(np.intp), groups, 2 * items)
    return french, variants, cells, block


def linked(variants, cells, block, kind="2pl"):
    model = irt.ability_model(kind, variants, ITEMS)
    right = variants.by_item((cells == 0).sum(axis=0).astype(float))
    every = (cells != ABSENT).sum(axis=0).astype(float)
    start = irt.start_of(model, right, variants.by_item(every))
    return solve_linked(model, start, lambda one: model.expect(one, block), every)


@pytest.fixture(scope="module")
def solved():
    french, variants, cells, block = spoken()
    model, runs, links = linked(variants, cells, block)
    return french, variants, block, model, runs, links


def test_bad_translations_are_found_and_the_weaker_group_is_told_apart(solved):
    french, variants, _block, model, runs, links = solved
    items, shifts, groups = model.layout.unpacked(runs[-1].parameters)
    assert groups[0, 0] == pytest.approx(-0.8, abs=0.08)
    assert np.exp(groups[0, 1]) == pytest.approx(1.0, abs=0.08)
    assert rmse(shifts[1::2], HARDER) < 0.14
    assert (shifts[0::2] == 0.0).all()
    assert rmse(-items[:, 1] / items[:, 0], french.difficulty) < 0.1
    assert links[1].common == ITEMS
    assert abs(links[1].median) < 0.02
    assert links[1].trusted
    assert variants.language_codes[1] == "ar"


def test_the_mean_would_have_blamed_the_group(solved):
    *_, model, runs, _links = solved
    _, first_shifts, first_groups = model.layout.unpacked(runs[0].parameters)
    assert len(runs) > 1
    assert np.median(first_shifts[1::2]) < -0.05  # good translations look easy
    assert first_groups[0, 0] < -0.9


def test_every_run_climbs(solved):
    *_, runs, _links = solved
    for run in runs:
        assert run.converged
        assert np.diff(run.penalised).min(initial=0.0) >= -1e-9 * abs(run.penalised[0])


def test_shifts_and_means_have_errors_of_the_right_size(solved):
    _, variants, block, model, runs, _links = solved
    parameters = runs[-1].parameters
    covariance = information.covariance(model, parameters, information.products(model, parameters, block))
    group = group_estimates(model.layout, parameters, covariance, 1)
    assert 0.02 < known(group["mean"])[1] < 0.12
    assert 0.01 < known(group["sd"])[1] < 0.1
    assert group_estimates(model.layout, parameters, covariance, 0)["mean"].error == 0.0
    shifts = [shift_estimate(model.layout, parameters, covariance, v) for v in variants.shifted]
    apart = [z_of(one, true) for one, true in zip(shifts, HARDER, strict=True)]
    assert np.std(apart) < 1.6
    assert shift_estimate(model.layout, parameters, covariance, 0).error == 0.0


def test_scores_of_shifts_and_groups_are_the_slopes_of_the_likelihood():
    _, variants, cells, block = spoken((60, 50), harder=HARDER[:5])
    model = irt.ability_model("2pl", variants, 5)
    start = irt.start_of(model, np.full(5, 50.0), np.full(5, 110.0)) + 0.1
    steps = 1e-5 * np.eye(len(start))
    numeric = [
        float(model.expect(start + h, block).log_likelihood - model.expect(start - h, block).log_likelihood) / 2e-5
        for h in steps
    ]
    assert information.products(model, start, block).score == pytest.approx(np.array(numeric), abs=1e-4)
    assert cells.shape == (110, 10)


def test_classes_of_functioning_are_those_of_the_bad_translations(solved):
    _, variants, block, model, runs, _links = solved
    sums, _ = residuals(model, runs[-1].parameters, block, runs[-1].parameters)
    found = functioning(variants, sums.by_standing)
    grades = [found[2 * item + 1].grade for item in range(ITEMS)]
    bad = np.flatnonzero(HARDER)
    assert sum(grades[item] in {Grade.B, Grade.C} for item in bad) >= 8
    assert sum(grades[item] in {Grade.B, Grade.C} for item in range(ITEMS) if item not in bad) <= 2
    tests = [found[2 * item + 1].test for item in bad.tolist()]
    assert all(test is not None and test.delta < 0 for test in tests)


def test_too_few_answers_are_said_to_be_too_few():
    _, variants, cells, block = spoken((600, 150))
    model, runs, _links = linked(variants, cells, block)
    sums, _ = residuals(model, runs[-1].parameters, block, runs[-1].parameters)
    found = functioning(variants, sums.by_standing)
    assert {one.grade for one in found.values()} == {Grade.FEW}
    assert all(one.test is None and one.answers == (600, 150) for one in found.values())


def test_a_translation_without_answers_is_expected_to_be_as_hard_as_the_original():
    _, variants, cells, _block = spoken((800, 800), harder=HARDER[:10])
    cells[800:, 9] = ABSENT
    sittings, columns = np.nonzero(cells != ABSENT)
    block = block_of(sittings, columns, cells[sittings, columns].astype(np.intp), np.repeat([0, 1], 800), 20)
    model, runs, _links = linked(variants, cells, block)
    _, shifts, _ = model.layout.unpacked(runs[-1].parameters)
    assert shifts[9] == pytest.approx(model.layout.task.shift_means[1], abs=1e-3)


def test_a_language_with_nothing_in_common_is_not_linked():
    french = answered(400, 10, seed=3)
    cells = np.full((400, 10), ABSENT, dtype=np.int8)
    cells[:200, :5], cells[200:, 5:] = french.cells[:200, :5], french.cells[200:, 5:]
    variants = Variants(np.arange(10), np.repeat([0, 1], 5), codes(10), ("fr", "ar"))
    sittings, columns = np.nonzero(cells != ABSENT)
    block = block_of(sittings, columns, cells[sittings, columns].astype(np.intp), np.repeat([0, 1], 200), 10)
    model, runs, links = linked(variants, cells, block)
    assert links[1].common == 0 < LEAST_COMMON
    assert not links[1].trusted
    assert len(runs) == 1
    assert np.isfinite(runs[-1].parameters).all()
    assert model.layout.groups.count == 2


def _in_two_languages(french, other):
    """Variants, block, and answers of each variant, of two tables of the same items."""
    people, items = french.shape
    cells = np.full((2 * people, 2 * items), ABSENT, dtype=np.int8)
    cells[:people, 0::2], cells[people:, 1::2] = french, other
    sittings, columns = np.nonzero(cells != ABSENT)
    groups = np.repeat([0, 1], people)
    block = block_of(sittings, columns, cells[sittings, columns].astype(np.intp), groups, 2 * items)
    return block, (cells != ABSENT).sum(axis=0).astype(float)


@pytest.mark.parametrize("kind", ["level", "continuous"])
def test_a_bad_translation_is_found_among_micro_skills(kind):
    french = ladders_answered(700, 4, seed=5, dont_know=0.0)
    items, rng = len(french.order), np.random.default_rng(6)
    bad = np.arange(0, items, 4)
    harder = np.where(np.isin(np.arange(items), bad), 0.8, 0.0)
    if kind == "level":
        lost = rng.random((700, items)) < 0.5 * harder
        pair = french.cells, np.where(lost, 1, french.cells).astype(np.int8)
    else:
        place = np.repeat(french.thresholds.ravel(), 2)
        pair = tuple(_by_position(place + shift, rng) for shift in (0.0 * harder, harder))
    variants = Variants(np.repeat(np.arange(items), 2), np.tile([0, 1], items), french.order, ("fr", "ar"))
    block, every = _in_two_languages(*pair)
    model = french.model(kind, outcomes=2, variants=variants)
    model, runs, links = solve_linked(model, first_values.start_of(model), lambda one: model.expect(one, block), every)
    _, shifts, groups = model.layout.unpacked(runs[-1].parameters)
    other = np.setdiff1d(np.arange(items), bad)
    assert shifts[1::2][bad].mean() > 0.5
    assert np.abs(shifts[1::2][other]).max() < 0.4
    assert abs(np.median(shifts[1::2])) < 0.05
    assert abs(groups[0, 0]) < 0.2
    assert all(np.diff(run.penalised).min(initial=0.0) >= -1e-9 * abs(run.penalised[0]) for run in runs)
    assert links[1].common == items


def _by_position(place, rng):
    """Answers of 700 people with a position in each of four strands to eight items a strand."""
    position = 0.7 * rng.normal(size=(700, 1)) + np.sqrt(0.51) * rng.normal(size=(700, 4))
    chance = 0.2 + 0.7 / (1.0 + np.exp(-3.0 * (np.repeat(position, 8, axis=1) - place)))
    return (rng.random(chance.shape) > chance).astype(np.int8)


def test_the_weighted_median_is_the_middle_of_the_weight():
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.ones(3)) == 2.0
    assert weighted_median(np.array([1.0, 2.0]), np.ones(2)) == 1.5
    assert weighted_median(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 8.0])) == 9.0


def test_a_single_language_needs_one_run():
    test = answered(200, 10, seed=8)
    variants = Variants(np.arange(10), np.zeros(10, dtype=np.intp), codes(10), ("fr",))
    sittings, columns = np.nonzero(test.cells != ABSENT)
    block = block_of(sittings, columns, test.cells[sittings, columns].astype(np.intp), np.zeros(200, dtype=np.intp), 10)
    model, runs, _ = linked(variants, test.cells, block)
    alone = em.solve(model, runs[0].parameters, lambda one: model.expect(one, block))
    assert len(runs) == 1
    assert alone.parameters == pytest.approx(runs[0].parameters, abs=1e-3)
