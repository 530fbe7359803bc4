"""Connections that the other end has closed are replaced before anybody notices; what lasts waits for the disk."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from pathways import database as pathways_database
from pathways.database import Database
from tests.parts import postgres


@pytest.fixture
def shared():
    url = postgres.new_database()
    found = Database(url)
    yield found
    found.dispose()
    postgres.drop_database(url)


def _cut_all(database: Database) -> None:
    """As a restarted server does it."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    engine = sa.create_engine(database.engine.url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"{others} AND pid <> pg_backend_pid()"))
    engine.dispose()


def test_a_connection_that_was_cut_while_it_rested_is_replaced(shared, monkeypatch):
    monkeypatch.setattr(pathways_database, "TRUSTED_SECONDS", 0.0)
    with shared.read() as db:
        first = db.scalar(sa.text("SELECT pg_backend_pid()"))
    _cut_all(shared)
    time.sleep(0.01)
    with shared.read() as db:
        assert db.scalar(sa.text("SELECT pg_backend_pid()")) != first


def test_a_connection_used_a_moment_ago_is_not_asked(shared, monkeypatch):
    asked = []
    monkeypatch.setattr(shared.engine.dialect, "do_ping", asked.append)
    for _ in range(3):
        with shared.read() as db:
            db.scalar(sa.text("SELECT 1"))
    assert asked == []


def test_after_a_cut_within_that_moment_one_request_fails_and_the_next_does_not(shared):
    with shared.read() as db:
        db.scalar(sa.text("SELECT 1"))
    _cut_all(shared)
    with pytest.raises(OperationalError), shared.read() as db:
        db.scalar(sa.text("SELECT 1"))
    with shared.read() as db:
        assert db.scalar(sa.text("SELECT 1")) == 1


def _waits_for_the_disk(db: Session) -> bool:
    """Whether the transaction's commit does. SQLite: 1 is NORMAL, 2 is FULL."""
    if db.get_bind().dialect.name == "sqlite":
        return db.scalar(sa.text("PRAGMA synchronous")) == 2
    return db.scalar(sa.text("SHOW synchronous_commit")) != "off"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_lasts_waits_for_the_disk_and_counts_do_not(kind, tmp_path, shared):
    database = Database(f"sqlite:///{tmp_path}/counts.sqlite3") if kind == "sqlite" else shared
    if kind == "postgresql":  # that of the tests waits for nothing
        with database.begin() as db:
            db.execute(sa.text(f'ALTER DATABASE "{database.engine.url.database}" SET synchronous_commit = on'))
        database.dispose()
    for lasting in (True, False, True):  # on one connection, which keeps nothing of the one before
        with database.begin(lasting=lasting) as db:
            assert _waits_for_the_disk(db) is lasting
    if kind == "sqlite":
        database.dispose()
