"""Columns of answers, whatever file they come from: each distinct value once, and where it stands.

A file of ten million rows has some hundred item codes, five outcomes and three languages: what is checked is checked
once for each distinct value of a piece, and what is wrong is said of the rows that hold it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.engine import ANSWERS, Outcome
from pathways.diagnostics.simulating.problems import WrongFile, shown

MOST_TOLD: Final = 10
LONGEST_CODE: Final = 200
LONGEST_LANGUAGE: Final = 35
LONGEST_SECONDS: Final = 1e6
NEEDED: Final = ("learner", "item", "outcome")
OPTIONAL: Final = ("language", "seconds", "attempt", "choice")

OUTCOMES: Final = (*ANSWERS, *(outcome for outcome in Outcome if outcome not in ANSWERS))
"""Those with evidence first."""
WRONG: Final = -9
NOTHING: Final = -1
WORDS: Final[dict[str, int]] = {
    **{outcome.value: place for place, outcome in enumerate(OUTCOMES)},
    "1": 0,
    "true": 0,
    "0": 1,
    "false": 1,
}
MISSING: Final = frozenset({"", "na", "nan", "n/a", "null", "none", "."})
"""Nothing, as programs write it where an answer or a duration may be missing."""
EXPECTED: Final = "attendu " + ", ".join(outcome.value for outcome in OUTCOMES) + ", 1 ou 0"

_DECIMALS: Final = re.compile("([01])[.,]0*")
"""One and zero as a column of decimals has them."""
_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f]")


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of n cells: its distinct ``values``, and ``places`` [n] in them."""

    values: Sequence[str]
    places: NDArray[np.intp]

    @classmethod
    def of(cls, cells: Sequence[str]) -> Coded:
        """Code a column of texts."""
        values: list[str] = list(dict.fromkeys(cells))
        place = {value: number for number, value in enumerate(values)}
        return cls(values, np.fromiter(map(place.__getitem__, cells), np.intp, len(cells)))

    def mapped(self, function: Callable[[str], Any], dtype: Any) -> NDArray[Any]:
        """Return the column with each value that is in it replaced."""
        found = np.zeros(len(self.values), dtype=dtype)
        for place in map(int, np.unique(self.places)):
            found[place] = function(self.values[place])
        return found[self.places]


@dataclass(frozen=True, eq=False)
class Piece:
    """Some rows of a file: columns by name, and the line that each row stands in."""

    columns: dict[str, Coded]
    lines: NDArray[np.int64]


class WrongRows:
    """What is wrong with the rows of a file, in the order of its lines: the first ten, and how many there are."""

    def __init__(self, file: str, word: str = "ligne") -> None:
        self.file, self.word = file, word
        self.count = 0
        self.first: list[tuple[int, str]] = []

    def add(self, lines: Iterable[int], said: str) -> None:
        """Note the same problem of one or more lines."""
        for line in lines:
            self.count += 1
            self.first.append((line, said))
        if len(self.first) > MOST_TOLD:
            self.first = sorted(self.first)[:MOST_TOLD]

    def refuse(self) -> None:
        """Raise :class:`WrongFile` if there is any problem."""
        if self.count:
            told = [(f"{self.word} {line}", said) for line, said in sorted(self.first)]
            raise WrongFile(self.file, told, self.count)


@dataclass(eq=False)
class Names:
    """Codes in the order in which they were met; with ``known``, no others are taken."""

    known: frozenset[str] | None = None
    places: dict[str, int] = field(default_factory=dict)

    def place(self, code: str) -> int:
        """Return the number of a code, ``WRONG`` where it is not known."""
        if self.known is not None and code not in self.known:
            return WRONG
        return self.places.setdefault(code, len(self.places))

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, by number."""
        return tuple(self.places)


def outcome_of(cell: str) -> int:
    """Return the place of an outcome in ``OUTCOMES``, or ``WRONG``."""
    word = cell.strip().lower()
    if written := _DECIMALS.fullmatch(word):
        word = written[1]
    return WORDS.get(word, WRONG)


def seconds_of(cell: str) -> float:
    """Return the seconds of a cell, NaN where nothing is there and infinity where it is no duration."""
    text = cell.strip()
    if text.lower() in MISSING:
        return math.nan
    try:
        seconds = float(text.replace(",", "."))
    except ValueError:
        return math.inf
    return seconds if 0.0 <= seconds <= LONGEST_SECONDS else math.inf


def refused(column: Coded, piece: Piece, wrong: WrongRows, why: Callable[[str], str]) -> None:
    """Note the rows of a column that hold a value with something against it; ``why`` says it, or nothing."""
    for place, value in enumerate(column.values):
        if said := why(value):
            wrong.add(piece.lines[column.places == place].tolist(), said)


def bad_code(what: str, most: int = LONGEST_CODE) -> Callable[[str], str]:
    """Return what is wrong with a code that must be there."""

    def why(cell: str) -> str:
        text = cell.strip()
        if not text:
            return f"attendu {what}, trouvé une case vide"
        if _CONTROL.search(text):
            return f"{what} : {shown(text)} contient un signe qui ne s'écrit pas"
        return f"{what} : {len(text)} signes, {most} au plus" if len(text) > most else ""

    return why


def bad_outcome(cell: str) -> str:
    """Return what is wrong with an outcome."""
    return "" if outcome_of(cell) != WRONG else f"issue {shown(cell)} ; {EXPECTED}"


def bad_seconds(cell: str) -> str:
    """Return what is wrong with a duration."""
    return f"durée {shown(cell)} ; attendu des secondes, ou rien" if math.isinf(seconds_of(cell)) else ""


def bad_language(cell: str) -> str:
    """Return what is wrong with a language, which may be empty."""
    if _CONTROL.search(cell.strip()):
        return f"langue : {shown(cell.strip())} contient un signe qui ne s'écrit pas"
    size = len(cell.strip())
    return f"langue de {size} signes, {LONGEST_LANGUAGE} au plus" if size > LONGEST_LANGUAGE else ""


def unknown_item(known: frozenset[str] | None) -> Callable[[str], str]:
    """Return what is wrong with an item code."""
    empty = bad_code("le code d'une question")

    def why(cell: str) -> str:
        if said := empty(cell):
            return said
        if known is None or cell.strip() in known:
            return ""
        return f"aucune question de la banque n'a le code {shown(cell.strip())}"

    return why
