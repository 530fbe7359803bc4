"""How questions fared: counted once, by language and organisation, linked to nobody."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from pathways.diagnostics import counting, taking
from pathways.diagnostics.models import Attempt
from pathways.items.models import ItemFigures
from tests.diagnostics.situations import Taker


def taken(client, published, *, language="ar") -> uuid.UUID:
    taker = Taker.start(client, published, language)
    taker.dont_know()
    taker.not_understood()
    while taker.item:
        taker.dont_know()
    return uuid.UUID(taker.opened["id"])


def figures(database) -> dict[str, tuple[int, ...]]:
    with database.read() as db:
        columns = (ItemFigures.correct, ItemFigures.incorrect, ItemFigures.dont_know, ItemFigures.not_understood)
        rows = db.execute(
            sa.select(ItemFigures.language, *(sa.func.sum(one) for one in columns)).group_by(ItemFigures.language)
        )
        return {language: tuple(map(int, counts)) for language, *counts in rows}


def count(database) -> int:
    with database.begin() as db:
        return counting.count_finished(db)


def test_an_attempt_that_is_over_counts_once(client, published, database):
    attempt_id = taken(client, published)
    running = Taker.start(client, published, "ar")
    running.dont_know()
    assert count(database) == 1
    assert count(database) == 0
    with database.read() as db:
        answers = len(taking.answers_of(db, attempt_id))
    assert figures(database) == {"ar": (0, 0, answers - 1, 1)}


def test_what_is_counted_stays_when_the_answers_go(client, published, database):
    attempt_id = taken(client, published)
    count(database)
    before = figures(database)
    with database.begin() as db:
        taking.erase(db, attempt_id)
    assert figures(database) == before
    assert sum(before["ar"]) > 0


def test_an_answer_taken_back_afterwards_is_not_counted_again(client, published, database):
    attempt_id = taken(client, published)
    count(database)
    before = figures(database)
    taker_again = client.app.state.door  # type: ignore[attr-defined] - put there by the application
    with database.begin() as db:
        taking.undo(db, taker_again, attempt_id)
        taking.leave(db, attempt_id)
        assert db.get_one(Attempt, attempt_id).stopped == taking.LEFT
    assert count(database) == 0
    assert figures(database) == before


def test_it_counts_part_by_part(client, published, database, monkeypatch):
    for _ in range(3):
        taken(client, published, language="fr")
    monkeypatch.setattr(counting, "MOST_AT_ONCE", 2)
    assert [count(database), count(database), count(database)] == [2, 1, 0]
