"""What a diagnostic can do, ladder by ladder, beside what the best of tests with its questions could.

Learners drawn from the model take it (``simulation``): what they are asked, how sure the profile is and how right, what
stays undecided.  Nobody asks fewer questions on average, for a profile as right, than ``bounds`` says.  All of it is
what the model says of itself: whether the model is right, only answers of real people tell.
"""

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.belief import DECIMALS
from pathways.diagnostics.engine.bounds import LowerBound, lower_bound
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.errors import Abandoned
from pathways.diagnostics.engine.labels import CERTAINTY
from pathways.diagnostics.engine.simulation import Estimate, GoesOn, Sittings, draw, estimate, longest, sit
from pathways.diagnostics.engine.stopping import StopRules, certainty_of

FEW_ITEMS: Final = 2
"""A micro-skill with fewer questions rests on one answer, or on others alone."""


@dataclass(frozen=True, slots=True)
class LadderAudit:
    """One strand: its micro-skills and items, the questions that a learner is asked of it on average, and the shares
    of its micro-skills that the profile claims to classify right, classifies right, and leaves undecided.
    """

    strand: str
    skills: int
    items: int
    questions: float
    claimed_accuracy: float
    true_accuracy: float
    undecided: float


@dataclass(frozen=True, slots=True)
class ItemUse:
    """The share of learners who are asked an item."""

    item: str
    share: float


@dataclass(frozen=True, slots=True)
class Audit:
    """``estimate`` of the simulation; ``accuracy``: what the bound is about, the accuracy reached less two standard
    errors; ``bound`` for it; ``few``: micro-skills with fewer than two items; ``uses`` of every item, the most asked
    first.
    """

    estimate: Estimate
    accuracy: float
    bound: LowerBound
    ladders: tuple[LadderAudit, ...]
    few: tuple[str, ...]
    uses: tuple[ItemUse, ...]

    @property
    def never_asked(self) -> tuple[str, ...]:
        """Items that no simulated learner was asked."""
        return tuple(use.item for use in self.uses if use.share == 0.0)


def audit(
    compiled: Compiled,
    rules: StopRules,
    *,
    learners: int = 200,
    seed: int,
    most_per_strand: int | None = None,
    goes_on: GoesOn = lambda: True,
) -> Audit:
    """Return what the diagnostic does with so many learners drawn from its population, and the lower bound.  None of
    them is asked more than ``most_per_strand`` questions on one strand; the bound is about every test.

    The same seed gives the same audit.  Raises ``ValueError`` when there are fewer than two learners, and ``Abandoned``
    once ``goes_on`` says no.
    """
    if learners < 2:
        raise ValueError(f"{learners} learners have no standard error")
    rng = np.random.default_rng(seed)
    drawn = draw(compiled, learners, longest(compiled, rules), rng)
    sittings = sit(compiled, rules, drawn, goes_on, most_per_strand)
    if not goes_on():
        raise Abandoned
    accuracy = _reached(sittings)
    return Audit(
        estimate=estimate(compiled, sittings),
        accuracy=accuracy,
        bound=lower_bound(compiled, accuracy, rng),
        ladders=_ladders(compiled, sittings),
        few=_few(compiled),
        uses=_uses(compiled, sittings),
    )


def _reached(sittings: Sittings) -> float:
    """The accuracy reached, less two standard errors, so that chance lets no bound be too high.

    The claim of a learner's profile is the mean of its accuracy given the answers, if the model is right, and varies
    less from learner to learner.
    """
    claimed = sittings.certainty[:, -1]
    return float(max(claimed.mean() - 2.0 * claimed.std(ddof=1) / sqrt(len(claimed)), 0.5))


def _ladders(compiled: Compiled, sittings: Sittings) -> tuple[LadderAudit, ...]:
    strand_of = {code: strand.code for strand in compiled.structure.strands for code in strand.skill_codes}
    asked = Counter[str]()
    items = Counter[str]()
    counts = _counts(compiled, sittings)
    for item in compiled.structure.items:
        for strand in {strand_of[skill] for skill in item.skills}:
            items[strand] += 1
            asked[strand] += int(counts[compiled.item_index[item.code]])
    certainty = certainty_of(sittings.mastery)
    audits = []
    for strand in compiled.structure.strands:
        places = [compiled.skill_index[code] for code in strand.skill_codes]
        audits.append(
            LadderAudit(
                strand=strand.code,
                skills=len(places),
                items=items[strand.code],
                questions=asked[strand.code] / len(sittings.items),
                claimed_accuracy=_mean(certainty[:, places]),
                true_accuracy=_mean(sittings.right[:, places].astype(np.float64)),
                undecided=_mean((certainty[:, places].round(DECIMALS) < CERTAINTY).astype(np.float64)),
            )
        )
    return tuple(audits)


def _uses(compiled: Compiled, sittings: Sittings) -> tuple[ItemUse, ...]:
    shares = (_counts(compiled, sittings) / len(sittings.items)).tolist()
    uses = [ItemUse(item, share) for item, share in zip(compiled.item_codes, shares, strict=True)]
    return tuple(sorted(uses, key=lambda use: (-use.share, use.item)))


def _counts(compiled: Compiled, sittings: Sittings) -> Integers:
    """How many learners were asked each item, [I]."""
    asked = sittings.items[sittings.items >= 0]
    return np.bincount(asked, minlength=len(compiled.item_codes))


def _few(compiled: Compiled) -> tuple[str, ...]:
    items = Counter(skill for item in compiled.structure.items for skill in item.skills)
    return tuple(code for code in compiled.skill_codes if items[code] < FEW_ITEMS)


def _mean(values: Floats) -> float:
    return float(values.mean())
