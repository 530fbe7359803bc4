"""Two-class items under several styles of answering: one family of curves whose nodes are those of all styles.

A style without slope knows two nodes, *not mastered* and *mastered*.  One with a slope has a node for each state of the
ladder, and there P(outcome) is the mean of the engine's own curve (``styles.smooth_responses``) over the people in that
state.  With F the height of the curve, T = 1 - s or 1 - s / 2 its end, and k = k0 + (k1 - k0) F,

    right (1 - k0) g + [(1 - k0) (T - g) + (k0 - k1) g] mean F + (k0 - k1) (T - g) mean F^2       dont_know mean k

so that the mean and the mean square of F are all that is needed of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats
from pathways.diagnostics.engine.calibration.curves import LEAST, Response, TwoClass, sigmoid
from pathways.diagnostics.engine.continuous import first_curve
from pathways.diagnostics.engine.styles import HARDLY_EVER, Style, positions_between

CLASSES: Final = np.array([0.0, 1.0])
ALL_OF_IT, HALF = 1.0, 0.5
"""Shares of the slip at the end of a curve: a slope has half of it, as in the engine."""


@dataclass(frozen=True, slots=True)
class Shaped(TwoClass):
    """Items at the G nodes of all styles; the parameters are those of ``TwoClass``.

    ``rise`` and ``square`` [V, G]: means of F and F^2.  ``slipping`` [G]: share of the slip that is made there.
    ``saying`` [G]: whether "I don't know" is said as the items expect, otherwise ``HARDLY_EVER``.
    """

    rise: Floats = field(default_factory=lambda: CLASSES[None])
    square: Floats = field(default_factory=lambda: CLASSES[None])
    slipping: Floats = field(default_factory=lambda: np.ones(2))
    saying: Booleans = field(default_factory=lambda: np.ones(2, dtype=np.bool_))

    def chance(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Floats:
        del nodes
        top, bottom, *silent = self._ends(parameters, shifts)
        return self._chance(self._top(top), bottom, silent)

    def response(self, parameters: Floats, shifts: Floats, nodes: Floats) -> Response:
        del nodes
        top, bottom, *silent = self._ends(parameters, shifts)
        end = self._top(top)
        steep = [one * (1.0 - one) for one in (top, bottom, *silent)]
        rise, square = self.rise, self.square
        if not silent:
            tried, loss = 1.0, 0.0
        else:
            mastered, not_mastered = self._unknown(silent)
            tried, loss = 1.0 - not_mastered, not_mastered - mastered
        by_end = tried * rise + loss * square
        rights = [steep[0] * self.slipping * by_end, steep[1] * (tried * (1.0 - rise) + loss * (rise - square))]
        unknowns = [np.zeros_like(right) for right in rights]
        if silent:
            partly = bottom * rise + (end - bottom) * square
            whole = bottom + (end - bottom) * rise
            rights += [-steep[2] * partly * self.saying, steep[3] * (partly - whole) * self.saying]
            unknowns += [steep[2] * rise * self.saying, steep[3] * (1.0 - rise) * self.saying]
        slopes = np.stack([self._outcomes(*pair) for pair in zip(rights, unknowns, strict=True)], axis=1)
        return Response(self._chance(end, bottom, silent), slopes, -(slopes[:, 0] + slopes[:, 1]))

    def _ends(self, parameters: Floats, shifts: Floats) -> Floats:
        """Return 1 - s, g (and P("I don't know") with mastery and without), [E, V, 1]."""
        return sigmoid(self._moved(parameters, shifts)).T[:, :, None]

    def _top(self, top: Floats) -> Floats:
        return 1.0 - self.slipping * (1.0 - top)

    def _unknown(self, silent: Sequence[Floats]) -> tuple[Floats, Floats]:
        """Return P("I don't know") with mastery and without, [V, G] each."""
        mastered, not_mastered = (np.where(self.saying, one, HARDLY_EVER) for one in silent)
        return mastered, not_mastered

    def _chance(self, end: Floats, bottom: Floats, silent: Sequence[Floats]) -> Floats:
        gain = end - bottom
        if not silent:
            right = bottom + gain * self.rise
            chance = np.stack([right, 1.0 - right], axis=1)
        else:
            mastered, not_mastered = self._unknown(silent)
            tried, loss = 1.0 - not_mastered, not_mastered - mastered
            right = tried * bottom + (tried * gain + loss * bottom) * self.rise + loss * gain * self.square
            unknown = not_mastered - loss * self.rise
            chance = np.stack([right, 1.0 - right - unknown, unknown], axis=1)
        floored: Floats = np.maximum(chance, LEAST)
        return floored

    def _outcomes(self, right: Floats, unknown: Floats) -> Floats:
        """Return the derivatives of all outcomes from those of two, [V, Y, G]."""
        both = [right, -right - unknown, unknown]
        return np.stack(both[: self.outcomes], axis=1)


def shaped(
    outcomes: int, styles: Sequence[Style], ladders: Sequence[Sequence[float]], places: Sequence[tuple[int, int]]
) -> tuple[Shaped, list[slice]]:
    """Return the family of curves, and the nodes of each style.

    ``ladders``: thresholds of each; ``places`` [V]: ladder and rung of each variant.  Styles without slope that say "I
    don't know" alike share their nodes.  Where a ladder has fewer states than another its last one is repeated.
    """
    states = 1 + max(map(len, ladders))
    parts: list[tuple[Floats, Floats]] = []
    slipping: list[Floats] = []
    saying: list[Booleans] = []
    slices: dict[tuple[float | None, bool], slice] = {}
    for style in styles:
        key = style.slope, style.dont_know
        if key in slices:
            continue
        first = sum(len(one) for one in slipping)
        own = _steps(len(places)) if style.slope is None else _means(style.slope, ladders, places, states)
        parts.append(own)
        size = own[0].shape[1]
        slipping.append(np.full(size, ALL_OF_IT if style.slope is None else HALF))
        saying.append(np.full(size, style.dont_know))
        slices[key] = slice(first, first + size)
    rise, square = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    curve = Shaped(outcomes, rise, square, np.concatenate(slipping), np.concatenate(saying))
    return curve, [slices[style.slope, style.dont_know] for style in styles]


def _steps(variants: int) -> tuple[Floats, Floats]:
    both = np.repeat(CLASSES[None], variants, axis=0)
    return both, both


def _means(
    slope: float, ladders: Sequence[Sequence[float]], places: Sequence[tuple[int, int]], states: int
) -> tuple[Floats, Floats]:
    """Return the means of F and F^2 in each state of the ladder of each variant, [V, G]."""
    at_rungs: dict[tuple[int, int], tuple[Floats, Floats]] = {}
    for number, thresholds in enumerate(ladders):
        positions = positions_between(tuple(thresholds))
        reached = np.minimum(np.arange(states), len(thresholds))
        for rung, threshold in enumerate(thresholds):
            height = first_curve(threshold, slope).height(positions)
            at_rungs[number, rung] = height.mean(axis=1)[reached], (height**2).mean(axis=1)[reached]
    rise, square = zip(*(at_rungs[place] for place in places), strict=True)
    return np.stack(rise), np.stack(square)
