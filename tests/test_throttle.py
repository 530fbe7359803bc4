"""Counting wrong tries: per network and purpose, in the database, without any address in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, throttle
from pathways.errors import TooMany, WrongCode
from pathways.throttle import WrongTries, bucket
from tests.serving import together

SECRET = b"a secret of thirty-two bytes or so"

BY_THE_WALL_CLOCK = throttle._window
"""As processes that share a database have it; other tests have windows that begin with them."""


def test_the_count_holds_for_its_window_and_no_longer(database, monkeypatch):
    monkeypatch.setattr(throttle, "_window", BY_THE_WALL_CLOCK)
    now = clock.now().replace(minute=1, second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: now)
    name = bucket(SECRET, "code", "192.0.2.1")
    for _ in range(3):
        with database.begin() as db:
            throttle.check(db, name, limit=3, minutes=10)
            throttle.count(db, name, minutes=10)
    with database.read() as db, pytest.raises(TooMany) as refused:
        throttle.check(db, name, limit=3, minutes=10)
    assert refused.value.seconds == 9 * 60
    now += timedelta(seconds=refused.value.seconds)
    with database.read() as db:
        throttle.check(db, name, limit=3, minutes=10)
    with database.begin() as db:
        throttle.forget(db, older_than=now)
        assert db.scalar(sa.select(sa.func.count()).select_from(WrongTries)) == 0


def test_a_household_is_one_and_ipv4_over_ipv6_is_not_one_network():
    def same(one: str, other: str) -> bool:
        return bucket(SECRET, "code", one) == bucket(SECRET, "code", other)

    assert same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")
    assert not same("2001:db8:1:2::1", "2001:db8:1:3::1")
    assert not same("192.0.2.1", "192.0.2.2")
    assert same("::ffff:192.0.2.1", "192.0.2.1")
    assert not same("::ffff:192.0.2.1", "::ffff:192.0.2.2")
    assert not same("unknown", "other")
    assert bucket(SECRET, "code", "192.0.2.1") != bucket(SECRET, "resume", "192.0.2.1")
    assert bucket(SECRET, "code", "192.0.2.1") != bucket(b"x" * 32, "code", "192.0.2.1")


def test_no_address_is_in_the_database(client, database):
    client.get("/q/ZZZZZZ")
    with database.read() as db:
        [row] = db.scalars(sa.select(WrongTries)).all()
        assert "testclient" not in row.bucket
        assert len(row.bucket) == 64


def test_a_wrong_try_is_kept_though_its_request_fails(database):
    name = bucket(SECRET, "code", "192.0.2.1")
    with pytest.raises(WrongCode), database.begin() as db:
        throttle.count(db, name, minutes=10)
        raise WrongCode("no")
    with database.read() as db:
        assert db.scalar(sa.select(WrongTries.count)) == 1


def test_tries_at_once_are_all_counted(database):
    name = bucket(SECRET, "code", "192.0.2.1")

    def one() -> None:
        with database.begin() as db:
            throttle.count(db, name, minutes=10)

    together([one] * 16)
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.sum(WrongTries.count))) == 16
