"""What-if plans over HTTP, sixteen clients in parallel, against a bare endpoint that answers the same bytes."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.answers import Side
from benchmarks.bare_plans import ANSWER
from benchmarks.report import Figure, Section
from benchmarks.served import KINDS, prepared
from pathways.database import Database
from pathways.people import service as people
from pathways.people import tokens
from pathways.permissions import OF_ROLE, Member, Permission, Role
from pathways.referentials import service as referentials
from pathways.referentials.ladders import Ladders
from tests.slow.instance import Client, Instance

CLIENTS = 16
ROUNDS = 3
PLANS, BARE = 96, 1200
PROFILES = 24
SEED = 20260101
PATH = "/api/v1/plans"

HOW = """\
Sixteen clients, each on a connection that stays open, ask `POST /api/v1/plans` for the quickest way of a supposed
profile over the whole of `inclusion-numerique` (one of 24, drawn with a fixed seed; three wanted micro-skills; an hour
a week), and send the next request as soon as the last one is answered. The bare endpoint reads the same body by the
same model of Pydantic, opens no database, plans nothing, and answers the bytes of one such reply: the ratio is the
price of a plan in requests that plan nothing. Rounds alternate after a warm-up round of each; medians of three.
The client is a process of its own on the same machine."""


def measure() -> Section:
    return Section("What if, over HTTP", HOW, [figure for kind in KINDS for figure in _of(kind)])


def _of(kind: str) -> Iterator[Figure]:
    ours, bare = Side(), Side()
    with prepared(kind) as at:
        database = Database(at.url)
        token, codes = _trainer(database)
        database.dispose()
        with Instance(at.folder / "ours", at.url, code=at.code) as instance:
            answer = _one(instance, token, _bodies(codes)[0])
            (at.folder / "answer.json").write_bytes(answer)
            with _BareInstance(at.folder / "bare", at.url, **{ANSWER: str(at.folder / "answer.json")}) as other:
                for round_ in range(ROUNDS + 1):
                    told = _load(instance.port, token, _bodies(codes), PLANS)
                    bare_told = _load(other.port, token, _bodies(codes), BARE)
                    if round_:  # the first of each fills caches
                        ours.add(told)
                        bare.add(bare_told)
                        print(f"{kind}: {ours.rates[-1]:.1f} plans/s, bare {bare.rates[-1]:.0f}", flush=True)
    rate, bare_rate = statistics.median(ours.rates), statistics.median(bare.rates)
    shares = [one / other for one, other in zip(ours.rates, bare.rates, strict=True)]
    yield Figure(
        f"{kind}: plans per second, as a share of the bare endpoint's",
        f"{statistics.median(shares):.4f} ({min(shares):.4f} to {max(shares):.4f}): {rate:.1f} of {bare_rate:.0f} "
        "per second",
    )
    yield Figure(f"{kind}: time to the plan, p50 / p95 / p99", ours.latency())
    yield Figure(f"{kind}: the same, bare", bare.latency())
    refused = ours.refused + bare.refused
    yield Figure(f"{kind}: replies other than 2xx", str(refused), "0", refused == 0)


def _trainer(database: Database) -> tuple[str, list[str]]:
    """A personal token that may read profiles, and the micro-skills of the framework."""
    with database.begin() as db:
        account = people.create_account(db, email="mesure@exemple.fr", name="Une personne")
        place = people.create_organisation(db, name="Une structure").id
        role = Role.TRAINER
        people.add_member(db, account_id=account.id, organisation_id=place, role=role)
        member = Member(account.id, account.name, place, "Une structure", role, OF_ROLE[role])
        _, token = tokens.create_token(db, member, name="mesure", scopes=[Permission.ATTEMPTS_READ], days=1)
        return token, list(Ladders(referentials.latest(db, referentials.USUAL_FRAMEWORK)).skills)


def _bodies(codes: list[str]) -> list[str]:
    dice = random.Random(SEED)
    found = []
    for _ in range(PROFILES):
        profile = {code: round(dice.random(), 3) for code in codes}
        weights = {code: dice.randint(1, 3) for code in dice.sample(codes, 3)}
        limits = {"minutes_a_week": 60}
        body = {"profile": profile, "weights": weights, "limits": limits, "language": "fr", "ways": ["quickest"]}
        found.append(json.dumps(body))
    return found


def _one(instance: Instance, token: str, body: str) -> bytes:
    client = Client(instance)
    reply = client.ask("POST", PATH, body.encode(), Authorization=f"Bearer {token}")
    client.close()
    assert reply.status == 200, reply.body
    return reply.body


def _load(port: int, token: str, bodies: list[str], number: int) -> dict[str, Any]:
    posts = [[PATH, bodies[place % len(bodies)]] for place in range(number)]
    given = {"port": port, "clients": CLIENTS, "posts": posts, "headers": f"Authorization: Bearer {token}\r\n"}
    command = [sys.executable, "-m", "benchmarks.posting"]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


class _BareInstance(Instance):
    """The bare endpoint, served as the instance is."""

    def popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        del arguments
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "benchmarks.bare_plans"],
                env=self.environment | {"PYTHONPATH": str(Path(__file__).parents[1])},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
