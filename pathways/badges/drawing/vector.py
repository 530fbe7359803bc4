"""A badge as SVG."""

from __future__ import annotations

from xml.sax.saxutils import escape

from pathways.badges.drawing.designs import Design
from pathways.badges.drawing.frames import FRAMES, plate, shape
from pathways.badges.drawing.palette import TINTS, inks
from pathways.badges.drawing.pictograms import PICTOGRAMS


def badge_svg(design: Design) -> str:
    """The picture as SVG text, 128 units wide and high: the same design gives the same bytes. It has no ``id``, so that
    a page may hold many, and no ``style``, which a strict policy forbids.
    """
    frame, colours = FRAMES[design.shape], inks(design.tint, proposal=design.proposal)
    # With a plate below, the pictogram makes room.
    y, scale = (frame.lower - 8, round(frame.scale * 0.86, 4)) if design.levels else (frame.lower, frame.scale)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128" role="img" lang="{design.language}">'
        f"<title>{escape(design.name())}</title>"
        '<g transform="translate(64 64)" stroke-linecap="round" stroke-linejoin="round">'
        f"{shape(frame, colours, proposal=design.proposal)}"
        f'<g transform="translate(0 {y:g}) scale({scale:g})">{PICTOGRAMS[design.pictogram].draw(colours)}</g>'
        f"{plate(TINTS[design.tint].colour, design.levels, design.reached) if design.levels else ''}"
        "</g></svg>"
    )
