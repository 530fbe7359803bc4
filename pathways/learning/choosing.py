"""Three ways to the same goals, and the one that the person takes. The choice and its reason belong to them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, ids
from pathways.database import Database
from pathways.diagnostics import taking
from pathways.diagnostics.composing import everything as everything_
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.modalities import unusable_in
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Invalid
from pathways.i18n import N_
from pathways.learning import events, knowing, offering, remembering
from pathways.learning.limits import Limits, checked
from pathways.learning.models import Goal, Pathway, PathwayEvent, PathwayState, Step, StepState, Way
from pathways.learning.offering import Person
from pathways.learning.planner.planning import Plan
from pathways.learning.planning import Plans, Proposed, Wanted, Watch
from pathways.places import territories

WAYS = (Way.QUICKEST, Way.TOGETHER, Way.OWN_PACE)
MOST_GOALS = 5
MOST_REASON = 300
ALL_KNOWN = N_("Vous savez déjà tout ce qu'il faut pour cela.")
NO_TIME = N_("Le temps ne suffit pas. Donnez plus de temps, ou une autre date.")
KEPT_DAYS = 183
"""Days that an attempt is kept after its last activity when a pathway stands on it, and nobody filed it."""


@dataclass(frozen=True, eq=False, slots=True)
class Option:
    """One way, as a card tells it."""

    way: Way
    plan: Plan
    steps: tuple[Proposed, ...]
    also: tuple[Way, ...] = ()
    """Other ways that are the same, step by step."""

    @property
    def weeks(self) -> int | None:
        """How many weeks it takes at the pace that was said; ``None`` without one."""
        weekly = self.plan.problem.limits.minutes_a_week
        if not weekly or self.plan.total is None:
            return None
        return max(1, round(self.plan.total.mean / weekly + 0.49))


def values_of(goals: Sequence[Goal]) -> dict[str, float]:
    """What each micro-skill is worth for all of them together: the most that one of them gives it."""
    found: dict[str, float] = {}
    for goal in goals:
        for code, weight in goal.weights.items():
            found[code] = max(found.get(code, 0.0), float(weight))
    return found


def plans_for(
    db: Session,
    door: Door,
    attempt: Attempt,
    framework: str,
    limits: Limits,
    now: datetime,
    *,
    learnt: Sequence[knowing.Learnt] = (),
    also: Collection[uuid.UUID] = (),
) -> Plans:
    """What is known of the person and what is there for them, today. ``also``: sessions that are theirs already."""
    organisation_id = db.get_one(Diagnostic, attempt.diagnostic_id).organisation_id
    ladders = knowing.ladders_for(db, organisation_id, framework)
    attempts = knowing.attempts_of(db, attempt, framework)
    spot = territories.spot_of(db, limits.commune) if limits.commune else None
    person = Person(attempt.language, limits, spot)
    blueprint = taking.blueprint_of(db, door, everything_.everything(db, organisation_id, framework).id)
    usable = blueprint.askable(attempt.language, unusable_in(attempt))
    return Plans(
        person=person,
        knowledge=knowing.known(db, door, attempts, ladders, now, learnt=learnt),
        offer=offering.offer(db, organisation_id, framework, person, now, also=also),
        now=now,
        askable=frozenset(blueprint.skill_of[item] for item in usable),
    )


def ready(database: Database, db: Session, organisation_id: uuid.UUID, framework: str) -> None:
    """For a page that only reads: what checks are asked from is there. Once a day for each organisation, a short
    transaction of its own makes it, and ``db`` then reads anew.
    """
    if not everything_.is_there(db, organisation_id, framework):
        with database.begin() as writing:
            everything_.everything(writing, organisation_id, framework)
        db.rollback()


def options(plans: Plans, values: Mapping[str, float]) -> list[Option]:
    """The three ways; one that is the same as an earlier one, step by step, is told with that one."""
    found: list[Option] = []
    watch = Watch()
    for way in WAYS:
        wanted = Wanted(values, way)
        best = plans.best(wanted, seconds=watch.left())
        option = Option(way, best, plans.steps(best, wanted))
        same = next((place for place, other in enumerate(found) if _same(option, other)), None)
        if same is None:
            found.append(option)
        else:
            found[same] = replace(found[same], also=(*found[same].also, way))
    return found


def arrives(plan: Plan, unwanted: Collection[str] = ()) -> bool:
    """Whether a plan leads to all goals; ``unwanted``: micro-skills that are left out because the person refused what
    teaches them, which reaches nothing.
    """
    wanted = plan.problem.values.keys()
    return bool(wanted) and wanted <= plan.reached and not plan.choice.ways.keys() & set(unwanted)


def current(db: Session, attempt: Attempt) -> Pathway | None:
    """The pathway that somebody is on: of this attempt, else of their file."""
    query = sa.select(Pathway).where(_theirs(attempt), Pathway.state == PathwayState.ACTIVE)
    return db.scalars(query.order_by(Pathway.chosen_at.desc(), Pathway.id.desc()).limit(1)).first()


def goes_on(db: Session, attempt: Attempt) -> str:
    """Where somebody goes on who comes back with their code: what the address of their attempt is followed by."""
    return "/pathway" if attempt.stopped is not None and current(db, attempt) is not None else ""


def latest(db: Session, attempt: Attempt) -> Pathway | None:
    """The same, or the last one that they were on; ``None`` also for who wanted none."""
    active_first = sa.case((Pathway.state == PathwayState.ACTIVE, 0), else_=1)
    query = sa.select(Pathway).where(_theirs(attempt), sa.exists().where(Step.pathway_id == Pathway.id))
    return db.scalars(query.order_by(active_first, Pathway.chosen_at.desc(), Pathway.id.desc()).limit(1)).first()


def _theirs(attempt: Attempt) -> sa.ColumnElement[bool]:
    own = Pathway.attempt_id == (attempt.part_of_id or attempt.id)
    return own if attempt.file_id is None else sa.or_(own, Pathway.file_id == attempt.file_id)


def choose(  # noqa: PLR0913 - what a choice consists of, each by its name
    db: Session,
    door: Door,
    attempt: Attempt,
    *,
    framework: str,
    goals: Sequence[Goal],
    limits: Limits,
    way: Way,
    reason: str = "",
    key: str,
) -> Pathway:
    """Take a way. The same ``key`` again gives the same pathway; another one puts an end to the pathway of before."""
    now = clock.now()
    if attempt.stopped is None:
        raise Conflict(N_("Terminez d'abord vos questions : le parcours part de votre résultat."))
    if not 1 <= len(goals) <= MOST_GOALS:
        raise Invalid(N_("Choisissez de un à cinq buts."))
    if len(reason) > MOST_REASON:
        raise Invalid(N_("C'est un peu long : 300 signes au plus."))
    attempt = taking.held(db, attempt.part_of_id or attempt.id)  # two presses of one person go one after the other
    if known := _made_with(db, attempt, key):
        return known
    plans = plans_for(db, door, attempt, framework, checked(limits, now.date()), now)
    wanted = Wanted(values_of(goals), way)
    best = plans.best(wanted)
    proposed = plans.steps(best, wanted)
    if not proposed:
        raise Conflict(ALL_KNOWN if arrives(best) else NO_TIME)
    former = current(db, attempt)
    if former is not None:
        stop(db, former, now)
    pathway = Pathway(
        organisation_id=db.get_one(Diagnostic, attempt.diagnostic_id).organisation_id,
        attempt_id=attempt.id,
        file_id=attempt.file_id,
        framework=framework,
        goals=_told(goals),
        values=dict(wanted.values),
        limits=limits.to_json(),
        way=way,
        reason=reason,
        estimate=estimate_of(best, now),
        chosen_at=now,
        active_at=now,
    )
    db.add(pathway)
    db.flush()
    for position, one in enumerate(proposed):
        db.add(step_from(pathway, position, one))
    attempt.kept_days = max(KEPT_DAYS, attempt.kept_days or 0)
    taking.visited(attempt)
    tell(db, pathway, events.CHOSEN, details={"way": way.value}, key=key, at=now)
    db.flush()
    return pathway


def decline(
    db: Session,
    attempt: Attempt,
    *,
    framework: str,
    goals: Sequence[Goal],
    limits: Limits,
    reason: str = "",
    key: str,
) -> None:
    """None of the ways, for now. It is remembered, with its reason if they gave one, and nothing else follows from it:
    a pathway that they are on goes on.
    """
    now = clock.now()
    if len(reason) > MOST_REASON:
        raise Invalid(N_("C'est un peu long : 300 signes au plus."))
    attempt = taking.held(db, attempt.id)
    if _made_with(db, attempt, key, events.STOPPED):
        return
    pathway = Pathway(
        organisation_id=db.get_one(Diagnostic, attempt.diagnostic_id).organisation_id,
        attempt_id=attempt.id,
        file_id=attempt.file_id,
        framework=framework,
        goals=_told(goals),
        values=values_of(goals),
        limits=limits.to_json(),
        way=Way.MIXED,
        reason=reason,
        state=PathwayState.STOPPED,
        chosen_at=now,
        active_at=now,
        ended_at=now,
    )
    db.add(pathway)
    db.flush()
    taking.visited(attempt)
    tell(db, pathway, events.STOPPED, details={"none": True}, key=key, at=now)
    db.flush()


def estimate_of(plan: Plan, now: datetime) -> dict[str, Any]:
    """What a pathway keeps of its plan, and the day it was made."""
    return remembering.to_json(plan) | {"on": now.date().isoformat()}


def stop(db: Session, pathway: Pathway, now: datetime) -> None:
    """The person wants no more of it. What was learnt stays known. Stopping twice changes nothing."""
    if pathway.state is not PathwayState.ACTIVE:
        return
    pathway.state, pathway.ended_at = PathwayState.STOPPED, now
    open_ones = sa.select(Step).where(Step.pathway_id == pathway.id, Step.state == StepState.OPEN)
    for step in db.scalars(open_ones):
        step.state, step.ended_at = StepState.GONE, now
    tell(db, pathway, events.STOPPED, at=now)
    db.flush()


def step_from(pathway: Pathway, position: int, one: Proposed) -> Step:
    """A step as it was proposed, not stored yet."""
    return Step(pathway_id=pathway.id, position=position, **step_values(one))


def step_values(one: Proposed) -> dict[str, Any]:
    """What of a step the planner decides."""
    return {
        "kind": one.kind,
        "skills": list(one.skills),
        "resource_id": one.resource.id if one.resource else None,
        "session_id": one.session.id if one.session else None,
        "minutes": one.minutes,
        "low": one.low,
        "high": one.high,
        "why": [dict(reason) for reason in one.why],
    }


def tell(  # noqa: PLR0913 - what an event may say, each by its name
    db: Session,
    pathway: Pathway,
    kind: str,
    *,
    at: datetime,
    step: Step | None = None,
    skills: Sequence[str] = (),
    details: Mapping[str, object] | None = None,
    account_id: uuid.UUID | None = None,
    key: str | None = None,
) -> PathwayEvent:
    """Write down what happened, and that something did for whoever follows the changes of the organisation."""
    happened = PathwayEvent(
        pathway_id=pathway.id,
        kind=kind,
        step_id=step.id if step else None,
        skills=list(skills or (step.skills if step else ())),
        details=dict(details or {}),
        account_id=account_id,
        key=key,
        happened_at=at,
    )
    db.add(happened)
    if told := events.TOLD.get(kind):
        what, act = told
        about = step if what == "step" and step is not None else pathway
        changes.note(db, pathway.organisation_id, "pathway" if about is pathway else what, about.id, act)
    return happened


def framework_of(db: Session, attempt: Attempt) -> str:
    """The framework that an attempt was about."""
    return composing.ladders(db, db.get_one(Diagnostic, attempt.diagnostic_id)).code


def new_key() -> str:
    return str(ids.random_id())


def _told(goals: Sequence[Goal]) -> list[dict[str, Any]]:
    return [{"id": str(goal.id), "code": goal.code, "title": goal.title, "titles": goal.titles} for goal in goals]


def _made_with(db: Session, attempt: Attempt, key: str, kind: str = events.CHOSEN) -> Pathway | None:
    query = (
        sa.select(Pathway)
        .join(PathwayEvent, PathwayEvent.pathway_id == Pathway.id)
        .where(Pathway.attempt_id == attempt.id, PathwayEvent.kind == kind, PathwayEvent.key == key)
    )
    return db.scalars(query).first()


def _same(one: Option, other: Option) -> bool:
    def told(option: Option) -> list[tuple[object, ...]]:
        return [(step.kind, step.skills, step.resource, step.session) for step in option.steps]

    return told(one) == told(other)
