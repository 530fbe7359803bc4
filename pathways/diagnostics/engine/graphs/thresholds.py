"""Where the threshold of a gated rung has to be, so that as many people master it as were said to.

A gate takes mastery away from people who lack what it requires, so the rung alone must be easier than its share
of the population says.  With s(q) = P(rung below mastered and groups hold | q) and b(q) = P(rung below mastered | q),
the threshold t that is sought has

    sum_q w_q [s(q) f(q, t) + (b(q) - s(q)) min(leak, f(q, t))] = share

where f(q, t) is the probit of the ladder with t instead of its own threshold.  The left side falls in t.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.graphs.network import Gate
from pathways.diagnostics.engine.population import AbilityGrid
from pathways.diagnostics.engine.strands import LEAST_STATE, normal_cdf

EASIEST: Final = -20.0
HARDEST: Final = 20.0
"""Thresholds beyond which no one, or everyone, fails."""
ROUNDS: Final = 80
CLOSE: Final = 1e-14
"""To this a threshold is sought, for a share that depends on what the other thresholds are so far."""
MET: Final = 1e-10
"""To this a share is met in the end, if it can be."""
MISSED: Final = 1e-6
"""A share that is missed by more is told."""


Places: TypeAlias = Integers | slice


@dataclass(frozen=True, slots=True)
class ShareOutOfReach:
    """A micro-skill that fewer people can master than its ``share``: ``reached``, for want of what it requires."""

    skill: str
    share: float
    reached: float

    def __str__(self) -> str:
        return f"{self.skill!r} was to be mastered by {self.share:.1%}, but what it requires leaves {self.reached:.1%}"


class Solver:
    """Finds the thresholds of gates."""

    def __init__(self, grid: AbilityGrid, gates: Sequence[Gate]) -> None:
        scale = np.sqrt(1.0 - grid.correlation**2)
        self.weight = grid.weight
        self.position, self.steepness = grid.correlation * grid.ability / scale, grid.spread / scale
        self.reached = np.array([gate.reached for gate in gates]).reshape(len(gates), grid.weight.size)
        self.leak = np.array([gate.leak for gate in gates])[:, None]
        self.share = np.array([gate.share for gate in gates])
        self.threshold = np.array([gate.threshold for gate in gates])

    def open(self, places: Places) -> Floats:
        """Return f(q, t) of these gates, shape [n, Q], at the thresholds found so far."""
        return self._open(self.threshold[places], self.reached[places])

    def mastered(self, places: Places, open_: Floats, holding: Floats, below: Floats) -> Floats:
        """Return P(mastered | q) of these gates from f, s and b, all [n, Q]."""
        return holding * open_ + (below - holding) * np.minimum(open_, self.leak[places])

    def off(self, places: Places, open_: Floats, shares: Floats) -> float:
        """Return by how much the worst of these shares, [n], misses what a threshold could bring it to."""
        off = shares - self.share[places]
        easiest = (open_ >= 1.0 - LEAST_STATE).all(axis=1)
        return float(np.where(easiest, np.maximum(off, 0.0), np.abs(off)).max())

    def solve(self, places: Places, holding: Floats, below: Floats) -> None:
        """Find the thresholds of these gates from s and b, both [n, Q].

        Newton's method, kept inside the interval that is known to hold the solution.
        """
        reached, leak, share = self.reached[places], self.leak[places], self.share[places]
        inside, outside = holding * self.weight, (below - holding) * self.weight
        most = inside.sum(axis=1) + outside.sum(axis=1) * leak[:, 0]
        within = share < most * (1.0 - LEAST_STATE)
        at = np.where(within, self.threshold[places], EASIEST)
        low, high = np.full(len(share), EASIEST), np.full(len(share), HARDEST)
        left = np.flatnonzero(within)
        for _ in range(ROUNDS):
            open_ = self._open(at[left], reached[left])
            slope = self._slope(at[left], reached[left], open_)
            leaks = open_ < leak[left]
            off = (inside[left] * open_ + outside[left] * np.where(leaks, open_, leak[left])).sum(axis=1) - share[left]
            fall = (inside[left] * slope + outside[left] * np.where(leaks, slope, 0.0)).sum(axis=1)
            low[left], high[left] = np.where(off > 0.0, at[left], low[left]), np.where(off > 0.0, high[left], at[left])
            newton = at[left] - np.divide(off, fall, out=np.full(len(left), np.inf), where=fall < 0.0)
            inside_interval = (newton > low[left]) & (newton < high[left])
            following = np.where(inside_interval, newton, 0.5 * (low[left] + high[left]))
            going = (np.abs(off) > CLOSE) & (high[left] - low[left] > CLOSE)
            at[left[going]] = following[going]
            left = left[going]
            if not left.size:
                break
        self.threshold[places] = at

    def _open(self, threshold: Floats, reached: Floats) -> Floats:
        above = normal_cdf(self.position - threshold[:, None] * self.steepness)
        open_: Floats = np.clip(above / reached, LEAST_STATE, 1.0 - LEAST_STATE)
        return open_

    def _slope(self, threshold: Floats, reached: Floats, open_: Floats) -> Floats:
        """Return the derivative of f in t."""
        away = self.position - threshold[:, None] * self.steepness
        density = np.exp(-0.5 * away**2) / np.sqrt(2.0 * np.pi)
        return np.where(open_ < 1.0 - LEAST_STATE, -self.steepness * density / reached, 0.0)
