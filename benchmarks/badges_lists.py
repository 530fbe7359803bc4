"""A status list with many revoked: written anew, served, and how soon it shows what was just revoked."""

from __future__ import annotations

import json
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from benchmarks import posting
from benchmarks.answers import Side
from benchmarks.badges_network import Amounts, Desk, Network
from benchmarks.report import Figure
from pathways.badges.formats import status_list
from pathways.badges.issuing import lists
from pathways.badges.models import Credential, Issuer
from pathways.database import Database
from tests.slow.instance import Client, Instance

CLIENTS = 16
AIM_REBUILT, AIM_SHOWN = 1.0, 5.0
PATIENCE = 60.0


def rebuilt(kind: str, database: Database, network: Network, amounts: Amounts) -> Iterator[Figure]:
    """As after each revocation: the list is held, written from the rows, signed, and committed."""
    seconds = []
    for _ in range(amounts.rebuilds):
        begun = time.perf_counter()
        with database.begin() as db:
            [held] = lists.hold(db, [network.first_list(db).id])
            lists.write(db, db.get_one(Issuer, network.issuer_id), held, network.key(db))
        seconds.append(time.perf_counter() - begun)
    with database.read() as db:
        document = json.loads(network.first_list(db).document)
    encoded = document["credentialSubject"]["encodedList"]
    bits = sum(one.bit_count() for one in status_list.decode(encoded))
    print(f"{kind}: list of {bits:,} revoked rebuilt in {statistics.median(seconds):.3f} s", flush=True)
    yield Figure(
        f"{kind}: list with {bits:,} revoked ({len(encoded) / 1000:.0f} kB), rebuilt and committed, median (slowest)",
        f"{statistics.median(seconds):.2f} s ({max(seconds):.2f})",
        f"<= {AIM_REBUILT:.0f} s",
        max(seconds) <= AIM_REBUILT,
    )
    yield Figure(
        f"{kind}: bits set / badges revoked", f"{bits:,} / {amounts.revoked:,}", "equal", bits == amounts.revoked
    )


def served(kind: str, instance: Instance, database: Database, network: Network, amounts: Amounts) -> Iterator[Figure]:
    client = Client(instance)
    reply = client.ask("GET", network.list_path)
    client.close()
    with database.read() as db:
        is_signed = reply.body == network.first_list(db).document
    unchanged = f"If-None-Match: {reply.headers['etag']}\r\n"
    whole, known, bare = Side(), Side(), Side()
    for number in range(amounts.rounds + 1):
        found = [
            (whole, _asked(instance.port, network.list_path, amounts.gets)),
            (known, _asked(instance.port, network.list_path, amounts.gets, unchanged)),
            (bare, _asked(instance.port, "/healthz", amounts.gets)),
        ]
        for side, told in found if number else ():  # the first of each fills caches
            side.add(told)
    yield Figure(f"{kind}: the bytes served are the bytes signed", "yes" if is_signed else "no", "yes", is_signed)
    for what, side, status in (("served whole", whole, "200"), ("known already, 304", known, "304")):
        shares = [mine / other for mine, other in zip(side.rates, bare.rates, strict=True)]
        rate, bare_rate = statistics.median(side.rates), statistics.median(bare.rates)
        print(f"{kind}: {what} {rate:.0f}/s, bare {bare_rate:.0f}", flush=True)
        yield Figure(
            f"{kind}: the list {what}, as a share of the bare request's",
            f"{statistics.median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f}): {rate:.0f} of {bare_rate:.0f}"
            f" per second; p50 / p95 / p99 {side.latency()}",
        )
        others = sum(count for one, count in side.statuses.items() if one != status)
        yield Figure(f"{kind}: the list {what}, replies other than {status}", str(others), "0", others == 0)


def _asked(port: int, path: str, number: int, headers: str = "") -> dict[str, Any]:
    work = [[path, ""] for _ in range(number)]
    return posting.apart(port=port, clients=CLIENTS, posts=work, method="GET", headers=headers)


def shown(kind: str, instance: Instance, database: Database, network: Network, amounts: Amounts) -> Iterator[Figure]:
    """From the form that takes a badge back, sent from the desk, to the first list that says so."""
    desk, visitor = Desk(instance, database, network), Client(instance)
    seconds, gets = [], 0
    for badge_id, index in _living(database, network, amounts.revocations):
        assert not _is_revoked(visitor, network, index)
        begun = time.perf_counter()
        reply = desk.revoke(badge_id)
        assert reply.status == 303, reply.body
        gets += 1
        while not _is_revoked(visitor, network, index):
            gets += 1
            assert time.perf_counter() - begun < PATIENCE, "a revoked badge is not shown as such"
        seconds.append(time.perf_counter() - begun)
    desk.close()
    visitor.close()
    print(f"{kind}: revoked to served in {statistics.median(seconds):.2f} s", flush=True)
    yield Figure(
        f"{kind}: from revoking a badge to the list that says so, median (slowest)",
        f"{statistics.median(seconds):.2f} s ({max(seconds):.2f}), {gets} looks for {len(seconds)} badges",
        f"<= {AIM_SHOWN:.0f} s",
        max(seconds) <= AIM_SHOWN,
    )


def _living(database: Database, network: Network, number: int) -> Sequence[tuple[uuid.UUID, int]]:
    """Badges and their places on the first list."""
    with database.read() as db:
        query = sa.select(Credential.id, Credential.list_index).filter_by(list_id=network.first_list(db).id)
        rows = db.execute(query.where(Credential.revoked_at.is_(None)).order_by(Credential.id).limit(number))
        return [(id_, index) for id_, index in rows]


def _is_revoked(visitor: Client, network: Network, index: int) -> bool:
    reply = visitor.ask("GET", network.list_path)
    assert reply.status == 200, reply.status
    return status_list.is_revoked(reply.json()["credentialSubject"]["encodedList"], index)
