"""From one person's knowledge, goals and limits to plans: the planner's problem, and what it says, in our words."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pathways.learning import offering
from pathways.learning.knowing import LEARNT, LEARNT_SITTING_IN, PROFILES, Knowledge
from pathways.learning.models import Resource, StepKind, Way
from pathways.learning.offering import RESOURCE, SESSION, TOGETHER, Offer, Person
from pathways.learning.planner.choice import Choice, choose
from pathways.learning.planner.placing import Kind
from pathways.learning.planner.placing import Step as PlannedStep
from pathways.learning.planner.planning import Plan, from_choice
from pathways.learning.planner.problem import UNTAUGHT, Means, Problem, Skill
from pathways.learning.planner.ranges import Profiles, Range
from pathways.learning.planner.replanning import Replanned, replan
from pathways.referentials.models import MicroSkill
from pathways.workshops.models import WorkshopSession

SECONDS, ALL_SECONDS, LEAST_SECONDS = 0.4, 1.2, 0.05
"""That one search may take while somebody waits, all that they wait for together, and each in any case."""
WITH_SOMEBODY = {1: 45, 2: 55, 3: 65, 4: 75}
"""Minutes with a mediator, by the level of the micro-skill, where no resource teaches it: never a dead end. A quarter
of an hour of it is to go there and wait.
"""
IN_A_GROUP, WITH_ONE, ALONE = 1.0, 3.0, 12.0
"""For who wants company, a minute with a mediator counts as much as three in a workshop (there is not always one free),
and one alone as much as twelve.
"""
BY_APPOINTMENT = 3.0
"""For who wants their own pace, a minute by appointment counts as much as three."""
HOLE_ALONE = 3.0
"""For who learns alone a hole costs three times as much: nobody is there to help over it, so that less is taken for
granted.
"""
LIKELY = 0.5
"""P(mastered) from which on somebody is told that they probably know it."""
SAID = 0.7
"""How far somebody's word goes, before a question: enough to ask, not enough to skip."""
USUAL_QUESTION = (0.127, 0.125, 1.0)
"""P(not right | mastered), P(right | not mastered), minutes: of a question as the engine has it on the first day."""
SEED = 20260101


class Watch:
    """What is left of the time that several plans share: what the first ones take too long, the last ones lack."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def left(self) -> float:
        """Seconds for the next search."""
        return max(LEAST_SECONDS, min(SECONDS, ALL_SECONDS - (time.monotonic() - self._begun)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan is asked for."""

    values: Mapping[str, float]
    """``{micro-skill: weight}``"""
    way: Way = Way.QUICKEST
    kept: frozenset[str] = frozenset()
    """Micro-skills and means that are locked."""
    refused: frozenset[str] = frozenset()
    """Resources and sessions (their codes as means, or ids of resources) that the person does not want."""
    known: frozenset[str] = frozenset()
    """Micro-skills that the person says they know, or have learnt: they are checked before anything teaches them."""
    trusted: frozenset[str] = frozenset()
    """The same, and no question is to be asked: they are taken as mastered."""
    alone: Mapping[str, uuid.UUID | None] = field(default_factory=dict)
    """``{micro-skill: resource}`` of locked steps: by this resource (``None``: with a mediator), and in no session."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One step of a plan, before anybody chose it."""

    kind: StepKind
    skills: tuple[str, ...]
    resource: Resource | None
    session: WorkshopSession | None
    minutes: int
    low: int
    high: int
    why: tuple[Mapping[str, object], ...]
    key: str
    """The same step of two plans has the same key."""


