"""Whole sittings with requirements: what is asked, simulated, and carried from one to the next."""

from dataclasses import replace
from itertools import product
from math import prod

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    Outcome,
    Population,
    Requirement,
    Sitting,
    StopRules,
    Structure,
    believe,
    carrying,
    compile_structure,
    decide,
    infer,
    simulate,
    simulation,
)
from pathways.diagnostics.engine.stopping import STOPS
from tests.diagnostics.engine.brute_force import response
from tests.diagnostics.engine.graphs.enumeration import Profiles
from tests.diagnostics.engine.graphs.structures import entangled, graph, item, ladder, skill, thresholds_of
from tests.diagnostics.engine.test_carrying import faded

RULES = StopRules(accuracy=0.93, questions=12, seconds=420.0)
NARROW = Population((0.7,), (1.0,), (0.0,))
ENTANGLED = compile_structure(entangled())


@pytest.mark.parametrize("structure", [entangled(), graph(30, several=0.0)], ids=["entangled", "forest"])
def test_every_learner_is_asked_what_decide_would_ask(structure):
    compiled = compile_structure(structure)
    learners = simulation.draw(compiled, 15, 12, np.random.default_rng(4))
    learners = replace(learners, pace=0.5 * learners.pace)
    sittings = simulation.sit(compiled, RULES, learners)
    for learner in range(15):
        answers, left, spent = sittings.answers(compiled, learner), set(compiled.item_codes), 0.0
        for count, (asked, _) in enumerate(answers):
            decision = decide(compiled, RULES, answers[:count], left, seconds_spent=spent)
            assert decision.next_item == asked
            claimed = sittings.certainty[learner, count]
            assert decision.posterior.expected_accuracy() == pytest.approx(claimed, abs=1e-12, rel=0)
            left.discard(asked)
            spent += decision.seconds * learners.pace[learner, count]
        last = decide(compiled, RULES, answers, left, seconds_spent=spent)
        assert last.stopped == STOPS[sittings.stops[learner]]
        assert last.posterior.masteries == pytest.approx(sittings.mastery[learner], abs=1e-12, rel=0)


def test_blocks_change_nothing(monkeypatch):
    learners = simulation.draw(ENTANGLED, 20, 8, np.random.default_rng(5))
    whole = simulation.sit(ENTANGLED, StopRules(questions=8), learners)
    monkeypatch.setattr(simulation, "GRAPH_BYTES", 1)
    parts = simulation.sit(ENTANGLED, StopRules(questions=8), learners)
    assert (parts.items == whole.items).all()
    assert parts.mastery == pytest.approx(whole.mastery, abs=1e-12, rel=0)


def test_learners_are_drawn_from_the_model():
    """Shares of each micro-skill, of pairs that a gate ties, and of what several ask together."""
    compiled = compile_structure(entangled(), NARROW)
    learners = simulation.draw(compiled, 20_000, 1, np.random.default_rng(6))
    mastered = simulation.true_mastery(compiled, learners.states)
    expected = infer(compiled, []).masteries
    assert mastered.mean(axis=0) == pytest.approx(expected, abs=0.015)
    place = compiled.skill_index
    for gated, required, leak in (("A3", "B1", 0.02), ("B2", "C1", 0.05), ("F", "E", 0.02), ("G1", "D", 0.02)):
        without = ~mastered[:, place[required]]
        assert 0.0 < mastered[without, place[gated]].mean() < leak + 0.01
    own = learners.states[:, : len(compiled.structure.strands)]
    assert (simulation.with_together(compiled, own) == learners.states).all()


def test_learners_of_the_model_are_claimed_as_they_are():
    found = simulate(ENTANGLED, StopRules(accuracy=0.93, questions=15), learners=300, seed=8)
    for point in found.curve:
        assert point.certainty == pytest.approx(point.accuracy, abs=0.025)
    assert found == simulate(ENTANGLED, StopRules(accuracy=0.93, questions=15), learners=300, seed=8)


def test_a_question_on_several_micro_skills_asks_each_of_them():
    structure = Structure((skill("A"), skill("B"), skill("C")), (item("q", "A", "B"), item("r", "C")))
    found = simulate(compile_structure(structure), StopRules(least_information=0.0), seed=1)
    assert {one.skill: one.never_asked for one in found.skills} == {"A": 0.0, "B": 0.0, "C": 0.0}


