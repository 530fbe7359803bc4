"""The map of a group, micro-skills by people, as shapes to draw: one path for each sign, however many people. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CELL, GAP = 20, 4
TITLE = 280
"""Room for the title of a micro-skill."""
HEAD = 24
LONGEST_TITLE = 40
SHAPES = {
    "can": "h16v16h-16z",
    "learn": "m0 16l8-16l8 16z",
    "confirm": "h16v16h-16zm4 4v8h8v-8z",
    "unseen": "m4 7h8v2h-8z",
}
"""Full square, half of it, its frame, a dash: told apart without any colour."""


@dataclass(frozen=True, slots=True)
class Map:
    width: int
    height: int
    rows: tuple[tuple[int, str], ...]
    """Where each title stands, and the title."""
    marks: tuple[tuple[int, int], ...]
    """Where every fifth number of a person stands, and the number."""
    paths: dict[str, str]
    """The outline of all cells of one sign."""


def drawn(titles: Sequence[str], signs: Sequence[Sequence[str]]) -> Map:
    """``signs[row][column]`` of micro-skill ``row`` and person ``column``."""
    paths: dict[str, list[str]] = {sign: [] for sign in SHAPES}
    for row, line in enumerate(signs):
        for column, sign in enumerate(line):
            paths[sign].append(f"M{TITLE + CELL * column} {HEAD + CELL * row}{SHAPES[sign]}")
    people = len(signs[0]) if signs else 0
    numbers = [one for one in range(1, people + 1) if one == 1 or one % 5 == 0]
    return Map(
        width=TITLE + CELL * people + GAP,
        height=HEAD + CELL * len(titles),
        rows=tuple((HEAD + CELL * row + CELL // 2 + 4, _short(title)) for row, title in enumerate(titles)),
        marks=tuple((TITLE + CELL * (one - 1) + (CELL - GAP) // 2, one) for one in numbers),
        paths={sign: "".join(cells) for sign, cells in paths.items()},
    )


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
