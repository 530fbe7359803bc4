"""A choice without a search, for a computer so busy that the search has found nothing: everything alone, goal by goal.

The goals of most value per minute that still fit are taken, each with the first of its alternatives. Nothing is proven
of it: its gap says so.
"""

from __future__ import annotations

import math
from collections.abc import Collection

from pathways.learning.planner.dates import Asked
from pathways.learning.planner.decisions import Decision
from pathways.learning.planner.stages import Found


def found(asked: Asked) -> Found:
    """What is locked first, then goals."""
    problem, costs = asked.problem, asked.costs
    budget = math.inf if problem.limits.budget is None else problem.limits.budget
    taken: dict[str, float] = {}

    def more(code: str) -> dict[str, float] | None:
        """Minutes of all that a micro-skill needs beside what is taken; ``None`` where it cannot be done alone."""
        new: dict[str, float] = {}
        stack = [code]
        while stack:
            one = stack.pop()
            if one in taken or one in new:
                continue
            new[one] = costs[one].skip if one in asked.skipped else costs[one].handle
            if not math.isfinite(new[one]):
                return None
            stack += [
                next((member for member in group if _alone(asked, member)), group[0])
                for group in (problem.skills[one].requires if one not in asked.skipped else ())
                if not any(member in taken or member in new for member in group)
            ]
        return new

    def worth(code: str) -> float:
        return problem.values[code] / max(math.fsum((more(code) or {}).values()), 1e-9)

    locked = [code for code in problem.needed if code in problem.kept and code in asked.reachable]
    for code in [*locked, *sorted(asked.wanted, key=worth, reverse=True)]:
        new = more(code)
        if new is not None and math.fsum([*taken.values(), *new.values()]) <= budget:
            taken |= new
    return _told(asked, taken)


def _alone(asked: Asked, code: str) -> bool:
    return code in asked.skipped or (code in asked.reachable and math.isfinite(asked.costs[code].handle))


def _told(asked: Asked, taken: Collection[str]) -> Found:
    skip, costs = (Decision.SKIP, None), asked.costs
    return Found(
        ways={code: skip if code in asked.skipped else (costs[code].handling, None) for code in taken},
        attended=(),
        reached=tuple(code for code in asked.wanted if code in taken),
        most_value=math.fsum(asked.problem.values[code] for code in asked.wanted),
        minutes=math.fsum(costs[code].skip if code in asked.skipped else costs[code].counted for code in taken),
        least=0.0,
        by={},
    )
