"""Which dates count, and what lies under and above what they teach."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pathways.learning.planner.decisions import Costs
from pathways.learning.planner.problem import Means, Problem


@dataclass(frozen=True, slots=True)
class Asked:
    problem: Problem
    costs: Mapping[str, Costs]
    reachable: frozenset[str]
    skipped: frozenset[str]
    """What is taken as mastered, if it is needed."""
    wanted: Sequence[str]
    """The goals that are reachable."""


def dated(asked: Asked) -> list[Means]:
    """Those that begin within the time of the pathway and may be worth it, by day."""
    end = asked.problem.limits.days
    there = [
        one
        for one in asked.problem.means
        if one.day is not None and one.day >= 0.0 and (end is None or one.day < end) and _may_be_worth_it(asked, one)
    ]
    return sorted(there, key=lambda one: (one.day, one.code))


def _may_be_worth_it(asked: Asked, means: Means) -> bool:
    """Whether they are locked, or teach what is to be handled for less than it counts alone: otherwise that would be
    as good, and could be done on any day.
    """
    taught = [asked.costs[code] for code in sorted(means.teaches & (asked.reachable - asked.skipped))]
    alone = math.fsum(max(0.0, cost.counted - cost.counted_by(means)) for cost in taught)
    return bool(taught) and (means.code in asked.problem.kept or alone > means.counted)


def staged(asked: Asked, dated: Sequence[Means]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for place, means in enumerate(dated):
        for code in sorted(_under(asked, means.teaches)):
            found.setdefault(code, set()).add(place)
    return {code: frozenset(places) for code, places in found.items()}


def _under(asked: Asked, taught: Collection[str]) -> frozenset[str]:
    """What may be required, at any depth, for what dated means teach."""
    problem = asked.problem
    handled = [code for code in taught if code in asked.reachable and code not in asked.skipped]
    found = {one for code in handled for group in problem.skills[code].requires for one in group}
    for code in reversed(problem.needed):
        if code in found and code not in asked.skipped:
            found.update(one for group in problem.skills[code].requires for one in group)
    return frozenset(found)


def above(asked: Asked, means: Means) -> frozenset[str]:
    """What may stand on something that dated means teach, at any depth."""
    taught = {code for code in means.teaches if code in asked.reachable and code not in asked.skipped}
    found: set[str] = set()
    for code in asked.problem.needed:
        required = {one for group in asked.problem.skills[code].requires for one in group}
        if code not in asked.skipped and required & (taught | found):
            found.add(code)
    return frozenset(found)
