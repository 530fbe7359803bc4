"""Partial credit in a calibration: partly right answers are wrong ones, and say how near wrong answers come."""

from dataclasses import replace

import numpy as np
import pytest

from pathways.diagnostics.engine import ANSWERS, FIRST_NEAR, Population, Structure, compile_structure
from pathways.diagnostics.engine.calibration import em, first_values, information
from pathways.diagnostics.engine.calibration.answers import ABSENT, Block, collapsed, monolingual
from pathways.diagnostics.engine.calibration.curves import LEAST_GAIN, logit, sigmoid
from pathways.diagnostics.engine.calibration.estimates import item_estimates, near_estimates
from pathways.diagnostics.engine.calibration.joint import StrandsView
from pathways.diagnostics.engine.calibration.nearness import Nearness
from pathways.diagnostics.engine.calibration.residuals import residuals
from tests.diagnostics.engine.calibration.answered import ladders_answered, z_of
from tests.diagnostics.engine.plainly import infer

pytestmark = pytest.mark.slow  # recovers what was put in: thousands of answers

LOW, HIGH = 0.2, 0.6


def some(world):
    """Every other item has partial credit."""
    return np.arange(len(world.order)) % 2 == 0


def credited_world(learners, strands, *, seed, outcomes=3, **how):
    world = ladders_answered(learners, strands, seed=seed, dont_know=0.4 if outcomes == 3 else 0.0, **how)
    told = world.partly_right(LOW, HIGH, credited=some(world), outcomes=outcomes, seed=seed)
    return told, told.model("level", outcomes=outcomes, credited=some(world))


def listed(block):
    """The same block without a table."""
    return Block(block.groups, block.weights, None, block.answers)


def solve(model, block, **settings):
    return em.solve(model, first_values.start_of(model), lambda one: model.expect(one, block), **settings)


def test_what_is_expected_is_the_posterior_of_the_engine(monkeypatch):
    monkeypatch.setattr(first_values, "ability_nodes", lambda _most: 0.3 * (np.arange(21) - 10.0))
    world, model = credited_world(40, 3, seed=1, asked=9)
    start = first_values.start_of(model)
    items = [
        replace(one, near=FIRST_NEAR if some(world)[world.order.index(code)] else None)
        for code, one in world.items.items()
    ]
    compiled = compile_structure(Structure(world.strands, tuple(items)), Population((0.7,), (1.0,), (0.0,)))
    for block in (world.block, listed(world.block)):
        view = model.view(start, block)
        assert isinstance(view, StrandsView)
        for person in range(40):
            asked = np.flatnonzero(world.cells[person] != ABSENT)
            answers = [(world.order[item], ANSWERS[world.cells[person, item]]) for item in asked]
            assert view.found.states[:, person] == pytest.approx(infer(compiled, answers).states[0], abs=1e-9)


@pytest.mark.parametrize("outcomes", [2, 3])
def test_the_penalised_likelihood_never_falls_and_ends_where_nothing_pulls(outcomes):
    world, model = credited_world(200, 2, seed=4, outcomes=outcomes, rungs=3, per_rung=2)
    block = collapsed(world.block)
    solution = solve(model, block, tolerance=1e-7)
    assert solution.converged
    assert np.diff(solution.penalised).min() >= -1e-9 * abs(solution.penalised[0])

    def penalised(one):
        return float(model.expect(one, block).log_likelihood) + model.penalty(one)

    steps = 1e-4 * np.eye(len(solution.parameters))
    pull = [(penalised(solution.parameters + h) - penalised(solution.parameters - h)) / 2e-4 for h in steps]
    assert np.abs(pull).max() < 0.02


@pytest.mark.parametrize("outcomes", [2, 3])
@pytest.mark.parametrize("shape", [lambda block: block, listed], ids=["table", "list"])
def test_scores_are_the_slopes_of_the_likelihood(outcomes, shape):
    world, model = credited_world(80, 2, seed=5, outcomes=outcomes, asked=6)
    block, start = shape(world.block), first_values.start_of(model)
    steps = 1e-5 * np.eye(len(start))
    numeric = [
        float(model.expect(start + h, block).log_likelihood - model.expect(start - h, block).log_likelihood) / 2e-5
        for h in steps
    ]
    assert information.products(model, start, block).score == pytest.approx(np.array(numeric), abs=2e-4)


