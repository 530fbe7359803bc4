"""Badges issued, verified, listed and revoked: in the service and over HTTP, beside PyLD and Digital Bazaar's library.

``python -m benchmarks.badges --batch 50 --issues 10 ...`` prints the section for smaller amounts, and writes no page.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
from collections.abc import Iterator

from benchmarks import badges_issuing, badges_lists, badges_network, badges_verifying
from benchmarks.badges_network import ENVIRONMENT, Amounts
from benchmarks.directory import settle
from benchmarks.report import Figure, Section, load, machine
from benchmarks.served import KINDS, prepared
from pathways.database import Database
from tests.slow.instance import Instance

USUAL = Amounts()


def how(amounts: Amounts) -> str:
    return f"""\
One network, the shipped achievement `{badges_network.ACHIEVEMENT}` (its criteria alone decide), badges of some 8 kB and
140 statements. *In a batch*: `issuing.awarding.issue` with {amounts.batch} orders, each with a measure of its own, a
place on the status list, the signed bytes stored, the commit; PyLD, in the same process and in turn, expands,
canonicalises (`jsonld.normalize`, URDNA2015: document and options of the proof) and signs {amounts.pyld} of the same
documents, storing nothing, with the product's own loader, which has it keep what it worked out of a context, and with a
plain one. *One badge over HTTP*: a person sends a request that meets its criteria (`POST /h/LINK/requests/ID/submit`:
read, measured, decided, signed, listed, committed), then fetches `/credentials/ID.png`; both together, {amounts.issues}
times, against `/healthz` of the same server, asked before each; every picture carries the bytes that are stored.
*Verified*: `POST /api/v1/verifications` with {amounts.verified} of these badges, one after the other on one connection,
each from another address (`X-Forwarded-For`), the processes that judge warm. Digital Bazaar's library has the same
files in Node.js, in one process, less the time of {amounts.warm} of them: neither its start nor its compiling counts.
It verifies the status list with every badge, ours once for as long as its bytes are the same. PyLD's is the signature
alone. *The list*: of 131,072 places, {amounts.revoked:,} taken back (the product begins another when half are taken);
asked for by {badges_lists.CLIENTS} clients. *Revoked*: from the form at the desk to the first answer with the bit,
asked of this server; whoever keeps a copy may use it for five minutes more. Rounds alternate; medians. Clients are
processes of their own on the same machine. PostgreSQL runs without waiting for the disk, SQLite waits
(`synchronous=FULL`)."""


def measure(amounts: Amounts = USUAL) -> Section:
    return Section("Badges", how(amounts), [figure for kind in KINDS for figure in _of(kind, amounts)])


def _of(kind: str, amounts: Amounts) -> Iterator[Figure]:
    with prepared(kind) as at:
        database = Database(at.url)
        network = badges_network.made(database)
        yield from badges_issuing.batches(kind, database, network, amounts)
        with Instance(at.folder / "instance", at.url, code=at.code, **ENVIRONMENT) as instance:
            yield from badges_issuing.one_by_one(kind, instance, database, network, amounts)
            yield from badges_verifying.over_http(kind, instance, database, network, amounts)
            badges_network.crowd_of_revoked(database, network, amounts.revoked, random.Random(11))
            settle(database)
            yield from badges_lists.rebuilt(kind, database, network, amounts)
            yield from badges_lists.served(kind, instance, database, network, amounts)
            yield from badges_lists.shown(kind, instance, database, network, amounts)
        database.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description="Badges, measured with other amounts than the page has.")
    for one in dataclasses.fields(Amounts):
        parser.add_argument(f"--{one.name}", type=int, default=one.default)
    given = Amounts(**vars(parser.parse_args()))
    before = load()
    print(measure(given).markdown())
    print(f"Measured on {machine()}; load {before} before, {load()} after.")


if __name__ == "__main__":
    main()
