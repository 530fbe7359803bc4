"""Who goes to which session: equal to the best of all assignments, and never worse than greed."""

import math
import random
from itertools import combinations, product

import pytest

from pathways.learning.planner import groups, solver
from pathways.learning.planner.errors import InvalidProblem
from pathways.learning.planner.groups import LEAST_GAIN, Person, Seats, assign

SKILLS = "abcd"


def by_chance(dice, people, sessions):
    codes = [f"s{place}" for place in range(sessions)]
    those = [
        Person(
            code=f"p{place}",
            gains={one: dice.choice([4.0, 10.0, 20.0, 30.0]) for one in dice.sample(SKILLS, dice.randint(1, 3))},
            ready=frozenset(dice.sample(SKILLS, 2)),
            requires={dice.choice("cd"): ((dice.choice("ab"),),), "b": (("a",),)} if dice.random() < 0.7 else {},
            barred=frozenset(dice.sample(codes, 1)) if dice.random() < 0.3 else frozenset(),
            most=dice.choice([1, 2]),
        )
        for place in range(people)
    ]
    there = [
        Seats(
            code,
            frozenset(dice.sample(SKILLS, dice.randint(1, 3))),
            dice.choice([0, 1, 1, 2]),
            dice.choice([1.0, 1.02, 2.0, 3.0]),
            60.0,
        )
        for code in codes
    ]
    return those, there


def apart(one, other):
    first, second = sorted((one, other), key=lambda each: each.day)
    return second.day >= first.day + first.minutes / 1440.0


def learnt(person, sessions):
    """What a person learns in sessions, one after the other; each micro-skill as soon as its ground is there."""
    known = set()
    for session in sessions:
        while True:
            fresh = {
                one
                for one in (session.teaches & person.gains.keys()) - known
                if one in person.ready
                or (one in person.requires and all(known.intersection(group) for group in person.requires[one]))
            }
            if not fresh:
                break
            known |= fresh
    return known


def worths(person, sessions):
    """What each set of sessions is worth to a person; nothing where they cannot go to all of it."""
    found = {}
    for count in range(min(person.most, len(sessions)) + 1):
        for those in combinations(sessions, count):
            if any(one.code in person.barred for one in those):
                continue
            if all(apart(one, other) for one, other in combinations(those, 2)):
                gain = math.fsum(person.gains[one] for one in learnt(person, those))
                found[tuple(one.code for one in those)] = gain - LEAST_GAIN * len(those)
    return found


def best_of_all(people, sessions):
    ordered = sorted(sessions, key=lambda one: (one.day, one.code))
    options = [worths(person, ordered) for person in people]
    best = 0.0
    for those in product(*options):
        if all(sum(one.code in own for own in those) <= one.free for one in ordered):
            best = max(best, math.fsum(own[codes] for own, codes in zip(options, those, strict=True)))
    return best


def test_no_assignment_is_worth_more():
    better = 0
    for seed in range(60):
        people, sessions = by_chance(random.Random(seed), 4, 4)
        found = assign(people, sessions)
        assert found.worth == pytest.approx(best_of_all(people, sessions)), seed
        assert found.gap == 0.0
        better += found.gain > found.greedy_gain
    assert better


def test_seats_hours_and_ground_are_kept():
    for seed in range(40):
        people, sessions = by_chance(random.Random(seed), 12, 6)
        found = assign(people, sessions)
        by_code = {one.code: one for one in sessions}
        for one in sessions:
            assert sum(one.code in codes for codes in found.sessions.values()) <= one.free
        for person in people:
            codes = found.sessions.get(person.code, ())
            those = [by_code[code] for code in codes]
            assert len(codes) <= person.most
            assert not person.barred.intersection(codes)
            assert all(apart(one, other) for one, other in combinations(those, 2))
            own = {skill for code in codes for skill in found.learns[person.code, code]}
            assert own <= learnt(person, those)
            assert all(found.learns[person.code, code] for code in codes)
            assert [one.day for one in those] == sorted(one.day for one in those)


def test_never_worse_than_greed_even_without_time(monkeypatch):
    people, sessions = by_chance(random.Random(1), 30, 12)
    usual = assign(people, sessions)
    assert usual.worth >= usual.greedy_gain - LEAST_GAIN * sum(map(len, usual.sessions.values())) - 1e-6

    class Nothing:
        best_objective_bound = 1e9

        @staticmethod
        def value(_):
            return 0

    monkeypatch.setattr(groups.solver, "search", lambda *_: (Nothing, False))
    found = assign(people, sessions)
    assert found.gain == found.greedy_gain > 0.0
    assert found.gap > 0.0


def test_a_session_that_gives_the_ground_for_a_later_one():
    person = Person("p", {"a": 6.0, "b": 60.0}, frozenset("a"), {"b": (("a",),)})
    first, then = Seats("first", frozenset("a"), 1, 1.0, 60.0), Seats("then", frozenset("b"), 1, 2.0, 60.0)
    assert assign([person], [then, first]).sessions == {"p": ("first", "then")}
    too_late = Seats("then", frozenset("b"), 1, 0.5, 60.0)
    assert assign([person], [first, too_late]).sessions == {"p": ("first",)}


def test_who_gains_nothing_stays_at_home():
    person = Person("p", {"a": LEAST_GAIN - 0.1}, frozenset("a"))
    found = assign([person], [Seats("s", frozenset("a"), 5, 1.0, 60.0)])
    assert found.sessions == {}
    assert (found.gain, found.gap) == (0.0, 0.0)
    assert assign([], []).sessions == {}


ONE, SESSION = Person("p", {"a": 9.0}, frozenset("a")), Seats("s", frozenset("a"), 1, 1.0, 60.0)
WRONG = {
    "a person twice": ([ONE, ONE], [SESSION]),
    "a session twice": ([ONE], [SESSION, SESSION]),
    "fewer seats than none": ([ONE], [Seats("s", frozenset("a"), -1, 1.0, 60.0)]),
    "no day": ([ONE], [Seats("s", frozenset("a"), 1, math.nan, 60.0)]),
    "no length": ([ONE], [Seats("s", frozenset("a"), 1, 1.0, math.inf)]),
    "a circle": ([Person("p", {"a": 9.0}, frozenset(), {"a": (("a",),)})], [SESSION]),
    "no gain": ([Person("p", {"a": math.nan}, frozenset("a"))], [SESSION]),
}


@pytest.mark.parametrize("what", WRONG)
def test_refused(what):
    with pytest.raises(InvalidProblem):
        assign(*WRONG[what])


def test_without_a_search_greed_is_told_as_unproven(monkeypatch):
    def nothing(*_, **__):
        raise solver.OutOfTime

    people = [Person("p", {"a": 10.0, "b": 5.0}, frozenset("ab"), {}, frozenset(), 1)]
    sessions = [Seats("m", frozenset("a"), 1, 1.0, 60.0)]
    monkeypatch.setattr(solver, "search", nothing)
    found = assign(people, sessions)
    assert found.gain == found.greedy_gain == 10.0
    assert found.most_worth >= 15.0
    assert found.gap > 0.0
