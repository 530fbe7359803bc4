"""Calibration under several styles of answering: the engine's own mixture as what is expected, and the truth found."""

from dataclasses import replace

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    ItemModel,
    LevelSkill,
    LevelStrand,
    Population,
    Structure,
    compile_structure,
    infer,
)
from pathways.diagnostics.engine.calibration import em, first_values, information
from pathways.diagnostics.engine.calibration.answers import ABSENT, Block, from_cells, monolingual
from pathways.diagnostics.engine.calibration.curves import sigmoid
from pathways.diagnostics.engine.calibration.estimates import threshold_estimates
from pathways.diagnostics.engine.calibration.residuals import residuals
from pathways.diagnostics.engine.calibration.styled import StyledModel, StyledView, thresholds
from pathways.diagnostics.engine.items import FIRST_NEAR
from pathways.diagnostics.engine.mixing import Mixed
from pathways.diagnostics.engine.outcomes import EVIDENCE, Outcome
from pathways.diagnostics.engine.styles import Style
from tests.diagnostics.engine.calibration.answered import known, ladders_answered, rmse

WAYS = (Style(0.3, hole=0.04), Style(0.2), Style(0.2, hole=0.15), Style(0.2, slope=1.6), Style(0.1, slope=3.0))
HABITS = (*WAYS, *(replace(way, dont_know=False) for way in WAYS[1:4]))


def styled_world(learners, strands, *, seed, styles=HABITS, outcomes=3, near=False, apart=0.1, **settings):
    """People, the model under styles, and parameters that are neither the first nor the best."""
    world = ladders_answered(learners, strands, seed=seed, dont_know=0.4 if outcomes == 3 else 0.0, **settings)
    credited = None
    if near:
        credited = np.arange(len(world.order)) % 3 > 0
        world = world.partly_right(0.2, 0.6, credited=credited, outcomes=outcomes, seed=seed)
    plain = world.model("level", outcomes=outcomes, credited=credited)
    start = first_values.start_of(plain)
    model = StyledModel.of(plain, start, styles)
    rng = np.random.default_rng(seed)
    begun = model.begun(start)
    begun[: model.layout.items] += apart * rng.normal(size=model.layout.items)
    begun[model.first_near :] += apart * rng.normal(size=len(begun) - model.first_near)
    return world, model, begun


def as_list(block):
    return Block(block.groups, block.weights, None, block.answers)


@pytest.mark.parametrize("near", [False, True])
@pytest.mark.parametrize(("outcomes", "styles"), [(3, HABITS), (2, WAYS)])
def test_what_is_expected_is_the_mixture_of_the_engine(monkeypatch, outcomes, styles, near):
    # those of a population
    monkeypatch.setattr(first_values, "ability_nodes", lambda _most: 0.3 * (np.arange(21) - 10.0))
    world, model, start = styled_world(30, 3, seed=1, styles=styles, outcomes=outcomes, near=near, apart=0.0, asked=9)
    credited = [] if model.near is None else model.near.items.tolist()
    near_of = {code: FIRST_NEAR if place in credited else None for place, code in enumerate(world.order)}
    own = {"dont_know_mastered": 0.0, "dont_know_not_mastered": 0.0} if outcomes == 2 else {}
    items = tuple(replace(item, near=near_of[item.code], **own) for item in world.items.values())
    compiled = compile_structure(
        Structure(world.strands, items, styles=styles), Population(correlations=(0.7,), spreads=(1.0,), shifts=(0.0,))
    )
    view = model.view(start, world.block)
    assert isinstance(view, StyledView)
    words = [*EVIDENCE[:outcomes], Outcome.PARTLY]
    for person in range(30):
        asked = np.flatnonzero(world.cells[person] != ABSENT)
        belief = infer(compiled, [(world.order[item], words[world.cells[person, item]]) for item in asked])
        assert isinstance(belief, Mixed)
        ours = dict(zip(styles, view.weights[person], strict=True))
        assert [ours[style] for style in belief.mixture.styles] == pytest.approx(belief.shares, abs=2e-6)


@pytest.mark.parametrize("shape", [lambda block: block, as_list], ids=["table", "list"])
@pytest.mark.parametrize("outcomes", [2, 3])
def test_scores_are_the_slopes_of_the_likelihood(outcomes, shape):
    world, model, start = styled_world(60, 2, seed=5, outcomes=outcomes, near=True, asked=6)
    block = shape(world.block)
    numeric = [
        float(model.expect(start + h, block).log_likelihood - model.expect(start - h, block).log_likelihood) / 2e-5
        for h in 1e-5 * np.eye(len(start))
    ]
    assert information.products(model, start, block).score == pytest.approx(np.array(numeric), abs=2e-4)


@pytest.mark.parametrize("asked", [None, 6])
def test_the_penalised_likelihood_never_falls(asked):
    world, model, start = styled_world(120, 3, seed=3, near=True, asked=asked)
    found = em.solve(model, start, lambda one: model.expect(one, world.block), most_steps=60)
    assert (np.diff(found.penalised) >= -1e-7 * abs(found.penalised[0])).all()
    assert found.penalised[-1] > found.penalised[0]


