"""A pool of processes that judge strangers' files (:mod:`worker`): warm, bounded, and replaced when they are ended.

A hostile file keeps its reader busy for ever, or fills its memory; in a library of C or Rust, no exception gets out of
there. So each task has so many seconds by the clock on the wall, then its process is ended and another takes its
place. Processes are started by a program of their own, never forked from a server with threads, and at the first task:
a server that verifies nothing has none.
"""

from __future__ import annotations

import json
import logging
import math
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from pathways.badges.verifying.sources import Documents
from pathways.badges.verifying.tasks import LENGTH, Task
from pathways.badges.verifying.verdict import Verdict, unreadable

SECONDS = 2.0
"""By the clock on the wall, for one task."""
STARTING = 20.0
"""Seconds for a process to load its libraries, on a busy computer."""
TASKS = 2_000
"""After which a process gives way to a fresh one: whatever libraries keep stays small."""
LARGEST_ANSWER = 1_000_000
_BY_OTHERS = frozenset(-getattr(signal, name, signal.SIGTERM) for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"))
_ROOT = Path(__file__).parents[3]
_PROGRAM = "from pathways.badges.verifying.worker import main; main()"
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "LANG", "TZ")
"""All that a process needs of the environment; secrets and addresses of databases are not among it."""

log = logging.getLogger(__name__)


class TooBusy(Exception):
    """So many files are being judged, and so many wait, that this one is not taken."""


