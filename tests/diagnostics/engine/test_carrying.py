"""Belief over sittings: equal to enumeration of every whole profile, and what anybody would expect of it."""

from itertools import product
from math import prod

import numpy as np
import pytest

from pathways.diagnostics.engine import (
    EVIDENCE,
    Population,
    Sitting,
    Structure,
    UnknownItem,
    UnknownOutcome,
    UnknownSkill,
    believe,
    carrying,
    compile_structure,
    infer,
)
from tests.diagnostics.engine.brute_force import ANSWERS, DENSITY, OUTCOMES, STEPS, Enumeration, state_prior
from tests.diagnostics.engine.ladders import even, item, small, strand

ONE_SETTING = Population((0.7,), (1.0,), (0.0,))
SMALL = compile_structure(small(), ONE_SETTING)
WIDEST = compile_structure(small())
FIRST = [("A1-a", "correct"), ("A2-a", "incorrect"), ("B1-a", "correct")]
SECOND = [("A3-a", "correct"), ("C1-a", "dont_know"), ("A1-a", "not_understood"), ("B1-b", "correct")]
THIRD = [("A2-a", "correct"), ("C1-b", "correct"), ("B1-b", "incorrect")]


class Filter:
    """Every whole profile at every ability, one account after the other; plain floats, nothing shared."""

    def __init__(self, structure, population):
        self.truth = Enumeration(structure, population)
        self.strands = self.truth.document["strands"]
        axes = product(population.correlations, population.spreads, population.shifts)
        points = [
            (setting, shift + step, d) for *setting, shift in axes for step, d in zip(STEPS, DENSITY, strict=True)
        ]
        self.prior = {}
        for index, ((rho, spread), ability, density) in enumerate(points):
            tables = [state_prior(one, rho, spread, ability) for one in self.strands]
            for profile in self.truth.profiles:
                self.prior[index, profile] = density * prod(t[m] for t, m in zip(tables, profile, strict=True))
        total = sum(self.prior.values())
        self.prior = {key: p / total for key, p in self.prior.items()}

    def mastery(self, sittings, days=0.0, learnt=()):
        accounts = [(1.0, self.prior)]
        for place, one in enumerate(sittings):
            time = one.days if place else 0.0
            accounts = [(weight, self.moved(joint, time, one.learnt)) for weight, joint in accounts]
            if time >= 0.5:
                accounts = [(0.8 * weight, joint) for weight, joint in accounts]
                accounts.append((0.2, self.moved(self.prior, 0.0, one.learnt)))
            accounts = [self.answered(weight, joint, one.answers) for weight, joint in accounts]
            total = sum(weight for weight, _ in accounts)
            accounts = [(weight / total, joint) for weight, joint in accounts]
        accounts = [(weight, self.moved(joint, days, dict(learnt))) for weight, joint in accounts]
        return {
            code: sum(
                weight * p for weight, joint in accounts for (_, profile), p in joint.items() if profile[k] >= rung
            )
            for code, (k, rung) in self.truth.place.items()
        }

    def answered(self, weight, joint, answers):
        for code, outcome in answers:
            if outcome in ANSWERS:
                joint = {key: p * self.truth.answered(code, outcome, key[1]) for key, p in joint.items()}
        total = sum(joint.values())
        return weight * total, {key: p / total for key, p in joint.items()}

    def moved(self, joint, days, learnt):
        for k, one in enumerate(self.strands):
            if days >= 0.5:
                top = len(one["skills"])
                joint = self._shifted(joint, k, lambda m, top=top: faded(m, top, days))
            for rung, of_it in enumerate(one["skills"]):
                chance = learnt.get(of_it["code"]) if learnt else None
                if chance is not None:
                    joint = self._shifted(
                        joint, k, lambda m, at=rung, p=chance: {m + 1: p, m: 1 - p} if m == at else {m: 1.0}
                    )
        return joint

    @staticmethod
    def _shifted(joint, k, leads_to):
        found = dict.fromkeys(joint, 0.0)
        for (point, profile), p in joint.items():
            for state, share in leads_to(profile[k]).items():
                found[point, (*profile[:k], state, *profile[k + 1 :])] += p * share
        return found


def faded(state, top, days):
    lost = 1 - 0.5 ** (days / 365)
    gained = (1 - lost) * (1 - 0.98 ** (days / 30))
    found = {}
    if state:
        found[state - 1] = lost
    if state < top:
        found[state + 1] = gained
    return found | {state: 1 - sum(found.values())}


