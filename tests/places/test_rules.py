"""The rule of days: what no number of a week can say right, and the public holidays of everywhere."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.places.rules import AREAS, FARTHEST, Rule, holiday_name, is_holiday

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
YEAR = timedelta(days=366)


def days(rule: Rule, start: str, end: str) -> list[str]:
    return [day.isoformat() for day in rule.days(date.fromisoformat(start), date.fromisoformat(end))]


def test_every_second_thursday_goes_on_through_week_53():
    rule = Rule(first=date(2026, 12, 3), weeks=2)
    found = days(rule, "2026-12-01", "2027-02-15")
    assert found == ["2026-12-03", "2026-12-17", "2026-12-31", "2027-01-14", "2027-01-28", "2027-02-11"]
    weeks = [date.fromisoformat(day).isocalendar().week for day in found]
    assert weeks == [49, 51, 53, 2, 4, 6]  # odd, then even: a parity would have come twice running, or not at all


def test_nothing_before_the_first_day_and_nothing_after_the_last():
    rule = Rule(first=date(2027, 3, 1), until=date(2027, 3, 15))
    assert days(rule, "2027-01-01", "2027-12-31") == ["2027-03-01", "2027-03-08", "2027-03-15"]


def test_a_question_that_begins_in_the_middle_keeps_the_rhythm():
    rule = Rule(first=date(2026, 1, 1), weeks=3, on_holidays=True)
    whole = days(rule, "2026-01-01", "2028-12-31")
    assert days(rule, "2027-05-05", "2028-12-31") == [day for day in whole if day >= "2027-05-05"]


def test_days_left_out_and_added():
    rule = Rule(
        first=date(2027, 3, 4),
        without=frozenset({date(2027, 3, 11)}),
        extra=frozenset({date(2027, 3, 12), date(2027, 7, 14)}),
    )
    assert days(rule, "2027-03-01", "2027-03-20") == ["2027-03-04", "2027-03-12", "2027-03-18"]
    assert "2027-07-14" in days(rule, "2027-07-01", "2027-07-31")  # by hand, on a public holiday


def test_a_day_added_is_added_after_the_last_one_too():
    rule = Rule(first=date(2027, 3, 4), until=date(2027, 3, 4), extra=frozenset({date(2027, 3, 20)}))
    assert days(rule, "2027-03-01", "2027-04-01") == ["2027-03-04", "2027-03-20"]


def test_a_public_holiday_is_left_out_unless_said_otherwise():
    thursday = date(2027, 5, 6)  # Ascension
    assert is_holiday(thursday)
    assert days(Rule(first=thursday - timedelta(weeks=1)), "2027-05-01", "2027-05-14") == ["2027-05-13"]
    assert days(Rule(first=thursday, on_holidays=True), "2027-05-01", "2027-05-14") == ["2027-05-06", "2027-05-13"]


@pytest.mark.parametrize(
    ("area", "day"),
    [
        ("FR-57", date(2027, 3, 26)),  # Good Friday
        ("FR-6AE", date(2027, 12, 26)),
        ("FR-971", date(2027, 5, 27)),
        ("FR-972", date(2027, 5, 22)),
        ("FR-973", date(2027, 6, 10)),
        ("FR-974", date(2027, 12, 20)),
        ("FR-976", date(2027, 4, 27)),
        ("FR-NC", date(2027, 9, 24)),
        ("FR-PF", date(2027, 3, 5)),
    ],
)
def test_holidays_of_one_area_are_those_of_that_area_alone(area, day):
    assert is_holiday(day, area)
    assert not is_holiday(day)
    assert holiday_name(day, area)
    assert days(Rule(first=day, area=area), str(day), str(day)) == []
    assert days(Rule(first=day), str(day), str(day)) == [str(day)]


def test_every_area_knows_the_fourteenth_of_july():
    assert all(is_holiday(date(2027, 7, 14), area) for area in AREAS)


def test_no_question_looks_further_than_the_farthest_day():
    found = list(Rule(first=date(2026, 1, 1)).days(date(2026, 1, 1), date.max))
    assert found[-1] <= date(2026, 1, 1) + FARTHEST


@given(
    first=DAYS,
    weeks=st.integers(1, 8),
    start=DAYS,
    length=st.integers(0, 700),
    without=st.frozensets(DAYS, max_size=5),
    extra=st.frozensets(DAYS, max_size=5),
    until=st.none() | DAYS,
    holidays=st.booleans(),
)
def test_the_days_are_those_that_a_calendar_counted_by_hand_says(
    first, weeks, start, length, without, extra, until, holidays
):
    rule = Rule(first, weeks, until, without, extra, on_holidays=holidays)
    end = start + timedelta(days=length)
    expected = []
    for number in range(length + 1):
        day = start + timedelta(days=number)
        regular = day >= first and (day - first).days % (7 * weeks) == 0 and (until is None or day <= until)
        regular = regular and day not in without and (holidays or not is_holiday(day))
        if regular or day in extra:
            expected.append(day)
    assert list(rule.days(start, end)) == expected
    assert Rule.of(rule.to_json()) == rule


def test_the_last_and_the_first_day_of_the_calendar_are_days_like_others():
    for day in (date.max, date.min):
        assert list(Rule(day).days(day, day)) == [day]
        assert len(list(Rule(date(2026, 12, 1)).days(day, day))) <= 1
