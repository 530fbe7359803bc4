"""What is believed of an item before its answers are seen: worth a few answers, so that it vanishes with data."""

from dataclasses import dataclass, replace

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration.curves import sigmoid


@dataclass(frozen=True, eq=False)
class Prior:
    """Independent beliefs about the parameters of J items, all [J, P].

    ``mean``, ``precision``: a normal belief.  ``share``, ``answers``: so many pseudo-answers, this share of which are
    of the kind whose logit the parameter is: answers (share log p + (1 - share) log(1 - p)), which is greatest where
    p = share, and is a Beta density in p.  A precision or a number of answers of 0 is no belief.
    """

    mean: Floats
    precision: Floats
    share: Floats
    answers: Floats

    def moved(self, parameter: int, by: float) -> "Prior":
        """Return the same beliefs with the mean of one parameter moved for all items."""
        mean = self.mean.copy()
        mean[:, parameter] += by
        return replace(self, mean=mean)

    def density(self, parameters: Floats) -> Floats:
        """Return the log density of each item, up to a constant, [J]."""
        normal = -0.5 * self.precision * (parameters - self.mean) ** 2
        chance = sigmoid(parameters)
        pseudo = self.answers * (self.share * np.log(chance) + (1.0 - self.share) * np.log1p(-chance))
        total: Floats = (normal + pseudo).sum(axis=1)
        return total

    def slope(self, parameters: Floats) -> Floats:
        """Return its derivatives, [J, P]."""
        slope: Floats = self.precision * (self.mean - parameters) + self.answers * (self.share - sigmoid(parameters))
        return slope

    def curvature(self, parameters: Floats) -> Floats:
        """Return minus its second derivatives, [J, P]."""
        chance = sigmoid(parameters)
        bent: Floats = self.precision + self.answers * chance * (1.0 - chance)
        return bent


def normal(mean: Floats, deviation: float) -> Prior:
    """Return normal beliefs of one parameter, [J, 1]."""
    column = mean[:, None]
    nothing = np.zeros_like(column)
    return Prior(column, np.full_like(column, deviation**-2.0), nothing + 0.5, nothing)


def pseudo_answers(share: Floats, answers: float) -> Prior:
    """Return beliefs of one logit, [J, 1], worth so many answers."""
    column = share[:, None]
    nothing = np.zeros_like(column)
    return Prior(nothing, nothing, column, np.full_like(column, answers))


def joined(columns: list[Prior]) -> Prior:
    """Return the beliefs of several parameters in one."""
    fields = ("mean", "precision", "share", "answers")
    return Prior(*(np.concatenate([getattr(one, name) for one in columns], axis=1) for name in fields))
