"""Answers as arrays: sittings in rows, and in columns *variants*, an item in one language."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.engine.arrays import Floats, Integers

ABSENT: Final = -1
DENSE_FROM: Final = 0.04
"""Share of the cells of a block that hold an answer from which a full table is faster than a list of answers."""
SITTINGS_AT_ONCE: Final = 1024
CELLS_AT_ONCE: Final = 1_000_000
SAMPLE: Final = 1000


@dataclass(frozen=True, eq=False)
class Variants:
    """The V pairs of item and language that were met, sorted by item, then by language.

    ``items`` [V]: place of the item; ``languages`` [V]: place of the language.  Item and language codes are in
    ``item_codes`` (J) and ``language_codes`` (L); place 0 of a language is the reference.
    """

    items: Integers
    languages: Integers
    item_codes: tuple[str, ...]
    language_codes: tuple[str, ...]

    @cached_property
    def shifted(self) -> Integers:
        """Places of the variants with a difficulty of their own: all but those of the reference language."""
        return np.flatnonzero(self.languages > 0)

    def by_item(self, values: Floats) -> Floats:
        """Return the sums over the variants of each item: [J, ...] from [V, ...]."""
        total = np.zeros((len(self.item_codes), *values.shape[1:]))
        np.add.at(total, self.items, values)
        return total


def monolingual(item_codes: tuple[str, ...], language: str = "") -> Variants:
    """Return the variants of items in a single language."""
    count = len(item_codes)
    return Variants(np.arange(count), np.zeros(count, dtype=np.intp), item_codes, (language,))


class Listed(NamedTuple):
    """R answers by sitting, then by variant.  ``starts`` [N + 1]: where each sitting's answers begin; every sitting has
    one or more.  ``variants`` [R] and ``outcomes`` [R]: what was asked, and the position of what came of it in
    ``EVIDENCE``; where items have partial credit, partly right comes after the outcomes of the curves (``nearness``).
    """

    starts: Integers
    variants: Integers
    outcomes: Integers


@dataclass(frozen=True, eq=False)
class Block:
    """The answers with evidence of N sittings, as a table, or as a list where a table would be mostly empty.

    ``groups`` [N]: place of the sitting's language.  ``weights`` [N]: how many sittings look exactly like this one.
    ``cells`` [N, V]: outcome or ``ABSENT``; ``given``: the list, where there is no table.
    """

    groups: Integers
    weights: Floats
    cells: NDArray[np.int8] | None = None
    given: Listed | None = None

    def __len__(self) -> int:
        return len(self.groups)

    @cached_property
    def answers(self) -> Listed:
        """The answers as a list."""
        if self.given is not None:
            return self.given
        assert self.cells is not None, "a block has a table or a list"
        sittings, variants = np.nonzero(self.cells != ABSENT)
        starts = np.searchsorted(sittings, np.arange(len(self) + 1))
        return Listed(starts, variants, self.cells[sittings, variants].astype(np.intp))

    @property
    def starts(self) -> Integers:
        """See ``Listed``."""
        return self.answers.starts

    @property
    def variants(self) -> Integers:
        """See ``Listed``."""
        return self.answers.variants

    @property
    def outcomes(self) -> Integers:
        """See ``Listed``."""
        return self.answers.outcomes

    @cached_property
    def sittings(self) -> Integers:
        """The sitting of each answer, [R]."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    @cached_property
    def complete(self) -> bool:
        """Whether it is a table without a hole."""
        return self.cells is not None and bool((self.cells != ABSENT).all())

    def parts(self, size: int = SITTINGS_AT_ONCE) -> Iterator["Block"]:
        """Yield the block in parts of so many sittings, fewer where a table is wide: what is computed of a part then
        fits the caches of a processor.
        """
        if self.cells is not None:
            size = max(1, min(size, CELLS_AT_ONCE // self.cells.shape[1]))
        for first in range(0, len(self), size):
            last = min(first + size, len(self))
            groups, weights = self.groups[first:last], self.weights[first:last]
            if self.cells is not None:
                yield Block(groups, weights, self.cells[first:last])
            else:
                own = slice(self.starts[first], self.starts[last])
                starts = self.starts[first : last + 1] - self.starts[first]
                yield Block(groups, weights, None, Listed(starts, self.variants[own], self.outcomes[own]))


def block_of(sittings: Integers, variants: Integers, outcomes: Integers, groups: Integers, width: int) -> Block:
    """Return the block of answers given in any order.

    ``sittings`` [R] are numbers 0..N - 1 and index ``groups`` [N]; sittings without an answer are left out.
    ``width``: how many variants there are in all.
    """
    who, rank, counts = np.unique(sittings, return_inverse=True, return_counts=True)
    ones = np.ones(len(who))
    if len(sittings) >= DENSE_FROM * len(who) * width:
        cells = np.full((len(who), width), ABSENT, dtype=np.int8)
        cells[rank, variants] = outcomes
        return Block(groups[who], ones, cells)
    order = np.lexsort((variants, sittings))
    starts = np.concatenate([[0], np.cumsum(counts)])
    return Block(groups[who], ones, None, Listed(starts, variants[order], outcomes[order]))


def from_cells(cells: NDArray[np.int8], groups: Integers | None = None) -> Block:
    """Return the block of a table of sittings and variants, [N, V]: positions in ``EVIDENCE``, or ``ABSENT``."""
    there = (cells != ABSENT).any(axis=1)
    groups = np.zeros(len(cells), dtype=np.intp) if groups is None else groups
    if np.count_nonzero(cells != ABSENT) >= DENSE_FROM * np.count_nonzero(there) * cells.shape[1]:
        return Block(groups[there], np.ones(np.count_nonzero(there)), cells[there])
    sittings, variants = np.nonzero(cells != ABSENT)
    return block_of(sittings, variants, cells[sittings, variants].astype(np.intp), groups, cells.shape[1])


def collapsed(block: Block) -> Block:
    """Return an equal block in which equal sittings are one with a weight, if that leaves at most half of them.

    Short tests repeat: ten right-or-wrong questions have 1,024 patterns, whoever answers.
    """
    if block.cells is None or not _repeats(block.cells[:SAMPLE]):
        return block
    rows = np.concatenate([block.cells, block.groups[:, None].astype(np.int32).view(np.int8)], axis=1)
    _, first, inverse = np.unique(_as_one(rows), return_index=True, return_inverse=True)
    if 2 * len(first) > len(block):
        return block
    weights = np.zeros(len(first))
    np.add.at(weights, inverse.ravel(), block.weights)
    return Block(block.groups[first], weights, block.cells[first])


def _repeats(cells: NDArray[np.int8]) -> bool:
    return 2 * len(np.unique(_as_one(cells))) <= len(cells)


def _as_one(rows: NDArray[np.int8]) -> NDArray[np.void]:
    """Return each row of bytes as one value that can be compared."""
    whole = np.ascontiguousarray(rows)
    return whole.view(np.dtype((np.void, whole.shape[1]))).ravel()


def indicator(cells: NDArray[np.int8], outcome: int) -> Floats:
    """Return 1 where a table holds an outcome, [N, V]."""
    return (cells == outcome).astype(np.float64)


def presence(cells: NDArray[np.int8]) -> Floats:
    """Return 1 where a table holds an answer, [N, V]."""
    return (cells != ABSENT).astype(np.float64)
