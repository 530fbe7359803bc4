"""The next question: most bits about the whole profile per second, gently begun, ties by code."""

import numpy as np
import pytest
from hypothesis import given, settings

from pathways.diagnostics.engine import (
    Outcome,
    StopRules,
    Structure,
    UnknownItem,
    compile_structure,
    decide,
)
from pathways.diagnostics.engine.selection import LOADING_SECONDS, choose, information
from tests.diagnostics.engine.ladders import WHOLE, distinct, item, small, strand
from tests.diagnostics.engine.plainly import infer
from tests.diagnostics.engine.test_inference import SMALL, TRUTH, WIDE, answers_to

ASK = StopRules(least_information=0.0)
BEGUN = [("A1-a", Outcome.CORRECT)]


@settings(deadline=None, max_examples=30)
@given(answers_to(SMALL, most=12))
def test_information_is_that_of_the_whole_profile(answers):
    bits = information(SMALL, infer(SMALL, answers).states)[0]
    for code, found in zip(SMALL.item_codes, bits, strict=True):
        assert found == pytest.approx(TRUTH.information(answers, code), abs=1e-9, rel=0)


@settings(deadline=None, max_examples=60)
@given(answers_to(WIDE, most=40))
@pytest.mark.slow
def test_information_is_never_negative_nor_more_than_three_outcomes_can_tell(answers):
    bits = information(WIDE, infer(WIDE, answers).states)
    assert bits.min() >= 0.0
    assert bits.max() <= 1.6


def test_the_choice_is_the_most_bits_per_second():
    decision = decide(SMALL, ASK, BEGUN, SMALL.item_codes)
    scores = {
        code: round(TRUTH.information(BEGUN, code) / (TRUTH.items[code]["seconds"] + LOADING_SECONDS), 9)
        for code in SMALL.item_codes
    }
    assert decision.next_item == max(scores, key=scores.__getitem__)
    assert decision.information == pytest.approx(TRUTH.information(BEGUN, decision.next_item), abs=1e-9)
    assert decision.seconds == TRUTH.items[decision.next_item]["seconds"]
    assert decision.stopped is None


def test_only_candidates_are_asked():
    assert decide(SMALL, ASK, BEGUN, {"C1-b"}).next_item == "C1-b"
    with pytest.raises(UnknownItem, match="Z9"):
        decide(SMALL, ASK, BEGUN, ["C1-b", "Z9"])


def test_ties_go_by_code_whatever_the_order_of_items_and_candidates():
    twins = [item(code, "A1") for code in ("q-3", "q-1", "q-2")]
    for items in (twins, twins[::-1]):
        compiled = compile_structure(Structure((strand("A", 0.0),), tuple(items)))
        for candidates in (["q-3", "q-2", "q-1"], {"q-1", "q-2", "q-3"}, ("q-2", "q-3", "q-1")):
            assert decide(compiled, ASK, [], candidates).next_item == "q-1"
        assert decide(compiled, ASK, [], ["q-3", "q-2"]).next_item == "q-2"


def test_last_digits_decide_nothing():
    twins = tuple(item(code, "A1") for code in ("q-1", "q-2", "q-3"))
    compiled = compile_structure(Structure((strand("A", 0.0),), twins))
    bits = np.array([[0.2, 0.2 + 1e-12, 0.2 + 2e-12], [0.2, 0.2 - 1e-12, 0.3]])
    assert choose(compiled, bits, np.ones((2, 3), dtype=np.bool_)).tolist() == [0, 2]
    assert choose(compiled, bits, np.array([[False, True, True]] * 2)).tolist() == [1, 2]


def test_the_first_question_is_one_that_will_probably_succeed():
    structure = Structure((strand("A", -1.6, 0.0, 1.6),), tuple(item(f"q{r}", f"A{r}") for r in (1, 2, 3)))
    compiled = compile_structure(structure)
    assert infer(compiled, []).predicted("q1")[Outcome.CORRECT] >= 0.7
    bits = dict(zip(compiled.item_codes, information(compiled, infer(compiled, []).states)[0], strict=True))
    assert max(bits, key=bits.__getitem__) == "q2"
    assert decide(compiled, ASK, [], compiled.item_codes).next_item == "q1"
    assert decide(compiled, ASK, [], ["q2", "q3"]).next_item == "q2"
    still_first = [("q1", Outcome.NOT_UNDERSTOOD)]
    assert decide(compiled, ASK, still_first, compiled.item_codes).next_item == "q1"
    assert decide(compiled, ASK, [("q1", Outcome.CORRECT)], compiled.item_codes).next_item == "q2"


def test_short_questions_win_only_when_they_teach():
    pair = (item("long", "A1", guess=0.05, slip=0.05, seconds=40.0), item("short", "A1", seconds=10.0))
    compiled = compile_structure(Structure((strand("A", 0.0),), pair))
    assert decide(compiled, ASK, [], compiled.item_codes).next_item == "short"
    pair = (item("long", "A1", guess=0.05, slip=0.05, seconds=15.0), item("short", "A1", seconds=10.0))
    compiled = compile_structure(Structure((strand("A", 0.0),), pair))
    assert decide(compiled, ASK, [], compiled.item_codes).next_item == "long"


def test_deciding_again_gives_the_same_decision():
    compiled = compile_structure(distinct(8))
    again = compile_structure(Structure.from_document(compiled.structure.to_document()))
    rng = np.random.default_rng(3)
    answers, left = [], set(compiled.item_codes)
    for _ in range(15):
        one = decide(compiled, ASK, answers, left)
        other = decide(again, ASK, answers[::-1], sorted(left, reverse=True))
        assert one.next_item == other.next_item
        left.discard(one.next_item)
        answers.append((one.next_item, WHOLE[rng.integers(5)]))


def test_a_micro_skill_without_items_is_deduced_but_never_asked():
    assert decide(SMALL, ASK, BEGUN, SMALL.item_codes).posterior.mastery("B2") > 0.0
    assert "B2" not in {i.skill for i in small().items}
