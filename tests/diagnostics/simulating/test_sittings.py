"""Sittings: what comes out is what the engine says of the same answers, one by one, in any number of processes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pathways.diagnostics.engine import Structure, compile_structure, decide, infer
from pathways.diagnostics.simulating import trace
from pathways.diagnostics.simulating.generators import GeneratedLearners
from pathways.diagnostics.simulating.learners import Change, Learner
from pathways.diagnostics.simulating.policies import POLICIES, fixed_form
from pathways.diagnostics.simulating.processes import Work, results_of
from pathways.diagnostics.simulating.sittings import Room, Task
from pathways.diagnostics.simulating.stops import Stops, stops_of
from tests.diagnostics.simulating.banks import bank, ladders

STOPS = stops_of(["questions=8"])


def tied() -> dict[str, Any]:
    """Ladders that require each other, and an item on several of them."""
    document = ladders(4, 3, 2)
    document["skills"][4]["requires"] = [["a1", "c1"]]
    document["skills"] += [{"code": "e", "level": 2, "requires": [["b1"], ["c2", "d2"]]}]
    document["items"] += [{"code": "e-1", "skill": "e"}, {"code": "together", "skills": ["a2", "d1"]}]
    return document


def task(policy: str = "engine", stops: Stops = STOPS, structure: Structure | None = None) -> Task:
    found = bank(ladders(4, 4, 2))
    structure = structure or found.structure
    form = fixed_form(compile_structure(structure), 1, 8) if policy == "fixed" else ()
    return Task(structure, dict(found.levels), policy, stops, 1, form)


def people(count: int, generator: str = "A", structure: Structure | None = None) -> GeneratedLearners:
    return GeneratedLearners(generator, structure or bank(ladders(4, 4, 2)).structure, 3, count)


def traced(one: Task, learners, jobs: int = 1) -> bytes:
    return b"".join(lines for _, lines in results_of(Work(one, traced=True), learners, jobs=jobs))


@pytest.mark.parametrize("document", [ladders(4, 4, 2), tied()], ids=["ladders", "tied"])
def test_the_trace_of_the_engine_is_decide_and_infer_called_one_by_one(document):
    structure = bank(document).structure
    one = task(stops=stops_of(["accuracy=.9", "questions=12"]), structure=structure)
    learners = people(12, structure=structure)
    compiled = compile_structure(one.structure)
    written = [json.loads(line) for line in traced(one, learners).splitlines()]
    for learner in learners:
        own = [line for line in written if line["learner"] == learner.id]
        answers: list[tuple[str, str]] = []
        left = set(learner.answers)
        for n, line in enumerate(own):
            assert line["n"] == n
            assert line["mastery"] == infer(compiled, answers).mastery_by_skill()
            decision = decide(compiled, one.stops.rules, answers, left, seconds_spent=40.0 * n)
            assert ("stopped" in line) == (decision.next_item is None) == (line is own[-1])
            if decision.next_item is None:
                assert line["stopped"] == decision.stopped
                break
            following = own[n + 1]
            assert following["item"] == decision.next_item
            assert following["outcome"] == learner.answers[decision.next_item]
            answers.append((decision.next_item, following["outcome"]))
            left.discard(decision.next_item)


@pytest.mark.parametrize("policy", ["random", "half", "fixed"])
def test_other_policies_believe_what_the_engine_believes_of_the_same_answers(policy):
    one = task(policy)
    compiled = compile_structure(one.structure)
    answers: list[tuple[str, str]] = []
    for line in map(json.loads, traced(one, people(1)).splitlines()):
        if line["n"]:
            answers.append((line["item"], line["outcome"]))
        assert line["mastery"] == infer(compiled, answers).mastery_by_skill()
    assert len(answers) == 8


@pytest.mark.parametrize("policy", POLICIES)
def test_a_sitting_does_not_depend_on_who_sits_before(policy):
    one, learners = task(policy), people(6)
    whole = traced(one, learners)
    assert b"".join(traced(one, [learner]) for learner in learners) == whole
    assert traced(one, learners) == whole


def test_a_line_has_the_words_of_the_format_and_no_other():
    lines = [json.loads(line) for line in traced(task(), people(1)).splitlines()]
    assert [line["n"] for line in lines] == list(range(9))
    assert list(lines[0]) == ["learner", "n", "item", "outcome", "mastery"]
    assert (lines[0]["item"], lines[0]["outcome"]) == (None, None)
    assert list(lines[-1]) == ["learner", "n", "item", "outcome", "mastery", "stopped"]
    assert list(lines[0]["mastery"]) == list(bank(ladders(4, 4, 2)).structure.skill_codes)


def test_an_item_without_an_answer_is_never_asked():
    few = Learner("p", {"a1-1": "correct", "d4-2": "incorrect"})
    sitting = Room(task(stops=stops_of(["none"]))).sit(few)
    assert sorted(sitting.items) == ["a1-1", "d4-2"]
    assert sitting.stopped == "nothing_to_gain"


def test_somebody_without_any_answer_has_the_prior_and_no_more():
    (line,) = traced(task(), [Learner("p", {})]).splitlines()
    assert json.loads(line)["n"] == 0
    assert json.loads(line)["stopped"] == "nothing_to_gain"


def test_an_answer_that_changes_later_is_the_one_of_its_moment():
    answers = dict.fromkeys(people(1)[0].answers, "correct")
    tired = Learner("p", answers, frozenset({"a1"}), (Change(3, dict.fromkeys(answers, "incorrect"), frozenset()),))
    sitting = Room(task()).sit(tired)
    assert sitting.outcomes == ["correct"] * 3 + ["incorrect"] * 5
    assert [bool(known.any()) for known in sitting.truth] == [True] * 3 + [False] * 6


def test_items_of_one_testlet_are_never_both_asked():
    structure = bank(ladders(2, 2, 3)).structure
    items = tuple(replace(item, testlet=item.skill if item.skill == "a1" else "") for item in structure.items)
    structure = replace(structure, items=items)
    learner = Learner("p", {item.code: "correct" for item in items})
    for policy in POLICIES:
        sitting = Room(task(policy, stops_of(["none"]), structure)).sit(learner)
        assert sum(item.startswith("a1") for item in sitting.items) <= 1, policy


def test_not_understood_counts_as_a_question_and_says_nothing():
    lost = Learner("p", dict.fromkeys(people(1)[0].answers, "not_understood"))
    sitting = Room(task()).sit(lost)
    assert len(sitting.items) == 8
    assert all((mastery == sitting.mastery[0]).all() for mastery in sitting.mastery)
    assert sitting.seconds == 8 * 40.0


def test_trace_and_floats_can_be_read_back_to_the_last_bit():
    room = Room(task())
    sitting = room.sit(people(1)[0])
    lines = trace.lines(sitting, room.compiled.skill_codes).splitlines()
    for line, mastery in zip(lines, sitting.mastery, strict=True):
        assert list(json.loads(line)["mastery"].values()) == mastery.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("recorded", [True, False])
def test_any_number_of_processes_gives_the_same_bytes(policy, recorded):
    learners = list(people(41)) if recorded else people(41)
    one = task(policy)
    assert traced(one, learners, jobs=3) == traced(one, learners)


def test_two_processes_give_the_same_bytes_and_end_when_nobody_reads_on():
    learners = people(20)
    assert traced(task(), learners, jobs=2) == traced(task(), learners)
    results = results_of(Work(task(), traced=True), learners, jobs=2)
    next(results)
    results.close()
