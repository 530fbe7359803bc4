"""Pictograms for the trade of digital mediators."""

from __future__ import annotations

from pathways.badges.drawing.palette import Inks
from pathways.badges.drawing.parts import bust, disc, fill, line, ring, slab, words


def welcome_diagnosis(inks: Inks) -> str:
    """Two people and, between them, a list: two lines ticked, one still open."""
    ticks = "M-12 3l4 4 6-8M-12 16l4 4 6-8"
    return (
        bust(inks.figure, -25, -22, 1.15)
        + bust(inks.accent, 25, -22, 1.15)
        + slab(inks.figure, -19, -11, 38, 53, 6, inks.ground)
        + line(inks.ground, 4.5, ticks)
        + disc(inks.ground, -8, 30, 4)
        + "".join(words(inks.ground, 2, y, 11) for y in (3, 16, 30))
    )


def allophones(inks: Inks) -> str:
    """Two speech bubbles, each with a letter of another script."""
    left = "M-30-36h30a9 9 0 0 1 9 9v20a9 9 0 0 1-9 9h-17l-12 11v-11h-1a9 9 0 0 1-9-9v-20a9 9 0 0 1 9-9z"
    right = "M1-11h28a9 9 0 0 1 9 9v22a9 9 0 0 1-9 9h-2v10l-11-10h-15a9 9 0 0 1-9-9v-22a9 9 0 0 1 9-9z"
    return (
        fill(inks.figure, left)
        + line(inks.ground, 5, "M-29.500-9l9-20 9 20M-26.500-15.500h12")
        + fill(inks.accent, right, inks.ground)
        + line(inks.ground, 5, "M21-2c-5-4-12-1-11 4 0 4 6 6 12 4-8 2-14 6-14 11 0 7 9 8 16 4")
    )


def illettrisme(inks: Inks) -> str:
    """A page that begins with a picture, and an ear: seen and heard before it is read."""
    landscape = "M-27-29h26a3 3 0 0 1 3 3v15l-8-7-5 5-8-9-11 13v-17a3 3 0 0 1 3-3z"
    ear = "M2 4a16 16 0 1 1 32 0c0 10-7 12-9 19-2 7-5 11-11 11-6 0-9-4-9-8"
    return (
        slab(inks.figure, -37, -36, 46, 68, 6)
        + fill(inks.ground, landscape)
        + disc(inks.accent, -6, -22, 4.5)
        + words(inks.ground, -29, 5.5, 20)
        + words(inks.ground, -29, 16.5, 20)
        + line(inks.accent, 6.5, ear, inks.ground)
        + line(inks.accent, 5, "M12 5a6 6 0 1 1 12 0c0 5-5 5-6 10")
    )


def disability(inks: Inks) -> str:
    """A person with open arms, in a ring."""
    return (
        ring(inks.accent, 6, 0, 0, 37)
        + disc(inks.figure, 0, -20, 7.5)
        + line(inks.figure, 8, "M-21-7q21 6 42 0M0-4v13l-10.500 17M0 9l10.500 17")
    )


def data_protection(inks: Inks) -> str:
    """A card that says who somebody is, and a padlock."""
    return (
        slab(inks.figure, -39, -31, 66, 50, 7)
        + disc(inks.ground, -21, -15, 7)
        + fill(inks.ground, "M-33 10v-3a12 10 0 0 1 24 0v3z")
        + words(inks.ground, -4, -20, 24)
        + fill(inks.accent, "M6 12v-9a12.500 12.500 0 0 1 25 0v9z", inks.ground)
        + fill(inks.ground, "M12 12v-9a6.500 6.500 0 0 1 13 0v9z")
        + slab(inks.accent, 0, 8, 37, 27, 6, inks.ground)
        + disc(inks.ground, 18.5, 18.5, 4.5)
        + line(inks.ground, 4.5, "M18.500 19v8")
    )


def group_animation(inks: Inks) -> str:
    """Somebody with open arms before a group."""
    group = ((-24.5, 5), (24.5, 5), (0, 12))
    return (
        disc(inks.accent, 0, -33, 9.5)
        + line(inks.accent, 9, "M-30-23q13 9 30 9t30-9")
        + fill(inks.accent, "M-11-15h22v25h-22z")
        + "".join(bust(inks.figure, x, y, 0.82, inks.ground) for x, y in group)
    )


def itinerant(inks: Inks) -> str:
    """A van that brings a network with it."""
    van = "M-37 22a3 3 0 0 1-3-3v-28a8 8 0 0 1 8-8h45c6 0 9 2 12 7l7 11c5 1 8 4 8 10v7a4 4 0 0 1-4 4z"
    wheels = "".join(disc(inks.accent, x, 22, 9.5, inks.ground) + disc(inks.ground, x, 22, 3.5) for x in (-21, 22))
    return (
        fill(inks.figure, van)
        + slab(inks.ground, -32, -9, 33, 13, 2)
        + fill(inks.ground, "M8-9h5c3 0 5 1 6 3l6 10h-17z")
        + wheels
        + line(inks.accent, 5.5, "M-18-25a10.500 10.500 0 0 1 17 0M-26-32a20 20 0 0 1 33 0")
    )


def evaluation_data(inks: Inks) -> str:
    """A chart under a magnifying glass."""
    bars = ((-23.5, 14), (-11.5, 23), (0.5, 31))
    return (
        line(inks.figure, 10, "M15 15l17 17")
        + ring(inks.figure, 7, -7, -7, 29)
        + "".join(slab(inks.accent, x, 10 - height, 9, height, 2) for x, height in bars)
    )
