"""Thirty sessions of twelve seats, forty-eight attempts at each over HTTP, and `kill -9` in the middle: server, one of
its processes, worker. Whoever got no answer asks again under the same key. At the end nothing was sold twice, nothing
that was acknowledged is lost, nothing is there that nobody was told of, and nobody who waits was overtaken.
"""

from __future__ import annotations

import http.client
import logging
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from pathways.database import Database
from pathways.workshops.models import Booking, BookingState, Via, WaitingState, WaitlistEntry
from pathways.workshops.seating import settling
from tests.slow.instance import Client, Instance, Reply
from tests.workshops.seating import hall, sums_are_right

log = logging.getLogger(__name__)
SESSIONS, SEATS, ATTEMPTS, CLIENTS, KILLS = 30, 12, 48, 16, 6
PATIENCE = 300.0
"""Seconds: a server that was killed starts again meanwhile, on a machine that has other things to do."""


@dataclass
class Person:
    """One of sixteen who book for others, one after the other, and remember what they were told."""

    client: Client
    rng: random.Random
    booked: dict[str, int] = field(default_factory=dict)
    """Seats by the id of the booking, as acknowledged."""
    cancelled: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    repeated: int = 0
    differing: list[str] = field(default_factory=list)

    def tries(self, code: str) -> None:
        party = self.rng.choice((2, 3)) if self.rng.random() < 0.1 else 1
        body, key = {"party": party}, str(uuid.uuid4())
        reply = self.ask(f"/api/v1/s/{code}/bookings", body, key)
        if reply.status == 409 and self.rng.random() < 0.1:
            waits = self.ask(f"/api/v1/s/{code}/waiting-entries", body, str(uuid.uuid4()))
            self.joined |= {waits.json()["id"]} if waits.status == 201 else set()
        if reply.status != 201:
            return
        told = reply.json()
        self.booked[told["id"]] = party
        if self.rng.random() < 0.2:  # a double click, or a phone that did not see the answer
            again = self.ask(f"/api/v1/s/{code}/bookings", body, key)
            self.repeated += 1
            self.differing += [] if again.json()["id"] == told["id"] else [key]
        if self.rng.random() < 0.2:
            slip = told["url"].rpartition("/")[2]
            assert self.ask(f"/api/v1/b/{slip}/cancel", None, "").json()["state"] == "cancelled_by_person"
            self.cancelled.add(told["id"])

    def ask(self, path: str, body: object, key: str) -> Reply:
        """The answer, however often the server has to be asked for it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                reply = self.client.ask("POST", path, body, **({"Idempotency-Key": key} if key else {}))
            except (OSError, http.client.HTTPException):
                self.lost += 1
                time.sleep(0.05)
                continue
            self.statuses[reply.status] += 1
            if reply.status != 503:
                return reply
            time.sleep(0.1)
        raise AssertionError(f"no answer from {path}")


@pytest.fixture
def codes(database: Database) -> dict[uuid.UUID, str]:
    with database.begin() as db:
        return {one.id: one.code for one in (hall(db, capacity=SEATS) for _ in range(SESSIONS))}


def test_nothing_is_sold_twice_lost_or_overtaken(instance: Instance, database: Database, codes):
    rng = random.Random(3)
    with worker(instance) as working, people(instance, codes) as everybody:
        for number in range(KILLS):
            time.sleep(rng.uniform(0.5, 1.5))
            if instance.sqlite or number % 3 == 0:
                instance.kill()
                instance.start()
            elif number % 3 == 1:
                os.kill(rng.choice(instance.web_processes()), signal.SIGKILL)
            else:
                working.kills()
    booked = {key: size for one in everybody for key, size in one.booked.items()}
    cancelled = {key for one in everybody for key in one.cancelled}
    joined = {key for one in everybody for key in one.joined}
    assert sum(one.lost for one in everybody) > 0, "no request was under way when the server was killed"
    assert {status for one in everybody for status in one.statuses} <= {200, 201, 409, 503}
    assert [key for one in everybody for key in one.differing] == []
    assert sum(one.repeated for one in everybody) > 10
    assert len(cancelled) > 10
    assert len(joined) > 10

    with database.read() as db:
        for id_ in codes:
            sums_are_right(db, id_)  # oversold: none, nor counted wrong
        rows = db.scalars(sa.select(Booking).where(Booking.session_id.in_(codes), Booking.via == Via.API)).all()
        stored = {str(one.id): one for one in rows}
        assert stored.keys() == booked.keys()  # lost: none; doubled: none
        assert {key: one.party for key, one in stored.items()} == booked
        states = {key: one.state for key, one in stored.items()}
        assert {key for key, state in states.items() if state is BookingState.CANCELLED_BY_PERSON} == cancelled
        assert {state for key, state in states.items() if key not in cancelled} == {BookingState.CONFIRMED}
        entries = db.scalars(sa.select(WaitlistEntry).where(WaitlistEntry.session_id.in_(codes))).all()
        assert {str(one.id) for one in entries} == joined
        assert [(one.session_id, one.number) for one in entries if overtaken(one, entries, rows)] == []
        asked, repeated = sum(one.lost for one in everybody), sum(one.repeated for one in everybody)
        log.info("%s booked, %s cancelled, %s waited", len(booked), len(cancelled), len(joined))
        log.info("%s asked again, %s repeated", asked, repeated)
    with database.begin() as db:
        for session in settling.locked(db, *codes):
            waiting = [one.id for one in settling.in_line(db, session)]
            settling.settle(db, session)
            assert [one.id for one in settling.in_line(db, session)] == waiting  # who fits has been offered seats
            assert session.state == "published"


def overtaken(entry: WaitlistEntry, entries, rows) -> bool:
    """Whether somebody who came later was served though this party waits still. (All sessions are strict.)"""
    if entry.state is not WaitingState.WAITING:
        return False
    later = [
        one
        for one in entries
        if one.session_id == entry.session_id and one.number > entry.number and one.state is not WaitingState.WAITING
    ]
    after = [one for one in rows if one.session_id == entry.session_id and one.created_at > entry.created_at]
    return bool(later or after)


@contextmanager
def people(instance: Instance, codes: dict[uuid.UUID, str]) -> Iterator[list[Person]]:
    """Sixteen at work; on leaving, they have finished."""
    work = [code for code in codes.values() for _ in range(ATTEMPTS)]
    random.Random(1).shuffle(work)
    guard = threading.Lock()
    everybody = [Person(Client(instance, timeout=20.0), random.Random(number)) for number in range(CLIENTS)]

    def run(one: Person) -> None:
        while True:
            with guard:
                if not work:
                    one.client.close()
                    return
                code = work.pop()
            one.tries(code)

    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(run, one) for one in everybody]
        yield everybody
        for one in running:
            one.result(600)


@dataclass
class Worker:
    """`pathways work` beside two web processes; on SQLite the server does that itself."""

    instance: Instance

    def starts(self) -> None:
        self.process = None if self.instance.sqlite else self.instance.popen("work")

    def kills(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
            self.starts()


@contextmanager
def worker(instance: Instance) -> Iterator[Worker]:
    found = Worker(instance)
    found.starts()
    try:
        yield found
    finally:
        if found.process is not None:
            os.killpg(found.process.pid, signal.SIGKILL)
            found.process.wait(30)