@dataclass(frozen=True, eq=False, slots=True)
class Plans:
    """The problem as one person's life poses it, and what was asked."""

    person: Person
    knowledge: Knowledge
    offer: Offer
    now: datetime
    askable: frozenset[str]
    """Micro-skills of which a question can be asked."""

    def problem(self, wanted: Wanted) -> Problem:
        """As the planner sees it."""
        needed = frozenset(_closure(self.knowledge, {*wanted.values, *wanted.kept}))
        skills = {code: self._skill(code, wanted) for code in self.knowledge.skills if code in needed}
        means = self._means(wanted, needed)
        taught = skills.keys() | {one.code for one in means}
        return Problem(
            skills=skills,
            values={code: weight for code, weight in wanted.values.items() if code in skills},
            means=means,
            limits=self.person.limits.planned(self.now.date()),
            kept=wanted.kept & taught,
            checked=wanted.known & self.askable & needed,
        )

    def best(self, wanted: Wanted, *, first: Sequence[str] = (), seconds: float = SECONDS) -> Plan:
        """The best plan of one way. ``first``: keys of steps that come before all others."""
        return self.told(choose(self.problem(wanted), seconds=seconds), wanted, first=first)

    def again(self, former: Plan, wanted: Wanted, *, first: Sequence[str] = ()) -> Replanned:
        """The plan of today, as little changed as is worth it."""
        return replan(former, self.problem(wanted), self.profiles(), seconds=SECONDS, first=first)

    def told(self, choice: Choice, wanted: Wanted, *, first: Sequence[str] = ()) -> Plan:
        """A choice in order, and its minutes."""
        return from_choice(self.problem(wanted), choice, self.profiles(), first=first)

    def profiles(self) -> Profiles:
        """What the person may really master, drawn from what is believed."""
        codes = self.knowledge.belief.compiled.skill_codes
        return Profiles(tuple(codes), self.knowledge.belief.drawn(PROFILES, SEED), SEED)

    def steps(self, found: Plan, wanted: Wanted) -> tuple[Proposed, ...]:
        """The steps of a plan in our words."""
        ranges = found.by_step or tuple(Range(one.minutes, one.minutes, one.minutes) for one in found.steps)
        return tuple(self._step(one, told, wanted) for one, told in zip(found.steps, ranges, strict=True))

    def resource_for(self, code: str, wanted: Wanted) -> Resource | None:
        """The one that is locked, else the shortest that this way allows; ``None``: with a mediator."""
        if code in wanted.alone:
            return next((one for one in self.offer.resources.get(code, ()) if one.id == wanted.alone[code]), None)
        allowed = [one for one in self.offer.resources.get(code, ()) if _allowed(one, wanted)]
        if wanted.way is Way.TOGETHER:
            best = min(allowed, key=lambda one: (_counted(one), one.minutes, one.code), default=None)
            with_somebody = WITH_ONE * _with_somebody(self.knowledge.skills[code])
            return best if best is not None and _counted(best) <= with_somebody else None
        return next(iter(allowed), None)

    def _skill(self, code: str, wanted: Wanted) -> Skill:
        skill = self.knowledge.skills[code]
        resource = self.resource_for(code, wanted)
        minutes = float(resource.minutes if resource else _with_somebody(skill))
        slip, guess, check = self._question(code)
        return Skill(
            code=code,
            mastery=_trusted(code, self.knowledge.mastery[code], wanted, self.askable),
            learn=minutes + (0.0 if check == UNTAUGHT else check),
            check=check,
            slip=slip,
            guess=guess,
            requires=self.knowledge.requires[code],
            strand=str(skill.strand_id),
            chance=LEARNT,
            weight=_weight(resource, wanted.way),
            doubt=HOLE_ALONE if wanted.way is Way.OWN_PACE else 1.0,
        )

    def _question(self, code: str) -> tuple[float, float, float]:
        """``(slip, guess, minutes)`` of a question about a micro-skill, *I don't know* included: of one that was met,
        or the usual ones.
        """
        if code not in self.askable:
            return *USUAL_QUESTION[:2], UNTAUGHT
        for model in self.knowledge.models.values():
            if model.skill == code:
                guess, right = model.response()[:, 0].tolist()
                return 1.0 - right, guess, model.seconds / 60.0
        return USUAL_QUESTION

    def _means(self, wanted: Wanted, needed: frozenset[str]) -> tuple[Means, ...]:
        found = []
        for session in self.offer.sessions:
            if wanted.way is Way.OWN_PACE and f"{SESSION}{session.id}" not in wanted.kept:
                continue
            taught = (self.offer.teaches[session.id] & needed) - wanted.alone.keys()
            if taught and f"{SESSION}{session.id}" not in wanted.refused:
                day = offering.days_until(session, self.now)
                minutes = offering.minutes_there(session, self.person)
                found.append(Means(f"{SESSION}{session.id}", taught, minutes, day, LEARNT_SITTING_IN))
        return tuple(found)

    def _step(self, step: PlannedStep, told: Range, wanted: Wanted) -> Proposed:
        session = None
        if step.means is not None:
            session = next(one for one in self.offer.sessions if f"{SESSION}{one.id}" == step.means)
        resource = self.resource_for(step.skills[0], wanted) if session is None else None
        kind = {Kind.LEARN: StepKind.LEARN, Kind.CHECK: StepKind.CHECK, Kind.ATTEND: StepKind.ATTEND}[step.kind]
        return Proposed(
            kind=kind,
            skills=step.skills,
            resource=resource,
            session=session,
            minutes=round(told.mean),
            low=round(told.low),
            high=round(told.high),
            why=tuple(_why(step, wanted, self.knowledge.mastery)),
            key=step.key,
        )


