"""A file of answers, of any of the formats, spread over partitions."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pathways.diagnostics.calibrating import csv_files
from pathways.diagnostics.calibrating.columns import WrongRows
from pathways.diagnostics.calibrating.files import unreadable
from pathways.diagnostics.calibrating.parquet_files import ParquetTable
from pathways.diagnostics.calibrating.partitions import Spill
from pathways.diagnostics.simulating.problems import WrongFile

PARQUET: Final = b"PAR1"


def read(path: Path, folder: Path, known: frozenset[str] | None = None) -> Spill:
    """Read a file of answers into partitions in ``folder``; raises :class:`WrongFile` with what is wrong in it.

    ``known``: the item codes that there may be, all if not given.
    """
    spill, wrong = _parquet(path, folder, known) if _is_parquet(path) else _csv(path, folder, known)
    wrong.refuse()
    if not spill.met.answers:
        raise WrongFile(str(path), [("", "le fichier ne contient aucune réponse")])
    return spill


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
