"""A write that came twice is done once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, idempotency
from pathways.errors import Reused
from pathways.idempotency import DoneRequest, once
from tests.serving import together


def counted(done: list[int]):
    def act() -> dict[str, int]:
        done.append(1)
        return {"number": len(done)}

    return act


def test_the_second_gets_the_answer_of_the_first(db):
    done: list[int] = []
    assert once(db, "a", "key", {"x": 1}, counted(done)) == ({"number": 1}, False)
    assert once(db, "a", "key", {"x": 1}, counted(done)) == ({"number": 1}, True)
    assert len(done) == 1


def test_a_key_is_of_one_asker_and_one_thing(db):
    done: list[int] = []
    for scope in ("a", "b"):
        once(db, scope, "key", {}, counted(done))
    assert len(done) == 2


def test_without_a_key_each_counts(db):
    done: list[int] = []
    for _ in range(2):
        assert once(db, "a", "", {}, counted(done))[1] is False
    assert len(done) == 2


def test_the_same_key_for_something_else_is_refused(db):
    once(db, "a", "key", {"x": 1}, counted([]))
    with pytest.raises(Reused):
        once(db, "a", "key", {"x": 2}, counted([]))


def test_the_order_of_fields_is_no_difference(db):
    once(db, "a", "key", {"x": 1, "y": 2}, counted([]))
    assert once(db, "a", "key", {"y": 2, "x": 1}, counted([]))[1]


def test_neither_the_key_nor_what_was_asked_is_stored(db):
    once(db, "a", "a key of mine", {"contact": "personne@exemple.fr"}, dict)
    row = db.execute(sa.select(DoneRequest.__table__)).one()
    assert "mine" not in repr(row)
    assert "personne" not in repr(row)


def test_a_failure_leaves_the_key_free(database):
    def fail():
        raise RuntimeError

    with pytest.raises(RuntimeError), database.begin() as db:
        once(db, "a", "key", {}, fail)
    with database.begin() as db:
        assert once(db, "a", "key", {}, counted([])) == ({"number": 1}, False)


def test_of_many_at_the_same_moment_one_acts(database):
    done, lock = list[int](), threading.Lock()

    def act() -> dict[str, int]:
        with lock:
            done.append(1)
        return {"number": 7}

    def ask():
        with database.begin() as db:
            return once(db, "a", "key", {"x": 1}, act)

    outcomes = together([ask] * 8)
    assert len(done) == 1
    assert sorted(outcomes, key=lambda one: one[1]) == [({"number": 7}, False)] + [({"number": 7}, True)] * 7


def test_of_two_at_once_the_second_acts_where_the_first_failed(database):
    """The one that waited finds the key free."""
    done, first = list[int](), threading.Lock()

    def act() -> dict[str, int]:
        if first.acquire(blocking=False):
            raise RuntimeError
        done.append(1)
        return {}

    def ask():
        try:
            with database.begin() as db:
                return once(db, "a", "key", {}, act)[1]
        except RuntimeError:
            return "failed"

    outcomes = together([ask] * 4)
    assert outcomes.count("failed") == 1
    assert outcomes.count(False) == len(done) == 1


def test_old_requests_are_forgotten(db):
    once(db, "a", "key", {}, counted([]))
    idempotency.forget(db, older_than=clock.now() - timedelta(days=1))
    assert once(db, "a", "key", {}, counted([]))[1]
    idempotency.forget(db, older_than=clock.now() + timedelta(days=1))
    assert not once(db, "a", "key", {}, counted([]))[1]
