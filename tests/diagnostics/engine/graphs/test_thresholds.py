"""As many people master a micro-skill as its threshold says, whatever it requires; where they cannot, it is told."""

import numpy as np
import pytest
from hypothesis import given, settings

from pathways.diagnostics.engine import Population, Requirement, Structure, compile_structure, infer
from pathways.diagnostics.engine.graphs.bands import BandedPopulation
from tests.diagnostics.engine.graphs.enumeration import Profiles
from tests.diagnostics.engine.graphs.structures import entangled, graph, item, ladder, skill, structures, thresholds_of

NARROW = Population((0.7,), (1.0,), (0.0,))


@settings(deadline=None, max_examples=60)
@given(structures())
def test_a_share_is_kept_or_told(structure):
    compiled = compile_structure(structure, NARROW)
    if compiled.linked is None:
        assert compiled.warnings == ()
        return
    alone = compile_structure(Structure(structure.strands, structure.items), NARROW)
    wanted = infer(alone, []).mastery_by_skill()
    found = Profiles(structure, NARROW, thresholds_of(compiled)).mastery([])
    warned = {one.skill: one for one in compiled.warnings}
    for skill_code in thresholds_of(compiled):
        if skill_code in warned:
            assert found[skill_code] == pytest.approx(warned[skill_code].reached, abs=1e-9)
            assert warned[skill_code].share == pytest.approx(wanted[skill_code], abs=1e-12)
            assert found[skill_code] < wanted[skill_code]
        else:
            assert found[skill_code] == pytest.approx(wanted[skill_code], abs=2e-6)


@pytest.mark.parametrize("several", [0.0, 0.3])
def test_shares_are_kept_in_larger_graphs(several):
    structure = graph(80, seed=4, several=several)
    compiled = compile_structure(structure)
    alone = compile_structure(Structure(structure.strands, ()), compiled.population)
    found, wanted = infer(compiled, []).mastery_by_skill(), infer(alone, []).mastery_by_skill()
    warned = {one.skill for one in compiled.warnings}
    assert len(warned) < 8
    for code in set(found) - warned:
        assert found[code] == pytest.approx(wanted[code], abs=1e-6)


def test_a_gated_micro_skill_is_easier_by_itself_than_its_share_says():
    structure = Structure((skill("A", 0.0), skill("B", 0.6)), (), (Requirement("B", (("A",),)),))
    assert thresholds_of(compile_structure(structure))["B"] < 0.6


def test_a_share_above_what_is_required_is_kept_as_near_as_possible_and_told():
    structure = Structure((skill("A", 1.0), skill("B", -1.0)), (), (Requirement("B", (("A",),), 0.02),))
    compiled = compile_structure(structure, NARROW)
    (told,) = compiled.warnings
    a, b = infer(compiled, []).masteries
    assert told.skill == "B"
    assert told.reached == pytest.approx(b, abs=1e-9)
    assert b == pytest.approx(a + 0.02 * (1 - a), abs=1e-9)
    assert told.share > told.reached
    assert str(told) == "'B' was to be mastered by 84.2%, but what it requires leaves 17.5%"


def test_what_is_reached_in_the_end_does_not_depend_on_how_requirements_are_listed():
    structure = entangled()
    turned = Structure(structure.strands, structure.items[::-1], structure.requirements[::-1])
    one, other = compile_structure(structure, NARROW), compile_structure(turned, NARROW)
    assert thresholds_of(one) == pytest.approx(thresholds_of(other), abs=1e-8)
    answers = [("A2+B1", "correct"), ("C3-0", "incorrect"), ("F-1", "dont_know")]
    assert infer(one, answers).masteries == pytest.approx(infer(other, answers).masteries, abs=1e-8)


def test_a_requirement_that_the_ladder_says_anyway_ties_nothing():
    strands = (ladder("A", -0.5, 0.5), skill("B"))
    compiled = compile_structure(Structure(strands, (item("q", "A1", "A2"),), (Requirement("A2", (("A1", "B"),)),)))
    assert compiled.linked is None
    assert compiled.width == 0
    assert compiled.population == Population()


def test_fewer_points_say_nearly_the_same():
    """Bands against steps of ability three times as fine, after answers that a learner gives."""
    structure = graph(40, seed=7, several=0.2)
    fine, banded = compile_structure(structure, Population(step=0.1)), compile_structure(structure)
    assert banded.weights.size < 0.5 * Population().grid().weight.size
    rng = np.random.default_rng(1)
    state = rng.random(40) < infer(fine, []).masteries
    answers = [
        (one.code, "correct" if rng.random() < (0.9 if state[int(one.skill[1:])] else one.guess) else "incorrect")
        for one in structure.items
    ]
    rng.shuffle(answers)
    for count in (0, 1, 5, 15, 30):
        found, wanted = (infer(compiled, answers[:count]).masteries for compiled in (banded, fine))
        assert found == pytest.approx(wanted, abs=0.01)


def test_bands_share_points_and_lose_no_weight():
    grid = BandedPopulation().grid()
    assert grid.weight.sum() == pytest.approx(1.0, abs=1e-12)
    assert (grid.weight >= 0.0).all()
    location = grid.correlation * grid.ability / grid.spread
    steepness = grid.spread / np.sqrt(1.0 - grid.correlation**2)
    for one in np.unique(steepness.round(9)):
        inside = steepness.round(9) == one
        assert np.diff(location[inside]) * one == pytest.approx(0.6)
    one_setting = BandedPopulation((0.7,), (1.0,), (0.0,)).grid()
    assert one_setting.correlation == pytest.approx(0.7)
    assert one_setting.spread == pytest.approx(1.0)
