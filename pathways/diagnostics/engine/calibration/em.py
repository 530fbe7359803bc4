"""Expectation and maximisation (Dempster, Laird & Rubin 1977), with steps in threes.

A model holds all its parameters in one vector.  Every third evaluation tries the extrapolation SQUAREM (Varadhan &
Roland 2008), and keeps it only where the penalised likelihood did not fall: the trace of a run never does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration.answers import Block

TOLERANCE: Final = 1e-4
"""Largest change of a parameter in a plain step at which a run ends."""
MOST_STEPS: Final = 500
FIRST_STRETCH: Final = 4.0
STRETCH: Final = 4.0


NOBODY: Final = np.zeros(0)


class Expected(NamedTuple):
    """Sums over sittings, from one block or many.

    ``log_likelihood``; ``counts`` [V, Y, G]: expected answers by variant, outcome and node of its curve; ``groups``
    [L, Q]: expected people by group and ability; ``strands`` [K, G, Q]: expected people by state and ability;
    ``styles`` [C]: expected people by the style in which they answer, where there are several.
    """

    log_likelihood: Floats
    counts: Floats
    groups: Floats
    strands: Floats
    styles: Floats = NOBODY


Sums = TypeVar("Sums", bound=tuple[Any, ...])


def added(mine: Sums, theirs: Sums) -> Sums:
    """Return the sums of two blocks as the sums of one, field by field; always in the order of the blocks."""
    return type(mine)(*(one + other for one, other in zip(mine, theirs, strict=True)))


class Model(Protocol):
    """What a calibration needs of a model."""

    def expect(self, parameters: Floats, block: Block) -> Expected:
        """Return the expected sums of a block."""
        ...

    def improved(self, parameters: Floats, expected: Expected) -> Floats:
        """Return parameters at which the expected log density is not lower."""
        ...

    def penalty(self, parameters: Floats) -> float:
        """Return the log density of the beliefs about the parameters, up to a constant."""
        ...

    def admissible(self, parameters: Floats) -> bool:
        """Whether curves rise, ladders are in order, and nothing is out of reach."""
        ...


Expectation = Callable[[Floats], Expected]
"""Parameters in, sums over all sittings out: a loop over blocks, or over processes."""


@dataclass(frozen=True, eq=False)
class Solution:
    """Where a run ended.

    ``log_likelihoods`` and ``penalised``: one value for each accepted evaluation, the last one at ``parameters``.
    ``evaluations``: passes over the data, those included whose extrapolation was not kept.
    """

    parameters: Floats
    expected: Expected
    log_likelihoods: tuple[float, ...]
    penalised: tuple[float, ...]
    evaluations: int
    converged: bool


class _Run:
    """The evaluations of one run."""

    def __init__(self, model: Model, expectation: Expectation, watch: Callable[[float], None]) -> None:
        self.model, self.expectation, self.watch = model, expectation, watch
        self.trace: list[tuple[float, float]] = []
        self.evaluations = 0

    def at(self, parameters: Floats, *, least: float = -np.inf) -> Expected | None:
        """Evaluate; ``None`` where the penalised likelihood is below ``least``."""
        expected = self.expectation(parameters)
        self.evaluations += 1
        reached = float(expected.log_likelihood)
        penalised = reached + self.model.penalty(parameters)
        if not penalised >= least:  # also for what is no number
            return None
        self.trace.append((reached, penalised))
        self.watch(penalised)
        return expected

    @property
    def reached(self) -> float:
        return self.trace[-1][1]


def silent(_reached: float) -> None:
    """Tell nobody."""


def solve(
    model: Model,
    start: Floats,
    expectation: Expectation,
    *,
    tolerance: float = TOLERANCE,
    most_steps: int = MOST_STEPS,
    watch: Callable[[float], None] = silent,
) -> Solution:
    """Return the parameters that no further step changes by more than ``tolerance``, or the last ones.

    ``watch`` is told the penalised log-likelihood of each accepted evaluation.
    """
    run = _Run(model, expectation, watch)
    parameters, expected = start, _certain(run.at(start))
    stretch, converged = FIRST_STRETCH, False
    while not converged and run.evaluations < most_steps:
        first = model.improved(parameters, expected)
        expected_first = _certain(run.at(first))
        if _still(first - parameters, tolerance):
            parameters, expected, converged = first, expected_first, True
            break
        second = model.improved(first, expected_first)
        converged = _still(second - first, tolerance)
        wanted, stretched = _extrapolated(parameters, first, second, stretch)
        found = None
        if stretched > 1.0 and not converged and model.admissible(wanted):
            found = run.at(wanted, least=run.reached)
        if found is None:
            stretch = max(stretch / STRETCH, FIRST_STRETCH) if stretched > 1.0 else stretch
            wanted, found = second, _certain(run.at(second))
        elif stretched >= stretch:
            stretch *= STRETCH
        parameters, expected = wanted, found
    likelihoods, penalised = zip(*run.trace, strict=True)
    return Solution(parameters, expected, likelihoods, penalised, run.evaluations, converged)


def _extrapolated(start: Floats, first: Floats, second: Floats, stretch: float) -> tuple[Floats, float]:
    """Return the extrapolation of two steps, and how many times a plain step it is."""
    step = first - start
    bend = second - first - step
    size = float(np.sqrt((step @ step) / max(float(bend @ bend), np.finfo(float).tiny)))
    size = min(max(size, 1.0), stretch)
    return start + 2.0 * size * step + size**2 * bend, size


def _still(change: Floats, tolerance: float) -> bool:
    return float(np.abs(change).max(initial=0.0)) < tolerance


def _certain(expected: Expected | None) -> Expected:
    assert expected is not None, "a penalised likelihood that is no number"
    return expected
