"""Minutes and their range, from profiles drawn."""

import numpy as np
import pytest

from pathways.learning.planner.choice import choose
from pathways.learning.planner.decisions import Decision
from pathways.learning.planner.placing import place
from pathways.learning.planner.planning import plan
from pathways.learning.planner.problem import Means
from pathways.learning.planner.profiles import Profiles
from pathways.learning.planner.ranges import Range, of_plan
from tests.learning.planner.small import problem, skill

MANY = 40_000


def profiles(asked, count=MANY, seed=1):
    dice = np.random.default_rng(seed)
    codes = tuple(asked.skills)
    mastery = np.array([asked.skills[code].mastery for code in codes])
    return Profiles(codes, dice.random((count, len(codes))) < mastery, seed)


def ranges(asked, **more):
    choice = choose(asked)
    return of_plan(asked, place(asked, choice).steps, profiles(asked, **more))


def test_the_mean_is_near_what_is_expected():
    asked = problem(
        skill("a", 0.1),
        skill("b", 0.6, 30.0, "a", guess=0.0),
        skill("c", 0.4, 30.0, "b", guess=0.0),
        skill("d", 0.2, 20.0, "c", guess=0.0),
    )
    total, by_step = ranges(asked)
    choice = choose(asked)
    assert {way.decision for way in choice.ways.values()} == {Decision.CHECK, Decision.LEARN}
    assert total.mean == pytest.approx(choice.minutes, rel=0.02)
    assert [one.mean for one in by_step] == pytest.approx(
        [step.minutes for step in place(asked, choice).steps], rel=0.2
    )


def test_what_a_hole_may_cost_later_decides_and_is_not_told():
    asked = problem(skill("a", 0.98, 30.0), skill("b", 0.2, 20.0, "a", guess=0.0))
    choice = choose(asked)
    assert choice.ways["a"].decision is Decision.SKIP
    assert ranges(asked)[0].mean == pytest.approx(choice.costs["b"].handle, rel=0.02)
    assert ranges(asked)[0].mean < choice.minutes


def test_low_mean_and_high_rise():
    for mastery in (0.1, 0.4, 0.6, 0.8):
        total, by_step = ranges(problem(skill("a", mastery, 40.0), skill("b", mastery, 30.0, "a")))
        assert total.low <= total.mean <= total.high
        assert all(one.low <= one.high for one in by_step)


def test_the_surer_the_shorter_and_the_narrower():
    found = [ranges(problem(skill("a", mastery, 40.0)))[0] for mastery in (0.3, 0.5, 0.7, 0.8)]
    assert [one.mean for one in found] == sorted((one.mean for one in found), reverse=True)
    sure = ranges(problem(skill("a", 0.0, 40.0)))[0]
    assert sure.low == pytest.approx(40.0 * np.exp(-(0.35**2) / 2 - 1.2816 * 0.35), rel=0.03)
    assert sure.high == pytest.approx(40.0 * np.exp(-(0.35**2) / 2 + 1.2816 * 0.35), rel=0.03)


def test_a_question_that_is_passed_takes_away_the_steps_below_it_and_none_above():
    lower, upper = skill("a", 0.6, 30.0, strand="k"), skill("b", 0.6, 30.0, "a", strand="k")
    asked = problem(lower, upper)
    choice = choose(asked)
    steps = place(asked, choice).steps
    backwards = steps[::-1]
    apart = problem(skill("a", 0.6, 30.0), skill("b", 0.6, 30.0, "a"))
    usual = ranges(apart)[0].mean
    assert of_plan(asked, steps, profiles(asked))[0].mean == pytest.approx(usual, rel=0.01)
    assert of_plan(asked, backwards, profiles(asked))[0].mean < usual - 1.0


def test_a_session_takes_what_it_takes():
    asked = problem(skill("a"), means=(Means("m", frozenset("a"), 15.0, 1.0),))
    total, [step] = ranges(asked)
    assert (total, step) == (Range(15.0, 15.0, 15.0), Range(15.0, 15.0, 15.0))


def test_the_same_seed_the_same_minutes():
    asked = problem(skill("a", 0.6, 30.0), skill("b", 0.5, 30.0, "a"))
    assert ranges(asked, count=500) == ranges(asked, count=500)
    assert ranges(asked, count=500) != ranges(asked, count=500, seed=2)
    assert plan(asked, profiles(asked, 500)).total == plan(asked, profiles(asked, 500)).total
    assert plan(asked).total is None


def test_what_must_be_repeated_is_in_the_whole_and_not_in_the_step():
    once, repeated = (ranges(problem(skill("a", 0.1, 40.0, chance=chance))) for chance in (1.0, 0.8))
    assert repeated[1][0].mean == pytest.approx(once[1][0].mean, rel=0.01)
    assert repeated[0].mean == pytest.approx(choose(problem(skill("a", 0.1, 40.0, chance=0.8))).minutes, rel=0.02)
    assert repeated[0].mean == pytest.approx(40.0 * (0.1 + 0.9 / 0.8), rel=0.02)
    assert repeated[0].high > once[0].high * 1.2


def test_expected_minutes_with_repeats_questions_and_sessions_are_those_of_the_choice():
    session = Means("m", frozenset("cd"), 25.0, 1.0, chance=0.6)
    skills = [skill("a", 0.6, 40.0, chance=0.8, guess=0.0), skill("b", 0.2, 30.0, "a", chance=0.5, guess=0.0)]
    skills += [skill("c", 0.1, 40.0, chance=0.8, guess=0.0), skill("d", 0.3, 30.0, "c", chance=0.8, guess=0.0)]
    values = {"b": 1.0, "d": 1.0}
    asked = problem(*skills, values=values, means=(session,))
    choice = choose(asked)
    assert choice.attended == ("m",)
    assert ranges(asked)[0].mean == pytest.approx(choice.minutes, rel=0.02)
