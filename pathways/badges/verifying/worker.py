"""The process in which strangers' files are read and judged; started by :mod:`workers`, and by nobody else.

It has what it needs and no more: no secret in its environment, no file to write, a bound of memory and of computing
time, and it ends when whoever started it ends. It is told in pickles (by whom it trusts), and answers in JSON (it is
not trusted itself). Each message is preceded by its length, four bytes.
"""

from __future__ import annotations

import json
import os
import pickle
from contextlib import suppress
from functools import lru_cache
from typing import Any, BinaryIO

from pathways.badges.formats.errors import FormatError
from pathways.badges.verifying import judging
from pathways.badges.verifying.plain_json import Unreadable
from pathways.badges.verifying.reading import Read, read
from pathways.badges.verifying.tasks import LENGTH, Task
from pathways.badges.verifying.verdict import unreadable

try:
    import resource
except ImportError:  # Windows: time is limited from outside, memory is not
    resource = None

MEMORY = 256 * 1024 * 1024
"""Bytes that a task may have beyond what the process has when it begins to work."""
SECONDS = 3
"""Of computing for one task. Whoever started this ends it before; this is for when nobody is there to do so."""
OPEN_FILES = 32


def done(task: Task) -> dict[str, Any]:
    """``{"wanted": [addresses]}``, or ``{"verdict": ...}`` once nothing is."""
    try:
        found = _read(task.data)
    except Unreadable as why:
        return {"verdict": unreadable(why.code).to_json()}
    if wanted := judging.needs(found, task.documents):
        return {"wanted": wanted}
    return {"verdict": judging.judge(found, task.documents, task.now, email=task.email).to_json()}


@lru_cache(maxsize=1)
def _read(data: bytes) -> Read:
    """The latest file: most are asked about twice, before and after what they want was brought."""
    return read(data)


def main() -> None:
    """Work until nobody asks any more."""
    with suppress(BrokenPipeError, KeyboardInterrupt):
        _work()


def _work() -> None:
    asking, answering = _own_pipes()
    try:
        judging.warm()
    except FormatError as why:
        _answer(answering, {"failed": why.code})
        return
    _bound()
    _answer(answering, {"ready": True})
    while (task := _next(asking)) is not None:
        _allow_time()
        _answer(answering, _guarded(task))


def _guarded(task: Task) -> dict[str, Any]:
    """Whatever a file does, there is an answer. What nobody foresaw is told by its kind, never by what it held."""
    try:
        return done(task)
    except MemoryError:
        return {"verdict": unreadable("too-complicated").to_json(), "spent": True}
    except Exception as error:  # noqa: BLE001 - the last place where a stranger's file can be answered
        return {"failed": type(error).__name__, "spent": True}


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """What is told and answered goes through pipes that no library prints into."""
    asking, answering = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    os.close(nothing)
    return asking, answering


def _bound() -> None:
    if resource is None:
        return
    for limit, most in (
        (resource.RLIMIT_DATA, _held() + MEMORY),
        (resource.RLIMIT_AS, _mapped() + 2 * MEMORY),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # an operator may have set it lower, and then it is lower
            resource.setrlimit(limit, (most, most))


def _held() -> int:
    """Bytes of data that this process has; where the system does not say, what it had at most."""
    return _memory(5)


def _mapped() -> int:
    """Bytes of addresses that this process has, libraries included."""
    return _memory(0)


def _memory(column: int) -> int:
    """A column of Linux's ``/proc/self/statm``, in bytes; elsewhere a guess that is large enough."""
    assert resource is not None
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - one line, of a system that has it
            return int(file.read().split()[column]) * resource.getpagesize()
    except OSError:
        return 4 * MEMORY


def _allow_time() -> None:
    """So many seconds from now on."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + SECONDS, hard))


def _next(asking: BinaryIO) -> Task | None:
    head = asking.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    body = asking.read(LENGTH.unpack(head)[0])
    task = pickle.loads(body)  # noqa: S301 - from the process that started this one, through a pipe of its own
    assert isinstance(task, Task)
    return task


def _answer(answering: BinaryIO, answer: dict[str, Any]) -> None:
    body = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")
    answering.write(LENGTH.pack(len(body)) + body)
    answering.flush()
