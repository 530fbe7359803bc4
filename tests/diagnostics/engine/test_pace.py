"""How fast a learner goes: the normal posterior of a pace in log seconds, against arithmetic of its own."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.diagnostics.engine import StopRules, Structure, UnknownItem, compile_structure, decide
from pathways.diagnostics.engine.circumstances import Circumstances
from pathways.diagnostics.engine.pace import IDLE_SECONDS, LOG_SD, PACE_SD, Pace, expected_seconds, pace_of
from tests.diagnostics.engine.ladders import item, small, strand

COMPILED = compile_structure(small())
SECONDS = {one.code: one.seconds for one in small().items}
TIMES = st.lists(st.tuples(st.sampled_from(COMPILED.item_codes), st.floats(2.0, 599.0)), max_size=12)


def on_a_grid(timed):
    """Mean and variance of the pace, and the expected time of one second of work, by summing over a fine grid."""
    paces = np.linspace(-8.0, 8.0, 32_001)
    log_weight = -0.5 * (paces / PACE_SD) ** 2
    for code, seconds in timed:
        middle = math.log(SECONDS[code]) - (PACE_SD**2 + LOG_SD**2) / 2.0 - paces
        log_weight -= 0.5 * ((math.log(seconds) - middle) / LOG_SD) ** 2
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mean = float(weight @ paces)
    cost = float(weight @ np.exp(-(PACE_SD**2 + LOG_SD**2) / 2.0 - paces + LOG_SD**2 / 2.0))
    return mean, float(weight @ (paces - mean) ** 2), cost


@given(TIMES)
def test_the_posterior_is_that_of_a_fine_grid(timed):
    mean, variance, cost = on_a_grid(timed)
    pace = pace_of(COMPILED, timed)
    assert pace.mean == pytest.approx(mean, abs=1e-6)
    assert pace.variance == pytest.approx(variance, rel=1e-6)
    assert expected_seconds(COMPILED, pace) == pytest.approx(COMPILED.seconds * cost, rel=1e-6)


@given(TIMES, st.randoms())
def test_the_order_of_the_times_is_of_no_account(timed, chance):
    shuffled = list(timed)
    chance.shuffle(shuffled)
    assert pace_of(COMPILED, shuffled) == pace_of(COMPILED, timed)


def test_of_somebody_unknown_the_items_own_seconds_are_expected():
    assert pace_of(COMPILED, []) == Pace()
    assert expected_seconds(COMPILED, Pace()) == pytest.approx(COMPILED.seconds, rel=1e-12)


def test_idle_times_and_times_too_short_to_read_in_tell_nothing():
    told = [("A1-a", 20.0), ("B1-a", 44.0)]
    idle = [("A2-a", IDLE_SECONDS), ("C1-a", 4000.0), ("C1-b", 0.0), ("C1-c", 1.9)]
    assert pace_of(COMPILED, [*told, *idle]) == pace_of(COMPILED, told)


def test_the_quick_are_expected_to_be_quick_and_the_slow_slow():
    quick = pace_of(COMPILED, [(code, SECONDS[code] / 3.0) for code in COMPILED.item_codes])
    slow = pace_of(COMPILED, [(code, SECONDS[code] * 3.0) for code in COMPILED.item_codes])
    assert quick.factor < 0.6
    assert slow.factor > 1.5


def test_an_item_of_another_structure_is_refused():
    with pytest.raises(UnknownItem, match="Z9"):
        pace_of(COMPILED, [("Z9", 20.0)])


def test_for_the_slow_a_long_question_has_to_teach_more():
    """The seconds of loading do not grow with them: what was nearly even goes to the short question."""
    pair = (item("long", "A1", guess=0.05, slip=0.05, seconds=30.0), item("short", "A1", seconds=12.0))
    compiled = compile_structure(Structure((strand("A", 0.0),), pair))
    asked = []
    for factor in (0.05, 8.0):
        seconds = expected_seconds(compiled, Pace(mean=-math.log(factor), variance=PACE_SD**2))
        decision = decide(compiled, StopRules(), [], compiled.item_codes, circumstances=Circumstances(seconds=seconds))
        assert decision.next_item is not None
        assert decision.seconds == seconds[compiled.item_index[decision.next_item]]
        asked.append(decision.next_item)
    assert asked == ["long", "short"]
