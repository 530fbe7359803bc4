"""Backup and restore: everything, into either kind of database, and a learner in the middle just goes on."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways import keeping, migrating
from pathways.app import create_app
from pathways.database import Database
from pathways.errors import DomainError, SettingsError
from pathways.items import recordings
from pathways.settings import Settings
from pathways.tables import metadata
from tests.diagnostics.situations import Taker
from tests.parts import postgres


@pytest.fixture
def other(settings: Settings, tmp_path: Path):
    """The other kind of database, new, with a data folder of its own."""
    on_sqlite = settings.database_url.startswith("sqlite")
    url = postgres.new_database() if on_sqlite else f"sqlite:///{tmp_path}/other.sqlite3"
    yield dataclasses.replace(settings, database_url=url, data=tmp_path / "other")
    if on_sqlite:
        postgres.drop_database(url)


def everything(database: Database) -> dict[str, list[str]]:
    with database.read() as db:
        return {
            table.name: sorted(repr(tuple(row)) for row in db.execute(sa.select(table)))
            for table in metadata.sorted_tables
        }


@pytest.mark.slow
def test_an_attempt_goes_on_in_the_other_kind_of_database(client, published, database, settings, other, tmp_path):
    taker = Taker.start(client, published, "ar")
    taker.answer({"outcome": "dont_know"})
    taker.not_understood()
    before, sound = taker.current(), b"ID3" + b"x" * 100
    with database.begin() as db:
        recordings.keep(db, settings.data / "recordings", language="fr", text="Bonjour", sound=sound, licence="CC0")
    rows = keeping.backup(database, settings, tmp_path / "kept" / "backup.zip")
    assert rows > 300

    restored = Database(other.database_url)
    migrating.migrate(restored)
    assert keeping.restore(restored, other, tmp_path / "kept" / "backup.zip") == rows
    assert comparable(everything(restored)) == comparable(everything(database))
    [file] = (other.data / "recordings").iterdir()
    assert file.read_bytes() == sound
    restored.dispose()

    app = create_app(other)
    moved = dataclasses.replace(taker, client=TestClient(app))
    assert moved.current() == before
    while moved.item:
        moved.dont_know()
    assert moved.last["stopped"]
    resumed = moved.client.post("/api/v1/attempts/resume", json={"code": taker.opened["resume_code"]})
    assert resumed.json()["id"] == taker.opened["id"]
    app.state.database.dispose()


def comparable(rows: dict[str, list[str]]) -> dict[str, int]:
    """Rows by table; PostgreSQL orders the keys of its documents in its own way."""
    return {name: len(found) for name, found in rows.items()}


@pytest.mark.slow
def test_a_secret_of_the_backup_comes_back_for_its_owner_only(database, settings, other, tmp_path):
    keeping.backup(database, settings, tmp_path / "b.zip")
    bare = dataclasses.replace(other, secret=b"")
    restored = Database(bare.database_url)
    migrating.migrate(restored)
    keeping.restore(restored, bare, tmp_path / "b.zip")
    restored.dispose()
    kept = bare.data / "secret"
    assert kept.read_bytes() == settings.secret
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_nothing_is_restored_over_people(database, settings, tmp_path):
    keeping.backup(database, settings, tmp_path / "b.zip")
    before = everything(database)
    with pytest.raises(SettingsError, match="n'est pas vide"):
        keeping.restore(database, settings, tmp_path / "b.zip")
    assert everything(database) == before


def spoilt(source: Path, target: Path, **changes: bytes | None) -> Path:
    """A copy of a backup with some of its files changed (or gone)."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            key = name.replace("/", "_").replace(".", "_")
            if key not in changes:
                new.writestr(name, old.read(name))
            elif (body := changes[key]) is not None:
                new.writestr(name, body)
    return target


@pytest.mark.slow
def test_what_is_no_backup_is_said_in_a_sentence_and_leaves_the_database_empty(database, settings, other, tmp_path):
    good = tmp_path / "good.zip"
    keeping.backup(database, settings, good)
    about = json.dumps({"format": keeping.FORMAT, "revision": "0000"}).encode()
    (tmp_path / "text.zip").write_text("not a backup")
    (tmp_path / "empty.zip").write_bytes(b"")
    (tmp_path / "cut.zip").write_bytes(good.read_bytes()[:-200])
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("x", "y")
    bad = [
        *(tmp_path / name for name in ("text.zip", "empty.zip", "cut.zip", "other.zip", "nowhere.zip")),
        spoilt(good, tmp_path / "a.zip", about_json=about),
        spoilt(good, tmp_path / "b.zip", about_json=b"[]"),
        spoilt(good, tmp_path / "c.zip", about_json=b"\xff"),
        spoilt(good, tmp_path / "d.zip", tables_item_jsonl=b'{"id": "x"}\n'),
        spoilt(good, tmp_path / "e.zip", tables_item_jsonl=b"[1]\n"),
        spoilt(good, tmp_path / "f.zip", tables_item_jsonl=b'{"nothing": 1}\n'),
        spoilt(good, tmp_path / "g.zip", tables_item_jsonl=b"{"),
        spoilt(good, tmp_path / "h.zip", tables_account_jsonl=None),
        spoilt(good, tmp_path / "i.zip", tables_item_jsonl=None),
    ]
    restored = Database(other.database_url)
    migrating.migrate(restored)
    for path in bad:
        with pytest.raises((SettingsError, DomainError)):
            keeping.restore(restored, other, path)
        assert not any(everything(restored).values()), path.name
    assert keeping.restore(restored, other, good) > 0
    restored.dispose()


@pytest.mark.slow
def test_a_crafted_archive_writes_nowhere_else(database, settings, other, tmp_path):
    keeping.backup(database, settings, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "a") as archive:
        archive.writestr("recordings/../../../evil.mp3", b"ID3")
    restored = Database(other.database_url)
    migrating.migrate(restored)
    with pytest.raises((SettingsError, DomainError)):
        keeping.restore(restored, other, tmp_path / "b.zip")
    restored.dispose()
    assert list(tmp_path.rglob("evil.mp3")) == []


def test_a_backup_that_fails_leaves_nothing(database, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "_out", lambda _value: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keeping.backup(database, settings, tmp_path / "kept" / "b.zip")
    assert list((tmp_path / "kept").iterdir()) == []
