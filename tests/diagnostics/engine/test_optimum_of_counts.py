"""The engine's choice against the exact optimum for longer sittings, over counts of right and wrong answers.

V(c, 0) = mean over micro-skills of max(p, 1 - p);  V(c, r) = max over items j of sum_y P(y | c, j) V(c + e_jy, r - 1),
over every vector c of counts (right, wrong) by micro-skill.  Beliefs are enumerated profile by profile, from the
definition of the model; what the engine would ask there is its own.
"""

from functools import cache
from math import comb

import numpy as np
import pytest

from pathways.diagnostics.engine import Population, Structure, compile_structure, infer
from pathways.diagnostics.engine.graphs.requirements import Requirement
from pathways.diagnostics.engine.selection import choose, information
from tests.diagnostics.engine.graphs.enumeration import Profiles
from tests.diagnostics.engine.ladders import item, strand

NARROW = Population((0.7,), (1.0,), (0.0,))
QUICK, LONG = 7, 9


def asked_again(strands, requirements=()):
    """One item for each micro-skill, which may be asked again and again and has no "I don't know"."""
    skills = [skill for one in strands for skill in one.skill_codes]
    items = (item(f"q{skill}", skill, guess=0.2, dont_know=(0.0, 0.0)) for skill in skills)
    return Structure(tuple(strands), tuple(items), requirements)


def alone(codes, *heights):
    return [strand(code, height) for code, height in zip(codes, heights, strict=True)]


DIAMOND = (
    Requirement("B1", (("A1",),)),
    Requirement("C1", (("A1",),)),
    Requirement("D1", (("B1",), ("C1",))),
    Requirement("E1", (("D1",),)),
)
STRUCTURES = {
    "chain of 5": asked_again([strand("A", -1.4, -0.7, 0.0, 0.7, 1.4)]),
    "four alone": asked_again(alone("ABCD", -1.0, -0.3, 0.3, 1.0)),
    "two chains of 3": asked_again([strand("A", -0.9, 0.0, 0.9), strand("B", -0.5, 0.4, 1.2)]),
    "diamond of 5": asked_again(alone("ABCDE", -1.0, -0.4, -0.2, 0.4, 0.9), DIAMOND),
}


def vectors(places, total):
    """Every vector of counts with this sum, [comb(total + places - 1, total), places]."""
    if places == 1:
        return np.array([[total]])
    blocks = []
    for first in range(total + 1):
        rest = vectors(places - 1, total - first)
        blocks.append(np.hstack([np.full((len(rest), 1), first), rest]))
    return np.vstack(blocks)


class Counts:
    """Both policies on one structure, for sittings of exactly so many questions."""

    def __init__(self, structure):
        self.compiled = compile_structure(structure, NARROW)
        thresholds = self.compiled.linked.thresholds if self.compiled.linked else {}
        truth = Profiles(structure, NARROW, thresholds)
        joint = dict.fromkeys(truth.profiles, 0.0)
        for (_, profile), chance in truth.prior.items():
            joint[profile] += chance
        self.profiles = np.array(truth.profiles)
        self.log_prior = np.log(np.array([joint[one] for one in truth.profiles]))
        self.mastered = np.array(
            [[truth.mastered(truth.items[code], one) for code in self.compiled.item_codes] for one in truth.profiles]
        )  # [profiles, items], one item for each micro-skill
        right = np.where(self.mastered, 0.9, 0.2)
        self.chance = np.stack([right, 1.0 - right], axis=2)  # [profiles, items, outcomes]

    def posterior(self, counts):
        """P(profile | counts), [N, profiles]."""
        logs = self.log_prior + counts @ np.log(self.chance).reshape(len(self.profiles), -1).T
        weight = np.exp(logs - logs.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    def engine_asks(self, posterior):
        """The place of the item that the engine chooses with each of these beliefs, [N]."""
        strands, most, _ = self.compiled.prior.shape
        states = np.zeros((len(posterior), strands, most))
        for row in range(self.profiles.shape[1]):
            for state in range(most):
                states[:, row, state] = posterior[:, self.profiles[:, row] == state].sum(axis=1)
        bits = information(self.compiled, states)
        return choose(self.compiled, bits, np.ones(bits.shape, dtype=np.bool_))

    @cache  # noqa: B019 - one for each structure, as long as the tests
    def values(self, questions):
        """Expected accuracy of the optimum and of the engine's choice after so many questions."""
        places = self.chance.shape[1] * 2
        radix = (questions + 1) ** np.arange(places)
        last = self.posterior(vectors(places, questions)) @ self.mastered
        keys = vectors(places, questions) @ radix
        optimum = greedy = np.maximum(last, 1.0 - last).mean(axis=1)
        for asked in reversed(range(questions)):
            counts = vectors(places, asked)
            assert len(counts) == comb(asked + places - 1, asked)
            order = np.argsort(keys)
            following = (counts @ radix)[:, None, None] + radix.reshape(1, -1, 2)
            child = order[np.searchsorted(keys, following, sorter=order)]
            posterior = self.posterior(counts)
            outcome = (posterior @ self.chance.reshape(len(self.profiles), -1)).reshape(child.shape)
            chosen = self.engine_asks(posterior)[:, None]
            optimum = (outcome * optimum[child]).sum(axis=2).max(axis=1)
            greedy = np.take_along_axis((outcome * greedy[child]).sum(axis=2), chosen, axis=1)[:, 0]
            keys = counts @ radix
        return float(optimum[0]), float(greedy[0])


programme = cache(lambda name: Counts(STRUCTURES[name]))


def check(name, questions):
    optimum, greedy = programme(name).values(questions)
    before = 0.5 if questions == 1 else programme(name).values(questions - 1)[0]
    assert optimum > before
    assert optimum >= greedy - 1e-12
    assert greedy >= 0.995 * optimum


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_engine_is_within_half_a_percent_of_the_optimum(name):
    for questions in (1, 2, 3, 4, 5):
        check(name, questions)


LONGER = [
    (name, questions)
    for name, structure in STRUCTURES.items()
    for questions in range(6, LONG + 1)
    if questions <= QUICK or len(structure.items) <= 5  # beyond, there are hundreds of thousands of beliefs
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "questions"), LONGER)
def test_nor_is_it_further_away_in_longer_sittings(name, questions):
    check(name, questions)


@pytest.mark.parametrize("name", STRUCTURES)
def test_beliefs_are_those_of_the_engine(name):
    """Otherwise the engine would be held against the optimum of another model."""

    both = programme(name)
    counts = vectors(2 * len(both.compiled.item_codes), 3)[::37]
    for row, posterior in zip(counts.tolist(), both.posterior(counts), strict=True):
        pairs = [(code, outcome) for code in both.compiled.item_codes for outcome in ("correct", "incorrect")]
        believed = infer(both.compiled, [pair for pair, n in zip(pairs, row, strict=True) for _ in range(n)])
        expected = dict(zip([code[1:] for code in both.compiled.item_codes], posterior @ both.mastered, strict=True))
        assert believed.mastery_by_skill() == pytest.approx(expected, abs=1e-9)
