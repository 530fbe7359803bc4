"""What is believed of one learner, whatever model of answers it was worked out with.

``Posterior`` takes the items for what their parameters say; ``Mixed`` does not know how answers come out and averages
over styles of answering.  Choice, stop rules and reading see a ``Belief``, and need not know which.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.errors import InvalidStructure, UnknownItem, UnknownSkill
from pathways.diagnostics.engine.near import NEAR
from pathways.diagnostics.engine.outcomes import EVIDENCE, Outcome

DECIMALS: Final = 9
"""Every number that decides something is rounded so first: what differs between two computers is about 1e-15."""


@dataclass(frozen=True, eq=False)
class Belief(ABC):
    """Beliefs about one learner.

    ``masteries`` [S]: P(mastered) of every micro-skill, in the order of ``compiled.skill_codes``.
    """

    compiled: Compiled
    masteries: Floats

    @abstractmethod
    def points(self) -> Floats:
        """Return the weight of every point of the ability grid, [Q], sum 1."""

    @abstractmethod
    def information(self) -> Floats:
        """Return the bits that every item promises, [I], rounded to 1e-9, never negative."""

    @abstractmethod
    def right(self) -> Floats:
        """Return P(right answer) of every item, [I]."""

    @abstractmethod
    def _outcomes(self, row: int) -> Floats:
        """Return P(outcome) of the slot whose first row of ``log_response`` this is, [3]."""

    def predicted(self, item: str) -> dict[Outcome, float]:
        """Return P(outcome) of asking this item next, over ``EVIDENCE``: a partly right answer is a wrong one."""
        if item not in self.compiled.item_index:
            raise UnknownItem(f"no item {item!r} in the structure")
        return dict(zip(EVIDENCE, self._outcomes(self.compiled.first_rows[item]).tolist(), strict=True))

    def near(self, item: str) -> float:
        """Return P(partly right) of a wrong answer to this item that the belief has taken in already, but for how near
        it came.  Raises ``UnknownItem`` for an item without partial credit.
        """
        row = self.compiled.near_rows.get(item)
        if row is None:
            raise UnknownItem(f"no item {item!r} with partial credit in the structure")
        return float(self._outcomes(row)[NEAR])

    def mastery(self, skill: str) -> float:
        """Return P(mastered) of one micro-skill; raises ``UnknownSkill``."""
        index = self.compiled.skill_index.get(skill)
        if index is None:
            raise UnknownSkill(f"no micro-skill {skill!r} in the structure")
        return float(self.masteries[index])

    def mastery_by_skill(self) -> dict[str, float]:
        """Return P(mastered) by micro-skill code, in the order of the structure."""
        return dict(zip(self.compiled.skill_codes, self.masteries.tolist(), strict=True))

    def expected_accuracy(self, weights: Mapping[str, float] | None = None) -> float:
        """Return the expected share of micro-skills classified right, sum w max(p, 1-p) / sum w.

        ``weights`` by micro-skill (absent: 0; no mapping: all 1).  Raises ``UnknownSkill`` for a code of no
        strand and ``InvalidStructure`` when a weight is negative or none is positive.
        """
        certainty = np.maximum(self.masteries, 1.0 - self.masteries)
        if weights is None:
            return float(certainty.mean())
        unknown = sorted(set(weights) - set(self.compiled.skill_index))
        if unknown:
            raise UnknownSkill(f"no micro-skill {unknown[0]!r} in the structure")
        by_skill = np.array([weights.get(code, 0.0) for code in self.compiled.skill_codes])
        if not (np.isfinite(by_skill).all() and (by_skill >= 0.0).all() and by_skill.sum() > 0.0):
            raise InvalidStructure("weights of micro-skills must be positive or zero, and not all zero")
        return float(by_skill @ certainty / by_skill.sum())

    def ability(self) -> tuple[float, float]:
        """Return mean and standard deviation of the general ability, in SD of the reference population."""
        axis, weights = self.compiled.population.grid().ability, self.points()
        mean = float(weights @ axis)
        return mean, float(np.sqrt(weights @ (axis - mean) ** 2))
