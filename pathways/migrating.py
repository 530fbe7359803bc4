"""Bringing a database to the state this program knows, and saying so when it is ahead of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from pathways.database import Database
from pathways.errors import SettingsError
from pathways.settings import resource


def configuration() -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(resource("migrations")))
    return config


def migrate(database: Database) -> bool:
    """Upgrade to the newest revision; true if there was something to do. On PostgreSQL two processes that start
    together take turns.
    """
    script = ScriptDirectory.from_config(configuration())
    with _transaction(database) as connection:
        before = _known(connection, script)
        if before == script.get_current_head():
            return False
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


@contextmanager
def _transaction(database: Database) -> Iterator[sa.Connection]:
    """One transaction for all of it. SQLite makes a changed table anew and drops the old one, which, with foreign keys
    enforced, would erase every row that points at it: they are not enforced meanwhile, and checked before the commit.
    """
    with database.engine.execution_options(writes=True).connect() as connection:
        if not database.is_sqlite:
            with connection.begin():
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7301)"))
                yield connection
            return
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise SettingsError(f"La mise à jour de la base laisserait un lien rompu ({broken[0]}).")
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def must_be_current(database: Database) -> None:
    """Raise :class:`SettingsError` unless the database is exactly at the newest revision."""
    script = ScriptDirectory.from_config(configuration())
    with database.engine.connect() as connection:
        if _known(connection, script) != script.get_current_head():
            raise SettingsError("La base de données n'est pas à jour. Lancez d'abord « pathways migrate ».")


def _known(connection: sa.Connection, script: ScriptDirectory) -> str | None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
        raise SettingsError(
            "Cette base de données vient d'une version plus récente de pathways. Mettez pathways à jour, "
            "ou reprenez une sauvegarde."
        )
    return current
