"""The passes of a calibration on a Dask cluster: the scheduler is somebody else's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from pathways.diagnostics.calibrating.passes import Held, Work
from pathways.diagnostics.calibrating.preparing import Details, details_of, patterns_of
from pathways.errors import SettingsError

CONNECTING: Final = "20s"


class Cluster:
    """The workers of a scheduler; partitions are sent to them once, then only parameters travel.

    Raises :class:`SettingsError` without Dask, or where nobody answers at ``address``.
    """

    def __init__(self, model: Any, paths: Sequence[Path], address: str) -> None:
        try:
            from distributed import Client  # noqa: PLC0415 - of the optional extra `cluster`
        except ImportError:
            raise SettingsError("Pour --scheduler, il faut installer pathways[cluster] (Dask).") from None
        try:
            self._client: Any = Client(address, timeout=CONNECTING, set_as_default=False)
        except (OSError, ValueError) as error:
            raise SettingsError(f"Aucun ordonnanceur Dask ne répond à {address[:200]}.") from error
        self._model = self._client.scatter(model, broadcast=True, hash=False)
        self._partitions = [self._client.scatter(_sent(path), hash=False) for path in paths]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def each(self, work: Work, *arguments: Any) -> Iterator[Any]:
        """Yield the result for each partition, in order."""
        futures = [
            self._client.submit(work, self._model, partition, *arguments, pure=False) for partition in self._partitions
        ]
        while futures:
            yield futures.pop(0).result()


def _sent(path: Path) -> Held:
    """Return a partition that needs no disk."""
    return Held(patterns_of(path), partial(_same, details_of(path)))


def _same(details: Details) -> Details:
    return details
