"""A strand without steps: its arithmetic against integrals, its limit, and what it does to claims."""

from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    InvalidStructure,
    LevelSkill,
    LevelStrand,
    Outcome,
    Population,
    Structure,
    compile_structure,
    infer,
)
from pathways.diagnostics.engine.continuous import ContinuousStrand, Curve, curve_response, first_curve
from tests.diagnostics.engine.ladders import item

SKILLS = (LevelSkill("C1", -0.8), LevelSkill("C2", 0.1), LevelSkill("C3", 1.0))
STRAND = ContinuousStrand("C", SKILLS, {"steep": Curve(4.0, 0.2)})
POPULATION = Population((0.6, 0.9), (0.7, 1.3), (-1.2, 0.0))


def test_the_prior_is_the_chance_of_each_stretch():
    grid = POPULATION.grid()
    prior = STRAND.prior(grid)
    positions = np.linspace(-3.6, 3.6, 25)
    for q in (0, 17, grid.weight.size - 1):
        rho, spread = grid.correlation[q], grid.spread[q]
        position = NormalDist(rho * grid.ability[q] / spread, sqrt(1 - rho * rho) / spread)
        expected = [position.cdf(p + 0.15) - position.cdf(p - 0.15) for p in positions]
        expected[0], expected[-1] = position.cdf(-3.45), 1 - position.cdf(3.45)
        assert prior[:, q] == pytest.approx(expected, abs=1e-11)
    assert prior.sum(axis=0) == pytest.approx(1.0, abs=1e-12)
    assert prior.min() >= 0.9e-12


def test_a_spread_does_to_positions_what_it_does_to_the_thresholds_of_a_ladder():
    """Before any answer a micro-skill is as likely on a ladder as on the strand, but for the width of a stretch."""
    population = Population((0.7,), (0.6, 1.5), (0.0,))
    ladder = compile_structure(Structure((LevelStrand("C", SKILLS),), (item("q", "C1"),)), population)
    smooth = compile_structure(Structure((STRAND,), (item("q", "C1"),)), population)
    assert infer(smooth, []).masteries == pytest.approx(infer(ladder, []).masteries, abs=0.005)


def test_a_threshold_cuts_a_stretch_in_two_parts():
    mastery = STRAND.mastery()
    assert mastery[0, :9].max() == 0.0
    assert mastery[0, 9] == pytest.approx(((-0.9 + 0.15) - -0.8) / 0.3)
    assert mastery[0, 10:].min() == 1.0


def test_a_question_without_curve_is_answered_right_three_times_in_four_at_the_threshold():
    curve = first_curve(1.0, slope=2.0)
    assert curve.height(np.array([1.0])) == pytest.approx(0.75)
    assert curve.location == pytest.approx(1.0 - log(3.0) / 2.0)


def test_the_response_follows_the_four_parameters():
    asked = item("steep", "C2", slip=0.08, guess=0.2, dont_know=(0.04, 0.6))
    found = STRAND.responses([asked])[0]
    for place, position in enumerate(np.linspace(-3.6, 3.6, 25)):
        height = 1 / (1 + exp(-4.0 * (position - 0.2)))
        right, unknown = 0.2 + (1 - 0.08 - 0.2) * height, 0.6 + (0.04 - 0.6) * height
        assert found[:, place] == pytest.approx([(1 - unknown) * right, (1 - unknown) * (1 - right), unknown], abs=1e-9)


def test_far_away_a_curve_is_the_two_classes():
    asked = item("q", "C2", slip=0.08, guess=0.2)
    found = curve_response(asked, np.array([0.0, 1.0])).T
    assert found == pytest.approx(asked.response(), abs=1e-12)


def test_with_steep_curves_it_is_the_ladder():
    """Curves that rise in a step, at thresholds that cut no stretch."""
    items = [item(f"q{n}", skill.code) for n, skill in enumerate(SKILLS)]
    edges = tuple(LevelSkill(s.code, t) for s, t in zip(SKILLS, (-0.75, 0.15, 1.05), strict=True))
    steep = {asked.code: Curve(4000.0, skill.threshold) for asked, skill in zip(items, edges, strict=True)}
    population = Population((0.7,), (1.0,), (0.0,))
    ladder = compile_structure(Structure((LevelStrand("C", edges),), tuple(items)), population)
    smooth = compile_structure(Structure((ContinuousStrand("C", edges, steep),), tuple(items)), population)
    answers = [("q0", Outcome.CORRECT), ("q1", Outcome.INCORRECT), ("q2", Outcome.DONT_KNOW)]
    for count in range(4):
        found = infer(smooth, answers[:count]).masteries
        assert found == pytest.approx(infer(ladder, answers[:count]).masteries, abs=1e-9)


def test_answers_near_the_threshold_prove_less_than_on_a_ladder():
    items = tuple(item(f"q{n}", "C2") for n in range(4))
    ladder = compile_structure(Structure((LevelStrand("C", SKILLS),), items))
    smooth = compile_structure(Structure((ContinuousStrand("C", SKILLS),), items))
    answers = [(f"q{n}", Outcome.CORRECT) for n in range(4)]
    assert infer(smooth, answers).mastery("C2") < infer(ladder, answers).mastery("C2") - 0.02


def test_a_document_gives_an_equal_strand():
    assert ContinuousStrand.from_document(STRAND.to_document()) == STRAND


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"skills": []}, "has no micro-skill"),
        ({"skills": [{"code": "C1", "threshold": 1.0}, {"code": "C2", "threshold": 1.0}]}, "does not rise above"),
        ({"skills": [{"code": "C1", "threshold": 1.0}, {"code": "C1", "threshold": 2.0}]}, "twice"),
        ({"skills": [{"code": "C1", "threshold": float("inf")}]}, "no number"),
        ({"curves": [{"item": "q", "slope": 0.0, "location": 0.0}]}, "does not rise"),
        ({"slope": -1.0}, "does not rise"),
        ({"slope": "steep"}, "is no number"),
        ({"more": 1}, "unknown key"),
    ],
)
def test_a_wrong_document_is_named(change, message):
    with pytest.raises(InvalidStructure, match=message):
        ContinuousStrand.from_document({**STRAND.to_document(), **change})
