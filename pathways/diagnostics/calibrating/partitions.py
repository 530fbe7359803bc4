"""Answers spread over partitions on disk by learner, so that memory does not grow with their number.

Nothing is asked of the order of a file: what a learner answered lands in one partition wherever it stands, and inside a
partition rows keep the order of the file.  Learners are known by a digest of their code; the code itself is not kept.
How many partitions there are depends on the file alone, and so does everything that is computed from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.calibrating import columns
from pathways.diagnostics.calibrating.columns import OUTCOMES, Coded, Names, Piece, WrongRows
from pathways.diagnostics.engine import ANSWERS, Outcome

ANSWERS_AT_ONCE: Final = 100_000
"""About so many in a partition: some megabytes while it is worked on."""
MOST_PARTITIONS: Final = 10_000
MOST_LANGUAGES: Final = 1000
"""A file with more has something else in that column, and is refused once it is read."""
LEARNER_BYTES: Final = 16
DONT_KNOW: Final = OUTCOMES.index(Outcome.DONT_KNOW)
PARTLY: Final = OUTCOMES.index(Outcome.PARTLY)
UNKNOWN_LANGUAGE: Final = "und"
"""BCP 47 for a language that nobody noted."""

NO_CHOICE: Final = frozenset({"", "NA", "N/A", "NaN", "nan"})
"""How programs write that nothing was noted; in other letters it may be an answer: Na is sodium."""

RECORD: Final = np.dtype(
    [
        ("learner", "<u8", 2), ("attempt", "<i8"), ("row", "<i8"), ("item", "<i4"), ("choice", "<i4"),
        ("seconds", "<f4"), ("language", "<i2"), ("outcome", "i1"),
    ]
)  # fmt: skip


@dataclass(eq=False)
class Met:
    """What was met in a file: items, languages and choices by number, and how many answers in each language."""

    items: Names
    languages: Names
    choices: Names
    pairs: set[tuple[int, int]]
    """Items with languages."""
    by_language: dict[int, int]
    answers: int = 0
    dont_know: bool = False
    """Whether anybody said so."""
    partly: set[int] = field(default_factory=set)
    """Items with partly right answers."""


class Spill:
    """Takes the pieces of a file and writes each row to the partition of its learner."""

    def __init__(self, folder: Path, expected: int, known: frozenset[str] | None) -> None:
        self.folder = folder
        self.count = max(1, min(MOST_PARTITIONS, -(-expected // ANSWERS_AT_ONCE)))
        self.met = Met(Names(known), Names(), Names(), set(), {})
        self._known = known

    def path(self, partition: int) -> Path:
        """Return where the rows of a partition are; it exists if it has any."""
        return self.folder / f"{partition:04}.rows"

    def expect(self, items: Sequence[str]) -> None:
        """Make items known that may have no answer."""
        for code in items:
            self.met.items.place(code)

    def take(self, piece: Piece, wrong: WrongRows) -> None:
        """Check a piece and write it; once anything is wrong, nothing more is written."""
        check(piece, self._known, wrong)
        if wrong.count:
            return
        records = self._records(piece)
        home = (records["learner"][:, 0] % np.uint64(self.count)).astype(np.intp)
        order = np.argsort(home, kind="stable")
        met, first = np.unique(home[order], return_index=True)
        for partition, rows in zip(met.tolist(), np.split(order, first[1:]), strict=True):
            with self.path(partition).open("ab") as file:
                file.write(records[rows].tobytes())  # tofile would turn Ctrl-C into an error of its own

    def _records(self, piece: Piece) -> NDArray[Any]:
        met, cells = self.met, piece.columns
        records = np.zeros(len(piece.lines), dtype=RECORD)
        records["learner"] = _digests(cells["learner"])
        records["row"] = np.arange(met.answers, met.answers + len(records))
        met.answers += len(records)
        records["item"] = cells["item"].mapped(lambda cell: met.items.place(cell.strip()), np.int32)
        records["outcome"] = cells["outcome"].mapped(columns.outcome_of, np.int8)
        language = cells.get("language", Coded((UNKNOWN_LANGUAGE,), np.zeros(len(records), dtype=np.intp)))
        records["language"] = language.mapped(self._language, np.int16)
        records["seconds"] = np.nan
        if "seconds" in cells:
            records["seconds"] = cells["seconds"].mapped(columns.seconds_of, np.float32)
        if "attempt" in cells:
            records["attempt"] = cells["attempt"].mapped(_attempt, np.int64)
        records["choice"] = self._choices(piece, records["item"])
        self._note(records)
        return records

    def _language(self, cell: str) -> int:
        return min(self.met.languages.place(cell.strip() or UNKNOWN_LANGUAGE), MOST_LANGUAGES)

    def _choices(self, piece: Piece, items: NDArray[Any]) -> NDArray[Any] | int:
        """Number the choices: of each item its own."""
        if "choice" not in piece.columns:
            return columns.NOTHING
        column = piece.columns["choice"]
        pairs = items.astype(np.int64) * len(column.values) + column.places
        met, inverse = np.unique(pairs, return_inverse=True)
        found = np.full(len(met), columns.NOTHING, dtype=np.int32)
        for place, pair in enumerate(map(int, met)):
            item, value = divmod(pair, len(column.values))
            if (text := column.values[value].strip()) not in NO_CHOICE:
                found[place] = self.met.choices.place(f"{item}\t{text}")
        return found[inverse]

    def _note(self, records: NDArray[Any]) -> None:
        self.met.dont_know |= bool((records["outcome"] == DONT_KNOW).any())
        self.met.partly |= set(np.unique(records["item"][records["outcome"] == PARTLY]).tolist())
        pairs = np.unique(records["item"].astype(np.int64) << 16 | records["language"])
        self.met.pairs |= {(pair >> 16, pair & 0xFFFF) for pair in pairs.tolist()}
        for language, count in zip(*np.unique(records["language"], return_counts=True), strict=True):
            self.met.by_language[int(language)] = self.met.by_language.get(int(language), 0) + int(count)


def check(piece: Piece, known: frozenset[str] | None, wrong: WrongRows) -> None:
    """Note what is wrong with the rows of a piece."""
    reasons = {
        "learner": columns.bad_code("un apprenant"),
        "item": columns.unknown_item(known),
        "outcome": columns.bad_outcome,
        "language": columns.bad_language,
        "seconds": columns.bad_seconds,
    }
    for name, why in reasons.items():
        if name in piece.columns:
            columns.refused(piece.columns[name], piece, wrong, why)


def _digests(learners: Coded) -> NDArray[np.uint64]:
    """Return 128 bits for each row, the same for the same learner in any run."""
    every = b"".join(
        hashlib.blake2b(code.strip().encode(), digest_size=LEARNER_BYTES).digest() for code in learners.values
    )
    return np.frombuffer(every, dtype="<u8").reshape(-1, 2)[learners.places]


def _attempt(cell: str) -> int:
    """Return a number for an attempt: the same for the same text."""
    return int.from_bytes(hashlib.blake2b(cell.strip().encode(), digest_size=7).digest(), "little")


@dataclass(frozen=True, eq=False)
class Kept:
    """The rows of a partition that count, each learner's first answer to each item, sorted by sitting.

    ``records``; ``sittings`` [R]: number of the sitting.  ``learners``: how many people; ``doubles``: how many answers
    were to something answered before.
    """

    records: NDArray[Any]
    sittings: NDArray[np.intp]
    learners: int
    doubles: int

    @property
    def count(self) -> int:
        """How many sittings there are, N."""
        return int(self.sittings[-1]) + 1 if len(self.sittings) else 0


def kept(path: Path, family_of: Sequence[int]) -> Kept:
    """Read a partition; ``family_of``: a number for each item, the same for items that count as one."""
    records = np.frombuffer(path.read_bytes(), dtype=RECORD)
    family = np.asarray(family_of, dtype=np.intp)[records["item"]]
    high, low = records["learner"][:, 1], records["learner"][:, 0]
    order = np.lexsort((family, high, low))  # stable: of equal ones, the first in the file comes first
    again = np.zeros(len(records), dtype=np.bool_)
    again[1:] = _same(order, family, high, low)
    records = records[np.sort(order[~again])]
    high, low = records["learner"][:, 1], records["learner"][:, 0]
    order = np.lexsort((records["attempt"], high, low))
    records = records[order]
    change = np.ones(len(records), dtype=np.bool_)
    high, low = records["learner"][:, 1], records["learner"][:, 0]
    everyone = np.arange(len(records))
    change[1:] = ~_same(everyone, records["attempt"], high, low)
    people = 1 + int((~_same(everyone, high, low)).sum()) if len(records) else 0
    sittings = np.cumsum(change) - 1
    return Kept(records, sittings, people, int(again.sum()))


def _same(order: NDArray[np.intp], *columns_: NDArray[Any]) -> NDArray[np.bool_]:
    """Return whether each row but the first equals the one before it, in an order."""
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for column in columns_:
        ranked = column[order]
        same &= ranked[1:] == ranked[:-1]
    return same


def with_evidence(records: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows carry evidence."""
    return records["outcome"] < len(ANSWERS)
