"""The worker's loop: deliver what the outbox holds, take away what time takes away."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pathways import outbox
from pathways.database import Database
from pathways.outbox import Handler

PAUSE_SECONDS = 2.0
UPKEEP_SECONDS = 3600.0
COUNTING_SECONDS = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do: a handler per event, what is done once an hour, and what is counted every half minute."""

    handlers: Mapping[str, Handler]
    upkeep: Callable[[Session], None]
    count: Callable[[Session], int]
    """Counts some of what is over; 0 when nothing is left."""
    daily: Callable[[Database, Callable[[], bool]], object] = lambda *_: None
    """What takes minutes and no turn of a writer: looked at once an hour, it knows itself whether it is due."""


def until_told_to_stop() -> threading.Event:
    """An event that SIGTERM and Ctrl-C set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def work(database: Database, work: Work, *, stop: threading.Event, once: bool = False) -> None:
    """Work until ``stop`` is set, or until nothing is due if ``once``. A database out of reach is tried again."""
    last_upkeep = last_count = last_daily = -UPKEEP_SECONDS
    while not stop.is_set():
        try:
            if time.monotonic() - last_upkeep >= UPKEEP_SECONDS:
                with database.begin() as db:
                    work.upkeep(db)
                last_upkeep = time.monotonic()
            if time.monotonic() - last_count >= COUNTING_SECONDS:
                _count_all(database, work.count, stop)
                last_count = time.monotonic()
            while not stop.is_set() and outbox.deliver_one(database, work.handlers):
                pass
            if time.monotonic() - last_daily >= UPKEEP_SECONDS:
                last_daily = time.monotonic()
                _daily(database, work, stop)
        except SQLAlchemyError:
            if once:
                raise
            log.exception("the worker could not reach the database; it tries again")
        if once:
            return
        stop.wait(PAUSE_SECONDS)


def _daily(database: Database, what: Work, stop: threading.Event) -> None:
    """What fails here is for a person to look at, and must not keep mails and erasures waiting."""
    try:
        what.daily(database, stop.is_set)
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("the daily work failed; it is tried again in an hour")


def _count_all(database: Database, count: Callable[[Session], int], stop: threading.Event) -> None:
    """Count part by part: between two transactions, others write."""
    left = 1
    while left and not stop.is_set():
        with database.begin() as db:
            left = count(db)


@contextmanager
def beside(database: Database, what: Work) -> Iterator[None]:
    """On SQLite, the one process that serves also works, in a thread that shares its writer's turn and ends with it."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(database, what), kwargs={"stop": stop}, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=PAUSE_SECONDS * 2)
