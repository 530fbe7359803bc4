"""From a choice to steps in order: what is done alone, around what has a date.

What is done alone goes by value and minutes (:mod:`order`), unless something with a date would then come too early for
its ground; what stands on something with a date waits for it.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from pathways.learning.planner import asking, order
from pathways.learning.planner.choice import Choice, Way
from pathways.learning.planner.decisions import Decision
from pathways.learning.planner.order import Job
from pathways.learning.planner.problem import Means, Problem
from pathways.learning.planner.profiles import Profiles

USUAL_WEEK = 120.0
"""Minutes a week that are assumed where nobody said how many: only to tell what comes before a date."""
SLACK = 0.5
"""Minutes that rounding may take: choices count in hundredths."""


class Kind(enum.StrEnum):
    LEARN = "learn"
    CHECK = "check"
    ATTEND = "attend"


@dataclass(frozen=True, slots=True)
class Step:
    kind: Kind
    skills: tuple[str, ...]
    means: str | None
    """What teaches them together; ``None`` for what is done alone."""
    minutes: float
    """Expected."""
    day: float | None
    """When it begins; ``None`` for what can be done at any time."""
    after: tuple[int, ...]
    """Places of the steps that it waits for."""
    needed_for: tuple[str, ...]
    """The goals that stand on it; itself, where it is one."""

    @property
    def key(self) -> str:
        """What it is, whatever its place: a step of an earlier plan that has this key is the same one."""
        return f"{self.means}" if self.means is not None else self.skills[0]


@dataclass(frozen=True, slots=True)
class Placed:
    steps: tuple[Step, ...]
    cost: float
    least: float

    @property
    def order_gap(self) -> float:
        """By which share a better order might cost less, at most; 0 when it is proven best."""
        missing = self.cost - self.least
        return 0.0 if missing <= 1e-9 * max(self.cost, 1.0) else missing / self.cost


@dataclass(slots=True)
class _Plan:
    """What the parts of placing share: who waits for whom, by job; a dated means is a job that time alone does."""

    problem: Problem
    jobs: dict[str, Job]
    dated: list[Means]
    optional: dict[str, tuple[str, ...]]
    holds: dict[str, tuple[str, ...]]
    """The micro-skills of each job."""


def place(
    problem: Problem,
    choice: Choice,
    first: Sequence[str] = (),
    profiles: Profiles | None = None,
    *,
    before: Placed | None = None,
) -> Placed:
    """The steps of a choice in order. ``first``: keys that come before all others, in this order, as far as their
    prerequisites let them: what somebody locked. With ``profiles``, the question that saves most comes next; what the
    order costs is told without it, since it is there to save more than it delays. ``before``: an order that is kept.
    """
    plan = _jobs(problem, choice)
    dates = _dates(plan)
    fixed = {one.code for one in plan.dated}
    alone = [job for job in plan.jobs.values() if job.code not in fixed]
    ordered, least = _ordered(plan, _without(alone, fixed)) if before is None else (_as_before(before, alone), 0.0)
    codes = _around_dates(plan, dates, _forward(plan, first, ordered))
    cost = order.cost_of([code for code in codes if code not in fixed], alone)
    if before is not None:
        least = cost * (1.0 - before.order_gap)
    question = None if profiles is None else _question_first(plan, choice, profiles)
    if question is not None:
        codes = _around_dates(plan, dates, _forward(plan, [*first, question], ordered))
    return Placed(_steps(plan, choice, codes), cost, min(cost, least))


def _ordered(plan: _Plan, alone: Sequence[Job]) -> tuple[Sequence[str], float]:
    """``(what is done alone in its best order, what no order costs less than)``."""
    found = order.arrange(alone)
    return found.codes, min(found.least, order.bound(alone, plan.optional)) if plan.optional else found.least


def _as_before(before: Placed, alone: Sequence[Job]) -> list[str]:
    """The order of before; what is new comes last, or where something waits for it."""
    there = {job.code: None for job in alone}
    kept = [step.key for step in before.steps if step.key in there]
    return [*kept, *(code for code in there if code not in set(kept))]


def _question_first(plan: _Plan, choice: Choice, profiles: Profiles) -> str | None:
    """The question that saves most, if any. It waits for no other question: whoever knows the answer is spared both.
    Nobody is asked about what stands on something that is still to be learnt.
    """

    def is_question(code: str) -> bool:
        return code in choice.ways and choice.ways[code].decision is Decision.CHECK

    candidates = [code for code in plan.jobs if all(map(is_question, (code, *_under(plan, code))))]
    best = asking.most_saving(plan.problem, choice, candidates, profiles)
    if best is None:
        return None
    spared = plan.jobs[best].after
    plan.jobs[best] = replace(plan.jobs[best], after=())
    for code, job in plan.jobs.items():
        if best in job.after:
            plan.jobs[code] = replace(job, after=tuple(dict.fromkeys([*job.after, *spared])))
    return best


def _jobs(problem: Problem, choice: Choice) -> _Plan:
    means = {one.code: one for one in problem.means}
    attended = [means[code] for code in choice.attended]
    job_of = {code: way.means or code for code, way in choice.ways.items() if way.decision is not Decision.SKIP}
    jobs: dict[str, Job] = {}
    optional: dict[str, tuple[str, ...]] = {}
    holds: dict[str, tuple[str, ...]] = {}
    for code in problem.needed:  # prerequisites first, so that each job comes after those it waits for
        if code in job_of:
            holds[job_of[code]] = (*holds.get(job_of[code], ()), code)
    waits = {name: _waits(problem, choice, job_of, codes, name) for name, codes in holds.items()}
    earlier: set[str] = set()
    for name in _sorted({name: after for name, (after, _) in waits.items()}, means):
        after, alternatives = waits[name]
        minutes = means[name].minutes if name in means else choice.costs[name].handle
        value = math.fsum(problem.values.get(code, 0.0) for code in holds[name])
        jobs[name] = Job(name, minutes, value, tuple(one for one in after if one in earlier))
        earlier.add(name)
        if alternatives:
            optional[name] = alternatives
    dated = sorted((one for one in attended if one.day is not None), key=lambda one: (one.day or 0.0, one.code))
    return _Plan(problem, jobs, [one for one in dated if one.code in jobs], optional, holds)


def _sorted(waits: Mapping[str, tuple[str, ...]], means: Collection[str]) -> list[str]:
    """Jobs so that each comes after those it waits for. What teaches several micro-skills at any time is begun before
    what lies between two of them: it then waits for nothing that waits for it.
    """
    graph = {name: list(after) for name, after in waits.items()}
    while True:
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle: list[str] = error.args[1]
            name, after = next(
                (later, earlier) for earlier, later in pairwise(circle) if later in means and earlier in graph[later]
            )
            graph[name].remove(after)


def _waits(
    problem: Problem, choice: Choice, job_of: Mapping[str, str], codes: Sequence[str], name: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """``(jobs to wait for, those among them that another one could stand in for)``."""
    after: dict[str, None] = {}
    alternatives: dict[str, None] = {}
    groups = {group: None for code in codes for group in problem.skills[code].requires}
    for group in sorted(groups, key=len):  # what is waited for in any case may stand in for others
        there = [one for one in group if one in choice.ways]
        if any(choice.ways[one].decision is Decision.SKIP or job_of[one] in {name, *after} for one in there):
            continue
        if there:
            earliest = job_of[min(there, key=lambda one: choice.by.get(one, 0))]
            after[earliest] = None
            if len({job_of[one] for one in there}) > 1:
                alternatives[earliest] = None
    return tuple(after), tuple(alternatives)


def _without(jobs: Sequence[Job], dated: set[str]) -> list[Job]:
    return [
        Job(one.code, one.minutes, one.value, tuple(code for code in one.after if code not in dated)) for one in jobs
    ]


def _forward(plan: _Plan, first: Sequence[str], codes: Sequence[str]) -> list[str]:
    """``codes`` with those of ``first`` at the head, each after what it waits for."""
    found: dict[str, None] = {}

    def put(code: str) -> None:
        if code in plan.jobs and code not in found:
            for one in plan.jobs[code].after:
                put(one)
            found[code] = None

    for code in [*first, *codes]:
        put(code)
    alone = set(codes)
    return [code for code in found if code in alone]


def _around_dates(plan: _Plan, dates: _Dates, codes: Sequence[str]) -> list[str]:
    """``codes`` and the dated means, as the days go: the first of ``codes`` that is ready and leaves enough time for
    all that is owed before a date; the most urgent one, where none does.
    """
    if not plan.dated:
        return list(codes)
    left, found, spent, at = list(codes), list[str](), 0.0, 0
    while left or at < len(plan.dated):
        owed = at < len(plan.dated) and any(dates.by[code] <= at for code in left)
        chosen = None
        if at == len(plan.dated) or owed or spent < dates.until[at]:
            ready = [code for code in left if all(one in found for one in plan.jobs[code].after)]
            chosen = next((code for code in ready if dates.allow(code, left, spent, at)), None)
            chosen = chosen or min(ready, key=dates.by.__getitem__, default=None)
            if chosen is not None and at < len(plan.dated) and not dates.allow(chosen, left, spent, at):
                chosen = chosen if dates.by[chosen] < len(plan.dated) else None
        if chosen is not None:
            found.append(chosen)
            left.remove(chosen)
            spent += plan.jobs[chosen].minutes
        elif at < len(plan.dated):
            found.append(plan.dated[at].code)
            spent = max(spent, dates.until[at]) + plan.dated[at].minutes
            at += 1
        else:
            raise RuntimeError("steps wait for one another")  # the graph has no circle, so one is always ready
    return found


@dataclass(frozen=True, slots=True)
class _Dates:
    """What dates ask of the order."""

    minutes: Mapping[str, float]
    """Of each job, dated ones as well."""
    dated: tuple[str, ...]
    until: tuple[float, ...]
    """Minutes that the learner has before each date."""
    by: Mapping[str, int]
    """Which date is the first that waits for each job; the number of dates, where none does."""

    def allow(self, code: str, left: Sequence[str], spent: float, at: int) -> bool:
        """Whether all that is owed before a date is still done in time when ``code`` is done now."""
        spent += self.minutes[code]
        for place in range(at, len(self.dated)):
            owed = [self.minutes[one] for one in left if self.by[one] <= place and one != code]
            if (owed or self.by[code] <= place) and spent + math.fsum(owed) > self.until[place] + SLACK:
                return False
            spent += self.minutes[self.dated[place]]
        return True


def _dates(plan: _Plan) -> _Dates:
    limits = plan.problem.limits
    weekly = USUAL_WEEK if limits.minutes_a_week is None else limits.minutes_a_week
    by = dict.fromkeys(plan.jobs, len(plan.dated))
    for place, means in reversed(list(enumerate(plan.dated))):
        by |= dict.fromkeys(_under(plan, means.code), place)
    return _Dates(
        minutes={code: job.minutes for code, job in plan.jobs.items()},
        dated=tuple(one.code for one in plan.dated),
        until=tuple(weekly * max(one.day or 0.0, 0.0) / 7.0 for one in plan.dated),
        by=by,
    )


def _under(plan: _Plan, code: str) -> frozenset[str]:
    """Everything that a job waits for, at any depth."""
    found: set[str] = set()
    stack = list(plan.jobs[code].after)
    while stack:
        one = stack.pop()
        if one not in found:
            found.add(one)
            stack += plan.jobs[one].after
    return frozenset(found)


def _steps(plan: _Plan, choice: Choice, codes: Sequence[str]) -> tuple[Step, ...]:
    places = {code: index for index, code in enumerate(codes)}
    goals = _goals(plan)
    days = {one.code: one.day for one in plan.dated}
    means = {one.code for one in plan.problem.means}
    return tuple(
        Step(
            kind=_kind(choice.ways[plan.holds[code][0]], is_means=code in means),
            skills=plan.holds[code],
            means=code if code in means else None,
            minutes=plan.jobs[code].minutes,
            day=days.get(code),
            after=tuple(sorted(places[one] for one in plan.jobs[code].after)),
            needed_for=tuple(one for one in plan.problem.values if one in goals[code]),
        )
        for code in codes
    )


def _kind(way: Way, *, is_means: bool) -> Kind:
    if is_means:
        return Kind.ATTEND
    return Kind.CHECK if way.decision is Decision.CHECK else Kind.LEARN


def _goals(plan: _Plan) -> dict[str, set[str]]:
    """The goals that stand on each job."""
    found = {name: {code for code in codes if code in plan.problem.values} for name, codes in plan.holds.items()}
    for name in reversed(list(plan.jobs)):
        for one in plan.jobs[name].after:
            found[one] |= found[name]
    return found
