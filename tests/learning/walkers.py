"""People on a pathway, put straight into the database."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pathways import ids
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.learning import choosing
from pathways.learning.limits import Limits
from pathways.learning.models import Goal, Pathway, Way
from pathways.permissions import Member
from tests.insights.crowds import SKILLS, Crowd

FRAMEWORK = "inclusion-numerique"
WEIGHTS = {"SEC-02": 3, "MEL-04": 2}


@dataclass
class Walker:
    """Somebody who answered, and chose a way to one goal."""

    member: Member
    attempt: Attempt
    goal: Goal
    pathway: Pathway


def a_goal(db: Session, member: Member, **weights: int) -> Goal:
    goal = Goal(
        organisation_id=member.organisation_id,
        framework=FRAMEWORK,
        code=f"goal-{uuid.uuid4().hex[:8]}",
        title="Envoyer une photo",
        weights=dict(weights) or dict(WEIGHTS),
    )
    db.add(goal)
    db.flush()
    return goal


def a_walker(
    db: Session,
    door: Door,
    crowd: Crowd,
    goal: Goal | None = None,
    *,
    outcomes: Mapping[str, str] | None = None,
    way: Way = Way.QUICKEST,
    language: str = "ar",
) -> Walker:
    goal = goal or a_goal(db, crowd.member)
    said = outcomes or dict.fromkeys(SKILLS, "correct") | {"SEC-02": "dont_know", "MEL-04": "not_understood"}
    attempt = crowd.add(said, language=language)
    db.flush()
    pathway = choosing.choose(
        db,
        door,
        attempt,
        framework=FRAMEWORK,
        goals=[goal],
        limits=Limits(),
        way=way,
        key=str(ids.random_id()),
    )
    return Walker(crowd.member, attempt, goal, pathway)
