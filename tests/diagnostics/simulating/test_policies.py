"""Policies that share the engine's inference: what each of them asks."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from pathways.diagnostics.engine import Compiled, Outcome, StopRules, compile_structure, decide
from pathways.diagnostics.engine.selection import LOADING_SECONDS, information
from pathways.diagnostics.simulating import policies
from pathways.diagnostics.simulating.stops import stops_of
from tests.diagnostics.engine.plainly import infer
from tests.diagnostics.simulating.banks import bank, ladders

OPEN = StopRules(least_questions=1000, least_information=0.0)


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile_structure(bank(ladders(3, 3, 2, guess=0.25)).without_dont_know().in_one_style().structure)


def opened(compiled, chooser, learner="x"):
    return policies.Inferring(compiled, stops_of(["none"]), chooser).open(learner)


def order(compiled, chooser, learner="x", left=None) -> list[str]:
    asking, answers, left = opened(compiled, chooser, learner), [], set(left or compiled.item_codes)
    while (step := asking.step(answers, left, 0.0)).item is not None:
        answers.append((step.item, "correct" if len(answers) % 2 else "incorrect"))
        left.discard(step.item)
    return [item for item, _ in answers]


def test_engine_asks_what_the_engine_decides(compiled):
    answers = [("a1-1", "correct"), ("b2-1", "incorrect")]
    left = set(compiled.item_codes) - {"a1-1", "b2-1"}
    step = opened(compiled, policies.engine_chooser).step(answers, left, 0.0)
    decision = decide(compiled, OPEN, answers, left)
    assert step.item == decision.next_item
    assert step.mastery.tolist() == decision.posterior.masteries.tolist()


def test_bits_asks_what_tells_most_however_long_it_takes():
    document = ladders(3, 3, 2, guess=0.25)
    for place, one in enumerate(document["items"]):
        one["seconds"] = 10.0 + 30.0 * (place % 5)
    compiled = compile_structure(bank(document).without_dont_know().in_one_style().structure)
    without_time = policies.engine_circumstances(compiled, 1, timed=False, varied=False)
    answers = [("a1-1", "correct"), ("b2-1", "incorrect")]
    left = set(compiled.item_codes) - {"a1-1", "b2-1"}
    asking = policies.Inferring(compiled, stops_of(["none"]), policies.engine_chooser, without_time).open("x")
    bits = information(compiled, infer(compiled, answers).states)[0]
    best = max(sorted(left), key=lambda code: bits[compiled.item_index[code]])
    assert asking.step(answers, left, 0.0).item == best
    assert opened(compiled, policies.engine_chooser).step(answers, left, 0.0).item != best


def test_a_varied_engine_asks_each_learner_other_questions_and_the_same_again(compiled):
    def asked(seed, learner):
        varied = policies.engine_circumstances(compiled, seed, timed=True, varied=True)
        asking = policies.Inferring(compiled, stops_of(["none"]), policies.engine_chooser, varied).open(learner)
        answers: list[tuple[str, str]] = []
        for _ in range(6):
            left = set(compiled.item_codes) - {item for item, _ in answers}
            answers.append((asking.step(answers, left, 0.0).item or "", "correct"))
        return answers

    assert asked(1, "x") == asked(1, "x")
    assert len({tuple(asked(1, f"p{n}")) for n in range(8)}) > 4
    assert asked(1, "x") != asked(2, "x") or asked(1, "y") != asked(2, "y")


def test_random_asks_everything_in_an_order_of_each_learner_s_own(compiled):
    chooser = policies.random_chooser(compiled, 5)
    one, two = order(compiled, chooser, "x"), order(compiled, chooser, "y")
    assert sorted(one) == sorted(two) == list(compiled.item_codes)
    assert one != two
    assert order(compiled, policies.random_chooser(compiled, 5), "x") == one
    assert order(compiled, policies.random_chooser(compiled, 6), "x") != one


def test_random_treats_all_items_alike(compiled):
    firsts = [order(compiled, policies.random_chooser(compiled, 1), f"p{n}")[0] for n in range(400)]
    counts = np.unique(firsts, return_counts=True)[1]
    assert len(counts) == len(compiled.item_codes)
    assert counts.max() < 3 * 400 / len(compiled.item_codes)


def test_half_asks_about_the_skill_nearest_one_half(compiled):
    answers = [("a1-1", "correct"), ("a2-1", "correct"), ("b1-1", "incorrect")]
    left = set(compiled.item_codes) - {item for item, _ in answers}
    known = infer(compiled, answers).mastery_by_skill()
    nearest = min(known, key=lambda code: abs(known[code] - 0.5))
    step = opened(compiled, policies.half_chooser(compiled)).step(answers, left, 0.0)
    assert step.item == f"{nearest}-1"


def test_fixed_asks_everybody_the_same(compiled):
    chooser = policies.fixed_chooser(policies.fixed_form(compiled, 1))
    assert order(compiled, chooser, "x") == order(compiled, chooser, "y") == list(policies.fixed_form(compiled, 1))


def test_fixed_leaves_out_what_a_learner_has_no_answer_for(compiled):
    form = policies.fixed_form(compiled, 1)
    without = [item for item in form if item != form[1]]
    assert order(compiled, policies.fixed_chooser(form), left=without) == without


def entropy(probabilities) -> float:
    kept = np.array([p for p in probabilities if p > 0])
    return float(-(kept * np.log2(kept)).sum())


def expected_bits(compiled, form, item) -> float:
    """I(profile; item | form), by all outcomes of the form: H(y) - H(y | own micro-skill) after each."""
    model = next(one for one in compiled.structure.items if one.code == item)
    skill = model.skill
    total = 0.0
    for outcomes in product((Outcome.CORRECT, Outcome.INCORRECT), repeat=len(form)):
        answers, weight = [], 1.0
        for code, outcome in zip(form, outcomes, strict=True):
            weight *= infer(compiled, answers).predicted(code)[outcome]
            answers.append((code, outcome))
        posterior = infer(compiled, answers)
        mastery = posterior.mastery(skill)
        rows = model.response()
        given = (1 - mastery) * entropy(rows[0]) + mastery * entropy(rows[1])
        total += weight * (entropy(posterior.predicted(item).values()) - given)
    return total


def test_each_item_of_the_form_promises_most_on_the_prior_predictive(compiled):
    form = list(policies.fixed_form(compiled, 3))
    seconds = dict(zip(compiled.item_codes, compiled.seconds, strict=True))
    for length in range(4):
        worth = {
            item: expected_bits(compiled, form[:length], item) / (seconds[item] + LOADING_SECONDS)
            for item in form[length:]
        }
        assert worth[form[length]] >= 0.93 * max(worth.values()), "but for the chance of the draws"


def test_a_form_does_not_depend_on_anything_but_bank_and_seed(compiled):
    again = compile_structure(bank(ladders(3, 3, 2, guess=0.25)).without_dont_know().in_one_style().structure)
    assert policies.fixed_form(compiled, 2) == policies.fixed_form(again, 2)
    assert sorted(policies.fixed_form(compiled, 2, 1)) == list(compiled.item_codes)


def test_the_chance_of_a_learner_is_the_same_whoever_else_is_there():
    draws = {policies.chance(seed, why, who).random() for seed in (1, 2) for why in ("a", "b") for who in ("x", "y")}
    assert len(draws) == 8
    assert policies.chance(1, "a", "x").random() in draws
