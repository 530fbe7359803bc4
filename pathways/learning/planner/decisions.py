"""Skip, check or learn: what is done about one micro-skill that is needed, by the least expected minutes.

With p = P(mastered), t minutes of a lesson and of the question after it, l = P(learnt) by a lesson, c minutes of a
question with slip s and guess g, and R the minutes that are lost if a hole is found later:

    skip    (1 - p) R
    check   c + [p s + (1 - p) (1 - g) / l] t + (1 - p) g R
    learn   [p + (1 - p) / l] t

A lesson is repeated until it has taught: 1 / l times on average where the micro-skill is missing, once where it is
there. What a session or another means has not taught (with its own l) is learnt alone afterwards.

If more than one question can be asked, what follows an answer is decided in the same way, with one question less and
with p as the answer leaves it: a wrong answer need not lead to learning, nor a right one to trust. Asking is then worth
more, and learns and skips less.

R is what the hole costs when it shows: the learning itself, as much again for what failed because of it, and half of
the learning that stands on it, as far as it is still to be done, R = 2 t / l + (sum of (1 - p) t / l above) / 2. With
R = t / l alone a goal on which nothing stands would never be taught: to skip it would always cost less than to learn
it.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace

from pathways.learning.planner.problem import Means, Problem, Skill

KNOWN = 0.5
"""What is likelier missing than mastered is never skipped, however short it is."""


class Decision(enum.StrEnum):
    SKIP = "skip"
    CHECK = "check"
    LEARN = "learn"


@dataclass(frozen=True, slots=True)
class Costs:
    """Expected minutes of each way to deal with one micro-skill; infinite where it is no way."""

    skip: float
    check: float
    learn: float
    missing: float = 0.0
    """Of learning it alone, times how likely it is missing: what follows where something else has failed to teach it.
    """

    weight: float = 1.0
    """What a minute of handling it counts in the choice."""

    def by(self, means: Means) -> float:
        """What is still to be expected after means that teach it with others, beside the minutes of the whole."""
        return (1.0 - means.chance) * self.missing

    def counted_by(self, means: Means) -> float:
        """The same, weighed."""
        return self.weight * self.by(means)

    @property
    def handle(self) -> float:
        """The better of check and learn."""
        return min(self.check, self.learn)

    @property
    def counted(self) -> float:
        """The same, weighed."""
        return self.weight * self.handle

    @property
    def handling(self) -> Decision:
        """What is done about it, if it is not skipped; of equals the shorter worry, to learn."""
        return Decision.CHECK if self.check < self.learn else Decision.LEARN

    @property
    def is_skipped(self) -> bool:
        """Whether it is least to take it as mastered."""
        return self.skip < self.handle


def regret(learn: float, above: float) -> float:
    """Minutes lost if a micro-skill is taken as mastered and is not: ``learn`` minutes would have taught it, and
    ``above`` minutes of learning stand on it.
    """
    return 2.0 * learn + 0.5 * above


def hole(problem: Problem, code: str) -> float:
    """Minutes lost by a needed micro-skill that is taken as mastered and is not, as the choice counts them."""
    return problem.skills[code].doubt * regret(problem.shortest()[code], problem.dependants()[code])


def costs(skill: Skill, lost: float) -> Costs:
    """Expected minutes of each way; ``lost`` is :func:`hole`. What cannot be learnt alone is not checked:
    a failed question would lead nowhere.
    """
    check = math.inf
    if skill.questions and math.isfinite(skill.check) and math.isfinite(skill.learn):
        check = asking(skill, lost, skill.mastery, skill.questions)
    learn = skill.learning(skill.mastery)
    return Costs(skip=_skipping(lost, skill.mastery), check=check, learn=learn, weight=skill.weight)


def asking(skill: Skill, lost: float, mastery: float, questions: int) -> float:
    """Expected minutes of a question and of what follows it, when ``questions`` of them can be asked."""
    right, after_right, after_wrong = answered(skill, mastery)
    if questions > 1:
        passed, failed = (least(skill, lost, after, questions - 1)[1] for after in (after_right, after_wrong))
    else:
        passed, failed = (1.0 - after_right) * lost, skill.learning(after_wrong)
    return skill.check + right * passed + (1.0 - right) * failed


def least(skill: Skill, lost: float, mastery: float, questions: int) -> tuple[Decision, float]:
    """What is best done at some mastery, with so many questions left, and its expected minutes."""
    check = asking(skill, lost, mastery, questions) if questions else math.inf
    ways = (
        (Decision.SKIP, _skipping(lost, mastery)),
        (Decision.LEARN, skill.learning(mastery)),
        (Decision.CHECK, check),
    )
    return min(ways, key=lambda one: one[1])


def answered(skill: Skill, mastery: float) -> tuple[float, float, float]:
    """``(P(right), mastery after a right answer, after any other)``."""
    right = mastery * (1.0 - skill.slip) + (1.0 - mastery) * skill.guess
    wrong = 1.0 - right
    after_right = mastery * (1.0 - skill.slip) / right if right > 0.0 else mastery
    return right, after_right, mastery * skill.slip / wrong if wrong > 0.0 else mastery


def _skipping(lost: float, mastery: float) -> float:
    return (1.0 - mastery) * lost if mastery >= KNOWN else math.inf


def all_costs(problem: Problem) -> dict[str, Costs]:
    """Of every needed micro-skill."""
    shortest = problem.shortest()
    found = {code: costs(problem.skills[code], hole(problem, code)) for code in problem.needed}
    for code in problem.checked & found.keys():
        if math.isfinite(found[code].check):
            found[code] = replace(found[code], skip=math.inf, learn=math.inf)
    return {
        code: replace(one, missing=(1.0 - problem.skills[code].mastery) * shortest[code]) for code, one in found.items()
    }