def test_a_sitting_asks_what_it_asked_before():
    """Written down: whoever changes it changes what learners are asked, and says why."""
    outcomes = ("correct", "incorrect", "correct", "dont_know", "not_understood", "correct")
    asked = ["A1-0", "C2-0", "A2-0", "E-0", "G1-0", "H2-0", "B2-0", "A3-0", "G2-0", "H3-0", "G2-1", "C2-1"]
    answers, left = [], set(ENTANGLED.item_codes)
    for turn, wanted in enumerate(asked):
        decision = decide(ENTANGLED, StopRules(), answers, left)
        assert decision.next_item == wanted
        answers.append((wanted, outcomes[turn % len(outcomes)]))
        left.discard(wanted)
    found = infer(ENTANGLED, answers).mastery_by_skill()
    written = {"A3": 0.181806067, "C1": 0.975582745, "D": 0.949714447, "F": 0.25105983, "H3": 0.042515648}
    assert {code: found[code] for code in written} == pytest.approx(written, abs=1e-7)


STEM = Structure(
    (ladder("A", -0.5, 0.5), skill("B")),
    (
        item("a1", "A1", testlet="stem"),
        item("a2", "A2", testlet="stem"),
        item("b", "B", testlet="stem"),
        item("free", "B"),
    ),
)


def test_a_testlet_is_never_asked_in_another_dress():
    compiled = compile_structure(STEM)
    rules = StopRules(least_information=0.0)
    assert decide(compiled, rules, [("a1", Outcome.CORRECT)], ["a2", "b", "free"]).next_item == "free"
    assert decide(compiled, rules, [("a1", Outcome.CORRECT)], ["a2", "b"]).next_item is None
    sittings = simulation.sit(compiled, rules, simulation.draw(compiled, 40, 4, np.random.default_rng(2)))
    for learner in range(40):
        asked = [code for code, _ in sittings.answers(compiled, learner)]
        assert len({"a1", "a2", "b"} & set(asked)) == 1
    assert simulation.longest(compiled, rules) == 2


def test_a_question_that_was_not_understood_may_come_in_another_dress():
    compiled = compile_structure(STEM)
    rules = StopRules(least_information=0.0)
    assert decide(compiled, rules, [("a1", Outcome.NOT_UNDERSTOOD)], ["a2"]).next_item == "a2"


def test_answers_to_one_testlet_count_as_one():
    compiled = compile_structure(STEM, NARROW)
    plain = compile_structure(Structure(STEM.strands, tuple(replace(one, testlet="") for one in STEM.items)), NARROW)
    once, twice = [("b", "correct")], [("b", "correct")] * 2
    assert infer(compiled, twice).masteries == pytest.approx(infer(plain, once).masteries, abs=1e-15)
    assert infer(compiled, [("a1", "correct"), ("free", "correct")]).masteries == pytest.approx(
        infer(plain, [("a1", "correct"), ("free", "correct")]).masteries, abs=1e-15
    )
    both = infer(compiled, [("a1", "correct"), ("a2", "correct")]).mastery("A2")
    assert infer(plain, [("a1", "correct")]).mastery("A2") < both
    assert both < infer(plain, [("a1", "correct"), ("a2", "correct")]).mastery("A2")


FIRST = [("A2+B1", "correct"), ("C2-0", "correct"), ("D-0", "correct"), ("H2-0", "incorrect")]
SECOND = [("A3-0", "incorrect"), ("E-1", "correct"), ("F+C1", "dont_know"), ("A1-0", "not_understood")]


def test_sittings_of_one_day_are_one():
    said = infer(ENTANGLED, [*FIRST, *SECOND]).mastery_by_skill()
    assert believe(ENTANGLED, [Sitting(FIRST), Sitting(SECOND, 0.2)]).mastery_by_skill() == pytest.approx(
        said, abs=1e-9
    )
    assert believe(ENTANGLED, []).mastery_by_skill() == pytest.approx(
        infer(ENTANGLED, []).mastery_by_skill(), abs=1e-12
    )


def test_time_moves_every_strand_by_itself():
    compiled = compile_structure(entangled(), NARROW)
    before = believe(compiled, [Sitting(FIRST)]).mastery_by_skill()
    after = believe(compiled, [Sitting(FIRST)], days=365.0).mastery_by_skill()
    kept, gained = 0.5, 0.5 * (1 - 0.98 ** (365 / 30))
    for code in ("D", "E", "F"):
        assert after[code] == pytest.approx(before[code] * kept + (1 - before[code]) * gained, abs=1e-9)
    for code in ("A1", "B1", "C1"):
        assert after[code] < before[code]


