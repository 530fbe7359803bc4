"""CSV of answers, long or wide, as spreadsheets and programs write it."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, compress, islice
from pathlib import Path
from typing import Final, TextIO

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.calibrating.columns import (
    MISSING,
    NEEDED,
    OPTIONAL,
    WRONG,
    Coded,
    Piece,
    WrongRows,
    bad_code,
    outcome_of,
)
from pathways.diagnostics.calibrating.files import not_utf_8, unreadable
from pathways.diagnostics.simulating.problems import WrongFile, shown

ROWS_AT_ONCE: Final = 16_384
SEPARATORS: Final = ",;\t"
SEPARATOR_TOLD: Final = re.compile('"?sep=([,;|\t])"?', re.IGNORECASE)
"""What spreadsheets write above the head, and read."""
OTHER_FILES: Final = {
    b"PK\x03\x04": "c'est un classeur, ou une archive : enregistrez la feuille en CSV (UTF-8)",
    b"\x1f\x8b": "le fichier est compressé : décompressez-le",
    b"{": "c'est du JSON",
    b"[{": "c'est du JSON",
}
"""How files begin that people take for one of answers."""
LEARNER_NAMES: Final = frozenset({"learner", "id", "person", "student", "subject", "apprenant", "unnamed: 0", ""})
LOOKED_AT: Final = 50
FEWEST_NUMBERED: Final = 3
"""Learners in a column of numbers that cannot be answers: fewer may be slips of the pen."""
MOST_COLUMNS: Final = 20_000
CELLS_AT_ONCE: Final = 200_000
LONG_BYTES, WIDE_BYTES = 24, 2
"""About what an answer takes in a file."""

Lines = NDArray[np.int64]
Batch = tuple[Lines, list[list[str]]]
"""The line where each row ends, and the cells of each."""
NO_ROWS: Final[Batch] = (np.zeros(0, dtype=np.int64), [])


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a text file for reading; raises :class:`WrongFile` where it cannot be, or is something else."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
        if other := next((said for start, said in OTHER_FILES.items() if head.startswith(start)), ""):
            raise WrongFile(str(path), [("", f"{other}, attendu du CSV ou du Parquet")])
        wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        with path.open(encoding="utf-16" if wide else "utf-8-sig", newline="") as text:
            yield text
    except UnicodeError:
        raise not_utf_8(path) from None
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


class Table:
    """A CSV file: its header, and its rows one by one.

    ``wide``: a column for each question, called as ``items`` says; ``named``: the first column names the learners.
    """

    def __init__(self, path: Path, text: TextIO) -> None:
        self.path = path
        first = text.readline()
        text.seek(0)
        told = SEPARATOR_TOLD.fullmatch(first.strip(" \r\n"))
        self._reader = csv.reader(text, delimiter=told[1] if told else _separator(first), strict=True)
        if told:
            self._batch(1)
        self.header = self._header()
        names = [name.lower() for name in self.header]
        self.wide = not {"item", "outcome"} & set(names)
        if not self.wide:
            self.header = names
        self._check()
        self._sample = self._batch(LOOKED_AT) if self.wide else NO_ROWS
        self.named = self.wide and _first_is_learner(self.header, self._sample[1])
        self.items = self._items() if self.wide else []
        if self.wide:
            self._refuse_others()

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield the rows that are not blank, so many at a time, once."""
        if self._sample[1]:
            yield self._sample
        while (batch := self._batch(size))[1]:
            yield batch

    def _items(self) -> list[str]:
        items, why = self.header[int(self.named) :], bad_code("le code d'une question")
        said = next((said for item in items if (said := why(item))), "" if items else "aucune colonne de question")
        if said:
            raise WrongFile(str(self.path), [("ligne 1", said)])
        return items

    def _refuse_others(self) -> None:
        """Refuse a table in which a whole column is no question: a score, a group, a long table under other names."""
        rows = [row for row in self._sample[1] if len(row) == len(self.header)]
        for name, *cells in islice(zip(self.header, *rows, strict=True), int(self.named), None):
            there = [cell for cell in map(str.strip, cells) if cell.lower() not in MISSING]
            odd = [cell for cell in there if outcome_of(cell) == WRONG]
            if len(odd) > 1 and 2 * len(odd) > len(there):
                said = f"la colonne {shown(name)} n'est pas celle d'une question : elle contient {shown(odd[0])}"
                wide = "attendu une colonne d'apprenants, « learner », puis une par question, de 0, de 1 et de NA"
                long = "ou une ligne par réponse sous « learner », « item » et « outcome »"
                raise WrongFile(str(self.path), [("ligne 1", f"{said} ; {wide}, {long}")])

    def _batch(self, size: int) -> Batch:
        """Return the next rows that are not blank, none at the end."""
        while True:
            line = self._reader.line_num
            rows = self._guarded(size)
            if not rows:
                return NO_ROWS
            lines = np.arange(line + 1, line + 1 + len(rows))
            if self._reader.line_num - line != len(rows):  # some cells go over several lines
                lines = line + np.cumsum([1 + sum(cell.count("\n") for cell in row) for row in rows])
            full = [bool(row and (row[0] or any(row))) for row in rows]
            if all(full):
                return lines, rows
            if any(full):
                return lines[full], list(compress(rows, full))

    def _guarded(self, size: int) -> list[list[str]]:
        try:
            return list(islice(self._reader, size))
        except csv.Error as error:
            unclosed = "unexpected end" in str(error)
            said = (
                "des guillemets qui ne se ferment pas"
                if unclosed
                else "des guillemets mal placés, ou une case trop longue"
            )
            raise WrongFile(str(self.path), [(f"ligne {self._reader.line_num}", said)]) from None

    def _header(self) -> list[str]:
        for row in self._batch(1)[1]:
            return [cell.strip() for cell in row]
        raise WrongFile(str(self.path), [("", "le fichier est vide")])

    def _check(self) -> None:
        twice = [name for name, count in Counter(self.header).items() if count > 1 and (name or not self.wide)]
        if len(self.header) > MOST_COLUMNS:
            raise WrongFile(str(self.path), [("ligne 1", f"{len(self.header)} colonnes, {MOST_COLUMNS} au plus")])
        if all(name.lower() in MISSING or outcome_of(name) != WRONG for name in self.header):
            said = "attendu les noms des colonnes : learner, item, outcome, ou le code de chaque question"
            raise WrongFile(str(self.path), [("ligne 1", said)])
        if twice:
            raise WrongFile(str(self.path), [("ligne 1", f"la colonne {shown(twice[0])} est là deux fois")])
        missing = [] if self.wide else [name for name in NEEDED if name not in self.header]
        if missing:
            raise WrongFile(str(self.path), [("ligne 1", f"il manque la colonne {shown(missing[0])}")])


