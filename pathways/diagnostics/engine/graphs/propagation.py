"""Exact sums over a clique tree, at every point of the ability grid at once.

The tree is kept as what each clique says of its own variables given its separator, p(own | separator, q): the
joint distribution is the product of these (a decomposable model: Lauritzen & Spiegelhalter 1988).  With e the
likelihood of the answers,

    up:    r(separator) = sum over own of p(own | separator) e(own) prod of r(separator) of the cliques below
    down:  P(clique) = P(separator) p(own | separator) e(own) prod r below / r(separator)

so a clique with no answer in it or below it has r = 1 and keeps its table: only the cliques between what was
answered and the roots are summed again.  Every r is an average of likelihoods.  Where one of them leaves what
doubles hold, after some hundred answers, the sums are done again in logarithms.

Arrays end with [N, Q]: N learners, Q points of the grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.graphs.tree import Batch, Layout

FAR: Final = 1e200
"""An average likelihood that is larger, or smaller than its inverse, is at the edge of double precision."""


@dataclass(frozen=True, slots=True)
class Upward:
    """What the answers say, gathered at the roots.

    ``log_total`` [N, Q]: log likelihood of the answers.  ``entries`` [n]: those of the cliques with an answer in or
    below them; ``tables`` [n, N, Q]: their p(own | separator, answers).
    """

    log_total: Floats
    entries: Integers
    tables: Floats


@dataclass(frozen=True, slots=True)
class CliqueTables:
    """A clique tree with its tables: p(own | separator), shape [E, Q]."""

    layout: Layout
    tables: Floats

    @classmethod
    def of_factors(cls, layout: Layout, factors: Floats) -> "CliqueTables":
        """Return the tables of a product of factors laid out over the entries, [E, Q].

        Separators of probability zero have their first state for certain, which no answer can turn into 0 / 0.
        """
        tables = factors.copy()
        totals = np.ones((len(layout.clique_of_row) + 1, factors.shape[1]))
        for batch in reversed(layout.batches):
            if batch.below:
                below = layout.below[batch.entries, : batch.below]
                tables[batch.entries] *= np.multiply.reduce(totals[below], axis=1)
            by_row = tables[batch.entries].reshape(-1, batch.own, factors.shape[1])
            total = by_row.sum(axis=1)
            totals[batch.rows] = total
            impossible = total == 0.0
            by_row /= np.where(impossible, 1.0, total)[:, None]
            by_row[:, 0][impossible] = 1.0
        return cls(layout, tables)

    def joint(self) -> Floats:
        """Return P(entry | point of the grid), shape [E, Q], before any answer."""
        return self._entries(self.untouched(), np.ones((1, self.tables.shape[1])))[:, 0]

    def untouched(self) -> Upward:
        """Return what no answer says."""
        points = self.tables.shape[1]
        return Upward(np.zeros((1, points)), np.empty(0, dtype=np.intp), np.empty((0, 1, points)))

    def draw(self, upward: Upward, of: Integers, points: Integers, rng: np.random.Generator) -> Integers:
        """Draw the variables at these points [n] of the grid, given the answers ``of`` these learners; [V, n].

        What is drawn is 1 for the state that each variable is in, and 0 for its others.
        """
        layout, everyone = self.layout, np.arange(len(points))
        state = np.zeros((len(layout.paths), len(points)), dtype=np.intp)
        for one in layout.cliques:
            row = np.zeros(len(points), dtype=np.intp)
            for variable in one.separator:
                row = row * layout.sizes[variable] + state[variable]
            sizes = [layout.sizes[variable] for variable in one.own]
            own = np.arange(prod(sizes))
            chance = self._chance(upward, one.entry + row[:, None] * len(own) + own, of, points)
            below = np.cumsum(chance, axis=1)
            drawn = (rng.random(len(points))[:, None] * below[:, -1:] >= below).sum(axis=1)
            for variable, values in zip(one.own, np.unravel_index(drawn, sizes), strict=True):
                state[variable] = values
        found = np.zeros((len(layout.variable), len(points)), dtype=np.intp)
        for variable, values in enumerate(state):
            found[layout.first_state[variable] + values, everyone] = 1
        return found

    def _chance(self, upward: Upward, entries: Integers, of: Integers, points: Integers) -> Floats:
        """Return p(own | separator, answers) of entries [n, own], each of the n at its point of the grid."""
        at = np.searchsorted(upward.entries, entries[0, 0])
        if at < len(upward.entries) and upward.entries[at] == entries[0, 0]:
            return upward.tables[at + entries - entries[0, 0], of[:, None], points[:, None]]
        return self.tables[entries, points[:, None]]

    def up(self, log_evidence: Floats, touched: Sequence[int]) -> Upward:
        """Return what answers say, from the log likelihood of each state, [V + 1, N, 1].

        ``touched``: the variables whose states differ in it; all others, and the state that stands for none, have 0.
        """
        way = _Way.of_variables(self.layout, touched)
        with np.errstate(all="ignore"):  # what runs over is seen below, and summed again
            tables, totals = self._up(way, log_evidence)
            if totals.max() < FAR and totals.min() > 1.0 / FAR:
                log_total = np.log(totals[: way.roots]).sum(axis=0)
                tables /= totals[way.row_of_entry]
                return Upward(log_total, way.entries, tables)
            tables, totals = self._up_in_logarithms(way, log_evidence)
            return Upward(totals[: way.roots].sum(axis=0), way.entries, np.exp(tables - totals[way.row_of_entry]))

    def _up(self, way: "_Way", log_evidence: Floats) -> tuple[Floats, Floats]:
        """Return the active entries [n, N, Q], and their sums by row, with those of no row at the end."""
        layout, points, learners = self.layout, self.tables.shape[1], log_evidence.shape[1]
        evidence = np.multiply.reduce(np.exp(log_evidence)[layout.observed[way.entries]], axis=1)
        tables = (self.tables[way.entries][:, None] * evidence).reshape(-1, learners * points)
        totals = np.ones((way.rows + 1, learners * points))
        for batch, entries, rows, below in way.steps:
            if below:
                tables[entries] *= np.multiply.reduce(totals.take(way.below[entries, :below], axis=0), axis=1)
            np.add.reduce(tables[entries].reshape(-1, batch.own, learners * points), axis=1, out=totals[rows])
        return tables.reshape(-1, learners, points), totals.reshape(-1, learners, points)

    def _up_in_logarithms(self, way: "_Way", log_evidence: Floats) -> tuple[Floats, Floats]:
        """The same, in logarithms."""
        layout, points, learners = self.layout, self.tables.shape[1], log_evidence.shape[1]
        tables = np.log(self.tables[way.entries])[:, None] + log_evidence[layout.observed[way.entries]].sum(axis=1)
        totals = np.zeros((way.rows + 1, learners, points))
        for batch, entries, rows, below in way.steps:
            if below:
                tables[entries] += np.add.reduce(totals.take(way.below[entries, :below], axis=0), axis=1)
            by_row = tables[entries].reshape(-1, batch.own, learners, points)
            totals[rows] = np.logaddexp.reduce(by_row, axis=1)
        return tables, totals

    def down(self, upward: Upward, weights: Floats) -> Floats:
        """Return P(state) of every variable, shape [V, N], under ability weights [N, Q], times the sum of these."""
        by_entry = self._entries(upward, weights) @ np.ones(weights.shape[1])
        return np.add.reduceat(by_entry[self.layout.marginal], self.layout.starts, axis=0)

    def by_point(self, upward: Upward) -> Floats:
        """Return P(state | point of the grid, answers) of every variable, shape [V, N, Q]."""
        by_entry = self._entries(upward, np.ones_like(upward.log_total))
        return np.add.reduceat(by_entry[self.layout.marginal], self.layout.starts, axis=0)

    def _entries(self, upward: Upward, weights: Floats) -> Floats:
        """Return P(entry, point of the grid), shape [E, N, Q]."""
        layout, (learners, points) = self.layout, weights.shape
        found = np.empty((len(layout.clique_of_entry), learners, points))
        ends = np.searchsorted(upward.entries, [batch.entries.stop for batch in layout.batches]).tolist()
        first = 0
        for batch, end in zip(layout.batches, ends, strict=True):
            above = _above(batch, found, weights)
            count = batch.entries.stop - batch.entries.start
            table = upward.tables[first:end] if end - first == count else self.tables[batch.entries][:, None]
            by_row = table.reshape(len(above), batch.own, -1, points)
            np.multiply(by_row, above[:, None], out=found[batch.entries].reshape(-1, batch.own, learners, points))
            if 0 < end - first < count:
                entries = upward.entries[first:end]
                found[entries] = upward.tables[first:end] * above[layout.row_of_entry[entries] - batch.rows.start]
            first = end
        return found


@dataclass(frozen=True, slots=True)
class _Way:
    """The cliques between what was answered and the roots: their entries and rows, numbered anew.

    ``entries``: places in the layout; ``row_of_entry``: places among the rows of the way; ``below``: as in the layout,
    filled up with the number of these rows.  ``rows``: how many; those of the ``roots`` come first.  ``steps``: of each
    batch, from below, its entries and rows, and the most cliques of the way that one of it has below.
    """

    entries: Integers
    row_of_entry: Integers
    below: Integers
    rows: int
    roots: int
    steps: tuple[tuple[Batch, slice, slice, int], ...]

    @classmethod
    def of_variables(cls, layout: Layout, touched: Sequence[int]) -> "_Way":
        """Return the way from these variables to the roots."""
        active = np.zeros(layout.count, dtype=np.bool_)
        for one in touched:
            active[layout.paths[one]] = True
        entries, rows = active[layout.clique_of_entry].nonzero()[0], active[layout.clique_of_row].nonzero()[0]
        row_at = np.full(len(layout.clique_of_row) + 1, len(rows))
        row_at[rows] = np.arange(len(rows))
        below = row_at[layout.below[entries]]
        below.sort(axis=1)
        ends = [
            [0, *np.searchsorted(found, stops).tolist()]
            for found, stops in zip((entries, rows), layout.stops, strict=True)
        ]
        parts = [tuple(slice(*pair) for pair in pairwise(one)) for one in ends]
        batches = [step for step in zip(layout.batches, *parts, strict=True) if step[1].stop > step[1].start]
        count = np.add.reduce(below < len(rows), axis=1)
        most = [int(count[own].max()) for _, own, _ in batches]
        return cls(
            entries=entries,
            row_of_entry=row_at[layout.row_of_entry[entries]],
            below=below,
            rows=len(rows),
            roots=sum(rows.stop - rows.start for batch, _, rows in batches if not batch.above),
            steps=tuple((*step, one) for step, one in zip(reversed(batches), reversed(most), strict=True)),
        )


def _above(batch: Batch, found: Floats, weights: Floats) -> Floats:
    """Return P(separator, point of the grid) of a batch, shape [rows, N, Q], from the entries of the cliques above."""
    if not batch.above:
        return np.repeat(weights[None], batch.rows.stop - batch.rows.start, axis=0)
    learners, points = weights.shape
    flat = found.reshape(len(found), -1)  # what is summed along one axis less is summed faster
    parts = [np.add.reduce(flat.take(entries, axis=0), axis=1) for entries in batch.above]
    whole = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return whole.reshape(-1, learners, points)