class Filter:
    """Every profile at the beginning and since, at every point of ability, without anything shared."""

    def __init__(self, structure):
        self.compiled = compile_structure(structure, NARROW)
        self.truth = Profiles(structure, NARROW, thresholds_of(self.compiled))

    def mastery(self, answers, days, later):
        """P(mastered) after answers, days, and later answers, when the account is not doubted."""
        truth = self.truth
        tops = [len(codes) for codes in truth.strands]
        joint = dict.fromkeys(truth.prior, 0.0)
        for (point, profile), p in truth.joint(answers).items():
            leads = [faded(state, top, days) for state, top in zip(profile, tops, strict=True)]
            for after in product(*leads):
                joint[point, after] += p * prod(lead[state] for lead, state in zip(leads, after, strict=True))
        for code, outcome in later:
            one = truth.items[code]
            joint = {key: p * response(one, mastered=truth.mastered(one, key[1]))[outcome] for key, p in joint.items()}
        total = sum(joint.values())
        return {
            code: sum(p for (_, profile), p in joint.items() if profile[k] >= rung) / total
            for code, (k, rung) in truth.place.items()
        }


def test_what_is_carried_is_exact(monkeypatch):
    monkeypatch.setattr(carrying, "FRESH", 1e-15)
    monkeypatch.setattr(carrying, "LEAST_WEIGHT", 0.0)
    strands = (ladder("A", -0.5, 0.5), skill("B"), skill("C", 0.3), skill("D", 0.6), skill("E"))
    items = tuple(item(code, *code.split("+")) for code in ("A1", "A2", "B", "C", "D", "E", "B+A1"))
    gates = (
        Requirement("B", (("A1",),)),
        Requirement("C", (("B", "A2"),), 0.05),
        Requirement("D", (("C",), ("B",))),
    )
    world = Filter(Structure(strands, items, gates))
    first = [("B+A1", "correct"), ("D", "correct"), ("A2", "incorrect"), ("E", "correct")]
    later = [("C", "incorrect"), ("A1", "correct"), ("D", "dont_know"), ("E", "incorrect")]
    for count in range(len(later) + 1):
        found = believe(world.compiled, [Sitting(first), Sitting(later[:count], 150.0)]).mastery_by_skill()
        assert found == pytest.approx(world.mastery(first, 150.0, later[:count]), abs=1e-9)


def test_a_finished_resource_is_learnt_where_its_ground_is_there():
    compiled = compile_structure(entangled(), NARROW)
    before = believe(compiled, [Sitting(FIRST)]).mastery_by_skill()
    after = believe(compiled, [Sitting(FIRST)], learnt={"E": 0.8}).mastery_by_skill()
    assert after["E"] == pytest.approx(before["E"] + 0.8 * (1 - before["E"]), abs=1e-6)
    assert after["D"] == pytest.approx(before["D"], abs=1e-6)
    assert after["F"] == pytest.approx(before["F"], abs=1e-6)


def test_a_later_sitting_overrules_an_old_one_and_profiles_are_drawn_from_what_is_believed():
    compiled = compile_structure(entangled(), NARROW)
    wrong = [("D-0", "incorrect"), ("D-1", "incorrect"), ("E-0", "incorrect")]
    belief = believe(compiled, [Sitting(FIRST), Sitting(wrong, 200.0)])
    found = belief.mastery_by_skill()
    assert found["D"] < 0.2
    assert found["E"] < 0.2
    assert belief.masteries().min() >= 0.0
    assert sum(one.weight for one in belief.components) == pytest.approx(1.0)
    profiles = belief.drawn(20_000, seed=3)
    assert profiles.mean(axis=0) == pytest.approx(belief.masteries(), abs=0.015)
    same_day = believe(compiled, [Sitting(FIRST)]).drawn(20_000, seed=4)
    place = compiled.skill_index
    assert same_day.mean(axis=0) == pytest.approx(infer(compiled, FIRST).masteries, abs=0.015)
    assert same_day[~same_day[:, place["E"]], place["F"]].mean() < 0.04


def test_strands_apart_are_carried_as_without_requirements():
    strands = (ladder("A", -0.5, 0.5), skill("B"), skill("C", 0.3))
    items = tuple(item(code, code) for code in ("A1", "A2", "B", "C"))
    tied = compile_structure(Structure(strands, items, (Requirement("C", (("B",),), 0.02),)), NARROW)
    alone = compile_structure(Structure(strands, items), NARROW)
    sittings = [Sitting([("A1", "correct"), ("A2", "incorrect")]), Sitting([("A2", "correct")], 100.0, {"A2": 0.5})]
    one, other = (believe(compiled, sittings, days=30.0).mastery_by_skill() for compiled in (tied, alone))
    assert {code: one[code] for code in ("A1", "A2")} == pytest.approx(
        {code: other[code] for code in ("A1", "A2")}, abs=1e-9
    )
