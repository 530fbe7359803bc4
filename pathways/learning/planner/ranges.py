"""How long a pathway takes: mean and range, over what the learner may really master.

Each of N profiles drawn from the posterior is one person that the learner may be. For each, the steps are gone through
as they would be: a question that is passed takes away the later steps for the rungs below it, one that is failed adds
the learning. What a hole costs, where one is left, decides what is done and is not told: it may never show, and nobody
can put it in their week. A lesson that has not taught is gone
through again, until it has; what a session has not taught is learnt alone: the whole counts that, a step, gone through
once, does not. The minutes of each step are spread log-normally around what is expected, as reading and trying go
(sigma .35: a factor of .64 to 1.57 from the 10th to the 90th percentile).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathways.learning.planner.decisions import Decision, answered, hole, least
from pathways.learning.planner.placing import Kind, Step
from pathways.learning.planner.problem import Problem, Skill
from pathways.learning.planner.profiles import Profiles

Minutes: TypeAlias = NDArray[np.floating[Any]]

SIGMA = 0.35
LOW, HIGH = 10.0, 90.0


@dataclass(frozen=True, slots=True)
class Range:
    """Minutes."""

    mean: float
    low: float
    high: float


def of_plan(problem: Problem, steps: Sequence[Step], profiles: Profiles) -> tuple[Range, list[Range]]:
    """``(of the whole, of each step)``."""
    column = {code: index for index, code in enumerate(profiles.codes)}
    count = len(profiles.mastered)
    dice = np.random.default_rng(profiles.seed)
    noise = np.exp(dice.normal(-0.5 * SIGMA**2, SIGMA, size=(len(steps), count)))
    chances: dict[str | None, float] = {means.code: means.chance for means in problem.means}
    passed: dict[str, NDArray[np.bool_]] = {}
    spent = np.empty((len(steps), count))
    again = np.zeros(count)
    for place, step in enumerate(steps):
        if step.kind is Kind.ATTEND:
            spent[place] = step.minutes
            for code in step.skills:
                missed = dice.random(count) >= chances[step.means]
                again += problem.shortest()[code] * (missed & ~profiles.mastered[:, column[code]])
            continue
        [code] = step.skills
        skill = problem.skills[code]
        known = profiles.mastered[:, column[code]]
        lesson = skill.learn * noise[place]
        if step.kind is Kind.LEARN:
            minutes, taught = lesson, ~known
        else:
            ways = _Asked(skill, hole(problem, code), dice, known, lesson)
            minutes, right = ways.ask(skill.mastery, skill.questions, np.ones(count, dtype=np.bool_))
            taught = ways.taught & ~known
            for one in _below_on_strand(problem, code):
                passed[one] = passed.get(one, np.zeros(count, dtype=np.bool_)) | right
        if skill.chance < 1.0:
            again += lesson * taught * (dice.geometric(skill.chance, count) - 1)
        spent[place] = np.where(passed[code] & known, 0.0, minutes) if code in passed else minutes
    total = spent.sum(axis=0) + again
    return _ranges(total[None])[0], _ranges(spent)


@dataclass(frozen=True, eq=False, slots=True)
class _Asked:
    """A check as it goes in each of N profiles: answers fall, and what follows each is what costs least."""

    skill: Skill
    hole: float
    dice: np.random.Generator
    known: NDArray[np.bool_]
    learning: Minutes
    """Of one lesson."""
    taught: NDArray[np.bool_] = field(init=False)
    """Whether it ended with the lesson, once asked."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "taught", np.zeros(len(self.known), dtype=np.bool_))

    def ask(self, mastery: float, questions: int, there: NDArray[np.bool_]) -> tuple[Minutes, NDArray[np.bool_]]:
        """``(minutes, whether it ended with a right answer)``, 0 and no where a profile is not ``there``."""
        chance = np.where(self.known, 1.0 - self.skill.slip, self.skill.guess)
        right = there & (self.dice.random(len(there)) < chance)
        _, after_right, after_wrong = answered(self.skill, mastery)
        passed, its_end = self._go_on(after_right, questions - 1, right, Decision.SKIP)
        failed, other_end = self._go_on(after_wrong, questions - 1, there & ~right, Decision.LEARN)
        minutes = np.add(passed, failed)
        minutes[there] += self.skill.check
        return minutes, its_end | other_end

    def _go_on(
        self, mastery: float, questions: int, there: NDArray[np.bool_], last: Decision
    ) -> tuple[Minutes, NDArray[np.bool_]]:
        then = least(self.skill, self.hole, mastery, questions)[0] if questions else last
        if then is Decision.CHECK:
            return self.ask(mastery, questions, there)
        if then is Decision.LEARN:
            self.taught[there] = True
            return self.learning * there, np.zeros(len(there), dtype=np.bool_)
        return np.zeros(len(there)), there


def _below_on_strand(problem: Problem, code: str) -> list[str]:
    """The rungs under a micro-skill, on its own ladder."""
    strand, found = problem.skills[code].strand, list[str]()
    stack = [code] if strand else []
    while stack:
        required = [one for group in problem.skills[stack.pop()].requires for one in group]
        fresh = [one for one in required if problem.skills[one].strand == strand and one not in found]
        found += fresh
        stack += fresh
    return found


def _ranges(minutes: Minutes) -> list[Range]:
    """Of each row."""
    low, high = np.percentile(minutes, [LOW, HIGH], axis=1)
    return [Range(*map(float, one)) for one in zip(minutes.mean(axis=1), low, high, strict=True)]