def _separator(line: str) -> str:
    """The separator that comes most often outside quotes."""
    outside = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def pieces(table: Table, wrong: WrongRows) -> Iterator[Piece]:
    """Yield the answers of a table; wide ones become long."""
    yield from _wide(table, wrong) if table.wide else _long(table, wrong)


def _long(table: Table, wrong: WrongRows) -> Iterator[Piece]:
    width = len(table.header)
    places = {name: table.header.index(name) for name in (*NEEDED, *OPTIONAL) if name in table.header}
    for batch in table.batches(ROWS_AT_ONCE):
        lines, rows = _whole(batch, width, wrong)
        if rows:
            cells = list(zip(*rows, strict=True))
            yield Piece({name: Coded.of(cells[place]) for name, place in places.items()}, lines)


def _whole(batch: Batch, width: int, wrong: WrongRows) -> Batch:
    """Return the rows with as many cells as the header; note the others."""
    lines, rows = batch
    fits = [len(row) == width for row in rows]
    if all(fits):
        return batch
    for line, row, one in zip(lines.tolist(), rows, fits, strict=True):
        if not one:
            wrong.add([line], f"{len(row)} cases ; attendu {width}, comme à la première ligne")
    return lines[fits], list(compress(rows, fits))


def _wide(table: Table, wrong: WrongRows) -> Iterator[Piece]:
    items, named = table.items, table.named
    number = 0
    for batch in table.batches(max(1, CELLS_AT_ONCE // len(items))):
        lines, rows = _whole(batch, len(table.header), wrong)
        if rows:
            numbers = range(number + 1, number + 1 + len(rows))
            learners = [row[0].strip() for row in rows] if named else list(map(str, numbers))
            yield _unfolded(lines, learners, [row[int(named) :] for row in rows], items, wrong)
        number += len(rows)


def _unfolded(lines: Lines, learners: list[str], rows: list[list[str]], items: list[str], wrong: WrongRows) -> Piece:
    """Return the long form of wide rows."""
    cells = Coded.of(list(chain.from_iterable(rows)))
    people = Coded.of(learners)
    kept = np.array([cell.strip().lower() not in MISSING for cell in cells.values])[cells.places]
    who, what = np.divmod(np.flatnonzero(kept), len(items))
    refuse_empty(people, lines, wrong)
    columns = {
        "learner": Coded(people.values, people.places[who]),
        "item": Coded(tuple(items), what),
        "outcome": Coded(cells.values, cells.places[kept]),
    }
    return Piece(columns, lines[who])


def refuse_empty(people: Coded, lines: Lines, wrong: WrongRows) -> None:
    """Note the rows without a learner, which have no answer that would say so."""
    for place, value in enumerate(people.values):
        if not value:
            wrong.add(lines[people.places == place].tolist(), "attendu un apprenant, trouvé une case vide")


def _first_is_learner(header: list[str], sample: list[list[str]]) -> bool:
    """Whether the first column names the learners: by its own name, or because no cell of it is an answer; numbers from
    0 or 1 on are names, too, if no two are the same.
    """
    if header[0].lower() in LEARNER_NAMES:
        return True
    cells = [row[0].strip().lower() for row in sample if row]
    if any(cell in MISSING for cell in cells):
        return False
    answers = sum(outcome_of(cell) != WRONG for cell in cells)
    numbered = len(set(cells)) == len(cells) >= answers + FEWEST_NUMBERED
    return bool(cells) and (not answers or numbered)


def rows_expected(path: Path, *, wide: bool) -> int:
    """About how many answers a file holds, from its size: what the number of partitions is taken from."""
    return path.stat().st_size // (WIDE_BYTES if wide else LONG_BYTES)
