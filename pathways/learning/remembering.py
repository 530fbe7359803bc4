"""A choice as it is stored with its pathway, so that the next plan can tell whether a change is worth it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pathways.learning.planner.choice import Choice, Way
from pathways.learning.planner.decisions import Costs, Decision
from pathways.learning.planner.planning import Plan
from pathways.learning.planner.problem import Limits, Means, Problem


def to_json(plan: Plan) -> dict[str, Any]:
    """What the next plan must know of this one."""
    choice, problem = plan.choice, plan.problem
    return {
        "ways": {code: [way.decision.value, way.means] for code, way in choice.ways.items()},
        "attended": list(choice.attended),
        "minutes": choice.minutes,
        "value": choice.value,
        "most_value": choice.most_value,
        "least_minutes": choice.least_minutes,
        "unreachable": sorted(choice.unreachable),
        "costs": {
            code: [_written(one) for one in (cost.skip, cost.check, cost.learn, cost.missing, cost.weight)]
            for code, cost in choice.costs.items()
        },
        "mastery": {code: round(problem.skills[code].mastery, 4) for code in choice.ways},
        "values": dict(problem.values),
        "limits": [problem.limits.minutes_a_week, problem.limits.days],
        "means": [
            [one.code, sorted(one.teaches), one.minutes, one.day, one.chance, one.weight] for one in problem.means
        ],
        "kept": sorted(problem.kept),
        "order": [step.key for step in plan.steps],
        "order_gap": plan.order_gap,
        "total": [plan.total.mean, plan.total.low, plan.total.high] if plan.total else None,
    }


def from_json(stored: Mapping[str, Any], problem: Problem) -> Plan | None:
    """The plan of before, as far as the next one asks; ``problem`` is today's, whose micro-skills it borrows. ``None``
    for what a later version stored otherwise.
    """
    try:
        choice = Choice(
            ways={code: Way(Decision(decision), means) for code, (decision, means) in stored["ways"].items()},
            attended=tuple(stored["attended"]),
            minutes=stored["minutes"],
            value=stored["value"],
            most_value=stored["most_value"],
            least_minutes=stored["least_minutes"],
            unreachable=frozenset(stored["unreachable"]),
            costs={code: Costs(*(_read(one) for one in costs)) for code, costs in stored["costs"].items()},
        )
        means = [Means(code, frozenset(taught), *rest) for code, taught, *rest in stored["means"]]
        means = [one for one in means if one.teaches <= problem.skills.keys()]
        there = problem.skills.keys() | {one.code for one in means}
        former = Problem(
            skills=problem.skills,
            values={code: value for code, value in stored["values"].items() if code in problem.skills},
            means=tuple(means),
            limits=Limits(*stored["limits"]),
            kept=frozenset(stored["kept"]) & there,
        )
    except (KeyError, TypeError, ValueError):
        return None
    return Plan(former, choice, (), stored["order_gap"], None, ())


def _written(minutes: float) -> float | None:
    return minutes if math.isfinite(minutes) else None


def _read(minutes: float | None) -> float:
    return math.inf if minutes is None else minutes
