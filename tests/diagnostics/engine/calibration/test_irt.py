"""One-, two- and four-parameter models against the truth that answers were made from."""

import numpy as np
import pytest

from pathways.diagnostics.engine.calibration import em, information
from pathways.diagnostics.engine.calibration.answers import ABSENT, Block, collapsed, from_cells, monolingual
from pathways.diagnostics.engine.calibration.estimates import item_estimates
from tests.diagnostics.engine.calibration.answered import (
    answered,
    block_of_cells,
    codes,
    model_of,
    rmse,
    slopes_and_difficulties,
    solved,
    z_of,
)


def test_two_parameters_are_recovered():
    test = answered(2000, 100, seed=1)
    model, solution = solved("2pl", test.cells)
    slope, difficulty = slopes_and_difficulties(model, solution.parameters)
    assert solution.converged
    # An established program on the same answers: .0891 and .0788.
    assert rmse(slope, test.slope) < 0.0885
    assert rmse(difficulty, test.difficulty) < 0.0785


def test_the_slope_that_all_items_share_is_recovered():
    test = answered(3000, 30, seed=2, slopes=1.4)
    model, solution = solved("1pl", test.cells)
    slope, difficulty = slopes_and_difficulties(model, solution.parameters)
    assert np.ptp(slope) == 0.0
    assert slope[0] == pytest.approx(1.4, abs=0.05)
    assert rmse(difficulty, test.difficulty) < 0.05


def test_four_parameters_are_recovered_where_beliefs_are_about_right():
    test = answered(6000, 40, seed=3, guess=0.2, slip=0.08)
    model, solution = solved("4pl", test.cells)
    items, _, _ = model.layout.unpacked(solution.parameters)
    assert rmse(np.exp(items[:, 0]), test.slope) < 0.25
    assert rmse(items[:, 1], test.difficulty) < 0.25
    assert 1.0 / (1.0 + np.exp(-items[:, 3].mean())) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("kind", ["1pl", "2pl", "4pl"])
@pytest.mark.parametrize("kept", [1.0, 0.3, 0.04], ids=["whole", "table", "list"])
def test_the_penalised_likelihood_never_falls(kind, kept):
    test = answered(400, 60, seed=4, kept=kept, guess=0.15)
    model, start = model_of(kind, test.cells)
    block = block_of_cells(test.cells)
    solution = em.solve(model, start, lambda one: model.expect(one, block))
    assert len(solution.penalised) > 3
    assert np.diff(solution.penalised).min() >= -1e-9 * abs(solution.penalised[0])


@pytest.mark.parametrize("kind", ["1pl", "2pl", "4pl"])
def test_the_solution_is_where_nothing_pulls(kind):
    test = answered(500, 12, seed=5)
    model, start = model_of(kind, test.cells)
    block = block_of_cells(test.cells)
    solution = em.solve(model, start, lambda one: model.expect(one, block), tolerance=1e-7)

    def penalised(one):
        return float(model.expect(one, block).log_likelihood) + model.penalty(one)

    steps = 1e-4 * np.eye(len(start))
    pull = [(penalised(solution.parameters + h) - penalised(solution.parameters - h)) / 2e-4 for h in steps]
    assert np.abs(pull).max() < 0.01


def test_scores_are_the_slopes_of_the_likelihood():
    test = answered(300, 8, seed=6, kept=0.7, guess=0.1)
    model, start = model_of("4pl", test.cells)
    block = block_of_cells(test.cells)
    found = information.products(model, start, block)
    steps = 1e-5 * np.eye(len(start))
    numeric = [
        (model.expect(start + h, block).log_likelihood - model.expect(start - h, block).log_likelihood) / 2e-5
        for h in steps
    ]
    assert found.score == pytest.approx(np.array(numeric), abs=1e-4)


def test_standard_errors_say_how_far_off_estimates_are():
    apart = []
    for seed in range(12):
        test = answered(800, 15, seed=100 + seed)
        model, solution = solved("2pl", test.cells)
        found = information.products(model, solution.parameters, block_of_cells(test.cells))
        covariance = information.covariance(model, solution.parameters, found)
        for item in range(15):
            named = item_estimates(model.layout, solution.parameters, covariance, item)
            apart.append(z_of(named["slope"], test.slope[item]))
            apart.append(z_of(named["difficulty"], test.difficulty[item]))
    assert np.std(apart) == pytest.approx(1.0, abs=0.12)
    assert np.mean(np.abs(apart) < 1.96) == pytest.approx(0.95, abs=0.04)


def test_choosing_questions_by_earlier_answers_does_no_harm():
    # The stronger half gets the harder questions: raw shares of right answers are then all about one half.
    test = answered(4000, 40, seed=7)
    cells = test.cells.copy()
    order = np.argsort(test.difficulty)
    seen = (cells[:, order[15:25]] == 0).sum(axis=1)
    cells[np.ix_(seen < 5, order[25:])] = ABSENT
    cells[np.ix_(seen >= 5, order[:15])] = ABSENT
    model, solution = solved("2pl", cells)
    slope, difficulty = slopes_and_difficulties(model, solution.parameters)
    raw = (cells == 0).sum(axis=0) / (cells != ABSENT).sum(axis=0)
    naive = -np.log(raw / (1.0 - raw))
    assert rmse(difficulty, test.difficulty) < 0.12
    assert rmse(naive, test.difficulty) > 0.5
    assert rmse(slope, test.slope) < 0.15


