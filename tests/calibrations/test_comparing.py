"""The people who take a diagnostic twice answer as the values say."""

from dataclasses import replace

import numpy as np
import pytest

from pathways.calibrations.comparing import answering, compare
from pathways.diagnostics.engine import StopRules
from tests.diagnostics.engine.ladders import even

PLAIN = even(3, rungs=3, guesses=(0.25,))
CREDITED = replace(PLAIN, items=tuple(replace(one, near=(0.2, 0.8), slip=0.3) for one in PLAIN.items))


def test_wrong_answers_come_near_as_their_class_does_and_others_stay():
    slips = replace(CREDITED, items=tuple(replace(one, near=None) for one in CREDITED.items))
    counts = np.zeros((2, 2))
    for one, same in zip(answering(CREDITED, 1500, 3), answering(slips, 1500, 3), strict=True):
        assert one.mastered == same.mastered
        for item in CREDITED.items:
            outcome = one.answers[item.code]
            assert same.answers[item.code] == ("incorrect" if outcome == "partly" else outcome)
            if outcome in {"partly", "incorrect"}:
                counts[int(item.skill in (one.mastered or ())), int(outcome == "partly")] += 1
    assert (counts[:, 1] / counts.sum(axis=1)).tolist() == pytest.approx([0.2, 0.8], abs=0.02)


def test_both_sides_take_partly_right_answers():
    found = compare(CREDITED, CREDITED, StopRules(questions=6), people=30, seed=2)
    assert found["before"] == found["after"]
