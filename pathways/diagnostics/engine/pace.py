"""How fast a learner goes, and how long each question will therefore take.

Response times are log-normal around what an item asks for, shifted by the pace of the person (van der Linden 2006):

    log t_ij ~ N(b_j - pace_i, s^2)             pace_i ~ N(0, v0)

b_j is such that somebody of the reference population, about whom nothing is known, is expected to need the item's own
``seconds``: log(seconds) - v0/2 - s^2/2.  After n times the pace is normal again, 1/v = 1/v0 + n/s^2 and
m = v/s^2 sum_j (b_j - log t_ij), and E[t_ij] = exp(b_j - m + v/2 + s^2/2).  Pace is no evidence about a micro-skill: it
moves the choice of the next question, since only part of the cost of a question (``LOADING_SECONDS``) does not shrink
for the quick, and it tells how much a question's bits cost this very person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, fsum, log
from typing import Final

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.errors import UnknownItem

IDLE_SECONDS: Final = 600.0
"""A pause of ten minutes says nothing of how fast somebody reads: such a time is left out."""
LEAST_SECONDS: Final = 2.0
"""Nobody reads a question in less: such a time is one of a tap, or of a program."""
LOG_SD: Final = 0.5
"""Spread of one person's times around their pace, in log seconds.  Design value."""
PACE_SD: Final = 0.4
"""Spread of the pace over people, in log seconds: one in six needs half as long again as usual.  Design value."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of a learner's pace, in log seconds: mean (above 0: quicker than expected) and variance."""

    mean: float = 0.0
    variance: float = PACE_SD**2

    @property
    def factor(self) -> float:
        """Expected time of this learner over the expected time of the reference population, for any item."""
        return exp(-self.mean + (self.variance - PACE_SD**2) / 2.0)


def pace_of(compiled: Compiled, timed: Iterable[tuple[str, float]]) -> Pace:
    """Return the pace after so many seconds on each of these items, in any order.

    The caller leaves out what says nothing of the learner's own pace: questions read aloud by somebody, on paper, or
    given up as not understood.  Times too short to read in, and idle ones, are left out here.  Raises ``UnknownItem``.
    """
    early: list[float] = []
    for item, seconds in timed:
        place = compiled.item_index.get(item)
        if place is None:
            raise UnknownItem(f"no item {item!r} in the structure")
        if LEAST_SECONDS <= seconds < IDLE_SECONDS:
            usual = log(compiled.seconds[place]) - (PACE_SD**2 + LOG_SD**2) / 2.0
            early.append(usual - log(seconds))
    variance = 1.0 / (1.0 / PACE_SD**2 + len(early) / LOG_SD**2)
    return Pace(variance / LOG_SD**2 * fsum(early), variance)  # fsum: whatever the order


def expected_seconds(compiled: Compiled, pace: Pace) -> Floats:
    """Return the seconds that each item is expected to take this learner, [I]."""
    return compiled.seconds * pace.factor
