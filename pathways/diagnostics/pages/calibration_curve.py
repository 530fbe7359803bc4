"""The calibration curve as shapes: what was claimed across, what was observed upward, each with its interval. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pathways.diagnostics.quality import Bin

SIDE = 260
"""Of the square from 0 to 100 %; the whole fits a screen of 320 points without scrolling."""
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 28
LEVELS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    dot: int
    top: int
    bottom: int
    holds: bool
    """Whether the claim lies inside the interval."""


@dataclass(frozen=True, slots=True)
class Curve:
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    """Edges of the square."""
    points: tuple[Point, ...]
    across: tuple[tuple[int, int], ...]
    """``(x, per cent)``"""
    upward: tuple[tuple[int, int], ...]
    """``(y, per cent)``"""


def drawn(bins: Sequence[Bin]) -> Curve:
    points = tuple(
        Point(_x(one.claimed), _y(one.observed.mean), _y(one.observed.high), _y(one.observed.low), one.holds)
        for one in bins
    )
    return Curve(
        width=LEFT + SIDE + RIGHT,
        height=TOP + SIDE + BOTTOM,
        left=LEFT,
        right=LEFT + SIDE,
        top=TOP,
        bottom=TOP + SIDE,
        points=points,
        across=tuple((_x(level / 100), level) for level in LEVELS),
        upward=tuple((_y(level / 100), level) for level in LEVELS),
    )


def _x(share: float) -> int:
    return round(LEFT + SIDE * share)


def _y(share: float) -> int:
    return round(TOP + SIDE * (1.0 - share))
