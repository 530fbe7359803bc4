"""The first question: the one that saves most, counted profile by profile."""

from itertools import product

import numpy as np
import pytest

from pathways.learning.planner.asking import most_saving
from pathways.learning.planner.choice import choose
from pathways.learning.planner.decisions import costs, regret
from pathways.learning.planner.placing import Kind, place
from pathways.learning.planner.planning import plan
from pathways.learning.planner.problem import Means
from pathways.learning.planner.profiles import Profiles
from tests.learning.planner.small import problem, skill

RUNGS = 4


def ladder(*mastery, **more):
    rungs = [
        skill(f"r{rung}", p, 20.0, *([f"r{rung - 1}"] if rung else []), strand="k") for rung, p in enumerate(mastery)
    ]
    return problem(*rungs, **more)


def on_a_ladder(asked, count=4000):
    """Profiles in which who masters a rung masters those below."""
    height = np.random.default_rng(1).random(count)[:, None]
    return Profiles(tuple(asked.skills), height < np.array([one.mastery for one in asked.skills.values()]))


def apart(asked, count=4000):
    mastery = np.array([one.mastery for one in asked.skills.values()])
    return Profiles(tuple(asked.skills), np.random.default_rng(1).random((count, len(mastery))) < mastery)


def saving(asked, profiles, code):
    """Minutes that one question saves, one answer and one micro-skill after the other."""
    above, shortest = asked.dependants(), asked.shortest()
    column = {one: place for place, one in enumerate(profiles.codes)}

    def least(one, p):
        found = costs(skill(one, p, asked.skills[one].learn, questions=1), regret(shortest[one], above[one]))
        return min(found.skip, found.check, found.learn)

    now = {one: float(profiles.mastered[:, column[one]].mean()) for one in asked.needed}
    expected = asked.skills[code].check
    for right, one in product((True, False), asked.needed):
        chance = [0.9 if row[column[code]] else 0.25 for row in profiles.mastered]
        weights = np.array(chance if right else [1 - each for each in chance])
        after = float(weights @ profiles.mastered[:, column[one]] / weights.sum())
        expected += weights.mean() * least(one, after)
    return sum(least(one, p) for one, p in now.items()) - expected


def test_the_question_that_saves_most():
    asked = ladder(0.8, 0.7, 0.6, 0.5)
    profiles = on_a_ladder(asked, 300)
    codes = list(asked.skills)
    best = max(codes, key=lambda code: saving(asked, profiles, code))
    assert most_saving(asked, choose(asked), codes, profiles) == best
    assert best != "r0"


def test_no_question_comes_first_where_none_saves_anything():
    asked = ladder(0.999, 0.02)
    assert most_saving(asked, choose(asked), list(asked.skills), on_a_ladder(asked)) is None
    assert most_saving(asked, choose(asked), [], on_a_ladder(asked)) is None


def test_a_rung_is_asked_before_those_below_it_and_only_a_question_may_come_early():
    asked = ladder(0.8, 0.7, 0.6, 0.5)
    steps = plan(asked, on_a_ladder(asked)).steps
    assert steps[0].kind is Kind.CHECK
    assert steps[0].key != "r0"
    assert [step.key for step in steps[1:]] == [code for code in asked.skills if code != steps[0].key]
    learnt_first = problem(skill("a", 0.05, 20.0), skill("b", 0.6, 30.0, "a"))
    assert [step.key for step in plan(learnt_first, apart(learnt_first)).steps] == ["a", "b"]


def test_without_profiles_and_with_a_lock_the_order_is_as_before():
    asked = ladder(0.8, 0.7, 0.6, 0.5)
    assert [step.key for step in plan(asked).steps] == list(asked.skills)
    assert plan(asked, on_a_ladder(asked), first=["r0"]).steps[0].key == "r0"


def test_a_question_that_comes_first_leaves_the_time_before_a_date():
    session = Means("s", frozenset({"z"}), 30.0, 7.0)
    rungs = ladder(0.8, 0.7, 0.6, 0.5).skills
    asked = problem(*rungs.values(), skill("z", 0.1, 200.0, "r3"), values={"z": 1.0}, means=(session,))
    steps = place(asked, choose(asked), (), on_a_ladder(problem(*rungs.values(), skill("z", 0.1)))).steps
    assert [step.key for step in steps][-1] == "s"
    assert steps[0].kind is Kind.CHECK


@pytest.mark.parametrize("draws", [1, 2, 500])
def test_the_same_question_each_time(draws):
    asked = ladder(0.8, 0.7, 0.6, 0.5)
    found = {most_saving(asked, choose(asked), list(asked.skills), on_a_ladder(asked, draws)) for _ in range(3)}
    assert len(found) == 1
