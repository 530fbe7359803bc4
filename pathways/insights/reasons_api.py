"""Why each question was asked, for programs: the same as the trainer's page."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from fastapi import Depends
from pydantic import BaseModel, Field
from starlette.requests import Request

from pathways.diagnostics import reading, retracing
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.engine import Outcome
from pathways.diagnostics.retracing import Step
from pathways.diagnostics.schemas import Stopped
from pathways.insights.asking import ABOUT
from pathways.insights.schemas import SignName
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.routing import Router

router = Router(tags=["trainer"], route_class=StrictRoute)
AttemptsReader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=ABOUT))]


class DoubtOut(BaseModel):
    skill: str
    mastery: float = Field(description="Chance that it was mastered, before the question.")
    bits: float = Field(description="What the question promised to tell of it.")


class LabelChangeOut(BaseModel):
    skill: str
    before: SignName
    after: SignName


class RetracedOut(BaseModel):
    item: str
    skill: str
    origin: Literal["screen", "paper", "observed"]
    bits: float = Field(description="What the question promised to tell of the whole profile.")
    expected_seconds: float
    decides: list[DoubtOut] = Field(description="What it was to decide, the most doubtful first; three at most.")
    outcome: Outcome
    counts: bool = Field(description="Whether the answer says something: one that was not understood does not.")
    seconds: float
    certainty: float = Field(description="Expected share of micro-skills classified right, after the answer.")
    changes: list[LabelChangeOut]


class SupersededOut(BaseModel):
    item: str
    outcome: Outcome


class ReasonsOut(BaseModel):
    attempt: uuid.UUID
    stopped: Stopped | None
    goal: float | None = Field(description="The certainty that ends the diagnostic.")
    begun: float = Field(description="The certainty before any answer.")
    questions: list[RetracedOut]
    superseded: list[SupersededOut] = Field(description="Taken back or corrected: counted nowhere.")


@router.get("/attempts/{attempt_id}/reasons", response_model=ReasonsOut, summary="Why each question was asked")
def reasons(
    request: Request, member: AttemptsReader, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor
) -> dict[str, Any]:
    """Question by question: what it was to decide, what was answered, what that changed. Noted in the journal."""
    attempt, _ = reading.attempt_for(db, member, attempt_id)
    read = retracing.retraced(db, door, attempt)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt_id])
    return {
        "attempt": attempt.id,
        "stopped": attempt.stopped,
        "goal": read.blueprint.rules.accuracy,
        "begun": round(read.begun, 6),
        "questions": [_reason(one) for one in read.steps],
        "superseded": [{"item": one.item, "outcome": one.outcome} for one in read.superseded],
    }


def _reason(one: Step) -> dict[str, Any]:
    return {
        "item": one.answer.item,
        "skill": one.skill,
        "origin": one.origin,
        "bits": round(one.bits, 6),
        "expected_seconds": one.seconds,
        "decides": [
            {"skill": doubt.skill, "mastery": round(doubt.mastery, 6), "bits": round(doubt.bits, 6)}
            for doubt in one.doubts
        ],
        "outcome": one.answer.outcome,
        "counts": one.counts,
        "seconds": one.answer.seconds,
        "certainty": round(one.certainty, 6),
        "changes": [{"skill": change.skill, "before": change.before, "after": change.after} for change in one.changes],
    }
