"""The command: what is wrong is one clear sentence on the error channel, and the exit code says so."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from pathways import cli, migrating
from pathways.database import Base, Database
from tests.referentials.folders import Folder


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """``run("check", folder)``: the exit code, what was said, and what was said of errors."""
    for name in list(os.environ):
        if name.startswith("PATHWAYS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATHWAYS_DATA", str(tmp_path / "data"))

    def call(*arguments: object) -> tuple[int, str, str]:
        try:
            code = cli.main([str(one) for one in arguments])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def is_a_sentence(error: str) -> bool:
    lines = error.strip().splitlines()
    return (
        len(lines) == 1
        and lines[0].startswith("pathways : ")
        and lines[0].endswith((".", "»"))
        and "Trace" not in error
    )


def test_help_is_for_newcomers(run):
    code, out, _ = run("--help")
    assert code == 0
    for word in ("demo", "serve", "migrate", "work", "import", "check", "backup", "restore", "PATHWAYS_URL"):
        assert word in out
    for command in ("demo", "serve", "migrate", "work", "import", "check", "backup", "restore", "messages"):
        assert run(command, "--help")[0] == 0


def test_nothing_asked(run):
    code, out, _ = run()
    assert (code, "demo" in out) == (2, True)


def test_an_unknown_command(run):
    code, out, err = run("dance")
    assert (code, out) == (2, "")
    assert "dance" in err


def test_migrating_twice(run):
    assert run("migrate")[0] == 0
    code, out, _ = run("migrate")
    assert (code, "déjà" in out) == (0, True)


@pytest.mark.parametrize("command", ["serve", "work", "backup", "import", "operator"])
@pytest.mark.slow
def test_a_database_that_was_not_migrated(run, command, tmp_path):
    extra = {"backup": [tmp_path / "b.zip"], "operator": ["a@exemple.fr"], "work": ["--once"]}.get(command, [])
    code, _, err = run(command, *extra)
    assert code == 1
    assert is_a_sentence(err)
    assert "migrate" in err


@pytest.mark.parametrize("command", ["migrate", "serve", "demo"])
@pytest.mark.slow
def test_a_database_of_a_newer_version(run, command, tmp_path, monkeypatch):
    run("migrate")
    database = Database(f"sqlite:///{tmp_path}/data/pathways.sqlite3")
    with database.engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'from the future'"))
    database.dispose()
    monkeypatch.setenv("PATHWAYS_PORT", str(free_port()))
    code, _, err = run(command)
    assert code == 1
    assert is_a_sentence(err)
    assert "plus récente" in err


def test_a_folder_that_cannot_be_written(run, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PATHWAYS_PORT", str(free_port()))
    for place in (tmp_path / "file" / "data", "/proc/nowhere"):
        monkeypatch.setenv("PATHWAYS_DATA", str(place))
        for command in ("migrate", "demo", "serve"):
            code, _, err = run(command)
            assert code == 1, command
            assert is_a_sentence(err), err


def test_a_busy_port_changes_nothing(run, tmp_path, monkeypatch):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        monkeypatch.setenv("PATHWAYS_PORT", str(busy.getsockname()[1]))
        code, out, err = run("demo")
    assert (code, out) == (1, "")
    assert is_a_sentence(err)
    assert "PATHWAYS_PORT" in err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PATHWAYS_PORT", "http"),
        ("PATHWAYS_PORT", "0"),
        ("PATHWAYS_PORT", "65536"),
        ("PATHWAYS_PORT", "²"),
        ("PATHWAYS_PROCESSES", "-1"),
        ("PATHWAYS_URL", "exemple.fr"),
        ("PATHWAYS_URL", "ftp://exemple.fr"),
        ("PATHWAYS_URL", "http://["),
        ("PATHWAYS_SECRET", "short"),
        ("PATHWAYS_DATABASE_URL", "nonsense"),
        ("PATHWAYS_DATABASE_URL", "oracle://x/y"),
        ("PATHWAYS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
        ("PATHWAYS_HOST", "999.1.1.1"),
    ],
)
def test_a_setting_that_cannot_be(run, name, value, monkeypatch):
    monkeypatch.setenv("PATHWAYS_PORT", str(free_port()))
    monkeypatch.setenv(name, value)
    code, _, err = run("demo")
    assert code == 1
    assert is_a_sentence(err), err


@pytest.mark.slow
def test_checking(run, tmp_path):
    code, out, err = run("check")
    assert (code, err) == (0, "")
    folder = Folder(tmp_path / "content")
    folder.skill("AAA-02")["requires"] = ["AAA-99"]
    folder.write()
    code, out, err = run("check", folder.root)
    assert code == 1
    assert re.search(r"^essai/framework\.yaml:\d+: erreur \[unknown-prerequisite\] .+$", err, re.MULTILINE)
    assert err.count("erreur [") == 1
    assert "1 erreurs" in out
    code, _, err = run("check", tmp_path / "nowhere")
    assert (code, "no-framework" in err) == (1, True)


@pytest.mark.slow
def test_importing_what_is_wrong_loads_nothing(run, tmp_path):
    run("migrate")
    folder = Folder(tmp_path / "content")
    folder.skill("AAA-02")["requires"] = ["AAA-99"]
    folder.write()
    code, _, err = run("import", folder.root)
    assert (code, "Rien n'a été chargé." in err) == (1, True)
    folder.skill("AAA-02")["requires"] = ["AAA-01"]
    folder.write()
    assert run("import", folder.root)[0] == 0
    code, out, _ = run("import", folder.root)
    assert (code, "dont 0 nouvelles" in out) == (0, True)


@pytest.mark.slow
def test_backup_and_restore(run, tmp_path, monkeypatch):
    run("migrate")
    assert run("operator", "exploitante@exemple.fr")[0] == 0
    assert run("open", "Une structure")[0] == 0
    assert run("backup", tmp_path / "b.zip")[0] == 0
    code, _, err = run("restore", tmp_path / "b.zip")
    assert (code, is_a_sentence(err)) == (1, True)
    monkeypatch.setenv("PATHWAYS_DATA", str(tmp_path / "elsewhere"))
    code, out, _ = run("restore", tmp_path / "b.zip")
    assert (code, "lignes" in out) == (0, True)
    (tmp_path / "bad.zip").write_text("x")
    code, _, err = run("restore", tmp_path / "bad.zip")
    assert (code, is_a_sentence(err)) == (1, True)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.mark.slow
def test_the_demonstration_twice_is_one_demonstration(tmp_path):
    """Started, stopped and started again: the same code, the same organisation, and addresses that open."""
    import httpx2 as httpx

    port = free_port()
    environment = {"PATH": os.environ["PATH"], "PATHWAYS_DATA": str(tmp_path / "data"), "PATHWAYS_PORT": str(port)}
    codes, made = [], []
    for _ in range(2):
        program = subprocess.Popen(
            [sys.executable, "-m", "pathways", "demo"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        try:
            assert program.stdout is not None
            learner, trainer = program.stdout.readline().split(), program.stdout.readline().split()
            assert (learner[0], trainer[0]) == ("learner:", "trainer:")
            deadline = time.monotonic() + 20
            while True:
                try:
                    assert httpx.get(learner[1], timeout=30).status_code == 200
                    break
                except httpx.ConnectError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            assert httpx.get(trainer[1], timeout=30).status_code == 303
            codes.append(learner[1].rsplit("/", 1)[1])
        finally:
            program.send_signal(signal.SIGTERM)
            program.communicate(timeout=30)
        made.append(rows_of(tmp_path / "data" / "pathways.sqlite3"))
    assert codes[0] == codes[1]
    assert made[0] == made[1]


def rows_of(path: Path) -> dict[str, int]:
    """How many rows each table has, but for those of visits and of what is worked out again now and then."""
    database = Database(f"sqlite:///{path}")
    migrating.must_be_current(database)
    with database.read() as db:
        found = {
            table.name: db.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in {"sign_in_link", "sign_in_session", "item_fairness"}
        }
    database.dispose()
    return found


def test_garbage_is_collected_once_the_application_is_there(tmp_path):
    """Nothing is looked for while it starts; a process that never looks again would grow for ever."""
    told = "import gc; from pathways.cli import web_application as made; made(); print(gc.isenabled())"
    values = {"PATHWAYS_DATA": str(tmp_path), "PATHWAYS_SECRET": "a secret for tests, thirty-two bytes or more"}
    done = subprocess.run(
        [sys.executable, "-c", told], env=os.environ | values, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True"]
