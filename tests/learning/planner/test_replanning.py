"""A pathway after an answer: as it was, unless enumeration, too, finds one that is worth the change."""

import random
from dataclasses import replace

import pytest

from pathways.learning.planner.choice import choose
from pathways.learning.planner.planning import plan
from pathways.learning.planner.problem import UNTAUGHT, Limits, Means
from pathways.learning.planner.replanning import THRESHOLD_MINUTES, THRESHOLD_SHARE, Change, replan
from tests.learning.planner.small import Enumeration, by_chance, problem, skill


def believing(asked, **mastery):
    skills = {code: replace(one, mastery=mastery.get(code, one.mastery)) for code, one in asked.skills.items()}
    return replace(asked, skills=skills)


def drift(dice, asked, size):
    """Beliefs that moved a bit, and a day that passed."""
    moved = {code: min(1.0, max(0.0, one.mastery + dice.uniform(-size, size))) for code, one in asked.skills.items()}
    means = tuple(replace(one, day=one.day if one.day is None else one.day - 0.5) for one in asked.means)
    return replace(believing(asked, **moved), means=means)


def threshold(minutes):
    return max(THRESHOLD_MINUTES, THRESHOLD_SHARE * minutes)


KINDS = {
    "prerequisites": {"count": 6},
    "alternatives": {"count": 6, "alternatives": 0.5},
    "means": {"count": 5, "means": 3, "dated": 0.5},
    "dates and a week": {"count": 5, "means": 3, "dated": 1.0, "weekly": True},
    "budget": {"count": 5, "budget": True, "alternatives": 0.3, "means": 2, "dated": 0.5},
    "locks": {"count": 5, "means": 2, "dated": 0.5, "locks": True},
    "weights": {"count": 5, "alternatives": 0.3, "means": 3, "dated": 0.6, "weighed": True},
    "weights and budget": {"count": 5, "budget": True, "means": 2, "dated": 0.5, "weighed": True},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_only_where_nothing_else_is_worth_it(kind):
    """Over chains of changes: a bound that is handed on must not let many small ones pass."""
    seen = set()
    for seed in range(40):
        dice = random.Random(seed)
        former = plan(by_chance(dice, **KINDS[kind]))
        asked = former.problem
        for _ in range(4):
            asked = drift(dice, asked, dice.choice([0.05, 0.2, 0.6]))
            found = replan(former, asked)
            best = Enumeration(asked).best()
            seen.add((found.change, found.searched))
            assert found.plan.choice.value == pytest.approx(best.value), seed
            assert found.plan.choice.least_minutes <= best.minutes + 0.1
            if found.change is Change.SAME:
                minutes = found.plan.choice.minutes
                assert minutes - best.minutes <= threshold(minutes) + 0.1, seed
            else:
                assert found.plan.choice.minutes == pytest.approx(best.minutes, abs=0.05)
            former = found.plan
    assert (Change.SAME, False) in seen


def ladder(**more):
    """Three rungs; the ground of the second is worth the phone or the computer."""
    return problem(
        *(skill("phone", 0.1, 30.0), skill("computer", 0.1, 40.0), skill("mail", 0.1, 20.0, ("phone", "computer"))),
        skill("form", 0.1, 30.0, "mail"),
        **more,
    )


def test_an_answer_that_changes_little_changes_nothing():
    former = plan(ladder())
    found = replan(former, believing(ladder(), mail=0.15, computer=0.2))
    assert found.change is Change.SAME
    assert (found.come, found.gone, found.saved) == ((), (), 0.0)
    assert [step.key for step in found.plan.steps] == [step.key for step in former.steps]


def test_a_better_way_that_saves_little_is_not_taken():
    found = replan(plan(ladder()), believing(ladder(), computer=0.55))
    assert choose(believing(ladder(), computer=0.55)).minutes < found.plan.choice.minutes
    assert found.change is Change.SAME
    assert found.searched
    assert not found.plan.choice.is_proven


def test_a_better_way_that_saves_much_is_taken_and_told():
    found = replan(plan(ladder()), believing(ladder(), computer=0.9))
    assert found.change is Change.SAVES
    assert found.saved > THRESHOLD_MINUTES
    assert (found.come, found.gone) == (("computer",), ("phone",))


def test_what_is_known_now_leaves_the_pathway():
    found = replan(plan(ladder()), believing(ladder(), mail=0.99))
    assert [step.key for step in found.plan.steps] == ["form"]
    assert found.change is Change.SAME
    assert set(found.gone) == {"phone", "mail"}


def with_session(*days):
    sessions = tuple(Means(f"s{place}", frozenset({"mail", "form"}), 20.0, day) for place, day in enumerate(days))
    return ladder(means=sessions)


def test_a_session_that_is_over_must_be_replaced():
    former = plan(with_session(3.0))
    assert former.choice.attended == ("s0",)
    found = replan(former, with_session(-0.1))
    assert found.change is Change.MUST
    assert found.gone == ("s0",)
    assert set(found.come) == {"mail", "form"}
    assert replan(former, ladder()).change is Change.MUST


def test_steps_that_were_refused_must_be_replaced():
    refused = ladder()
    refused = replace(refused, skills={**refused.skills, "phone": replace(refused.skills["phone"], learn=UNTAUGHT)})
    found = replan(plan(ladder()), refused)
    assert found.change is Change.MUST
    assert found.come == ("computer",)


def test_a_session_that_comes_to_be_known():
    found = replan(plan(ladder()), with_session(3.0))
    assert found.change is Change.SAVES
    assert found.come == ("s0",)


def test_a_session_that_is_put_off_or_teaches_more_may_be_worth_the_change():
    limits = Limits(20.0)
    former = plan(replace(with_session(3.0), limits=limits))
    assert former.choice.attended == ()
    later = replan(former, replace(with_session(20.0), limits=limits))
    assert (later.change, later.come) == (Change.SAVES, ("s0",))
    small = ladder(means=(Means("s0", frozenset({"mail"}), 20.0, 9.0),))
    assert replan(plan(small), with_session(9.0)).change is Change.SAVES


def test_a_lock_that_is_taken_away_frees_the_choice():
    free = problem(
        skill("phone", 0.1, 30.0), skill("computer", 0.1, 80.0), skill("mail", 0.1, 20.0, ("phone", "computer"))
    )
    locked = replace(free, kept=frozenset({"computer"}))
    former = plan(locked)
    assert "computer" in former.choice.ways
    assert replan(former, locked).change is Change.SAME
    found = replan(former, free)
    assert found.change is Change.SAVES
    assert found.saved == pytest.approx(50.0, abs=0.2)


def test_another_goal_and_more_time_reach_more():
    limits = Limits(60.0, 7.0)
    asked = problem(skill("a", 0.1, 50.0), skill("b", 0.1, 50.0), values={"a": 2.0, "b": 1.0}, limits=limits)
    former = plan(asked)
    assert former.reached == {"a"}
    found = replan(former, replace(asked, limits=Limits(60.0, 14.0)))
    assert found.change is Change.REACHES_MORE
    assert found.come == ("b",)


def test_a_choice_that_fills_its_budget_is_not_thrown_over_by_rounding():
    limits = Limits(30.0, 7.0)
    asked = problem(
        *(skill(code, 0.1, 10.0 + 0.0049) for code in "abc"), values=dict.fromkeys("abc", 1.0), limits=limits
    )
    former = plan(asked)
    assert former.reached == {"a", "b", "c"}
    assert replan(former, asked).change is Change.SAME


def test_a_day_that_passes_in_vain_makes_a_session_come_too_soon():
    session = Means("s", frozenset({"form"}), 10.0, 14.0)
    asked = ladder(means=(session,), limits=Limits(30.0))
    former = plan(asked)
    assert former.choice.attended == ("s",)
    later = replace(asked, means=(replace(session, day=7.0),))
    assert replan(former, later).change is Change.MUST
