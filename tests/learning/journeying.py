"""Somebody with a result, what could teach them, and the pathway that they chose: through the services."""

from __future__ import annotations

import time
import uuid
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics import taking
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.learning import choosing, following
from pathways.learning.limits import Limits
from pathways.learning.models import Goal, Pathway, Resource, ResourceKind, Step, StepState, Way
from pathways.learning.planning import Plans
from pathways.workshops.codes import Codes
from pathways.workshops.models import WorkshopSession
from tests.conftest import SECRET
from tests.insights.crowds import SKILLS, Crowd
from tests.learning.walkers import FRAMEWORK, a_goal
from tests.workshops import offering

LACKING = dict.fromkeys(SKILLS, "correct") | {"SEC-02": "dont_know", "MEL-04": "dont_know"}
CODES = Codes(SECRET)
DOOR = Door(SECRET, Blueprints(clock=time.monotonic))


class Journey:
    """One person. ``crowd``: the organisation that they come to."""

    def __init__(self, db: Session, *, language: str = "fr", outcomes: dict[str, str] | None = None) -> None:
        self.db, self.door, self.crowd = db, DOOR, Crowd.new(db, languages=("fr", "ar", "ti"))
        self.member = self.crowd.member
        self.attempt: Attempt = self.crowd.add(outcomes or LACKING, language=language)
        self.goal: Goal = a_goal(db, self.member)

    def resource(self, skill: str = "SEC-02", minutes: int = 15, **values: Any) -> Resource:
        made = Resource(
            **{
                "organisation_id": self.member.organisation_id,
                "framework": FRAMEWORK,
                "code": uuid.uuid4().hex[:8],
                "kind": ResourceKind.PAGE,
                "title": "Une page",
                "minutes": minutes,
                "teaches": [{"skill": skill, "level": "practise"}],
                "languages": ["fr"],
            }
            | values
        )
        self.db.add(made)
        self.db.flush()
        return made

    def session(self, *skills: str, days: int = 60, **values: Any) -> WorkshopSession:
        taught = tuple(f"{FRAMEWORK}:{one}" for one in skills or ("SEC-02",))
        offered = {name: values.pop(name) for name in ("reading", "audience") if name in values}
        workshop = offering.workshop_of(self.db, self.member, skills=taught, **offered)
        place = offering.place_of(self.db, self.member, **values.pop("place", {}))
        day: date = (clock.now() + timedelta(days=days)).date()
        usual = {"day": day, "starts": "14:00", "ends": "14:30", "languages": ("fr", "ti"), "place_id": place.id}
        return offering.session_of(self.db, self.member, workshop, **usual | values)

    def plans(self, limits: Limits | None = None) -> Plans:
        return choosing.plans_for(self.db, self.door, self.attempt, FRAMEWORK, limits or Limits(), clock.now())

    def choose(self, way: Way = Way.QUICKEST, *, limits: Limits | None = None, key: str = "", **more: Any) -> Pathway:
        return choosing.choose(
            self.db,
            self.door,
            self.attempt,
            framework=FRAMEWORK,
            goals=more.pop("goals", [self.goal]),
            limits=limits or Limits(),
            way=way,
            key=key or uuid.uuid4().hex,
            **more,
        )

    def steps(self, pathway: Pathway) -> list[Step]:
        return [one for one in following.steps_of(self.db, pathway) if one.state is StepState.OPEN]

    def step(self, pathway: Pathway, skill: str) -> Step:
        return next(one for one in self.steps(pathway) if skill in one.skills)

    def say(self, attempt: Attempt, outcome: str = "dont_know") -> None:
        """Answer the question on the screen."""
        assert attempt.current_item is not None
        taking.answer(
            self.db,
            self.door,
            attempt.id,
            key=uuid.uuid4().hex,
            item=attempt.current_item,
            outcome=outcome,
            response=None,
        )
