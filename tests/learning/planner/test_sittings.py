"""Steps in sittings: on the days a person has, within their minutes, nothing before what it waits for."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.learning.planner.errors import InvalidProblem
from pathways.learning.planner.sittings import Part, Sitting, Week, Work, pack

MONDAY = date(2026, 3, 2)


def on(days):
    return MONDAY + timedelta(days=days)


def test_first_fit_on_the_days_of_the_week():
    works = [Work("a", 20), Work("b", 20), Work("c", 10)]
    found = pack(works, Week(30, weekdays=frozenset({1, 3})), MONDAY).sittings
    assert found == (
        Sitting(on(1), (Part("a", 20, is_last=True), Part("c", 10, is_last=True))),
        Sitting(on(3), (Part("b", 20, is_last=True),)),
    )
    assert found[0].minutes == 30


def test_what_waits_is_not_before_what_it_waits_for():
    works = [Work("a", 20), Work("b", 30, ("a",)), Work("c", 10, ("b",))]
    assert [(one.on, [part.key for part in one.parts]) for one in pack(works, Week(30), MONDAY).sittings] == [
        (on(0), ["a"]),
        (on(1), ["b"]),
        (on(2), ["c"]),
    ]


def test_minutes_of_a_week():
    found = pack([Work(str(place), 25) for place in range(5)], Week(30, 60), MONDAY).sittings
    assert [one.on for one in found] == [on(0), on(1), on(7), on(8), on(14)]


def test_a_long_step_is_done_in_parts():
    found = pack([Work("a", 70), Work("b", 15, ("a",))], Week(30), MONDAY).sittings
    assert [[(part.key, part.minutes, part.is_last) for part in one.parts] for one in found] == [
        [("a", 30, False)],
        [("a", 30, False)],
        [("a", 10, True), ("b", 15, True)],
    ]
    assert len(pack([Work("a", 45)], Week(60, 15), MONDAY).sittings) == 3


def test_what_has_a_date_stands_on_it_alone():
    works = [Work("a", 30), Work("session", 90, ("a",), on(1)), Work("b", 30, ("session",))]
    found = pack(works, Week(30), MONDAY)
    assert [(one.on, one.parts[0].key) for one in found.sittings] == [(on(0), "a"), (on(1), "session"), (on(2), "b")]
    assert found.late == ()


def test_a_date_that_comes_too_soon_is_told():
    assert pack([Work("a", 90), Work("session", 90, ("a",), on(1))], Week(30), MONDAY).late == ("session",)


def test_a_session_takes_minutes_of_its_week():
    works = [Work("session", 60, on=on(0)), Work("a", 30)]
    assert [one.on for one in pack(works, Week(30, 60), MONDAY).sittings] == [on(0), on(7)]


@settings(deadline=None, max_examples=150)
@given(st.data())
@pytest.mark.slow
def test_nothing_is_lost_and_every_limit_is_kept(data):
    count = data.draw(st.integers(0, 10))
    works = [
        Work(
            str(place),
            data.draw(st.integers(0, 90)),
            tuple(sorted(data.draw(st.sets(st.sampled_from([str(one) for one in range(place)]))))) if place else (),
        )
        for place in range(count)
    ]
    week = Week(
        data.draw(st.integers(10, 60)),
        data.draw(st.none() | st.integers(5, 120)),
        data.draw(st.frozensets(st.integers(0, 6))),
    )
    found = pack(works, week, MONDAY).sittings
    first, last = {}, {}
    for one in found:
        assert one.minutes <= week.sitting + 1e-6
        assert not week.weekdays or one.on.weekday() in week.weekdays
        for place, part in enumerate(one.parts):
            first.setdefault(part.key, (one.on, place))
            last[part.key] = (one.on, place)
    assert first.keys() == {work.key for work in works}
    for work in works:
        parts = [part for one in found for part in one.parts if part.key == work.key]
        assert sum(part.minutes for part in parts) == pytest.approx(work.minutes)
        assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
        assert all(last[key] < first[work.key] for key in work.after)
    for start in range(0, 700, 7):
        spent = sum(one.minutes for one in found if on(start) <= one.on < on(start + 7))
        assert week.minutes is None or spent <= week.minutes + 1e-6


WRONG = {
    "no sitting": ([Work("a", 1)], Week(0)),
    "no week": ([Work("a", 1)], Week(30, 0)),
    "no such day": ([Work("a", 1)], Week(30, weekdays=frozenset({7}))),
    "a step twice": ([Work("a", 1), Work("a", 1)], Week(30)),
    "no minutes": ([Work("a", float("nan"))], Week(30)),
    "not in order": ([Work("a", 1, ("b",)), Work("b", 1)], Week(30)),
}


@pytest.mark.parametrize("what", WRONG)
def test_refused(what):
    with pytest.raises(InvalidProblem):
        pack(*WRONG[what], MONDAY)
