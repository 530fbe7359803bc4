"""From life to the planner's problem and back."""

from __future__ import annotations

import pytest

from pathways.learning.models import ResourceKind, StepKind, Way
from pathways.learning.offering import RESOURCE, SESSION
from pathways.learning.planning import Wanted
from tests.learning.journeying import Journey

VALUES = {"SEC-02": 3.0, "MEL-04": 2.0}


@pytest.fixture
def journey(db) -> Journey:
    return Journey(db)


def steps(journey: Journey, **wanted):
    plans, asked = journey.plans(), Wanted(VALUES, **wanted)
    return {code: one for one in plans.steps(plans.best(asked), asked) for code in one.skills}


def test_the_problem_holds_the_goals_and_what_they_stand_on_alone(journey):
    plans = journey.plans()
    problem = plans.problem(Wanted(VALUES))
    assert problem.values == VALUES
    for code in problem.skills:
        assert all(one in problem.skills for group in plans.knowledge.requires[code] for one in group)
    assert len(problem.skills) < len(plans.knowledge.skills)


def test_what_is_lacking_is_learnt_by_the_shortest_and_says_why(journey):
    short = journey.resource("SEC-02", 3)
    found = steps(journey)["SEC-02"]
    assert (found.kind, found.resource) == (StepKind.LEARN, short)
    assert found.why[0] == {"because": "wanted"}
    assert found.low <= found.minutes <= found.high


def test_what_is_refused_is_not_proposed_again(journey):
    short = journey.resource("SEC-02", 3)
    found = steps(journey, refused=frozenset({f"{RESOURCE}{short.id}"}))["SEC-02"]
    assert found.resource is not short


def test_what_somebody_says_they_know_becomes_a_question(journey):
    found = steps(journey, known=frozenset({"SEC-02"}))["SEC-02"]
    assert found.kind is StepKind.CHECK
    assert {"because": "you_said"} in found.why


def test_what_is_taken_on_their_word_is_no_step(journey):
    assert "SEC-02" not in steps(journey, trusted=frozenset({"SEC-02"}))


def test_who_wants_company_sits_with_somebody_and_is_told_the_minutes_as_they_are(journey):
    helped = journey.resource("SEC-02", 25, kind=ResourceKind.HELP)
    found = steps(journey, way=Way.TOGETHER)["SEC-02"]
    assert found.resource is helped
    assert found.minutes < 45


def test_at_ones_own_pace_nothing_has_a_date_and_nobody_waits(journey):
    journey.session("SEC-02", "MEL-04")
    journey.resource("SEC-02", 2, kind=ResourceKind.HELP)
    found = steps(journey, way=Way.OWN_PACE)
    assert all(one.session is None for one in found.values())
    assert found["SEC-02"].resource is None or found["SEC-02"].resource.kind is not ResourceKind.HELP


def test_a_session_that_is_kept_is_in_the_plan(journey):
    made = journey.session("SEC-02")
    found = steps(journey, way=Way.OWN_PACE, kept=frozenset({f"{SESSION}{made.id}"}))["SEC-02"]
    assert found.session is not None
    assert found.session.id == made.id


def test_the_same_life_gives_the_same_plan(journey):
    journey.session("SEC-02")
    assert steps(journey) == steps(journey)
