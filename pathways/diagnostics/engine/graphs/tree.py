"""A clique tree laid out in flat arrays, so that one array operation serves many cliques.

Each tree is rooted in its middle, which halves its depth.  A clique shares its *separator* with the clique above
it; its other variables are its own.  Its table has one *entry* for each state of its variables, separator first,
so that the entries of one state of the separator (one *row*) lie side by side.  Cliques of one depth whose own
variables have equally many states form a *batch*.

A clique with many others below it would be multiplied by one message after the other.  Relays, cliques without
variables of their own, multiply ``MANY`` messages each before they reach it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import prod
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Integers
from pathways.diagnostics.engine.graphs.elimination import CliqueTree

MANY: Final = 8


@dataclass(slots=True)
class Clique:
    """A clique with its place in a rooted tree: ``separator`` and ``own`` variables, the clique ``above`` or -1."""

    separator: tuple[int, ...]
    own: tuple[int, ...]
    above: int
    depth: int = 0
    below: list[int] = field(default_factory=list)

    @property
    def variables(self) -> tuple[int, ...]:
        """The variables of the table, in the order of its axes."""
        return (*self.separator, *self.own)


@dataclass(frozen=True, slots=True)
class Batch:
    """Cliques of one depth with ``own`` states each of their own variables: places in the flat arrays.

    ``entries``, ``rows``: where their entries and rows lie.  ``above``: [n, r] entries of the cliques above that
    each row is the sum of, one array for each r, rows in order.  ``below``: the most cliques that hang below one.
    """

    entries: slice
    rows: slice
    own: int
    above: tuple[Integers, ...]
    below: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clique lies: its variables, and its first entry and row."""

    separator: tuple[int, ...]
    own: tuple[int, ...]
    entry: int
    row: int

    def entries(self, sizes: Sequence[int], scope: Sequence[int]) -> tuple[slice, Integers]:
        """Return the entries of the clique, and the states [n, entries] that the variables of a scope have in them."""
        variables = (*self.separator, *self.own)
        states = np.indices([sizes[one] for one in variables]).reshape(len(variables), -1)
        return slice(self.entry, self.entry + states.shape[1]), states[[variables.index(one) for one in scope]]


@dataclass(frozen=True, slots=True)
class Layout:
    """C cliques, batch after batch, from the roots downward: E entries, R rows.

    States of variables are numbered variable after variable; V states in all, and one more that stands for none.

    ``batches``        from the roots downward; those of roots have no ``above``
    ``cliques``        from the roots downward, without relays
    ``observed``       [E, n]  states of the entry's own variables, filled up with the state that stands for none
    ``clique_of_entry``, ``row_of_entry``  [E];  ``clique_of_row`` [R]
    ``below``          [E, m]  the rows of cliques below by whose sums the entry is multiplied, filled up with R
    ``marginal``       entries of each state, state after state, and
    ``starts``         [V]     where those of each state begin
    ``variable``       [V]     the variable of each state; ``first_state``, ``sizes``: of each variable
    ``paths``          for each variable, the cliques from its own up to the root
    ``places``         for each clique of the tree it was made of, its place
    ``stops``          where the entries and rows of each batch end
    ``count``          C, relays included
    """

    batches: tuple[Batch, ...]
    cliques: tuple[Place, ...]
    observed: Integers
    clique_of_entry: Integers
    row_of_entry: Integers
    clique_of_row: Integers
    below: Integers
    marginal: Integers
    starts: Integers
    variable: Integers
    first_state: Integers
    sizes: tuple[int, ...]
    paths: tuple[Integers, ...]
    places: tuple[Place, ...]
    stops: tuple[Integers, Integers]
    count: int


def lay_out(tree: CliqueTree, sizes: Sequence[int]) -> Layout:
    """Return the arrays of a clique tree over variables with so many states each."""
    cliques = _rooted(tree)
    _relay(cliques)
    return _Builder(cliques, sizes, len(tree.cliques)).layout()