class Unable(Exception):
    """No process can be started, or none has what it needs. ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Ended(Exception):
    """A process is no more: it fell, or somebody ended it."""


class _Late(Exception):
    """A process did not answer in time, and was ended."""


class Pool:
    """``size`` tasks at once, ``waiting`` more that wait for so many ``patience`` seconds."""

    def __init__(
        self, size: int = 2, *, waiting: int = 8, patience: float = 5.0, seconds: float = SECONDS, tasks: int = TASKS
    ) -> None:
        self.size, self.waiting, self.patience, self.seconds, self.tasks = size, waiting, patience, seconds, tasks
        self._places = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: deque[_Worker] = deque()
        self._all: set[_Worker] = set()
        self._asking = 0
        self._closed = False
        self._ending = weakref.finalize(self, _end, self._all)  # whoever forgets to close it leaves no process behind

    def judge(self, data: bytes, documents: Documents, now: datetime, *, email: str = "") -> Verdict | list[str]:
        """The verdict on ``data``, or the addresses that are wanted before one can be given (``judging.needs``).

        A file that takes too long has a verdict, too: ``too-complicated``. Raises :class:`TooBusy` and :class:`Unable`.
        """
        task = Task(data, documents, now, email)
        self._enter()
        try:
            answer = self._answered(task)
        finally:
            self._leave()
        try:
            if "verdict" in answer:
                return Verdict.from_json(answer["verdict"])
            return [str(url) for url in answer["wanted"]]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unable("failed") from error

    def close(self) -> None:
        """End every process. Tasks that are under way raise :class:`Unable`."""
        with self._lock:
            self._closed = True
            self._idle.clear()
        self._ending()

    # --- who may come in ---

    def _enter(self) -> None:
        with self._lock:
            if self._closed:
                raise Unable("closed")
            if self._asking >= self.size + self.waiting:
                raise TooBusy
            self._asking += 1
        if not self._places.acquire(timeout=self.patience):
            with self._lock:
                self._asking -= 1
            raise TooBusy

    def _leave(self) -> None:
        self._places.release()
        with self._lock:
            self._asking -= 1

    # --- processes ---

    def _answered(self, task: Task) -> dict[str, Any]:
        """A process that somebody ended is not the file's fault: another one is tried, once."""
        for _ in range(2):
            worker = self._taken()
            try:
                worker.wait_until_ready()
                answer = worker.ask(task, self.seconds)
            except _Ended:
                self._drop(worker)
                if worker.fell:
                    log.warning("a file made the process fall that was to judge it")
                    return {"verdict": unreadable("too-complicated").to_json()}
                continue
            except _Late:
                self._drop(worker)
                log.warning("a file was not judged in time; its process was ended")
                return {"verdict": unreadable("too-complicated").to_json()}
            except Unable:
                self._drop(worker, replaced=False)
                raise
            self._give_back(worker, spent=bool(answer.get("spent")))
            if "failed" in answer:
                log.error("a file was not judged: %s", answer["failed"])
                raise Unable("failed")
            return answer
        if self._closed:
            raise Unable("closed")
        log.warning("a file ended two processes that were to judge it")
        return {"verdict": unreadable("too-complicated").to_json()}

    def _taken(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise Unable("closed")
            if self._idle:
                return self._idle.pop()
            worker = _Worker()
            self._all.add(worker)
            return worker

    def _give_back(self, worker: _Worker, *, spent: bool) -> None:
        with self._lock:
            if not spent and worker.tasks < self.tasks and not self._closed and worker.is_alive:
                self._idle.append(worker)
                return
        self._drop(worker)

    def _drop(self, worker: _Worker, *, replaced: bool = True) -> None:
        """End it, and start another in its place, so that the next visitor finds it warm."""
        worker.end()
        with self._lock:
            self._all.discard(worker)
            if not replaced or self._closed or len(self._all) >= self.size:
                return
            with suppress(Unable):  # whoever needs it next is told
                fresh = _Worker()
                self._all.add(fresh)
                self._idle.appendleft(fresh)


def _end(workers: set[_Worker]) -> None:
    while workers:
        workers.pop().end()


class _Worker:
    """One process, asked by one thread at a time."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - a program of ours, with nothing of anybody's in it
                [sys.executable, "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env=environment | {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            )
        except OSError as error:
            raise Unable("no-process") from error
        self._watch = _Watch(self._process)
        self.tasks = 0
        self._ready = False

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def fell(self) -> bool:
        """Whether it ended by its own doing (out of memory, out of computing time), once it has ended."""
        return self._process.poll() not in _BY_OTHERS

    def wait_until_ready(self) -> None:
        if not self._ready:
            try:
                with self._watch.within(STARTING):
                    answer = self._read()
            except _Late:
                raise Unable("no-process") from None
            if "failed" in answer:
                raise Unable(str(answer["failed"]))
            self._ready = True

    def ask(self, task: Task, seconds: float) -> dict[str, Any]:
        """The answer; raises :class:`_Late` when there is none in time, :class:`_Ended` when there never will be."""
        body = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
        self.tasks += 1
        with self._watch.within(seconds):
            self._write(LENGTH.pack(len(body)) + body)
            return self._read()

    def end(self) -> None:
        self._watch.close()
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except OSError:
                log.debug("a pipe of a process that was ended still held something")
        self._process.wait()

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise _Ended from error

    def _read(self) -> dict[str, Any]:
        """One answer. What a process that was taken over might say is bounded, too."""
        head = self._exactly(LENGTH.size)
        length: int = LENGTH.unpack(head)[0]
        if length > LARGEST_ANSWER:
            raise _Ended
        try:
            answer = json.loads(self._exactly(length))
        except (ValueError, RecursionError) as error:
            raise _Ended from error
        if not isinstance(answer, dict):
            raise _Ended
        return answer

    def _exactly(self, count: int) -> bytes:
        assert self._process.stdout is not None
        try:
            data = self._process.stdout.read(count)
        except (OSError, ValueError) as error:
            raise _Ended from error
        if len(data) < count:
            raise _Ended
        return data


class _Watch:
    """Ends a process that is asked for too long, and nobody else: what was answered in time is over before it can. A
    thread, since nothing else gets another one out of a read on every system; one for as long as the process lives,
    since to start one for each task would take as long as some tasks do. It is woken only for what ends sooner than
    what it waits for.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._turn = threading.Condition()
        self._ends = self._wakes = math.inf
        self._fired = self._closed = False
        threading.Thread(target=self._keep, daemon=True).start()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Raises :class:`_Late`, whatever else went wrong, where the process was ended meanwhile."""
        with self._turn:
            self._ends = time.monotonic() + seconds
            if self._ends < self._wakes:
                self._turn.notify()
        try:
            yield
        finally:
            with self._turn:
                self._ends = math.inf
            if self._fired:
                raise _Late from None

    def close(self) -> None:
        with self._turn:
            self._closed = True
            self._turn.notify()

    def _keep(self) -> None:
        with self._turn:
            while not self._closed:
                left = self._ends - time.monotonic()
                if left <= 0:
                    self._fired = True
                    self._process.kill()
                    return
                self._wakes = self._ends
                self._turn.wait(None if left == math.inf else left)
