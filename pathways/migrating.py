"""Bringing a database to the state this program knows, and saying so when it is ahead of it."""

from __future__ import annotations

import io

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
    with database.engine.execution_options(writes=True).begin() as connection:
        if not database.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7301)"))
        before = _known(connection, script)
        if before == script.get_current_head():
            return False
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


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
