"""The shared deployment, played for real: the commands and the environment of compose.yaml and of the Dockerfile, with
the tests' PostgreSQL in the place of the database's container and processes in the place of the others.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from pathways import demo, ids
from pathways.database import Database
from pathways.diagnostics import taking
from pathways.outbox import OutboxEvent
from pathways.throttle import WrongTries
from tests.parts import ROOT, postgres
from tests.slow.accepted import holder, nodelay
from tests.slow.instance import SECRET, Client, Instance
from tests.slow.mailbox import Mailbox

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
PROGRAMS = str(Path(sys.executable).parent)


def instructions(name: str) -> list[str]:
    """What follows each instruction of that name in the Dockerfile."""
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, flags=re.MULTILINE)


def environment_of(service: str, given: dict[str, str]) -> dict[str, str]:
    """What compose would pass: the image's environment, then the service's, with `${NAME:-default}` filled in."""
    image = dict(word.split("=", 1) for text in instructions("ENV") for word in shlex.split(text))

    def fill(found: re.Match[str]) -> str:
        name, kind, rest = found[1], found[2], found[3]
        if kind == ":?":
            assert name in given, f"compose.yaml asks for {name}"
        return given.get(name) or rest

    declared = {
        name: re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", fill, value)
        for name, value in SERVICES[service]["environment"].items()
    }
    assert all(isinstance(value, str) for value in declared.values())
    return {name: value for name, value in image.items() if name.startswith("PATHWAYS_")} | declared


@dataclass
class Deployment:
    web: Instance
    worker: Instance
    database: Database
    mailbox: Mailbox
    code: str
    prepared: list[str]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder, url = tmp_path_factory.mktemp("deployment"), postgres.new_database()
    with Mailbox() as mailbox:
        given = {
            "POSTGRES_PASSWORD": "unused",
            "PATHWAYS_SECRET": SECRET,
            "PATHWAYS_MAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
            "PATHWAYS_MAIL_FROM": "parcours@exemple.fr",
        }
        # Of what compose says, only the address of the database, the port and the folder are ours.
        made = {}
        for service in ("prepare", "web", "worker"):
            environment = environment_of(service, given)
            for name in ("PATHWAYS_DATABASE_URL", "PATHWAYS_PORT", "PATHWAYS_DATA"):
                del environment[name]
            made[service] = Instance(folder / service, url, **environment)
        for service in ("prepare", "worker"):
            del made[service].environment["PATHWAYS_PROCESSES"]
        said = [prepare(made["prepare"]) for _ in range(2)]
        database = Database(url)
        with database.begin() as db:
            code = demo.prepare(db).code
        worker = made["worker"]
        with made["web"] as web:
            worker.process = worker.popen(*SERVICES["worker"]["command"])
            yield Deployment(web, worker, database, mailbox, code, said)
            worker.kill()
        database.dispose()
    postgres.drop_database(url)


def prepare(instance: Instance) -> str:
    done = subprocess.run(
        SERVICES["prepare"]["entrypoint"],
        env=instance.environment | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"},
        cwd=instance.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_runs_here_is_what_the_image_runs():
    assert json.loads(instructions("ENTRYPOINT")[-1]) == ["pathways"]
    assert json.loads(instructions("CMD")[-1]) == ["serve"]
    assert SERVICES["web"]["environment"]["PATHWAYS_PROCESSES"] == "2"
    assert SERVICES["worker"]["command"] == ["work"]


def test_what_the_image_copies_exists():
    copied = [text.split()[:-1] for text in instructions("COPY") if not text.startswith("--from")]
    paths = [path for words in copied for path in words]
    assert "pathways" in paths
    assert "migrations" in paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_preparing_twice_is_preparing_once(deployment: Deployment):
    first, second = deployment.prepared
    assert "est maintenant à jour" in first
    assert "était déjà à jour" in second


def test_two_web_processes_answer(deployment: Deployment):
    assert len(deployment.web.web_processes()) == 2
    connections = one_per_process(deployment.web)
    assert len(connections) == 2
    for client in connections.values():
        opened = client.ask("POST", "/api/v1/attempts", {"code": deployment.code, "language": "fr"})
        assert opened.status == 201
        client.close()


def test_an_attempt_opened_by_one_process_is_answered_by_the_other(deployment: Deployment):
    one, other = one_per_process(deployment.web).values()
    opened = one.ask("POST", "/api/v1/attempts", {"code": deployment.code, "language": "fr"}).json()
    headers = {"Authorization": f"Bearer {opened['token']}", "Idempotency-Key": str(ids.random_id())}
    body = {"item": opened["item"]["id"], "outcome": "dont_know"}
    replies = [
        client.ask("POST", f"/api/v1/attempts/{opened['id']}/answers", body, **headers) for client in (other, one)
    ]
    assert [reply.status for reply in replies] == [200, 200]
    assert replies[0].body == replies[1].body
    one.close()
    other.close()


def test_the_worker_sends_the_mail_that_a_web_process_promised(deployment: Deployment):
    client = Client(deployment.web)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    asked = client.ask("POST", "/forgotten", f"email={demo.EMAIL.replace('@', '%40')}".encode(), **form)
    assert asked.status in {200, 303}
    mail = deployment.mailbox.wait(20)
    assert mail["To"] == demo.EMAIL
    assert mail["From"] == "parcours@exemple.fr"
    link = re.search(r"http://\S+(/reset/\S+)", mail.get_content())
    assert link is not None
    assert client.ask("GET", link[1]).status == 200
    client.close()
    time.sleep(3)  # longer than the worker's pause: it is not sent again
    assert deployment.mailbox.empty()
    with deployment.database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(OutboxEvent)) == 0


def test_wrong_codes_are_counted_by_both_processes_together(deployment: Deployment):
    clients = list(one_per_process(deployment.web).values())
    body = {"code": "22222222", "language": "fr"}
    for number in range(taking.WRONG_CODES):
        assert clients[number % 2].ask("POST", "/api/v1/attempts", body).status == 404
    refused = [client.ask("POST", "/api/v1/attempts", body) for client in clients]
    if {reply.status for reply in refused} == {404}:  # the window of ten minutes ended meanwhile
        for number in range(taking.WRONG_CODES):
            clients[number % 2].ask("POST", "/api/v1/attempts", body)
        refused = [client.ask("POST", "/api/v1/attempts", body) for client in clients]
    assert [reply.status for reply in refused] == [429, 429]
    assert all(int(reply.headers["Retry-After"]) > 0 for reply in refused)
    for client in clients:
        client.close()
    with deployment.database.begin() as db:
        db.execute(sa.delete(WrongTries))


def test_the_health_check_of_the_image(deployment: Deployment):
    (check,) = instructions("HEALTHCHECK")
    command = json.loads(check[check.index("CMD ") + 4 :])

    def healthy(port: int) -> bool:
        environment = {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "PATHWAYS_PORT": str(port)}
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0

    assert healthy(deployment.web.port)
    assert not healthy(deployment.worker.port)  # where nobody serves


def listens(pid: int) -> bool:
    """Whether a process has come to handle SIGTERM by itself (Linux says so)."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return bool(int(re.findall(r"SigCgt:\s*([0-9a-f]+)", status)[0], 16) >> (signal.SIGTERM - 1) & 1)


