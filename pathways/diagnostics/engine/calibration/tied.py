"""Ladders that items on several micro-skills tie together: a person's state is that of all of them at once.

Given ability the ladders are independent, P(g_1, ..., g_n | ability) = prod_i P(g_i | ability); an item on micro-skills
of several of them is answered by who masters all (the conjunction of Junker & Sijtsma 2001), which is known of every
such state.  So what is exact for a ladder is exact for ladders that are tied, as long as there are few enough states.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from math import prod
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.calibration.ladders import LadderPrior
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.strands import LevelStrand

MOST_STATES: Final = 512
"""Nine micro-skills without order, or three ladders of seven rungs."""

Tie = tuple[LevelStrand, ...]
"""Ladders that are tied together, often a single one."""


@dataclass(frozen=True, eq=False)
class TiedPrior:
    """P(states | ability) of several ladders, as one ``StrandPrior``: the last ladder's state changes fastest.

    The parameters are those of the ladders, one after another.
    """

    ladders: tuple[LadderPrior, ...]

    @property
    def weights(self) -> Floats:
        return self.ladders[0].weights

    @property
    def parts(self) -> Sequence[LadderPrior]:
        return self.ladders

    def start(self) -> Floats:
        return np.concatenate([ladder.start() for ladder in self.ladders])

    def table(self, parameters: Floats) -> Floats:
        return self._product([ladder.table(own) for ladder, own in self._pairs(parameters)])

    def slopes(self, parameters: Floats) -> Floats:
        parts = [ladder.slopes(own) for ladder, own in self._pairs(parameters)]
        return np.concatenate([part[:, states] for part, states in zip(parts, self._states.T, strict=True)])

    def believed(self, offset: float) -> Floats:
        return self._product([ladder.believed(offset) for ladder in self.ladders])

    def nearest(self, parameters: Floats) -> Floats:
        return np.concatenate([ladder.nearest(own) for ladder, own in self._pairs(parameters)])

    def admissible(self, parameters: Floats) -> bool:
        return all(ladder.admissible(own) for ladder, own in self._pairs(parameters))

    @cached_property
    def _states(self) -> Integers:
        return states_of([len(ladder.thresholds) for ladder in self.ladders])

    def _pairs(self, parameters: Floats) -> list[tuple[LadderPrior, Floats]]:
        ends = np.cumsum([len(ladder.thresholds) + 1 for ladder in self.ladders])
        return list(zip(self.ladders, np.split(parameters, ends[:-1]), strict=True))

    @staticmethod
    def _product(tables: Sequence[Floats]) -> Floats:
        return reduce(lambda one, other: (one[:, None] * other).reshape(-1, other.shape[1]), tables)


def states_of(rungs: Sequence[int]) -> Integers:
    """Return the state of each of n ladders, of so many rungs, in each state of all of them, [product of states, n]."""
    grid = np.indices([1 + count for count in rungs])
    return grid.reshape(len(rungs), -1).T


def mastering(tie: Tie, skills: Sequence[str]) -> Booleans:
    """Return in which states of the ladders all of these micro-skills are mastered, [states]."""
    states = states_of([len(strand.skills) for strand in tie])
    found = np.ones(len(states), dtype=np.bool_)
    for place, strand in enumerate(tie):
        for skill in set(skills) & set(strand.skill_codes):
            found &= states[:, place] > strand.skill_codes.index(skill)
    return found


def tied(strands: Sequence[LevelStrand], items: Mapping[str, ItemModel]) -> tuple[tuple[Tie, ...], frozenset[str]]:
    """Return which ladders items tie together, in the order of their first one, and the items that could not be
    followed: with them, there would be too many states.
    """
    home = {skill: place for place, strand in enumerate(strands) for skill in strand.skill_codes}
    members = {place: [place] for place in range(len(strands))}
    first = list(range(len(strands)))
    left_out: set[str] = set()
    for code, item in sorted(items.items()):
        wanted = sorted({first[home[skill]] for skill in item.skills})
        whole = sorted(place for one in wanted for place in members[one])
        if len(wanted) > 1 and prod(1 + len(strands[place].skills) for place in whole) > MOST_STATES:
            left_out.add(code)
            continue
        for one in wanted[1:]:
            del members[one]
        members[wanted[0]] = whole
        for place in whole:
            first[place] = wanted[0]
    ties = tuple(tuple(strands[place] for place in members[one]) for one in sorted(members))
    return ties, frozenset(left_out)
