"""Curves of response: P(outcome | state) of an item, and how it moves with each parameter.

A curve has P parameters on an unbounded scale, so that a step of any length is a curve, and a *shift*, the
difficulty that one language adds to the item's own.  G nodes stand for the states: points of an ability, or the two
classes *not mastered* and *mastered*.  Outcomes are those of ``EVIDENCE``, the third only where "I don't know" is met.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from pathways.diagnostics.engine.arrays import Floats

LEAST: Final = 1e-12
STEEPEST: Final = 30.0
"""Logits are cut here: beyond, a double cannot tell a chance from certainty."""
LEAST_GAIN: Final = 0.2
"""By how much, in logits, mastery must raise the chance of a right answer: a curve never turns over."""


@dataclass(frozen=True, eq=False)
class Response:
    """``chance`` [V, Y, G]: P(outcome | node).  ``slopes`` [V, P, Y, G]: its derivatives by the parameters, and
    ``by_shift`` [V, Y, G] by the shift.
    """

    chance: Floats
    slopes: Floats
    by_shift: Floats


class Curve(Protocol):
    """A family of curves."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the P parameters, on the unbounded scale."""
        ...

    @property
    def outcomes(self) -> int:
        """2, or 3 with "I don't know"."""
        ...

    def chance(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Floats:
        """Return P(outcome | node), [V, Y, G], from parameters [V, P], shifts [V] and nodes [G]."""
        ...

    def response(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Response:
        """Return the same with its derivatives."""
        ...

    def bounded(self, parameters: Floats) -> Floats:
        """Return the nearest parameters [J, P] whose curve rises with mastery."""
        ...


def sigmoid(values: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)) without overflow."""
    chance: Floats = 1.0 / (1.0 + np.exp(-np.clip(values, -STEEPEST, STEEPEST)))
    return chance


def logit(chance: Floats) -> Floats:
    """Return log(p / (1 - p)) of chances in ]0, 1[."""
    odds: Floats = np.log(chance) - np.log1p(-chance)
    return odds


@dataclass(frozen=True, slots=True)
class Logistic:
    """P(right) = sigma(slope (node - shift) + intercept): 1PL and 2PL (Birnbaum 1968); difficulty -intercept / slope.

    The log-likelihood is concave in slope and intercept, and a slope may be negative, which is how a wrong key shows.
    """

    names: tuple[str, ...] = ("slope", "intercept")
    outcomes: int = 2

    def chance(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Floats:
        slope, intercept = parameters[:, :1], parameters[:, 1:]
        right = sigmoid(slope * (nodes - shifts[:, None]) + intercept)
        return _at_least(np.stack([right, 1.0 - right], axis=1))

    def response(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Response:
        chance = self.chance(parameters, shifts, nodes)
        steep = chance[:, 0] * chance[:, 1]
        by_slope = steep * (nodes - shifts[:, None])
        slopes = np.stack([by_slope, steep], axis=1)[:, :, None] * np.array([1.0, -1.0])[:, None]
        return Response(chance, slopes, -parameters[:, :1, None] * slopes[:, 1])

    def bounded(self, parameters: Floats) -> Floats:
        return parameters


@dataclass(frozen=True, slots=True)
class FourParameter:
    """Four-parameter logistic (Barton & Lord 1981), with "I don't know" beside it where ``outcomes`` is 3.

        F = sigma(a (node - b - shift))      P = c + (1 - s - c) F      k = k0 + (k1 - k0) F
        right (1 - k) P,   wrong (1 - k) (1 - P),   dont_know k

    Parameters: log a, b, logit(1 - s), logit c, and with "I don't know" logit k1, logit k0.
    """

    outcomes: int = 2

    @property
    def names(self) -> tuple[str, ...]:
        return ("log_slope", "difficulty", "top", "bottom", "dk_mastered", "dk_not_mastered")[: 2 * self.outcomes]

    def chance(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Floats:
        return _mixed(_rise(parameters, shifts, nodes), _ends(parameters[:, 2:]))

    def response(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Response:
        rise, ends = _rise(parameters, shifts, nodes), _ends(parameters[:, 2:])
        by_rise = _by_rise(rise, ends)
        slope = np.exp(parameters[:, :1])
        steep = (rise * (1.0 - rise) * slope)[:, None]
        place = (nodes - parameters[:, 1:2] - shifts[:, None])[:, None]
        by_difficulty = -steep * by_rise
        own = np.stack([steep * place * by_rise, by_difficulty], axis=1)
        slopes = np.concatenate([own, _by_ends(rise, ends)], axis=1)
        return Response(_mixed(rise, ends), slopes, by_difficulty)

    def bounded(self, parameters: Floats) -> Floats:
        return np.concatenate([parameters[:, :2], _ordered(parameters[:, 2:])], axis=1)


@dataclass(frozen=True, slots=True)
class TwoClass:
    """Slip and guess of a latent class (Junker & Sijtsma 2001), with "I don't know" where ``outcomes`` is 3; nodes are
    0 (not mastered) and 1 (mastered), and a shift lowers the logit of a right answer in both classes.

    Parameters: logit(1 - slip), logit(guess), and with "I don't know" its logits if mastered and if not.
    """

    outcomes: int = 2

    @property
    def names(self) -> tuple[str, ...]:
        return ("top", "bottom", "dk_mastered", "dk_not_mastered")[: 2 * self.outcomes - 2]

    def chance(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Floats:
        return _mixed(self._rise(parameters, nodes), _ends(self._moved(parameters, shifts)))

    def response(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Response:
        rise, ends = self._rise(parameters, nodes), _ends(self._moved(parameters, shifts))
        slopes = _by_ends(rise, ends)
        return Response(_mixed(rise, ends), slopes, -(slopes[:, 0] + slopes[:, 1]))

    def bounded(self, parameters: Floats) -> Floats:
        return _ordered(parameters)

    @staticmethod
    def _rise(parameters: Floats, nodes: Floats) -> Floats:
        return np.broadcast_to(nodes, (len(parameters), len(nodes)))

    @staticmethod
    def _moved(parameters: Floats, shifts: Floats) -> Floats:
        moved = parameters.copy()
        moved[:, :2] -= shifts[:, None]
        return moved


def _rise(parameters: Floats, shifts: Floats, nodes: Floats) -> Floats:
    slope = np.exp(np.clip(parameters[:, :1], -STEEPEST, STEEPEST))
    return sigmoid(slope * (nodes - parameters[:, 1:2] - shifts[:, None]))


def _ends(logits: Floats) -> Floats:
    """Return 1 - s, c (and k1, k0), [E, V, 1], from their logits [V, E]."""
    return sigmoid(logits).T[:, :, None]


def _mixed(rise: Floats, ends: Floats) -> Floats:
    right = ends[1] + (ends[0] - ends[1]) * rise
    if len(ends) == 2:
        return _at_least(np.stack([right, 1.0 - right], axis=1))
    unknown = ends[3] + (ends[2] - ends[3]) * rise
    tried = 1.0 - unknown
    return _at_least(np.stack([tried * right, tried * (1.0 - right), unknown], axis=1))


def _by_rise(rise: Floats, ends: Floats) -> Floats:
    """Return the derivative of the outcomes by F, [V, Y, G]."""
    gain = ends[0] - ends[1]
    if len(ends) == 2:
        both = np.broadcast_to(gain, rise.shape)
        return np.stack([both, -both], axis=1)
    right = ends[1] + gain * rise
    loss = ends[2] - ends[3]
    tried = 1.0 - (ends[3] + loss * rise)
    by_right = tried * gain
    return np.stack([by_right - loss * right, -by_right - loss * (1.0 - right), np.broadcast_to(loss, rise.shape)], 1)


def _by_ends(rise: Floats, ends: Floats) -> Floats:
    """Return the derivatives of the outcomes by the logits of the ends, [V, E, Y, G]."""
    share = np.stack([rise, 1.0 - rise])
    by_right = ends[:2] * (1.0 - ends[:2]) * share
    if len(ends) == 2:
        return np.stack([by_right, -by_right], axis=2).swapaxes(0, 1)
    right = ends[1] + (ends[0] - ends[1]) * rise
    tried = 1.0 - (ends[3] + (ends[2] - ends[3]) * rise)
    by_unknown = ends[2:] * (1.0 - ends[2:]) * share
    nothing = np.zeros_like(by_right)
    first = np.stack([tried * by_right, -tried * by_right, nothing], axis=2)
    second = np.stack([-right * by_unknown, -(1.0 - right) * by_unknown, by_unknown], axis=2)
    return np.concatenate([first, second]).swapaxes(0, 1)


def _ordered(ends: Floats) -> Floats:
    """Return ends [J, E] with the top above the bottom by ``LEAST_GAIN``, and dont_know no rarer without mastery."""
    kept = ends.copy()
    for upper, lower, gap in ((0, 1, LEAST_GAIN), (3, 2, 0.0)):
        if upper < kept.shape[1]:
            wrong = kept[:, upper] < kept[:, lower] + gap
            middle = (kept[:, upper] + kept[:, lower]) / 2.0
            kept[wrong, upper] = middle[wrong] + gap / 2.0
            kept[wrong, lower] = middle[wrong] - gap / 2.0
    return kept


def _at_least(chance: Floats) -> Floats:
    floored: Floats = np.maximum(chance, LEAST)
    return floored
