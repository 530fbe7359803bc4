"""What if, choices, steps and journeys for programs."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from pathways.learning import planning
from pathways.learning.api import pace
from pathways.learning.models import Pathway
from pathways.learning.planner.choice import choose
from pathways.permissions import Role
from pathways.workshops.models import Reading
from tests.insights.crowds import Crowd
from tests.learning.walkers import a_goal, a_walker
from tests.web.world import rows_of
from tests.workshops import offering

SUPPOSED = {"profile": {"SEC-01": 0.9, "SEC-02": 0.2}, "language": "ti", "weights": {"SEC-02": 3}}


@pytest.fixture
def walker(app, database):
    with database.begin() as db:
        walker = a_walker(db, app.state.door, Crowd.new(db))
        db.flush()
        db.expunge_all()
    return walker


@pytest.fixture
def own(app, walker):
    return {"Authorization": f"Bearer {app.state.door.token(walker.attempt.id)}"}


def keyed(headers=None, key: str | None = None):
    return (headers or {}) | {"Idempotency-Key": key or str(uuid.uuid4())}


def test_what_if_for_a_supposed_profile_stores_nothing(signed_in, database):
    trainer = signed_in(Role.TRAINER)
    first = trainer.post("/api/v1/plans", json=SUPPOSED)  # may make, once a day, what questions are asked from
    assert first.status_code == 200, first.text
    before = rows_of(database)
    told = trainer.post("/api/v1/plans", json=SUPPOSED)
    assert told.json() == first.json()
    assert rows_of(database) == before
    plans = told.json()["plans"]
    assert plans
    for plan in plans:
        assert plan["steps"]
        assert plan["minutes"]["low"] <= plan["minutes"]["mean"] <= plan["minutes"]["high"]
        assert plan["reached"] == ["SEC-02"]
        assert set(plan["at_most"]) == {"value", "minutes", "order"}


def test_who_masters_it_has_a_shorter_way(signed_in):
    trainer = signed_in(Role.TRAINER)

    def minutes(share: float) -> float:
        body = SUPPOSED | {"profile": {"SEC-01": share, "SEC-02": share}, "ways": ["quickest"]}
        plan = trainer.post("/api/v1/plans", json=body).json()["plans"][0]
        return sum(step["minutes"]["mean"] for step in plan["steps"])

    assert minutes(0.99) < minutes(0.05)


@pytest.mark.parametrize(
    "wrong",
    [
        {"profile": {"SEC-02": 1.5}},
        {"profile": {"NO-SUCH": 0.5}},
        {"weights": {"NO-SUCH": 2}},
        {"weights": {}},
        {"language": "xx"},
        {"limits": {"minutes_a_week": 1}},
        {"limits": {"until": "2020-01-01"}},
        {"ways": ["fastest"]},
        {"ways": []},
        {"limits": {"commune": "99999"}},
        {"wishes": 3},
    ],
)
def test_what_cannot_be_planned_is_said(signed_in, wrong):
    reply = signed_in(Role.TRAINER).post("/api/v1/plans", json=SUPPOSED | wrong)
    assert reply.status_code == 422, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["errors"]


def test_what_if_for_somebody_is_for_their_organisation(walker, signed_in):
    body = {"attempt": str(walker.attempt.id), "goals": [str(walker.goal.id)]}
    assert signed_in(Role.TRAINER).post("/api/v1/plans", json=body).status_code == 404
    trainer = signed_in(Role.TRAINER, organisation=walker.member.organisation_id)
    told = trainer.post("/api/v1/plans", json=body)
    assert told.status_code == 200, told.text
    assert told.json()["plans"][0]["way"] == "quickest"


@pytest.mark.parametrize(
    "supposed", [{"profile": {"SEC-02": 1.0}}, {"language": "ti"}, {"framework": "mediation-numerique"}]
)
def test_of_somebody_who_answered_nothing_is_supposed(walker, signed_in, supposed):
    body = {"attempt": str(walker.attempt.id), "goals": [str(walker.goal.id)]}
    trainer = signed_in(Role.TRAINER, organisation=walker.member.organisation_id)
    reply = trainer.post("/api/v1/plans", json=body | supposed)
    assert reply.status_code == 422
    assert [one["field"] for one in reply.json()["errors"]] == list(supposed)


def test_a_key_serves_for_one_choice(client, walker, own):
    path, headers = f"/api/v1/attempts/{walker.attempt.id}/pathways", keyed(own)
    body = {"goals": [str(walker.goal.id)]}
    made = client.post(path, json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert client.post(path, json=body, headers=headers).json()["id"] == made.json()["id"]
    assert client.post(path, json=body | {"way": "own_pace"}, headers=headers).status_code == 422


def test_the_person_plans_chooses_and_marks(app, client, database, walker, own):
    url = f"/api/v1/attempts/{walker.attempt.id}"
    plans = client.post(f"{url}/plans", json={"goals": [str(walker.goal.id)]}, headers=own)
    assert plans.status_code == 200, plans.text
    key = str(uuid.uuid4())
    body = {"goals": [str(walker.goal.id)], "way": "own_pace", "reason": "Le soir, seule"}
    made = client.post(f"{url}/pathways", json=body, headers=keyed(own, key))
    assert made.status_code == 201, made.text
    assert client.post(f"{url}/pathways", json=body, headers=keyed(own, key)).json()["id"] == made.json()["id"]
    assert made.json()["reason"] == "Le soir, seule"
    listed = client.get(f"{url}/pathways", headers=own).json()
    assert [one["state"] for one in listed] == ["active", "stopped"]
    step = next(one for one in made.json()["steps"] if one["state"] == "open")
    mark = {"mark": "refused"}
    marked = client.post(f"{url}/steps/{step['id']}", json=mark, headers=keyed(own))
    assert marked.status_code == 200, marked.text
    assert step["id"] not in [one["id"] for one in marked.json()["steps"]]
    assert client.post(f"{url}/steps/{step['id']}", json=mark, headers=keyed(own)).status_code == 409
    assert client.post(f"{url}/steps/{uuid.uuid4()}", json=mark, headers=keyed(own)).status_code == 404
    journey = client.get(f"{url}/journey", headers=own).json()
    assert {"diagnostic", "chosen", "step_refused", "stopped"} <= {one["kind"] for one in journey["entries"]}
    assert client.post(f"{url}/pathways/stop", headers=own).status_code == 204
    with database.read() as db:
        assert not db.scalars(sa.select(Pathway).filter_by(attempt_id=walker.attempt.id, state="active")).all()


@pytest.mark.slow
def test_a_check_is_answered_and_changes_the_pathway(client, walker, own, signed_in):
    url = f"/api/v1/attempts/{walker.attempt.id}"
    steps = client.get(f"{url}/pathways", headers=own).json()[0]["steps"]
    step = next(one for one in steps if one["state"] == "open")
    opened = client.post(f"{url}/steps/{step['id']}/check", headers=own)
    assert opened.status_code == 201, opened.text
    asked = opened.json()
    token = {"Authorization": f"Bearer {asked['token']}"}
    concluded = {"more": True}
    for _ in range(3):
        item = client.get(f"/api/v1/attempts/{asked['id']}", headers=token).json()["item"]
        said = {"item": item["id"], "outcome": "dont_know"}
        answered = client.post(f"/api/v1/attempts/{asked['id']}/answers", json=said, headers=keyed(token))
        assert answered.status_code == 200, answered.text
        concluded = client.post(f"{url}/pathways/conclude", headers=own).json()
        if not concluded["more"]:
            break
    assert not concluded["more"]
    assert concluded == client.post(f"{url}/pathways/conclude", headers=own).json()
    journey = client.get(f"{url}/journey", headers=own).json()
    told = next(one for one in journey["entries"] if one["kind"] == "check")
    assert set(step["skills"]) <= set(told["details"]["signs"])
    client.cookies.set("attempt", own["Authorization"].removeprefix("Bearer "), path="/t")
    page = client.get(f"/t/{walker.attempt.id}/journey")
    assert page.status_code == 200, page.text
    trainer = signed_in(Role.TRAINER, organisation=walker.member.organisation_id)
    page = trainer.get(f"/pathways/{walker.pathway.id}/journey")
    assert page.status_code == 200, page.text
    assert "→" in page.text


def test_a_goal_of_another_organisation_does_not_exist(client, database, walker, own):
    with database.begin() as db:
        other = a_goal(db, Crowd.new(db).member).id
    url = f"/api/v1/attempts/{walker.attempt.id}"
    assert client.post(f"{url}/plans", json={"goals": [str(other)]}, headers=own).status_code == 404
    assert client.post(f"{url}/pathways", json={"goals": [str(other)]}, headers=keyed(own)).status_code == 404


def test_members_read_and_help(walker, signed_in):
    trainer = signed_in(Role.TRAINER, organisation=walker.member.organisation_id)
    rows = trainer.get("/api/v1/pathways").json()["rows"]
    assert [one["id"] for one in rows] == [str(walker.pathway.id)]
    assert rows[0]["reason"] is None
    assert rows[0]["steps"]
    assert trainer.get("/api/v1/pathways?state=stopped").json()["rows"] == []
    one = trainer.get(f"/api/v1/pathways/{walker.pathway.id}").json()
    assert one["steps"] == rows[0]["steps"]
    again = trainer.post(f"/api/v1/pathways/{walker.pathway.id}/refresh")
    assert again.status_code == 200, again.text
    marked = trainer.post(f"/api/v1/steps/{one['steps'][0]['id']}", json={"mark": "too_hard"}, headers=keyed())
    assert marked.status_code == 200, marked.text
    assert trainer.get(f"/api/v1/pathways/{walker.pathway.id}/journey").json()["entries"]
    stranger = signed_in(Role.TRAINER)
    assert stranger.get("/api/v1/pathways").json()["rows"] == []
    assert stranger.get(f"/api/v1/pathways/{walker.pathway.id}").status_code == 404
    assert (
        stranger.post(f"/api/v1/steps/{one['steps'][0]['id']}", json={"mark": "done"}, headers=keyed()).status_code
        == 404
    )


def test_partners_hear_that_something_moved_and_not_what(walker, signed_in):
    trainer = signed_in(Role.TRAINER, organisation=walker.member.organisation_id)
    step = trainer.get("/api/v1/pathways").json()["rows"][0]["steps"][0]
    trainer.post(f"/api/v1/steps/{step['id']}", json={"mark": "too_hard"}, headers=keyed())
    told = trainer.get("/api/v1/changes").json()["changes"]
    acts = {(one["kind"], one["act"]) for one in told}
    assert ("pathway", "created") in acts
    assert ("step", "updated") in acts
    assert set(told[0]) == {"number", "kind", "id", "act", "happened_at"}


def test_a_seat_is_proposed_and_answered_by_the_person_alone(client, database, walker, own, signed_in):
    with database.begin() as db:
        skills = ("inclusion-numerique:SEC-02",)
        workshop = offering.workshop_of(db, walker.member, skills=skills, languages=("ar",), reading=Reading.NONE)
        place = offering.place_of(db, walker.member)
        session = str(offering.session_of(db, walker.member, workshop, place_id=place.id, languages=("ar",)).id)
    trainer = signed_in(Role.TRAINER, organisation=walker.member.organisation_id)
    body = {"session": session, "pathways": [str(walker.pathway.id)]}
    assert trainer.post("/api/v1/seat-proposals", json=body).json() == {"asked": 1}
    assert trainer.post("/api/v1/seat-proposals", json=body).json() == {"asked": 0}
    url = f"/api/v1/attempts/{walker.attempt.id}/seat-proposals"
    [proposed] = client.get(url, headers=own).json()
    assert (proposed["session"], proposed["state"]) == (session, "open")
    one = f"/api/v1/seat-proposals/{proposed['id']}"
    assert trainer.get(one).json() == proposed
    assert signed_in(Role.TRAINER).get(one).status_code == 404
    said = client.post(f"{url}/{proposed['id']}", json={"answer": "yes"}, headers=own)
    assert said.status_code == 200, said.text
    assert said.json()["booking"]["session_id"] == session
    again = client.post(f"{url}/{proposed['id']}", json={"answer": "yes"}, headers=own).json()
    assert again["booking"]["id"] == said.json()["booking"]["id"]
    assert client.get(url, headers=own).json() == []
    assert trainer.post(f"{one}/withdraw").status_code == 409
    told = {(one["kind"], one["act"]) for one in trainer.get("/api/v1/changes").json()["changes"]}
    assert {("seat_proposal", "created"), ("seat_proposal", "accepted")} <= told


@pytest.mark.slow
def test_plans_are_counted_and_come_to_an_end_for_an_hour(signed_in, client, walker, own, monkeypatch):
    monkeypatch.setattr(pace, "OF_MEMBER", 2)
    monkeypatch.setattr(pace, "OF_LEARNER", 1)
    trainer = signed_in(Role.TRAINER)
    wrong = SUPPOSED | {"profile": {"NO-SUCH": 0.5}}
    assert [trainer.post("/api/v1/plans", json=wrong).status_code for _ in range(3)] == [422] * 3
    told = [trainer.post("/api/v1/plans", json=SUPPOSED) for _ in range(3)]
    assert [one.status_code for one in told] == [200, 200, 429]
    assert 0 < int(told[-1].headers["retry-after"]) <= 3600
    assert signed_in(Role.TRAINER).post("/api/v1/plans", json=SUPPOSED).status_code == 200
    url, body = f"/api/v1/attempts/{walker.attempt.id}", {"goals": [str(walker.goal.id)]}
    assert client.post(f"{url}/plans", json=body, headers=own).status_code == 200
    assert client.post(f"{url}/plans", json=body, headers=own).status_code == 429
    assert client.post(f"{url}/pathways", json=body, headers=keyed(own)).status_code == 429


def test_all_ways_together_are_searched_for_no_longer_than_one_page_may_take(signed_in, monkeypatch):
    asked = []

    def noted(problem, *, seconds):
        asked.append(seconds)
        return choose(problem, seconds=seconds)

    monkeypatch.setattr(planning, "choose", noted)
    monkeypatch.setattr(planning, "ALL_SECONDS", 0.0)
    body = SUPPOSED | {"ways": ["own_pace", "together", "quickest"]}
    assert signed_in(Role.TRAINER).post("/api/v1/plans", json=body).status_code == 200
    assert asked == [planning.LEAST_SECONDS] * 3
