"""Whether an item has become easier or harder over time (CUSUM: Page 1954).

    S_t = max(0, S_{t-1} + log P(outcome | moved item) - log P(outcome | item))

once for an item half an SD harder and once for one half an SD easier, each answer given the other answers of its
sitting.  On an item that has not moved, S passes h within n answers with a probability of at most n exp(-h) a side
(Lorden 1971): someone who watches answers as they come takes ln 2000, and who looks back over n of them at many items
takes more, so that one item in a hundred gives a false alarm at most.
"""

from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers

ALARM: Final = log(2000.0)
"""Of a watch that never ends: 1,000 answers or more between two false alarms."""
FALSE_ALARMS: Final = 0.01
"""Of a look back: share of the items that have not moved."""
SIDES: Final = ("harder", "easier")


@dataclass(frozen=True, slots=True)
class Drift:
    """The highest sum of one item in one language on the side where it is highest, and where its first alarm was.

    ``alarm``: the sum that is an alarm; ``alarm_at``: how many answers of the item came before the first one of this
    side, ``None`` if there was none.
    """

    side: str
    highest: float
    alarm: float
    alarm_at: int | None


class Cusum:
    """The running sums of V variants, fed in the order of time, in pieces of any size; ``answers`` [V] are to come."""

    def __init__(self, answers: Floats) -> None:
        variants = len(answers)
        self.alarm = np.maximum(np.log(2.0 * np.maximum(answers, 1.0) / FALSE_ALARMS), ALARM)
        self.sums = np.zeros((variants, 2))
        self.highest = np.zeros((variants, 2))
        self.seen = np.zeros(variants, dtype=np.intp)
        self.alarm_at = np.full((variants, 2), -1, dtype=np.intp)

    def feed(self, variants: Integers, ratios: Floats) -> None:
        """Take answers: which variant [R], and its two log ratios, harder and easier, [R, 2]."""
        order = np.argsort(variants, kind="stable")
        met, first = np.unique(variants[order], return_index=True)
        for variant, rows in zip(met.tolist(), np.split(order, first[1:]), strict=True):
            self._feed_one(variant, ratios[rows])

    def found(self) -> list[Drift]:
        """Return what was found, of each variant."""
        side = self.highest.argmax(axis=1)
        drifts: list[Drift] = []
        for variant, one in enumerate(side.tolist()):
            at = int(self.alarm_at[variant, one])
            highest = float(self.highest[variant, one])
            drifts.append(Drift(SIDES[one], highest, float(self.alarm[variant]), at if at >= 0 else None))
        return drifts

    def _feed_one(self, variant: int, ratios: Floats) -> None:
        path = self.sums[variant] + np.cumsum(ratios, axis=0)
        # max(0, ...) at every step is the path above its own lowest point so far, or above 0
        lowest = np.minimum(np.minimum.accumulate(path, axis=0), 0.0)
        sums = path - lowest
        for side in range(2):
            over = np.flatnonzero(sums[:, side] > self.alarm[variant])
            if over.size and self.alarm_at[variant, side] < 0:
                self.alarm_at[variant, side] = self.seen[variant] + over[0]
        self.highest[variant] = np.maximum(self.highest[variant], sums.max(axis=0))
        self.sums[variant] = sums[-1]
        self.seen[variant] += len(ratios)
