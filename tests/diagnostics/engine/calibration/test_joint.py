"""The joint model: the engine's own posterior as what is expected, and the truth found again."""

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    ItemModel,
    LevelSkill,
    LevelStrand,
    Population,
    Structure,
    compile_structure,
)
from pathways.diagnostics.engine.calibration import em, first_values, information
from pathways.diagnostics.engine.calibration.answers import ABSENT, Block, from_cells, monolingual
from pathways.diagnostics.engine.calibration.curves import sigmoid
from pathways.diagnostics.engine.calibration.estimates import item_estimates, mastery_estimate, threshold_estimates
from pathways.diagnostics.engine.calibration.joint import StrandsView
from pathways.diagnostics.engine.outcomes import EVIDENCE
from pathways.diagnostics.engine.population import AbilityGrid
from tests.diagnostics.engine.calibration.answered import known, ladders_answered, rmse, z_of
from tests.diagnostics.engine.plainly import infer


def solve(model, block, **settings):
    return em.solve(model, first_values.start_of(model), lambda one: model.expect(one, block), **settings)


def test_what_is_expected_is_the_posterior_of_the_engine(monkeypatch):
    monkeypatch.setattr(
        first_values, "ability_nodes", lambda _most: 0.3 * (np.arange(21) - 10.0)
    )  # those of a population
    world = ladders_answered(40, 3, seed=1, asked=9)
    model = world.model("level")
    start = first_values.start_of(model)
    grid = model.layout.groups
    weights = grid.weights(grid.start())[0]
    compiled = compile_structure(
        Structure(world.strands, tuple(world.items.values())),
        Population(correlations=(0.7,), spreads=(1.0,), shifts=(0.0,)),
    )
    nodes = grid.nodes
    exact = AbilityGrid(nodes, np.full_like(nodes, 0.7), np.ones_like(nodes), weights)
    for k, strand in enumerate(world.strands):
        assert model.strands[k].table(model.own(start)[k]) == pytest.approx(strand.prior(exact), abs=1e-9)
    block = world.block
    view = model.view(start, block)
    assert isinstance(view, StrandsView)
    for person in range(40):
        asked = np.flatnonzero(world.cells[person] != ABSENT)
        answers = [(world.order[item], EVIDENCE[world.cells[person, item]]) for item in asked]
        states = view.found.states[:, person]
        assert states == pytest.approx(infer(compiled, answers).states[0], abs=1e-9)


@pytest.mark.parametrize("kind", ["level", "continuous"])
def test_likelihood_and_posterior_are_those_of_enumeration(kind):
    world = ladders_answered(6, 2, seed=2, rungs=2, per_rung=1)
    model = world.model(kind)
    start = first_values.start_of(model)
    block = world.block
    log_chance, prior, ability = model._tables(start)
    total = 0.0
    for person in range(6):
        by_ability = np.ones_like(ability[0])
        for strand in range(2):
            mine = [
                v for v in range(len(world.order)) if model.strand_of[v] == strand and world.cells[person, v] != ABSENT
            ]
            each = np.exp(sum(log_chance[v, world.cells[person, v]] for v in mine))
            by_ability = by_ability * (each @ prior[strand])
        total += np.log(ability[0] @ by_ability)
    assert float(model.expect(start, block).log_likelihood) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("kind", ["level", "continuous"])
@pytest.mark.parametrize("asked", [None, 8], ids=["everything", "some"])
def test_the_penalised_likelihood_never_falls(kind, asked):
    world = ladders_answered(300, 4, seed=3, asked=asked)
    solution = solve(world.model(kind), world.block)
    assert solution.converged
    assert len(solution.penalised) > 5
    assert np.diff(solution.penalised).min() >= -1e-9 * abs(solution.penalised[0])


@pytest.mark.parametrize("kind", ["level", "continuous"])
@pytest.mark.parametrize("dont_know", [0.4, 0.0])
def test_the_solution_is_where_nothing_pulls(kind, dont_know):
    world = ladders_answered(200, 2, seed=4, rungs=3, per_rung=1, dont_know=dont_know)
    model = world.model(kind, outcomes=3 if dont_know else 2)
    block = world.block
    solution = solve(model, block, tolerance=1e-7)

    def penalised(one):
        return float(model.expect(one, block).log_likelihood) + model.penalty(one)

    steps = 1e-4 * np.eye(len(solution.parameters))
    pull = [(penalised(solution.parameters + h) - penalised(solution.parameters - h)) / 2e-4 for h in steps]
    assert np.abs(pull).max() < 0.02


