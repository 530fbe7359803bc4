"""Parquet of answers, row group after row group."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from pathways.diagnostics.calibrating.columns import NEEDED, OPTIONAL, Coded, Piece
from pathways.diagnostics.simulating.problems import WrongFile, shown

ROWS_AT_ONCE: Final = 65_536


class ParquetTable:
    """A Parquet file of long answers; raises :class:`WrongFile` where it is none."""

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415 - 40 MB, for those who have such a file
            from pyarrow import parquet  # noqa: PLC0415 - same
        except ImportError:
            raise WrongFile(str(path), [("", "pour lire un fichier Parquet, il faut installer pyarrow")]) from None
        self.path = path
        self._text = pa.string()
        try:
            self._file: Any = parquet.ParquetFile(path, pre_buffer=False)  # else all of it is held in memory
        except (OSError, pa.ArrowException) as error:
            said = getattr(error, "strerror", None) or "ce n'est pas un fichier Parquet"
            raise WrongFile(str(path), [("", f"le fichier ne se lit pas ({said})")]) from None
        self._errors = pa.ArrowException
        self._names = {str(name).strip().lower(): str(name) for name in self._file.schema_arrow.names}
        missing = [name for name in NEEDED if name not in self._names]
        if missing:
            raise WrongFile(str(path), [("", f"il manque la colonne {shown(missing[0])}")])

    @property
    def rows(self) -> int:
        """How many answers there are."""
        return int(self._file.metadata.num_rows)

    def pieces(self) -> Iterator[Piece]:
        """Yield the answers."""
        wanted = {self._names[name]: name for name in (*NEEDED, *OPTIONAL) if name in self._names}
        first = 1
        try:
            for batch in self._file.iter_batches(batch_size=ROWS_AT_ONCE, columns=list(wanted)):
                columns = {wanted[name]: self._coded(batch.column(name)) for name in batch.schema.names}
                yield Piece(columns, np.arange(first, first + batch.num_rows))
                first += batch.num_rows
        except (OSError, self._errors) as error:
            raise WrongFile(str(self.path), [("", f"le fichier est abîmé ({type(error).__name__})")]) from None

    def _coded(self, column: Any) -> Coded:
        coded = column if hasattr(column, "dictionary") else column.dictionary_encode()
        values = ["" if value is None else str(value) for value in coded.dictionary.to_pylist()]
        places = coded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False).astype(np.intp)
        return Coded((*values, ""), places)
