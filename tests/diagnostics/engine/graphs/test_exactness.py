"""Requirements, solved by forests and clique trees: equal to the enumeration of every profile."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.diagnostics.engine import (
    EVIDENCE,
    InvalidStructure,
    Outcome,
    Population,
    Requirement,
    Structure,
    compile_structure,
)
from pathways.diagnostics.engine.selection import information
from tests.diagnostics.engine.graphs.enumeration import Profiles
from tests.diagnostics.engine.graphs.structures import (
    entangled,
    item,
    ladder,
    outcomes_of,
    skill,
    structures,
    thresholds_of,
)
from tests.diagnostics.engine.plainly import infer
from tests.diagnostics.engine.test_strand_models import ContinuousStrand

NARROW = Population((0.7,), (1.0,), (0.0,))


def compiled_and_truth(structure, population=NARROW):
    compiled = compile_structure(structure, population)
    thresholds = compiled.linked.thresholds if compiled.linked else {}
    return compiled, Profiles(structure, population, thresholds)


def some_answers(data, structure, most=8):
    pairs = [(one.code, outcome) for one in structure.items for outcome in outcomes_of(one)]
    return data.draw(st.lists(st.sampled_from(pairs), max_size=most))


@settings(deadline=None, max_examples=60)
@given(structures(), st.data())
def test_equal_to_enumeration(structure, data):
    compiled, truth = compiled_and_truth(structure)
    answers = some_answers(data, structure)
    assert infer(compiled, answers).mastery_by_skill() == pytest.approx(truth.mastery(answers), abs=1e-9, rel=0)


@settings(deadline=None, max_examples=60)
@given(structures(forest=True, several=False), st.data())
def test_forests_are_equal_to_enumeration(structure, data):
    compiled, truth = compiled_and_truth(structure)
    answers = some_answers(data, structure)
    assert infer(compiled, answers).mastery_by_skill() == pytest.approx(truth.mastery(answers), abs=1e-9, rel=0)


@settings(deadline=None, max_examples=30)
@given(structures(most=5), st.data())
def test_what_a_question_promises_is_its_information_on_the_whole_profile(structure, data):
    compiled, truth = compiled_and_truth(structure)
    answers = some_answers(data, structure, most=4)
    bits = information(compiled, infer(compiled, answers).states)[0]
    for code, found in zip(compiled.item_codes, bits, strict=True):
        assert found == pytest.approx(max(truth.information(answers, code), 0.0), abs=2e-9, rel=0)


@pytest.mark.parametrize(
    "population", [Population((0.5, 0.9), (0.7,), (-1.2, 0.0)), Population((0.95,), (1.5,), (0.4,))]
)
def test_equal_to_enumeration_in_other_populations(population):
    structure = Structure(
        (ladder("A", -0.5, 0.5), ladder("B", 0.0), skill("C", 0.3), skill("D", 0.9)),
        tuple(item(code, *code.split("+")) for code in ("A1", "A2", "B1", "C", "D", "B1+C")),
        (Requirement("A2", (("B1", "C"),)), Requirement("D", (("A1",), ("B1",), ("C",)), 0.1)),
    )
    compiled, truth = compiled_and_truth(structure, population)
    answers = [("D", "correct"), ("A2", "incorrect"), ("B1+C", "dont_know"), ("C", "correct")]
    for count in range(len(answers) + 1):
        found = infer(compiled, answers[:count]).mastery_by_skill()
        assert found == pytest.approx(truth.mastery(answers[:count]), abs=1e-9, rel=0)


@pytest.mark.slow
def test_seventeen_micro_skills_tied_together_are_equal_to_enumeration():
    structure = entangled()
    compiled, truth = compiled_and_truth(structure, Population((0.8,), (1.0,), (0.0,), step=1.0))
    rng = np.random.default_rng(3)
    codes = list(compiled.item_codes)
    answers = [(codes[at], EVIDENCE[rng.integers(3)]) for at in rng.choice(len(codes), 15, replace=False)]
    for count in (0, 7, 15):
        found = infer(compiled, answers[:count]).mastery_by_skill()
        assert found == pytest.approx(truth.mastery(answers[:count]), abs=1e-9, rel=0)


def test_what_is_no_ladder_can_be_required_and_asked_together():
    """A continuous strand fulfils a requirement in the states where the micro-skill is rather mastered than not."""
    strand = ContinuousStrand("C", (-0.5, 0.5))
    items = (item("C1", "C1"), item("C2", "C2"), item("L", "L"), item("C2+L", "C2", "L"))
    structure = Structure((strand, skill("L", 0.4)), items, (Requirement("L", (("C1",),)),))
    compiled = compile_structure(structure, NARROW)
    answers = [("C1", Outcome.INCORRECT), ("C2+L", Outcome.CORRECT), ("L", Outcome.DONT_KNOW)]
    grid, mastery = NARROW.grid(), strand.mastery()
    prior, response = strand.prior(grid), strand.responses(items[:2])
    open_ = skill("x", thresholds_of(compiled)["L"]).prior(grid)[1]
    total, found = 0.0, Counter()
    for state, (c1, c2) in enumerate(mastery.T):
        for mastered in (0, 1):
            chance = open_ if c1 >= 0.5 else np.minimum(0.02, open_)
            p = (grid.weight * prior[state] * (chance if mastered else 1 - chance)).sum()
            both = int(c2 >= 0.5 and mastered)
            p *= response[0, 1, state] * items[3].response()[both, 0] * items[2].response()[mastered, 2]
            total += p
            for code, known in (("C1", c1), ("C2", c2), ("L", mastered)):
                found[code] += p * known
    wanted = {code: p / total for code, p in found.items()}
    assert infer(compiled, answers).mastery_by_skill() == pytest.approx(wanted, abs=1e-9)


def test_what_requires_others_must_be_on_a_ladder():
    structure = Structure((ContinuousStrand("C", (-0.5, 0.5)), skill("L")), (), (Requirement("C2", (("L",),)),))
    with pytest.raises(InvalidStructure, match="'C2' requires others, but its strand 'C' is no ladder"):
        compile_structure(structure, NARROW)
