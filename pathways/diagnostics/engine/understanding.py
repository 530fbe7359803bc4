"""Which questions a learner will probably not understand: to be asked less often, and never held against a skill.

"I do not understand the language, or the question" carries no evidence about micro-skills.  It tells of the way of
asking: per learner and group of questions (a language and a kind: the caller groups them) its chance u is
Beta(1, 9) before anything was shown, so that after n questions of the group of which k were not understood

    E[u] = (1 + k) / (10 + n)

A question then promises (1 - u) times its bits: one that is not understood tells nothing, and costs its time.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.compilation import Compiled

LOST: Final = 1.0
FOLLOWED: Final = 9.0
"""Of the Beta prior of u: one question in ten is expected not to be understood."""


def understood(
    compiled: Compiled, group_of: Mapping[str, Hashable], showings: Iterable[tuple[Hashable, bool]]
) -> Floats:
    """Return 1 - E[u] of each item, [I].

    ``group_of``: the group of each item as it would be shown now; an item without one is a group of its own.
    ``showings``: for each question that was shown, in any order, its group as it was shown and whether it was
    understood.
    """
    shown: dict[Hashable, int] = {}
    lost: dict[Hashable, int] = {}
    for group, followed in showings:
        shown[group] = shown.get(group, 0) + 1
        lost[group] = lost.get(group, 0) + (not followed)
    chances = {group: 1.0 - (LOST + lost[group]) / (LOST + FOLLOWED + count) for group, count in shown.items()}
    usual = FOLLOWED / (LOST + FOLLOWED)
    return np.array([chances.get(group_of[code], usual) if code in group_of else usual for code in compiled.item_codes])