SITTINGS = {
    "two": [Sitting(FIRST), Sitting(SECOND, 40.0)],
    "three": [Sitting(FIRST), Sitting(SECOND, 200.0), Sitting(THIRD, 30.0)],
    "learnt between": [Sitting(FIRST), Sitting(SECOND, 7.0, {"A2": 0.8, "C1": 0.6}), Sitting(THIRD, 0.1, {"A3": 0.8})],
    "learnt first": [Sitting(FIRST, 99.0, {"B1": 0.8, "B2": 0.8}), Sitting((), 60.0), Sitting(THIRD, 0.2)],
}


@pytest.mark.parametrize("which", SITTINGS)
def test_equal_to_enumeration(which, monkeypatch):
    monkeypatch.setattr(carrying, "LEAST_WEIGHT", 0.0)
    truth = Filter(SMALL.structure, ONE_SETTING)
    for days, learnt in ((0.0, {}), (90.0, {"A1": 0.8})):
        found = believe(SMALL, SITTINGS[which], days=days, learnt=learnt).mastery_by_skill()
        assert found == pytest.approx(truth.mastery(SITTINGS[which], days, learnt), abs=1e-12, rel=0)


@pytest.mark.slow
def test_equal_to_enumeration_in_the_widest_population(monkeypatch):
    monkeypatch.setattr(carrying, "LEAST_WEIGHT", 0.0)
    truth = Filter(WIDEST.structure, WIDEST.population)
    found = believe(WIDEST, SITTINGS["learnt between"]).mastery_by_skill()
    assert found == pytest.approx(truth.mastery(SITTINGS["learnt between"]), abs=1e-12, rel=0)


def test_accounts_that_are_dropped_hardly_matter():
    truth = Filter(SMALL.structure, ONE_SETTING)
    long = [Sitting(FIRST), *(Sitting(one, 20.0) for one in (SECOND, THIRD, FIRST))]
    assert believe(SMALL, long).mastery_by_skill() == pytest.approx(truth.mastery(long), abs=2e-4)


def test_one_sitting_is_what_infer_says_in_one_piece_or_in_two():
    said = infer(WIDEST, [*FIRST, *SECOND]).mastery_by_skill()
    assert believe(WIDEST, [Sitting([*FIRST, *SECOND])]).mastery_by_skill() == pytest.approx(said, abs=1e-12)
    assert believe(WIDEST, [Sitting(FIRST), Sitting(SECOND, 0.2)]).mastery_by_skill() == pytest.approx(said, abs=1e-12)
    assert believe(WIDEST, []).mastery_by_skill() == pytest.approx(infer(WIDEST, []).mastery_by_skill(), abs=1e-12)


def test_two_diagnostics_of_one_framework_merge():
    """Each asked other strands; together they say what one that asked all would have said, the same day."""
    ladders = small().strands
    whole = small().items
    one = Structure(ladders, tuple(one for one in whole if one.skill.startswith("A")))
    other = Structure(ladders, tuple(one for one in whole if not one.skill.startswith("A")))
    merged = compile_structure(Structure(ladders, (*one.items, *other.items)))
    answers = FIRST[:2], [FIRST[2], ("C1-a", "correct")]
    assert {code for code, _ in answers[0]} <= {each.code for each in one.items}
    assert {code for code, _ in answers[1]} <= {each.code for each in other.items}
    found = believe(merged, [Sitting(answers[0]), Sitting(answers[1], 0.3)]).mastery_by_skill()
    assert found == pytest.approx(infer(WIDEST, [*answers[0], *answers[1]]).mastery_by_skill(), abs=1e-12)
    later = believe(merged, [Sitting(answers[0]), Sitting(answers[1], 10.0)]).mastery_by_skill()
    alone = infer(merged, answers[1]).mastery_by_skill()
    assert later["A1"] > alone["A1"]  # what the first one said is still there
    assert later["B1"] == pytest.approx(found["B1"], abs=0.1)


LONE = compile_structure(Structure((strand("A", 0.0),), (item("i", "A1", slip=0.0, guess=0.0, dont_know=(0.0, 0.0)),)))


def test_forgetting_by_hand():
    known = believe(LONE, [Sitting([("i", "correct")])]).masteries()[0]
    assert known == pytest.approx(0.985 / 0.99, abs=0.01)
    year = believe(LONE, [Sitting([("i", "correct")])], days=365.0).masteries()[0]
    gained = 0.5 * (1 - 0.98 ** (365 / 30))
    assert year == pytest.approx(known * 0.5 + (1 - known) * gained)
    assert believe(LONE, [Sitting([("i", "correct")])], days=0.4).masteries()[0] == known


