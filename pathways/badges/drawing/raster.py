"""A badge as PNG."""

from __future__ import annotations

import resvg_py

from pathways.badges.drawing.designs import Design, Undrawable
from pathways.badges.drawing.vector import badge_svg

SMALLEST, LARGEST = 16, 2048
"""Pixels of a side."""


def badge_png(design: Design, size: int = 512) -> bytes:
    """The picture as PNG, ``size`` pixels (16 to 2048) wide and high, transparent around the shape.

    The same design and size give the same bytes with the same release of resvg: what is hashed is kept, not drawn anew.
    """
    if not SMALLEST <= size <= LARGEST:
        raise Undrawable(f"size {size}: not from {SMALLEST} to {LARGEST} pixels")
    return _rendered(badge_svg(design), size)


def _rendered(svg: str, size: int) -> bytes:
    # There is no text in it; to read the fonts of the machine would take time, and could one day change the picture.
    return resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size, skip_system_fonts=True)
