"""Goals for programs, and how ready somebody on a pathway is for a certification. They are at ``/learning/goals``:
``/goals`` is the composer's, which leads from plain words to micro-skills.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from pathways.diagnostics.doors import OwnDoor
from pathways.learning import following, goals, readiness
from pathways.learning.goal_checks import Certification
from pathways.learning.goals import GoalForm
from pathways.learning.models import Goal, GoalAudience
from pathways.learning.readiness import Readiness, Stand, Sure
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Line, Short
from pathways.web.paging import Cursor, Limit, PageOf, part_of
from pathways.web.routing import Router

router = Router(tags=["learning"], route_class=StrictRoute)
OF = {"goal_id": goals.get}
Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
GoalReader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.CONTENT_WRITE, of=OF))]
PathwayReader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of={"pathway_id": following.pathway_for}))]
Weights = Annotated[
    dict[Short, Annotated[int, Field(ge=1, le=3, strict=True)]],
    Field(min_length=1, max_length=goals.MOST_SKILLS, description="`{micro-skill: weight}`, from 1 to 3."),
]


class NamedGoalIn(BaseModel):
    """A goal as it shall be."""

    model_config = ConfigDict(extra="forbid")

    title: Line = Field(description="As the person would say it, in French.")
    weights: Weights
    words: Annotated[list[Short], Field(max_length=goals.MOST_WORDS)] = []
    audience: GoalAudience = GoalAudience.LEARNER
    picture: Short = goals.USUAL_PICTURE
    titles: Annotated[dict[Short, Line], Field(max_length=20, description="`{language: title}` of the others.")] = {}
    posts: Annotated[list[Short], Field(max_length=goals.MOST_WORDS)] = []

    def form(self) -> GoalForm:
        return GoalForm(
            title=self.title,
            weights=self.weights,
            words=tuple(self.words),
            audience=self.audience,
            picture=self.picture,
            titles=self.titles,
            posts=tuple(self.posts),
        )


class NamedGoalCreate(NamedGoalIn):
    framework: Short = referentials_service.USUAL_FRAMEWORK
    key: uuid.UUID | None = Field(default=None, description="The same key twice makes one goal.")


class NamedGoalChange(NamedGoalIn):
    version: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class NamedGoalCopy(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: uuid.UUID = Field(description="The same key twice makes one copy.")


class NamedGoalOut(BaseModel):
    id: uuid.UUID
    framework: str
    code: str
    origin: Literal["own", "shipped", "shared"]
    title: str
    titles: dict[str, str]
    states: dict[str, str]
    words: list[str]
    audience: GoalAudience
    posts: list[str]
    picture: str
    weights: dict[str, int]
    certification: str | None
    shared: bool
    version: int
    created_at: datetime
    archived: bool


class StandingOut(BaseModel):
    code: str
    title: str
    stand: Stand
    sure: Sure
    skills: int = Field(description="Micro-skills of ours that belong to this part.")
    low: int = Field(description="Of them, mastered: at the 10th percentile.")
    likely: int = Field(description="On average.")
    high: int = Field(description="At the 90th percentile.")
    missing: list[str] = Field(description="Micro-skills that are likelier missing than not, the easiest first.")


class ReadinessOut(BaseModel):
    """An estimate from what is known here, never a promise: nothing of it is an answer to their questions."""

    certification: str
    title: str
    note: str
    stand: Stand
    parts: list[StandingOut]
    next: list[str]
    campaign: str
    link: str


@router.get("/learning/goals", response_model=PageOf[NamedGoalOut], summary="Goals that may be chosen")
def list_goals(
    member: Reader,
    db: ReadDB,
    *,
    framework: Annotated[Short, Query()] = referentials_service.USUAL_FRAMEWORK,
    q: Annotated[Short, Query(description="Words of a title, or what people say for it.")] = "",
    audience: GoalAudience | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """One's own first, then the shipped ones, then those that others share."""
    referential = referentials_service.latest(db, framework)
    found = goals.list_for(db, member.organisation_id, referential.code, audience=audience)
    shown = part_of(goals.find(found, q), limit=limit, cursor=cursor)
    return shown | {"rows": [_as_json(member, one) for one in shown["rows"]]}


