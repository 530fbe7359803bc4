"""The database: one ``Base``, one engine per process, the one way to open a transaction.

SQLite is the embedded default (one process, one writer at a time); PostgreSQL is the shared deployment.
"""

from __future__ import annotations

import enum
import math
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.base import Executable

from pathways.errors import DomainError

WRITERS, READERS, IDENTIFIERS = 10, 10, 10
"""Sessions open at once per process for writing, reading and finding out who asks. Together they are the size of the
pool, and they stay under the 40 worker threads of the server: otherwise threads wait for connections that only
waiting threads could give back, and everything stands still."""
RESTS_SINCE, TRUSTED_SECONDS = "rests since", 1.0
"""How long after its last use a connection to PostgreSQL is taken to be alive without asking."""


class UTCDateTime(sa.TypeDecorator[datetime]):
    """An aware moment. SQLite keeps no zone, so a naive value is refused rather than guessed."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - given by SQLAlchemy
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


JSON = sa.JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
        # Stored as words, not as a native enum: a new value then needs no migration that autogenerate cannot see.
        enum.Enum: sa.Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


class Database:
    """An engine and its transactions."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._turn = threading.Lock() if self.is_sqlite else nullcontext()
        self._writing = self.engine.execution_options(writes=True)
        self._counting = self.engine.execution_options(writes=True, lasting=False)

    @contextmanager
    def begin(self, *, lasting: bool = True) -> Iterator[Session]:
        """A transaction that may write: commits when the block ends, rolls back when it raises (but for an error that
        says it is ``kept``). On SQLite it takes the writer's turn at once (``BEGIN IMMEDIATE``): a reader that turns
        writer half-way would be refused without waiting.

        What is not ``lasting`` outlives the process, and waits for no disk: a power cut may take the last of it. For
        counts that nobody relies on, written while somebody waits for something else.
        """
        with self._turn, Session(self._writing if lasting else self._counting, expire_on_commit=False) as db:
            try:
                yield db
            except DomainError as error:
                if error.kept:
                    db.commit()
                raise
            db.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that is never committed."""
        with Session(self.engine, expire_on_commit=False) as db:
            try:
                yield db
            finally:
                db.rollback()

    def dispose(self) -> None:
        self.engine.dispose()


def _pool() -> dict[str, Any]:
    """The same for both. ``hide_parameters``: an error of the database is logged, and its values are people's."""
    size = WRITERS + READERS + IDENTIFIERS
    return {"pool_size": size, "max_overflow": 0, "pool_timeout": 30, "hide_parameters": True}


def _postgresql_engine(url: str) -> sa.Engine:
    # SQLAlchemy forgets how many rows an INSERT made unless it is told to remember: "on conflict do nothing" would
    # always look like something done.
    remembering = {"preserve_rowcount": True}
    engine = sa.create_engine(url, pool_recycle=1800, execution_options=remembering, **_pool())

    @event.listens_for(engine, "connect")
    def _plain(connection: Any, _record: object) -> None:
        """No page asks a question that is worth compiling it first: PostgreSQL would, for what it guesses to be long,
        and take longer over that than over the answer. Said here, since a pooler in between may refuse it at the door.
        """
        connection.autocommit = True
        connection.execute("SET jit = off")
        connection.autocommit = False

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get("lasting", True):
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")

    @event.listens_for(engine, "checkin")
    def _rests(_connection: Any, record: Any) -> None:
        record.info[RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _wakes(connection: Any, record: Any, _proxy: object) -> None:
        """A connection that has rested may have been closed at the other end: it is asked, and another is opened in its
        place. One that was used a moment ago is not: the question would cost as much as a booking.
        """
        if time.monotonic() - record.info.get(RESTS_SINCE, math.inf) > TRUSTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as gone:
                raise sqlalchemy.exc.DisconnectionError from gone

    return engine


_LASTING, _QUICK = "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL"
"""FULL: an acknowledged answer survives a power cut in a van, not only a killed process."""


def _sqlite_engine(url: str) -> sa.Engine:
    engine = sa.create_engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False}, **_pool())

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(_LASTING)
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        writes = options.get("writes", False)
        if writes:
            connection.exec_driver_sql(_LASTING if options.get("lasting", True) else _QUICK)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class Prepared:
    """A statement that is put into words once for each kind of database, for the few that are executed so often that
    SQLAlchemy's care for each would cost more than the database's work. Its parameters are all named, and all given
    every time; what comes back is as the driver has it (:func:`identifier` reads an id).
    """

    def __init__(self, statement: Executable, *, postgresql: Executable | None = None) -> None:
        self._statement, self._postgresql = statement, postgresql
        """The second where PostgreSQL says it in words of its own."""
        self._ready: dict[str, _Words] = {}

    def run(self, db: Session, values: Mapping[str, Any]) -> sa.CursorResult[*tuple[Any, ...]]:
        connection = db.connection()
        name = connection.dialect.name
        words = self._ready.get(name)
        if words is None:
            statement = self._statement if name == "sqlite" or self._postgresql is None else self._postgresql
            words = self._ready[name] = _words(statement, connection.dialect)
        given = {**words.fixed, **values}
        for name, written in words.written.items():
            given[name] = written(given[name])
        return connection.exec_driver_sql(words.sql, tuple(given[one] for one in words.order) if words.order else given)


@dataclass(frozen=True, slots=True)
class _Words:
    sql: str
    order: Sequence[str]
    """Of the parameters, where the driver wants them by place."""
    fixed: Mapping[str, Any]
    """Those with a value of their own."""
    written: Mapping[str, Callable[[Any], Any]]
    """How the driver wants the values of some."""


def _words(statement: Executable, dialect: sa.Dialect) -> _Words:
    compiled = statement.compile(dialect=dialect)  # pyright: ignore[reportAttributeAccessIssue] - whatever can be executed can
    kinds = {name: bound.type.dialect_impl(dialect) for bound, name in compiled.bind_names.items()}
    written = {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
    return _Words(
        str(compiled),
        tuple(compiled.positiontup or ()),
        {name: value for name, value in compiled.params.items() if value is not None},
        {name: how for name, how in written.items() if how is not None},
    )


def identifier(value: Any) -> uuid.UUID:
    """An id that a :class:`Prepared` statement gave back."""
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def changed(db: Session, statement: sa.Update | sa.Delete | sa.Insert) -> int:
    """Execute ``statement``; how many rows it wrote."""
    result = db.execute(statement)
    assert isinstance(result, sa.CursorResult)
    return result.rowcount


def insert_for(db: Session) -> type[postgresql.Insert | sqlite.Insert]:
    """The INSERT of the database in use: the one with ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return sqlite.Insert if db.get_bind().dialect.name == "sqlite" else postgresql.Insert
