"""Models of one strand: which states it can be in, and how likely each is for people of each ability.

``StrandModel`` is all that inference, selection and simulation know of a strand.  ``LevelStrand``, the
ladder of micro-skills, is the first model behind it; a continuous one, or one strand gated by another,
only has to answer the same questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import erfc, isfinite, sqrt
from statistics import NormalDist
from typing import Any, Final, Protocol

import numpy as np

from pathways.diagnostics.engine import documents
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.population import AbilityGrid

LOWEST_THRESHOLD: Final = -1.6
HIGHEST_THRESHOLD: Final = 1.6

LEAST_STATE: Final = 1e-12
"""No state of a strand is impossible: every normaliser stays positive when answers contradict each other."""


class StrandModel(Protocol):
    """What the engine asks of a strand with G states and S micro-skills."""

    @property
    def code(self) -> str:
        """The strand's code."""
        ...

    @property
    def skill_codes(self) -> tuple[str, ...]:
        """The micro-skills, easiest first."""
        ...

    def prior(self, grid: AbilityGrid) -> Floats:
        """Return P(state | point of the grid), shape [G, Q]; columns sum to 1, no entry under 1e-12."""
        ...

    def mastery(self) -> Floats:
        """Return P(micro-skill mastered | state), shape [S, G]."""
        ...

    def responses(self, items: Sequence[ItemModel]) -> Floats:
        """Return P(outcome | state) of the strand's items, shape [J, 3, G], outcomes as in ``EVIDENCE``."""
        ...

    def to_document(self) -> dict[str, Any]:
        """Return the strand as plain JSON values, with its ``model`` name."""
        ...


@dataclass(frozen=True, slots=True)
class LevelSkill:
    """One rung: a micro-skill and the latent position above which it is mastered, in SD of the reference."""

    code: str
    threshold: float


@dataclass(frozen=True, slots=True)
class LevelStrand:
    """A ladder: state m in 0..S is the number of micro-skills mastered, and rung l is mastered when m >= l.

    Cumulative probit given ability, correlation and spread:
    P(m >= l) = Phi((correlation * ability - spread * threshold_l) / sqrt(1 - correlation^2)).
    Raises ``InvalidStructure`` for an empty ladder, a skill met twice, or thresholds that do not rise.
    """

    code: str
    skills: tuple[LevelSkill, ...]

    def __post_init__(self) -> None:
        if not self.code:
            raise InvalidStructure("a strand has an empty code")
        if not self.skills:
            raise InvalidStructure(f"strand {self.code!r} has no micro-skill")
        if not all(skill.code for skill in self.skills):
            raise InvalidStructure(f"strand {self.code!r} has a micro-skill with an empty code")
        if not all(isfinite(skill.threshold) for skill in self.skills):
            raise InvalidStructure(f"strand {self.code!r} has a threshold that is no number")
        for lower, upper in pairwise(self.skills):
            if upper.threshold <= lower.threshold:
                raise InvalidStructure(
                    f"strand {self.code!r}: the threshold of {upper.code!r} ({upper.threshold}) does not"
                    f" rise above that of {lower.code!r} ({lower.threshold})"
                )

    @property
    def skill_codes(self) -> tuple[str, ...]:
        """The micro-skills, easiest first."""
        return tuple(skill.code for skill in self.skills)

    def prior(self, grid: AbilityGrid) -> Floats:
        """Return P(m | point), shape [S + 1, Q]: differences of the cumulative probit, floored at 1e-12."""
        thresholds = np.array([skill.threshold for skill in self.skills])
        position = grid.correlation * grid.ability - np.outer(thresholds, grid.spread)
        at_least = np.ones((len(self.skills) + 2, grid.ability.size))
        at_least[1:-1] = normal_cdf(position / np.sqrt(1.0 - grid.correlation**2))
        at_least[-1] = 0.0
        states: Floats = np.maximum(at_least[:-1] - at_least[1:], LEAST_STATE)
        states /= states.sum(axis=0)
        return states

    def mastery(self) -> Floats:
        """Return 1 where the rung is at or below the state, shape [S, S + 1]."""
        count = len(self.skills)
        return np.tril(np.ones((count + 1, count)), -1).T

    def responses(self, items: Sequence[ItemModel]) -> Floats:
        """Return each item's two-class response, spread over the states, shape [J, 3, S + 1]."""
        rung = {code: index for index, code in enumerate(self.skill_codes)}
        tensor = np.empty((len(items), 3, len(self.skills) + 1))
        for index, item in enumerate(items):
            not_mastered, mastered = item.response()
            tensor[index, :, : rung[item.skill] + 1] = not_mastered[:, None]
            tensor[index, :, rung[item.skill] + 1 :] = mastered[:, None]
        return tensor

    def to_document(self) -> dict[str, Any]:
        """Return ``{"model": "levels", "code": ..., "skills": [{"code": ..., "threshold": ...}]}``."""
        skills = [{"code": skill.code, "threshold": skill.threshold} for skill in self.skills]
        return {"model": "levels", "code": self.code, "skills": skills}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "LevelStrand":
        """Build the ladder that ``to_document`` described; raises ``InvalidStructure``."""
        values = documents.mapping(document, "a strand", ("model", "code", "skills"))
        code = documents.text(values["code"], "the code of a strand")
        skills: list[LevelSkill] = []
        for rung in documents.sequence(values["skills"], f"'skills' of strand {code!r}"):
            skill = documents.mapping(rung, f"a micro-skill of strand {code!r}", ("code", "threshold"))
            name = documents.text(skill["code"], f"the code of a micro-skill of strand {code!r}")
            threshold = documents.number(skill["threshold"], f"the threshold of {name!r}")
            skills.append(LevelSkill(name, threshold))
        return cls(code, tuple(skills))


