"""What could be believed at several moments, as shapes: a bar from 10 to 90 %, a dot where it is expected. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 20, 14, 34
BAR = 22


@dataclass(frozen=True, slots=True)
class Whisker:
    x: int
    top: int
    bottom: int
    dot: int


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    bar: int
    left: int
    whiskers: tuple[Whisker, ...]
    levels: tuple[tuple[int, int], ...]
    """``(height of a line across, the number it stands for)``."""
    line: str
    """The path from dot to dot."""


def drawn(ranges: Sequence[tuple[float, float, float]], most: int) -> Drawing:
    """``ranges``: (low, expected, high) of each moment, none above ``most``."""
    scale = (HEIGHT - TOP - BOTTOM) / max(most, 1)
    gap = (WIDTH - LEFT - RIGHT) / max(len(ranges), 1)

    def height(number: float) -> int:
        return round(HEIGHT - BOTTOM - number * scale)

    whiskers = tuple(
        Whisker(round(LEFT + gap * (place + 0.5)), height(high) - 2, height(low) + 2, height(mean))
        for place, (low, mean, high) in enumerate(ranges)
    )
    step = max(1, -(-most // 4))
    return Drawing(
        width=WIDTH,
        height=HEIGHT,
        bar=BAR,
        left=LEFT,
        whiskers=whiskers,
        levels=tuple((height(number), number) for number in range(0, most + 1, step)),
        line="M" + "L".join(f"{one.x} {one.dot}" for one in whiskers) if whiskers else "",
    )
