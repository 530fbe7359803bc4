"""What is odd about an item, for a person to look at: a pure function of its fit and its counts.

Nothing here decides.  An item with too few answers is said to have too few, and nothing else is said of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt
from typing import Final

from pathways.diagnostics.engine.calibration.drift import Drift
from pathways.diagnostics.engine.calibration.fit import POOR_FIT, ItemFit
from pathways.diagnostics.engine.calibration.functioning import Functioning
from pathways.diagnostics.engine.fairness import Grade

LEAST_ANSWERS: Final = 30
TOO_EASY: Final = 0.95
TOO_HARD: Final = 0.05
"""Shares of right answers, the lower end of their interval above or the upper end below."""
FLAT: Final = 0.1
"""A correlation with everything else that may still be nothing."""
LEAST_GAIN: Final = 0.1
"""A two-class item that masters answer right no more often than others, by this much."""
CHOSEN_BY_MOST: Final = 0.5
NOT_UNDERSTOOD: Final = 0.1
NORMAL_95: Final = 1.96
LEAST_RMSD_ANSWERS: Final = 200


class Kind(StrEnum):
    """What may be odd."""

    FEW = "not_enough_data"
    TOO_EASY = "too_easy"
    TOO_HARD = "too_hard"
    KEY_SUSPECT = "key_suspect"
    DISTRACTOR = "distractor"
    """A wrong answer that most people choose."""
    LANGUAGE = "language_trouble"
    FUNCTIONING = "differential_functioning"
    POOR_FIT = "poor_fit"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is odd; ``numbers`` by name say how much, ``language``, ``choice`` and ``side`` where."""

    kind: Kind
    numbers: Mapping[str, float] = field(default_factory=dict)
    language: str = ""
    choice: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: how often it was chosen, by all and by the third who stand highest."""

    name: str
    right: bool
    chosen: float
    chosen_by_best: float


@dataclass(frozen=True, slots=True)
class VariantHealth:
    """An item in one language: times it was shown, and not understood; drift, and functioning against the reference."""

    language: str
    shown: int
    not_understood: int
    drift: Drift | None = None
    functioning: Functioning | None = None


@dataclass(frozen=True, slots=True)
class ItemHealth:
    """All that is looked at.  ``gain``: by how much mastery raises the chance of a right answer, if it is a number."""

    fit: ItemFit
    variants: Sequence[VariantHealth]
    choices: Sequence[Choice] = ()
    gain: float | None = None


def findings(item: ItemHealth) -> list[Finding]:
    """Return what is odd about an item, in the order of ``Kind``."""
    found: list[Finding] = []
    if item.fit.answers < LEAST_ANSWERS:
        found.append(Finding(Kind.FEW, {"answers": item.fit.answers}))
    else:
        found += [*_difficulty(item.fit), *_key(item), *_distractors(item.choices)]
    found += [one for variant in item.variants for one in _language(variant)]
    if item.fit.rmsd is not None and item.fit.answers >= LEAST_RMSD_ANSWERS and item.fit.rmsd > POOR_FIT:
        found.append(Finding(Kind.POOR_FIT, {"rmsd": item.fit.rmsd}))
    return found


def interval(share: float, count: float) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    z = NORMAL_95**2 / count
    middle = (share + z / 2.0) / (1.0 + z)
    reach = NORMAL_95 * sqrt(share * (1.0 - share) / count + z / (4.0 * count)) / (1.0 + z)
    return middle - reach, middle + reach


def _difficulty(fit: ItemFit) -> list[Finding]:
    share = fit.right / fit.answers
    low, high = interval(share, fit.answers)
    numbers = {"right": share, "answers": fit.answers}
    if low > TOO_EASY or share == 1.0:
        return [Finding(Kind.TOO_EASY, numbers)]
    return [Finding(Kind.TOO_HARD, numbers)] if high < TOO_HARD or share == 0.0 else []


def _key(item: ItemHealth) -> list[Finding]:
    """A key is suspect where the best do no better than the others, or choose another answer."""
    fit = item.fit
    numbers: dict[str, float] = {}
    if fit.discrimination is not None and fit.discrimination + NORMAL_95 / sqrt(fit.answers) < FLAT:
        numbers["discrimination"] = fit.discrimination
    if item.gain is not None and item.gain < LEAST_GAIN and fit.answers >= LEAST_RMSD_ANSWERS:
        numbers["gain"] = item.gain
    best = max(item.choices, key=lambda choice: choice.chosen_by_best, default=None)
    total = sum(choice.chosen_by_best for choice in item.choices)
    if best is not None and not best.right and total >= LEAST_ANSWERS / 3.0:
        key = sum(choice.chosen_by_best for choice in item.choices if choice.right)
        if (best.chosen_by_best - key) / total > NORMAL_95 / sqrt(total):
            return [
                Finding(Kind.KEY_SUSPECT, numbers | {"chosen_by_best": best.chosen_by_best / total}, choice=best.name)
            ]
    return [Finding(Kind.KEY_SUSPECT, numbers)] if numbers else []


def _distractors(choices: Sequence[Choice]) -> list[Finding]:
    total = sum(choice.chosen for choice in choices)
    if total < LEAST_ANSWERS:
        return []
    return [
        Finding(Kind.DISTRACTOR, {"chosen": choice.chosen / total, "answers": total}, choice=choice.name)
        for choice in choices
        if not choice.right and choice.chosen > CHOSEN_BY_MOST * total
    ]


def _language(variant: VariantHealth) -> list[Finding]:
    found: list[Finding] = []
    if variant.shown >= LEAST_ANSWERS and variant.not_understood > NOT_UNDERSTOOD * variant.shown:
        share = variant.not_understood / variant.shown
        found.append(Finding(Kind.LANGUAGE, {"not_understood": share, "shown": variant.shown}, variant.language))
    test = variant.functioning
    if test is not None and test.test is not None and test.grade in {Grade.B, Grade.C}:
        found.append(Finding(Kind.FUNCTIONING, {"delta": test.test.delta}, variant.language))
    drift = variant.drift
    if drift is not None and drift.alarm_at is not None:
        numbers = {"highest": drift.highest, "alarm": drift.alarm, "after_answers": float(drift.alarm_at)}
        found.append(Finding(Kind.DRIFT, numbers, variant.language, side=drift.side))
    return found
