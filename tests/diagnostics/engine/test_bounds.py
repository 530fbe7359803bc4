"""Capacities against the closed form, entropies against everything counted, and the bound itself."""

from dataclasses import replace
from math import log2

import numpy as np
import pytest

from pathways.diagnostics.engine import InvalidStructure, Population, Structure, compile_structure
from pathways.diagnostics.engine.bounds import (
    bits_needed,
    capacities,
    channel_capacity,
    lower_bound,
    profile_entropy,
)
from pathways.diagnostics.engine.continuous import ContinuousStrand
from pathways.diagnostics.engine.graphs.requirements import Requirement
from tests.diagnostics.engine.brute_force import Enumeration
from tests.diagnostics.engine.graphs.enumeration import Profiles
from tests.diagnostics.engine.ladders import distinct, even, item, small, strand

POPULATION = Population((0.7,), (1.0,), (0.0,))


def h(share):
    return -share * log2(share) - (1 - share) * log2(1 - share)


def chance():
    return np.random.default_rng(1)


@pytest.mark.parametrize(
    ("slip", "guess", "bits"),
    [
        (0.0, 0.0, 1.0),
        (0.05, 0.05, 0.714),
        (0.1, 0.1, 0.531),
        (0.1, 0.2, 0.398),
        (0.1, 0.25, 0.344),
        (0.1, 0.33, 0.270),
        (0.2, 0.25, 0.232),
    ],
)
def test_a_question_tells_what_it_can_at_the_best_share_of_masters(slip, guess, bits):
    response = np.array([[1 - slip, guess], [slip, 1 - guess]])
    assert channel_capacity(response[None])[0] == pytest.approx(bits, abs=0.0006)
    shares = np.linspace(0.001, 0.999, 999)
    told = max(
        h(p * (1 - slip) + (1 - p) * guess) - p * (h(slip) if slip else 0) - (1 - p) * (h(guess) if guess else 0)
        for p in shares
    )
    assert channel_capacity(response[None])[0] >= told - 1e-12


def test_dont_know_adds_to_what_a_question_can_tell():
    """At slip .10 and guess .25, .344 bit become .472."""
    with_it = item("q", "A1", guess=0.25).response().T
    assert channel_capacity(with_it[None])[0] == pytest.approx(0.472, abs=0.002)


def test_a_continuous_strand_has_capacities_too():
    curve = ContinuousStrand("C", strand("C", -0.5, 0.6).skills)
    compiled = compile_structure(Structure((curve, strand("L", 0.0)), (item("q1", "C1"), item("q2", "L1"))), POPULATION)
    smooth, step = capacities(compiled)
    assert 0.2 < smooth <= step + 1e-6


def test_the_entropy_of_few_profiles_is_summed():
    population = Population((0.6, 0.9), (1.0,), (0.0,))
    prior = Enumeration(small(), population).prior
    expected = -sum(p * log2(p) for p in prior.values())
    assert profile_entropy(compile_structure(small(), population), chance()) == (pytest.approx(expected, abs=1e-9), 0.0)


def test_the_entropy_of_many_profiles_is_drawn_to_within_its_error():
    """Five ladders of four rungs: 3,125 profiles are summed; six: 15,625 are drawn."""
    compiled = compile_structure(distinct(5, rungs=4, per_skill=1), POPULATION)
    summed, exact = profile_entropy(compiled, chance())
    assert exact == 0.0
    alone = compile_structure(distinct(6, rungs=4, per_skill=1), POPULATION)
    drawn, error = profile_entropy(alone, chance())
    assert 0.01 < error < 0.1
    assert summed < drawn < summed + log2(5)


def test_requirements_between_strands_take_uncertainty_away():
    strands = (strand("A", -0.5, 0.5), strand("B", 0.2), strand("C", -0.1))
    items = tuple(item(f"q{skill}", skill) for skill in ("A1", "A2", "B1", "C1"))
    required = (Requirement("B1", (("A1",),)), Requirement("C1", (("A2", "B1"),)))
    tied = compile_structure(Structure(strands, items, required), POPULATION)
    assert tied.linked is not None
    found, error = profile_entropy(tied, chance())
    total = {}
    for (_, profile), p in Profiles(tied.structure, POPULATION, tied.linked.thresholds).prior.items():
        total[profile] = total.get(profile, 0.0) + p
    expected = -sum(p * log2(p) for p in total.values() if p > 0)
    assert error > 0.0
    assert abs(found - expected) < 4 * error


def test_a_profile_may_be_wrong_by_micro_skills_or_by_rungs():
    assert bits_needed(27.39, 72, 12, 0.95) == pytest.approx(12.3, abs=0.05)
    assert bits_needed(27.39, 72, 12, 0.92) == pytest.approx(7.1, abs=0.05)
    assert bits_needed(27.39, 72, 12, 0.90) == pytest.approx(4.2, abs=0.05)
    assert bits_needed(20.0, 20, 20, 0.9) == pytest.approx(20 * (1 - h(0.1)))
    assert bits_needed(20.0, 20, 20, 1.0) == 20.0
    assert bits_needed(3.0, 72, 12, 0.8) == 0.0


def test_seventy_two_micro_skills_need_what_was_found_before():
    """7, 12 and 20 questions for 90, 92 and 95 % (items of .65 bit at best), to one more or less."""
    compiled = compile_structure(even(12), POPULATION)
    found = [lower_bound(compiled, accuracy, chance()).questions for accuracy in (0.9, 0.92, 0.95)]
    assert found == [pytest.approx(n, abs=1) for n in (7, 12, 20)]


def test_better_questions_are_fewer():
    poor = compile_structure(even(6, guesses=(0.33, 0.33, 0.33)), POPULATION)
    good = compile_structure(even(6, guesses=(0.05, 0.05, 0.05)), POPULATION)
    few, many = (lower_bound(compiled, 0.95, chance()).questions for compiled in (good, poor))
    assert few is not None
    assert many is not None
    assert few < many


def test_what_all_items_cannot_tell_has_no_bound():
    structure = even(12)
    few = compile_structure(Structure(structure.strands, structure.items[:20]), POPULATION)
    assert lower_bound(few, 1.0, chance()).questions is None


def test_items_of_one_stem_count_once():
    structure = even(4, rungs=5, guesses=(0.05, 0.25))
    stems = tuple(replace(one, testlet=one.skill) for one in structure.items)
    alone = compile_structure(structure, POPULATION)
    together = compile_structure(Structure(structure.strands, stems), POPULATION)
    assert lower_bound(alone, 0.95, chance()).questions is not None
    bound, single = (
        lower_bound(together, 0.95, chance()),
        compile_structure(even(4, rungs=5, guesses=(0.05,)), POPULATION),
    )
    assert bound.questions == lower_bound(single, 0.95, chance()).questions


@pytest.mark.parametrize("accuracy", [0.4, 1.1, float("nan")])
def test_an_accuracy_out_of_range_is_refused(accuracy):
    with pytest.raises(InvalidStructure):
        lower_bound(compile_structure(small()), accuracy, chance())
