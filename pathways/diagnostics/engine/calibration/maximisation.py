"""The M-step of items: from expected counts of outcomes to better curves, by Fisher scoring.

Items are independent given the counts, so all of them take their steps at once.  The shifts of the languages of an
item touch no other item: they are eliminated from its equations (a Schur complement), and so is everything but the
slope where all items share one.  A step that does not raise the objective of its item is halved until it does or is
dropped: the expected log density never falls, and so neither does the penalised likelihood (Dempster, Laird & Rubin
1977, generalised EM).
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats
from pathways.diagnostics.engine.calibration.answers import Variants
from pathways.diagnostics.engine.calibration.curves import Curve
from pathways.diagnostics.engine.calibration.priors import Prior

ROUNDS: Final = 4
HALVINGS: Final = 6
SHIFT_DEVIATION: Final = 0.3
"""How far a translation may be expected to be harder or easier, in SD of the ability, before its answers are seen."""
STILL: Final = 1e-7
RIDGE: Final = 1e-9


@dataclass(frozen=True, eq=False)
class ItemTask:
    """What the M-step of items needs besides the counts.

    ``tied``: all items share their first parameter.  ``shift_deviation``: see ``SHIFT_DEVIATION``; ``shift_means`` [L]:
    the shift that is expected of each language, 0 if none is given.
    """

    curve: Curve
    nodes: Floats
    variants: Variants
    prior: Prior
    tied: bool = False
    shift_deviation: float = SHIFT_DEVIATION
    shift_means: Floats = field(default_factory=lambda: np.zeros(1))

    def __post_init__(self) -> None:
        if len(self.shift_means) != len(self.variants.language_codes):
            object.__setattr__(self, "shift_means", np.zeros(len(self.variants.language_codes)))

    @property
    def free(self) -> Booleans:
        """Which variants have a shift of their own, [V]."""
        return self.variants.languages > 0

    def objective(self, parameters: Floats, shifts: Floats, counts: Floats) -> Floats:
        """Return the expected log density of each item, [J], at counts [V, Y, G]."""
        chance = self.curve.chance(parameters[self.variants.items], shifts, self.nodes)
        expected = (counts * np.log(chance)).sum(axis=(1, 2)) + self._believed(shifts)
        return self.variants.by_item(expected) + self.prior.density(parameters)

    def penalty(self, parameters: Floats, shifts: Floats) -> float:
        """Return the log density of the beliefs about items and shifts."""
        return float(self.prior.density(parameters).sum() + self._believed(shifts).sum())

    def improved(self, parameters: Floats, shifts: Floats, counts: Floats) -> tuple[Floats, Floats]:
        """Return better parameters [J, P] and shifts [V] for expected counts [V, Y, G]."""
        reached = self.objective(parameters, shifts, counts)
        for _ in range(ROUNDS):
            step, shift_step = self._step(parameters, shifts, counts)
            if max(np.abs(step).max(initial=0.0), np.abs(shift_step).max(initial=0.0)) < STILL:
                break
            parameters, shifts, reached = self._climb((parameters, shifts, reached), (step, shift_step), counts)
        return parameters, shifts

    def _apart(self, shifts: Floats) -> Floats:
        """Return how far each shift is from what is expected of its language, in SD, [V]."""
        apart: Floats = (shifts - self.shift_means[self.variants.languages]) / self.shift_deviation
        return np.where(self.free, apart, 0.0)

    def _believed(self, shifts: Floats) -> Floats:
        """Return the log density of each shift, [V]."""
        return -0.5 * self._apart(shifts) ** 2

    def _step(self, parameters: Floats, shifts: Floats, counts: Floats) -> tuple[Floats, Floats]:
        """Return the scoring step of parameters [J, P] and shifts [V]."""
        slope, bend = score_and_information(self, parameters, shifts, counts)
        count = parameters.shape[1]
        free = self.free
        own_slope = slope[:, count] - self._apart(shifts) / self.shift_deviation
        own_bend = bend[:, count, count] + self.shift_deviation**-2
        cross = bend[:, :count, count]
        lever = np.where(free[:, None], cross / own_bend[:, None], 0.0)
        towards = self.variants.by_item(slope[:, :count] - lever * own_slope[:, None]) + self.prior.slope(parameters)
        system = self.variants.by_item(bend[:, :count, :count] - lever[:, :, None] * cross[:, None])
        places = np.arange(count)
        system[:, places, places] += self.prior.curvature(parameters) + RIDGE
        free_step = np.asarray(np.linalg.solve(system, towards[:, :, None])[:, :, 0], dtype=np.float64)
        step = _tied_step(system, towards) if self.tied else free_step
        moved = (own_slope - (cross * step[self.variants.items]).sum(axis=1)) / own_bend
        return step, np.where(free, moved, 0.0)

    def _climb(
        self, at: tuple[Floats, Floats, Floats], step: tuple[Floats, Floats], counts: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Return parameters, shifts and objective after the longest step that helps each item."""
        parameters, shifts, reached = at
        size = np.ones(len(parameters))
        good = np.zeros(len(parameters), dtype=np.bool_)
        wanted, tried, found = parameters, shifts, reached
        for _ in range(HALVINGS):
            wanted = self.curve.bounded(parameters + size[:, None] * step[0])
            tried = shifts + size[self.variants.items] * step[1]
            found = self.objective(wanted, tried, counts)
            good = np.full_like(good, found.sum() >= reached.sum()) if self.tied else found >= reached
            if good.all():
                break
            size[~good] *= 0.5
        return (
            np.where(good[:, None], wanted, parameters),
            np.where(good[self.variants.items], tried, shifts),
            np.where(good, found, reached),
        )


def score_and_information(task: ItemTask, parameters: Floats, shifts: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return score [V, P + 1] and expected information [V, P + 1, P + 1] at counts [V, Y, G]; the shift is last."""
    response = task.curve.response(parameters[task.variants.items], shifts, task.nodes)
    slopes = np.concatenate([response.slopes, response.by_shift[:, None]], axis=1)
    score = np.einsum("vyg,vpyg->vp", counts / response.chance, slopes)
    weight = counts.sum(axis=1)[:, None] / response.chance
    wide = slopes.reshape(*slopes.shape[:2], -1)
    return score, (wide * weight.reshape(len(weight), 1, -1)) @ wide.swapaxes(1, 2)


def _tied_step(system: Floats, towards: Floats) -> Floats:
    """Return the step where the first parameter is one for all items, [J, P]; P is 2."""
    lever = system[:, 0, 1] / system[:, 1, 1]
    shared = (towards[:, 0] - lever * towards[:, 1]).sum() / (system[:, 0, 0] - lever * system[:, 0, 1]).sum()
    own = (towards[:, 1] - system[:, 1, 0] * shared) / system[:, 1, 1]
    return np.stack([np.full_like(own, shared), own], axis=1)
