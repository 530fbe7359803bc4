"""The whole chain: choice, order, minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pathways.learning.planner import choice as choosing
from pathways.learning.planner import placing, ranges
from pathways.learning.planner.choice import Choice, Way
from pathways.learning.planner.placing import Step
from pathways.learning.planner.problem import Problem
from pathways.learning.planner.profiles import Profiles
from pathways.learning.planner.ranges import Range


@dataclass(frozen=True, slots=True)
class Plan:
    """A pathway for one learner."""

    problem: Problem
    choice: Choice
    steps: tuple[Step, ...]
    order_gap: float
    """By which share another order might cost less, at most: with dates or alternatives the bound forgets waits."""
    total: Range | None
    """Of the whole; ``None`` where no profiles were given."""
    by_step: tuple[Range, ...]

    @property
    def reached(self) -> frozenset[str]:
        """The goals that the pathway leads to."""
        return frozenset(self.choice.ways.keys() & self.problem.values.keys())

    @property
    def is_proven(self) -> bool:
        """Whether both the choice and the order are proven best."""
        return self.choice.is_proven and self.order_gap == 0.0


def plan(
    problem: Problem,
    profiles: Profiles | None = None,
    *,
    seconds: float = choosing.SECONDS,
    first: Sequence[str] = (),
    near: Mapping[str, Way] | None = None,
) -> Plan:
    """The best pathway, within ``seconds`` for each search. ``first``: keys of steps that somebody put at the head."""
    return from_choice(problem, choosing.choose(problem, seconds=seconds, near=near), profiles, first=first)


def from_choice(
    problem: Problem,
    choice: Choice,
    profiles: Profiles | None,
    *,
    first: Sequence[str] = (),
    before: Plan | None = None,
) -> Plan:
    """A choice in order, and its minutes. ``before``: a plan whose order is kept."""
    known = placing.Placed(before.steps, 1.0, 1.0 - before.order_gap) if before and before.steps else None
    placed = placing.place(problem, choice, first, profiles, before=known)
    total, by_step = None, list[Range]()
    if profiles is not None:
        total, by_step = ranges.of_plan(problem, placed.steps, profiles)
    return Plan(problem, choice, placed.steps, placed.order_gap, total, tuple(by_step))
