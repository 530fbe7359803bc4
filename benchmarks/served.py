"""Databases and served instances for the measures that go over HTTP."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pathways import content, demo, migrating
from pathways.clock import now
from pathways.database import Database
from pathways.settings import resource
from tests.parts import postgres

KINDS = ("SQLite, one process", "PostgreSQL, two processes")


@dataclass(frozen=True)
class Prepared:
    """A migrated database with the shipped content and the demonstration's diagnostic."""

    folder: Path
    url: str
    code: str
    sqlite: bool


@contextmanager
def prepared(kind: str) -> Iterator[Prepared]:
    sqlite = kind.startswith("SQLite")
    with tempfile.TemporaryDirectory(prefix="pathways-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/pathways.sqlite3" if sqlite else postgres.new_database()
        database = Database(url)
        migrating.migrate(database)
        with database.begin() as db:
            content.load(db, content.check(resource("referentials"), now().date()))
        with database.begin() as db:
            code = demo.prepare(db).code
        database.dispose()
        try:
            yield Prepared(folder, url, code, sqlite)
        finally:
            if not sqlite:
                postgres.drop_database(url)