def test_the_worker_ends_when_told(deployment: Deployment):
    worker = deployment.worker
    again = Instance(worker.folder, worker.environment["PATHWAYS_DATABASE_URL"])
    again.environment = worker.environment
    again.process = again.popen("work")
    begun = time.monotonic()
    while not listens(again.process.pid):  # on a busy computer it takes seconds to load what there is
        assert again.process.poll() is None, again.said()
        assert time.monotonic() - begun < 60
        time.sleep(0.2)
    code, seconds = again.stop()
    assert code == 0
    assert seconds < 5


def test_sigterm_lets_requests_in_flight_finish_and_idle_connections_go(instance: Instance):
    idle = Client(instance)
    assert idle.ask("GET", "/healthz").status == 200
    body = json.dumps({"code": instance.code, "language": "fr"}).encode()
    head = f"POST /api/v1/attempts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", instance.port), timeout=20) as flying:
        flying.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + body[:10])
        time.sleep(0.5)
        assert instance.process is not None
        begun = time.monotonic()
        instance.process.send_signal(signal.SIGTERM)
        time.sleep(1.0)
        flying.sendall(body[10:])
        assert flying.recv(4096).startswith(b"HTTP/1.1 201 ")
    assert instance.process.wait(20) in {0, -signal.SIGTERM}
    assert time.monotonic() - begun < 10
    assert not instance.answers()
    idle.close()
    assert "Traceback" not in instance.said()


def test_replies_do_not_wait_for_the_network(instance: Instance):
    found = [nodelay(instance.port, instance.web_processes()) for _ in range(8)]
    assert all(found)


def one_per_process(web: Instance) -> dict[int, Client]:
    """A connection to each web process: which one takes a new connection is the system's choice."""
    found: dict[int, Client] = {}
    processes = web.web_processes()
    deadline = time.monotonic() + 20
    while len(found) < len(processes) and time.monotonic() < deadline:
        client = Client(web)
        assert client.ask("GET", "/healthz").status == 200
        assert client.socket is not None
        pid, _ = holder(client.socket, processes)
        if pid in found:
            client.close()
        else:
            found[pid] = client
    return found
