"""Three ways, and the one that the person takes: it is theirs, once, and an end of the one before."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.diagnostics import taking
from pathways.errors import Conflict, Invalid
from pathways.learning import choosing, events, planning
from pathways.learning.choosing import KEPT_DAYS
from pathways.learning.limits import Limits
from pathways.learning.models import Pathway, PathwayEvent, PathwayState, ResourceKind, Step, StepState, Way
from tests.learning.journeying import Journey
from tests.learning.walkers import FRAMEWORK, a_goal

VALUES = {"SEC-02": 3.0, "MEL-04": 2.0}


@pytest.fixture
def journey(db) -> Journey:
    return Journey(db)


def told(option):
    return [
        (one.kind, one.skills, one.resource and one.resource.id, one.session and one.session.id) for one in option.steps
    ]


def test_the_ways_are_really_different(journey):
    journey.resource("SEC-02", 60)
    journey.session("SEC-02")
    journey.resource("MEL-04", 40, kind=ResourceKind.HELP)
    found = choosing.options(journey.plans(), VALUES)
    assert [way for one in found for way in (one.way, *one.also)].count(Way.QUICKEST) == 1
    assert {way for one in found for way in (one.way, *one.also)} == set(choosing.WAYS)
    ways = [told(one) for one in found]
    assert all(one not in ways[:place] for place, one in enumerate(ways))
    assert len(ways) >= 2


def test_whoever_wants_company_goes_to_a_workshop_and_whoever_does_not_goes_nowhere(journey):
    """Although a sheet would take a fraction of the time."""
    journey.resource("SEC-02", 15)
    journey.resource("MEL-04", 15)
    session = journey.session("SEC-02", "MEL-04", ends="16:00")
    attended = {
        way: [step.session.id for step in one.steps if step.session is not None]
        for one in choosing.options(journey.plans(), VALUES)
        for way in (one.way, *one.also)
    }
    assert attended == {Way.QUICKEST: [], Way.TOGETHER: [session.id], Way.OWN_PACE: []}


@pytest.mark.slow
def test_at_ones_own_pace_less_is_taken_for_granted(journey):
    steps = {way: len(one.steps) for one in choosing.options(journey.plans(), VALUES) for way in (one.way, *one.also)}
    assert steps[Way.OWN_PACE] > steps[Way.QUICKEST]


def test_ways_that_are_the_same_are_told_as_one(journey, monkeypatch):
    monkeypatch.setattr(planning, "HOLE_ALONE", 1.0)  # else less is taken for granted at one's own pace
    for one in journey.plans().offer.sessions:
        pytest.fail(f"a session: {one.id}")
    found = choosing.options(journey.plans(), VALUES)
    assert Way.OWN_PACE in next(one for one in found if one.way is Way.QUICKEST).also


def test_weeks_are_counted_at_the_pace_that_was_said(journey):
    [option, *_] = choosing.options(journey.plans(Limits(minutes_a_week=30)), VALUES)
    assert option.plan.total is not None
    assert option.weeks == pytest.approx(option.plan.total.mean / 30, abs=1)
    [option, *_] = choosing.options(journey.plans(Limits(minutes_a_week=None)), VALUES)
    assert option.weeks is None


def test_what_is_worth_most_to_one_goal_is_worth_it_to_all(db, journey):
    other = a_goal(db, journey.member, **{"SEC-02": 1, "MEL-04": 3})
    assert choosing.values_of([journey.goal, other]) == {"SEC-02": 3.0, "MEL-04": 3.0}


def test_a_choice_is_kept_with_its_goals_limits_reason_and_steps(db, journey):
    made = journey.choose(limits=Limits(minutes_a_week=90), reason="Le soir")
    assert (made.way, made.reason, made.state) == (Way.QUICKEST, "Le soir", PathwayState.ACTIVE)
    assert made.goals[0]["title"] == journey.goal.title
    assert made.limits["minutes_a_week"] == 90
    steps = journey.steps(made)
    assert steps
    assert [one.position for one in steps] == list(range(len(steps)))
    assert journey.attempt.kept_days == KEPT_DAYS
    assert (journey.attempt.expires_at - journey.attempt.active_at).days == KEPT_DAYS


@pytest.mark.slow
def test_the_same_key_is_the_same_choice_and_another_ends_it(db, journey):
    first = journey.choose(key="a")
    assert journey.choose(key="a") is first
    second = journey.choose(Way.OWN_PACE, key="b")
    assert first.state is PathwayState.STOPPED
    assert choosing.current(db, journey.attempt) is second
    assert not db.scalars(sa.select(Step).filter_by(pathway_id=first.id, state=StepState.OPEN)).all()


def test_none_is_a_choice_that_ends_nothing(db, journey):
    on = journey.choose()
    asked = {"framework": FRAMEWORK, "goals": [journey.goal], "limits": Limits(), "reason": "Non", "key": "c"}
    for _ in range(2):
        choosing.decline(db, journey.attempt, **asked)
    declined = db.scalars(sa.select(Pathway).filter_by(state=PathwayState.STOPPED, attempt_id=journey.attempt.id)).all()
    assert [one.reason for one in declined] == ["Non"]
    assert choosing.current(db, journey.attempt) is on


def test_the_last_one_is_told_after_its_end_and_none_never_is(db, journey):
    assert choosing.latest(db, journey.attempt) is None
    choosing.decline(db, journey.attempt, framework=FRAMEWORK, goals=[journey.goal], limits=Limits(), key="d")
    assert choosing.latest(db, journey.attempt) is None
    made = journey.choose()
    choosing.stop(db, made, made.chosen_at)
    choosing.stop(db, made, made.chosen_at)
    assert choosing.latest(db, journey.attempt) is made
    query = sa.select(PathwayEvent).filter_by(pathway_id=made.id, kind=events.STOPPED)
    assert len(db.scalars(query).all()) == 1


@pytest.mark.parametrize("goals", [0, 6])
def test_from_one_to_five_goals(journey, goals):
    with pytest.raises(Invalid):
        journey.choose(goals=[journey.goal] * goals)


def test_a_long_reason_and_unfinished_questions_are_refused(journey):
    with pytest.raises(Invalid):
        journey.choose(reason="x" * 301)
    journey.attempt.stopped = None
    with pytest.raises(Conflict):
        journey.choose()


def test_who_is_in_a_file_finds_the_pathway_from_each_attempt_and_nobody_else_does(db, journey):
    journey.attempt.file_id = journey.crowd.file("mardi").id
    made = journey.choose()
    again = journey.crowd.add({"SEC-01": "correct"})
    assert choosing.current(db, again) is None
    again.file_id = journey.attempt.file_id
    db.flush()
    assert choosing.current(db, again) is made


def test_all_of_it_goes_with_the_attempt(db, journey):
    pathway_id = journey.choose().id
    taking.erase(db, journey.attempt.id)
    db.expire_all()
    for kind in (Step, PathwayEvent):
        assert not db.scalars(sa.select(kind).filter_by(pathway_id=pathway_id)).all()
    assert db.scalar(sa.select(sa.func.count()).select_from(Pathway)) == 0
