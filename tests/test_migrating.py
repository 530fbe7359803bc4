"""Migrations keep what is there: a database of an earlier release, with people's answers in it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import IntegrityError

from pathways import migrating
from pathways.database import Database
from pathways.errors import SettingsError
from tests.parts import postgres

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def first(request: pytest.FixtureRequest, tmp_path: Path):
    """A database of the first release with one answered attempt in it."""
    url = f"sqlite:///{tmp_path}/first.sqlite3" if request.param == "sqlite" else postgres.new_database()
    database = Database(url)
    with database.engine.execution_options(writes=True).begin() as connection:
        config = migrating.configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with database.engine.execution_options(writes=True).begin() as connection:
        fill(connection)
    yield database
    database.dispose()
    if request.param == "postgresql":
        postgres.drop_database(url)


def fill(connection: sa.Connection) -> None:
    """One row in each table that an answer hangs on, whatever columns these had."""
    tables = sa.MetaData()
    tables.reflect(connection)
    kept: dict[str, Any] = {}
    for name in ("organisation", "account", "referential", "strand", "micro_skill", "item", "item_revision"):
        kept[name] = insert(connection, tables.tables[name], kept)
    for name in ("diagnostic", "attempt", "answer", "membership"):
        kept[name] = insert(connection, tables.tables[name], kept)


def insert(connection: sa.Connection, table: sa.Table, kept: dict[str, Any]) -> Any:
    values: dict[str, Any] = {}
    for column in table.columns:
        targets = [key.column.table.name for key in column.foreign_keys]
        if column.nullable and not targets:
            continue
        values[column.name] = kept[targets[0]] if targets else plain(column)
    connection.execute(table.insert().values(values))
    return values["id"]


def plain(column: sa.Column[Any]) -> Any:
    kind = column.type.python_type if not isinstance(column.type, sa.JSON) else dict
    if isinstance(column.type, sa.Uuid) or column.name == "id":
        made = uuid.uuid4()
        return made if isinstance(column.type, sa.Uuid) else made.hex
    return {str: f"a {column.name}"[:10], int: 1, bool: False, float: 1.0, datetime: NOW, dict: {}}.get(kind, {})


def rows(database: Database) -> dict[str, int]:
    tables = sa.MetaData()
    with database.engine.connect() as connection:
        tables.reflect(connection)
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in tables.tables.items()
        }


@pytest.mark.slow
def test_what_was_there_is_there_afterwards(first):
    before = rows(first)
    assert before["answer"] == before["attempt"] == before["micro_skill"] == 1
    assert migrating.migrate(first) is True
    after = rows(first)
    assert {name: after[name] for name in before} == before
    with first.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT at_desk, assisted FROM attempt")).one() in {(False, False), (0, 0)}
        assert connection.execute(sa.text("SELECT version FROM organisation")).scalar_one() == 1


@pytest.mark.slow
def test_foreign_keys_are_enforced_again_afterwards(first):
    migrating.migrate(first)
    with pytest.raises(IntegrityError), first.engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.text("UPDATE attempt SET diagnostic_id = :nobody"), {"nobody": uuid.uuid4().hex})


@pytest.mark.parametrize("first", ["sqlite"], indirect=True)
@pytest.mark.slow
def test_a_broken_link_stops_the_migration_and_changes_nothing(first):
    """On SQLite alone: PostgreSQL enforces foreign keys while it migrates, and nothing broken can be there."""
    with first.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("UPDATE attempt SET diagnostic_id = ?", (uuid.uuid4().hex,))
        raw.execute("PRAGMA foreign_keys=ON")
        raw.commit()
    before = rows(first)
    with pytest.raises(SettingsError, match="lien rompu"):
        migrating.migrate(first)
    assert rows(first) == before
