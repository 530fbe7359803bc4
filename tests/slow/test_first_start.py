"""`make run` as a newcomer types it: a fresh clone, an empty home, nothing in the environment but the path."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.parts import ROOT
from tests.slow.instance import free_port

PATIENCE = 300.0


@dataclass
class Checkout:
    folder: Path
    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        own = Path(sys.prefix, "bin")
        path = os.pathsep.join(one for one in os.environ["PATH"].split(os.pathsep) if Path(one) != own)
        return {"PATH": path, "HOME": str(self.home)} | more

    @property
    def database(self) -> Path:
        return self.folder / "data" / "pathways.sqlite3"

    def refused(self, **more: str) -> str:
        """The one sentence with which `make run` says why it does not start."""
        environment = self.environment(**more)
        run = subprocess.run(
            ["make", "run"], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert run.returncode != 0
        assert "learner:" not in run.stdout
        said = [line for line in run.stderr.splitlines() if not line.startswith("make")]
        assert len(said) == 1, run.stderr
        return said[0]


@dataclass
class Started:
    lines: dict[str, str]
    """``{"learner": address, "trainer": address}``"""
    seconds: float


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return fresh(tmp_path_factory.mktemp("newcomer"))


@pytest.fixture(scope="module")
def started(clone: Checkout) -> Started:
    """What the first start printed, and how long it took; it has been stopped since."""
    with running(clone) as first:
        assert status_of(first.lines["learner"]) == 200
        assert status_of(first.lines["trainer"]) in {200, 303}
    return first


def fresh(folder: Path) -> Checkout:
    """The repository as it was last recorded, in a folder of its own."""
    subprocess.run(["git", "clone", "--quiet", ROOT, folder / "pathways"], check=True)
    home = folder / "home"
    home.mkdir()
    return Checkout(folder / "pathways", home)


@contextmanager
def running(clone: Checkout) -> Iterator[Started]:
    """`make run`, from the command to both lines and until it is stopped."""
    begun = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=clone.folder,
        env=clone.environment(PATHWAYS_PORT=str(free_port())),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    watch = threading.Timer(PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
    watch.start()
    complaints: list[str] = []
    assert process.stdout is not None
    assert process.stderr is not None
    listening = threading.Thread(target=complaints.extend, args=(process.stderr,))
    listening.start()
    lines: dict[str, str] = {}
    try:
        while len(lines) < 2 and (line := process.stdout.readline()):
            for name in ("learner", "trainer"):
                if line.startswith(f"{name}: "):
                    lines[name] = line.removeprefix(f"{name}: ").strip()
        took = time.monotonic() - begun
        assert set(lines) == {"learner", "trainer"}, "".join(complaints)
        yield Started(lines, took)
    finally:
        watch.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
        listening.join()
        process.stdout.close()
        process.stderr.close()


def status_of(url: str) -> int:
    """The status of an address that was printed just before the server listens to it."""
    address = urlsplit(url)
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        try:
            connection.request("GET", address.path)
            return connection.getresponse().status
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        finally:
            connection.close()


def counts(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(database)) as db:
        tables = ("organisation", "account", "diagnostic", "referential", "item", "item_revision")
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_the_first_start_prints_both_addresses(started: Started):
    for name, path in (("learner", "/q/"), ("trainer", "/sign-in/link/")):
        address = urlsplit(started.lines[name])
        assert address.hostname == "127.0.0.1"
        assert address.path.startswith(path)


def test_a_second_start_takes_seconds_and_duplicates_nothing(clone: Checkout, started: Started):
    before = counts(clone.database)
    with running(clone) as second:
        assert second.seconds < 30
        code = urlsplit(second.lines["learner"]).path
        assert code == urlsplit(started.lines["learner"]).path
        assert second.lines["trainer"] != started.lines["trainer"]
        assert status_of(second.lines["learner"]) == 200
    assert counts(clone.database) == before


def test_a_busy_port_is_said_in_one_sentence_and_changes_nothing(clone: Checkout, started: Started):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = clone.refused(PATHWAYS_PORT=port, PATHWAYS_DATA="elsewhere")
    assert port in said
    assert "PATHWAYS_PORT" in said
    assert not (clone.folder / "elsewhere").exists()


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(clone: Checkout, started: Started, tmp_path: Path):
    taken = tmp_path / "taken"
    taken.write_text("a file where the folder should be", encoding="utf-8")
    said = clone.refused(PATHWAYS_PORT=str(free_port()), PATHWAYS_DATA=str(taken))
    assert str(taken) in said
    if os.geteuid() != 0:  # root may write everywhere
        locked = tmp_path / "locked"
        locked.mkdir(mode=0o500)
        assert str(locked) in clone.refused(PATHWAYS_PORT=str(free_port()), PATHWAYS_DATA=str(locked))


def test_a_database_from_a_newer_version_is_said_in_one_sentence(clone: Checkout, started: Started, tmp_path: Path):
    shutil.copytree(clone.folder / "data", tmp_path / "data")
    with closing(sqlite3.connect(tmp_path / "data" / "pathways.sqlite3")) as db:
        db.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
        db.commit()
    said = clone.refused(PATHWAYS_PORT=str(free_port()), PATHWAYS_DATA=str(tmp_path / "data"))
    assert "version plus récente" in said


def test_a_python_that_is_too_old_is_said_in_one_sentence(tmp_path: Path):
    clone = fresh(tmp_path)
    old = tmp_path / "bin" / "python3"
    old.parent.mkdir()
    pretend = "import sys; sys.version_info = (3, 9, 18, 'final', 0); exec(sys.argv.pop(1))"
    old.write_text(f'#!/bin/sh\nshift\nexec "{sys.executable}" -c "{pretend}" "$@"\n', encoding="utf-8")
    old.chmod(0o755)
    said = clone.refused(PATH=f"{old.parent}{os.pathsep}{clone.environment()['PATH']}")
    assert "3.11" in said
    assert not (clone.folder / ".venv").exists()
