"""Plans, pathways and journeys in JSON."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt
from pydantic.config import JsonDict, JsonValue

from pathways import i18n
from pathways.diagnostics.reading import Sign
from pathways.learning.choosing import MOST_GOALS, MOST_REASON, WAYS, Option
from pathways.learning.limits import MOST_KM, MOST_MINUTES, USUAL_KM, USUAL_MINUTES, USUAL_SITTING, Limits
from pathways.learning.models import Device, Pathway, PathwayState, Step, StepKind, StepState, Way
from pathways.learning.planning import Proposed
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.web.fields import Day, Short

MOST_SKILLS = 500
Share = Annotated[StrictFloat | Annotated[StrictInt, Field(ge=0, le=1)], Field(ge=0.0, le=1.0)]
Weight = Annotated[StrictFloat | StrictInt, Field(gt=0, le=100)]
Mark = Literal["done", "known", "too_hard", "refused"]
PROFILE: JsonDict = {"MES-01": 0.9, "MES-02": 0.55, "MES-04": 0.1}
LIMITS: JsonDict = {"minutes_a_week": 60, "weekdays": [1], "device": "phone", "no_reading": True}
EXAMPLES: list[JsonValue] = [
    {"profile": PROFILE, "language": "ti", "weights": {"MES-04": 3}, "limits": LIMITS},
    {"attempt": "0193f6a0-0000-7000-8000-000000000000", "goals": ["0193f6a0-0000-7000-8000-000000000001"]},
]


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class LimitsIn(Incoming):
    """What a life leaves for learning. What is left out has its usual value."""

    minutes_a_week: StrictInt | None = Field(default=USUAL_MINUTES, ge=5, le=MOST_MINUTES)
    until: Day | None = Field(default=None, description="The last day.")
    weekdays: Annotated[list[Annotated[StrictInt, Field(ge=0, le=6)]], Field(max_length=7)] = Field(
        default=[], description="Days of the week that are possible, Monday 0; none: all of them."
    )
    device: Device = Field(default=Device.ANY, description="`phone` or `computer`: there is nothing else at hand.")
    no_reading: StrictBool = False
    commune: Short | None = Field(default=None, max_length=5, description="INSEE code of where they start from.")
    km: StrictInt = Field(default=USUAL_KM, ge=1, le=MOST_KM)
    sitting: StrictInt = Field(default=USUAL_SITTING, ge=10, le=240, description="Minutes at once.")

    def limits(self) -> Limits:
        return Limits(
            minutes_a_week=self.minutes_a_week,
            until=self.until,
            weekdays=tuple(self.weekdays),
            device=self.device,
            no_reading=self.no_reading,
            commune=self.commune,
            km=self.km,
            sitting=self.sitting,
        )


class PlanIn(Incoming):
    """Goals, by id or as weights of micro-skills, and what a life leaves for them."""

    goals: Annotated[list[uuid.UUID], Field(max_length=MOST_GOALS)] = []
    weights: Annotated[dict[Short, Weight], Field(max_length=60)] = Field(
        default={}, description="`{micro-skill: weight}`, beside the goals or in their place."
    )
    limits: LimitsIn = Field(default=LimitsIn(), examples=[LIMITS])
    ways: Annotated[list[Way], Field(min_length=1, max_length=4)] = Field(
        default=[*WAYS], description="Which ways are planned; one that is the same as an earlier one is left out."
    )


class WhatIfIn(PlanIn):
    """For somebody who took a diagnostic (`attempt`), or for a profile that is supposed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": EXAMPLES})

    attempt: uuid.UUID | None = None
    profile: Annotated[dict[Short, Share], Field(max_length=MOST_SKILLS)] = Field(
        default={}, description="`{micro-skill: P(mastered)}`. What is left out is as before any answer."
    )
    framework: Short = USUAL_FRAMEWORK
    language: Short = Field(default=i18n.SOURCE, examples=["ti"], description="Of a supposed person.")


class ChoiceIn(Incoming):
    """A way to goals, taken by the person or with them."""

    goals: Annotated[list[uuid.UUID], Field(min_length=1, max_length=MOST_GOALS)]
    limits: LimitsIn = Field(default=LimitsIn(), examples=[LIMITS])
    way: Way = Way.QUICKEST
    reason: Annotated[str, Field(max_length=MOST_REASON)] = Field(default="", description="Theirs, if they give one.")


class MarkIn(Incoming):
    mark: Mark = Field(description="What the person says of the step.")


class MinutesOut(BaseModel):
    """Expected, and from 10 to 90 %."""

    mean: float
    low: float
    high: float


class StepOut(BaseModel):
    id: uuid.UUID | None = Field(description="`null` for a step of a plan that nobody chose.")
    kind: StepKind
    state: StepState
    skills: list[str]
    resource: uuid.UUID | None
    session: uuid.UUID | None
    title: str = Field(description="Of a step that a trainer added.")
    minutes: MinutesOut
    why: list[dict[str, Any]] = Field(
        description="Reasons, the first one first: `needed_for` (with `skills`), `wanted`, `probably_known`, ..."
    )
    locked: bool


