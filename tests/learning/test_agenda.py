"""When it is over: the same days on the page, on paper and in a calendar; nobody's day is promised for them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pathways.learning import agenda, telling
from pathways.learning.agenda import Dated
from pathways.learning.limits import Limits
from pathways.learning.models import StepKind
from tests.learning.journeying import Journey

TODAY = date(2026, 11, 26)  # a Thursday


@pytest.fixture
def journey(db) -> Journey:
    journey = Journey(db)
    journey.resource("SEC-02", 90)
    journey.resource("MEL-04", 200)
    return journey


def dated(journey, pathway):
    return [Dated(one, one.skills[0], one.skills[0]) for one in journey.steps(pathway)]


def ends(journey, pathway, limits):
    steps = [(one.minutes, None) for one in journey.steps(pathway)]
    return agenda.ends(steps, pathway.estimate["total"], limits, TODAY, "fr")


@pytest.mark.parametrize(
    "limits", [Limits(), Limits(weekdays=(1,)), Limits(minutes_a_week=240), Limits(minutes_a_week=240, weekdays=(1,))]
)
@pytest.mark.slow
def test_the_last_sitting_lies_between_the_days_that_are_told(journey, limits, monkeypatch):
    pathway = journey.choose()
    said = []
    monkeypatch.setattr(telling, "ends", lambda *days: said.extend(days[:2]))
    ends(journey, pathway, limits)
    [first, last] = said
    sittings = agenda.sittings(dated(journey, pathway), limits, TODAY).sittings
    assert first <= sittings[-1].on <= last
    assert all(not limits.weekdays or one.weekday() in limits.weekdays for one in said)


@pytest.mark.slow
def test_without_a_pace_or_a_step_no_end_is_told(journey):
    pathway = journey.choose()
    assert ends(journey, pathway, Limits()) is not None
    assert ends(journey, pathway, Limits(minutes_a_week=None)) is None
    assert agenda.ends([], [1, 1, 1], Limits(), TODAY, "fr") is None
    assert agenda.ends([(10, None)], None, Limits(), TODAY, "fr") is None


def test_only_tuesdays_take_as_many_weeks_as_sittings():
    said = agenda.ends([(90, None)], [90, 90, 90], Limits(minutes_a_week=240, weekdays=(1,)), TODAY, "fr")
    assert said is not None
    assert said.french == "Fini vers le mardi 15 décembre 2026, à votre rythme."
    every_day = agenda.ends([(90, None)], [90, 90, 90], Limits(minutes_a_week=240), TODAY, "fr")
    assert every_day is not None
    assert "samedi 28 novembre 2026" in every_day.french


def test_a_session_is_on_its_day_whatever_the_rest_lasts(journey):
    session = journey.session(days=80)
    told = agenda.ends([(30, None), (30, session)], [60, 40, 90], Limits(), TODAY - timedelta(days=30), "fr")
    assert told is not None
    assert "Entre" not in told.french
    assert str(session.starts_at.year) in told.french


def test_a_calendar_promises_no_day_of_a_mediator_and_no_seat(journey, settings):
    pathway = journey.choose()
    steps = dated(journey, pathway)
    alone = next(one.step for one in steps if one.step.kind is StepKind.LEARN)
    alone.resource_id = None
    assert not next(one for one in steps if one.step is alone).has_own_day
    made = agenda.of_pathway(pathway, steps, settings, "fr", journey.attempt.started_at).decode().replace("\r\n ", "")
    assert f"SUMMARY;LANGUAGE=fr:{alone.skills[0]}" not in made
    assert made.count("BEGIN:VEVENT") == made.count("seulement proposé")
