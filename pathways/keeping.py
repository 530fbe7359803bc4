"""Backup and restore: every table, the recordings and the secret in one ZIP file, the same for both databases."""

from __future__ import annotations

import base64
import enum
import json
import os
import tempfile
import uuid
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from pathways.database import Database, UTCDateTime
from pathways.errors import SettingsError
from pathways.items import recordings
from pathways.migrating import configuration
from pathways.settings import Settings
from pathways.tables import metadata

FORMAT = "pathways-backup-1"
BATCH = 500
_UNREADABLE = (OSError, zipfile.BadZipFile, LookupError, ValueError, TypeError, AttributeError, RuntimeError)
_UNREADABLE += (SQLAlchemyError,)
"""What a file that is no backup of ours, or a spoilt one, may set off while it is read."""


def backup(database: Database, settings: Settings, file: Path) -> int:
    """Write everything to ``file``, whole or not at all; returns the number of rows. The server may go on serving: the
    rows are read in one transaction.
    """
    rows = 0
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".backup-")
    os.close(handle)
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive, _snapshot(database) as connection:
            head = ScriptDirectory.from_config(configuration()).get_current_head()
            archive.writestr("about.json", json.dumps({"format": FORMAT, "revision": head}))
            archive.writestr("secret", settings.secret)
            for table in tqdm(metadata.sorted_tables, "sauvegarde", delay=2.0, disable=None, leave=False):
                with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as out:
                    for row in connection.execute(sa.select(table)).mappings():
                        out.write(json.dumps({k: _out(v) for k, v in row.items()}).encode() + b"\n")
                        rows += 1
            for sound in sorted((settings.data / "recordings").glob("*")):
                if recordings.is_name(sound.name):  # and no half one, on its way to be kept
                    with suppress(FileNotFoundError):  # erased meanwhile: somebody took their voice back
                        archive.write(sound, f"recordings/{sound.name}")
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return rows


def restore(database: Database, settings: Settings, file: Path) -> int:
    """Fill an empty database from ``file``; raises :class:`SettingsError` if it holds rows or is of another version."""
    try:
        with zipfile.ZipFile(file) as archive:
            about = json.loads(archive.read("about.json"))
            head = ScriptDirectory.from_config(configuration()).get_current_head()
            if about.get("format") != FORMAT or about.get("revision") != head:
                raise SettingsError(
                    "Cette sauvegarde vient d'une autre version : reprenez-la avec la même, puis « migrate »."
                )
            with database.engine.execution_options(writes=True).begin() as connection:
                rows = _fill(connection, archive)
                _restore_files(archive, settings)  # before the rows are kept: all of it, or nothing
            return rows
    except _UNREADABLE as error:
        raise SettingsError(f"Ce fichier n'est pas une sauvegarde lisible ({type(error).__name__}).") from error


def _fill(connection: sa.Connection, archive: zipfile.ZipFile) -> int:
    rows = 0
    for table in tqdm(metadata.sorted_tables, "reprise", delay=2.0, disable=None, leave=False):
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise SettingsError("La base n'est pas vide : une sauvegarde ne se reprend que dans une base neuve.")
        batch: list[dict[str, Any]] = []
        for line in archive.open(f"tables/{table.name}.jsonl"):
            batch.append({key: _in(table.c[key], value) for key, value in json.loads(line).items()})
            if len(batch) == BATCH:
                connection.execute(sa.insert(table), batch)
                rows, batch = rows + len(batch), []
        if batch:
            connection.execute(sa.insert(table), batch)
            rows += len(batch)
    return rows


def _restore_files(archive: zipfile.ZipFile, settings: Settings) -> None:
    sounds = {name: archive.read(name) for name in archive.namelist() if name.startswith("recordings/")}
    for name, sound in sounds.items():  # first of all: a crafted archive writes nothing and nowhere
        if not recordings.is_named_after(name.removeprefix("recordings/"), sound):
            raise SettingsError("Cette sauvegarde contient un fichier qui n'est pas un enregistrement.")
    folder = settings.data / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    for name, sound in sounds.items():
        (folder / name.removeprefix("recordings/")).write_bytes(sound)
    secret = settings.data / "secret"
    if not settings.secret:
        secret.unlink(missing_ok=True)
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(archive.read("secret"))


class _snapshot:  # noqa: N801 - with _snapshot(database) as connection
    """A connection on which every query sees the same moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> sa.Connection:
        engine = self._database.engine
        if not self._database.is_sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        self._connection = engine.connect()
        self._connection.begin()
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.rollback()
        self._connection.close()


def _out(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    return str(value) if isinstance(value, uuid.UUID) else value


def _in(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UTCDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(value)
    if isinstance(column.type, sa.Uuid):
        return uuid.UUID(value)
    return base64.b64decode(value) if isinstance(column.type, sa.LargeBinary) else value