@pytest.mark.parametrize("kind", ["level", "continuous"])
def test_scores_are_the_slopes_of_the_likelihood(kind):
    world = ladders_answered(80, 2, seed=5, asked=6)
    model = world.model(kind)
    block, start = world.block, first_values.start_of(model)
    steps = 1e-5 * np.eye(len(start))
    numeric = [
        float(model.expect(start + h, block).log_likelihood - model.expect(start - h, block).log_likelihood) / 2e-5
        for h in steps
    ]
    assert information.products(model, start, block).score == pytest.approx(np.array(numeric), abs=2e-4)


def test_slip_guess_thresholds_and_correlation_are_recovered():
    world = ladders_answered(3000, 8, seed=6, asked=32)
    model = world.model("level")
    solution = solve(model, world.block)
    items, _, _ = model.layout.unpacked(solution.parameters)
    own = np.array(model.own(solution.parameters))
    size = np.sqrt(1.0 + own[:, :1] ** 2)
    expert = np.array([[skill.threshold for skill in strand.skills] for strand in world.strands])
    assert rmse(1.0 - sigmoid(items[:, 0]), world.slip) < 0.03
    assert rmse(sigmoid(items[:, 1]), world.guess) < 0.055
    assert rmse(own[:, 1:] / size, world.thresholds) < 0.09
    assert rmse(expert, world.thresholds) > 0.17
    assert rmse(0.25, world.guess) > 0.07
    assert (own[:, 0] / size[:, 0]).mean() == pytest.approx(0.7, abs=0.03)
    assert sigmoid(items[:, 2:]).mean(axis=0) == pytest.approx([0.03, 0.4], abs=0.02)


def test_curves_in_a_continuous_strand_are_recovered():
    rng = np.random.default_rng(7)
    strands = (LevelStrand("s", tuple(LevelSkill(f"s{m}", h) for m, h in enumerate((-0.8, 0.0, 0.8)))),)
    items = {
        f"s{m}.{n}": ItemModel(f"s{m}.{n}", f"s{m}", 0.1, 0.2, 0.03, 0.5, 40.0) for m in range(3) for n in range(6)
    }
    order = first_values.in_order([(one,) for one in strands], items)
    place = np.repeat([-1.1, -0.2, 0.5], 6) + rng.normal(0.0, 0.2, 18)
    position = rng.normal(size=(5000, 1))
    chance = 0.2 + 0.7 / (1.0 + np.exp(-2.5 * (position - place)))
    cells = (rng.random(chance.shape) > chance).astype(np.int8)
    model = first_values.joint_model(
        "continuous", [(one,) for one in strands], items, monolingual(order), outcomes=2, most_answers=18
    )
    solution = solve(model, from_cells(cells))
    curves, _, _ = model.layout.unpacked(solution.parameters)
    assert rmse(curves[:, 1], place) < 0.08
    assert np.exp(curves[:, 0]).mean() == pytest.approx(2.5, abs=0.25)
    assert sigmoid(curves[:, 3]).mean() == pytest.approx(0.2, abs=0.03)
    found = information.covariance(
        model, solution.parameters, information.products(model, solution.parameters, from_cells(cells))
    )
    mastered = mastery_estimate(model.layout, solution.parameters, found, range(6), first_values.MASTERY)
    # where the six true curves are answered right three times in four
    points = np.linspace(-3, 3, 6001)
    true = points[np.argmin(np.abs((1 / (1 + np.exp(-2.5 * (points[:, None] - place[:6])))).mean(axis=1) - 0.75))]
    value, error = known(mastered)
    assert value == pytest.approx(true, abs=4 * error)
    assert 0.005 < error < 0.1


def test_standard_errors_say_how_far_off_estimates_are():
    apart = []
    for seed in range(5):
        world = ladders_answered(1500, 4, seed=20 + seed, dont_know=0.0)
        model = world.model("level", outcomes=2)
        solution = solve(model, world.block)
        covariance = information.covariance(
            model, solution.parameters, information.products(model, solution.parameters, world.block)
        )
        first = model.first_strand
        for strand, own in enumerate(model.own(solution.parameters)):
            named = threshold_estimates(own, covariance.of(np.arange(first, first + len(own))))
            apart += [z_of(one, true) for one, true in zip(named, world.thresholds[strand], strict=True)]
            first += len(own)
        for item in range(len(world.order)):
            named = item_estimates(model.layout, solution.parameters, covariance, item)
            apart.append(z_of(named["slip"], world.slip[item]))
    assert np.std(apart) == pytest.approx(1.0, abs=0.2)


