"""Answers per second over HTTP, sixteen learners in parallel, against a bare endpoint on the same database."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.bare import bare_answer, bare_attempt, metadata
from benchmarks.load import said
from benchmarks.report import Figure, Section
from benchmarks.served import KINDS, prepared
from pathways import ids
from pathways.database import Database
from pathways.diagnostics.models import Answer
from tests.slow.accepted import nodelay
from tests.slow.instance import Client, Instance

LEARNERS = 16
ROUNDS = 5
ANSWERS = 1200
SCRIPTS = 8
AIM = 0.4

HOW = """\
Sixteen learners, each on a connection that stays open, send their next answer as soon as the last one is acknowledged:
whole attempts, opened beforehand, each answer graded, stored with its reply, and the next question chosen. The bare
endpoint (`benchmarks/bare.py`) does one INSERT and one UPDATE in one transaction, on the same database, with the same
engine settings, number of processes and server settings. Rounds of some 1,200 requests alternate after a warm-up round
of each; figures are medians of five. The client is a process of its own on the same machine. PostgreSQL runs without
waiting for the disk, so that the ratio is one of computing; SQLite waits (`synchronous=FULL`) on both sides."""


@dataclass
class Side:
    """One of the two servers: what its rounds told."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)

    def add(self, told: dict[str, Any]) -> None:
        self.rates.append(len(told["seconds"]) / told["elapsed"])
        self.seconds += told["seconds"]
        for status, count in told["statuses"].items():
            self.statuses[status] = self.statuses.get(status, 0) + count

    @property
    def acknowledged(self) -> int:
        return sum(count for status, count in self.statuses.items() if status.startswith("2"))

    @property
    def refused(self) -> int:
        return sum(self.statuses.values()) - self.acknowledged

    def latency(self) -> str:
        cuts = statistics.quantiles(self.seconds, n=100)
        return " / ".join(f"{1e3 * cuts[at - 1]:.1f}" for at in (50, 95, 99)) + " ms"


def measure() -> Section:
    return Section("Answers per second", HOW, [figure for kind in KINDS for figure in _of(kind)])


def _of(kind: str) -> Iterator[Figure]:
    ours, bare = Side(), Side()
    with (
        prepared(kind) as at,
        Instance(at.folder / "ours", at.url, code=at.code) as instance,
        _BareInstance(at.folder / "bare", at.url) as bare_instance,
    ):
        database = Database(at.url)
        metadata.create_all(database.engine)
        known = scripts(instance)
        warm, warm_bare = Side(), Side()  # the first round of each fills caches
        for side, other in [(warm, warm_bare), *[(ours, bare)] * ROUNDS]:
            side.add(_load(instance.port, opened(instance, known)))
            other.add(_load(bare_instance.port, _bare_attempts(database, known)))
            print(f"{kind}: {side.rates[-1]:.0f} answers/s, bare {other.rates[-1]:.0f}", flush=True)
        delays = tuple(nodelay(one.port, one.web_processes()) for one in (instance, bare_instance))
        with database.read() as db:
            rows = db.scalar(sa.select(sa.func.count()).select_from(Answer)) or 0
            bare_rows = db.scalar(sa.select(sa.func.count()).select_from(bare_answer)) or 0
        database.dispose()
        scripted = sum(len(script) for script in known)
    rate, bare_rate = statistics.median(ours.rates), statistics.median(bare.rates)
    shares = [mine / theirs for mine, theirs in zip(ours.rates, bare.rates, strict=True)]
    ratio = statistics.median(shares)
    expected = scripted + warm.acknowledged + ours.acknowledged, warm_bare.acknowledged + bare.acknowledged
    yield Figure(
        f"{kind}: answers per second, as a share of the bare endpoint's",
        f"{ratio:.2f} ({min(shares):.2f} to {max(shares):.2f}): {rate:.0f} of {bare_rate:.0f} per second",
        f">= {AIM}",
        ratio >= AIM,
    )
    yield Figure(f"{kind}: time to the reply, p50 / p95 / p99", ours.latency())
    yield Figure(f"{kind}: the same, bare", bare.latency())
    refused = ours.refused + bare.refused
    yield Figure(f"{kind}: replies other than 2xx", str(refused), "0", refused == 0)
    yield Figure(
        f"{kind}: rows stored / answers acknowledged",
        f"{rows:,} / {expected[0]:,} (bare: {bare_rows:,} / {expected[1]:,})",
        "equal",
        (rows, bare_rows) == expected,
    )
    yield Figure(f"{kind}: TCP_NODELAY on accepted connections, ours and bare", _yes(delays), "yes", all(delays))


def _yes(found: tuple[bool, ...]) -> str:
    return " and ".join("yes" if one else "no" for one in found)


def scripts(instance: Instance) -> list[list[str]]:
    """The requests of a few learners who answer differently: how long an attempt is, and what a bare endpoint gets."""
    client = Client(instance)
    found = []
    for way in range(SCRIPTS):
        opened = _open(client, instance.code)
        item, script = opened["item"], []
        while (body := said(item, way + len(script))) is not None:
            script.append(body)
            headers = {"Authorization": f"Bearer {opened['token']}", "Idempotency-Key": str(ids.random_id())}
            reply = client.ask("POST", f"/api/v1/attempts/{opened['id']}/answers", body.encode(), **headers)
            assert reply.status == 200, reply.body
            item = reply.json()["item"]
        found.append(script)
    client.close()
    return found


def opened(instance: Instance, known: list[list[str]]) -> list[dict[str, Any]]:
    """Attempts for one round, opened before the clock starts: some 1,200 answers, as long as those that were tried."""
    client = Client(instance)
    attempts, answers = [], 0
    while answers < ANSWERS:
        made, way = _open(client, instance.code), len(attempts) % len(known)
        attempts.append({"id": made["id"], "token": made["token"], "item": made["item"], "way": way})
        answers += len(known[way])
    client.close()
    return attempts


def _open(client: Client, code: str) -> dict[str, Any]:
    made: dict[str, Any] = client.ask("POST", "/api/v1/attempts", {"code": code, "language": "fr"}).json()
    return made


def _bare_attempts(database: Database, known: list[list[str]]) -> list[dict[str, Any]]:
    attempts: list[dict[str, Any]] = []
    while sum(len(one["answers"]) for one in attempts) < ANSWERS:
        attempts.append({"id": str(ids.random_id()), "token": "", "answers": known[len(attempts) % len(known)]})
    with database.begin() as db:
        rows = [{"id": uuid.UUID(one["id"]), "answered": 0} for one in attempts]
        db.execute(sa.insert(bare_attempt), rows)
    return attempts


def _load(port: int, attempts: list[dict[str, Any]]) -> dict[str, Any]:
    given = json.dumps({"port": port, "learners": LEARNERS, "attempts": attempts})
    command = [sys.executable, "-m", "benchmarks.load"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


class _BareInstance(Instance):
    """The bare endpoint, served as the instance is."""

    def popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        del arguments
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "benchmarks.bare"],
                env=self.environment | {"PYTHONPATH": str(Path(__file__).parents[1])},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