@router.post("/learning/goals", status_code=201, response_model=NamedGoalOut, summary="Make an own goal")
def create(member: Writer, body: NamedGoalCreate, db: DB) -> dict[str, Any]:
    return _as_json(member, goals.create(db, member, body.form(), framework=body.framework, key=body.key))


@router.get("/learning/goals/{goal_id}", response_model=NamedGoalOut, summary="One goal")
def goal(member: GoalReader, goal_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return _as_json(member, goals.get(db, member, goal_id))


@router.put("/learning/goals/{goal_id}", response_model=NamedGoalOut, summary="Write an own goal as it shall be")
def change(member: Writer, goal_id: uuid.UUID, body: NamedGoalChange, db: DB) -> dict[str, Any]:
    """409 if `version` is not the present one. Pathways that were chosen with it keep what they were chosen with."""
    return _as_json(member, goals.change(db, member, goal_id, body.form(), version=body.version))


@router.post("/learning/goals/{goal_id}/copy", status_code=201, response_model=NamedGoalOut, summary="Copy a goal")
def copy(member: Writer, goal_id: uuid.UUID, body: NamedGoalCopy, db: DB) -> dict[str, Any]:
    return _as_json(member, goals.copy(db, member, goal_id, key=body.key))


@router.post("/learning/goals/{goal_id}/share", response_model=NamedGoalOut, summary="Let everybody take an own goal")
def share(member: Writer, goal_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(member, goals.share(db, member, goal_id, shared=True))


@router.post("/learning/goals/{goal_id}/unshare", response_model=NamedGoalOut, summary="Share an own goal no more")
def unshare(member: Writer, goal_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(member, goals.share(db, member, goal_id, shared=False))


@router.post("/learning/goals/{goal_id}/archive", response_model=NamedGoalOut, summary="Offer an own goal no more")
def archive(member: Writer, goal_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(member, goals.archive(db, member, goal_id, archived=True))


@router.post("/learning/goals/{goal_id}/bring-back", response_model=NamedGoalOut, summary="Offer an own goal again")
def bring_back(member: Writer, goal_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(member, goals.archive(db, member, goal_id, archived=False))


@router.get(
    "/pathways/{pathway_id}/readiness", response_model=list[ReadinessOut], summary="How ready for a certification"
)
def readiness_of(
    request: Request,
    member: PathwayReader,
    pathway_id: uuid.UUID,
    db: ReadDB,
    door: OwnDoor,
    certification: Annotated[Certification | None, Query(description="Else those of the pathway's goals.")] = None,
) -> list[dict[str, Any]]:
    """An estimate from what is known here, part by part, with its range; never a promise. Noted in the journal."""
    pathway = following.pathway_for(db, member, pathway_id)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [pathway.attempt_id])
    wanted = None if certification is None else {certification}
    return [_readiness(one) for one in readiness.of_pathway(db, door, pathway, wanted=wanted)]


def _as_json(member: Member, goal: Goal) -> dict[str, Any]:
    own = goal.organisation_id == member.organisation_id
    return {
        "id": goal.id,
        "framework": goal.framework,
        "code": goal.code,
        "origin": "own" if own else "shipped" if goal.organisation_id is None else "shared",
        "title": goal.title,
        "titles": goal.titles,
        "states": goal.states,
        "words": goal.words,
        "audience": goal.audience,
        "posts": goal.posts,
        "picture": goal.picture,
        "weights": goal.weights,
        "certification": goal.certification,
        "shared": goal.shared_with_all,
        "version": goal.version,
        "created_at": goal.created_at,
        "archived": goal.archived_at is not None,
    }


def _readiness(one: Readiness) -> dict[str, Any]:
    return {
        "certification": one.certification,
        "title": one.title,
        "note": one.note,
        "stand": one.stand,
        "parts": [
            {
                "code": part.area.code,
                "title": part.area.title,
                "stand": part.stand,
                "sure": part.sure,
                "skills": len(part.area.skills),
                "low": part.low,
                "likely": part.likely,
                "high": part.high,
                "missing": list(part.missing),
            }
            for part in one.standings
        ],
        "next": [skill.code for skill in one.next],
        "campaign": one.campaign,
        "link": one.link,
    }
