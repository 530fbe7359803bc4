"""The few parts that pictograms are made of.

Units: a badge is 128 wide; a pictogram lies around (0, 0), within about 42 of it. At 64 pixels a unit is less than half
a pixel: a line that carries meaning is 4 wide or more, and so is the gap beside it.
"""

from __future__ import annotations

_GAP = 3.5
"""Units of ground around a part that lies before another one."""


def fill(colour: str, path: str, apart: str = "") -> str:
    """A filled path. ``apart``: the colour of the gap around it, where it lies before something."""
    return f'<path fill="{colour}"{_gap(apart)} d="{path}"/>'


def line(colour: str, width: float, path: str, apart: str = "") -> str:
    """A line with round ends."""
    gap = f'<path stroke="{apart}" stroke-width="{width + 2 * _GAP:g}" d="{path}"/>' if apart else ""
    return f'<g fill="none">{gap}<path stroke="{colour}" stroke-width="{width:g}" d="{path}"/></g>'


def disc(colour: str, x: float, y: float, radius: float, apart: str = "") -> str:
    return f'<circle fill="{colour}"{_gap(apart)} cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'


def ring(colour: str, width: float, x: float, y: float, radius: float) -> str:
    return f'<circle fill="none" stroke="{colour}" stroke-width="{width:g}" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'


def oval(colour: str, x: float, y: float, across: float, down: float) -> str:
    return f'<ellipse fill="{colour}" cx="{x:g}" cy="{y:g}" rx="{across:g}" ry="{down:g}"/>'


def slab(colour: str, x: float, y: float, width: float, height: float, radius: float = 0, apart: str = "") -> str:
    """A rectangle with round corners, from its upper left corner."""
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<rect fill="{colour}"{_gap(apart)} {place} rx="{radius:g}"/>'


def turned(body: str, x: float, y: float, degrees: float, size: float, *, mirrored: bool = False) -> str:
    """``body`` moved to (x, y), turned to the right by ``degrees`` and, if mirrored, seen from the other side."""
    across = -size if mirrored else size
    return f'<g transform="translate({x:g} {y:g}) scale({across:g} {size:g}) rotate({degrees:g})">{body}</g>'


def words(colour: str, x: float, y: float, width: float) -> str:
    """A line of a page; (x, y) its left end, half way down."""
    return slab(colour, x, y - 2.5, width, 5, 2.5)


def bust(colour: str, x: float, y: float, size: float = 1, apart: str = "") -> str:
    """Head and shoulders; (x, y) the middle of the head, ``size`` 1 is 34 wide and 42.5 high."""
    shoulders = (
        f"M{x - 17 * size:g} {y + 33 * size:g}v{-6 * size:g}a{17 * size:g} {14.5 * size:g} 0 0 1 {34 * size:g} 0"
        f"v{6 * size:g}z"
    )
    return fill(colour, shoulders, apart) + disc(colour, x, y, 9.5 * size, apart)


def phone(colour: str, ground: str, x: float, y: float, width: float, height: float) -> str:
    """A phone or tablet with an empty screen, before whatever is there."""
    return slab(colour, x, y, width, height, 6, ground) + slab(ground, x + 5, y + 6, width - 10, height - 15, 2)


def pointing_hand(colour: str, ground: str) -> str:
    """The back of a right hand whose forefinger points up, thumb to the left; the finger's tip is at (0, -27)."""
    outline = (
        "M-5-22a5 5 0 0 1 10 0v14a4.500 4.500 0 0 1 8.500 1.500a4.300 4.300 0 0 1 8 2.500a4 4 0 0 1 6.500 3.500v10"
        "c0 11-6 18-15 18h-8c-5 0-8-2-11-6l-9-12a4.800 4.800 0 0 1 7-6.500l3 2.500z"
    )
    return fill(colour, outline, ground) + line(ground, 2.5, "M5-7v8M13.500-5.500v7M21.500-3v6")


def _gap(apart: str) -> str:
    return f' stroke="{apart}" stroke-width="{2 * _GAP:g}" paint-order="stroke"' if apart else ""
