"""What cannot be planned is refused, and named."""

import math

import pytest

from pathways.learning.planner.choice import choose
from pathways.learning.planner.decisions import KNOWN, Decision, all_costs, costs, regret
from pathways.learning.planner.errors import InvalidProblem
from pathways.learning.planner.problem import UNTAUGHT, Limits, Means, Problem, Skill
from tests.learning.planner.small import problem, skill

NAN, A = math.nan, skill("a")


WRONG = {
    "a mastery that is no number": ("'a'", lambda: problem(skill("a", NAN))),
    "a mastery above one": ("'a'", lambda: problem(skill("a", 1.01))),
    "a negative slip": ("'a'", lambda: problem(skill("a", slip=-0.1))),
    "a guess that is no number": ("'a'", lambda: problem(skill("a", guess=NAN))),
    "minutes to learn that are no number": ("'a'", lambda: problem(skill("a", 0.5, NAN))),
    "negative minutes": ("'a'", lambda: problem(skill("a", 0.5, -1.0))),
    "questions without number": ("'a'", lambda: problem(skill("a", questions=-1))),
    "more questions than can be thought through": ("'a'", lambda: problem(skill("a", questions=99))),
    "minutes to check that are no number": ("'a'", lambda: problem(skill("a", check=NAN))),
    "an empty group": ("'a'", lambda: problem(skill("a", 0.5, 1.0, ()))),
    "an unknown prerequisite": ("'ghost'", lambda: problem(skill("a", 0.5, 1.0, "ghost"))),
    "another code": ("'b'", lambda: Problem({"a": skill("b")}, {"a": 1.0})),
    "an unknown goal": ("'ghost'", lambda: problem(A, values={"ghost": 1.0})),
    "a value that is no number": ("'a'", lambda: problem(A, values={"a": NAN})),
    "a value of nothing": ("'a'", lambda: problem(A, values={"a": 0.0})),
    "an infinite value": ("'a'", lambda: problem(A, values={"a": math.inf})),
    "a circle": ("a -> b -> a|b -> a -> b", lambda: problem(skill("a", 0.5, 1.0, "b"), skill("b", 0.5, 1.0, "a"))),
    "a circle of one": ("a -> a", lambda: problem(skill("a", 0.5, 1.0, "a"))),
    "means that teach nothing": ("'m'", lambda: problem(A, means=(Means("m", frozenset(), 1.0),))),
    "means that teach what nobody knows": (
        "'ghost'",
        lambda: problem(A, means=(Means("m", frozenset({"ghost"}), 1.0),)),
    ),
    "means without minutes": ("'m'", lambda: problem(A, means=(Means("m", frozenset("a"), NAN),))),
    "means without end": ("'m'", lambda: problem(A, means=(Means("m", frozenset("a"), math.inf),))),
    "means on no day": ("'m'", lambda: problem(A, means=(Means("m", frozenset("a"), 1.0, NAN),))),
    "means that are there twice": (
        "'m'",
        lambda: problem(A, means=(Means("m", frozenset("a"), 1.0), Means("m", frozenset("a"), 2.0))),
    ),
    "a week that is no number": ("nan", lambda: problem(A, limits=Limits(NAN))),
    "a deadline in the past": ("-1", lambda: problem(A, limits=Limits(60.0, -1.0))),
    "an unknown lock": ("'ghost'", lambda: problem(A, kept=frozenset({"ghost"}))),
}


@pytest.mark.parametrize("what", WRONG)
def test_refused_by_name(what):
    named, make = WRONG[what]
    with pytest.raises(InvalidProblem, match=named):
        make()


def test_a_needed_micro_skill_comes_after_all_it_may_require():
    asked = problem(
        skill("c", 0.1, 1.0, ("a", "b")), skill("a"), skill("b", 0.1, 1.0, "a"), skill("z"), values={"c": 1.0}
    )
    assert asked.needed == ("a", "b", "c")
    assert not asked.is_conjunctive


def decision(mastery, **values):
    found = costs(Skill("a", mastery, 30.0, 1.0, 0.1, 0.25, questions=1, **values), 60.0)
    return Decision.SKIP if found.is_skipped else found.handling


def test_learn_below_a_quarter_skip_above_84_percent_check_between():
    """The table of our notes: 30 minutes, a question of 1, slip .1, guess .25, 60 minutes lost."""
    found = [decision(percent / 100.0) for percent in range(101)]
    first_check, first_skip = found.index(Decision.CHECK), found.index(Decision.SKIP)
    assert found == [
        *[Decision.LEARN] * first_check,
        *[Decision.CHECK] * (first_skip - first_check),
        *[Decision.SKIP] * (101 - first_skip),
    ]
    assert 24 <= first_check <= 26
    assert 83 <= first_skip <= 85


def test_costs_by_hand():
    found = costs(Skill("a", 0.6, 30.0, 1.0, 0.1, 0.25, questions=1), 60.0)
    assert found.skip == pytest.approx(0.4 * 60)
    assert found.check == pytest.approx(1 + (0.6 * 0.1 + 0.4 * 0.75) * 30 + 0.4 * 0.25 * 60)
    assert found.learn == 30.0


