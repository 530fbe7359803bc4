"""Answers back in the order of time: partitions go by learner, drift goes by the order of the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.engine.arrays import Floats, Integers

ROWS_AT_ONCE: Final = 200_000
RECORD: Final = np.dtype([("row", "<i8"), ("variant", "<i4"), ("ratios", "<f4", 2)])


class History:
    """What each answer says of drift, taken in any order and given back in that of the file.

    Answers are laid down by stretches of the file, and a stretch is sorted when it is read: memory does not grow.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stretches: set[int] = set()

    def take(self, rows: NDArray[np.int64], variants: Integers, ratios: Floats) -> None:
        """Take answers: place in the file [R], variant [R], and two log ratios [R, 2]."""
        records = np.zeros(len(rows), dtype=RECORD)
        records["row"], records["variant"], records["ratios"] = rows, variants, ratios
        stretch = records["row"] // ROWS_AT_ONCE
        order = np.argsort(stretch, kind="stable")
        met, first = np.unique(stretch[order], return_index=True)
        for number, own in zip(met.tolist(), np.split(order, first[1:]), strict=True):
            self._stretches.add(number)
            with self._path(number).open("ab") as file:
                file.write(records[own].tobytes())

    def pieces(self) -> Iterator[tuple[Integers, Floats]]:
        """Yield variants and ratios, from the first row to the last."""
        for number in sorted(self._stretches):
            records: NDArray[Any] = np.frombuffer(self._path(number).read_bytes(), dtype=RECORD)
            records = records[np.argsort(records["row"], kind="stable")]
            yield records["variant"].astype(np.intp), records["ratios"].astype(np.float64)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06}.history"
