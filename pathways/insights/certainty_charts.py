"""The certainty of an attempt, growing answer by answer, as a line to draw. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 340, 176
LEFT, RIGHT, TOP, BOTTOM = 42, 328, 14, 150
"""Where the field of the line lies, in units of the drawing."""
LEAST, LEVELS = 0.5, (0.5, 0.75, 1.0)
"""A micro-skill of which nothing is known is classified right half the time: the scale begins there."""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    counts: bool
    """Whether the answer says something: the others are drawn hollow."""


@dataclass(frozen=True, slots=True)
class Line:
    """``levels``: (y, share) of the lines behind; ``goal``: y of the certainty that is aimed at, if any is."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    path: str
    dots: tuple[Dot, ...]
    levels: tuple[tuple[float, float], ...]
    goal: float | None


def drawn(begun: float, after: Sequence[tuple[float, bool]], goal: float | None) -> Line:
    """``begun``: the certainty before any answer; ``after``: (certainty, whether it counts) of each answer."""
    step = (RIGHT - LEFT) / max(len(after), 1)
    dots = tuple(
        Dot(round(LEFT + step * place, 1), _height(share), counts) for place, (share, counts) in enumerate(after, 1)
    )
    points = [(float(LEFT), _height(begun)), *((dot.x, dot.y) for dot in dots)]
    return Line(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        bottom=BOTTOM,
        path=" ".join(f"{'L' if place else 'M'}{x} {y}" for place, (x, y) in enumerate(points)),
        dots=dots,
        levels=tuple((_height(share), share) for share in LEVELS),
        goal=None if goal is None else _height(goal),
    )


def _height(share: float) -> float:
    held = min(max(share, LEAST), 1.0)
    return round(BOTTOM - (BOTTOM - TOP) * (held - LEAST) / (1.0 - LEAST), 1)
