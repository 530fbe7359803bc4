"""The pictures of a typical journey, as shapes to draw: a bar for people, a box for days. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ROW, BAR = 30, 18
TITLE, WIDTH, TELL = 270, 300, 110
"""Room for a title, for the longest bar, and for the number behind it."""
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Bar:
    y: int
    title: str
    length: int
    """0: nothing can be said, and a dashed stub is drawn."""
    told: str


@dataclass(frozen=True, slots=True)
class Bars:
    width: int
    height: int
    left: int
    thick: int
    rows: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Box:
    y: int
    title: str
    start: int
    length: int
    middle: int
    told: str


@dataclass(frozen=True, slots=True)
class Boxes:
    width: int
    height: int
    left: int
    thick: int
    rows: tuple[Box, ...]


def bars(cells: Sequence[tuple[str, int, str]]) -> Bars:
    """``cells``: (title, number, what is written behind the bar)."""
    most = max((number for _, number, _ in cells), default=0)
    rows = tuple(
        Bar(ROW * place, short(title), round(WIDTH * number / most) if most else 0, told)
        for place, (title, number, told) in enumerate(cells)
    )
    return Bars(TITLE + WIDTH + TELL, ROW * len(cells), TITLE, BAR, rows)


def boxes(waits: Sequence[tuple[str, int, int, int, str]]) -> Boxes:
    """``waits``: (title, low, middle, high, what is written behind it)."""
    most = max((high for _, _, _, high, _ in waits), default=0) or 1
    rows = tuple(
        Box(
            ROW * place,
            short(title),
            TITLE + round(WIDTH * low / most),
            max(2, round(WIDTH * (high - low) / most)),
            TITLE + round(WIDTH * middle / most),
            told,
        )
        for place, (title, low, middle, high, told) in enumerate(waits)
    )
    return Boxes(TITLE + WIDTH + TELL, ROW * len(waits), TITLE, BAR, rows)


def short(title: str) -> str:
    return title if len(title) <= LONGEST else title[: LONGEST - 1].rstrip() + "…"
