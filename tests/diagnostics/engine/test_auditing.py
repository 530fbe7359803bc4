"""The audit: its parts add up to the whole, and no simulated diagnostic beats the bound."""

from dataclasses import replace

import numpy as np
import pytest

from pathways.diagnostics.engine import Abandoned, StopRules, Structure, compile_structure, simulate
from pathways.diagnostics.engine.auditing import audit
from pathways.diagnostics.engine.bounds import capacities, lower_bound
from tests.diagnostics.engine.ladders import distinct, even, item, small, strand

RULES = StopRules(accuracy=0.9, questions=12)


@pytest.mark.parametrize("structure", [small(), distinct(5, rungs=3, per_skill=2), even(4)])
def test_ladders_add_up_to_the_whole(structure):
    compiled = compile_structure(structure)
    found = audit(compiled, RULES, learners=80, seed=3)
    skills = np.array([one.skills for one in found.ladders])
    assert skills.sum() == len(compiled.skill_codes)
    assert sum(one.items for one in found.ladders) == len(compiled.item_codes)
    assert sum(one.questions for one in found.ladders) == pytest.approx(found.estimate.questions.mean)
    for name, whole in (
        ("claimed_accuracy", found.estimate.claimed_accuracy),
        ("true_accuracy", found.estimate.true_accuracy),
        ("undecided", 1.0 - found.estimate.decided_share),
    ):
        parts = np.array([getattr(one, name) for one in found.ladders])
        assert parts @ skills / skills.sum() == pytest.approx(whole), name
    assert sum(use.share for use in found.uses) == pytest.approx(found.estimate.questions.mean)
    assert {use.item for use in found.uses} == set(compiled.item_codes)
    assert list(found.never_asked) == [use.item for use in found.uses if use.share == 0.0]


@pytest.mark.parametrize("seed", range(4))
def test_no_diagnostic_asks_less_on_average_than_the_bound(seed):
    for structure in (small(), even(3, rungs=4), distinct(4, rungs=3)):
        for rules in (RULES, StopRules(questions=4), StopRules(accuracy=0.97, questions=20)):
            found = audit(compile_structure(structure), rules, learners=100, seed=seed)
            assert found.bound.mean_questions is not None
            assert found.bound.mean_questions <= found.estimate.questions.mean
            assert found.accuracy < found.estimate.claimed_accuracy


def test_the_mean_of_any_lengths_lies_between_two_whole_numbers():
    compiled = compile_structure(even(6))
    best = np.sort(capacities(compiled))[::-1]
    for accuracy in (0.85, 0.9, 0.95, 0.99):
        bound = lower_bound(compiled, accuracy, np.random.default_rng(2))
        assert bound.questions is not None
        assert bound.mean_questions is not None
        assert bound.questions - 1 < bound.mean_questions <= bound.questions or bound.questions == 0
        whole = int(bound.mean_questions)
        told = best[:whole].sum() + (bound.mean_questions - whole) * best[whole]
        assert told == pytest.approx(bound.bits, abs=1e-9)


def test_micro_skills_with_fewer_than_two_items_are_named():
    structure = Structure((strand("A", -0.5, 0.5, 0.9),), (item("a", "A1"), item("b", "A1"), item("c", "A2")))
    found = audit(compile_structure(structure), RULES, learners=10, seed=1)
    assert found.few == ("A2", "A3")


def test_an_item_on_several_micro_skills_counts_for_each_ladder_it_is_about():
    structure = Structure(
        (strand("A", -0.5), strand("B", 0.3)),
        (item("a", "A1"), item("b", "B1"), replace(item("ab", "A1"), also=("B1",))),
    )
    found = audit(compile_structure(structure), StopRules(questions=3, least_information=0.0), learners=20, seed=1)
    assert [one.items for one in found.ladders] == [2, 2]
    assert found.few == ()


def test_the_same_seed_gives_the_same_audit_and_the_estimate_of_the_simulation():
    compiled = compile_structure(small())
    assert audit(compiled, RULES, learners=40, seed=5) == audit(compiled, RULES, learners=40, seed=5)
    assert audit(compiled, RULES, learners=40, seed=5).estimate == simulate(compiled, RULES, learners=40, seed=5)


def test_one_learner_is_refused():
    with pytest.raises(ValueError, match="no standard error"):
        audit(compile_structure(small()), RULES, learners=1, seed=1)


@pytest.mark.parametrize("work", [audit, simulate])
def test_what_nobody_waits_for_ends_within_a_block(work):
    asked = []

    def goes_on() -> bool:
        asked.append(len(asked))
        return len(asked) < 4

    with pytest.raises(Abandoned):
        work(compile_structure(even(4)), StopRules(questions=12, least_questions=12), seed=1, goes_on=goes_on)
    assert len(asked) == 4
