"""Not always the very best question: two neighbours see different ones, and every question gathers answers.

The Boltzmann rule chooses item j with a chance in proportion to exp((score_j / best score - 1) / .07): what is worth
nearly as much is asked nearly as often, what is worth half as much hardly ever.  The relative form suits bits per
second, whatever their scale.  Measured on 72 micro-skills and 216 items (``docs/simulate.md``): .04 points of accuracy
after 30 questions, and two learners have .49 of their questions in common instead of .52.

Random numbers come from a seed that is kept with the sitting and from the number of the question, so that a sitting is
replayed to the letter.
"""

import hashlib
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats

TEMPERATURE: Final = 0.07


def drawn(seed: str, count: int) -> float:
    """Return the number in [0, 1[ that chooses among questions once ``count`` were answered.

    It is the first 53 bits of SHA-256("seed, unit separator, count"): the same in any process and any language, and
    the same again after an answer was taken back.
    """
    digest = hashlib.sha256(f"{seed}\x1f{count}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / float(1 << 53)


def chances(score: Floats, allowed: Booleans) -> Floats:
    """Return the chance of each item to be chosen, [I], from scores [I] of which at least one is allowed.

    Where nothing allowed is worth anything, all that is allowed is as likely.
    """
    worth = score[allowed]
    best = worth.max()
    weight = np.zeros(len(score))
    weight[allowed] = np.exp((worth / best - 1.0) / TEMPERATURE) if best > 0.0 else 1.0
    normal: Floats = weight / weight.sum()
    return normal


def draw(score: Floats, allowed: Booleans, number: float) -> int:
    """Return the place of the item that a number in [0, 1[ chooses, items in the order of their codes."""
    places = np.flatnonzero(allowed)
    below = np.cumsum(chances(score, allowed)[places])
    return int(places[min(int(np.searchsorted(below, number * below[-1], side="right")), len(places) - 1)])
