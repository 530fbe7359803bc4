"""How many people answer in which style: candidates are tried on some of the sittings, and those that are met are
fitted on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from pathways.diagnostics.calibrating import works
from pathways.diagnostics.calibrating.passes import Passes, total
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration.em import Expected, Solution, solve
from pathways.diagnostics.engine.calibration.joint import StrandsModel
from pathways.diagnostics.engine.calibration.ladders import LadderPrior
from pathways.diagnostics.engine.calibration.styled import StyledModel, thresholds
from pathways.diagnostics.engine.styles import Style, combined

Watch = Callable[[float], None]

MODEL: Final = "level"
"""The model whose ladders have steps, and may have holes or none."""
CANDIDATES: Final = (
    Style(0.25, hole=0.02),
    Style(0.2, hole=0.05),
    Style(0.2, hole=0.15),
    Style(0.25, slope=1.6),
    Style(0.1, slope=2.4),
)
"""From ladders that hold to ladders with a hole in every seventh rung, and to no steps at all.  No ladder is quite
without holes: with .02 the claims of synthetic people whose rungs are blurred are as true as those of people whose
rungs are not, within .01 (45 micro-skills, other people than those that the benchmarks are made of)."""
SAYING: Final = 0.5
TRIED: Final = 4000
"""Sittings on which candidates are tried: enough to tell which of them are met at all."""
LEAST_SHARE: Final = 0.03
MOST_STYLES: Final = 6
"""Of those that are fitted on everything, and that a diagnostic has to sum over later."""
ROUGHLY: Final = 5e-3
MOST_STEPS: Final = 60
MOVED: Final = 0.03
"""Thresholds that move by less, in SD, leave where people stand between them as it is."""
ROUNDS: Final = 3


def fits(model: StrandsModel) -> bool:
    """Return whether styles are told from each other in a model: on ladders that no item ties together."""
    return all(isinstance(strand, LadderPrior) for strand in model.strands)


def candidates(outcomes: int) -> tuple[Style, ...]:
    """Return the styles that are tried; where nobody ever said "I don't know", nobody is in the habit of it."""
    if outcomes == 3:
        return combined(CANDIDATES, SAYING)
    return tuple(replace(one, dont_know=False) for one in CANDIDATES)


def styled(
    model: StrandsModel, parameters: Floats, passes: Passes, some: Passes, watch: Watch
) -> tuple[StyledModel, list[Solution]]:
    """Return the model with the styles that are met, fitted on everything, and the runs that led there.

    ``parameters``: of the model without styles.  ``some``: passes over some of the sittings.  Where people stand
    between two steps of a ladder depends on its thresholds, and stays in a run: if one ends elsewhere, the next begins
    there.
    """
    styled, begin = _tried(model, parameters, some)
    runs: list[Solution] = []
    for _ in range(ROUNDS):
        runs.append(solve(styled, begin, _expectation(passes, styled), watch=watch))
        found = runs[-1].parameters
        if _moved(styled, begin, found) < MOVED or all(one.slope is None for one in styled.styles):
            break
        styled, begin = _from(model, found, _met(styled, found, least=0.0))
    return styled, runs


def _tried(model: StrandsModel, parameters: Floats, some: Passes) -> tuple[StyledModel, Floats]:
    """Return the model with the styles that are met in some of the sittings, and where it begins."""
    styled, begin = _from(model, parameters, candidates(model.layout.task.curve.outcomes))
    for _ in range(ROUNDS):
        run = solve(styled, begin, _expectation(some, styled), tolerance=ROUGHLY, most_steps=MOST_STEPS)
        moved = _moved(styled, begin, run.parameters)
        styled, begin = _from(model, run.parameters, _met(styled, run.parameters))
        if moved < MOVED:
            break
    return styled, begin


def _from(model: StrandsModel, parameters: Floats, styles: Sequence[Style]) -> tuple[StyledModel, Floats]:
    styled = StyledModel.of(model, parameters, styles)
    return styled, styled.begun(parameters)


def _expectation(passes: Passes, styled: StyledModel) -> Callable[[Floats], Expected]:
    return lambda parameters: total(passes, works.expected_of, styled, parameters)


def _met(styled: StyledModel, parameters: Floats, least: float = LEAST_SHARE) -> tuple[Style, ...]:
    """Return the styles that are met often enough, with their shares, the most frequent first."""
    shares = styled.shares(parameters).tolist()
    pairs = sorted(zip(shares, styled.styles, strict=True), key=lambda pair: -pair[0])[:MOST_STYLES]
    kept = [pair for pair in pairs if pair[0] >= least]
    whole = sum(share for share, _ in kept)
    return tuple(replace(style, share=share / whole) for share, style in kept)


def _moved(styled: StyledModel, before: Floats, after: Floats) -> float:
    return float(np.abs(thresholds(styled, after) - thresholds(styled, before)).max())
