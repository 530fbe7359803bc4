"""An instance served as an operator serves it, in processes of its own, and learners who talk to it over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

PROGRAM = Path(sys.executable).with_name("pathways")
SECRET = "a secret for served instances, long enough"
PATIENCE = 60.0


class Instance:
    """`pathways serve` with its environment. It runs in a process group of its own, which ends with the test."""

    def __init__(self, folder: Path, database_url: str, *, code: str = "", **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.code = folder, code
        self.sqlite = database_url.startswith("sqlite")
        self.processes = 1 if self.sqlite else 2
        self.port = free_port()
        self.log = folder / "log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONWARNINGS": "error",
            "PATHWAYS_DATA": str(folder / "data"),
            "PATHWAYS_DATABASE_URL": database_url,
            "PATHWAYS_SECRET": SECRET,
            "PATHWAYS_PORT": str(self.port),
            "PATHWAYS_PROCESSES": str(self.processes),
            "PATHWAYS_BOOKINGS_AN_HOUR": "0",  # one address stands for thousands of telephones here
        } | environment
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The program `pathways` with this instance's environment; what it says goes to the log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [PROGRAM, *arguments],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self) -> None:
        """Serve; returns when the health check answers and every web process is there."""
        self.process = self.popen("serve")
        deadline = time.monotonic() + PATIENCE
        while not self.answers() or len(self.web_processes()) < self.processes:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start:\n{self.said()}")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether the health check says that the server is up."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def web_processes(self) -> list[int]:
        """The processes that answer requests: the server itself, or those that it started to share its socket."""
        assert self.process is not None
        if self.processes == 1:
            return [self.process.pid]
        return [pid for pid in children(self.process.pid) if b"spawn_main" in _command_line(pid)]

    def kill(self) -> None:
        """`kill -9` on the server and all that it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)
            self.process = None

    def stop(self) -> tuple[int, float]:
        """SIGTERM, as a service manager sends it; returns the exit code and the seconds it took."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.process = None
        return code, time.monotonic() - begun

    def connect(self, timeout: float = 30.0) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)


@dataclass
class Reply:
    status: int
    body: bytes
    headers: http.client.HTTPMessage

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """One phone or program: one connection, kept open, opened again once it is lost."""

    instance: Instance
    headers: dict[str, str] = field(default_factory=dict)
    timeout: float = 30.0
    _connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """The reply, whatever its status; raises OSError or HTTPException when there is none."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = ({"Content-Type": "application/json"} if data is not None else {}) | self.headers | headers
        if self._connection is None:
            self._connection = self.instance.connect(self.timeout)
        try:
            self._connection.request(method, path, data, sent)
            reply = self._connection.getresponse()
            return Reply(reply.status, reply.read(), reply.headers)
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    @property
    def socket(self) -> socket.socket | None:
        return self._connection.sock if self._connection is not None else None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
    return port


def children(pid: int) -> list[int]:
    """Processes whose parent is `pid`, by POSIX means (`ps`)."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in listed.splitlines())
    return sorted(int(child) for child, parent in pairs if int(parent) == pid)


def _command_line(pid: int) -> bytes:
    found = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, check=False)
    return found.stdout
