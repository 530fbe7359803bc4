"""What the planner is asked: micro-skills as they are believed to be, what teaches them, goals, and limits.

Minutes are minutes of the learner's life. Days are counted from the first day of the pathway, as fractions: a session
on the third day at noon is at 2.5.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from pathways.learning.planner.errors import InvalidProblem

MINUTES_A_DAY = 1440.0
MOST_QUESTIONS = 8
"""About one micro-skill: what follows each answer is gone through."""
UNTAUGHT = math.inf
"""Minutes of what nobody teaches, or of a check that no question makes."""


@dataclass(frozen=True, slots=True)
class Skill:
    """A micro-skill, as it is believed to be mastered by one learner."""

    code: str
    mastery: float
    """P(mastered)."""
    learn: float
    """Minutes of the best way to learn it alone, the check that follows included, gone through once; ``UNTAUGHT`` where
    there is none.
    """
    check: float = UNTAUGHT
    """Minutes of one question about it; ``UNTAUGHT`` where none can be asked."""
    slip: float = 0.1
    """P(not right | mastered), *I don't know* included."""
    guess: float = 0.25
    """P(right | not mastered)."""
    requires: tuple[tuple[str, ...], ...] = ()
    """AND of OR groups of micro-skills."""
    strand: str = ""
    """The ladder it stands on: in one ladder, who masters a rung masters those below."""
    questions: int = 2
    """That can be asked about it, one after the other."""
    chance: float = 1.0
    """P(learnt) each time that it is gone through."""
    weight: float = 1.0
    """What a minute of handling it counts in the choice. What it takes of the learner's time is not weighed."""
    doubt: float = 1.0
    """By what the minutes are multiplied that a hole costs: more for who has nobody to help over it."""

    def learning(self, mastery: float) -> float:
        """Expected minutes of learning it alone until it is there: who masters it goes through it once, who does not,
        again until it is learnt.
        """
        return self.learn * (mastery + (1.0 - mastery) / self.chance)


@dataclass(frozen=True, slots=True)
class Means:
    """What teaches several micro-skills at once, or on a date: a workshop session, a meeting, a course."""

    code: str
    teaches: frozenset[str]
    minutes: float
    """The whole of it, the way there and back included: taken once, however much of it is new."""
    day: float | None = None
    """When it begins; ``None`` for what can be taken at any time."""
    chance: float = 1.0
    """P(learnt) of each micro-skill that was missing. What was not learnt there is learnt alone afterwards."""
    weight: float = 1.0
    """What a minute of it counts in the choice. What it takes of the learner's time is not weighed."""

    @property
    def counted(self) -> float:
        """Its minutes, weighed."""
        return self.weight * self.minutes


@dataclass(frozen=True, slots=True)
class Limits:
    minutes_a_week: float | None = None
    days: float | None = None
    """The deadline."""

    @property
    def budget(self) -> float | None:
        """Minutes in all; ``None`` without a deadline or without a limit a week."""
        if self.minutes_a_week is None or self.days is None:
            return None
        return self.minutes_a_week * self.days / 7.0

    def until(self, day: float) -> float:
        """Minutes that the learner has before a day."""
        return math.inf if self.minutes_a_week is None else self.minutes_a_week * max(day, 0.0) / 7.0


