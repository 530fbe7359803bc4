"""Greedy choice against the exact optimum, by dynamic programming over the counts of answers.

V(c, 0) = mean over micro-skills of max(p, 1 - p) after the counts c;  V(c, r) = max over items j of
sum_y P(y | c, j) V(c + e_jy, r - 1).  The optimum knows the number of questions left and looks all the way
ahead; greedy information looks at one question.
"""

from functools import cache

import numpy as np
import pytest

from pathways.diagnostics.engine import EVIDENCE, Population, Structure, compile_structure
from pathways.diagnostics.engine.bounds import lower_bound
from pathways.diagnostics.engine.graphs.requirements import Requirement
from pathways.diagnostics.engine.selection import choose, information
from tests.diagnostics.engine.ladders import item, strand
from tests.diagnostics.engine.plainly import infer

pytestmark = pytest.mark.slow


def one_item_each(strands, requirements=()):
    """A structure with one item for each micro-skill, which may be asked again and again."""
    skills = [skill for one in strands for skill in one.skill_codes]
    return Structure(tuple(strands), tuple(item(f"q{skill}", skill, guess=0.2) for skill in skills), requirements)


DIAMOND = (
    Requirement("B1", (("A1",),)),
    Requirement("C1", (("A1",),)),
    Requirement("D1", (("B1",), ("C1",))),
    Requirement("E1", (("D1",),)),
)
STRUCTURES = {
    "chain of 4": (one_item_each([strand("A", -1.2, -0.4, 0.4, 1.2)]), 6),
    "chain of 5": (one_item_each([strand("A", -1.4, -0.7, 0.0, 0.7, 1.4)]), 5),
    "two pairs": (one_item_each([strand("A", -0.6, 0.5), strand("B", -0.2, 1.0)]), 6),
    "two chains of 3": (one_item_each([strand("A", -0.9, 0.0, 0.9), strand("B", -0.5, 0.4, 1.2)]), 4),
    "four alone": (
        one_item_each([strand(code, height) for code, height in zip("ABCD", (-1.0, -0.3, 0.3, 1.0), strict=True)]),
        5,
    ),
    "diamond of 5": (
        one_item_each(
            [strand(code, h) for code, h in zip("ABCDE", (-1.0, -0.4, -0.2, 0.4, 0.9), strict=True)], DIAMOND
        ),
        3,
    ),
}


class Programme:
    """Both policies on one structure; every item may be asked again, all take the same time."""

    def __init__(self, structure):
        self.compiled = compile_structure(structure, Population((0.7,), (1.0,), (0.0,)))
        self.codes = self.compiled.item_codes
        self.everything = np.ones((1, len(self.codes)), dtype=np.bool_)
        self.nothing = (0,) * (len(EVIDENCE) * len(self.codes))
        self.optimum = cache(self._optimum)
        self.greedy = cache(self._greedy)
        self.posterior = cache(self._posterior)

    def _posterior(self, counts):
        pairs = [(code, outcome) for code in self.codes for outcome in EVIDENCE]
        return infer(self.compiled, [pair for pair, n in zip(pairs, counts, strict=True) for _ in range(n)])

    def _expected(self, counts, place, value, left):
        """Expected value of asking the item at ``place``."""
        chances = self.posterior(counts).predicted(self.codes[place]).values()
        total = 0.0
        for outcome, chance in enumerate(chances):
            following = list(counts)
            following[len(EVIDENCE) * place + outcome] += 1
            total += chance * value(tuple(following), left - 1)
        return total

    def _optimum(self, counts, left):
        if left == 0:
            return self.posterior(counts).expected_accuracy()
        return max(self._expected(counts, place, self.optimum, left) for place in range(len(self.codes)))

    def _greedy(self, counts, left):
        if left == 0:
            return self.posterior(counts).expected_accuracy()
        bits = information(self.compiled, self.posterior(counts).states)
        best = int(choose(self.compiled, bits, self.everything)[0])
        return self._expected(counts, best, self.greedy, left)


programme = cache(lambda name: Programme(STRUCTURES[name][0]))

CASES = [
    pytest.param(name, questions, id=f"{name}-{questions}")
    for name, (_, most) in STRUCTURES.items()
    for questions in range(1, most + 1)
]


@pytest.mark.parametrize(("name", "questions"), CASES)
def test_greedy_is_within_half_a_percent_of_the_optimum(name, questions):
    both = programme(name)
    optimum, greedy = both.optimum(both.nothing, questions), both.greedy(both.nothing, questions)
    assert optimum >= greedy - 1e-12
    assert greedy >= 0.995 * optimum


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, id=name) for name in ("two chains of 3", "four alone")],
)
def test_no_optimum_beats_the_lower_bound(name):
    """The bound may promise fewer questions than the optimum needs, never more."""
    structure, most = STRUCTURES[name]
    both = programme(name)
    often = Structure(
        structure.strands,
        tuple(item(f"{one.code}-{n}", one.skill, guess=0.2) for one in structure.items for n in range(most)),
    )
    compiled = compile_structure(often, Population((0.7,), (1.0,), (0.0,)))
    for questions in range(1, most + 1):
        reached = both.optimum(both.nothing, questions)
        bound = lower_bound(compiled, reached, np.random.default_rng(1)).questions
        assert bound is not None
        assert bound <= questions