def all_policies(skill_, lost, mastery, questions):
    """Every plan of what to do after each answer; the least expected minutes."""
    ends = [skill_.learn] + ([(1 - mastery) * lost] if mastery >= KNOWN else [])
    if not questions:
        return min(ends)
    return min([*ends, asked(skill_, lost, mastery, questions)])


def asked(skill_, lost, mastery, questions):
    right = mastery * (1 - skill_.slip) + (1 - mastery) * skill_.guess
    after = mastery * (1 - skill_.slip) / right, mastery * skill_.slip / (1 - right)
    if questions == 1:
        return skill_.check + right * (1 - after[0]) * lost + (1 - right) * skill_.learn
    passed, failed = (all_policies(skill_, lost, one, questions - 1) for one in after)
    return skill_.check + right * passed + (1 - right) * failed


@pytest.mark.parametrize("questions", [1, 2, 3, 4])
def test_several_questions_are_what_the_best_policy_costs(questions):
    for percent in range(1, 100):
        one = Skill("a", percent / 100, 30.0, 1.0, 0.1, 0.25, questions=questions)
        found = costs(one, 60.0)
        assert found.check == pytest.approx(asked(one, 60.0, one.mastery, questions))
        best = min(found.skip, found.check, found.learn)
        assert best == pytest.approx(all_policies(one, 60.0, one.mastery, questions))


def test_a_second_question_saves_and_is_worth_asking_over_more_beliefs():
    def checked(questions):
        skills = [Skill("a", percent / 100, 30.0, 1.0, 0.1, 0.25, questions=questions) for percent in range(101)]
        found = [costs(one, 60.0) for one in skills]
        return {percent for percent, one in enumerate(found) if one.check < min(one.skip, one.learn)}

    assert checked(1) < checked(2)
    assert costs(Skill("a", 0.5, 30.0, 1.0, 0.1, 0.25, questions=0), 60.0).check == math.inf


def test_what_is_likelier_missing_is_never_skipped_nor_checked_where_it_cannot_be_learnt():
    assert math.isinf(costs(Skill("a", KNOWN - 0.01, 1.0), 2.0).skip)
    assert math.isinf(costs(Skill("a", 0.6, UNTAUGHT, 1.0), 2.0).check)


def test_what_is_lost_by_a_hole_is_twice_the_learning_and_half_of_what_stands_on_it():
    asked = problem(skill("a", 0.9, 10.0), skill("b", 0.5, 20.0, "a"), skill("c", 0.5, 40.0, "b"))
    assert asked.dependants() == {"a": 30.0, "b": 20.0, "c": 0.0}  # of what is mastered already nothing is lost
    assert all_costs(asked)["a"].skip == pytest.approx(0.1 * regret(10.0, 30.0)) == pytest.approx(0.1 * 35.0)


def test_the_share_of_a_session_is_what_its_micro_skill_takes():
    session = Means("m", frozenset({"a", "b"}), 30.0, 1.0)
    asked = problem(skill("a", 0.1, UNTAUGHT), skill("b", 0.1, 10.0, "a"), means=(session,))
    assert asked.shortest() == {"a": 15.0, "b": 10.0}


def test_a_lesson_is_repeated_until_it_has_taught():
    one = skill("a", 0.0, 40.0, chance=0.8)
    assert one.learning(0.0) == 50.0
    assert one.learning(1.0) == 40.0  # who masters it goes through it once
    assert one.learning(0.5) == 45.0
    asked = problem(one, skill("b", 0.0, 20.0, "a", chance=0.5))
    assert asked.shortest() == {"a": 50.0, "b": 40.0}
    assert asked.dependants()["a"] == 40.0
    assert all_costs(asked)["a"].learn == 50.0


def test_what_a_session_has_not_taught_is_learnt_alone_afterwards():
    session = Means("m", frozenset("ab"), 30.0, 1.0, chance=0.6)
    asked = problem(skill("a", 0.5, 40.0, chance=0.8), skill("b", 0.0, 40.0, "a", chance=0.8), means=(session,))
    costs_ = all_costs(asked)
    assert costs_["a"].by(session) == pytest.approx(0.4 * 0.5 * 25.0)  # half of a session that teaches six of ten
    assert costs_["b"].by(session) == pytest.approx(0.4 * 25.0)
    found = choose(asked)
    assert found.attended == ("m",)
    assert found.minutes == pytest.approx(30.0 + 5.0 + 10.0)


@pytest.mark.parametrize("chance", [0.0, -0.1, 1.1])
def test_a_chance_to_learn_is_above_zero(chance):
    with pytest.raises(InvalidProblem, match="'a'"):
        problem(skill("a", chance=chance))
    with pytest.raises(InvalidProblem, match="'m'"):
        problem(skill("a"), means=(Means("m", frozenset("a"), 10.0, chance=chance),))
