"""The Pix-like rule, worked by hand."""

from __future__ import annotations

from math import exp

import pytest

from pathways.diagnostics.engine import compile_structure
from pathways.diagnostics.simulating.pix_like import PixLike, learner_level, pix_levels
from pathways.diagnostics.simulating.stops import stops_of
from tests.diagnostics.simulating.banks import bank, ladders

RIGHT, WRONG = "correct", "incorrect"


def rule(document, *stops: str, seed: int = 1) -> PixLike:
    found = bank(document)
    return PixLike(compile_structure(found.structure), pix_levels(found.levels), stops_of(stops or ["none"]), seed)


def asked(one: PixLike, answer, learner: str = "x", left: set[str] | None = None):
    """All questions, in order, of somebody who answers by a function of the micro-skill; and the last step."""
    asking, answers = one.open(learner), []
    left = set(one.skill_of) if left is None else set(left)
    while True:
        step = asking.step(answers, left, 40.0 * len(answers))
        if step.item is None:
            return [item.split("-")[0] for item, _ in answers], step
        answers.append((step.item, answer(step.item.split("-")[0])))
        left.discard(step.item)


def mastered(one: PixLike, step) -> set[str]:
    return {code for code, p in zip(one.compiled.skill_codes, step.mastery, strict=True) if p == 1.0}


def test_before_any_answer_the_level_is_two():
    assert learner_level([]) == 2.0


@pytest.mark.parametrize("answers", [[(2.0, True)], [(2.0, False)], [(2.0, True), (4.0, True), (6.0, False)]])
def test_the_level_is_where_answers_lie_nearest_to_what_is_expected(answers):
    def off(level: float) -> float:
        given = [*answers, (0.0, True), (7.0, False)]
        return abs(sum(right - 1 / (1 + exp(d - level)) for d, right in given))

    best = min((round(off(half / 2), 9), half / 2) for half in range(1, 16))
    assert learner_level(answers) == best[1]


def test_somebody_who_knows_all_is_asked_from_level_two_up():
    one = rule(ladders(1, 6, 1))
    items, step = asked(one, lambda _skill: RIGHT)
    assert items[0] == "a2"
    assert items[-1] == "a6"
    assert mastered(one, step) == {f"a{n}" for n in range(1, 7)}
    assert step.stopped == "all_decided"


def test_without_level_two_the_lowest_level_is_asked_first():
    document = ladders(1, 6, 1)
    document["skills"] = [skill for skill in document["skills"] if skill["level"] > 2]
    document["items"] = [item for item in document["items"] if item["skill"] not in {"a1", "a2"}]
    assert asked(rule(document), lambda _skill: RIGHT)[0][0] == "a3"


def test_a_wrong_answer_settles_all_that_is_harder_and_a_right_one_all_that_is_easier():
    one = rule(ladders(1, 6, 1))
    truth = {"a1": RIGHT, "a2": RIGHT, "a3": RIGHT, "a4": WRONG}
    items, step = asked(one, lambda skill: truth.get(skill, WRONG))
    assert mastered(one, step) == {"a1", "a2", "a3"}
    assert "a1" not in items, "it was inferred"


@pytest.mark.parametrize("outcome", ["incorrect", "dont_know", "not_understood"])
def test_whatever_is_not_right_is_taken_for_a_lack(outcome):
    one = rule(ladders(1, 3, 1))
    items, step = asked(one, lambda _skill: outcome)
    assert mastered(one, step) == set()
    assert items[0] == "a2"
    assert set(items) == {"a2", "a1"}


def test_what_is_too_hard_is_never_asked_and_counts_as_not_mastered():
    document = {
        "skills": [{"code": "a", "level": 2}, {"code": "b", "level": 8}],
        "items": [{"code": "a-1", "skill": "a"}, {"code": "b-1", "skill": "b"}],
    }
    one = rule(document)
    items, step = asked(one, lambda _skill: RIGHT)
    assert items == ["a"]
    assert step.stopped == "nothing_to_gain"
    assert step.mastery.tolist() == [1.0, 0.0]


def test_easy_strands_come_first():
    document = ladders(2, 6, 1)
    document["skills"] = [s for s in document["skills"] if s["strand"] == "a" or s["level"] <= 3]
    document["items"] = [i for i in document["items"] if i["skill"][0] == "a" or i["skill"] <= "b3"]
    items, _ = asked(rule(document), lambda _skill: RIGHT)
    assert [item[0] for item in items] == sorted((item[0] for item in items), reverse=True)


def test_a_long_scale_is_drawn_together_to_eight_levels():
    assert pix_levels({"a": 10.0, "b": 30.0, "c": 20.0}) == {"a": 1.0, "b": 8.0, "c": 4.5}
    assert pix_levels({"a": 0.5, "b": 7.5}) == {"a": 0.5, "b": 7.5}


def test_only_what_the_learner_can_be_asked_is_asked():
    one = rule(ladders(1, 4, 1))
    items, step = asked(one, lambda _skill: RIGHT, left={"a1-1"})
    assert items == ["a1"]
    assert step.stopped == "nothing_to_gain"


def test_a_limit_holds_beside_its_own_rule():
    items, step = asked(rule(ladders(4, 4, 1), "questions=3"), lambda _skill: RIGHT)
    assert (len(items), step.stopped) == (3, "longest")
    items, step = asked(rule(ladders(4, 4, 1), "minutes=1"), lambda _skill: RIGHT)
    assert (len(items), step.stopped) == (2, "longest")


def test_ties_go_by_chance_that_can_be_repeated():
    one = rule(ladders(8, 3, 3))
    orders = [tuple(asked(one, lambda _skill: RIGHT, learner=name)[0]) for name in ("x", "y", "z")]
    assert len(set(orders)) > 1
    assert tuple(asked(one, lambda _skill: RIGHT, learner="y")[0]) == orders[1]


def test_partly_right_is_not_right():
    one = rule(ladders(2, 6, 1, near=True))
    partly, wrong = (asked(one, lambda skill, y=y: RIGHT if skill in {"a1", "a2"} else y) for y in ("partly", WRONG))
    assert partly[0] == wrong[0]
    assert mastered(one, partly[1]) == mastered(one, wrong[1])
