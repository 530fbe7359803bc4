"""Checks inside a pathway: one or two questions about one thing, and the pathway that follows from the answer."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.diagnostics import counting, taking
from pathways.diagnostics.models import Attempt, UnlinkedAttempt
from pathways.errors import Conflict
from pathways.learning import checking, events, following
from pathways.learning.models import PathwayEvent, PathwayState, StepKind, StepState
from tests.learning.journeying import Journey


@pytest.fixture
def journey(db) -> Journey:
    return Journey(db)


@pytest.fixture
def pathway(journey):
    journey.resource("SEC-02", 3)
    made = journey.choose()
    following.done(journey.db, journey.door, made, journey.step(made, "SEC-02"), key="a")
    return made


def asked(journey, pathway) -> Attempt:
    return checking.of_step(journey.db, journey.door, pathway, journey.step(pathway, "SEC-02"))


def told(journey, pathway):
    return journey.db.scalars(sa.select(PathwayEvent).filter_by(pathway_id=pathway.id, kind=events.CHECKED)).all()


def finish(journey, pathway, attempt, outcome="dont_know") -> int:
    """Answer until it is over; how many questions that took."""
    for number in range(1, checking.MOST_QUESTIONS + 1):
        journey.say(attempt, outcome)
        if not checking.conclude(journey.db, journey.door, pathway, attempt):
            return number
    pytest.fail("a third question")


def test_its_question_is_about_this_step_and_new(journey, pathway):
    attempt = asked(journey, pathway)
    blueprint = taking.blueprint_of(journey.db, journey.door, attempt.diagnostic_id)
    assert attempt.part_of_id == journey.attempt.id
    assert attempt.current_item is not None
    assert blueprint.skill_of[attempt.current_item] == "SEC-02"
    assert taking.progress_of(attempt, blueprint) == {"answered": 0, "at_most": 1}
    assert pathway.check_id == attempt.id


def test_an_answer_is_told_once_with_what_was_before_and_after(journey, pathway):
    attempt = asked(journey, pathway)
    assert finish(journey, pathway, attempt) <= 2
    assert not checking.conclude(journey.db, journey.door, pathway, attempt)
    [event] = told(journey, pathway)
    assert event.skills == ["SEC-02"]
    assert event.details["before"]["SEC-02"][1] > event.details["after"]["SEC-02"][1]
    assert journey.step(pathway, "SEC-02").kind is StepKind.LEARN  # it is to be learnt after all


def test_left_without_an_answer_it_says_nothing(journey, pathway):
    attempt = asked(journey, pathway)
    taking.leave(journey.db, attempt.id)
    assert not checking.conclude(journey.db, journey.door, pathway, attempt)
    assert not told(journey, pathway)


def test_not_understood_says_nothing_of_the_skill(journey, pathway):
    attempt = asked(journey, pathway)
    finish(journey, pathway, attempt, "not_understood")
    [event] = told(journey, pathway)
    before, after = event.details["before"]["SEC-02"][1], event.details["after"]["SEC-02"][1]
    assert after == pytest.approx(before, abs=0.02)


def test_where_no_question_can_be_asked_it_is_said(journey, pathway):
    journey.attempt.language = "ti"
    steps = [one for one in following.steps_of(journey.db, pathway) if one.state is StepState.OPEN]
    can = checking.can_ask(journey.db, journey.door, pathway, "ti")
    step = next(one for one in steps if one.skills and one.skills[0] not in can)
    with pytest.raises(Conflict):
        checking.of_step(journey.db, journey.door, pathway, step)


def test_a_check_takes_nothing_that_its_person_left_out(journey, pathway):
    journey.attempt.unusable = ["pictures", "ordering"]
    steps = [one for one in following.steps_of(journey.db, pathway) if one.state is StepState.OPEN and one.skills]
    everything = checking.can_ask(journey.db, journey.door, pathway, "fr")
    can = checking.can_ask(journey.db, journey.door, pathway, "fr", frozenset(journey.attempt.unusable))
    assert can < everything
    step = next(one for one in steps if one.skills[0] in can)
    attempt = checking.of_step(journey.db, journey.door, pathway, step)
    assert attempt.unusable == ["pictures", "ordering"]
    blueprint = taking.blueprint_of(journey.db, journey.door, attempt.diagnostic_id)
    assert attempt.current_item is not None
    assert blueprint.bodies[attempt.current_item]["kind"] not in {"zone", "pictures", "order", "match"}


def test_a_pathway_that_is_over_asks_nothing(journey, pathway):
    step = journey.step(pathway, "SEC-02")
    pathway.state = PathwayState.STOPPED
    with pytest.raises(Conflict):
        checking.of_step(journey.db, journey.door, pathway, step)


def test_each_answer_is_counted_once_and_linked_to_nobody(journey, pathway, monkeypatch):
    attempt = asked(journey, pathway)
    finish(journey, pathway, attempt)
    counting.count_finished(journey.db)
    assert not attempt.counted  # a second question might follow
    attempt.active_at -= counting.ONE_CHECK * 2
    journey.db.flush()
    before = journey.db.scalar(sa.select(sa.func.count()).select_from(UnlinkedAttempt))
    counting.count_finished(journey.db)
    journey.db.refresh(attempt)
    assert attempt.counted
    assert journey.db.scalar(sa.select(sa.func.count()).select_from(UnlinkedAttempt)) == (before or 0) + 1
    again = checking.of_step(journey.db, journey.door, pathway, journey.step(pathway, "SEC-02"))
    assert again.id != attempt.id


def test_checks_go_with_the_attempt(journey, pathway):
    attempt = asked(journey, pathway)
    taking.erase(journey.db, journey.attempt.id)
    journey.db.expire_all()
    assert journey.db.get(Attempt, attempt.id) is None
