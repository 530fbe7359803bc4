"""The same sittings in several processes: results come in the order of the learners, whoever worked them out.

Process number w of W takes every W-th group of learners, and hands their results over as soon as somebody reads them:
a pipe that is full makes it wait. So nothing piles up, and nothing depends on who is faster.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnProcess
from typing import Any, Final, Protocol

from pathways.diagnostics.engine import Compiled
from pathways.diagnostics.simulating import trace
from pathways.diagnostics.simulating.generators import GeneratedLearners
from pathways.diagnostics.simulating.learners import Learner
from pathways.diagnostics.simulating.sittings import Room, Task
from pathways.diagnostics.simulating.summary import Outline, outline

GROUP: Final = 8

Result = tuple[Outline, bytes]
"""What the summary needs of a sitting, and the lines of its trace."""


class ProcessLost(RuntimeError):
    """One of the processes ended before its work, as when the system is short of memory."""


@dataclass(frozen=True, slots=True)
class Work:
    """A task, and whether its trace is wanted."""

    task: Task
    traced: bool


class _Pipe(Protocol):
    """An end of a pipe, whatever the system calls it."""

    def send(self, obj: Any) -> None: ...
    def recv(self) -> Any: ...
    def close(self) -> None: ...


def results_of(
    work: Work, learners: Sequence[Learner], *, jobs: int = 1, compiled: Compiled | None = None
) -> Generator[Result]:
    """Yield what happened to each learner, in their order: the same whatever ``jobs`` is.

    ``compiled``: the structure of the task, where it was compiled already. Raises :class:`ProcessLost`. Closing the
    iterator ends the processes.
    """
    jobs = min(jobs, -(-len(learners) // GROUP))
    if jobs > 1:
        yield from _in_processes(work, learners, jobs)
        return
    room = Room(work.task, compiled)
    for learner in learners:
        yield _result(room, learner, traced=work.traced)


def _result(room: Room, learner: Learner, *, traced: bool) -> Result:
    sitting = room.sit(learner)
    written = trace.lines(sitting, room.compiled.skill_codes) if traced else b""
    return outline(sitting), written


def _in_processes(work: Work, learners: Sequence[Learner], jobs: int) -> Iterator[Result]:
    groups = [range(start, min(start + GROUP, len(learners))) for start in range(0, len(learners), GROUP)]
    context = multiprocessing.get_context("spawn")  # a copy of a process with threads may hang
    pipes: list[_Pipe] = []
    processes: list[SpawnProcess] = []
    try:
        with _interrupts_held():  # what is started now inherits it: Ctrl-C is for this process alone
            for number in range(jobs):
                own = groups[number::jobs]
                # A generator makes its people itself; of a list, each process gets those that it needs.
                share = (
                    learners
                    if isinstance(learners, GeneratedLearners)
                    else {i: learners[i] for one in own for i in one}
                )
                reading, writing = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(writing, work, share, own), daemon=True)
                process.start()
                writing.close()
                pipes.append(reading)
                processes.append(process)
        for number in range(len(groups)):
            yield from _received(pipes[number % jobs])
    finally:
        for process in processes:
            process.terminate()
        for pipe in pipes:
            pipe.close()
        for process in processes:
            process.join()


def _received(pipe: _Pipe) -> list[Result]:
    try:
        return pipe.recv()
    except (EOFError, ConnectionError):
        raise ProcessLost from None


def _work(pipe: _Pipe, work: Work, learners: Sequence[Learner] | Mapping[int, Learner], own: list[range]) -> None:
    """Hand over the results of these learners, group after group; end in peace when nobody reads them any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    room = Room(work.task)
    with suppress(BrokenPipeError, ConnectionResetError):
        for group in own:
            pipe.send([_result(room, learners[place], traced=work.traced) for place in group])


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C waiting for a moment, where the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # The first process that is spawned would start this one, which lets signals through again as it ends.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