class AtMostOut(BaseModel):
    """By which share another plan might be better, at most; 0 is proven. It says what could not be proven, not what is
    lost.
    """

    value: float
    minutes: float
    order: float = Field(description="With sessions or alternatives far above what a better order may really save.")


class PlanOut(BaseModel):
    way: Way
    steps: list[StepOut]
    minutes: MinutesOut | None
    weeks: int | None = Field(description="At the pace that was said.")
    reached: list[str] = Field(description="Wanted micro-skills that the plan leads to.")
    unreachable: list[str] = Field(description="Those that nothing leads to, whatever the time.")
    at_most: AtMostOut
    proven: bool


class PlansOut(BaseModel):
    framework: str
    plans: list[PlanOut]


class PathwayOut(BaseModel):
    id: uuid.UUID
    attempt: uuid.UUID
    framework: str
    goals: list[dict[str, Any]]
    way: Way
    reason: str | None = Field(description="The person's own; told to nobody else over the API.")
    state: PathwayState
    limits: dict[str, Any]
    minutes: MinutesOut | None
    version: int
    chosen_at: datetime
    active_at: datetime
    ended_at: datetime | None
    steps: list[StepOut]


class HappeningOut(BaseModel):
    at: datetime
    kind: str = Field(description="`diagnostic`, `check`, `referral`, `exchange`, or an event of a pathway.")
    skills: list[str]
    title: str
    by_member: bool
    details: dict[str, Any]


class MasteredOut(BaseModel):
    """How many micro-skills of the journey are mastered: expected, and from 10 to 90 %."""

    mean: float
    low: int
    high: int
    of: int


class PointOut(BaseModel):
    at: datetime
    mastered: MasteredOut
    mastery: dict[str, float]


class ChangedOut(BaseModel):
    skill: str
    title: str
    before: Sign
    after: Sign
    mastery: tuple[float, float]


class HelpOut(BaseModel):
    languages: list[str]
    not_understood: int
    read_aloud: int
    too_hard: int
    with_somebody: int


class JourneyOut(BaseModel):
    framework: str
    entries: list[HappeningOut]
    points: list[PointOut] = Field(description="After the first diagnostic, after sittings, today.")
    changes: list[ChangedOut] = Field(description="What is not today as it was after the first diagnostic.")
    help: HelpOut


class ConcludedOut(BaseModel):
    more: bool = Field(description="One more question is on the screen.")
    pathway: PathwayOut


def plan_json(one: Option) -> dict[str, Any]:
    plan = one.plan
    return {
        "way": one.way,
        "steps": [_proposed(step) for step in one.steps],
        "minutes": plan.total and _minutes(plan.total.mean, plan.total.low, plan.total.high),
        "weeks": one.weeks,
        "reached": sorted(plan.reached),
        "unreachable": sorted(plan.choice.unreachable),
        "at_most": {
            "value": round(plan.choice.value_gap, 6),
            "minutes": round(plan.choice.minutes_gap, 6),
            "order": round(plan.order_gap, 6),
        },
        "proven": plan.is_proven,
    }


def pathway_json(one: Pathway, steps: Sequence[Step], *, own: bool) -> dict[str, Any]:
    """``own``: for the person themself, whose reason is theirs."""
    total = one.estimate.get("total")
    return {
        "id": one.id,
        "attempt": one.attempt_id,
        "framework": one.framework,
        "goals": one.goals,
        "way": one.way,
        "reason": one.reason if own else None,
        "state": one.state,
        "limits": one.limits,
        "minutes": _minutes(*total) if total else None,
        "version": one.version,
        "chosen_at": one.chosen_at,
        "active_at": one.active_at,
        "ended_at": one.ended_at,
        "steps": [step_json(step) for step in steps],
    }


def step_json(one: Step) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "skills": one.skills,
        "resource": one.resource_id,
        "session": one.session_id,
        "title": one.title,
        "minutes": _minutes(one.minutes, one.low, one.high),
        "why": one.why,
        "locked": one.locked,
    }


def _proposed(one: Proposed) -> Mapping[str, Any]:
    return {
        "id": None,
        "kind": one.kind,
        "state": StepState.OPEN,
        "skills": list(one.skills),
        "resource": one.resource.id if one.resource else None,
        "session": one.session.id if one.session else None,
        "title": "",
        "minutes": _minutes(one.minutes, one.low, one.high),
        "why": [dict(reason) for reason in one.why],
        "locked": any(reason.get("because") == "kept" for reason in one.why),
    }


def _minutes(mean: float, low: float, high: float) -> dict[str, float]:
    return {"mean": round(mean, 1), "low": round(low, 1), "high": round(high, 1)}
