"""What a trainer's change of a pathway costs, in the planner's minutes, before it is made and while it stands."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_
from pathways.learning import attending, following
from pathways.learning.following import kept_by
from pathways.learning.models import Pathway, Step, StepKind, StepState
from pathways.learning.planner.planning import Plan
from pathways.learning.planning import Plans, Wanted
from pathways.learning.trainers import adjusting
from pathways.learning.trainers.adjusting import Act, Change
from pathways.permissions import Member

_Told = tuple[tuple[str, ...], StepKind, uuid.UUID | None, uuid.UUID | None]
"""``(micro-skills, kind, resource, session)``"""
MOST_PRICED = 6
"""Locks whose cost is told one by one: each takes a plan of its own."""


@dataclass(frozen=True, eq=False, slots=True)
class Situation:
    """A pathway as it is now, with what the planner knows of its person."""

    pathway: Pathway
    steps: Sequence[Step]
    """Every one that ever was, in order."""
    plans: Plans
    wanted: Wanted

    @property
    def open_steps(self) -> list[Step]:
        return [one for one in self.steps if one.state is StepState.OPEN]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a change or a lock, as the planner counts it."""

    minutes: int
    lost: tuple[str, ...] = ()
    """Wanted micro-skills that the pathway does not reach with it, and would without."""
    is_idle: bool = False
    """A session comes too early: its ground cannot be there, and what it teaches is learnt otherwise."""


@dataclass(frozen=True, slots=True)
class Locks:
    """What the locks of a pathway cost."""

    each: Mapping[uuid.UUID, Cost]
    """``{step: its own cost}``, of so many as are told one by one."""
    others: tuple[uuid.UUID, ...]
    """The steps of the rest."""
    rest: Cost | None
    """What those cost together."""
    every: Cost
    """What all of them cost, with the minutes of the trainer's own steps."""


@dataclass(frozen=True, slots=True)
class Preview:
    cost: Cost
    come: tuple[str, ...]
    """Micro-skills of steps that come, or change."""
    gone: tuple[str, ...]


def situation(db: Session, door: Door, pathway: Pathway, now: datetime) -> Situation:
    """What stands, in a number of queries that depends on no step."""
    steps = following.steps_of(db, pathway, every=True)
    plans = following.plans_of(db, door, pathway, now, also=attending.theirs(attending.seats(db, steps), now))
    return Situation(pathway, steps, plans, following.wanted_of(db, pathway, steps, plans.knowledge))


def costs_of_locks(seen: Situation, *, first: uuid.UUID | None = None) -> Locks:
    """What each lock costs today: the plan with it, less the plan without it, the others staying. ``first``: a step
    that is among those told one by one.
    """
    locked = [one for one in seen.open_steps if following.is_kept(one, seen.plans.knowledge)]
    locked.sort(key=lambda one: one.id != first)
    own = _own_minutes(seen.steps)
    if not locked:
        return Locks({}, (), None, Cost(own))
    best = seen.plans.best(seen.wanted)

    def cost(steps: Sequence[Step]) -> Cost:
        return _cost(best, seen.plans.best(_without(seen.wanted, steps)), seen.wanted)

    told, rest = locked[:MOST_PRICED], locked[MOST_PRICED:]
    every = cost(locked)
    return Locks(
        {step.id: cost([step]) for step in told},
        tuple(one.id for one in rest),
        cost(rest) if rest else None,
        replace(every, minutes=every.minutes + own),
    )


def preview(db: Session, door: Door, member: Member, pathway_id: uuid.UUID, change: Change, *, version: int) -> Preview:
    """What a change would cost and do. It is tried on copies and planned as it would be: nothing is written, so that
    nobody waits for it.
    """
    pathway, now = following.pathway_for(db, member, pathway_id), clock.now()
    adjusting.must_be_as_seen(pathway, version)
    before = situation(db, door, pathway, now)
    trial = [_copied(one) for one in before.steps]
    told = _tried(before, trial, member, change, now)
    wanted = following.wanted_of(db, pathway, trial, before.plans.knowledge)
    wanted = replace(
        wanted,
        refused=wanted.refused | (frozenset(told.get("without", ())) - wanted.kept),
        trusted=wanted.trusted | (frozenset(told.get("trusted", ())) - wanted.kept),
    )
    stood = {following.key_of(one): _as_told(one) for one in before.open_steps}
    stands = _foreseen(db, door, before, trial, wanted)
    cost = _cost(before.plans.best(wanted), before.plans.best(before.wanted), before.wanted)
    come = [skill for key, told in stands.items() if stood.get(key) != told for skill in told[0]]
    gone = [skill for key, told in stood.items() if stands.get(key) != told for skill in told[0]]
    minutes = cost.minutes + _own_minutes(trial) - _own_minutes(before.steps)
    return Preview(replace(cost, minutes=minutes), tuple(come), tuple(one for one in gone if one not in come))


