"""Whatever way a search goes in, it finds what a look at every row finds, in the same order, at the same cost."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import event

from pathways import clock
from pathways.directory import searching
from pathways.directory.searching import Around, Wanted
from tests.directory import near

GROUPS = (
    (),
    (("need:papers",),),
    (("language:ti",),),
    (("need:papers",), ("public:seniors",)),
    (("need:buy", "language:ti"), ("access:wheelchair",)),
    (("need:never",),),
)
AROUND = (None, Around(*near.SPOT, 5), Around(*near.SPOT, 30), Around(*near.SPOT, 60))


@pytest.fixture
def made(db):
    return near.drawn(db)


@pytest.mark.parametrize("measured", [3, 40, 8000])
def test_every_way_in_finds_what_a_look_at_every_place_finds(db, made, monkeypatch, measured):
    monkeypatch.setattr(searching, "MOST_MEASURED", measured)
    for groups, around, offset in itertools.product(GROUPS, AROUND, (0, 7)):
        wanted = Wanted(groups, around, limit=10, offset=offset)
        assert [one.id for one in searching.places(db, wanted)] == made.near(wanted), wanted


@pytest.mark.parametrize("measured", [3, 40, 8000])
def test_every_way_in_finds_what_a_look_at_every_session_finds(db, made, monkeypatch, measured):
    monkeypatch.setattr(searching, "MOST_MEASURED", measured)
    now = clock.now()
    for groups, around, days, remote in itertools.product(GROUPS, AROUND, (None, 9), (False, True)):
        end = now + timedelta(days=days) if days else None
        wanted = Wanted(groups, around, now, end, limit=10)
        assert [one.id for one in searching.sessions(db, wanted, remote=remote)] == made.soon(wanted, remote=remote)


def test_distances_are_those_on_the_globe(db, made):
    around = Around(*near.SPOT, 60)
    hits = list(searching.places(db, Wanted(around=around, limit=100)))
    assert hits
    for hit in hits:
        row = next(row for row, _ in made.places if row["id"] == hit.id)
        assert hit.km == pytest.approx(near._far(row, Wanted(around=around)), rel=0.005, abs=0.01)


def test_a_search_asks_twice_whatever_there_is(db):
    counts = []
    for seed in (3, 4):
        near.drawn(db, seed=seed, places=20 if seed == 3 else 200)
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_rest, kept=statements):
            kept.append(statement)

        bind = db.get_bind()
        event.listen(bind, "before_cursor_execute", note)
        wanted = Wanted((("need:papers",),), Around(*near.SPOT, 30), clock.now())
        searching.places(db, wanted)
        searching.sessions(db, wanted)
        event.remove(bind, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts == [4, 4]