def _trusted(code: str, mastery: float, wanted: Wanted, askable: frozenset[str]) -> float:
    """P(mastered) as the plan takes it: who says that they know is believed enough to be asked, and believed where no
    question can be asked.
    """
    if code in wanted.trusted or (code in wanted.known and code not in askable):
        return 1.0
    return max(mastery, SAID) if code in wanted.known else mastery


def _with_somebody(skill: MicroSkill) -> int:
    """Minutes with a mediator."""
    return WITH_SOMEBODY.get(skill.level, max(WITH_SOMEBODY.values()))


def _weight(resource: Resource | None, way: Way) -> float:
    """What a minute counts on this way; without a resource, of a mediator's."""
    if way is Way.TOGETHER:
        return WITH_ONE if resource is None else (IN_A_GROUP if resource.kind in TOGETHER else ALONE)
    return BY_APPOINTMENT if way is Way.OWN_PACE and resource is None else 1.0


def _counted(resource: Resource) -> float:
    """Its minutes, as they count for who wants company."""
    return _weight(resource, Way.TOGETHER) * resource.minutes


def _allowed(resource: Resource, wanted: Wanted) -> bool:
    if f"{RESOURCE}{resource.id}" in wanted.refused:
        return False
    return not (wanted.way is Way.OWN_PACE and resource.kind in TOGETHER)


def _closure(knowledge: Knowledge, values: Collection[str]) -> list[str]:
    """The goals and all that may be required for them, in the order of the ladders."""
    found = {code for code in values if code in knowledge.skills}
    stack = list(found)
    while stack:
        for group in knowledge.requires[stack.pop()]:
            fresh = [code for code in group if code not in found]
            found.update(fresh)
            stack += fresh
    return [code for code in knowledge.skills if code in found]


def _why(step: PlannedStep, wanted: Wanted, mastery: Mapping[str, float]) -> list[Mapping[str, object]]:
    """Reasons, the first one first."""
    reasons: list[Mapping[str, object]] = []
    if step.needed_for and not set(step.skills) & set(wanted.values):
        reasons.append({"because": "needed_for", "skills": list(step.needed_for)[:3]})
    elif set(step.skills) & set(wanted.values):
        reasons.append({"because": "wanted"})
    if step.kind is Kind.CHECK:
        reasons.append({"because": _why_asked(step, wanted, mastery)})
    elif len(step.skills) > 1:
        reasons.append({"because": "several_at_once", "count": len(step.skills)})
    if any(code in wanted.kept for code in (*step.skills, step.key)):
        reasons.append({"because": "kept"})
    return reasons


def _why_asked(step: PlannedStep, wanted: Wanted, mastery: Mapping[str, float]) -> str:
    """Why a question comes before anything teaches. Nobody is told that they probably know what they probably don't."""
    if any(code in wanted.known for code in step.skills):
        return "you_said"
    return "probably_known" if all(mastery[code] >= LIKELY for code in step.skills) else "may_be_known"
