"""Exact sums over a forest of two-state variables, each with at most one above it: linear in their number.

With h(q) = P(mastered | the one above mastered), l(q) = P(mastered | it is not) and R the odds that the answers on
the variable and all below it give to mastery,

    up:    r = ((1 - h) + h R) / ((1 - l) + l R)          a factor of the odds of the variable above
    down:  P(mastered | q) = P(above | q) h R / ((1 - h) + h R) + (1 - P(above | q)) l R / ((1 - l) + l R)

An answer changes R on the way up to the root only.  Odds beyond 1e200 are summed again in logarithms.
Arrays end with [N, Q]: N learners, Q points of the grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.graphs.propagation import FAR


@dataclass(frozen=True, slots=True)
class ForestUpward:
    """What the answers say, gathered at the roots.

    ``log_total`` [N, Q]: log likelihood of the answers, relative to nothing being mastered.  ``nodes`` [n]: the
    variables with an answer at or below them, level after level, and ``ends``, where each level ends; ``high``,
    ``low`` [n, N, Q]: their P(mastered | the one above is, answers) and P(mastered | it is not, answers).
    """

    log_total: Floats
    nodes: Integers
    ends: tuple[int, ...]
    high: Floats
    low: Floats


@dataclass(frozen=True, slots=True)
class Forest:
    """F variables, level after level from the roots, those below the same variable side by side.

    ``above``, ``depth`` [F]: the variable above (0 for roots, which come first), and the level.  ``high``, ``low``,
    ``gain`` [F, Q]: P(mastered | the one above is, q), P(mastered | it is not, q) and their difference; roots have
    the same in both.  ``levels``: slices of the variables.  ``path``: as ``above``, with -1 for roots.
    """

    above: Integers
    depth: Integers
    high: Floats
    low: Floats
    gain: Floats
    levels: tuple[slice, ...]
    path: tuple[int, ...]

    @classmethod
    def of_tables(cls, above: Sequence[int], high: Floats, low: Floats) -> "Forest":
        """Return the forest of these variables, already level after level; ``above`` is -1 for roots."""
        depth: list[int] = []
        for one in above:
            depth.append(depth[one] + 1 if one >= 0 else 0)
        ends = np.searchsorted(depth, np.arange(depth[-1] + 1), side="right").tolist()
        return cls(
            above=np.maximum(np.array(above, dtype=np.intp), 0),
            depth=np.array(depth, dtype=np.intp),
            high=high,
            low=low,
            gain=high - low,
            levels=tuple(slice(*pair) for pair in pairwise([0, *ends])),
            path=tuple(above),
        )

    def up(self, log_odds: Floats, touched: Sequence[int]) -> ForestUpward:
        """Return what answers say, from log P(answers | mastered) - log P(answers | not), [F, N, 1].

        ``touched``: the variables where it is not 0.
        """
        way = _Way.of_variables(self, touched)
        shape = (len(way.nodes), log_odds.shape[1], self.high.shape[1])
        chance = np.stack([self.high[way.nodes], self.low[way.nodes]])[:, :, None]
        with np.errstate(all="ignore"):  # what runs over is seen below, and summed again
            odds = np.broadcast_to(np.exp(log_odds[way.nodes]), shape).copy()
            sums = _up(way, chance, odds)
            if not _near(odds):
                return _up_in_logarithms(way, np.log(chance), np.broadcast_to(log_odds[way.nodes], shape).copy())
            total = np.multiply.reduce(sums[1], axis=0)
            log_total = np.log(total) if _near(total) else np.log(sums[1]).sum(axis=0)
            after = chance * odds / sums
            return ForestUpward(log_total, way.nodes, way.ends, after[0], after[1])

    def down(self, upward: ForestUpward, weights: Floats) -> Floats:
        """Return P(mastered) of every variable, shape [F, N], under ability weights [N, Q], times the sum of these."""
        return (self.by_point(upward).swapaxes(0, 1) @ weights[..., None])[..., 0].T

    def untouched(self) -> ForestUpward:
        """Return what no answer says."""
        points = self.high.shape[1]
        nothing = np.empty((0, 1, points))
        return ForestUpward(
            np.zeros((1, points)), np.empty(0, dtype=np.intp), (0,) * len(self.levels), nothing, nothing
        )

    def draw(self, upward: ForestUpward, of: Integers, points: Integers, rng: np.random.Generator) -> Integers:
        """Draw the variables at these points [n] of the grid, given the answers ``of`` these learners; [F, n]."""
        found = np.empty((len(self.above), len(points)), dtype=np.intp)
        first = 0
        for level, last in zip(self.levels, upward.ends, strict=True):
            high, low = self.high[level][:, points], self.low[level][:, points]
            inside = upward.nodes[first:last] - level.start
            high[inside], low[inside] = upward.high[first:last, of, points], upward.low[first:last, of, points]
            chance = np.where(found[self.above[level]] == 1, high, low) if level.start else high
            found[level] = rng.random(chance.shape) < chance
            first = last
        return found

    def by_point(self, upward: ForestUpward) -> Floats:
        """Return P(mastered | point of the grid), shape [F, N, Q]."""
        found = np.empty((len(self.above), *upward.log_total.shape))
        nodes, above, gain = upward.nodes, self.above[upward.nodes], upward.high - upward.low
        first = 0
        for level, last in zip(self.levels, upward.ends, strict=True):
            here = found[level]
            if level.start == 0:
                here[:] = self.high[level][:, None]
                found[nodes[first:last]] = upward.high[first:last]
            else:
                found.take(self.above[level], axis=0, out=here, mode="clip")  # without a copy in between
                here *= self.gain[level][:, None]
                here += self.low[level][:, None]
                if last > first:
                    inside = found[above[first:last]]
                    inside *= gain[first:last]
                    inside += upward.low[first:last]
                    found[nodes[first:last]] = inside
            first = last
        return found


def _near(values: Floats) -> bool:
    """Whether doubles hold these values with room to spare."""
    return not values.size or bool(values.max() < FAR and values.min() > 1.0 / FAR)


def _up(way: "_Way", chance: Floats, odds: Floats) -> Floats:
    """Multiply the odds [n, N, Q] of each variable by what comes from below it; return what goes up from it where the
    variable above is mastered, and where it is not, [2, n, N, Q].

    ``chance`` [2, n, 1, Q]: P(mastered) in both cases.
    """
    sums, rest = np.empty((2, *odds.shape)), 1.0 - chance
    for level, parts in way.steps:
        here = sums[:, level]
        np.multiply(chance[:, level], odds[level], out=here)
        np.add(here, rest[:, level], out=here)
        for part in parts:
            odds[way.above[part]] *= sums[0, part] / sums[1, part]
    return sums


def _up_in_logarithms(way: "_Way", log_chance: Floats, log_odds: Floats) -> ForestUpward:
    """The same in logarithms; that of what cannot be is -inf."""
    sums, rest = np.empty((2, *log_odds.shape)), np.log(-np.expm1(log_chance))
    for level, parts in way.steps:
        sums[:, level] = np.logaddexp(rest[:, level], log_chance[:, level] + log_odds[level])
        for part in parts:
            log_odds[way.above[part]] += sums[0, part] - sums[1, part]
    after = np.exp(log_chance + log_odds - sums)
    return ForestUpward(sums[1].sum(axis=0), way.nodes, way.ends, after[0], after[1])


@dataclass(frozen=True, slots=True)
class _Way:
    """The variables between what was answered and the roots: n of them.

    ``nodes`` [n]: places in the forest, level after level.  ``above`` [n]: the place among them of the one above.
    ``ends``: where each level ends.  ``steps``: of each level, from below, its slice of them, and slices of it in
    which no two have the same above.
    """

    nodes: Integers
    above: Integers
    ends: tuple[int, ...]
    steps: tuple[tuple[slice, tuple[slice, ...]], ...]

    @classmethod
    def of_variables(cls, forest: Forest, touched: Sequence[int]) -> "_Way":
        """Return the way from these variables to the roots."""
        active = np.zeros(len(forest.above), dtype=np.bool_)
        for one in touched:
            at = one
            while at >= 0 and not active[at]:
                active[at] = True
                at = forest.path[at]
        nodes = np.flatnonzero(active)  # children of one variable are neighbours
        rank = _rank(forest.above[nodes])
        order = np.lexsort((rank, forest.depth[nodes]))
        nodes, rank = nodes[order], rank[order]
        place = np.zeros(len(active), dtype=np.intp)
        place[nodes] = np.arange(len(nodes))
        ends = np.searchsorted(forest.depth[nodes], np.arange(len(forest.levels)), side="right").tolist()
        cuts = (np.flatnonzero(rank[1:] != rank[:-1]) + 1).tolist()
        steps: list[tuple[slice, tuple[slice, ...]]] = []
        for level, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            inside = [start, *(cut for cut in cuts if start < cut < end), end]
            parts = tuple(slice(*pair) for pair in pairwise(inside)) if level else ()
            if end > start:
                steps.append((slice(start, end), parts))
        return cls(nodes, place[forest.above[nodes]], tuple(ends), tuple(reversed(steps)))


def _rank(above: Integers) -> Integers:
    """Return the how manieth each is among neighbours in the array that have the same variable above."""
    place = np.arange(len(above))
    first = np.ones(len(above), dtype=np.bool_)
    first[1:] = above[1:] != above[:-1]
    rank: Integers = place - np.maximum.accumulate(np.where(first, place, 0))
    return rank
