"""What the engine sees of strands that are tied together: evidence in, marginals out, like those of strands alone.

Rows are those of the engine's padded arrays: strands, and pairs of states *not all, all mastered* of micro-skills
that one question asks together.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.graphs.forest import Forest, ForestUpward
from pathways.diagnostics.engine.graphs.propagation import CliqueTables, Upward
from pathways.diagnostics.engine.graphs.requirements import Rung
from pathways.diagnostics.engine.graphs.thresholds import ShareOutOfReach

BY_SKILL: Final = 2
"""Entries of a micro-skill of a forest."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Which entries of the engine's arrays stand for which states of variables.

    Of a log likelihood [L, G] flattened, with a zero at its end, the evidence of a state is ``plus`` less ``minus``;
    ``forest_*`` [F] of the log odds, ``tree_*`` [V + 1] of the states.  ``base``: what that leaves out of each row.
    Of 1, 0, P(mastered) of the forest [F] and P(state) of the tree [V], one after the other, P(state) [L, G] is
    ``at_least`` less ``beyond``.
    """

    forest_plus: Integers
    forest_minus: Integers
    tree_plus: Integers
    tree_minus: Integers
    base: Integers
    at_least: Integers
    beyond: Integers


@dataclass(frozen=True, slots=True)
class LinkedUpward:
    """What answers say: ``log_total`` [N, Q], their log likelihood at each point of the grid, and by part."""

    log_total: Floats
    forest: ForestUpward | None
    tree: Upward | None


@dataclass(frozen=True, eq=False)
class Linked:
    """L rows that are tied together.

    ``rows`` [L], ``free``: places of these rows, and of all others, in the engine's arrays; ``together``: the
    micro-skills of those that come after the strands.  ``points``: Q.  ``width``: of the widest
    clique; 1 for forests.  ``thresholds``: of each gated micro-skill, where it was moved to.
    """

    rows: Integers
    free: Integers
    together: tuple[tuple[Rung, ...], ...]
    points: int
    reading: Reading
    forest: Forest | None
    tree: CliqueTables | None
    width: int
    thresholds: dict[str, float]
    warnings: tuple[ShareOutOfReach, ...]

    @cached_property
    def place(self) -> dict[int, int]:
        """Which of the rows each of these strands is."""
        return {row: place for place, row in enumerate(self.rows.tolist())}

    @property
    def entries(self) -> int:
        """Numbers that are worked with for each learner and point of the grid."""
        forest = 0 if self.forest is None else BY_SKILL * len(self.forest.above)
        return forest + (0 if self.tree is None else len(self.tree.tables))

    def up(self, log_likelihood: Floats) -> LinkedUpward:
        """Return what answers say, from log P(answers | state) of the rows, [N, L, G]."""
        learners, rows, states = log_likelihood.shape
        flat = np.zeros((rows * states + 1, learners, 1))
        flat[:-1, :, 0] = log_likelihood.reshape(learners, -1).T
        read = self.reading
        total = np.add.reduce(flat[read.base], axis=0)
        forest = tree = None
        if self.forest is not None:
            log_odds = flat[read.forest_plus] - flat[read.forest_minus]
            forest = self.forest.up(log_odds, np.flatnonzero(log_odds.any(axis=(1, 2))).tolist())
            total = total + forest.log_total
        if self.tree is not None:
            log_evidence = flat[read.tree_plus] - flat[read.tree_minus]
            states_touched = np.flatnonzero(log_evidence.any(axis=(1, 2)))
            tree = self.tree.up(log_evidence, np.unique(self.tree.layout.variable[states_touched]).tolist())
            total = total + tree.log_total
        return LinkedUpward(total, forest, tree)

    def down(self, upward: LinkedUpward, weights: Floats) -> Floats:
        """Return P(state) of the rows, shape [N, L, G], under ability weights [N, Q], times the sum of these."""
        parts = []
        if self.forest is not None and upward.forest is not None:
            parts.append(self.forest.down(upward.forest, weights))
        if self.tree is not None and upward.tree is not None:
            parts.append(self.tree.down(upward.tree, weights))
        return self._states(parts, np.add.reduce(weights, axis=1)).transpose(2, 0, 1)

    def by_point(self, upward: LinkedUpward) -> Floats:
        """Return P(state | point of the grid, answers) of the rows, shape [N, L, G, Q]."""
        learners, points = upward.log_total.shape
        parts = []
        if self.forest is not None and upward.forest is not None:
            parts.append(self.forest.by_point(upward.forest))
        if self.tree is not None and upward.tree is not None:
            parts.append(self.tree.by_point(upward.tree))
        states = self._states([part.reshape(len(part), -1) for part in parts])
        return states.reshape(*states.shape[:2], learners, points).transpose(2, 0, 1, 3)

    def untouched(self) -> LinkedUpward:
        """Return what no answer says."""
        forest = None if self.forest is None else self.forest.untouched()
        tree = None if self.tree is None else self.tree.untouched()
        return LinkedUpward(np.zeros((1, self.points)), forest, tree)

    def draw(self, upward: LinkedUpward, of: Integers, points: Integers, rng: np.random.Generator) -> Integers:
        """Draw the states [n, L] at these points [n] of the grid, given the answers ``of`` these learners."""
        parts: list[Integers] = []
        if self.forest is not None and upward.forest is not None:
            parts.append(self.forest.draw(upward.forest, of, points, rng))
        if self.tree is not None and upward.tree is not None:
            parts.append(self.tree.draw(upward.tree, of, points, rng))
        return self._states([part.astype(np.float64) for part in parts]).argmax(axis=1).T

    def _states(self, parts: list[Floats], one: Floats | float = 1.0) -> Floats:
        """Return [L, G, n] from what is known of the variables, [..., n], where what is certain is ``one``."""
        certain = np.zeros((2, parts[0].shape[1]))
        certain[0] = one
        known = np.concatenate([certain, *parts])
        states: Floats = np.maximum(known[self.reading.at_least] - known[self.reading.beyond], 0.0)
        return states