def test_the_information_of_the_beliefs_is_their_curvature():
    _, model = credited_world(10, 2, seed=6)
    start = first_values.start_of(model)
    for place in range(model.first_near, len(start)):
        step = 1e-4 * np.eye(len(start))[place]
        bend = model.penalty(start + step) - 2.0 * model.penalty(start) + model.penalty(start - step)
        assert model.beliefs(start).diagonal[place] == pytest.approx(-bend / 1e-8, rel=1e-3)


def test_how_near_wrong_answers_come_is_recovered_and_its_errors_say_how_well():
    apart = []
    for seed in range(4):
        world, model = credited_world(2500, 4, seed=30 + seed)
        solution = solve(model, world.block)
        found = information.products(model, solution.parameters, world.block)
        covariance = information.covariance(model, solution.parameters, found)
        assert model.near is not None
        for place, item in enumerate(model.near.items.tolist()):
            places = model.first_near + 2 * place + np.arange(2)
            named = near_estimates(solution.parameters[places], covariance.of(places))
            z = [z_of(named["near_mastered"], HIGH), z_of(named["near_not_mastered"], LOW)]
            # First values pull an estimate that has few wrong answers: what it is off beyond that is told by its error.
            assert np.abs(z).max() < 4.0
            apart += z
            assert (
                abs(z_of(item_estimates(model.layout, solution.parameters, covariance, item)["slip"], world.slip[item]))
                < 4.0
            )
    assert np.mean(np.abs(apart) < 3.0) > 0.99
    assert np.std(apart) == pytest.approx(1.0, abs=0.25)


def test_the_best_shares_are_found_and_rise_with_mastery():
    rng = np.random.default_rng(2)
    world = ladders_answered(10, 1, seed=1, rungs=3, per_rung=2)
    near = Nearness.of(list(world.items.values()), np.ones(6, dtype=bool), monolingual(world.order), 3)
    assert near is not None
    counts = rng.gamma(0.7, 40.0, (6, 4, 2))
    best = near.improved(near.start(), counts)

    def objective(parameters):
        share = sigmoid(parameters.reshape(-1, 2))[:, ::-1]
        told = counts[:, 3] * np.log(share) + counts[:, 1] * np.log1p(-share)
        return told.sum(axis=1) + near.prior.density(parameters.reshape(-1, 2))

    pairs = best.reshape(-1, 2)
    assert (pairs[:, 0] >= pairs[:, 1] + LEAST_GAIN - 1e-9).all()
    assert ((pairs[:, 0] - pairs[:, 1]) < LEAST_GAIN + 1e-6).any()
    grid = np.linspace(-4.0, 4.0, 81)
    for low in grid:
        for high in grid[grid >= low + LEAST_GAIN]:
            assert (objective(np.tile([high, low], 6)) <= objective(best) + 1e-9).all()


def test_without_partly_right_answers_the_model_is_what_it_is_without_partial_credit():
    world = ladders_answered(60, 2, seed=3)
    assert world.model("level", credited=np.zeros(len(world.order), dtype=bool)).near is None
    assert world.model("continuous", credited=some(world)).near is None


def test_first_values_are_those_of_the_bank_or_the_usual_ones():
    world = ladders_answered(10, 1, seed=1, rungs=2, per_rung=1)
    models = [replace(one, near=(0.1, 0.3) if n else None) for n, one in enumerate(world.items.values())]
    near = Nearness.of(models, np.ones(2, dtype=bool), monolingual(world.order), 3)
    assert near is not None
    assert near.start() == pytest.approx(logit(np.array([0.75, 0.35, 0.3, 0.1])))


def test_each_answer_is_predicted_from_the_others_with_its_near_part_left_out():
    """Against the same answers without the one that is predicted."""
    world, model = credited_world(12, 2, seed=7, rungs=2, per_rung=2)
    start = first_values.start_of(model)
    block = world.block
    sums, ratios = residuals(model, start, block, start)
    assert np.abs(ratios.harder).max() > 0.1
    losses = np.zeros(len(world.order))
    for person, item in zip(*np.nonzero(world.cells != ABSENT), strict=True):
        without = world.cells[person : person + 1].copy()
        without[0, item] = ABSENT
        both = [
            float(model.expect(start, replace(world, cells=one).block).log_likelihood)
            for one in (world.cells[person : person + 1], without)
        ]
        losses[item] -= both[0] - both[1]
    assert sums.losses[:, 0] == pytest.approx(losses, abs=1e-9)
