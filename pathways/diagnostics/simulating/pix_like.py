"""A rule like that of Pix campaigns, to hold the engine against: hard inference and a stop rule of its own.

After a right answer the micro-skill and all easier undecided ones of its strand are mastered; after any other (partly
right is not right), it and
all harder undecided ones are not; nothing is revised. The level of the learner is the value of .5, 1, ..., 7.5 where
the answers lie nearest to what a logistic curve expects, with two fictitious ones (level 0 right, level 7 wrong). The
next micro-skill is that from which most would be decided; nothing more than two levels above the learner is asked. It
ends when nothing is left to ask, and what is undecided then counts as not mastered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from pathways.diagnostics.engine import Compiled, Outcome, Stop
from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.belief import DECIMALS
from pathways.diagnostics.simulating.policies import Answers, Asking, Step, chance
from pathways.diagnostics.simulating.stops import Stops

LEARNER_LEVELS: Final = np.arange(0.5, 7.75, 0.5)
FIRST_LEVEL: Final = 2.0
HIGHEST_LEVEL: Final = 8.0
EASY_STRAND: Final = 3.0
TOO_HARD: Final = 2.0
FICTITIOUS: Final = ((0.0, True), (7.0, False))
UNDECIDED, MASTERED, NOT_MASTERED = 0, 1, -1


def pix_levels(levels: Mapping[str, float]) -> dict[str, float]:
    """Return the levels of the bank as the rule knows them, up to 8: a longer scale is drawn together to 1..8."""
    low, high = min(levels.values()), max(levels.values())
    if high <= HIGHEST_LEVEL:
        return dict(levels)
    return {code: 1.0 + (HIGHEST_LEVEL - 1.0) * (level - low) / (high - low) for code, level in levels.items()}


@dataclass(frozen=True)
class PixLike:
    """The rule on one bank. ``levels``: of each micro-skill, as :func:`pix_levels` gives them. Of ``stops``, only the
    most questions and the most time hold here.
    """

    compiled: Compiled
    levels: Mapping[str, float]
    stops: Stops
    seed: int

    def open(self, learner: str) -> Asking:
        return _Sitting(self, chance(self.seed, "pix-like", learner))

    @cached_property
    def level(self) -> Floats:
        """Level of each micro-skill, [S]."""
        return np.array([self.levels[code] for code in self.compiled.skill_codes])

    @cached_property
    def strand(self) -> Integers:
        """Strand of each micro-skill, [S]. Its rungs lie side by side, easiest first."""
        strands = self.compiled.structure.strands
        return np.repeat(np.arange(len(strands)), [len(strand.skill_codes) for strand in strands])

    @cached_property
    def easy(self) -> Booleans:
        """Whether a micro-skill is of a strand whose top level is 3 or less, [S]."""
        top = np.zeros(int(self.strand[-1]) + 1)
        np.maximum.at(top, self.strand, self.level)
        return (top <= EASY_STRAND)[self.strand]

    @cached_property
    def skill_of(self) -> dict[str, int]:
        """Micro-skill of each item: the first, where it needs several."""
        return {item.code: self.compiled.skill_index[item.skill] for item in self.compiled.structure.items}


class _Sitting:
    """What the rule holds of one learner."""

    def __init__(self, rule: PixLike, rng: np.random.Generator) -> None:
        self._rule = rule
        self._rng = rng
        self._settled = np.zeros(len(rule.level), dtype=np.int8)
        self._taken = 0

    def step(self, answers: Answers, candidates: Collection[str], seconds: float) -> Step:
        for item, outcome in answers[self._taken :]:
            self._settle(self._rule.skill_of[item], right=outcome == Outcome.CORRECT)
        self._taken = len(answers)
        mastery = (self._settled == MASTERED).astype(np.float64)
        skill = self._next(answers, candidates)
        if skill is None:
            stopped = Stop.NOTHING_TO_GAIN if (self._settled == UNDECIDED).any() else Stop.ALL_DECIDED
            return Step(None, stopped.value, mastery)
        if self._rule.stops.limited(len(answers), seconds):
            return Step(None, Stop.LONGEST.value, mastery)
        items = sorted(item for item in candidates if self._rule.skill_of[item] == skill)
        return Step(items[int(self._rng.integers(len(items)))], None, mastery)

    def _settle(self, skill: int, *, right: bool) -> None:
        place = np.arange(len(self._settled))
        reached = (place <= skill) if right else (place >= skill)
        told = reached & (self._rule.strand == self._rule.strand[skill]) & (self._settled == UNDECIDED)
        self._settled[told] = MASTERED if right else NOT_MASTERED

    def _next(self, answers: Answers, candidates: Collection[str]) -> int | None:
        """The micro-skill to ask about, or none where no candidate is left."""
        level = self._rule.level
        open_ = np.zeros(len(level), dtype=np.bool_)
        open_[[self._rule.skill_of[item] for item in candidates]] = True
        open_ &= self._settled == UNDECIDED
        if (open_ & self._rule.easy).any():
            open_ &= self._rule.easy
        if not open_.any():
            return None
        learner = learner_level([(level[self._rule.skill_of[item]], said == Outcome.CORRECT) for item, said in answers])
        if answers:
            open_ &= level - learner <= TOO_HARD
        else:
            second = open_ & (level == FIRST_LEVEL)
            open_ = second if second.any() else open_ & (level == level[open_].min())
        if not open_.any():
            return None
        worth = np.where(open_, self._worth(learner), -1.0)
        best = np.flatnonzero(worth == worth.max())
        return int(best[self._rng.integers(len(best))])

    def _worth(self, learner: float) -> Floats:
        """How many micro-skills an answer is expected to decide, [S]."""
        strand, undecided = self._rule.strand, (self._settled == UNDECIDED).astype(np.float64)
        up_to = np.cumsum(undecided)
        first = np.searchsorted(strand, strand, side="left")
        last = np.searchsorted(strand, strand, side="right") - 1
        before = up_to[first] - undecided[first]
        easier, harder = up_to - before, up_to[last] - up_to + undecided
        right = 1.0 / (1.0 + np.exp(self._rule.level - learner))
        worth: Floats = (right * easier + (1.0 - right) * harder).round(DECIMALS)
        return worth


def learner_level(answers: Sequence[tuple[float, bool]]) -> float:
    """Return the level of a learner from answers (level of the micro-skill, whether right); 2 before any."""
    if not answers:
        return FIRST_LEVEL
    levels, right = (np.array(column, dtype=np.float64) for column in zip(*answers, *FICTITIOUS, strict=True))
    expected = 1.0 / (1.0 + np.exp(levels - LEARNER_LEVELS[:, None]))
    return float(LEARNER_LEVELS[np.abs((right - expected).sum(axis=1)).round(DECIMALS).argmin()])
