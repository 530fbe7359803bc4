"""The worker's loop: deliver what the outbox holds, take away what time takes away."""

from __future__ import annotations

import logging
import signal
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from pathways import outbox
from pathways.database import Database
from pathways.settings import Settings

PAUSE_SECONDS = 2.0
UPKEEP_SECONDS = 3600.0

log = logging.getLogger(__name__)


def work(settings: Settings, database: Database, *, once: bool = False, stop: threading.Event | None = None) -> None:
    """Work until told to stop (SIGTERM, Ctrl-C), or until nothing is due if ``once``."""
    from pathways.app import handlers, upkeep  # noqa: PLC0415 - the table of handlers knows every feature

    if stop is None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    table, last_upkeep = handlers(settings), -UPKEEP_SECONDS
    while not stop.is_set():
        try:
            if time.monotonic() - last_upkeep >= UPKEEP_SECONDS:
                with database.begin() as db:
                    upkeep(db)
                last_upkeep = time.monotonic()
            while outbox.deliver_one(database, table) and not stop.is_set():
                pass
        except SQLAlchemyError:
            if once:
                raise
            log.exception("the worker could not reach the database; it tries again")
        if once:
            return
        stop.wait(PAUSE_SECONDS)


def start_beside(settings: Settings) -> None:
    """On SQLite, the one process that serves also works, in a thread that ends with it."""

    def run() -> None:
        database = Database(settings.database_url)
        work(settings, database, stop=threading.Event())

    threading.Thread(target=run, name="worker", daemon=True).start()
