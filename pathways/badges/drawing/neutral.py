"""Pictograms for learners, and those for what a network makes itself."""

from __future__ import annotations

from pathways.badges.drawing.palette import Inks
from pathways.badges.drawing.parts import fill, line, oval, ring

STEPS = ((22, 0.5, 2.6, 1.3), (12.5, 9, 4.4, 1.9), (-6.5, 17.5, 5.6, 2.4), (-14, 28.5, 6.6, 3))
"""x, y, half the width, half the height: nearer ones are larger."""


def learner(inks: Inks) -> str:
    """A path with stepping stones, through open country, to a rising sun."""
    land = "M-39-7q39-9 78 0v34a14 14 0 0 1-14 14h-50a14 14 0 0 1-14-14z"
    path = "M-4-12c3 7 21 4 21 13 0 10-41 8-41 25 0 7 5 12 11 16h25c-9-4-16-9-16-15 0-13 31-13 31-27 0-10-27-6-29-12z"
    return (
        fill(inks.accent, "M-18-14a18 18 0 0 1 36 0z")
        + line(inks.accent, 5, "M0-40v-4M-18-33l-3-3M18-33l3-3M-28-19h-5M28-19h5")
        + fill(inks.figure, land)
        + fill(inks.ground, path)
        + "".join(oval(inks.figure, *step) for step in STEPS)
    )


def sprout(inks: Inks) -> str:
    """A young plant."""
    return (
        fill(inks.figure, "M-34 36a34 15 0 0 1 68 0z")
        + line(inks.figure, 7, "M0 24v-32")
        + fill(inks.accent, "M-3.500-6c0-20 14-30 36-30 0 20-14 30-36 30z")
        + fill(inks.figure, "M-2 8c-17 0-28-9-30-26 19 0 30 9 30 26z")
    )


def bridge(inks: Inks) -> str:
    """A suspension bridge over water."""
    return (
        line(inks.figure, 7.5, "M-40 7h80M-20-28v50M20-28v50")
        + line(inks.figure, 5, "M-40 6c9-4 16-16 20-34 5 34 35 34 40 0 4 18 11 30 20 34")
        + line(inks.accent, 5.5, "M-30 35q7.500-5.500 15 0t15 0 15 0 15 0")
    )


def key(inks: Inks) -> str:
    return ring(inks.accent, 10.5, -16, -16, 16.5) + line(
        inks.figure, 10, "M-3-3l31 31M12.500 12.500l10.500-10.500M26.500 26.500l10.500-10.500"
    )


def lantern(inks: Inks) -> str:
    return (
        line(inks.figure, 5, "M-9-30a9 9 0 0 1 18 0")
        + fill(inks.figure, "M-22-14l12-14h20l12 14a2 2 0 0 1-2 3h-40a2 2 0 0 1-2-3z")
        + fill(inks.figure, "M-20 28h40l5 8a2 2 0 0 1-2 3h-46a2 2 0 0 1-2-3z")
        + line(inks.figure, 5, "M-16-12v42M16-12v42")
        + fill(inks.accent, "M0-7c8 9 10 15 10 20a10 10 0 0 1-20 0c0-5 2-11 10-20z")
        + line(inks.accent, 5, "M-29 9h-9M29 9h9M-28-6l-7-4M28-6l7-4M-28 23l-7 4M28 23l7 4")
    )
