"""Steps in order around dates: nothing before its ground, and every date that the choice promised is kept."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.learning.planner.choice import choose
from pathways.learning.planner.decisions import Decision
from pathways.learning.planner.placing import Kind, place
from pathways.learning.planner.problem import UNTAUGHT, Limits, Means
from tests.learning.planner.small import by_chance, problem, skill


def is_grounded(asked, choice, steps):
    """Whether every micro-skill has its ground when its step comes. What is taught at any time may be begun earlier."""
    there = {code for code, way in choice.ways.items() if way.decision is Decision.SKIP}
    free = {one.code for one in asked.means if one.day is None}
    for step in steps:
        there |= set(step.skills)
        for code in step.skills if step.means not in free else ():
            if not all(there.intersection(group) for group in asked.skills[code].requires):
                return False
    return True


def late(asked, steps):
    """Dated steps that come before what they wait for can be done, in minutes of the learner's weeks."""
    spent, found, finished = 0.0, [], {}
    days = {one.code: one for one in asked.means}
    under = {}
    for index, step in enumerate(steps):
        under[index] = set(step.after).union(*(under[one] for one in step.after))
        if step.day is None:
            spent += step.minutes
            finished[index] = spent
        else:
            until = asked.limits.until(days[step.means].day)
            if any(finished.get(one, 0.0) > until + 0.5 for one in under[index]):
                found.append(step.means)
            spent = max(spent, until) + step.minutes
    return found


def dated(seed, size):
    return by_chance(random.Random(seed), size, alternatives=0.2, means=5, dated=1.0, weekly=True)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 10**6), st.integers(4, 14))
@pytest.mark.slow
def test_no_prerequisite_and_no_date_is_broken(seed, size):
    asked = dated(seed, size)
    choice = choose(asked)
    steps = place(asked, choice).steps
    assert is_grounded(asked, choice, steps)
    assert late(asked, steps) == []
    assert {code for step in steps for code in step.skills} == {
        code for code, way in choice.ways.items() if way.decision is not Decision.SKIP
    }
    days = [step.day for step in steps if step.day is not None]
    assert days == sorted(days)
    assert all(one < index for index, step in enumerate(steps) for one in step.after)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 10**6), st.integers(4, 12))
def test_nor_with_means_of_any_time_and_a_budget(seed, size):
    asked = by_chance(random.Random(seed), size, alternatives=0.4, means=4, dated=0.5, budget=True)
    choice = choose(asked)
    steps = place(asked, choice).steps
    assert is_grounded(asked, choice, steps)
    assert late(asked, steps) == []


def test_what_a_session_waits_for_comes_first_even_when_something_else_is_worth_more():
    session = Means("session", frozenset({"b"}), 30.0, 7.0)
    asked = problem(
        *(skill("a", 0.1, 50.0), skill("b", 0.1, UNTAUGHT, "a"), skill("c", 0.1, 20.0)),
        values={"b": 1.0, "c": 9.0},
        means=(session,),
        limits=Limits(60.0),
    )
    assert [step.key for step in place(asked, choose(asked)).steps] == ["a", "c", "session"]
    later = replace(asked, means=(replace(session, day=14.0),))
    assert [step.key for step in place(later, choose(later)).steps] == ["c", "a", "session"]


def test_what_stands_on_a_session_waits_for_it_and_the_time_before_is_used():
    session = Means("session", frozenset({"a"}), 30.0, 7.0)
    asked = problem(
        *(skill("a", 0.1, UNTAUGHT), skill("b", 0.1, 20.0, "a"), skill("c", 0.1, 20.0)),
        values={"b": 9.0, "c": 1.0},
        means=(session,),
        limits=Limits(60.0),
    )
    steps = place(asked, choose(asked)).steps
    assert [step.key for step in steps] == ["c", "session", "b"]
    assert [step.kind for step in steps] == [Kind.LEARN, Kind.ATTEND, Kind.LEARN]
    assert steps[1].needed_for == ("b",)
    assert steps[2].after == (1,)


def test_what_is_first_stays_first_with_its_ground():
    asked = problem(
        *(skill("a"), skill("b", 0.1, 20.0, "a"), skill("c"), skill("d")),
        values=dict.fromkeys("abcd", 1.0) | {"c": 9.0},
    )
    choice = choose(asked)
    assert place(asked, choice).steps[0].key == "c"
    found = place(asked, choice, ["b", "d"])
    assert [step.key for step in found.steps] == ["a", "b", "d", "c"]
    assert found.order_gap > 0.0


def test_with_alternatives_the_bound_is_no_more_than_the_cost():
    for seed in range(60):
        asked = by_chance(random.Random(seed), 9, alternatives=0.6)
        found = place(asked, choose(asked))
        assert found.least <= found.cost + 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_the_same_steps_each_time(seed):
    asked = dated(seed, 12)
    assert place(asked, choose(asked)) == place(asked, choose(asked))
