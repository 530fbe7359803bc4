"""The feed of changes: each reader sees each change once, in one order, whatever is written meanwhile."""

from __future__ import annotations

import functools
import threading
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import changes, clock
from pathways.changes import Change
from pathways.database import Database
from tests.serving import together

ORGANISATION, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def note(database: Database, *numbers: int, organisation: uuid.UUID = ORGANISATION) -> None:
    with database.begin() as db:
        for number in numbers:
            changes.note(db, organisation, "booking", uuid.UUID(int=number), "created")


def read(database: Database, since: int = 0, *, organisation: uuid.UUID = ORGANISATION, limit: int = 1000):
    with database.begin() as db:
        return [(one.number or 0, one.about_id.int) for one in changes.since(db, organisation, since, limit=limit)]


def test_what_is_written_is_read_in_order(database):
    note(database, 10, 11)
    note(database, 12)
    assert read(database) == [(1, 10), (2, 11), (3, 12)]
    assert read(database, 2) == [(3, 12)]
    assert read(database, 3) == []
    assert read(database, limit=2) == [(1, 10), (2, 11)]


def test_a_transaction_that_was_not_kept_leaves_no_gap(database):
    note(database, 10)
    with pytest.raises(RuntimeError), database.begin() as db:
        changes.note(db, ORGANISATION, "booking", uuid.UUID(int=11), "created")
        raise RuntimeError
    note(database, 12)
    assert read(database) == [(1, 10), (2, 12)]


def test_organisations_share_numbers_and_see_their_own(database):
    note(database, 10)
    note(database, 20, organisation=OTHER)
    note(database, 11)
    assert read(database) == [(1, 10), (3, 11)]
    assert read(database, organisation=OTHER) == [(2, 20)]


def test_more_than_is_numbered_at_once(database, monkeypatch):
    monkeypatch.setattr(changes, "NUMBERED_AT_ONCE", 3)
    note(database, *range(10))
    found, since = [], 0
    while page := read(database, since):
        found += page
        since = page[-1][0]
    assert found == [(number + 1, number) for number in range(10)]
    note(database, *range(10, 20))
    with database.begin() as db:
        changes.number_all(db)
        assert changes.last(db) == 20


def test_a_change_of_a_long_transaction_comes_after_what_was_read_meanwhile(database):
    """On PostgreSQL it began before the others; a reader that has passed them must still get it."""
    if database.is_sqlite:
        return  # one writer at a time: nothing is meanwhile
    with database.begin() as slow:
        changes.note(slow, ORGANISATION, "booking", uuid.UUID(int=1), "created")
        slow.flush()
        note(database, 2)
        assert read(database) == [(1, 2)]
    assert read(database, 1) == [(2, 1)]


def test_numbering_goes_on_after_old_changes_are_forgotten(database):
    note(database, *range(5))
    assert len(read(database)) == 5
    with database.begin() as db:
        changes.forget(db, older_than=clock.now() + timedelta(days=1))
        assert changes.oldest(db) == changes.last(db) == 5
    note(database, 9)
    assert read(database, 4) == [(5, 4), (6, 9)]


def test_what_has_no_number_yet_is_not_forgotten(database):
    note(database, 1)
    with database.begin() as db:
        changes.forget(db, older_than=clock.now() + timedelta(days=1))
    assert read(database) == [(1, 1)]


WRITERS, READERS, ROUNDS = 4, 3, 25


def write(database: Database, number: int, *, last: threading.Semaphore) -> list[tuple[int, int]]:
    """Transactions of three changes each; every fifth is not kept."""
    for turn in range(ROUNDS):
        with database.begin() as db:
            for one in range(3):
                about = uuid.UUID(int=(number * ROUNDS + turn) * 10 + one + 1)
                changes.note(db, ORGANISATION, "booking", about, "created")
                db.flush()
            if turn % 5 == 4:
                db.rollback()
    last.release()
    return []


def follow(database: Database, done: threading.Event) -> list[tuple[int, int]]:
    seen, since = list[tuple[int, int]](), 0
    while True:
        ends = done.is_set()
        page = read(database, since, limit=7)
        seen += page
        since = page[-1][0] if page else since
        if ends and not page:
            return seen


def test_readers_at_once_with_writers_see_each_change_once_and_in_one_order(database):
    url = database.engine.url.render_as_string(hide_password=False)
    own = [database if database.is_sqlite else Database(url) for _ in range(WRITERS + READERS)]
    done, last = threading.Event(), threading.Semaphore(0)

    def conclude() -> list[tuple[int, int]]:
        for _ in range(WRITERS):
            last.acquire(timeout=120)
        done.set()
        return []

    writers = [functools.partial(write, own[number], number, last=last) for number in range(WRITERS)]
    followed = together([*writers, *(functools.partial(follow, one, done) for one in own[WRITERS:]), conclude])
    first, *others = followed[WRITERS:-1]
    kept = WRITERS * ROUNDS * 4 // 5 * 3
    assert [number for number, _ in first] == list(range(1, kept + 1)), "no gap, no repetition"
    assert others == [first] * (READERS - 1)
    assert len({about for _, about in first}) == kept
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Change)) == kept
    for one in own:
        one.dispose()
