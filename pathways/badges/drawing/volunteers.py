"""Pictograms for volunteers who help beside a professional."""

from __future__ import annotations

from pathways.badges.drawing.palette import Inks
from pathways.badges.drawing.parts import disc, fill, line, phone, pointing_hand, slab, turned


def volunteer_welcome(inks: Inks) -> str:
    """An open door; somebody in it waves."""
    return (
        fill(inks.accent, "M-26 34v-66a5 5 0 0 1 5-5h42v71z")
        + fill(inks.figure, "M19-37l16 9v57l-16 8z", inks.ground)
        + disc(inks.ground, 26, 1, 2.5)
        + disc(inks.ground, -2, -14, 8.5)
        + fill(inks.ground, "M-16 34v-22a14 13 0 0 1 28 0v22z")
        + line(inks.ground, 6.5, "M-13 12l-5-22")
        + slab(inks.figure, -34, 33, 68, 6, 3)
    )


def volunteer_side_by_side(inks: Inks) -> str:
    """Two hands at one device: the one touches it, the other one shows."""
    return (
        phone(inks.figure, inks.ground, -31, -36, 62, 52)
        + turned(pointing_hand(inks.figure, inks.ground), -18, 15, -18, 0.82, mirrored=True)
        + turned(pointing_hand(inks.accent, inks.ground), 18, 16.5, -18, 0.82)
    )


def volunteer_protect(inks: Inks) -> str:
    """A phone under an umbrella; on its screen the three dots of a secret."""
    umbrella = (
        "M-41-7a41 30 0 0 1 82 0c-6-7-14-7-20.500 0-6.500-7-14-7-20.500 0-6.500-7-14-7-20.500 0-6.500-7-14-7-20.500 0z"
    )
    return (
        fill(inks.accent, umbrella)
        + line(inks.accent, 5, "M0-37v-4")
        + phone(inks.figure, inks.ground, -14, -2, 28, 44)
        + "".join(disc(inks.accent, x, 17, 2) for x in (-5.5, 0, 5.5))
    )
