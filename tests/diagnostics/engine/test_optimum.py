"""Greedy choice against the exact optimum, by dynamic programming over the counts of answers.

V(c, 0) = mean over micro-skills of max(p, 1 - p) after the counts c;  V(c, r) = max over items j of
sum_y P(y | c, j) V(c + e_jy, r - 1).  The optimum knows the number of questions left and looks all the way
ahead; greedy information looks at one question.
"""

from functools import cache

import numpy as np
import pytest

from pathways.diagnostics.engine import EVIDENCE, Population, Structure, compile_structure, infer
from pathways.diagnostics.engine.selection import choose, information
from tests.diagnostics.engine.ladders import item, strand

pytestmark = pytest.mark.slow

CHAIN = Structure((strand("A", -1.2, -0.4, 0.4, 1.2),), tuple(item(f"q{r}", f"A{r}", guess=0.2) for r in range(1, 5)))
PAIRS = Structure(
    (strand("A", -0.6, 0.5), strand("B", -0.2, 1.0)),
    tuple(item(f"q{s}", s, guess=0.2) for s in ("A1", "A2", "B1", "B2")),
)


class Programme:
    """Both policies on one structure; every item may be asked again, all take the same time."""

    def __init__(self, structure, population=None):
        self.compiled = compile_structure(structure, population)
        self.codes = self.compiled.item_codes
        self.everything = np.ones((1, len(self.codes)), dtype=np.bool_)
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
            following[3 * place + outcome] += 1
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


@pytest.mark.parametrize("questions", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("structure", [CHAIN, PAIRS], ids=["chain", "pairs"])
def test_greedy_is_within_half_a_percent_of_the_optimum(structure, questions):
    programme = Programme(structure, Population((0.7,), (1.0,), (0.0,)))
    nothing = (0,) * (3 * len(programme.codes))
    optimum, greedy = programme.optimum(nothing, questions), programme.greedy(nothing, questions)
    assert optimum >= greedy - 1e-12
    assert greedy >= 0.995 * optimum
