"""From the vector of a solution to the words of the field: slope, difficulty, guess, slip, threshold, correlation.

Standard errors by the delta method.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration.curves import Curve, FourParameter, Logistic, sigmoid
from pathways.diagnostics.engine.calibration.information import Covariance
from pathways.diagnostics.engine.calibration.parameters import Layout

FLAT: Final = 0.05
"""A slope so near to nothing that there is no difficulty: the curve is level everywhere."""
_HALVINGS: Final = 60
_FURTHEST: Final = 20.0

ENDS: Final = ("slip", "guess", "dont_know_mastered", "dont_know_not_mastered")
NEAR: Final = ("near_mastered", "near_not_mastered")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its standard error; ``None`` where there is no such value."""

    value: float | None
    error: float | None


NONE: Final = Estimate(None, None)


def item_estimates(layout: Layout, parameters: Floats, covariance: Covariance, item: int) -> dict[str, Estimate]:
    """Return the parameters of one item by name."""
    items, _, _ = layout.unpacked(parameters)
    first = int(np.searchsorted(layout.task.variants.items, item))
    places = layout.places()[first, :-1]
    return curve_estimates(layout.task.curve, items[item], covariance.of(places))


def near_estimates(logits: Floats, covariance: Floats) -> dict[str, Estimate]:
    """Return P(partly right | wrong answer) with and without the micro-skill by name, from their logits [2]."""
    chance, errors = sigmoid(logits), np.sqrt(np.diag(covariance))
    steep = chance * (1.0 - chance) * errors
    return {name: Estimate(*one) for name, *one in zip(NEAR, chance.tolist(), steep.tolist(), strict=True)}


def curve_estimates(curve: Curve, own: Floats, covariance: Floats) -> dict[str, Estimate]:
    """Return the parameters of a curve [P] by name, given their covariance [P, P]."""
    errors = np.sqrt(np.diag(covariance))
    if isinstance(curve, Logistic):
        slope, intercept = own.tolist()
        found = {"slope": Estimate(slope, float(errors[0]))}
        if abs(slope) < FLAT:
            return found | {"difficulty": NONE}
        lever = np.array([intercept / slope**2, -1.0 / slope])
        return found | {"difficulty": Estimate(-intercept / slope, float(np.sqrt(lever @ covariance @ lever)))}
    found: dict[str, Estimate] = {}
    if isinstance(curve, FourParameter):
        slope = float(np.exp(own[0]))
        found = {
            "slope": Estimate(slope, slope * float(errors[0])),
            "difficulty": Estimate(float(own[1]), float(errors[1])),
        }
    ends, end_errors = own[len(found) :], errors[len(found) :]
    chance = sigmoid(ends)
    steep = chance * (1.0 - chance) * end_errors
    chance[0] = 1.0 - chance[0]
    pairs = zip(ENDS, chance.tolist(), steep.tolist(), strict=False)
    return found | {name: Estimate(value, error) for name, value, error in pairs}


def shift_estimate(layout: Layout, parameters: Floats, covariance: Covariance, variant: int) -> Estimate:
    """Return what the language of a variant adds to the difficulty of its item."""
    place = layout.places()[variant, -1:]
    if place[0] < 0:
        return Estimate(0.0, 0.0)
    return Estimate(float(parameters[place[0]]), float(np.sqrt(covariance.of(place)[0, 0])))


def group_estimates(layout: Layout, parameters: Floats, covariance: Covariance, group: int) -> dict[str, Estimate]:
    """Return mean and SD of the ability of a group; the reference has 0 and 1 by convention."""
    if group == 0:
        return {"mean": Estimate(0.0, 0.0), "sd": Estimate(1.0, 0.0)}
    first = layout.items + layout.shifts + 2 * (group - 1)
    errors = np.sqrt(np.diag(covariance.of(np.array([first, first + 1]))))
    spread = float(np.exp(parameters[first + 1]))
    return {
        "mean": Estimate(float(parameters[first]), float(errors[0])),
        "sd": Estimate(spread, spread * float(errors[1])),
    }


def correlation_estimate(slope: float, variance: float) -> Estimate:
    """Return rho from rho / sqrt(1 - rho^2)."""
    own = 1.0 + slope**2
    return Estimate(slope / float(np.sqrt(own)), float(np.sqrt(variance)) * own**-1.5)


def share_estimates(shares: Floats, covariance: Floats) -> list[Estimate]:
    """Return the shares [C] that sum to 1, given the covariance of the C - 1 logarithms of the first ones over the last
    one.
    """
    lever = np.diag(shares)[:, :-1] - np.outer(shares, shares[:-1])
    errors = np.sqrt(np.einsum("ca,ab,cb->c", lever, covariance, lever))
    return [Estimate(*one) for one in zip(shares.tolist(), errors.tolist(), strict=True)]


def threshold_estimates(own: Floats, covariance: Floats) -> list[Estimate]:
    """Return the thresholds of a ladder from its slope and cuts [1 + S]: cut sqrt(1 - rho^2)."""
    size = 1.0 + own[0] ** 2
    found: list[Estimate] = []
    for rung in range(1, len(own)):
        lever = np.zeros(len(own))
        lever[0], lever[rung] = -own[rung] * own[0] * size**-1.5, size**-0.5
        found.append(Estimate(float(own[rung] * size**-0.5), float(np.sqrt(lever @ covariance @ lever))))
    return found


def mastery_point(slopes: Floats, difficulties: Floats, mastery: float) -> float:
    """Return the position where the items of a micro-skill, guesses and slips removed, are answered right this often on
    average: F(position) = mean of sigma(a (position - b)) = mastery, by bisection.
    """
    low, high = -_FURTHEST, _FURTHEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if float(sigmoid(slopes * (middle - difficulties)).mean()) < mastery:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def mastery_estimate(
    layout: Layout, parameters: Floats, covariance: Covariance, items: Sequence[int], mastery: float
) -> Estimate:
    """Return the threshold of a micro-skill that these items measure, with its error."""
    if not items:
        return NONE
    curves, _, _ = layout.unpacked(parameters)
    own = curves[list(items)]
    slopes, difficulties = np.exp(own[:, 0]), own[:, 1]
    point = mastery_point(slopes, difficulties, mastery)
    chance = sigmoid(slopes * (point - difficulties))
    steep = chance * (1.0 - chance) * slopes
    # F(point; log a, b) is held at the same value: d point = - dF / F'
    lever = np.stack([-steep * (point - difficulties), steep], axis=1).ravel() / max(float(steep.sum()), 1e-12)
    first = np.searchsorted(layout.task.variants.items, np.array(items))
    places = layout.places()[first, :2].ravel()
    return Estimate(point, float(np.sqrt(lever @ covariance.of(places) @ lever)))
