"""Partial credit in a calibration: of those who answer wrongly, how many come near, with the micro-skill and without.

The outcomes of a block get one more, *partly right*, after those of the curves; P(wrong) of an item with partial credit
is parted by r(class) as in ``near``.  Given the class it is independent of slip and guess, so that its M-step is a
share of expected counts, and its beliefs are pseudo-answers like those of the ends of a curve.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.calibration.answers import Block, Variants
from pathways.diagnostics.engine.calibration.curves import LEAST_GAIN, logit, sigmoid
from pathways.diagnostics.engine.calibration.priors import Prior, joined, pseudo_answers
from pathways.diagnostics.engine.items import FIRST_NEAR, ItemModel
from pathways.diagnostics.engine.outcomes import WRONG

PSEUDO_ANSWERS: Final = 10.0
"""How many wrong answers the first values of an item are worth, in each class."""
HALVINGS: Final = 60
MASTERED, NOT_MASTERED = 0, 1
"""Columns of parameters: the higher end first, as in the curve of two classes.  Nodes are the other way round."""
_FURTHEST: Final = 20.0


@dataclass(frozen=True, eq=False)
class Nearness:
    """J' items with partial credit; the parameters [2 J'] are logit r(mastered) and logit r(not mastered) of each.

    ``items`` [J']: places of the items, rising.  ``of_variant`` [V]: which of them each variant is of, -1 if of none.
    ``outcomes``: Y of the curves; partly right is outcome Y.  ``rise`` [V or 1, G]: how far each node is from *not
    mastered* to *mastered*: there r is (1 - rise) r(not mastered) + rise r(mastered).
    """

    items: Integers
    of_variant: Integers
    outcomes: int
    prior: Prior
    rise: Floats = field(default_factory=lambda: np.array([[0.0, 1.0]]))

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return 2 * len(self.items)

    @classmethod
    def of(cls, models: list[ItemModel], credited: Booleans, variants: Variants, outcomes: int) -> "Nearness | None":
        """Return that of the items ``credited`` [J], ``None`` where there is none."""
        items = np.flatnonzero(credited)
        if not items.size:
            return None
        place = np.full(len(models), -1, dtype=np.intp)
        place[items] = np.arange(len(items))
        first = np.array([models[item].near or FIRST_NEAR for item in items.tolist()])
        first = np.clip(first, 0.005, 0.995)
        prior = joined([pseudo_answers(first[:, node], PSEUDO_ANSWERS) for node in (1, 0)])
        return cls(items, place[variants.items], outcomes, prior)

    def start(self) -> Floats:
        """Return the first parameters."""
        return logit(self.prior.share).ravel()

    def parted(self, parameters: Floats, chance: Floats) -> Floats:
        """Return P(outcome | node) with partly right answers, [V, Y + 1, G], from P(outcome | node), [V, Y, G]."""
        share = self._shares(parameters)
        found = np.concatenate([chance, chance[:, WRONG, None] * share[:, None]], axis=1)
        found[:, WRONG] *= np.where(self.of_variant[:, None] < 0, 1.0, 1.0 - share)
        return found

    def folded(self, counts: Floats) -> Floats:
        """Return expected answers in the outcomes of the curves, [V, Y, G], from [V, Y + 1, G]."""
        found = counts[:, : self.outcomes].copy()
        found[:, WRONG] += counts[:, self.outcomes]
        return found

    def improved(self, parameters: Floats, counts: Floats) -> Floats:
        """Return the best parameters for expected answers [V, Y + 1, G]: r rises with mastery by ``LEAST_GAIN`` logits
        at least.  Between the two classes ``parameters`` say from which of them an answer is.
        """
        near, far = (self._by_item(one) for one in self._by_class(parameters, counts))
        all_ = near + far
        near, all_ = near + self.prior.answers * self.prior.share, all_ + self.prior.answers
        found = logit(near / all_)
        low = np.full(len(found), -_FURTHEST)
        high = np.full(len(found), _FURTHEST)
        for _ in range(HALVINGS):  # where the order is kept by force: the best pair with the least gain
            middle = (low + high) / 2.0
            pair = sigmoid(np.stack([middle + LEAST_GAIN, middle], axis=1))
            rising = (near - all_ * pair).sum(axis=1) > 0.0
            low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        forced = np.stack([low + LEAST_GAIN, low], axis=1)
        in_order = found[:, MASTERED] >= found[:, NOT_MASTERED] + LEAST_GAIN
        return np.where(in_order[:, None], found, forced).ravel()

    def penalty(self, parameters: Floats) -> float:
        """Return the log density of the beliefs."""
        return float(self.prior.density(parameters.reshape(-1, 2)).sum())

    def admissible(self, parameters: Floats) -> bool:
        """Whether every r rises with mastery."""
        pairs = parameters.reshape(-1, 2)
        return bool((pairs[:, MASTERED] > pairs[:, NOT_MASTERED]).all())

    def curvature(self, parameters: Floats) -> Floats:
        """Return the information of the beliefs, [2 J']."""
        return self.prior.curvature(parameters.reshape(-1, 2)).ravel()

    def scores(self, parameters: Floats, part: Block, averages: Callable[[Floats], Floats]) -> Floats:
        """Return the scores of the sittings of a small block, [N, 2 J']; ``averages``: see ``information.View``."""
        own = sigmoid(parameters.reshape(-1, 2))
        share = self._shares(parameters)
        tables = np.zeros((len(self.of_variant), self.outcomes + 1, 2, share.shape[1]))
        credited = np.flatnonzero(self.of_variant >= 0)
        for column, rise in ((MASTERED, self.rise), (NOT_MASTERED, 1.0 - self.rise)):
            steep = (own * (1.0 - own))[self.of_variant, column, None] * rise
            tables[credited, WRONG, column] = (-steep / (1.0 - share))[credited]
            tables[credited, self.outcomes, column] = (steep / share)[credited]
        found = np.zeros((len(part), *own.shape))
        told = np.flatnonzero(self.of_variant[part.variants] >= 0)
        places = part.sittings[told], self.of_variant[part.variants[told]]
        np.add.at(found, places, averages(tables)[told])
        return found.reshape(len(part), -1)

    def _shares(self, parameters: Floats) -> Floats:
        """Return r of each variant at each node, [V, G]; of one without partial credit it is of no account."""
        mastered, not_mastered = sigmoid(parameters.reshape(-1, 2))[self.of_variant].T[:, :, None]
        return not_mastered + (mastered - not_mastered) * self.rise

    def _by_class(self, parameters: Floats, counts: Floats) -> tuple[Floats, Floats]:
        """Return expected answers that come near, and far, by class, [V, 2], columns as those of parameters."""
        chance = sigmoid(parameters.reshape(-1, 2))[self.of_variant, MASTERED, None] * self.rise
        share = self._shares(parameters)
        found: list[Floats] = []
        for row, part in ((self.outcomes, chance / share), (WRONG, (self.rise - chance) / (1.0 - share))):
            mastered = (counts[:, row] * part).sum(axis=1)
            found.append(np.stack([mastered, counts[:, row].sum(axis=1) - mastered], axis=1))
        return found[0], found[1]

    def _by_item(self, by_variant: Floats) -> Floats:
        """Return the sums over the variants of each item, [J', 2]."""
        total = np.zeros((len(self.items), 2))
        there = self.of_variant >= 0
        np.add.at(total, self.of_variant[there], by_variant[there])
        return total
