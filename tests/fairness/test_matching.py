"""The matching variable: exactly the engine's posterior, and never what a person answered to the question itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pathways.diagnostics.engine import EVIDENCE, Outcome, compile_structure, infer
from pathways.fairness import matching, screening
from pathways.fairness.matching import Answers, Model
from pathways.fairness.screening import Compared
from tests.fairness.sittings import ITEMS, answered, structure

COMPILED = compile_structure(structure(), matching.POPULATION)
EVERY = np.ones(ITEMS, dtype=bool)


@pytest.fixture(scope="module")
def compared() -> Compared:
    return answered(np.random.default_rng(3), people=300, gap=0.5)


def others(answers: Answers, place: int, counts: np.ndarray) -> list[tuple[str, Outcome]]:
    same = np.flatnonzero(answers.person == answers.person[place])
    return [
        (COMPILED.item_codes[answers.item[one]], EVIDENCE[answers.outcome[one]])
        for one in same
        if one != place and counts[answers.item[one]]
    ]


@pytest.mark.parametrize("left_out", [(), (2, 7)])
def test_it_is_the_posterior_without_the_item(compared, left_out):
    counts = EVERY.copy()
    counts[list(left_out)] = False
    answers = compared.answers
    weights = np.stack([COMPILED.weights, COMPILED.weights[::-1]])
    found = matching.chances(Model(COMPILED, weights), answers, compared.group, counts)
    for place in range(0, len(answers.item), 97):
        prior = replace(COMPILED, weights=weights[compared.group[answers.person[place]]])
        item = COMPILED.item_codes[answers.item[place]]
        expected = infer(prior, others(answers, place, counts)).predicted(item)[Outcome.CORRECT]
        assert found[place] == pytest.approx(expected, abs=1e-12)


def test_the_answer_itself_changes_nothing(compared):
    answers = compared.answers
    model = Model(COMPILED, np.tile(COMPILED.weights, (2, 1)))
    before = matching.chances(model, answers, compared.group, EVERY)
    turned = answers.outcome.copy()
    turned[5] = (turned[5] + 1) % 3
    after = matching.chances(model, replace(answers, outcome=turned), compared.group, EVERY)
    assert after[5] == pytest.approx(before[5], abs=1e-12)
    assert (after != before).any()


def test_blocks_change_nothing(compared, monkeypatch):
    whole = matching.calibrated(COMPILED, compared.answers, compared.group, EVERY)
    monkeypatch.setattr(matching, "PEOPLE_AT_ONCE", 7)
    parts = matching.calibrated(COMPILED, compared.answers, compared.group, EVERY)
    assert parts.compiled.log_response == pytest.approx(whole.compiled.log_response, abs=1e-9)
    one, other = (matching.chances(model, compared.answers, compared.group, EVERY) for model in (whole, parts))
    assert other == pytest.approx(one, abs=1e-9)


def test_the_abler_group_is_found_to_be_abler():
    seen = answered(np.random.default_rng(4), people=3000, gap=0.5)
    model = matching.calibrated(COMPILED, seen.answers, seen.group, EVERY)
    ability = COMPILED.population.grid().ability
    french, other = model.weights @ ability
    assert french - other > 0.3
    assert model.weights.sum(axis=1) == pytest.approx([1.0, 1.0])


def test_a_harder_translation_is_found_and_the_others_are_left_alone():
    harder = np.zeros(ITEMS)
    harder[3] = 1.2
    found = screening.screen(COMPILED, answered(np.random.default_rng(8), people=3000, gap=0.5, harder=harder))
    assert found[3].grade == "C"
    assert found[3].test is not None
    assert found[3].test.delta < -1.5
    assert found[3].regression is not None
    assert found[3].regression.p < 0.01
    assert {one.grade.value for item, one in found.items() if item != 3} == {"A"}


def test_fewer_than_fifty_answers_are_too_few_for_any_word():
    harder = np.full(ITEMS, 3.0)
    found = screening.screen(COMPILED, answered(np.random.default_rng(9), people=80, gap=0.5, harder=harder))
    assert {(one.grade.value, one.test) for one in found.values()} == {("few", None)}


def test_between_fifty_and_two_hundred_a_question_is_watched_and_has_no_class():
    harder = np.zeros(ITEMS)
    harder[3] = 2.0
    found = screening.screen(COMPILED, answered(np.random.default_rng(10), people=300, gap=0.5, harder=harder))
    assert found[3].grade == "watch"
    assert {one.grade.value for one in found.values()} <= {"watch", "few"}
    assert all(one.adjusted is None for one in found.values())


def test_answers_that_are_not_compared_are_not_counted():
    seen = answered(np.random.default_rng(11), people=600, gap=0.0)
    use = seen.use & (seen.answers.item != 2)
    found = screening.screen(COMPILED, replace(seen, use=use))
    assert 2 not in found
    assert found[1].focal == int(((seen.answers.item == 1) & (seen.group[seen.answers.person] == 1)).sum())
