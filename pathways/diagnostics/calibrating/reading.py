"""Answers, from a file of any of the formats or from elsewhere, spread over partitions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from pathways.diagnostics.calibrating import csv_files
from pathways.diagnostics.calibrating.columns import Piece, WrongRows
from pathways.diagnostics.calibrating.files import unreadable
from pathways.diagnostics.calibrating.parquet_files import ParquetTable
from pathways.diagnostics.calibrating.partitions import Spill
from pathways.diagnostics.simulating.problems import WrongFile

PARQUET: Final = b"PAR1"


class Source(Protocol):
    """Answers that stand in no file. As a text it says which ones they are."""

    @property
    def rows(self) -> int:
        """About how many answers there are."""
        ...

    def pieces(self) -> Iterator[Piece]:
        """Yield the answers, once."""
        ...


def read(data: Path | Source, folder: Path, known: frozenset[str] | None = None) -> Spill:
    """Read answers into partitions in ``folder``; raises :class:`WrongFile` with what is wrong in them.

    ``known``: the item codes that there may be, all if not given.
    """
    if isinstance(data, Path) and data.is_fifo():
        return _piped(data, folder, known)
    if not isinstance(data, Path):
        spill, wrong = _elsewhere(data, folder, known)
    else:
        spill, wrong = _parquet(data, folder, known) if _is_parquet(data) else _csv(data, folder, known)
    wrong.refuse()
    if not spill.met.answers:
        said = "le fichier ne contient aucune réponse" if isinstance(data, Path) else "il n'y en a encore aucune"
        raise WrongFile(str(data), [("", said)])
    return spill


def _piped(pipe: Path, folder: Path, known: frozenset[str] | None) -> Spill:
    """Read what comes through a pipe, which nobody can read twice: from a copy."""
    copy = folder / "piped"
    try:
        with pipe.open("rb") as given, copy.open("wb") as file:
            shutil.copyfileobj(given, file)
    except OSError as error:
        raise unreadable(pipe, error) from None
    try:
        return read(copy, folder, known)
    except WrongFile as error:
        raise WrongFile(str(pipe), error.problems, error.count) from None
    finally:
        copy.unlink()


def _elsewhere(source: Source, folder: Path, known: frozenset[str] | None) -> tuple[Spill, WrongRows]:
    spill, wrong = Spill(folder, source.rows, known), WrongRows(str(source))
    for piece in source.pieces():
        spill.take(piece, wrong)
    return spill, wrong


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(PARQUET)) == PARQUET
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def _parquet(path: Path, folder: Path, known: frozenset[str] | None) -> tuple[Spill, WrongRows]:
    table = ParquetTable(path)
    spill, wrong = Spill(folder, table.rows, known), WrongRows(str(path), "ligne")
    for piece in table.pieces():
        spill.take(piece, wrong)
    return spill, wrong


def _csv(path: Path, folder: Path, known: frozenset[str] | None) -> tuple[Spill, WrongRows]:
    wrong = WrongRows(str(path))
    with csv_files.opened(path) as text:
        table = csv_files.Table(path, text)
        spill = Spill(folder, csv_files.rows_expected(path, wide=table.wide), known)
        if table.wide:
            spill.expect(table.items)
        for piece in csv_files.pieces(table, wrong):
            spill.take(piece, wrong)
    return spill, wrong
