"""What bears on the choice of a question besides what is believed: pace, understanding, chance, what was met before.

Nothing of it is evidence about a micro-skill.  Without any of it the engine asks the question of most bits per usual
second, the least code among equals.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.exposure import draw
from pathways.diagnostics.engine.selection import scores


@dataclass(frozen=True, eq=False, slots=True)
class Circumstances:
    """How one learner sits now.

    ``seconds`` [I]: expected of each item at this learner's pace (``pace``); ``understood`` [I]: chance that each is
    understood (``understanding``); ``number`` in [0, 1[: chooses among the good questions (``exposure``), ``None`` for
    the best one; ``met``: items of earlier sittings (``families``); ``most_per_strand``: questions on one strand, those
    that were ``watched`` and not asked left out.
    """

    seconds: Floats | None = None
    understood: Floats | None = None
    number: float | None = None
    met: Collection[str] = ()
    most_per_strand: int | None = None
    watched: Collection[str] = ()

    def expected(self, compiled: Compiled) -> Floats:
        """Return the expected seconds of each item, [I]."""
        return compiled.seconds if self.seconds is None else self.seconds

    def promised(self, bits: Floats) -> Floats:
        """Return the bits that a question promises once it may not be understood, [N, I]."""
        return bits if self.understood is None else bits * self.understood

    def pick(self, compiled: Compiled, bits: Floats, allowed: Booleans) -> int:
        """Return the place of the item to ask, from promised bits and what is allowed, both [1, I]."""
        score = scores(bits[0], self.expected(compiled))
        if self.number is not None:
            return draw(score, allowed[0], self.number)
        return int(np.where(allowed[0], score, -1.0).argmax())


USUAL: Final = Circumstances()
