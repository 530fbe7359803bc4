"""Somebody with a result, in a browser, and what is there for them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.models import Attempt
from pathways.learning import choosing
from pathways.learning.models import (
    Goal,
    Pathway,
    PathwayEvent,
    Resource,
    ResourceKind,
    Step,
    StepKind,
    StepState,
    Way,
)
from tests.insights.crowds import SKILLS, Crowd
from tests.workshops import offering

FRAMEWORK = "inclusion-numerique"
LACKING = {"SEC-02": "dont_know", "MEL-04": "dont_know"}


class Person:
    """Somebody with a result, in a browser, and what is there for them."""

    def __init__(self, app, client, database, language="fr") -> None:
        self.app, self.client, self.database = app, client, database
        with database.begin() as db:
            crowd = Crowd.new(db, languages=("fr", "ar", "ti"))
            self.member = crowd.member
            own = dict.fromkeys(SKILLS, "correct") | LACKING
            self.attempt_id = crowd.add(own, language=language).id
            self.goal_id = self._goal(db, "Reconnaître un faux message", {"SEC-02": 3, "MEL-04": 2}).id
            self.other_goal_id = self._goal(db, "Envoyer un document", {"MEL-04": 1}).id
            self._resource(db, "SEC-02", 60)
            self._resource(db, "MEL-04", 20)
            self._resource(db, "MEL-04", 50, kind=ResourceKind.HELP)
            skills = (f"{FRAMEWORK}:SEC-02",)
            workshop = offering.workshop_of(db, crowd.member, skills=skills, languages=("fr", "ti", "ar"))
            place = offering.place_of(db, crowd.member)
            dated = {"place_id": place.id, "languages": ("fr", "ti", "ar"), "starts": "14:00", "ends": "14:30"}
            dated["day"] = (clock.now() + timedelta(days=60)).date()
            made = offering.session_of(db, crowd.member, workshop, **dated)
            self.session_id, self.session_code = made.id, made.code
        self.hold(self.attempt_id)

    def _goal(self, db, title, weights) -> Goal:
        made = Goal(
            organisation_id=self.member.organisation_id,
            framework=FRAMEWORK,
            code=uuid.uuid4().hex[:8],
            title=title,
            titles={"ar": "أن أعرف", "ti": "ምፍላጥ"},
            weights=weights,
        )
        db.add(made)
        db.flush()
        return made

    def _resource(self, db, code, minutes, kind=ResourceKind.PAGE) -> None:
        db.add(
            Resource(
                organisation_id=self.member.organisation_id,
                framework=FRAMEWORK,
                code=f"{kind}-{code.lower()}",
                kind=kind,
                title=f"Fiche {code}",
                minutes=minutes,
                teaches=[{"skill": code, "level": "practise"}],
                languages=["fr", "ar", "ti"],
                url="https://exemple.fr/fiche",
            )
        )

    def hold(self, attempt_id) -> None:
        self.client.cookies.clear()
        self.client.cookies.set("attempt", self.app.state.door.token(attempt_id), path="/t")

    @property
    def base(self) -> str:
        return f"/t/{self.attempt_id}"

    def get(self, path: str):
        return self.client.get(f"{self.base}{path}")

    def post(self, path: str, **data):
        return self.client.post(f"{self.base}{path}", data=data)

    def choose(self, way: Way = Way.OWN_PACE, **data):
        sent = {"goal": str(self.goal_id), "minutes": "60", "way": way.value, "key": uuid.uuid4().hex} | data
        reply = self.post("/ways", **sent)
        assert reply.status_code == 303, reply.text
        return reply

    def rows(self, kind, **columns):
        with self.database.read() as db:
            found = db.scalars(sa.select(kind).filter_by(**columns)).all()
            db.expunge_all()
            return found

    @property
    def pathway(self) -> Pathway:
        with self.database.read() as db:
            found = choosing.latest(db, db.get_one(Attempt, self.attempt_id))
            assert found is not None
            db.expunge_all()
            return found

    def steps(self, state: StepState = StepState.OPEN) -> list[Step]:
        found = self.rows(Step, pathway_id=self.pathway.id, state=state)
        return sorted(found, key=lambda one: one.position)

    def happened(self) -> list[str]:
        found = self.rows(PathwayEvent, pathway_id=self.pathway.id)
        return [one.kind for one in sorted(found, key=lambda one: (one.happened_at, one.id))]


def first_learning(person: Person) -> Step:
    """The first step that teaches something of which a question can be asked on a screen."""
    return next(one for one in person.steps() if one.kind is StepKind.LEARN and one.skills[0] in {"MEL-04", "SEC-02"})
