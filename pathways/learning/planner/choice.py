"""Which micro-skills a pathway takes on, and by which way: the most valued goals that fit, at the least minutes.

What is done about each micro-skill that is needed comes first (:mod:`decisions`): taken as mastered, or handled. What
is taken as mastered needs no ground. Then the value of the goals that are reached, then the expected minutes. Both are
proven best, or the gap is told: by following prerequisites where nothing but closure counts (:mod:`closure`), else by
CP-SAT (:mod:`stages`). What nothing leads to is left out and named, never a reason to fail.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from pathways.learning.planner import closure, plainly, stages
from pathways.learning.planner.dates import Asked
from pathways.learning.planner.decisions import Costs, Decision, all_costs
from pathways.learning.planner.problem import Problem
from pathways.learning.planner.solver import NoSolution, OutOfTime
from pathways.learning.planner.stages import Found

SECONDS = 1.0
"""That a search may take, unless the caller says otherwise."""
LONGEST_SECONDS = 5.0
"""Where somebody locked a session, and nothing was found."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is done about one micro-skill."""

    decision: Decision
    means: str | None = None
    """What teaches it together with others; ``None`` where it is skipped, checked or learnt alone."""


@dataclass(frozen=True, slots=True)
class Choice:
    ways: Mapping[str, Way]
    """By micro-skill, prerequisites first."""
    attended: tuple[str, ...]
    """The means that are taken, dated ones first, by day."""
    minutes: float
    """Expected and weighed, each micro-skill taken by itself; what a whole profile says is in ``ranges``."""
    value: float
    most_value: float
    """No plan within these limits reaches goals of more value."""
    least_minutes: float
    """No plan of the same value takes fewer expected minutes."""
    unreachable: frozenset[str]
    """Goals that nothing leads to, whatever the time."""
    costs: Mapping[str, Costs]
    by: Mapping[str, int] = field(default_factory=dict)
    """Before which of the dates that could be kept each micro-skill is there, by number, as the search counted; of
    alternatives the earliest is the ground. What is not in here is there before all.
    """

    @property
    def is_proven(self) -> bool:
        return self.value_gap == 0.0 and self.minutes_gap == 0.0

    @property
    def value_gap(self) -> float:
        """How much more value there may be at most, as a share of what there is at most."""
        return 0.0 if self.most_value <= 0.0 else max(0.0, (self.most_value - self.value) / self.most_value)

    @property
    def minutes_gap(self) -> float:
        """How many of the minutes may be saved at most, as a share."""
        return 0.0 if self.minutes <= 0.0 else max(0.0, (self.minutes - self.least_minutes) / self.minutes)


def choose(problem: Problem, *, seconds: float = SECONDS, near: Mapping[str, Way] | None = None) -> Choice:
    """The best choice; ``near``: an earlier one, where the search begins."""
    asked = _asked(problem)
    if problem.is_conjunctive and not problem.means and problem.limits.budget is None:
        return _closed(asked)
    start = frozenset(near or plainly.found(asked).ways)
    try:
        found = stages.search(asked, seconds=seconds, near=start)
    except OutOfTime:
        if any(one.code in problem.kept for one in problem.means):  # what is locked cannot be left to plain ways
            found = stages.search(asked, seconds=LONGEST_SECONDS, near=start)
        else:
            found = plainly.found(asked)
    return _told(asked, found)


def better(problem: Problem, kept: Choice, minutes: float, *, seconds: float = SECONDS) -> Choice | None:
    """The best choice, if it reaches more value than ``kept``, or as much in under ``minutes``; ``None`` where it is
    proven that none does, which takes less time than to find the best of all. Where nothing but closure counts it is
    found in any case. Raises ``OutOfTime`` where neither is known.
    """
    asked = _asked(problem)
    if problem.is_conjunctive and not problem.means and problem.limits.budget is None:
        return _closed(asked)
    try:
        return _told(asked, stages.search(asked, seconds=seconds, above=(kept.ways.keys(), minutes)))
    except NoSolution:
        return None


def _asked(problem: Problem) -> Asked:
    costs = all_costs(problem)
    reachable, skipped = reach(problem, costs)
    wanted = [code for code in problem.needed if code in problem.values and code in reachable]
    return Asked(problem, costs, reachable, skipped, wanted)


def _closed(asked: Asked) -> Choice:
    """Where nothing but closure counts."""
    problem, costs, skipped = asked.problem, asked.costs, asked.skipped
    kept = [code for code in problem.kept if code in asked.reachable]
    handled = closure.under(problem, {*asked.wanted, *kept}, skipped)
    ways = {code: Way(Decision.SKIP if code in skipped else costs[code].handling) for code in handled}
    minutes = math.fsum(costs[code].skip if code in skipped else costs[code].counted for code in handled)
    value = math.fsum(problem.values[code] for code in asked.wanted)
    return Choice(ways, (), minutes, value, value, minutes, _unreachable(asked), costs)


def _told(asked: Asked, found: Found) -> Choice:
    problem = asked.problem
    return Choice(
        ways={code: Way(*found.ways[code]) for code in problem.needed if code in found.ways},
        attended=found.attended,
        minutes=found.minutes,
        value=math.fsum(problem.values[code] for code in found.reached),
        most_value=found.most_value,
        least_minutes=found.least,
        unreachable=_unreachable(asked),
        costs=asked.costs,
        by=found.by,
    )


def _unreachable(asked: Asked) -> frozenset[str]:
    return frozenset(asked.problem.values) - set(asked.wanted)


def reach(problem: Problem, costs: Mapping[str, Costs]) -> tuple[frozenset[str], frozenset[str]]:
    """``(the needed micro-skills that something leads to, those among them that are taken as mastered)``. What is kept
    is handled if it can be, whatever is believed of it.
    """
    taught = {code for means in problem.means for code in means.teaches}
    kept = problem.kept | {code for means in problem.means if means.code in problem.kept for code in means.teaches}
    found: set[str] = set()
    skipped: set[str] = set()
    for code in problem.needed:
        cost = costs[code]
        ground = all(any(one in found for one in group) for group in problem.skills[code].requires)
        can_handle = ground and (math.isfinite(cost.handle) or code in taught)
        if math.isfinite(cost.skip) and not (can_handle and (code in kept or not cost.is_skipped)):
            skipped.add(code)
        if code in skipped or can_handle:
            found.add(code)
    return frozenset(found), frozenset(skipped)