@dataclass(frozen=True)
class Problem:
    """One learner, one framework. Raises ``InvalidProblem``, which names the code, for what cannot be planned."""

    skills: Mapping[str, Skill]
    values: Mapping[str, float]
    """What each wanted micro-skill is worth; all of them are to be reached unless a budget forbids it."""
    means: tuple[Means, ...] = ()
    limits: Limits = field(default_factory=Limits)
    kept: frozenset[str] = frozenset()
    """Micro-skills and means that somebody locked: the former are handled, whatever is believed of them, the latter
    taken, even where a goal is lost by it.
    """

    checked: frozenset[str] = frozenset()
    """Micro-skills of which the learner says that they know or have learnt them: a question comes before anything
    else, if they are needed and one can be asked.
    """

    def __post_init__(self) -> None:
        for code, skill in self.skills.items():
            _check_skill(code, skill, self.skills)
        for code, value in self.values.items():
            if code not in self.skills:
                raise InvalidProblem(f"the goal {code!r} is no micro-skill")
            if not (math.isfinite(value) and value > 0.0):
                raise InvalidProblem(f"the value of {code!r} must be a number above zero, not {value}")
        names: set[str] = set()
        for means in self.means:
            _check_means(means, self.skills)
            if means.code in names:
                raise InvalidProblem(f"the means {means.code!r} is there twice")
            names.add(means.code)
        for number in (self.limits.minutes_a_week, self.limits.days):
            if number is not None and not (math.isfinite(number) and number >= 0.0):
                raise InvalidProblem(f"a limit must be a number from zero on, not {number}")
        for code in sorted(self.kept - names - set(self.skills)):
            raise InvalidProblem(f"{code!r} is kept, and is neither a micro-skill nor a means")
        self.order  # noqa: B018  (raises for a circle)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All codes, each after everything that may be required for it; ties as ``skills`` has them."""
        graph = {code: [one for group in skill.requires for one in group] for code, skill in self.skills.items()}
        try:
            return tuple(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise InvalidProblem(f"prerequisites go round in a circle: {' -> '.join(error.args[1])}") from None

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The goals, what is kept, and whatever may be required for them, in order: nothing else can be in a plan."""
        wanted = {*self.values, *(self.kept & self.skills.keys())}
        for means in self.means:
            if means.code in self.kept:
                wanted |= means.teaches
        for code in reversed(self.order):
            if code in wanted:
                wanted.update(one for group in self.skills[code].requires for one in group)
        return tuple(code for code in self.order if code in wanted)

    @cached_property
    def is_conjunctive(self) -> bool:
        """Whether no needed micro-skill leaves a choice between prerequisites."""
        return all(len(group) == 1 for code in self.needed for group in self.skills[code].requires)

    def shortest(self) -> Mapping[str, float]:
        """Minutes until each needed micro-skill, if it is missing, is learnt: alone, or as its share of what teaches
        several at once; 0 for what nothing teaches.
        """
        return self._shortest

    def dependants(self) -> Mapping[str, float]:
        """Minutes of learning that are to be expected of all needed micro-skills which stand on each needed one,
        however far above it: what is mastered already did not need it.
        """
        return self._dependants

    @cached_property
    def _shortest(self) -> Mapping[str, float]:
        found = {code: self.skills[code].learning(0.0) for code in self.needed}
        for means in self.means:
            for code in means.teaches & found.keys():
                found[code] = min(found[code], means.minutes / len(means.teaches) / means.chance)
        return {code: minutes if math.isfinite(minutes) else 0.0 for code, minutes in found.items()}

    @cached_property
    def _dependants(self) -> Mapping[str, float]:
        above: dict[str, set[str]] = {code: set() for code in self.needed}
        for code in reversed(self.needed):
            for group in self.skills[code].requires:
                for one in group:
                    above[one] |= {code, *above[code]}
        minutes = {code: shortest * (1.0 - self.skills[code].mastery) for code, shortest in self.shortest().items()}
        return {code: sum(minutes[one] for one in sorted(ones)) for code, ones in above.items()}


def _check_skill(code: str, skill: Skill, known: Collection[str]) -> None:
    if skill.code != code:
        raise InvalidProblem(f"the micro-skill {skill.code!r} stands under {code!r}")
    for name in ("mastery", "slip", "guess"):
        if not 0.0 <= getattr(skill, name) <= 1.0:
            raise InvalidProblem(f"{name} of {code!r} is no probability: {getattr(skill, name)}")
    for name in ("learn", "check"):
        if not getattr(skill, name) >= 0.0:
            raise InvalidProblem(f"the minutes to {name} {code!r} must be from zero on, not {getattr(skill, name)}")
    if not 0.0 < skill.chance <= 1.0:
        raise InvalidProblem(f"the chance to learn {code!r} must be above zero and at most one, not {skill.chance}")
    for name in ("weight", "doubt"):
        if not (math.isfinite(getattr(skill, name)) and getattr(skill, name) > 0.0):
            raise InvalidProblem(f"the {name} of {code!r} must be a number above zero, not {getattr(skill, name)}")
    if not 0 <= skill.questions <= MOST_QUESTIONS:
        raise InvalidProblem(f"{code!r} cannot be asked about {skill.questions} times")
    _check_groups(code, skill, known)


def _check_groups(code: str, skill: Skill, known: Collection[str]) -> None:
    for group in skill.requires:
        if not group:
            raise InvalidProblem(f"{code!r} has an empty group of prerequisites")
        for one in group:
            if one not in known:
                raise InvalidProblem(f"{code!r} requires {one!r}, which is no micro-skill")


def _check_means(means: Means, known: Collection[str]) -> None:
    if not means.teaches:
        raise InvalidProblem(f"the means {means.code!r} teaches nothing")
    for one in means.teaches:
        if one not in known:
            raise InvalidProblem(f"the means {means.code!r} teaches {one!r}, which is no micro-skill")
    if not (math.isfinite(means.minutes) and means.minutes >= 0.0):
        raise InvalidProblem(f"the means {means.code!r} must last a number of minutes, not {means.minutes}")
    if not (math.isfinite(means.weight) and means.weight > 0.0):
        raise InvalidProblem(f"the weight of {means.code!r} must be a number above zero, not {means.weight}")
    if not 0.0 < means.chance <= 1.0:
        raise InvalidProblem(f"the means {means.code!r} must teach with a chance from zero to one, not {means.chance}")
    if means.day is not None and not math.isfinite(means.day):
        raise InvalidProblem(f"the means {means.code!r} is on no day: {means.day}")
