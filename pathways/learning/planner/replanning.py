"""A pathway after an answer, a session, a step that is done: as it was, unless another one is worth the change.

The choice of before is kept where no other one can save more than a threshold. That is often known without a search:
no choice costs less today than the least of before, less what the costs of all micro-skills have fallen since.
Otherwise a search begins from the choice of before, and its result is taken where it reaches more, or saves more than
the threshold. What is kept without a search hands on that lower bound, so that many small changes come to a search.
What is kept keeps its order, too.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pathways.learning.planner import choice as choosing
from pathways.learning.planner import planning
from pathways.learning.planner.choice import Choice, Way
from pathways.learning.planner.decisions import Costs, Decision, all_costs
from pathways.learning.planner.planning import Plan
from pathways.learning.planner.problem import Limits, Means, Problem
from pathways.learning.planner.profiles import Profiles
from pathways.learning.planner.solver import OutOfTime

THRESHOLD_MINUTES, THRESHOLD_SHARE = 10.0, 0.1
"""Another pathway must save both: who has begun to trust a plan does not leave it for less."""


SLACK = 0.5
"""Minutes that rounding may take: choices count in hundredths."""


class Change(enum.StrEnum):
    """Why a pathway is what it is now."""

    SAME = "same"
    """The choice of before, with the steps that its answers took away or turned into others."""
    REACHES_MORE = "reaches_more"
    SAVES = "saves"
    MUST = "must"
    """What the choice of before stood on is no longer there: a session that is over, a step that was refused."""


@dataclass(frozen=True, slots=True)
class Replanned:
    plan: Plan
    change: Change
    saved: float
    """Expected minutes that the new choice saves; 0 where nothing changed."""
    searched: bool
    """Whether a search was needed to know."""
    come: tuple[str, ...]
    """Keys of steps that are new."""
    gone: tuple[str, ...]


def replan(
    former: Plan,
    problem: Problem,
    profiles: Profiles | None = None,
    *,
    seconds: float = choosing.SECONDS,
    first: Sequence[str] = (),
) -> Replanned:
    """The plan of today for ``problem``, which holds what is believed, what is there, and what is wanted today."""
    costs = all_costs(problem)
    kept = _again(former.choice, problem, costs)
    if kept is not None and _reaches_all(kept, problem):
        least = _least_today(former, kept, problem, costs)
        kept = replace(kept, least_minutes=min(least, kept.minutes), most_value=kept.value)
        if kept.minutes - least <= _worth_changing(kept):
            plan = planning.from_choice(problem, kept, profiles, first=first, before=former)
            return _told(former, plan, Change.SAME)
    best = _searched(former, kept, problem, seconds)
    change, saved = _worth(kept, best)
    same = former if change is Change.SAME else None
    plan = planning.from_choice(problem, best, profiles, first=first, before=same)
    return _told(former, plan, change, saved=saved, searched=True)


def _searched(former: Plan, kept: Choice | None, problem: Problem, seconds: float) -> Choice:
    """The choice of today: of before, with what is known of others, unless one is worth the change."""
    if kept is None:
        return choosing.choose(problem, seconds=seconds, near=former.choice.ways)
    least = kept.minutes - _worth_changing(kept)
    try:
        if problem.means:  # many ways to be a bit better: there the choice of before leads sooner to the best
            best = choosing.choose(problem, seconds=seconds, near=former.choice.ways)
        else:
            best = choosing.better(problem, kept, least + SLACK, seconds=seconds)
    except OutOfTime:
        most = math.fsum(value for code, value in problem.values.items() if code not in kept.unreachable)
        return replace(kept, least_minutes=0.0, most_value=most)
    if best is None:
        return replace(kept, least_minutes=max(0.0, min(least, kept.minutes)), most_value=kept.value)
    if _worth(kept, best)[0] is Change.SAME:
        return replace(kept, least_minutes=min(best.least_minutes, kept.minutes), most_value=best.most_value)
    return best


def _reaches_all(kept: Choice, problem: Problem) -> bool:
    return all(code in kept.ways for code in problem.values if code not in kept.unreachable)


def _worth_changing(kept: Choice) -> float:
    """Minutes that another choice must save to be worth the change."""
    return max(THRESHOLD_MINUTES, THRESHOLD_SHARE * kept.minutes)


def _worth(kept: Choice | None, best: Choice) -> tuple[Change, float]:
    if kept is None:
        return Change.MUST, 0.0
    if best.value > kept.value + 1e-9:
        return Change.REACHES_MORE, 0.0
    saved = kept.minutes - best.minutes
    if saved > _worth_changing(kept):
        return Change.SAVES, saved
    return Change.SAME, 0.0


def _again(former: Choice, problem: Problem, costs: dict[str, Costs]) -> Choice | None:
    """The choice of before with the costs of today; ``None`` where it is no choice any more."""
    reachable, skipped = choosing.reach(problem, costs)
    means = {one.code: one for one in problem.means}
    ways: dict[str, Way] = {}
    for code in _needed_now(former, problem, skipped):
        way = _way(former.ways.get(code), code, means, costs)
        if code in skipped:
            way = Way(Decision.SKIP)
        if way is None or code not in reachable:
            return None
        ways[code] = way
    attended = tuple(one for one in former.attended if any(way.means == one for way in ways.values()))
    if any(code in problem.values and code not in ways for code in former.ways):
        return None
    if (problem.kept & reachable) - ways.keys() or (problem.kept & means.keys()) - set(attended):
        return None
    minutes = math.fsum(_counted(costs[code], way, means) for code, way in ways.items())
    minutes += math.fsum(means[code].counted for code in attended)
    if _takes_too_long(problem, ways, costs, attended):
        return None
    if not all(_in_time(problem, means[one], ways, costs) for one in attended):
        return None
    value = math.fsum(problem.values[code] for code in problem.values if code in ways)
    unreachable = frozenset(problem.values) - reachable
    return replace(
        former, ways=ways, attended=attended, minutes=minutes, value=value, costs=costs, unreachable=unreachable
    )


def _way(before: Way | None, code: str, means: Mapping[str, Means], costs: Mapping[str, Costs]) -> Way | None:
    """How a micro-skill is handled today, as before if it was; ``None`` where that cannot be done any more."""
    if before is not None and before.means is not None:
        there = before.means in means and code in means[before.means].teaches
        return before if there else None
    return Way(costs[code].handling) if math.isfinite(costs[code].handle) else None


def _counted(costs: Costs, way: Way, means: Mapping[str, Means]) -> float:
    if way.means is not None:
        return costs.counted_by(means[way.means])
    return costs.skip if way.decision is Decision.SKIP else costs.counted


def _takes_too_long(
    problem: Problem, ways: Mapping[str, Way], costs: Mapping[str, Costs], attended: Sequence[str]
) -> bool:
    """Whether a choice has come to take more than there is."""
    if problem.limits.budget is None:
        return False
    means = {one.code: one for one in problem.means}
    spent = [means[code].minutes for code in attended]
    for code, way in ways.items():
        if way.means is not None:
            spent.append(costs[code].by(means[way.means]))
        else:
            spent.append(costs[code].skip if way.decision is Decision.SKIP else costs[code].handle)
    return math.fsum(spent) > problem.limits.budget + SLACK


def _needed_now(former: Choice, problem: Problem, skipped: frozenset[str]) -> list[str]:
    """The goals of before that are still wanted, and what they need today, by the prerequisites chosen before."""
    wanted = {code for code in problem.values if code in former.ways} | (problem.kept & problem.skills.keys())
    for code in reversed(problem.needed):
        if code not in wanted or code in skipped:
            continue
        for group in problem.skills[code].requires:
            there = [one for one in group if one in former.ways or one in skipped]
            wanted.add(there[0] if there else group[0])
    return [code for code in problem.needed if code in wanted]


def _in_time(problem: Problem, means: Means, ways: Mapping[str, Way], costs: Mapping[str, Costs]) -> bool:
    """Whether dated means are still ahead, with time enough for what they stand on."""
    if means.day is None:
        return True
    if means.day < 0.0 or (problem.limits.days is not None and means.day >= problem.limits.days):
        return False
    handled = {code for code, way in ways.items() if way.decision is not Decision.SKIP}
    under = _below(problem, {code for code in means.teaches if _by(ways, code) == means.code}, handled)
    alone = [costs[code].handle for code in sorted(under & handled) if _by(ways, code) is None]
    return not alone or math.fsum(alone) <= problem.limits.until(means.day) + SLACK


def _by(ways: Mapping[str, Way], code: str) -> str | None:
    return ways[code].means if code in ways else None


def _least_today(former: Plan, kept: Choice, problem: Problem, costs: dict[str, Costs]) -> float:
    """No choice costs less today; 0 where nothing is known without a search. While what is wanted, what teaches, what
    is locked and the limits are those of before, no choice costs less than the least of before, less all that any cost
    has fallen since, less the ground of what is taken as mastered since (with it, that choice would have been one
    before, unless it came too late for a date), less what is taken as mastered no more (a session may teach it now).
    """
    before = former.choice
    if kept.unreachable != before.unreachable or _is_freer(problem, former.problem):
        return 0.0
    if problem.limits.budget is not None and _is_weighed(problem):
        return 0.0  # what took too long before may count less than what was chosen
    if any(code not in before.costs for code in (*costs, *former.problem.needed)):
        return 0.0
    least = {code: _least(cost) for code, cost in before.costs.items()}
    if any(math.isinf(least[code]) and math.isfinite(_least(cost)) for code, cost in costs.items()):
        return 0.0
    fallen = [least[code] - _least(cost) for code, cost in costs.items()]
    if problem.means:
        fallen += [_later(before.costs[code]) - _later(cost) for code, cost in costs.items()]
    fallen = [minutes for minutes in fallen if minutes > 0.0]
    _, skipped = choosing.reach(problem, costs)
    _, skipped_before = choosing.reach(former.problem, before.costs)
    newly, no_more = set(skipped - skipped_before), skipped_before - skipped
    alone = {code: min(cost.skip, cost.handle) for code, cost in before.costs.items()}
    if (fallen or newly) and _may_have_been_late(problem, alone):
        return 0.0
    ground = [least[code] for code in sorted(_below(problem, newly) | no_more)]
    return max(0.0, before.least_minutes - math.fsum(fallen) - math.fsum(ground))


def _may_have_been_late(problem: Problem, least: Mapping[str, float]) -> bool:
    """Whether a date may have been out of reach because of what comes before it."""
    dated = [one for one in problem.means if one.day is not None]
    for means in dated:
        under = _below(problem, set(means.teaches)) - means.teaches
        owed = math.fsum(sorted(least[code] for code in under if code in least))
        owed += math.fsum(one.minutes for one in dated if (one.day or 0.0) <= (means.day or 0.0) and one is not means)
        if owed > problem.limits.until(means.day or 0.0):
            return True
    return False


def _is_freer(problem: Problem, former: Problem) -> bool:
    """Whether there is more to choose from than before: goals, ways, locks that are gone, time."""
    if problem.values != former.values or former.kept - problem.kept or _is_looser(problem.limits, former.limits):
        return True
    known = {one.code: one for one in former.means}
    return any(one.code not in known or _is_better(one, known[one.code]) for one in problem.means)


def _is_weighed(problem: Problem) -> bool:
    """Whether some minutes count more than others."""
    return any(one.weight != 1.0 for one in (*problem.skills.values(), *problem.means))


def _is_better(means: Means, former: Means) -> bool:
    """Whether a date left more time, or less time teaches more."""
    later = means.day is None or (former.day is not None and means.day > former.day)
    if means.day is None and former.day is None:
        later = False
    surer = means.chance > former.chance
    lighter = means.minutes < former.minutes or means.counted < former.counted
    return later or surer or lighter or bool(means.teaches - former.teaches)


def _is_looser(limits: Limits, former: Limits) -> bool:
    """Whether there is more time than before, of one kind or the other."""
    pairs = ((limits.minutes_a_week, former.minutes_a_week), (limits.days, former.days))
    return any((math.inf if now is None else now) > (math.inf if then is None else then) for now, then in pairs)


def _least(costs: Costs) -> float:
    """What a micro-skill counts at least, whatever is done about it alone."""
    return min(costs.skip, costs.counted)


def _later(costs: Costs) -> float:
    """What it counts to learn alone what something else has not taught."""
    return costs.weight * costs.missing


def _below(problem: Problem, codes: set[str], through: set[str] | None = None) -> set[str]:
    """Whatever may be required for ``codes``, themselves left out; no deeper than what is in ``through``."""
    found: set[str] = set()
    for code in reversed(problem.needed):
        if code in codes or (code in found and (through is None or code in through)):
            found.update(one for group in problem.skills[code].requires for one in group)
    return found - codes


def _told(former: Plan, plan: Plan, change: Change, *, saved: float = 0.0, searched: bool = False) -> Replanned:
    before = [step.key for step in former.steps]
    now = [step.key for step in plan.steps]
    return Replanned(
        plan=plan,
        change=change,
        saved=saved,
        searched=searched,
        come=tuple(key for key in now if key not in set(before)),
        gone=tuple(key for key in before if key not in set(now)),
    )