def test_classes_never_change_places():
    # every key is wrong: whoever masters a micro-skill answers wrong
    world = ladders_answered(800, 3, seed=8, dont_know=0.0)
    cells = np.where(world.cells == 0, 1, 0).astype(np.int8)
    model = world.model("level", outcomes=2)
    solution = solve(model, from_cells(cells))
    items, _, _ = model.layout.unpacked(solution.parameters)
    assert (items[:, 0] > items[:, 1]).all()
    own = np.array(model.own(solution.parameters))
    assert (np.diff(own[:, 1:], axis=1) > 0).all()
    assert (own[:, 0] > 0).all()


@pytest.mark.parametrize("kind", ["level", "continuous"])
def test_constant_answers_and_unanswered_items_leave_finite_values(kind):
    world = ladders_answered(150, 2, seed=9, rungs=3, per_rung=2, dont_know=0.0)
    cells = world.cells.copy()
    cells[:, 0], cells[:, 5], cells[:, 7] = 0, 1, ABSENT
    model = world.model(kind, outcomes=2)
    solution = solve(model, from_cells(cells))
    assert solution.converged
    assert np.isfinite(solution.parameters).all()
    items, _, _ = model.layout.unpacked(solution.parameters)
    ends = items[7, -2:]
    assert sigmoid(ends) == pytest.approx([0.9, 0.25], abs=0.01)


@pytest.mark.parametrize("kind", ["level", "continuous"])
def test_one_learner_and_one_answer_change_little(kind):
    world = ladders_answered(1, 2, seed=10, dont_know=0.0)
    cells = np.full_like(world.cells, ABSENT)
    cells[0, 2] = 0
    model = world.model(kind, outcomes=2)
    solution = solve(model, from_cells(cells))
    assert solution.converged
    assert solution.parameters == pytest.approx(first_values.start_of(model), abs=0.4)


def test_what_a_group_cannot_say_stays_with_the_author():
    world = ladders_answered(40, 3, seed=11, asked=4)
    model = world.model("level")
    solution = solve(model, world.block)
    start = np.array(model.own(first_values.start_of(model)))
    assert rmse(np.array(model.own(solution.parameters))[:, 1:], start[:, 1:]) < 0.3


def test_answers_may_come_in_parts_and_in_any_order():
    world = ladders_answered(300, 3, seed=12, asked=10)
    model = world.model("level")
    start = first_values.start_of(model)
    whole = model.expect(start, world.block)
    mixed = np.random.default_rng(1).permutation(300)
    halves = [from_cells(world.cells[part]) for part in (mixed[:90], mixed[90:])]
    assert all(isinstance(half, Block) for half in halves)
    for one, other in zip(whole, em.added(*(model.expect(start, half) for half in halves)), strict=True):
        assert one == pytest.approx(other, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("kind", ["level", "continuous"])
def test_table_and_list_of_answers_give_the_same(kind):
    world = ladders_answered(200, 3, seed=13, asked=8)
    model = world.model(kind)
    start = first_values.start_of(model)
    table = world.block
    assert table.cells is not None
    as_list = Block(table.groups, table.weights, None, table.answers)
    for one, other in zip(model.expect(start, table), model.expect(start, as_list), strict=True):
        assert one == pytest.approx(other, rel=1e-10, abs=1e-10)
    products = [information.products(model, start, block).products for block in (table, as_list)]
    assert products[0] == pytest.approx(products[1], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", ["level", "continuous"])
def test_a_group_of_beginners_does_not_make_the_author_of_a_bank_right(kind):
    # everybody 1.2 SD below what the author thought: on the scale of the group, all thresholds are higher
    world = ladders_answered(300, 6, seed=14, asked=20, dont_know=0.0, shift=-1.2)
    model = world.model(kind, outcomes=2)
    solution = solve(model, world.block)
    assert model.offset(solution.parameters) == pytest.approx(0.84, abs=0.3 if kind == "level" else 0.5)
    if kind == "level":
        own = np.array(model.own(solution.parameters))
        found = own[:, 1:] / np.sqrt(1.0 + own[:, :1] ** 2)
        assert (found - world.thresholds).mean() == pytest.approx(0.84, abs=0.15)
