"""News between features: told once the transaction is kept, at least once, by one worker at a time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, outbox
from pathways.database import Database
from pathways.outbox import OutboxEvent
from tests.serving import together

WHO = uuid.UUID(int=1)


@dataclass(frozen=True)
class SomethingHappened:
    number: int
    who: uuid.UUID = WHO


@pytest.fixture
def later(monkeypatch):
    now, moved = clock.now, [timedelta()]
    monkeypatch.setattr(clock, "now", lambda: now() + moved[0])

    def move(**by: float) -> None:
        moved[0] += timedelta(**by)

    return move


def record(database: Database, *numbers: int) -> None:
    with database.begin() as db:
        for number in numbers:
            outbox.record(db, SomethingHappened(number))


def waiting(database: Database) -> list[tuple[int, int, str]]:
    with database.read() as db:
        rows = db.scalars(sa.select(OutboxEvent).order_by(OutboxEvent.id)).all()
        return [(row.payload["number"], row.attempts, row.error) for row in rows]


def test_an_event_is_delivered_and_gone(database):
    record(database, 1, 2)
    seen: list[int] = []
    table = {"SomethingHappened": lambda _db, payload: seen.append(payload["number"])}
    while outbox.deliver_one(database, table):
        pass
    assert seen == [1, 2]
    assert waiting(database) == []


def test_a_transaction_that_was_not_kept_told_nothing(database):
    with pytest.raises(RuntimeError), database.begin() as db:
        outbox.record(db, SomethingHappened(1))
        db.flush()
        raise RuntimeError
    assert waiting(database) == []
    assert outbox.deliver_one(database, {}) is False


def test_a_failure_is_tried_again_later_and_then_left_to_a_person(database, later):
    record(database, 1)

    def fail(_db, _payload):
        raise ValueError("a reason \x00 \ud800")

    table = {"SomethingHappened": fail}
    for attempt in range(1, outbox.MOST_ATTEMPTS + 1):
        assert outbox.deliver_one(database, table) is True
        [(_, attempts, error)] = waiting(database)
        assert attempts == attempt
        assert error.startswith("ValueError: a reason")
        assert outbox.deliver_one(database, table) is False, "not at once"
        later(days=2)
    assert outbox.deliver_one(database, table) is False
    assert len(waiting(database)) == 1


def test_what_a_handler_wrote_before_it_failed_is_not_kept(database, later):
    record(database, 1)

    def half(db, _payload):
        outbox.record(db, SomethingHappened(99))
        db.flush()
        raise RuntimeError

    assert outbox.deliver_one(database, {"SomethingHappened": half})
    assert [number for number, _, _ in waiting(database)] == [1]


def test_an_event_that_nobody_knows_waits(database):
    record(database, 1)
    assert outbox.deliver_one(database, {}) is True
    assert waiting(database)[0][2].startswith("KeyError")


def test_an_errand_runs_outside_the_transaction_and_ends_the_event(database):
    record(database, 1)
    ran: list[bool] = []

    def errand() -> None:
        with database.begin() as db:  # the writer's turn is free
            db.execute(sa.select(1))
        ran.append(True)

    assert outbox.deliver_one(database, {"SomethingHappened": lambda _db, _payload: errand})
    assert ran == [True]
    assert waiting(database) == []


def test_an_errand_whose_process_died_is_run_again(database, later):
    record(database, 1)

    class Killed(BaseException):
        pass

    def killed() -> None:
        raise Killed

    with pytest.raises(Killed):
        outbox.deliver_one(database, {"SomethingHappened": lambda _db, _payload: killed})
    seen: list[int] = []
    table = {"SomethingHappened": lambda _db, payload: seen.append(payload["number"])}
    assert outbox.deliver_one(database, table) is False, "its lease still runs"
    later(minutes=6)
    assert outbox.deliver_one(database, table) is True
    assert seen == [1]


def test_two_workers_deliver_each_event_once(database):
    record(database, *range(40))
    seen: list[int] = []
    table = {"SomethingHappened": lambda _db, payload: seen.append(payload["number"])}
    other = Database(database.engine.url.render_as_string(hide_password=False))

    def work(own: Database):
        def run() -> int:
            done = 0
            while outbox.deliver_one(own, table):
                done += 1
            return done

        return run

    done = together([work(database), work(other), work(database), work(other)])
    other.dispose()
    assert sum(done) == 40
    assert sorted(seen) == list(range(40))
    assert waiting(database) == []
