"""Items on micro-skills of several ladders: all their states, against enumeration, and the truth found again."""

from itertools import product

import numpy as np
import pytest

from pathways.diagnostics.engine import ItemModel, LevelSkill, LevelStrand
from pathways.diagnostics.engine.calibration import em, first_values, information
from pathways.diagnostics.engine.calibration.answers import from_cells, monolingual
from pathways.diagnostics.engine.calibration.curves import sigmoid
from pathways.diagnostics.engine.calibration.joint import StrandsView
from pathways.diagnostics.engine.calibration.ladders import LadderPrior
from pathways.diagnostics.engine.calibration.tied import TiedPrior, tied
from tests.diagnostics.engine.calibration.answered import rmse


def ladder(code, *places):
    return LevelStrand(code, tuple(LevelSkill(f"{code}{n}", place) for n, place in enumerate(places)))


def asked(code, *skills):
    return ItemModel(code, skills[0], 0.1, 0.2, 0.0, 0.0, 40.0, tuple(skills[1:]))


STRANDS = (ladder("a", -0.5, 0.6), ladder("b", 0.0), ladder("c", 0.3), ladder("d", -0.2, 0.1, 0.9))
ITEMS = [
    asked("q1", "a0"),
    asked("q2", "a1", "c0"),
    asked("q3", "b0"),
    asked("q4", "d1"),
    asked("q5", "c0"),
    asked("q6", "a0", "c0"),
    asked("q7", "d2"),
]


def world(outcomes=2):
    items = {item.code: item for item in ITEMS}
    ties, left_out = tied(STRANDS, items)
    assert not left_out
    assert [[strand.code for strand in tie] for tie in ties] == [["a", "c"], ["b"], ["d"]]
    order = first_values.in_order(ties, items)
    model = first_values.joint_model("level", ties, items, monolingual(order), outcomes=outcomes, most_answers=7)
    rng = np.random.default_rng(1)
    start = first_values.start_of(model)
    start[: model.layout.items] += rng.normal(0.0, 0.3, model.layout.items)
    return model, start, order, items


def test_likelihood_and_posterior_are_those_of_enumeration():
    model, start, order, items = world()
    cells = np.random.default_rng(2).integers(0, 2, (20, 7)).astype(np.int8)
    curves, _, _ = model.layout.unpacked(start)
    ends = dict(zip(order, sigmoid(curves), strict=True))
    ladders = [strand for tie in tied(STRANDS, items)[0] for strand in tie]
    tables = [part.table(own) for part, own in zip(parts(model), model.ladders(start), strict=True)]
    ability = model.layout.groups.weights(np.zeros((0, 2)))[0]
    view = model.view(start, from_cells(cells))
    assert isinstance(view, StrandsView)
    expected = model.expect(start, from_cells(cells))
    total = 0.0
    for person, row in enumerate(cells):
        whole, first = 0.0, np.zeros((3, 2))
        for states in product(*(range(1 + len(one.skills)) for one in ladders)):
            has = {
                skill: state > rung
                for one, state in zip(ladders, states, strict=True)
                for rung, skill in enumerate(one.skill_codes)
            }
            chance = np.prod([table[state] for table, state in zip(tables, states, strict=True)], axis=0) @ ability
            for code, outcome in zip(order, row, strict=True):
                top, bottom = ends[code]
                right = top if all(has[skill] for skill in items[code].skills) else bottom
                chance *= right if outcome == 0 else 1.0 - right
            whole += chance
            first[states[0], states[1]] += chance
        total += np.log(whole)
        assert view.found.states[0, person][: first.size] == pytest.approx(first.ravel() / whole, abs=1e-9)
    assert float(expected.log_likelihood) == pytest.approx(total)


def parts(model):
    return [part for strand in model.strands for part in strand.parts]


def test_scores_are_the_slopes_of_the_likelihood():
    model, start, _, _ = world()
    block = from_cells(np.random.default_rng(3).integers(0, 2, (40, 7)).astype(np.int8))
    numeric = [
        float(model.expect(start + h, block).log_likelihood - model.expect(start - h, block).log_likelihood) / 2e-5
        for h in 1e-5 * np.eye(len(start))
    ]
    assert information.products(model, start, block).score == pytest.approx(np.array(numeric), abs=2e-4)


def test_the_penalised_likelihood_never_falls():
    model, start, _, _ = world()
    block = from_cells(np.random.default_rng(4).integers(0, 2, (90, 7)).astype(np.int8))
    found = em.solve(model, start, lambda one: model.expect(one, block))
    assert (np.diff(found.penalised) >= -1e-7 * abs(found.penalised[0])).all()


def test_a_tied_prior_is_the_product_of_its_ladders():
    nodes = np.linspace(-3.0, 3.0, 7)
    weights = np.full(7, 1.0 / 7.0)
    both = TiedPrior((LadderPrior((-0.5, 0.5), nodes, weights), LadderPrior((0.2,), nodes, weights)))
    own = both.start() + np.array([0.1, -0.1, 0.2, -0.2, 0.3])
    table = both.table(own)
    assert table.shape == (6, 7)
    assert table.sum(axis=0) == pytest.approx(1.0)
    step = 1e-6
    for place, slopes in enumerate(both.slopes(own)):
        moved = np.eye(len(own))[place] * step
        numeric = (np.log(both.table(own + moved)) - np.log(both.table(own - moved))) / (2 * step)
        assert slopes == pytest.approx(numeric, abs=1e-6)
    assert both.admissible(own)
    assert not both.admissible(own - np.array([0.0, 0.0, 5.0, 0.0, 0.0]))


def test_slips_and_guesses_of_items_on_three_micro_skills_are_recovered():
    """Three micro-skills without order, and items on one or two of them, as in tests of grammar or arithmetic."""
    needs = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0,), (1,), (2,), (0, 2), (0, 1), (1,)]
    strands = tuple(ladder(name, 0.0) for name in "abc")
    items = {f"q{n:02}": asked(f"q{n:02}", *(f"{'abc'[one]}0" for one in own)) for n, own in enumerate(needs)}
    rng = np.random.default_rng(5)
    slip, guess = rng.uniform(0.05, 0.2, len(needs)), rng.uniform(0.1, 0.35, len(needs))
    place = np.array([-0.4, 0.2, 0.5])
    ability = rng.normal(size=(3000, 1))
    has = 0.7 * ability + np.sqrt(0.51) * rng.normal(size=(3000, 3)) > place
    all_there = np.stack([has[:, list(own)].all(axis=1) for own in needs], axis=1)
    cells = (rng.random(all_there.shape) > np.where(all_there, 1.0 - slip, guess)).astype(np.int8)
    ties, _ = tied(strands, items)
    order = first_values.in_order(ties, items)
    columns = cells[:, [int(code[1:]) for code in order]]
    model = first_values.joint_model("level", ties, items, monolingual(order), outcomes=2, most_answers=12)
    block = from_cells(columns)
    found = em.solve(model, first_values.start_of(model), lambda one: model.expect(one, block)).parameters
    curves, _, _ = model.layout.unpacked(found)
    ends = sigmoid(curves)
    places = [int(code[1:]) for code in order]
    assert rmse(1.0 - ends[:, 0], slip[places]) < 0.025
    assert rmse(ends[:, 1], guess[places]) < 0.025
    thresholds = [own[1] / np.sqrt(1.0 + own[0] ** 2) for own in model.ladders(found)]
    assert rmse(thresholds, place) < 0.12
