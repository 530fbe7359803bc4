"""Whether an item is harder in a language for people of equal standing (``fairness``, Mantel-Haenszel).

Equal standing is what everything else that a person answered says, with the parameters of the language that it was
answered in: the matching does not depend on the item, nor on the other translations.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration.answers import Variants
from pathways.diagnostics.engine.calibration.fit import stratified
from pathways.diagnostics.engine.fairness import Grade, MantelHaenszel, adjusted, grade, mantel_haenszel

LEAST_ANSWERS: Final = 200
"""In each of the two languages, before a class is given."""
ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True)
class Functioning:
    """One item in one language against the reference.

    ``answers``: in the reference and in the language.  ``test`` and ``p`` (adjusted for the number of tests) are
    ``None`` where there are too few.
    """

    grade: Grade
    answers: tuple[int, int]
    test: MantelHaenszel | None = None
    p: float | None = None


def functioning(variants: Variants, by_standing: Floats) -> dict[int, Functioning]:
    """Return the class of each variant in another language than the reference, from counts [V, B, 3]."""
    reference = {int(item): int(v) for v, item in enumerate(variants.items) if variants.languages[v] == 0}
    found: dict[int, Functioning] = {}
    tested: dict[int, tuple[MantelHaenszel, tuple[int, int]]] = {}
    for variant in variants.shifted.tolist():
        item = int(variants.items[variant])
        both = np.zeros((by_standing.shape[1], 2, 3))
        both[:, 1] = by_standing[variant]
        if item in reference:
            both[:, 0] = by_standing[reference[item]]
        answers = both[:, :, 1].sum(axis=0).astype(int)
        seen = (int(answers[0]), int(answers[1]))
        test = mantel_haenszel(_right_and_wrong(stratified(both))) if min(seen) >= LEAST_ANSWERS else None
        if test is None:
            found[variant] = Functioning(Grade.FEW, seen)
        else:
            tested[variant] = (test, seen)
    values = adjusted([test.p for test, _ in tested.values()])
    for (variant, (test, seen)), p in zip(tested.items(), values, strict=True):
        found[variant] = Functioning(grade(test.delta, p, alpha=ALPHA), seen, test, p)
    return found


def _right_and_wrong(strata: Floats) -> Floats:
    """Return counts [S, 2 groups, 2: right, wrong] from sums [S, 2 groups, 3]."""
    return np.stack([strata[..., 0], strata[..., 1] - strata[..., 0]], axis=2)
