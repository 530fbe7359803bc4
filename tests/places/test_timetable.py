"""Days written in the syntax of OSM opening hours, read back by a program that knows it."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from pathways.places.rules import Rule
from pathways.places.timetable import written

START = date(2026, 11, 20)


def read_back(text: str, start: date, days: int) -> set[date]:
    hours = OpeningHours(text)
    moments = (datetime.combine(start + timedelta(days=number), time(15)) for number in range(days))
    return {moment.date() for moment in moments if hours.is_open(moment)}


def test_two_weeks_apart_through_week_53():
    days = Rule(first=date(2026, 12, 3), weeks=2).days(START, date(2027, 2, 15))
    assert written(days, "14:00", "16:00") == [
        "2026 week 49-53/2 Th 14:00-16:00",
        "2027 week 02-06/2 Th 14:00-16:00",
    ]


def test_a_year_stands_before_every_week():
    days = Rule(first=date(2026, 12, 4)).days(START, START + timedelta(days=900))
    years = [part[:4] for part in written(days, "14:00", "16:00")]
    assert {"2026", "2027", "2028"} <= set(years) <= {"2026", "2027", "2028", "2029"}


def test_the_first_days_of_a_year_that_begins_in_week_53():
    days = list(Rule(first=date(2026, 12, 4), on_holidays=True).days(START, date(2027, 2, 1)))
    assert date(2027, 1, 1) in days
    text = ", ".join(written(days, "14:00", "16:00"))
    assert "2027 Jan 01" in text
    assert read_back(text, START, 100) == set(days)


def test_no_day_is_no_text():
    assert written([], "14:00", "16:00") == []


@pytest.mark.parametrize("weeks", range(1, 9))
@pytest.mark.parametrize("first", [date(2026, 11, 23) + timedelta(days=number) for number in range(7)])
def test_every_rhythm_on_every_weekday_for_three_years(weeks, first):
    days = set(Rule(first=first, weeks=weeks).days(START, START + timedelta(days=1090)))
    text = ", ".join(written(days, "14:00", "16:00"))
    assert read_back(text, START, 1095) == days


@settings(max_examples=60, deadline=None)
@given(days=st.sets(st.dates(date(2026, 12, 1), date(2029, 1, 31)), max_size=40))
def test_any_days_come_back(days):
    parts = written(days, "14:00", "16:00")
    assert len(parts) <= len(days)
    if days:
        assert read_back(", ".join(parts), date(2026, 12, 1), 800) == days
