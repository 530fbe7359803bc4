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
        totals = np.empty((len(layout.clique_of_row), factors.shape[1]))
        for batch in reversed(layout.batches):
            for part in batch.messages:
                tables[layout.to[part]] *= totals[layout.of[part]]
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
            if len(totals) == 0 or (totals.max() < FAR and totals.min() > 1.0 / FAR):
                log_total = np.log(totals[: way.roots]).sum(axis=0)
                return Upward(log_total, way.entries, tables / totals[way.row_of_entry])
            tables, totals = self._up_in_logarithms(way, log_evidence)
            return Upward(totals[: way.roots].sum(axis=0), way.entries, np.exp(tables - totals[way.row_of_entry]))

    def _up(self, way: "_Way", log_evidence: Floats) -> tuple[Floats, Floats]:
        """Return the active entries [n, N, Q], and their sums by row."""
        layout, points, learners = self.layout, self.tables.shape[1], log_evidence.shape[1]
        evidence = np.multiply.reduce(np.exp(log_evidence)[layout.observed[way.entries]], axis=1)
        tables = self.tables[way.entries][:, None] * evidence
        totals = np.empty((way.rows, learners, points))
        for batch, entries, rows, messages in way.steps:
            for part in messages:
                tables[way.to[part]] *= totals[way.of[part]]
            np.add.reduce(tables[entries].reshape(-1, batch.own, learners, points), axis=1, out=totals[rows])
        return tables, totals

    def _up_in_logarithms(self, way: "_Way", log_evidence: Floats) -> tuple[Floats, Floats]:
        """The same, in logarithms."""
        layout, points, learners = self.layout, self.tables.shape[1], log_evidence.shape[1]
        tables = np.log(self.tables[way.entries])[:, None] + log_evidence[layout.observed[way.entries]].sum(axis=1)
        totals = np.empty((way.rows, learners, points))
        for batch, entries, rows, messages in way.steps:
            for part in messages:
                tables[way.to[part]] += totals[way.of[part]]
            by_row = tables[entries].reshape(-1, batch.own, learners, points)
            totals[rows] = np.logaddexp.reduce(by_row, axis=1)
        return tables, totals

    def down(self, upward: Upward, weights: Floats) -> Floats:
        """Return P(state) of every variable, shape [V, N], under ability weights [N, Q], times the sum of these."""
        by_entry = np.add.reduce(self._entries(upward, weights), axis=2)
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
    """The cliques between what was answered and the roots: their entries, rows and messages, numbered anew.

    ``entries``: places in the layout; ``row_of_entry``, ``to``, ``of``: places among the entries and rows of the way.
    ``rows``: how many; those of the ``roots`` come first.  ``steps``: of each batch, from below, its entries, rows
    and messages.
    """

    entries: Integers
    row_of_entry: Integers
    to: Integers
    of: Integers
    rows: int
    roots: int
    steps: tuple[tuple[Batch, slice, slice, tuple[slice, ...]], ...]

    @classmethod
    def of_variables(cls, layout: Layout, touched: Sequence[int]) -> "_Way":
        """Return the way from these variables to the roots."""
        active = np.zeros(layout.count, dtype=np.bool_)
        for one in touched:
            active[layout.paths[one]] = True
        entries = np.flatnonzero(active[layout.clique_of_entry])
        rows = np.flatnonzero(active[layout.clique_of_row])
        messages = np.flatnonzero(active[layout.sender])
        entry_at, row_at = np.empty_like(layout.clique_of_entry), np.empty_like(layout.clique_of_row)
        entry_at[entries], row_at[rows] = np.arange(len(entries)), np.arange(len(rows))
        ends = [
            [0, *np.searchsorted(found, stops).tolist()]
            for found, stops in zip((entries, rows, messages), layout.stops, strict=True)
        ]
        steps, part = [], 0
        for place, batch in enumerate(layout.batches):
            parts = tuple(slice(ends[2][one], ends[2][one + 1]) for one in range(part, part + len(batch.messages)))
            part += len(batch.messages)
            own = tuple(slice(*end[place : place + 2]) for end in ends[:2])
            if own[0].stop > own[0].start:
                steps.append((batch, *own, tuple(one for one in parts if one.stop > one.start)))
        roots = sum(rows.stop - rows.start for batch, _, rows, _ in steps if not batch.above)
        return cls(
            entries=entries,
            row_of_entry=row_at[layout.row_of_entry[entries]],
            to=entry_at[layout.to[messages]],
            of=row_at[layout.of[messages]],
            rows=len(rows),
            roots=roots,
            steps=tuple(reversed(steps)),
        )


def _above(batch: Batch, found: Floats, weights: Floats) -> Floats:
    """Return P(separator, point of the grid) of a batch, shape [rows, N, Q], from the entries of the cliques above."""
    if not batch.above:
        return np.repeat(weights[None], batch.rows.stop - batch.rows.start, axis=0)
    parts = [
        found[entries[:, 0]] if entries.shape[1] == 1 else np.add.reduce(found[entries], axis=1)
        for entries in batch.above
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
