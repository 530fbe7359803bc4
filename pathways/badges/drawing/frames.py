"""What surrounds a pictogram: a shape for each audience, its rim and seam, and the plate that tells levels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pathways.badges.drawing.palette import PAPER, Inks
from pathways.badges.drawing.parts import disc, ring, slab

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    path: str
    """Around (0, 0), within 58 units of it, so that the rim stays inside the badge's 128."""
    around: float
    """Length of the path, in units."""
    scale: float
    """Of a pictogram in it."""
    lower: float = 0
    """Units from the middle down to the pictogram's."""


def _hexagon() -> str:
    return _rounded([_on_circle(61, turn / 6) for turn in range(6)], 12)


def _flower(petals: int = 8, radius: float = 50) -> str:
    """Arcs from notch to notch."""
    bulge = 1.24 * radius * math.sin(math.pi / petals)
    notches = [_on_circle(radius, (turn + 0.5) / petals) for turn in range(petals)]
    arcs = "".join(f"A{_n(bulge)} {_n(bulge)} 0 0 1 {_n(x)} {_n(y)}" for x, y in notches)
    return f"M{_n(notches[-1][0])} {_n(notches[-1][1])}{arcs}z"


def _on_circle(radius: float, turn: float) -> Point:
    """``turn``: 0 is above, 0.25 to the right."""
    return radius * math.sin(2 * math.pi * turn), -radius * math.cos(2 * math.pi * turn)


def _rounded(corners: list[Point], radius: float) -> str:
    """A polygon whose corners give way ``radius`` units before and after each."""
    parts = []
    for before, corner, after in zip(corners[-1:] + corners[:-1], corners, corners[1:] + corners[:1], strict=True):
        begin, end = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"{_n(begin[0])} {_n(begin[1])}Q{_n(corner[0])} {_n(corner[1])} {_n(end[0])} {_n(end[1])}")
    return f"M{'L'.join(parts)}z"


def _towards(start: Point, goal: Point, length: float) -> Point:
    share = length / math.dist(start, goal)
    return start[0] + share * (goal[0] - start[0]), start[1] + share * (goal[1] - start[1])


def _n(value: float) -> str:
    return f"{round(value, 2) + 0:g}"


FRAMES = {
    "mediator": Frame(_hexagon(), 353.33, 0.94),
    "volunteer": Frame(_flower(), 356.06, 0.9),
    "learner": Frame("M-52 46v-49a52 55 0 0 1 104 0v49a12 12 0 0 1-12 12h-80a12 12 0 0 1-12-12z", 383.84, 1, 4),
}
"""By audience: a cell of a honeycomb, a flower, a window."""


def shape(frame: Frame, inks: Inks, *, proposal: bool) -> str:
    """The white rim keeps the shape whole on a dark page. A seam runs inside; a proposal is only tacked, stitch by
    stitch.
    """
    if proposal:
        gap = frame.around / round(frame.around / 9) - 2
        scale, seam = 0.97, f'stroke-width="3.6" stroke-dasharray="2 {_n(gap)}"'
    else:
        scale, seam = 0.92, 'stroke-width="1.5" stroke-opacity=".5"'
    return (
        f'<path fill="{inks.ground}" stroke="{PAPER}" stroke-width="8" paint-order="stroke" d="{frame.path}"/>'
        f'<path fill="none" stroke="{inks.figure}" {seam} transform="scale({scale:g})" d="{frame.path}"/>'
    )


def plate(colour: str, levels: int, reached: int) -> str:
    """One mark a level on a white plate over the lower edge: filled when reached, else a ring."""
    step, height, y = 17, 20, 48
    width = step * levels + 9
    marks = "".join(
        disc(colour, x, y, 6) if level < reached else ring(colour, 2.5, x, y, 4.75)
        for level in range(levels)
        for x in (step * (level - (levels - 1) / 2),)
    )
    rim = slab(PAPER, -width / 2 - 5, y - height / 2 - 4, width + 10, height + 8, height / 2 + 4)
    edge = slab(colour, -width / 2 - 2, y - height / 2 - 2, width + 4, height + 4, height / 2 + 2)
    return f"{rim}{edge}{slab(PAPER, -width / 2, y - height / 2, width, height, height / 2)}{marks}"