def test_table_and_list_of_answers_give_the_same_sums():
    test = answered(300, 20, seed=8, kept=0.5)
    model, start = model_of("2pl", test.cells)
    table = block_of_cells(test.cells)
    assert table.cells is not None
    as_list = Block(table.groups, table.weights, None, table.answers)
    for one, other in zip(model.expect(start, table), model.expect(start, as_list), strict=True):
        assert one == pytest.approx(other, rel=1e-11, abs=1e-11)


def test_equal_sittings_count_once_with_their_weight():
    test = answered(5000, 5, seed=9)
    block = from_cells(test.cells)
    patterns = collapsed(block)
    assert len(patterns) <= 32
    assert patterns.weights.sum() == 5000
    model, start = model_of("2pl", test.cells)
    for one, other in zip(model.expect(start, block), model.expect(start, patterns), strict=True):
        assert one == pytest.approx(other, rel=1e-10, abs=1e-10)
    assert information.products(model, start, block).products == pytest.approx(
        information.products(model, start, patterns).products, rel=1e-9
    )


def test_sums_over_blocks_are_the_sums_over_one():
    test = answered(500, 30, seed=10)
    model, start = model_of("2pl", test.cells)
    whole = model.expect(start, from_cells(test.cells))
    parts = em.added(
        model.expect(start, from_cells(test.cells[:123])), model.expect(start, from_cells(test.cells[123:]))
    )
    for one, other in zip(whole, parts, strict=True):
        assert one == pytest.approx(other, rel=1e-11)


@pytest.mark.parametrize("kind", ["1pl", "2pl", "4pl"])
def test_an_item_that_all_get_right_or_wrong_has_a_finite_place(kind):
    test = answered(300, 10, seed=11)
    cells = test.cells.copy()
    cells[:, 0], cells[:, 1] = 0, 1
    model, solution = solved(kind, cells)
    chance = model.layout.task.curve.chance(
        model.layout.unpacked(solution.parameters)[0], np.zeros(10), model.layout.task.nodes
    )
    assert solution.converged
    assert np.isfinite(solution.parameters).all()
    assert chance[0, 0].mean() > 0.7
    assert chance[1, 0].mean() < 0.35


@pytest.mark.parametrize("kind", ["2pl", "4pl"])
def test_an_item_that_nobody_answered_keeps_what_was_believed_of_it(kind):
    test = answered(300, 6, seed=12)
    cells = test.cells.copy()
    cells[:, 3] = ABSENT
    model, solution = solved(kind, cells)
    items, _, _ = model.layout.unpacked(solution.parameters)
    prior = model.layout.task.prior
    assert items[3, :2] == pytest.approx(prior.mean[3, :2], abs=1e-3)
    found = information.products(model, solution.parameters, block_of_cells(cells))
    errors = information.covariance(model, solution.parameters, found).errors().reshape(6, -1)
    assert errors[3, 0] == pytest.approx(prior.precision[3, 0] ** -0.5, rel=1e-6)


def test_one_learner_moves_little():
    cells = np.array([[0, 1, 0]], dtype=np.int8)
    _, solution = solved("2pl", cells)
    assert solution.converged
    assert np.isfinite(solution.parameters).all()


def test_a_wrong_key_shows_as_a_negative_slope_and_turns_nothing_else_over():
    test = answered(1500, 20, seed=13)
    cells = test.cells.copy()
    cells[:, 4] = 1 - cells[:, 4]
    model, solution = solved("2pl", cells)
    slope, _ = slopes_and_difficulties(model, solution.parameters)
    assert slope[4] < -0.3
    assert (np.delete(slope, 4) > 0.3).all()


def test_beliefs_vanish_with_data():
    few, many = (answered(n, 10, seed=14, slopes=2.5) for n in (30, 6000))
    small, large = (slopes_and_difficulties(*_parts(solved("2pl", one.cells)))[0].mean() for one in (few, many))
    assert large == pytest.approx(2.5, abs=0.12)
    assert np.isfinite(small)


def test_the_order_of_people_does_not_matter():
    test = answered(400, 15, seed=15)
    _, one = solved("2pl", test.cells)
    _, other = solved("2pl", test.cells[::-1])
    assert one.parameters == pytest.approx(other.parameters, abs=1e-9)


def test_long_tests_get_finer_steps_of_ability():
    short, long = (model_of("2pl", np.zeros((1, n), dtype=np.int8))[0].layout.groups.nodes for n in (30, 900))
    assert len(short) == 41
    assert len(long) > 3 * len(short) - 10
    assert codes(2) == monolingual(codes(2)).item_codes


def _parts(pair):
    return pair[0], pair[1].parameters
