"""What is believed of the people before anyone answers: one ability, in a population that is itself unknown.

A group met for the first time may be tightly or loosely correlated across strands, find the ladders
steeper or flatter than their author thought, and be stronger or weaker than expected.  A single guess of
these three overclaims by two to seven points where it is wrong (``benchmarks/engine.py`` measures it), so
they are one more exact axis of the ability grid: 4 correlations x 3 spreads x 3 shifts x 21 points, equal
weights.
"""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.errors import InvalidStructure

ABILITY_STEP: Final = 0.3
FARTHEST_ABILITY: Final = 3.0


@dataclass(frozen=True, slots=True)
class AbilityGrid:
    """The distinct points of the ability axis; Q of them.

    ``ability``, ``correlation``, ``spread``, ``weight``: shape [Q].  A strand's latent position at a point
    is N(correlation * ability, 1 - correlation^2); its thresholds are multiplied by ``spread``.
    """

    ability: Floats
    correlation: Floats
    spread: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Population:
    """Equal beliefs over settings (correlation, spread, shift).

    In a setting, ability is N(shift, 1) on points ``step`` apart, from shift - 3 to shift + 3.  Raises
    ``InvalidStructure`` for a correlation outside ]0, 1[, a spread that is not positive, an empty axis, or a step
    outside ]0, 1].
    """

    correlations: tuple[float, ...] = (0.5, 0.7, 0.85, 0.95)
    spreads: tuple[float, ...] = (0.6, 1.0, 1.5)
    shifts: tuple[float, ...] = (-1.2, 0.0, 1.2)
    step: float = ABILITY_STEP

    def __post_init__(self) -> None:
        if not (self.correlations and self.spreads and self.shifts):
            raise InvalidStructure("a population needs a correlation, a spread and a shift")
        if not all(0.0 < rho < 1.0 for rho in self.correlations):
            raise InvalidStructure(f"correlations {self.correlations} are not all between 0 and 1")
        if not all(spread > 0.0 for spread in self.spreads):
            raise InvalidStructure(f"spreads {self.spreads} are not all positive")
        if not 0.0 < self.step <= 1.0:
            raise InvalidStructure(f"points of ability {self.step} apart are no grid")

    def grid(self) -> AbilityGrid:
        """Return the distinct points of all settings, sorted, with their total prior weight.

        A strand depends on ability, correlation and spread but not on the shift, and the default shifts are
        whole steps of the grid: points that several settings share are one point with the sum of their
        weights.  The 756 points of the default become 348, and every result stays the same.

        Nothing is pruned as answers come in.  Dropping settings below 1e-4 was tried: after 30 answers on 72
        micro-skills fewer than 3 of 36 fall that low on average, and a point goes only when all the settings
        that share it do.  It saves no time, and a probability jumps by 1e-4 when a setting crosses the line.
        """
        half = round(FARTHEST_ABILITY / self.step)
        offsets = self.step * (np.arange(2 * half + 1) - half)
        normal = np.exp(-0.5 * offsets**2)
        normal /= normal.sum()
        share = 1.0 / (len(self.correlations) * len(self.spreads) * len(self.shifts))
        weights: dict[tuple[float, float, float], float] = {}
        for rho, spread, shift in product(self.correlations, self.spreads, self.shifts):
            for offset, density in zip(offsets.tolist(), normal.tolist(), strict=True):
                point = (rho, spread, round(shift + offset, 9))
                weights[point] = weights.get(point, 0.0) + share * density
        points = sorted(weights)
        rho_axis, spread_axis, ability_axis = (np.array(axis) for axis in zip(*points, strict=True))
        return AbilityGrid(ability_axis, rho_axis, spread_axis, np.array([weights[p] for p in points]))


SMALL_POPULATION: Final = Population((0.6, 0.9), (0.7, 1.3), step=0.6)
"""60 points that are as good as the 348 of the default, for mixtures over styles and for long diagnostics.

Measured on 48 and 96 micro-skills, five groups (the three correlations .5, .7, .9, an even spread, beginners), 600
learners a cell: claimed less true accuracy from -.026 to +.033 after 10 questions, -.013 to +.014 after 20 and -.007 to
+.007 after 30, where the default has -.023 to +.034, -.011 to +.014 and -.005 to +.006; accuracy within .0005.  On 300
micro-skills after 30, 60 and 120 questions likewise.  With one spread (30 points), or steps of .8, it is worse.
"""
