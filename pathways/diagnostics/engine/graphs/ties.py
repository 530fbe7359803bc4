"""What ties strands together: requirements that are more than ladders say anyway, and questions on several of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.graphs.requirements import MASTERED, Requirement, Rung, simplified
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.strands import StrandModel


@dataclass(frozen=True, slots=True)
class Ties:
    """``asked``: the fewest micro-skills that each item asks; ``together``: the sets of several among them.

    ``gates``: for each rung that requires others, its groups and its leak.
    """

    asked: dict[str, tuple[Rung, ...]]
    together: tuple[tuple[Rung, ...], ...]
    gates: dict[Rung, tuple[tuple[tuple[Rung, ...], ...], float]]

    @classmethod
    def of(
        cls, strands: Sequence[StrandModel], items: Sequence[ItemModel], requirements: Sequence[Requirement]
    ) -> "Ties":
        """Return what ties these strands."""
        rungs = _rungs(strands)
        asked = {item.code: _fewest(item.skills, rungs) for item in items}
        gates = {}
        for one in requirements:
            groups = [[rungs[code] for code in group] for group in one.groups]
            if left := simplified(rungs[one.skill], groups):
                gates[rungs[one.skill]] = (left, one.leak)
        together = sorted({skills for skills in asked.values() if len(skills) > 1})
        return cls(asked, tuple(together), gates)

    @property
    def strands(self) -> set[int]:
        """The strands that are tied."""
        rungs = {one for groups, _ in self.gates.values() for group in groups for one in group}
        return {one.strand for one in rungs.union(self.gates, *self.together)}


@dataclass(frozen=True, slots=True)
class Together:
    """Micro-skills that one question asks, as if they were a strand: not all mastered, or all."""

    @property
    def skill_codes(self) -> tuple[str, ...]:
        """None of its own."""
        return ()

    def mastery(self) -> Floats:
        """Return P(micro-skill mastered | state), shape [0, 2]."""
        return np.empty((0, 2))

    def responses(self, items: Sequence[ItemModel]) -> Floats:
        """Return each item's two-class response, shape [J, 3, 2]."""
        return np.array([item.response().T for item in items])


def _rungs(strands: Sequence[StrandModel]) -> dict[str, Rung]:
    """Return where each micro-skill stands; a strand is ordered if no state has one mastered without those below."""
    found: dict[str, Rung] = {}
    for place, strand in enumerate(strands):
        known = strand.mastery() >= MASTERED
        ordered = bool((known[1:] <= known[:-1]).all())
        found |= {code: Rung(place, rung, ordered) for rung, code in enumerate(strand.skill_codes)}
    return found


def _fewest(skills: Sequence[str], rungs: Mapping[str, Rung]) -> tuple[Rung, ...]:
    """Return the fewest micro-skills whose mastery is mastery of all these, in the order of the structure."""
    places = [rungs[code] for code in skills]
    return tuple(sorted(one for one in places if not any(other != one and other.implies(one) for other in places)))
