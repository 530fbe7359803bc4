"""What a person's life leaves: kept as it was said, refused where it cannot be meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pathways.errors import Invalid
from pathways.learning.limits import MOST_MINUTES, Limits, checked
from pathways.learning.models import Device

TODAY = date(2026, 11, 26)
SAID = Limits(90, TODAY + timedelta(days=70), (1, 3), Device.PHONE, True, "45234", 5, 20)


def test_they_come_back_as_they_were_said():
    assert Limits.from_json(SAID.to_json()) == SAID
    assert Limits.from_json({}) == Limits()


def test_what_a_later_version_added_has_its_usual_value():
    assert Limits.from_json({"km": 3, "unknown": 1}) == Limits(km=3)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("minutes_a_week", {"minutes_a_week": 4}),
        ("minutes_a_week", {"minutes_a_week": MOST_MINUTES + 1}),
        ("until", {"until": TODAY}),
        ("until", {"until": TODAY + timedelta(days=800)}),
        ("weekdays", {"weekdays": (7,)}),
        ("sitting", {"sitting": 5}),
        ("km", {"km": 0}),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_field(field, values):
    with pytest.raises(Invalid) as refused:
        checked(replace(Limits(), **values), TODAY)
    assert [one["field"] for one in refused.value.errors] == [field]


def test_a_day_said_twice_is_one():
    assert checked(Limits(weekdays=(3, 1, 3)), TODAY).weekdays == (1, 3)


def test_the_planner_counts_days_from_today_and_never_below_none():
    assert SAID.planned(TODAY).days == 70
    assert SAID.planned(TODAY + timedelta(days=100)).days == 0


@pytest.mark.parametrize(("days", "past"), [(69, False), (70, True), (71, True)])
def test_a_day_that_has_come_is_no_limit_any_more(days, past):
    today = TODAY + timedelta(days=days)
    assert SAID.is_past(today) is past
    assert (SAID.still(today).until is None) is past
    assert replace(SAID.still(today), until=SAID.until) == SAID


def test_without_a_pace_there_is_no_number_of_minutes():
    assert Limits(minutes_a_week=None).planned(TODAY).minutes_a_week is None
