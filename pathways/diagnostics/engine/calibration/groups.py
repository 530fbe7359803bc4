"""Ability of people by the language they answer in: one normal distribution each, N(0, 1) in the reference.

A difference between groups of people is no difficulty of a text: without a mean of its own for each language, the
items of a language whose speakers are beginners would all seem badly translated.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats

REACH: Final = 5.0
WIDEST_STEP: Final = 0.25
"""41 points from -5 to 5.  Fewer bias slopes: at 21, by 5 %."""
PER_ROOT_ANSWER: Final = 2.5
"""The posterior of a long test is narrow, about 1.6 / sqrt(answers), and the step must stay below 1.6 times that."""
FINEST_STEP: Final = 0.05
PSEUDO_LEARNERS: Final = 10.0
"""What is believed of a group: as if so many people spread like the reference had been seen."""
NARROWEST, WIDEST = np.log(0.3), np.log(3.0)


def ability_nodes(most_answers: int) -> Floats:
    """Return the points of the ability axis, for sittings of at most so many answers; an odd number of them."""
    step = min(WIDEST_STEP, max(FINEST_STEP, PER_ROOT_ANSWER / np.sqrt(max(most_answers, 1))))
    half = int(np.ceil(REACH / step))
    nodes: Floats = np.linspace(-REACH, REACH, 2 * half + 1)
    return nodes


@dataclass(frozen=True, eq=False)
class Groups:
    """L groups on Q nodes; the parameters [L - 1, 2] are mean and log SD of all but the reference."""

    nodes: Floats
    count: int

    def start(self) -> Floats:
        return np.zeros((self.count - 1, 2))

    def weights(self, parameters: Floats) -> Floats:
        """Return P(node | group), [L, Q]."""
        mean, spread = self._moments(parameters)
        density = np.exp(-0.5 * ((self.nodes - mean[:, None]) / spread[:, None]) ** 2)
        normal: Floats = density / density.sum(axis=1, keepdims=True)
        return np.maximum(normal, np.finfo(float).tiny)

    def penalty(self, parameters: Floats) -> float:
        weights = self.weights(parameters)
        return float(PSEUDO_LEARNERS * (np.log(weights[1:]) @ weights[0]).sum())

    def improved(self, parameters: Floats, counts: Floats) -> Floats:
        """Return mean and log SD for expected counts [L, Q]; where they would be worse, the old ones."""
        total = counts + PSEUDO_LEARNERS * self.weights(parameters)[0]
        share = total / total.sum(axis=1, keepdims=True)
        mean = share @ self.nodes
        spread = 0.5 * np.log(np.maximum((share * (self.nodes - mean[:, None]) ** 2).sum(axis=1), 1e-9))
        wanted = np.stack([mean, np.clip(spread, NARROWEST, WIDEST)], axis=1)[1:]
        before, after = (total * np.log(self.weights(one)) for one in (parameters, wanted))
        better = (after.sum(axis=1) >= before.sum(axis=1))[1:]
        return np.where(better[:, None], wanted, parameters)

    def slopes(self, parameters: Floats) -> Floats:
        """Return the derivatives of log P(node | group) by mean and log SD, [L - 1, 2, Q]."""
        mean, spread = self._moments(parameters)
        apart = (self.nodes - mean[:, None]) / spread[:, None]
        raw = np.stack([apart / spread[:, None], apart**2], axis=1)
        centred: Floats = raw - (raw * self.weights(parameters)[:, None]).sum(axis=2, keepdims=True)
        return centred[1:]

    def curvature(self, parameters: Floats) -> Floats:
        """Return the information of the pseudo-people, [L - 1, 2]."""
        return PSEUDO_LEARNERS * (self.slopes(parameters) ** 2 @ self.weights(parameters)[0])

    def _moments(self, parameters: Floats) -> tuple[Floats, Floats]:
        mean = np.concatenate([[0.0], parameters[:, 0]])
        spread = np.exp(np.concatenate([[0.0], parameters[:, 1]]))
        return mean, spread
