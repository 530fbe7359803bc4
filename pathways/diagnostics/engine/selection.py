"""Which question to ask next: the most bits about the whole profile per expected second.

An item depends on one strand, and given that strand on nothing else, so its mutual information with the
whole profile needs that strand's marginal only (Shannon entropy procedure: Tatsuoka 2002; Xu, Chang &
Douglas 2003):

    I = H(sum_g P(g) R[., g]) - sum_g P(g) H(R[., g])         three outcomes, bits

Where an item has partial credit the three outcomes stay three: what it promises is then a lower bound of what it tells,
by the chain rule (``near``).

The score is I / (E[t] + 10 s): the constant stands for loading and reading, and keeps very short questions
from winning by being short (compare Choe, Kern & Chang 2018).
"""

from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.belief import DECIMALS
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled

LOADING_SECONDS: Final = 10.0
EASY_START: Final = 0.7
"""P(right) of an easy first question."""


def information(compiled: Compiled, states: Floats) -> Floats:
    """Return the bits that every item promises, [N, I], for N learners whose states are [N, K, G].

    Bits are rounded to 1e-9 and never negative.
    """
    learners, strands = states.shape[:2]
    columns = (states.swapaxes(0, 1) @ compiled.readout).reshape(strands, learners, OUTCOMES + 1, -1)
    outcome = columns[:, :, :OUTCOMES]
    bits = -np.add.reduce(outcome * np.log2(outcome), axis=2) - columns[:, :, OUTCOMES]
    in_order = bits.swapaxes(0, 1).reshape(learners, -1)[:, compiled.slots]
    positive: Floats = np.maximum(in_order.round(DECIMALS), 0.0)
    return positive


def chance_of_right(compiled: Compiled, states: Floats) -> Floats:
    """Return P(right answer) of every item, [N, I], for N learners whose states are [N, K, G]."""
    learners, strands = states.shape[:2]
    columns = (states.swapaxes(0, 1) @ compiled.readout).reshape(strands, learners, OUTCOMES + 1, -1)
    right: Floats = columns[:, :, 0].swapaxes(0, 1).reshape(learners, -1)[:, compiled.slots]
    return right


def easy_start(right: Floats, allowed: Booleans) -> Booleans:
    """Return the items allowed as a first question, [N, I]: the easy ones, or all where none is easy, from P(right
    answer) of each, [N, I].

    A diagnostic that begins with a success keeps a worried learner.  Its price, measured on synthetic
    learners of five groups: one point of accuracy after 3 questions, .3 after 8, .1 after 12.
    """
    easy = allowed & (right.round(DECIMALS) >= EASY_START)
    return np.where(easy.any(axis=1, keepdims=True), easy, allowed)


def scores(bits: Floats, seconds: Floats) -> Floats:
    """Return bits per second of whole cost, rounded to 1e-9, [..., I] from bits [..., I] and expected seconds [I].

    Two computers whose sums differ in the last digits (1e-16) then ask the same question, but for the one tie in
    millions that lies that close to the edge between two rounded values.
    """
    per_second: Floats = (bits / (seconds + LOADING_SECONDS)).round(DECIMALS)
    return per_second


def choose(compiled: Compiled, bits: Floats, allowed: Booleans) -> Integers:
    """Return the item to ask each of N learners, shape [N], from ``bits`` and ``allowed``, both [N, I].

    At least one item must be allowed.  The first of the best ``scores`` wins, which is the least code.
    """
    best: Integers = np.where(allowed, scores(bits, compiled.seconds), -1.0).argmax(axis=1)
    return best
