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
        heads = [str(name).strip().lower() for name in self._file.schema_arrow.names]
        self._names = dict(zip(heads, map(str, self._file.schema_arrow.names), strict=True))
        if twice := [name for name in (*NEEDED, *OPTIONAL) if heads.count(name) > 1]:
            raise WrongFile(str(path), [("", f"la colonne {shown(twice[0])} est là deux fois")])
        missing = [name for name in NEEDED if name not in self._names]
        if missing:
            raise WrongFile(str(path), [("", f"il manque la colonne {shown(missing[0])}")])
        self._wanted = {self._names[name]: name for name in (*NEEDED, *OPTIONAL) if name in self._names}
        for own in self._wanted:
            if pa.types.is_nested(kind := self._file.schema_arrow.field(own).type):
                said = f"colonne {shown(own)} : attendu une valeur par ligne, trouvé {kind}"
                raise WrongFile(str(path), [("", said)])

    @property
    def rows(self) -> int:
        """How many answers there are."""
        return int(self._file.metadata.num_rows)

    def pieces(self) -> Iterator[Piece]:
        """Yield the answers."""
        wanted = self._wanted
        first = 1
        try:
            for batch in self._file.iter_batches(batch_size=ROWS_AT_ONCE, columns=list(wanted)):
                columns = {wanted[name]: self._coded(name, batch.column(name)) for name in batch.schema.names}
                yield Piece(columns, np.arange(first, first + batch.num_rows))
                first += batch.num_rows
        except (OSError, self._errors) as error:
            raise WrongFile(str(self.path), [("", f"le fichier est abîmé ({type(error).__name__})")]) from None

    def _coded(self, name: str, column: Any) -> Coded:
        coded = column if hasattr(column, "dictionary") else column.dictionary_encode()
        try:
            values = [_text(value) for value in coded.dictionary.to_pylist()]
        except UnicodeDecodeError:
            raise WrongFile(str(self.path), [("", f"colonne {shown(name)} : un texte n'est pas de l'UTF-8")]) from None
        places = coded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False).astype(np.intp)
        return Coded((*values, ""), places)


def _text(value: object) -> str:
    """Return a value as CSV would have it; some programs write texts without saying that they are texts."""
    return value.decode() if isinstance(value, bytes) else "" if value is None else str(value)
