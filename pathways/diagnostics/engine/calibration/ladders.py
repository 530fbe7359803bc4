"""How the states of a strand depend on ability, and the M-step of that: thresholds and correlation.

Each strand is believed to be like its first values with the weight of thirty people: the pseudo-people are spread over
abilities like the reference group and over states like the first table, and are counted with the real ones.  An author
knows the steps of a ladder better than who will climb it: one *offset* of all thresholds is free, and the pseudo-people
climb the ladder as it is moved by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.strands import LEAST_STATE, normal_cdf

PSEUDO_LEARNERS: Final = 30.0
CORRELATION: Final = 0.7
LEAST_SLOPE: Final = 0.05
"""Correlation .05: ability helps at least a little on every ladder."""
MOST_SLOPE: Final = 10.0
LEAST_STEP: Final = 0.01
"""Rungs of a ladder stay in order, this far apart at least."""
ROUNDS: Final = 2
"""Of scoring in one M-step: the next comes soon."""
HALVINGS: Final = 8
RIDGE: Final = 1e-9


class StrandPrior(Protocol):
    """P(state | ability) of one strand with G states, on Q points of ability; its parameters are a vector."""

    def start(self) -> Floats:
        """Return the first parameters."""
        ...

    def table(self, parameters: Floats) -> Floats:
        """Return P(state | ability), [G, Q]; columns sum to 1."""
        ...

    def slopes(self, parameters: Floats) -> Floats:
        """Return the derivatives of its log by the parameters, [P, G, Q]."""
        ...

    def nearest(self, parameters: Floats) -> Floats:
        """Return the parameters with a correlation that may be one."""
        ...

    def admissible(self, parameters: Floats) -> bool:
        """Whether rungs are in order and the correlation may be one."""
        ...

    def believed(self, offset: float) -> Floats:
        """Return P(state | ability), [G, Q], as it was first, all thresholds moved by ``offset``."""
        ...

    @property
    def weights(self) -> Floats:
        """P(ability) in the reference group, [Q]."""
        ...

    @property
    def parts(self) -> "Sequence[StrandPrior]":
        """Its ladders, each with its share of the parameters: several where items tie them together."""
        ...


@dataclass(frozen=True, eq=False)
class LadderPrior:
    """Cumulative probit, P(m >= l | ability) = Phi(slope ability - cut_l): parameters [slope, cut_1, ..., cut_L].

    With rho the correlation, slope = rho / sqrt(1 - rho^2) and cut = threshold / sqrt(1 - rho^2); the log-likelihood
    is concave in slope and cuts together (Pratt 1981).  ``thresholds``: first values, rising.
    """

    thresholds: tuple[float, ...]
    nodes: Floats
    weights: Floats

    @property
    def parts(self) -> Sequence[StrandPrior]:
        return (self,)

    def start(self) -> Floats:
        own = np.sqrt(1.0 - CORRELATION**2)
        return np.concatenate([[CORRELATION], self.thresholds]) / own

    def table(self, parameters: Floats) -> Floats:
        at_least = np.ones((len(parameters) + 1, self.nodes.size))
        at_least[1:-1] = normal_cdf(parameters[0] * self.nodes - parameters[1:, None])
        at_least[-1] = 0.0
        states: Floats = np.maximum(at_least[:-1] - at_least[1:], LEAST_STATE)
        return states / states.sum(axis=0)

    def slopes(self, parameters: Floats) -> Floats:
        density = np.zeros((len(parameters) + 1, self.nodes.size))
        place = parameters[0] * self.nodes - parameters[1:, None]
        density[1:-1] = np.exp(-0.5 * place**2) / np.sqrt(2.0 * np.pi)
        by = np.zeros((len(parameters), len(parameters), self.nodes.size))
        by[0] = (density[:-1] - density[1:]) * self.nodes
        rungs = np.arange(1, len(parameters))
        by[rungs, rungs - 1] = density[1:-1]
        by[rungs, rungs] = -density[1:-1]
        return by / self.table(parameters)

    def believed(self, offset: float) -> Floats:
        moved = self.start()
        moved[1:] += offset / np.sqrt(1.0 - CORRELATION**2)
        return self.table(moved)

    def nearest(self, parameters: Floats) -> Floats:
        return np.concatenate([np.clip(parameters[:1], LEAST_SLOPE, MOST_SLOPE), parameters[1:]])

    def admissible(self, parameters: Floats) -> bool:
        slope_fits = LEAST_SLOPE <= parameters[0] <= MOST_SLOPE
        return bool(slope_fits and (np.diff(parameters[1:]) >= LEAST_STEP).all())


@dataclass(frozen=True, eq=False)
class PositionPrior:
    """A position on G points, N(rho ability, 1 - rho^2): the one parameter is rho / sqrt(1 - rho^2)."""

    positions: Floats
    nodes: Floats
    weights: Floats

    @property
    def parts(self) -> Sequence[StrandPrior]:
        return (self,)

    def start(self) -> Floats:
        return np.array([CORRELATION / np.sqrt(1.0 - CORRELATION**2)])

    def table(self, parameters: Floats) -> Floats:
        own = np.sqrt(1.0 + parameters[0] ** 2)
        # (position - rho ability) / sqrt(1 - rho^2), with rho = slope / own and sqrt(1 - rho^2) = 1 / own
        apart = self.positions[:, None] * own - parameters[0] * self.nodes
        density = np.exp(-0.5 * (apart**2 - (apart**2).min(axis=0)))
        states: Floats = np.maximum(density / density.sum(axis=0), LEAST_STATE)
        return states / states.sum(axis=0)

    def slopes(self, parameters: Floats) -> Floats:
        own = np.sqrt(1.0 + parameters[0] ** 2)
        apart = self.positions[:, None] * own - parameters[0] * self.nodes
        raw = -apart * (self.positions[:, None] * parameters[0] / own - self.nodes)
        centred: Floats = raw - (raw * self.table(parameters)).sum(axis=0)
        return centred[None]

    def believed(self, offset: float) -> Floats:
        del offset  # positions have no thresholds: those are the items' affair
        return self.table(self.start())

    def nearest(self, parameters: Floats) -> Floats:
        return np.clip(parameters, LEAST_SLOPE, MOST_SLOPE)

    def admissible(self, parameters: Floats) -> bool:
        return bool(LEAST_SLOPE <= parameters[0] <= MOST_SLOPE)


def pseudo(strand: StrandPrior, offset: float) -> Floats:
    """Return the pseudo-people by state and ability, [G, Q]."""
    return PSEUDO_LEARNERS * strand.weights * strand.believed(offset)


def climbed(strand: StrandPrior, parameters: Floats, counts: Floats) -> Floats:
    """Return parameters at which the expected log density of counts [G, Q] is not lower, by Fisher scoring.

    A step that lowers it, or that leaves what is admissible, is halved.
    """
    reached = _objective(strand, parameters, counts)
    for _ in range(ROUNDS):
        slopes = strand.slopes(parameters).reshape(len(parameters), -1)
        weight = (strand.table(parameters) * counts.sum(axis=0)).ravel()
        information = (slopes * weight) @ slopes.T + RIDGE * np.eye(len(parameters))
        step = np.linalg.solve(information, slopes @ counts.ravel())
        before = parameters
        for _ in range(HALVINGS):
            wanted = strand.nearest(before + step)
            if strand.admissible(wanted) and (found := _objective(strand, wanted, counts)) >= reached:
                parameters, reached = wanted, found
                break
            step = step / 2.0
    return parameters


def penalty(strand: StrandPrior, parameters: Floats, offset: float) -> float:
    """Return the log density of what is believed of a strand: minus the divergence of its table from the moved first
    one, for each pseudo-learner.
    """
    people = pseudo(strand, offset)
    return _objective(strand, parameters, people) - float((people * np.log(strand.believed(offset))).sum())


def _objective(strand: StrandPrior, parameters: Floats, whole: Floats) -> float:
    return float((whole * np.log(strand.table(parameters))).sum())