def _rooted(tree: CliqueTree) -> list[Clique]:
    """Return the cliques, each tree hanging from its middle."""
    cliques: list[Clique | None] = [None] * len(tree.cliques)
    for start in range(len(tree.cliques)):
        if cliques[start] is not None:
            continue
        root = _middle(tree.links, start)
        cliques[root] = Clique((), tree.cliques[root], -1)
        for one, above in _outward(tree.links, root)[1:]:
            shared = set(tree.cliques[above])
            separator = tuple(v for v in tree.cliques[one] if v in shared)
            own = tuple(v for v in tree.cliques[one] if v not in shared)
            cliques[one] = Clique(separator, own, above)
    found = [one for one in cliques if one is not None]
    for place, one in enumerate(found):
        if one.above >= 0:
            found[one.above].below.append(place)
    return found


def _outward(links: Sequence[set[int]], start: int) -> list[tuple[int, int]]:
    """Return the cliques of a tree from ``start`` outward, each with the one it is reached from."""
    found = [(start, -1)]
    for one, above in found:
        found += [(other, one) for other in sorted(links[one]) if other != above]
    return found


def _middle(links: Sequence[set[int]], start: int) -> int:
    """Return the middle of a longest path of the tree."""
    end = _outward(links, start)[-1][0]
    reached = _outward(links, end)
    above = dict(reached)
    path = [reached[-1][0]]
    while above[path[-1]] >= 0:
        path.append(above[path[-1]])
    return path[len(path) // 2]


def _relay(cliques: list[Clique]) -> None:
    """Put relays between a clique and more than ``MANY`` below it; those with the same separator come together."""
    for place in range(len(cliques)):
        while len(cliques[place].below) > MANY:
            ordered = sorted(cliques[place].below, key=lambda one: (cliques[one].separator, one))
            groups = [ordered[start : start + MANY] for start in range(0, len(ordered), MANY)]
            cliques[place].below = []
            for group in groups:
                shared = set().union(*(cliques[one].separator for one in group))
                separator = tuple(v for v in cliques[place].variables if v in shared)
                cliques[place].below.append(len(cliques))
                for one in group:
                    cliques[one].above = len(cliques)
                cliques.append(Clique(separator, (), place, below=group))


class _Builder:
    """Numbers the cliques in the order of their batches and writes down where everything lies."""

    def __init__(self, cliques: list[Clique], sizes: Sequence[int], real: int) -> None:
        self.cliques, self.sizes, self.real = cliques, sizes, real
        self.first_state = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
        self._find_depths()
        self.order = sorted(range(len(cliques)), key=self._key)
        self.first_entry, self.first_row = self._places(self._entries), self._places(self._rows)

    def _find_depths(self) -> None:
        """A relay comes after what is below it, so depths are known from the roots downward only."""
        waiting = [place for place, one in enumerate(self.cliques) if one.above < 0]
        for place in waiting:
            for one in self.cliques[place].below:
                self.cliques[one].depth = self.cliques[place].depth + 1
                waiting.append(one)

    def _key(self, place: int) -> tuple[int, int, int, int]:
        one = self.cliques[place]
        return one.depth, self._states(one.own), self._summed(place), place

    def _states(self, variables: Sequence[int]) -> int:
        return prod(self.sizes[v] for v in variables)

    def _entries(self, place: int) -> int:
        return self._states(self.cliques[place].variables)

    def _rows(self, place: int) -> int:
        return self._states(self.cliques[place].separator)

    def _summed(self, place: int) -> int:
        """Return how many entries of the clique above one row is the sum of."""
        above = self.cliques[place].above
        return self._entries(above) // self._rows(place) if above >= 0 else 0

    def _places(self, count: Callable[[int], int]) -> list[int]:
        found, following = [0] * len(self.cliques), 0
        for place in self.order:
            found[place] = following
            following += count(place)
        return found

    def layout(self) -> Layout:
        """Return the arrays."""
        counted = np.array([[self._entries(place), self._rows(place)] for place in self.order])
        groups = groupby(self.order, key=lambda place: self._key(place)[:2])
        batches = [self._batch(list(group)) for _, group in groups]
        observed, marginal, starts = self._states_of_entries(int(counted[:, 0].sum()))
        places = [self._place(place) for place in range(len(self.cliques))]
        return Layout(
            batches=tuple(batches),
            cliques=tuple(places[place] for place in self.order if self.cliques[place].own),
            observed=observed,
            clique_of_entry=np.repeat(np.array(self.order), counted[:, 0]),
            row_of_entry=np.concatenate([self._row_of_own_entries(place) for place in self.order]),
            clique_of_row=np.repeat(np.array(self.order), counted[:, 1]),
            below=self._rows_below(*counted.sum(axis=0).tolist()),
            marginal=marginal,
            starts=starts,
            variable=np.repeat(np.arange(len(self.sizes)), self.sizes),
            first_state=self.first_state,
            sizes=tuple(self.sizes),
            paths=self._paths(),
            places=tuple(places[: self.real]),
            stops=(
                np.array([batch.entries.stop for batch in batches]),
                np.array([batch.rows.stop for batch in batches]),
            ),
            count=len(self.cliques),
        )

    def _place(self, place: int) -> Place:
        one = self.cliques[place]
        return Place(one.separator, one.own, self.first_entry[place], self.first_row[place])

    def _batch(self, members: Sequence[int]) -> Batch:
        start, end = members[0], members[-1]
        above = [
            np.concatenate([self._sums(place) for place in part])
            for summed, part in groupby(members, key=self._summed)
            if summed
        ]
        return Batch(
            entries=slice(self.first_entry[start], self.first_entry[end] + self._entries(end)),
            rows=slice(self.first_row[start], self.first_row[end] + self._rows(end)),
            own=self._states(self.cliques[start].own),
            above=tuple(above),
            below=max(len(self.cliques[place].below) for place in members),
        )

    def _rows_below(self, entries: int, rows: int) -> Integers:
        """Return ``below``, of so many entries and rows."""
        below = np.full((entries, max(len(one.below) for one in self.cliques)), rows)
        for place, one in enumerate(self.cliques):
            for rank, sender in enumerate(one.below):
                below[self._own_entries(place), rank] = self._row_of_entries_above(sender)
        return below

    def _own_entries(self, place: int) -> Integers:
        return np.arange(self._entries(place)) + self.first_entry[place]

    def _row_of_own_entries(self, place: int) -> Integers:
        return np.repeat(np.arange(self._rows(place)), self._states(self.cliques[place].own)) + self.first_row[place]

    def _row_of_entries_above(self, place: int) -> Integers:
        """Return, for each entry of the clique above, the row of this clique that it belongs to."""
        one = self.cliques[place]
        above = self.cliques[one.above].variables
        states = np.indices([self.sizes[v] for v in above]).reshape(len(above), -1)
        row = np.zeros(states.shape[1], dtype=np.intp)
        for variable in one.separator:
            row = row * self.sizes[variable] + states[above.index(variable)]
        return row + self.first_row[place]

    def _sums(self, place: int) -> Integers:
        """Return the entries of the clique above that each row is the sum of, [rows, r]."""
        ordered = np.argsort(self._row_of_entries_above(place), kind="stable")
        return (ordered + self.first_entry[self.cliques[place].above]).reshape(self._rows(place), -1)

    def _states_of_entries(self, total: int) -> tuple[Integers, Integers, Integers]:
        """Return ``observed``, ``marginal`` and ``starts``."""
        none = int(self.first_state[-1])
        observed = np.full((total, max(len(one.own) for one in self.cliques)), none, dtype=np.intp)
        holding: list[Integers] = [np.empty(0, dtype=np.intp)] * none
        for place, one in enumerate(self.cliques):
            shape = [self.sizes[v] for v in one.variables]
            entries = self._own_entries(place)
            for axis, variable in enumerate(one.own):
                states = np.indices(shape)[len(one.separator) + axis].ravel()
                observed[entries, axis] = states + self.first_state[variable]
                for state in range(self.sizes[variable]):
                    holding[int(self.first_state[variable]) + state] = entries[states == state]
        starts = np.concatenate([[0], np.cumsum([len(entries) for entries in holding])[:-1]]).astype(np.intp)
        return observed, np.concatenate(holding), starts

    def _paths(self) -> tuple[Integers, ...]:
        """Return for each variable the cliques from the one that owns it up to the root."""
        path: dict[int, list[int]] = {-1: []}
        for place in sorted(range(len(self.cliques)), key=lambda one: self.cliques[one].depth):
            path[place] = [place, *path[self.cliques[place].above]]
        owned = {v: place for place, one in enumerate(self.cliques) for v in one.own}
        return tuple(np.array(path[owned[v]]) for v in range(len(self.sizes)))
