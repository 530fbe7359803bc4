"""Our own badges verified over HTTP, beside Digital Bazaar's library and PyLD on the same files."""

from __future__ import annotations

import itertools
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from benchmarks import badges_peers as peers
from benchmarks import posting
from benchmarks.answers import Side
from benchmarks.badges_network import Amounts, Network
from benchmarks.report import Figure
from pathways.badges.models import Credential
from pathways.database import Database
from tests.slow.instance import Client, Instance

PATH = "/api/v1/verifications"
TOGETHER = 4
AIM = 1
_addresses = (f"10.{one >> 16 & 255}.{one >> 8 & 255}.{one & 255}" for one in itertools.count(1))
"""A visitor each: an address may have so many files verified in ten minutes, and no more."""


def over_http(
    kind: str, instance: Instance, database: Database, network: Network, amounts: Amounts
) -> Iterator[Figure]:
    badges = _badges(database, network, amounts.verified)
    with database.read() as db:
        site, public = network.site(db), network.key(db).private.public_key()
    _all_are_valid(instance, badges)
    _posted(instance.port, badges, TOGETHER)
    alone, together, theirs, by_pyld = Side(), Side(), list[float](), list[float]()
    canonical = peers.keeping()
    for _ in range(amounts.verifications):
        theirs.append(1 / peers.digital_bazaar(site, badges, amounts.warm))
        alone.add(_posted(instance.port, badges, 1))
        together.add(_posted(instance.port, badges, TOGETHER))
        parsed = [json.loads(one) for one in badges]
        begun = time.perf_counter()
        for one in parsed:
            peers.verifies(one, public, canonical)
        by_pyld.append(len(parsed) / (time.perf_counter() - begun))
        print(f"{kind}: {alone.rates[-1]:.0f} verified/s, {together.rates[-1]:.0f} by {TOGETHER} at once", flush=True)
        print(f"{kind}: Digital Bazaar {theirs[-1]:.0f}/s, PyLD {by_pyld[-1]:.0f}/s", flush=True)
    what = f"{kind}: badges verified per second over HTTP, one after the other, as a multiple of"
    yield peers.multiple(f"{what} Digital Bazaar's", alone.rates, theirs, AIM)
    yield peers.multiple(f"{what} PyLD's", alone.rates, by_pyld)
    yield Figure(f"{kind}: one after the other, time to the verdict, p50 / p95 / p99", alone.latency())
    yield Figure(
        f"{kind}: verified for {TOGETHER} visitors at once",
        f"{statistics.median(together.rates):.1f} per second; {together.latency()}",
    )
    refused = alone.refused + together.refused
    yield Figure(f"{kind}: verifications, replies other than 2xx", str(refused), "0", refused == 0)


def _badges(database: Database, network: Network, number: int) -> list[bytes]:
    """Of those that were issued in batches."""
    with database.read() as db:
        query = sa.select(Credential.document).filter_by(issuer_id=network.issuer_id, revoked_at=None)
        found = db.scalars(query.where(Credential.origin.startswith("measured:")).order_by(Credential.id).limit(number))
        badges = list(found)
    assert len(badges) == number, f"{number} badges are to be verified, and {len(badges)} were issued"
    return badges


def _all_are_valid(instance: Instance, badges: Sequence[bytes]) -> None:
    """The processes that judge are warm after this."""
    client = Client(instance)
    for badge in badges:
        reply = client.ask("POST", PATH, {"text": badge.decode()}, **{"X-Forwarded-For": next(_addresses)})
        assert reply.status == 200, reply.body
        assert reply.json()["overall"] == "valid", reply.body
    client.close()


def _posted(port: int, badges: Sequence[bytes], clients: int) -> dict[str, Any]:
    posts = [
        [PATH, json.dumps({"text": badge.decode()}), f"X-Forwarded-For: {next(_addresses)}\r\n"] for badge in badges
    ]
    return posting.apart(port=port, clients=clients, posts=posts)
