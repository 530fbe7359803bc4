"""Passes over all partitions: the same work on each, in one process, in several, or on a cluster.

Results come in the order of the partitions and are added in that order, so that a sum does not depend on who computed
its parts: with any number of processes it is the same to the last bit.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

from pathways.diagnostics.calibrating.preparing import Details, details_of, patterns_of
from pathways.diagnostics.engine.calibration.answers import Block
from pathways.diagnostics.engine.calibration.em import added

KEPT_BYTES: Final = 8_000_000
"""Partitions that a process keeps in memory between two passes; those beyond are read again."""
AHEAD: Final = 2

Work = Callable[..., Any]
"""``work(model, held, *arguments)``: a function of a module, so that another process finds it."""


@dataclass(frozen=True, eq=False)
class Held:
    """A partition with its patterns at hand; ``details`` reads what is looked at once, sitting by sitting."""

    patterns: Block
    details: Callable[[], Details]


def bytes_of(block: Block) -> int:
    """Return about how much memory a block takes."""
    arrays = [block.groups, block.weights, *(block.given or ()), *(() if block.cells is None else (block.cells,))]
    return sum(array.nbytes for array in arrays)


class Passes(Protocol):
    """Something that goes over all partitions."""

    def each(self, work: Work, *arguments: Any) -> Iterator[Any]:
        """Yield the result for each partition, in order."""
        ...


def total(passes: Passes, work: Work, *arguments: Any) -> Any:
    """Return the sum of the results, added in the order of the partitions."""
    results = passes.each(work, *arguments)
    whole = next(results)
    for result in results:
        whole = added(whole, result)
    return whole


class Shelf:
    """Partitions on disk; the patterns of the first ones are kept in memory."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)
        self._kept: dict[int, Block] = {}
        self._bytes = 0

    def work(self, work: Work, model: Any, number: int, arguments: tuple[Any, ...]) -> Any:
        """Do the work on one partition."""
        return work(model, Held(self._patterns(number), partial(details_of, self.paths[number])), *arguments)

    def _patterns(self, number: int) -> Block:
        if number not in self._kept:
            found = patterns_of(self.paths[number])
            size = bytes_of(found)
            if self._bytes + size > KEPT_BYTES:
                return found
            self._kept[number] = found
            self._bytes += size
        return self._kept[number]


class Alone:
    """All in this process."""

    def __init__(self, model: Any, paths: Sequence[Path]) -> None:
        self._model, self._shelf = model, Shelf(paths)

    def each(self, work: Work, *arguments: Any) -> Iterator[Any]:
        for number in range(len(self._shelf.paths)):
            yield self._shelf.work(work, self._model, number, arguments)


class Together:
    """Several processes, each of which reads what it works on."""

    def __init__(self, model: Any, paths: Sequence[Path], jobs: int) -> None:
        self._count = len(paths)
        self._jobs = min(jobs, len(paths))
        context = multiprocessing.get_context("spawn")  # a forked copy of a process with threads may hang
        self._executor = ProcessPoolExecutor(
            self._jobs, mp_context=context, initializer=_begin, initargs=(model, tuple(paths))
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def each(self, work: Work, *arguments: Any) -> Iterator[Any]:
        waiting: deque[Future[Any]] = deque()
        numbers = iter(range(self._count))
        with _interrupts_held():  # processes that are started now inherit it: Ctrl-C is for this one alone
            for number in _some(numbers, AHEAD * self._jobs):
                waiting.append(self._executor.submit(_held, work, number, arguments))
        while waiting:
            yield waiting.popleft().result()
            for number in _some(numbers, 1):
                waiting.append(self._executor.submit(_held, work, number, arguments))


def _some(numbers: Iterator[int], count: int) -> Iterator[int]:
    for _, number in zip(range(count), numbers, strict=False):
        yield number


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C waiting for a moment, where the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_here: list[tuple[Any, Shelf]] = []
"""Of a process of :class:`Together`: model and partitions, made once."""


def _begin(model: Any, paths: Sequence[Path]) -> None:
    from pathways.web.server import end_with_parent  # noqa: PLC0415 - only the processes need it

    end_with_parent()
    with suppress(ValueError):  # not the main thread of the process
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    _here.append((model, Shelf(paths)))


def _held(work: Work, number: int, arguments: tuple[Any, ...]) -> Any:
    model, shelf = _here[0]
    return shelf.work(work, model, number, arguments)
