"""On the way: marks, what follows from them, and a pathway that is as of today without jumping about."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.errors import Conflict, NotFound
from pathways.learning import events, following
from pathways.learning.limits import Limits
from pathways.learning.models import PathwayEvent, PathwayState, StepKind, StepState
from pathways.learning.planner.replanning import Change
from tests.learning.journeying import Journey


@pytest.fixture
def journey(db) -> Journey:
    return Journey(db)


@pytest.fixture
def pathway(journey):
    journey.resource("SEC-02", 3)
    return journey.choose()


def happened(journey, pathway, kind):
    return journey.db.scalars(sa.select(PathwayEvent).filter_by(pathway_id=pathway.id, kind=kind)).all()


def test_done_becomes_a_question_and_counts_once(journey, pathway):
    step = journey.step(pathway, "SEC-02")
    assert following.done(journey.db, journey.door, pathway, step, key="a")
    assert not following.done(journey.db, journey.door, pathway, step, key="a")
    assert step.state is StepState.DONE
    assert journey.step(pathway, "SEC-02").kind is StepKind.CHECK
    with pytest.raises(Conflict):
        following.done(journey.db, journey.door, pathway, step, key="b")


def test_a_question_is_not_done_by_saying_so(journey, pathway):
    following.done(journey.db, journey.door, pathway, journey.step(pathway, "SEC-02"), key="a")
    with pytest.raises(Conflict):
        following.done(journey.db, journey.door, pathway, journey.step(pathway, "SEC-02"), key="b")


def test_what_they_know_is_asked_and_not_taught_meanwhile(journey, pathway):
    following.already_known(journey.db, journey.door, pathway, journey.step(pathway, "SEC-02"), key="a")
    assert journey.step(pathway, "SEC-02").kind is StepKind.CHECK


@pytest.mark.parametrize("said", [following.too_hard, following.refuse])
def test_what_is_too_hard_or_refused_is_learnt_otherwise(journey, pathway, said):
    step = journey.step(pathway, "SEC-02")
    said(journey.db, journey.door, pathway, step, key="a")
    again = journey.step(pathway, "SEC-02")
    assert again.id != step.id
    assert again.resource_id != step.resource_id


def test_a_question_that_is_refused_is_not_asked(journey, pathway):
    following.already_known(journey.db, journey.door, pathway, journey.step(pathway, "SEC-02"), key="a")
    following.refuse(journey.db, journey.door, pathway, journey.step(pathway, "SEC-02"), key="b")
    assert all("SEC-02" not in one.skills for one in journey.steps(pathway))


def test_nothing_changes_where_nothing_happened(journey, pathway):
    before = [(one.id, one.position, one.kind) for one in journey.steps(pathway)]
    for _ in range(3):
        assert following.refresh(journey.db, journey.door, pathway) is Change.SAME
    assert [(one.id, one.position, one.kind) for one in journey.steps(pathway)] == before
    assert not happened(journey, pathway, events.REPLANNED)
    assert pathway.version == 1


def test_today_is_the_first_that_is_open(journey, pathway):
    steps = following.steps_of(journey.db, pathway)
    assert following.today(steps) is steps[0]
    steps[0].state = StepState.DONE
    assert following.today(steps) is steps[1]
    assert following.today([]) is None


def test_it_is_stale_another_day_and_when_it_changes_hands(journey, pathway):
    now = clock.now()
    assert not following.is_stale(journey.db, pathway, now)
    assert following.is_stale(journey.db, pathway, now + timedelta(days=1))
    journey.attempt.file_id = journey.crowd.file("mardi").id
    assert following.is_stale(journey.db, pathway, now)
    following.refresh(journey.db, journey.door, pathway)
    assert pathway.file_id == journey.attempt.file_id
    assert not following.is_stale(journey.db, pathway, now)


def test_other_limits_are_lived_with_at_once(journey, pathway):
    following.live_with(journey.db, journey.door, pathway, Limits(minutes_a_week=20))
    assert pathway.limits["minutes_a_week"] == 20
    pathway.state = PathwayState.STOPPED
    journey.db.flush()
    with pytest.raises(Conflict):
        following.live_with(journey.db, journey.door, pathway, Limits())


def say_of_all(journey, pathway, *said):
    for number in range(60):
        step = following.today(following.steps_of(journey.db, pathway))
        if step is None:
            return
        word = said[0] if step.kind is not StepKind.CHECK else said[-1]
        word(journey.db, journey.door, pathway, step, key=f"{number}")
    pytest.fail("there is always another step")


def test_who_did_everything_and_is_believed_has_arrived(journey, pathway):
    say_of_all(journey, pathway, following.done, following.refuse)
    assert pathway.state is PathwayState.REACHED
    assert len(happened(journey, pathway, events.REACHED)) == 1


@pytest.mark.slow
def test_who_refused_everything_has_not_arrived(journey, pathway):
    say_of_all(journey, pathway, following.refuse)
    assert pathway.state is PathwayState.ACTIVE
    assert not journey.steps(pathway)
    for _ in range(2):
        following.refresh(journey.db, journey.door, pathway, clock.now() + timedelta(days=1))
    assert pathway.state is PathwayState.ACTIVE
    assert not happened(journey, pathway, events.REACHED)


def test_who_has_too_little_time_has_not_arrived_and_goes_on_with_more(journey, pathway):
    tomorrow = clock.now().date() + timedelta(days=1)
    following.live_with(journey.db, journey.door, pathway, Limits(minutes_a_week=15, until=tomorrow))
    assert not journey.steps(pathway)
    assert pathway.state is PathwayState.ACTIVE
    following.live_with(journey.db, journey.door, pathway, Limits())
    assert journey.steps(pathway)


def test_a_day_that_has_passed_is_no_end(journey, pathway):
    until = clock.now().date() + timedelta(days=300)
    following.live_with(journey.db, journey.door, pathway, Limits(until=until))
    before = [one.id for one in journey.steps(pathway)]
    assert before
    following.refresh(journey.db, journey.door, pathway, clock.now() + timedelta(days=301))
    assert pathway.state is PathwayState.ACTIVE
    assert journey.steps(pathway)
    assert pathway.limits["until"] == until.isoformat()


def test_todays_step_stays_the_first_unless_it_was_refused(journey, pathway):
    first, second, *_ = journey.steps(pathway)
    journey.resource(second.skills[0], 3)
    following.refresh(journey.db, journey.door, pathway)
    assert journey.steps(pathway)[0] is first
    following.too_hard(journey.db, journey.door, pathway, first, key="a")
    assert journey.steps(pathway)[0].skills == first.skills
    following.refuse(journey.db, journey.door, pathway, journey.steps(pathway)[0], key="b")
    assert journey.steps(pathway)[0] is second


def test_a_step_of_somebody_else_does_not_exist(db, journey, pathway):
    other = Journey(db)
    theirs = other.choose()
    with pytest.raises(NotFound):
        following.step_for(db, pathway, other.steps(theirs)[0].id)
