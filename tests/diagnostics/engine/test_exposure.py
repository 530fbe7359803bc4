"""Nearly equal questions take turns, by numbers that are drawn once and for ever."""

import hashlib
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.diagnostics.engine import Outcome, StopRules, compile_structure, decide
from pathways.diagnostics.engine.circumstances import Circumstances
from pathways.diagnostics.engine.exposure import TEMPERATURE, chances, draw, drawn
from pathways.diagnostics.engine.selection import information, scores
from tests.diagnostics.engine.ladders import distinct
from tests.diagnostics.engine.plainly import infer

COMPILED = compile_structure(distinct(4))
ASK = StopRules(least_information=0.0)
SCORES = st.lists(st.tuples(st.floats(0.0, 0.05), st.booleans()), min_size=1, max_size=30).filter(
    lambda rows: any(allowed for _, allowed in rows)
)


def test_a_number_is_the_head_of_a_hash():
    whole = int(hashlib.sha256(b"a seed\x1f7").hexdigest()[:16], 16)
    assert Fraction(drawn("a seed", 7)) == Fraction(whole >> 11, 2**53)
    assert drawn("a seed", 7) != drawn("a seed", 8) != drawn("another", 8)


def test_numbers_are_spread_evenly():
    numbers = np.array([drawn("spread", count) for count in range(4000)])
    assert numbers.min() >= 0.0
    assert numbers.max() < 1.0
    counts = np.bincount((numbers * 10).astype(int), minlength=10)
    assert (np.abs(counts - 400) < 4.5 * math.sqrt(360)).all()


@given(SCORES)
def test_chances_fall_with_what_a_question_is_worth_less(rows):
    score, allowed = np.array([one for one, _ in rows]), np.array([one for _, one in rows])
    found = chances(score, allowed)
    assert found.sum() == pytest.approx(1.0)
    assert (found[~allowed] == 0.0).all()
    best = max(one for one, may in rows if may)
    weights = [math.exp((one / best - 1.0) / TEMPERATURE) if best > 0.0 else 1.0 for one, may in rows if may]
    assert found[allowed] == pytest.approx([one / math.fsum(weights) for one in weights], rel=1e-9, abs=1e-15)


@given(SCORES, st.floats(0.0, 1.0, exclude_max=True))
def test_whatever_the_number_something_allowed_is_asked(rows, number):
    score, allowed = np.array([one for one, _ in rows]), np.array([one for _, one in rows])
    assert allowed[draw(score, allowed, number)]


def test_numbers_all_along_give_each_question_its_chance():
    score, allowed = np.array([0.01, 0.0098, 0.02, 0.0095, 0.004]), np.array([True, True, False, True, True])
    numbers = (np.arange(20_000) + 0.5) / 20_000
    counts = Counter(draw(score, allowed, number) for number in numbers.tolist())
    for place, chance in enumerate(chances(score, allowed)):
        assert counts[place] == pytest.approx(20_000 * chance, abs=1.0)


def test_a_sitting_is_replayed_and_the_same_question_comes_back_after_an_undo():
    def sit(seed, turns):
        answers = []
        for _ in range(turns):
            left = [code for code in COMPILED.item_codes if code not in {item for item, _ in answers}]
            chosen = Circumstances(number=drawn(seed, len(answers)))
            outcome = (Outcome.CORRECT, Outcome.DONT_KNOW, Outcome.INCORRECT)[len(answers) % 3]
            answers.append((decide(COMPILED, ASK, answers, left, circumstances=chosen).next_item, outcome))
        return answers

    whole = sit("one", 12)
    assert sit("one", 12) == whole
    assert sit("one", 8) == whole[:8]
    assert len({tuple(sit(seed, 6)) for seed in ("one", "two", "three", "four")}) > 1


def test_what_is_drawn_is_nearly_as_good_as_the_best():
    score = scores(information(COMPILED, infer(COMPILED, [("S000-1-0", Outcome.CORRECT)]).states)[0], COMPILED.seconds)
    left = [code for code in COMPILED.item_codes if code != "S000-1-0"]
    allowed = np.array([code in left for code in COMPILED.item_codes])
    asked = Counter()
    for count in range(400):
        chosen = Circumstances(number=drawn("good", count))
        decision = decide(COMPILED, ASK, [("S000-1-0", Outcome.CORRECT)], left, circumstances=chosen)
        asked[decision.next_item] += 1
    mean = sum(times * score[COMPILED.item_index[code]] for code, times in asked.items()) / 400
    assert mean >= 0.85 * score[allowed].max()
    assert len(asked) > 3