def _copied(step: Step) -> Step:
    """A step that no database knows of."""
    return Step(**{one.key: getattr(step, one.key) for one in sa.inspect(Step).column_attrs})


def _tried(before: Situation, trial: list[Step], member: Member, change: Change, now: datetime) -> dict[str, Any]:
    """Make a change of copied steps, as ``adjusting`` makes it of those that are stored."""
    if change.act is Act.ADD:
        trial.append(adjusting.own_step(before.pathway, before.steps, member, change, now))
        return {}
    step = next((one for one in trial if one.id == change.step_id), None)
    if step is None:
        raise NotFound(D_("Cette étape n'existe plus."))
    if step.state is not StepState.OPEN:
        raise Conflict(D_("Cette étape est déjà passée."))
    others = adjusting.options(before.plans, before.steps, step) if change.act is Act.REPLACE else []
    return adjusting.change_step(change, step, others, now)


def _foreseen(db: Session, door: Door, before: Situation, trial: Sequence[Step], wanted: Wanted) -> dict[str, _Told]:
    """The open steps that there would be: those that are planned, and those that stay whatever is planned."""
    plans, now = before.plans, before.plans.now
    open_ones = [one for one in trial if one.state is StepState.OPEN]
    seats = [one for one in attending.seats(db, open_ones) if one.session.id == one.step.session_id]
    also = attending.theirs(seats, now)
    if not also >= attending.theirs(attending.seats(db, before.steps), now):  # no longer theirs whatever their limits
        plans = following.plans_of(db, door, before.pathway, now, also=also)
    found, _, _ = following.planned(before.pathway, trial, plans, wanted)
    stay = [one for one in open_ones if one.kind is StepKind.OWN or following.is_kept(one, plans.knowledge)]
    stands = {following.key_of(one): _as_told(one) for one in stay}
    for one in plans.steps(found, wanted):
        resource, session = (each.id if each is not None else None for each in (one.resource, one.session))
        stands[one.key] = (one.skills, one.kind, resource, session)
    return stands


def _without(wanted: Wanted, steps: Sequence[Step]) -> Wanted:
    codes = {code for step in steps for code in kept_by(step)}
    return replace(
        wanted,
        kept=wanted.kept - codes,
        alone={code: resource for code, resource in wanted.alone.items() if code not in codes},
    )


def _cost(with_it: Plan, without: Plan, wanted: Wanted) -> Cost:
    minutes = _lasts(with_it) - _lasts(without)
    lost = [code for code in wanted.values if code in without.reached and code not in with_it.reached]
    return Cost(round(minutes), tuple(lost), bool(idle(with_it) - idle(without)))


def idle(plan: Plan) -> frozenset[str]:
    """Sessions that are locked and teach nothing, since their ground cannot be there in time."""
    return frozenset(plan.choice.attended) - {step.means for step in plan.steps if step.means is not None}


def _lasts(plan: Plan) -> float:
    known = {one.code: one.minutes for one in plan.problem.means}
    return (plan.total.mean if plan.total else 0.0) + sum(known[code] for code in idle(plan))


def _own_minutes(steps: Sequence[Step]) -> int:
    return sum(one.minutes for one in steps if one.kind is StepKind.OWN and one.state is StepState.OPEN)


def _as_told(step: Step) -> _Told:
    return tuple(step.skills), step.kind, step.resource_id, step.session_id


def too_early(seen: Situation) -> dict[uuid.UUID, tuple[str, ...]]:
    """Steps that come before what they stand on, and what that is: a trainer may want it so, and should know it."""
    place = {skill: number for number, one in enumerate(seen.open_steps) for skill in one.skills}
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for number, step in enumerate(seen.open_steps):
        later = [
            min(group, key=lambda code: place.get(code, -1))
            for skill in step.skills
            for group in seen.plans.knowledge.requires.get(skill, ())
            if all(place.get(code, -1) > number for code in group)
        ]
        if later:
            found[step.id] = tuple(dict.fromkeys(later))
    return found