def test_learning_by_hand():
    unknown = believe(LONE, [Sitting([("i", "incorrect")])]).masteries()[0]
    learnt = believe(LONE, [Sitting([("i", "incorrect")])], learnt={"A1": 0.8}).masteries()[0]
    assert learnt == pytest.approx(unknown + (1 - unknown) * 0.8)


def test_what_lacks_its_ground_is_not_learnt():
    answers = [(f"S00-{rung}-{variant}", "dont_know") for rung in (1, 2) for variant in range(3)]
    ladder = compile_structure(even(1, rungs=3))
    before = believe(ladder, [Sitting(answers)]).mastery_by_skill()
    alone = believe(ladder, [Sitting(answers)], learnt={"S00-3": 0.8}).mastery_by_skill()
    assert alone == pytest.approx(before, abs=0.01)
    one_by_one = believe(ladder, [Sitting(answers)], learnt=dict.fromkeys(before, 0.8)).mastery_by_skill()
    assert list(one_by_one.values()) == pytest.approx([0.8, 0.64, 0.512], abs=0.05)


def test_a_stale_profile_is_overruled_by_a_few_answers():
    """Somebody else's, or of years ago: four answers, and the old one weighs next to nothing."""
    ladders = compile_structure(even(4, rungs=4))
    skills = ladders.skill_codes
    old = Sitting([(f"{skill}-{variant}", "correct") for skill in skills for variant in (0, 1)])
    assert min(believe(ladders, [old]).masteries()) > 0.9
    low = [f"{skill}-2" for skill in skills if skill.endswith("-1")]
    changed = believe(ladders, [old, Sitting([(code, "dont_know") for code in low], 30.0)])
    asked_fresh = infer(ladders, [(code, "dont_know") for code in low])
    assert max(changed.masteries()) < 0.2
    assert changed.masteries() == pytest.approx(asked_fresh.masteries, abs=0.15)
    one = believe(ladders, [old, Sitting([(low[0], "dont_know")], 30.0)])
    assert one.masteries().mean() > 0.3  # one answer may be a slip


def test_drawn_profiles_master_what_is_believed():
    belief = believe(WIDEST, SITTINGS["three"], days=10.0)
    drawn = belief.drawn(40_000, seed=1)
    assert drawn.shape == (40_000, len(WIDEST.skill_codes))
    assert drawn.mean(axis=0) == pytest.approx(belief.masteries(), abs=0.01)
    assert (belief.drawn(50, 1) == belief.drawn(50, 1)).all()
    places = [WIDEST.skill_index[code] for code in ("A1", "A2", "A3")]
    ladder = drawn[:, places].astype(int)
    assert (np.diff(ladder, axis=1) <= 0).all()  # a rung is mastered with those below it, in each of them


def test_drawn_profiles_move_together():
    """Strands share an ability: what is drawn keeps that."""
    drawn = believe(compile_structure(even(2, rungs=2)), []).drawn(20_000, seed=3).sum(axis=1)
    apart = [believe(compile_structure(even(1, rungs=2)), []).drawn(20_000, seed=seed).sum(axis=1) for seed in (4, 5)]
    assert drawn.var() > 1.15 * (apart[0] + apart[1]).var()


def test_no_answer_says_nothing():
    silent = [("A1-a", "not_understood"), ("A2-a", "not_tried")]
    assert believe(SMALL, [Sitting(silent)]).mastery_by_skill() == believe(SMALL, []).mastery_by_skill()
    assert set(EVIDENCE) == set(OUTCOMES)


def test_one_more_sitting_is_the_same_as_all_of_them():
    step = believe(SMALL, [Sitting(FIRST)]).then(Sitting(SECOND, 30.0, {"B2": 0.8}))
    whole = believe(SMALL, [Sitting(FIRST), Sitting(SECOND, 30.0, {"B2": 0.8})])
    assert (step.masteries() == whole.masteries()).all()


def test_what_is_unknown_is_refused():
    with pytest.raises(UnknownItem):
        believe(SMALL, [Sitting([("ghost", "correct")])])
    with pytest.raises(UnknownOutcome):
        believe(SMALL, [Sitting([("A1-a", "perhaps")])])
    with pytest.raises(UnknownSkill):
        believe(SMALL, [], learnt={"ghost": 0.8})
