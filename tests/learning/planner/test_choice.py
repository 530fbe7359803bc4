"""The choice: equal to the best of all choices, and told honestly where it is not proven."""

import math
import random

import pytest

from pathways.learning.planner import solver
from pathways.learning.planner.choice import choose
from pathways.learning.planner.decisions import Decision
from pathways.learning.planner.problem import UNTAUGHT, Limits, Means
from pathways.learning.planner.solver import OutOfTime
from tests.learning.planner.small import Enumeration, by_chance, problem, skill

KINDS = {
    "prerequisites": {"count": 6},
    "budget": {"count": 6, "budget": True},
    "alternatives": {"count": 6, "alternatives": 0.5},
    "alternatives and budget": {"count": 6, "alternatives": 0.5, "budget": True},
    "means at any time": {"count": 5, "means": 2},
    "dates": {"count": 5, "means": 3, "dated": 0.7},
    "dates and a week": {"count": 5, "means": 3, "dated": 0.9, "weekly": True},
    "all of it": {"count": 5, "alternatives": 0.4, "means": 3, "dated": 0.7, "budget": True},
    "locks": {"count": 5, "means": 2, "dated": 0.5, "locks": True},
    "weights": {"count": 5, "alternatives": 0.4, "means": 3, "dated": 0.6, "weighed": True},
    "weights, dates and a week": {"count": 5, "means": 3, "dated": 0.9, "weekly": True, "weighed": True},
    "weights and budget": {"count": 5, "alternatives": 0.4, "means": 3, "dated": 0.7, "budget": True, "weighed": True},
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_choice_is_better(kind):
    for seed in range(50):
        asked = by_chance(random.Random(seed), **KINDS[kind])
        found, best = choose(asked), Enumeration(asked).best()
        assert found.is_proven
        assert found.value == pytest.approx(best.value), seed
        assert found.minutes == pytest.approx(best.minutes, abs=0.05), seed  # hundredths of minutes are counted
        assert found.most_value == pytest.approx(found.value)


def test_what_is_taken_once_teaches_once():
    """It cannot teach the ground of a session before that, and after it what stands on the session."""
    free = Means("course", frozenset({"a", "c"}), 40.0)
    session = Means("session", frozenset({"b"}), 20.0, 3.0)
    asked = problem(
        *(skill("a", 0.1, UNTAUGHT), skill("b", 0.1, UNTAUGHT, "a"), skill("c", 0.1, UNTAUGHT, "b")),
        means=(free, session),
    )
    assert choose(asked).value == Enumeration(asked).best().value == 0.0


def test_only_one_of_two_alternatives_is_learnt():
    asked = problem(
        skill("phone", 0.1, 30.0), skill("computer", 0.1, 20.0), skill("mail", 0.1, 10.0, ("phone", "computer"))
    )
    assert set(choose(asked).ways) == {"computer", "mail"}


def test_what_is_mastered_needs_no_ground():
    asked = problem(skill("a"), skill("b", 0.99, 20.0, "a"), skill("c", 0.1, 20.0, "b"))
    found = choose(asked)
    assert {code: way.decision for code, way in found.ways.items()} == {"b": Decision.SKIP, "c": Decision.LEARN}


def test_a_goal_that_nothing_teaches_is_named_and_the_others_are_reached():
    asked = problem(skill("a", 0.1, UNTAUGHT), skill("b", 0.1, 20.0, "a"), skill("c"), values={"b": 5.0, "c": 1.0})
    found = choose(asked)
    assert found.unreachable == {"b"}
    assert set(found.ways) == {"c"}
    assert found.value_gap == 0.0


def test_one_session_for_several_gaps():
    session = Means("tuesday", frozenset({"a", "b", "c"}), 40.0, 2.0)
    found = choose(problem(skill("a"), skill("b", 0.1, 20.0, "a"), skill("c", 0.1, 20.0, "b"), means=(session,)))
    assert found.attended == ("tuesday",)
    assert {way.means for way in found.ways.values()} == {"tuesday"}
    assert found.minutes == 40.0


def test_a_session_that_comes_before_its_ground_can_be_there_is_not_taken():
    asked = {"values": {"b": 1.0}, "limits": Limits(30.0)}
    soon, late = (Means("session", frozenset({"b"}), 10.0, day) for day in (3.0, 7.0))
    skills = skill("a", 0.1, 25.0), skill("b", 0.1, 60.0, "a")
    assert choose(problem(*skills, means=(soon,), **asked)).attended == ()
    assert choose(problem(*skills, means=(late,), **asked)).attended == ("session",)


def test_a_date_binds_only_who_goes_there():
    first = Means("first", frozenset({"a"}), 100.0, 3.0)
    second = Means("second", frozenset({"b"}), 100.0, 7.0)
    alone = problem(skill("a", 0.1, 200.0), skill("b", 0.1, 20.0), values={"a": 1.0, "b": 1.0}, limits=Limits(60.0))
    assert choose(problem(*alone.skills.values(), values=alone.values, limits=alone.limits, means=(first,))).attended
    both = problem(*alone.skills.values(), values=alone.values, limits=alone.limits, means=(first, second))
    assert choose(both).attended == ("first",)


def test_what_stands_on_one_session_has_to_fit_before_the_next():
    first, second = Means("first", frozenset({"a"}), 10.0, 7.0), Means("second", frozenset({"c"}), 10.0, 14.0)
    skills = skill("a", 0.1, UNTAUGHT), skill("b", 0.1, 70.0, "a"), skill("c", 0.1, UNTAUGHT, "b")
    late = Means("second", frozenset({"c"}), 10.0, 21.0)
    assert choose(problem(*skills, means=(first, second), limits=Limits(60.0))).value == 0.0
    assert choose(problem(*skills, means=(first, late), limits=Limits(60.0))).attended == ("first", "second")


def test_nobody_is_in_two_places():
    one, other = Means("one", frozenset({"a"}), 60.0, 2.0), Means("other", frozenset({"b"}), 60.0, 2.02)
    asked = problem(skill("a", 0.1, 99.0), skill("b", 0.1, 99.0), values={"a": 1.0, "b": 1.0}, means=(one, other))
    assert len(choose(asked).attended) == 1


def test_what_is_kept_is_handled_whatever_is_believed():
    asked = problem(skill("a", 0.99), skill("b", 0.1, 20.0, "a"), kept=frozenset({"a"}))
    assert choose(asked).ways["a"].decision is Decision.CHECK


def test_what_is_kept_comes_before_goals():
    session = Means("kept", frozenset({"a"}), 100.0, 2.0)
    asked = {"values": {"a": 1.0, "b": 9.0}, "means": (session,), "limits": Limits(70.0, 14.0)}
    skills = skill("a", 0.1, 20.0), skill("b", 0.1, 60.0)
    assert choose(problem(*skills, **asked)).attended == ()
    found = choose(problem(*skills, kept=frozenset({"kept"}), **asked))
    assert found.attended == ("kept",)
    assert set(found.ways) == {"a"}


def test_what_somebody_says_they_know_is_asked():
    asked = problem(skill("a", 0.1), skill("b", 0.99), values={"a": 1.0, "b": 1.0}, checked=frozenset({"a", "b"}))
    assert {way.decision for way in choose(asked).ways.values()} == {Decision.CHECK}


def test_a_search_that_is_cut_short_tells_its_gap():
    asked = by_chance(random.Random(3), 150, budget=True, means=12, dated=0.8, alternatives=0.4)
    best = choose(asked, seconds=math.inf)
    assert best.is_proven
    for seconds in (0.005, 0.01, 0.02, 0.04):
        found = choose(asked, seconds=seconds)
        assert best.value - 1e-6 <= found.most_value
        assert found.value <= best.value + 1e-6
        if found.value < best.value - 1e-6:
            assert found.value_gap > 0.0
        elif found.value_gap == 0.0:
            assert found.least_minutes <= best.minutes + 0.05


def test_a_search_that_finds_nothing_in_its_time_is_given_more():
    asked = by_chance(random.Random(3), 60, budget=True, means=12, dated=0.8)
    assert choose(asked, seconds=1e-6).is_proven


def test_the_same_choice_each_time():
    asked = by_chance(random.Random(5), 40, alternatives=0.3, means=8, dated=0.8, budget=True)
    assert len({repr(choose(asked)) for _ in range(3)}) == 1


@pytest.mark.parametrize("seed", range(60))
def test_where_the_search_finds_nothing_a_plain_choice_that_holds_is_told_as_unproven(seed, monkeypatch):
    asked = by_chance(random.Random(seed), 7, alternatives=0.4, means=2, dated=0.5, budget=seed % 2 == 0)
    best = choose(asked)

    def nothing(*_, **__):
        raise OutOfTime

    monkeypatch.setattr(solver, "search", nothing)
    found = choose(asked)
    handled = {code for code, way in found.ways.items() if way.decision is not Decision.SKIP}
    for code in handled:
        assert all(any(one in found.ways for one in group) for group in asked.skills[code].requires)
    assert asked.limits.budget is None or found.minutes <= asked.limits.budget + 1e-6
    assert found.value <= best.value
    assert found.value < best.value or found.minutes >= best.minutes - 0.1
    assert found.most_value >= best.value
    assert not found.is_proven or not found.ways or found.minutes == 0.0
