"""Badges issued: in batches through the service, beside PyLD's work on the same documents; and one over HTTP."""

from __future__ import annotations

import json
import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from benchmarks import badges_peers as peers
from benchmarks.badges_network import Amounts, Asked, Network, asked, orders, post_form
from benchmarks.badges_peers import Canonical
from benchmarks.report import Figure
from pathways.badges.formats.baking import png
from pathways.badges.issuing import awarding
from pathways.badges.models import Credential
from pathways.database import Database
from tests.badges.issuing.networking import SIGNER
from tests.slow.instance import Client, Instance, Reply

AIM_BATCH, AIM_ONE = 15, 0.060
WARM = 3
"""Requests that are not counted: the first badge of a version has its shape worked out."""


# --- in batches -----------------------------------------------------------------------------------------------


@dataclass
class _Rates:
    """Badges per second, round by round."""

    ours: list[float] = field(default_factory=list)
    keeping: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)


def batches(kind: str, database: Database, network: Network, amounts: Amounts) -> Iterator[Figure]:
    chance, rates = random.Random(7), _Rates()
    keeping, plain = peers.keeping(), peers.plain()
    first, _ = _batch(database, network, amounts, chance)
    same = 0
    for number in range(amounts.batches + 1):
        rate, documents = _batch(database, network, amounts, chance)
        some = documents[: amounts.pyld]
        found, agreed = _by_pyld(database, network, some, keeping)
        found_plain, agreed_plain = _by_pyld(database, network, some, plain)
        same += agreed + agreed_plain
        if number:  # the first of each fills caches
            rates.ours.append(rate)
            rates.keeping.append(found)
            rates.plain.append(found_plain)
            print(f"{kind}: {rate:.0f} badges/s, PyLD {found:.0f}, plain {found_plain:.0f}", flush=True)
    what = f"{kind}: badges issued per second in a batch, as a multiple of those that PyLD"
    yield peers.multiple(f"{what} signs", rates.ours, rates.keeping, AIM_BATCH)
    yield peers.multiple(f"{what} signs with a plain loader", rates.ours, rates.plain)
    yield Figure(
        f"{kind}: the first batch of a version, whose shape is not known yet", f"{first:.0f} badges per second"
    )
    yield _stored(kind, database, network, (amounts.batches + 2) * amounts.batch)
    compared = 2 * (amounts.batches + 1) * min(amounts.pyld, amounts.batch)
    yield Figure(f"{kind}: signatures that are PyLD's to the byte", f"{same} of {compared}", "all", same == compared)


def _batch(database: Database, network: Network, amounts: Amounts, chance: random.Random) -> tuple[float, list[bytes]]:
    """Badges per second, and the bytes that were signed."""
    wanted = orders(database, network, amounts.batch, chance)
    begun = time.perf_counter()
    with database.begin() as db:
        issued = awarding.issue(db, SIGNER, network.version(db), wanted, by=None)
    return len(wanted) / (time.perf_counter() - begun), [one.document for one in issued]


def _by_pyld(
    database: Database, network: Network, documents: Sequence[bytes], canonical: Canonical
) -> tuple[float, int]:
    """Documents per second, and how many of the signatures are those that the badges have."""
    with database.read() as db:
        private = network.key(db).private
    parsed = [json.loads(one) for one in documents]
    begun = time.perf_counter()
    values = [peers.signed(one, private, canonical) for one in parsed]
    elapsed = time.perf_counter() - begun
    agreed = sum(value == one["proof"][0]["proofValue"] for value, one in zip(values, parsed, strict=True))
    return len(parsed) / elapsed, agreed


def _stored(kind: str, database: Database, network: Network, issued: int) -> Figure:
    with database.read() as db:
        whole = sa.and_(Credential.issuer_id == network.issuer_id, sa.func.length(Credential.document) > 0)
        rows = db.scalar(sa.select(sa.func.count()).where(whole)) or 0
    return Figure(f"{kind}: badges stored / issued in batches", f"{rows:,} / {issued:,}", "equal", rows == issued)


# --- one over HTTP --------------------------------------------------------------------------------------------


@dataclass
class _Times:
    """Seconds of each exchange."""

    bare: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    picture: list[float] = field(default_factory=list)

    @property
    def whole(self) -> list[float]:
        return [one + other for one, other in zip(self.sent, self.picture, strict=True)]

    @property
    def beyond(self) -> float:
        return p95(self.whole) - p95(self.bare)


def one_by_one(
    kind: str, instance: Instance, database: Database, network: Network, amounts: Amounts
) -> Iterator[Figure]:
    for what, own_texts in (("", False), (", with evidence under a title of its own", True)):
        waiting = asked(database, network, WARM + amounts.issues, own_texts=own_texts)
        client, times = Client(instance), _Times()
        for number, one in enumerate(waiting):
            _issued(client, database, one, times if number >= WARM else _Times())
        client.close()
        print(f"{kind}: one badge{what} {1e3 * times.beyond:.1f} ms beyond the bare request", flush=True)
        yield Figure(
            f"{kind}: one badge{what}, signed, as a baked PNG: p95 beyond the bare request's",
            f"{1e3 * times.beyond:.1f} ms ({1e3 * p95(times.whole):.1f} less {1e3 * p95(times.bare):.1f})",
            f"<= {1e3 * AIM_ONE:.0f} ms",
            times.beyond <= AIM_ONE,
        )
        yield Figure(
            f"{kind}: one badge{what}: request sent, p50 / p95; picture, p50 / p95",
            f"{_p50_p95(times.sent)}; {_p50_p95(times.picture)} ms",
        )


def _issued(client: Client, database: Database, one: Asked, times: _Times) -> None:
    """The person looks at their request, sends it, and takes the picture; each picture carries the bytes that are kept.
    Where the badge is, their page says: it is read here from the database, and not counted.
    """
    assert client.ask("GET", one.path).status == 200
    bare = _timed(times.bare, lambda: client.ask("GET", "/healthz"))
    assert bare.status == 200, bare.status
    sent = _timed(times.sent, lambda: post_form(client, f"{one.path}/submit", {}))
    assert sent.status == 303, sent.body
    badge_id, document = _issued_for(database, one.request_id)
    picture = _timed(times.picture, lambda: client.ask("GET", f"/credentials/{badge_id}.png"))
    assert picture.status == 200, picture.status
    assert png.unbake(picture.body) == document.decode()


def _issued_for(database: Database, request_id: uuid.UUID) -> tuple[uuid.UUID, bytes]:
    with database.read() as db:
        badge = db.scalars(sa.select(Credential).filter_by(origin=f"request:{request_id}")).one()
        return badge.id, badge.document


def _timed(seconds: list[float], ask: Callable[[], Reply]) -> Reply:
    begun = time.perf_counter()
    reply = ask()
    seconds.append(time.perf_counter() - begun)
    return reply


def p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[94]


def _p50_p95(seconds: Sequence[float]) -> str:
    return f"{1e3 * statistics.median(seconds):.1f} / {1e3 * p95(seconds):.1f}"
