"""Bookings per second: over HTTP against a bare endpoint, in process against plain SQL, and the ways not taken."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.answers import Side
from benchmarks.bare_seats import bare_booking, bare_session, metadata
from benchmarks.report import Figure, Section
from benchmarks.served import KINDS, Prepared, prepared
from pathways import clock, ids
from pathways.database import Database
from pathways.errors import Conflict
from pathways.people.models import Organisation
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, SessionState, Workshop, WorkshopSession
from pathways.workshops.seating import booking
from pathways.workshops.seating.booking import Full, Wanted
from tests.slow.accepted import nodelay
from tests.slow.instance import SECRET, Instance

CLIENTS, ROUNDS, POSTS = 16, 5, 1000
SPREAD = 1000
IN_PROCESS = 400
SESSIONS, SEATS, ATTEMPTS = 30, 12, 48
AIM_HTTP, AIM_PROCESS = 0.4, 0.6
PLENTY = 10_000_000
CODES = Codes(SECRET.encode())

HOW = f"""\
Sixteen clients, each on a connection that stays open, book a seat as soon as their last one is answered: by the code
of the session, without an account, with a new idempotency key each; on one session in demand, then on {SPREAD:,} in
turn. The bare endpoint (`benchmarks/bare_seats.py`) does the same conditional UPDATE and one INSERT in one
transaction, on the same database, with the same engine settings, number of processes and server settings: no key that
is kept, no codes, no feed of changes, no waiting list. Rounds of {POSTS:,} alternate after a warm-up round of each;
figures are medians of five. In process, one thread books on one session: the service with its transaction, against
the same two statements given to the driver as text. The ways not taken are run by {CLIENTS} threads of one process on
{SESSIONS} sessions of {SEATS} seats with {ATTEMPTS} attempts each (PostgreSQL; on SQLite one writer at a time cannot
oversell). PostgreSQL runs without waiting for the disk, so that ratios are of computing; SQLite waits
(`synchronous=FULL`) on both sides."""


def measure() -> Section:
    return Section("Bookings per second", HOW, [figure for kind in KINDS for figure in _of(kind)])


def _of(kind: str) -> Iterator[Figure]:
    with prepared(kind) as at:
        database = Database(at.url)
        metadata.create_all(database.engine)
        with database.begin() as db:
            spread = _sessions(db, SPREAD, PLENTY)
            hot = _sessions(db, 1, PLENTY)
        yield from _over_http(kind, at, database, hot, spread)
        yield from _in_process(kind, at, database, hot[0].id)
        if not at.sqlite:
            yield from _ways_not_taken(kind, database)
        database.dispose()


@dataclass
class Arm:
    """One of the two servers, on one of the two kinds of demand."""

    codes: list[str]
    side: Side = field(default_factory=Side)
    warm: Side = field(default_factory=Side)

    def round(self, port: int, *, warm: bool) -> None:
        posts = [
            [f"/api/v1/s/{self.codes[number % len(self.codes)]}/bookings", json.dumps({"party": 1, "language": "fr"})]
            for number in range(POSTS)
        ]
        given = json.dumps({"port": port, "clients": CLIENTS, "posts": posts})
        command = [sys.executable, "-m", "benchmarks.posting"]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
        (self.warm if warm else self.side).add(json.loads(done.stdout))


def _over_http(
    kind: str, at: Prepared, database: Database, hot: list[WorkshopSession], spread: list[WorkshopSession]
) -> Iterator[Figure]:
    with (
        Instance(at.folder / "ours", at.url, code=at.code) as ours,
        _BareInstance(at.folder / "bare", at.url) as bare,
    ):
        for name, sessions in (("one hot session", hot), (f"{SPREAD:,} sessions", spread)):
            mine, theirs = (Arm([one.code for one in sessions]) for _ in range(2))
            for number in range(ROUNDS + 1):
                mine.round(ours.port, warm=number == 0)
                theirs.round(bare.port, warm=number == 0)
            shares = [a / b for a, b in zip(mine.side.rates, theirs.side.rates, strict=True)]
            rate, bare_rate = (statistics.median(arm.side.rates) for arm in (mine, theirs))
            print(f"{kind}, {name}: {rate:.0f} bookings/s, bare {bare_rate:.0f}", flush=True)
            yield Figure(
                f"{kind}: bookings per second on {name}, as a share of the bare endpoint's",
                f"{statistics.median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f}):"
                f" {rate:.0f} of {bare_rate:.0f} per second",
                f">= {AIM_HTTP}",
                statistics.median(shares) >= AIM_HTTP,
            )
            yield Figure(f"{kind}: {name}, time to the reply, p50 / p95 / p99", mine.side.latency())
            refused = sum(arm.refused for arm in (mine.side, mine.warm, theirs.side, theirs.warm))
            yield Figure(f"{kind}: {name}, replies other than 2xx", str(refused), "0", refused == 0)
            yield _rows(kind, name, database, sessions, mine, theirs)
        delays = [nodelay(one.port, one.web_processes()) for one in (ours, bare)]
        said = " and ".join("yes" if one else "no" for one in delays)
        yield Figure(f"{kind}: TCP_NODELAY on accepted connections, ours and bare", said, "yes", all(delays))


def _rows(kind: str, name: str, database: Database, sessions: list[WorkshopSession], mine: Arm, theirs: Arm) -> Figure:
    which = [one.id for one in sessions]
    with database.read() as db:
        count = sa.select(sa.func.count())
        rows = db.scalar(count.select_from(Booking).where(Booking.session_id.in_(which))) or 0
        sold = db.scalar(sa.select(sa.func.sum(WorkshopSession.booked)).where(WorkshopSession.id.in_(which))) or 0
        bare_rows = db.scalar(count.select_from(bare_booking).where(bare_booking.c.session_id.in_(which))) or 0
    acknowledged = [arm.side.acknowledged + arm.warm.acknowledged for arm in (mine, theirs)]
    return Figure(
        f"{kind}: {name}, rows stored / seats counted / bookings acknowledged",
        f"{rows:,} / {sold:,} / {acknowledged[0]:,} (bare: {bare_rows:,} / {acknowledged[1]:,})",
        "equal",
        [rows, sold, bare_rows] == [acknowledged[0], acknowledged[0], acknowledged[1]],
    )


def _in_process(kind: str, at: Prepared, database: Database, session_id: uuid.UUID) -> Iterator[Figure]:
    """One thread, one session: our service and its transaction, and the two statements alone."""
    connection: Any = database.engine.raw_connection()
    plain = _plain_sqlite if at.sqlite else _plain_postgresql
    connection.driver_connection.isolation_level = None if at.sqlite else connection.driver_connection.isolation_level

    def ours() -> None:
        with database.begin() as db:
            booking.book(db, CODES, session_id, Wanted())

    def theirs() -> None:
        plain(connection.driver_connection, session_id)

    rates: dict[Callable[[], None], list[float]] = {ours: [], theirs: []}
    for number in range(ROUNDS + 1):
        for act, found in rates.items():
            begun = time.perf_counter()
            for _ in range(IN_PROCESS):
                act()
            if number:
                found.append(IN_PROCESS / (time.perf_counter() - begun))
    connection.close()
    shares = [a / b for a, b in zip(rates[ours], rates[theirs], strict=True)]
    rate, bare_rate = statistics.median(rates[ours]), statistics.median(rates[theirs])
    yield Figure(
        f"{kind}: the service in process, as a share of plain SQL",
        f"{statistics.median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f}): {rate:.0f} of {bare_rate:.0f}",
        f">= {AIM_PROCESS}",
        statistics.median(shares) >= AIM_PROCESS,
    )


def _plain_postgresql(connection: Any, session_id: uuid.UUID) -> None:
    """The one statement of the notes: UPDATE ... RETURNING, then INSERT, and the commit."""
    row = _row(session_id)
    found = connection.execute(
        "WITH seat AS (UPDATE workshop_session SET booked = booked + 1 WHERE id = %(session_id)s"
        " AND booked + held + reserved + 1 <= capacity + allowance RETURNING id)"
        " INSERT INTO booking (id, session_id, state, party, language, needs, label, code_digest, link_digest, via,"
        " channel, contact, sequence, created_at, updated_at) SELECT %(id)s, id, 'confirmed', 1, 'fr', '[]', '',"
        " %(code)s, %(link)s, 'person', 'none', '', 0, %(at)s, %(at)s FROM seat RETURNING id",
        row,
    ).fetchone()
    assert found is not None
    connection.commit()


def _plain_sqlite(connection: Any, session_id: uuid.UUID) -> None:
    row = _row(session_id)
    row |= {name: row[name].hex for name in ("id", "session_id")} | {
        "at": row["at"].replace(tzinfo=None).isoformat(" ")
    }
    connection.execute("BEGIN IMMEDIATE")
    found = connection.execute(
        "UPDATE workshop_session SET booked = booked + 1 WHERE id = :session_id"
        " AND booked + held + reserved + 1 <= capacity + allowance RETURNING id",
        row,
    ).fetchone()
    assert found is not None
    connection.execute(
        "INSERT INTO booking (id, session_id, state, party, language, needs, label, code_digest, link_digest, via,"
        " channel, contact, sequence, created_at, updated_at) VALUES (:id, :session_id, 'confirmed', 1, 'fr', '[]', '',"
        " :code, :link, 'person', 'none', '', 0, :at, :at)",
        row,
    )
    connection.execute("COMMIT")


def _row(session_id: uuid.UUID) -> dict[str, Any]:
    key = ids.random_id()
    return {"id": key, "session_id": session_id, "code": f"code {key}", "link": f"link {key}", "at": clock.now()}


Sell = Callable[[Session, uuid.UUID], object]


def _ways_not_taken(kind: str, database: Database) -> Iterator[Figure]:
    """The gate, an advisory lock with a count, and check-then-insert: rates, and seats sold beyond what there were."""
    arms: dict[str, Sell] = {
        "the gate": lambda db, id_: booking.book(db, CODES, id_, Wanted()),
        "advisory lock and count": _advisory,
        "check, then insert": _check_then_insert,
    }
    rates: dict[str, list[float]] = {name: [] for name in arms}
    oversold: dict[str, int] = dict.fromkeys(arms, 0)
    with database.engine.begin() as connection:  # the net under the gate would hide what the others do
        connection.execute(sa.text("ALTER TABLE workshop_session DROP CONSTRAINT ck_workshop_session_never_oversold"))
    for _ in range(3):
        for name, sell in arms.items():
            rate, over = _crowd(database, sell)
            rates[name].append(rate)
            oversold[name] += over
    told = {name: statistics.median(found) for name, found in rates.items()}
    share = told["the gate"] / told["advisory lock and count"]
    yield Figure(
        f"{kind}: {SESSIONS} x {SEATS} seats x {ATTEMPTS} attempts, the gate against an advisory lock and a count",
        f"{share:.2f}: {told['the gate']:.0f} and {told['advisory lock and count']:.0f} attempts per second",
        "> 1",
        share > 1,
    )
    sold = {name: f"{over}" for name, over in oversold.items()}
    yield Figure(
        f"{kind}: seats sold too many in three runs: the gate, the lock, check-then-insert",
        " / ".join(sold.values()),
        "0 / 0 / some",
        not oversold["the gate"] and not oversold["advisory lock and count"] and oversold["check, then insert"] > 0,
    )


def _advisory(db: Session, session_id: uuid.UUID) -> None:
    db.execute(sa.select(sa.func.pg_advisory_xact_lock(session_id.int & 0x7FFF_FFFF_FFFF_FFFF)))
    _check_then_insert(db, session_id)


def _check_then_insert(db: Session, session_id: uuid.UUID) -> None:
    capacity = db.scalar(sa.select(WorkshopSession.capacity).filter_by(id=session_id)) or 0
    active = sa.select(sa.func.coalesce(sa.func.sum(Booking.party), 0)).where(
        Booking.session_id == session_id, Booking.state == BookingState.CONFIRMED
    )
    if (db.scalar(active) or 0) >= capacity:
        raise Full
    row, moment = ids.random_id(), clock.now()
    values = {"id": row, "session_id": session_id, "state": BookingState.CONFIRMED, "party": 1, "language": "fr"}
    db.execute(sa.insert(Booking).values(values | CODES.digests_of(row) | {"created_at": moment, "updated_at": moment}))


def _crowd(database: Database, sell: Sell) -> tuple[float, int]:
    with database.begin() as db:
        sessions = [one.id for one in _sessions(db, SESSIONS, SEATS)]
    work, guard = [one for one in sessions for _ in range(ATTEMPTS)], threading.Lock()
    attempts = len(work)

    def client(_number: int) -> None:
        while True:
            with guard:
                if not work:
                    return
                session_id = work.pop()
            try:
                with database.begin() as db:
                    sell(db, session_id)
            except Conflict:
                pass

    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    elapsed = time.perf_counter() - begun
    with database.read() as db:
        sold = sa.select(sa.func.sum(Booking.party)).where(Booking.session_id.in_(sessions))
        found = db.scalars(sold.group_by(Booking.session_id)).all()
    return attempts / elapsed, sum(max(0, one - SEATS) for one in found)


def _sessions(db: Session, number: int, capacity: int) -> list[WorkshopSession]:
    """Published sessions, and the bare ones of the same codes."""
    organisation = Organisation(name="Espace numérique")
    db.add(organisation)
    db.flush()
    workshop = Workshop(organisation_id=organisation.id, titles={"fr": "Mes e-mails"}, theme="email")
    db.add(workshop)
    db.flush()
    starts = clock.now() + timedelta(days=30)
    found = [
        WorkshopSession(
            workshop_id=workshop.id,
            organisation_id=organisation.id,
            code=ids.new_code(7),
            state=SessionState.PUBLISHED,
            capacity=capacity,
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            closes_at=starts,
            languages=["fr"],
        )
        for _ in range(number)
    ]
    db.add_all(found)
    db.flush()
    rows = [{"id": one.id, "code": one.code, "capacity": capacity, "booked": 0} for one in found]
    db.execute(sa.insert(bare_session), rows)
    return found


class _BareInstance(Instance):
    """The bare endpoint, served as the instance is."""

    def popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        del arguments
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "benchmarks.bare_seats"],
                env=self.environment | {"PYTHONPATH": str(Path(__file__).parents[1])},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