def normal_cdf(values: Floats) -> Floats:
    """Return Phi of each value; by ``erfc``, exact to the last digits in both tails."""
    flat = [0.5 * erfc(-value / sqrt(2.0)) for value in values.ravel().tolist()]
    return np.array(flat).reshape(values.shape)


def threshold_of_share(share: float) -> float:
    """Return the threshold of a micro-skill that this share of the people masters: -Phi^-1(share).

    Raises ``InvalidStructure`` for a share outside ]0, 1[.
    """
    if not 0.0 < share < 1.0:
        raise InvalidStructure(f"a share of {share} leaves no threshold")
    return -NormalDist().inv_cdf(share)


def thresholds(levels: Sequence[int], highest_level: int) -> tuple[float, ...]:
    """Return the first thresholds of a ladder whose rungs have these levels, easiest rung first.

    Alone at its level l of L, a rung is at -1.6 + 3.2 (l - 1)/(L - 1).  Rungs that share a level are spread
    evenly over its band, which ends half-way to the next level (and at the level itself at both ends of the
    range), so that thresholds rise strictly.  With a single level, the rungs share the whole range.

    Raises ``InvalidStructure`` for a level outside 1..``highest_level`` or levels that fall.
    """
    if any(not 1 <= level <= highest_level for level in levels):
        raise InvalidStructure(f"levels {list(levels)} are not all in 1..{highest_level}")
    if any(upper < lower for lower, upper in pairwise(levels)):
        raise InvalidStructure(f"levels {list(levels)} fall along the ladder")
    spread: list[float] = []
    for level in sorted(set(levels)):
        spread.extend(_within_level(level, levels.count(level), highest_level))
    return tuple(spread)


def _within_level(level: int, count: int, highest_level: int) -> list[float]:
    """Return the positions of ``count`` rungs that share one level."""
    width = HIGHEST_THRESHOLD - LOWEST_THRESHOLD
    if highest_level == 1:
        return [LOWEST_THRESHOLD + width * (i + 0.5) / count for i in range(count)]
    step = width / (highest_level - 1)
    centre = LOWEST_THRESHOLD + step * (level - 1)
    if level == 1:
        return [centre + 0.5 * step * i / count for i in range(count)]
    if level == highest_level:
        return [centre - 0.5 * step * (count - 1 - i) / count for i in range(count)]
    return [centre + step * ((i + 0.5) / count - 0.5) for i in range(count)]
