"""Questions that a learner will probably not understand are asked less, and weigh nothing."""

import numpy as np
import pytest

from pathways.diagnostics.engine import Outcome, StopRules, Structure, compile_structure, decide
from pathways.diagnostics.engine.circumstances import Circumstances
from pathways.diagnostics.engine.selection import information
from pathways.diagnostics.engine.understanding import understood
from tests.diagnostics.engine.ladders import item, small, strand
from tests.diagnostics.engine.plainly import infer

COMPILED = compile_structure(small())


def mean_of_beta(lost, followed):
    """E[u] of Beta(1, 9) after so many of each, by summing the density over a fine grid."""
    u = (np.arange(200_000) + 0.5) / 200_000
    weight = (1.0 - u) ** (8 + followed) * u**lost
    return float(weight @ u / weight.sum())


@pytest.mark.parametrize("followed", [0, 1, 5, 20])
@pytest.mark.parametrize("lost", [0, 1, 3, 7])
def test_the_chance_is_that_of_a_beta_distribution(lost, followed):
    shown = [("ar", False)] * lost + [("ar", True)] * followed
    found = understood(COMPILED, dict.fromkeys(COMPILED.item_codes, "ar"), shown)
    assert found == pytest.approx(1.0 - mean_of_beta(lost, followed), abs=1e-6)


def test_groups_know_nothing_of_each_other():
    groups = {code: code[0] for code in COMPILED.item_codes if code[0] != "C"}
    found = understood(COMPILED, groups, [("A", False), ("B", True), ("B", True), ("A", False), ("Z", False)])
    expected = {"A": 1.0 - 3.0 / 12.0, "B": 1.0 - 1.0 / 12.0, "C": 0.9}
    assert found == pytest.approx([expected[code[0]] for code in COMPILED.item_codes])


def test_a_question_promises_its_bits_only_if_it_is_understood():
    bits = information(COMPILED, infer(COMPILED, []).states)[0]
    chance = np.linspace(0.2, 0.9, len(bits))
    for code in COMPILED.item_codes:
        decision = decide(COMPILED, StopRules(), [], [code], circumstances=Circumstances(understood=chance))
        place = COMPILED.item_index[code]
        assert decision.information == pytest.approx(bits[place] * chance[place], abs=1e-12)


def test_who_does_not_understand_words_is_asked_with_pictures():
    pair = (item("pictures", "A1", seconds=30.0), item("words", "A1", seconds=25.0))
    compiled = compile_structure(Structure((strand("A", 0.0),), (*pair, item("first", "A1", seconds=25.0))))
    groups = {"pictures": "pictures", "words": "words", "first": "words"}
    lost = [("first", Outcome.NOT_UNDERSTOOD)]
    asked = []
    for times in (0, 4):
        chance = understood(compiled, groups, [("words", False)] * times)
        left = ["pictures", "words"]
        asked.append(
            decide(compiled, StopRules(), lost, left, circumstances=Circumstances(understood=chance)).next_item
        )
    assert asked == ["words", "pictures"]