def test_the_sum_of_the_expected_is_the_people_and_their_answers():
    world, model, start = styled_world(50, 3, seed=4, asked=7)
    found = model.expect(start, world.block)
    assert found.styles.sum() == pytest.approx(50)
    assert found.groups.sum() == pytest.approx(50)
    assert found.counts.sum() == pytest.approx(50 * 7)
    assert found.strands.sum() == pytest.approx(50 * 3)


def test_the_information_of_the_beliefs_about_shares_is_their_curvature():
    _, model, start = styled_world(10, 2, seed=6)
    first = model.first_share
    own = model.beliefs(start).within(slice(first, len(start)))
    steps = 1e-4 * np.eye(len(start))[first:]
    for a, one in enumerate(steps):
        for b, two in enumerate(steps):
            corners = [model.penalty(start + s * one + t * two) for s, t in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            bend = (corners[0] - corners[1] - corners[2] + corners[3]) / 4e-8
            assert own[a, b] == pytest.approx(-bend, abs=2e-3)


def test_one_style_without_holes_is_the_plain_model():
    world = ladders_answered(80, 3, seed=7, asked=8)
    plain = world.model("level")
    start = first_values.start_of(plain)
    model = StyledModel.of(plain, start, (Style(1.0),))
    ours, theirs = model.expect(model.begun(start), world.block), plain.expect(start, world.block)
    for one, other in zip(ours[:4], theirs[:4], strict=True):
        assert one == pytest.approx(other)
    assert residuals(model, start, world.block, start)[0].by_standing == pytest.approx(
        residuals(plain, start, world.block, start)[0].by_standing
    )


def people(learners, strands, *, seed, holes=0.0, slope=None, rungs=4, per_rung=3):
    """People of one kind: with holes in their ladders, or without steps; thresholds and the items' ends are true."""
    rng = np.random.default_rng(seed)
    true = np.sort(rng.normal(0.0, 0.7, (strands, rungs)), axis=1) + 0.3 * np.arange(rungs) - 0.45
    ladders = tuple(
        LevelStrand(f"s{k:02}", tuple(LevelSkill(f"s{k:02}.{m}", float(true[k, m])) for m in range(rungs)))
        for k in range(strands)
    )
    codes = [f"{skill}.{n}" for ladder in ladders for skill in ladder.skill_codes for n in range(per_rung)]
    items = {code: ItemModel(code, code.rsplit(".", 1)[0], 0.1, 0.2, 0.0, 0.0, 40.0) for code in codes}
    order = first_values.in_order([(one,) for one in ladders], items)
    strand_of = np.array([int(code[1:3]) for code in order])
    rung_of = np.array([int(code.split(".")[1]) for code in order])
    position = 0.7 * rng.normal(size=(learners, 1)) + np.sqrt(1 - 0.49) * rng.normal(size=(learners, strands))
    known_ = position[:, :, None] > true
    known_ ^= rng.random(known_.shape) < holes
    rise = known_[:, strand_of, rung_of].astype(float)
    if slope is not None:
        rise = sigmoid(slope * (position[:, strand_of] - true[strand_of, rung_of]) + np.log(3.0))
    chance = 0.2 + (0.9 - 0.2) * rise
    return ladders, items, order, true, (rng.random(chance.shape) > chance).astype(np.int8)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("holes", "slope"),
    [(0.0, None), (0.12, None), (0.0, 2.2)],
)
def test_the_style_that_made_the_answers_is_found_and_so_are_the_ladders(holes, slope):
    ladders, items, order, true, cells = people(800, 5, seed=11, holes=holes, slope=slope)
    plain = first_values.joint_model(
        "level",
        [(one,) for one in ladders],
        items,
        monolingual(order),
        outcomes=2,
        most_answers=cells.shape[1],
    )
    block = from_cells(cells)
    first = em.solve(plain, first_values.start_of(plain), lambda one: plain.expect(one, block)).parameters
    model = StyledModel.of(plain, first, WAYS)
    for _ in range(3):
        model = StyledModel.of(plain, first, WAYS)
        first = em.solve(model, model.begun(first), lambda one, model=model: model.expect(one, block)).parameters
    shares = model.shares(first)
    sloped = sum(share for way, share in zip(WAYS, shares, strict=True) if way.slope is not None)
    holed = sum(share * way.hole for way, share in zip(WAYS, shares, strict=True))
    if slope is not None:
        assert sloped > 0.8
    else:
        assert sloped < 0.2
        assert holed == pytest.approx(holes, abs=0.035)
    assert rmse(thresholds(model, first), true.ravel()) < 0.15
    covariance = information.covariance(model, first, information.products(model, first, block))
    for k, own in enumerate(model.own(first)):
        places = model.first_strand + 5 * k + np.arange(5)
        for estimate, place in zip(threshold_estimates(own, covariance.of(places)), true[k], strict=True):
            value, error = known(estimate)
            assert abs(value - place) < 5.0 * error + 0.1
            assert 0.01 < error < 0.3
