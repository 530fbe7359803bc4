"""Two people at the very same moment: one row, one decision, nobody overwritten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from pathways.errors import DomainError
from pathways.items import translating
from pathways.items.models import ItemTranslation, TranslationEvent, UnclearSentence
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.translations import reviewing, unclear
from pathways.translations.reviewing import Act
from tests.translations.situations import FREE, SHIPPED, cleared, revision_of, somebody, suggest, texts_of


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each of the acts gave or raised, all begun together."""
    gate = threading.Barrier(len(acts))
    told: list[Any] = [None] * len(acts)

    def run(number: int) -> None:
        gate.wait()
        try:
            told[number] = acts[number]()
        except DomainError as error:
            told[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def rows(database) -> list[tuple[str, bool, bool]]:
    with database.read() as db:
        query = sa.select(ItemTranslation).filter_by(language=FREE).where(ItemTranslation.translator_id.is_not(None))
        return sorted((row.state, row.is_current, row.is_waiting) for row in db.scalars(query))


def test_two_suggestions_at_once_are_one_served_and_one_waiting(database):
    with database.begin() as db:
        people = [somebody(db), somebody(db)]
        cleared(db, people[0])

    def suggesting(number: int) -> Callable[[], Any]:
        def act() -> bool:
            with database.begin() as db:
                revision = revision_of(db, people[number])
                texts = texts_of(revision, f"tèks{number}")
                how = {"language": FREE, "number": revision.number, "texts": texts}
                return translating.suggest(db, people[number], USUAL_FRAMEWORK, SHIPPED, **how).is_current

        return act

    assert sorted(at_once(suggesting(0), suggesting(1))) == [False, True]
    assert rows(database) == [("draft", False, True), ("draft", True, False)]


def test_the_same_suggestion_at_once_is_one_row(database):
    with database.begin() as db:
        member = somebody(db)
        cleared(db, member)

    def act() -> Any:
        with database.begin() as db:
            revision = revision_of(db, member)
            how = {"language": FREE, "number": revision.number, "texts": texts_of(revision)}
            return translating.suggest(db, member, USUAL_FRAMEWORK, SHIPPED, **how).id

    assert len(set(at_once(*[act] * 4))) == 1
    assert rows(database) == [("draft", True, False)]


def test_of_two_reviewers_at_once_one_decides(database):
    with database.begin() as db:
        translator = somebody(db)
        people = [somebody(db), somebody(db)]
        cleared(db, translator)
        row = suggest(db, translator)

    def deciding(number: int, act: Act) -> Callable[[], Any]:
        def run() -> str:
            with database.begin() as db:
                how = {"translation_id": row.id, "act": act, "reason": "Non."}
                return reviewing.decide(db, people[number], USUAL_FRAMEWORK, SHIPPED, **how).state

        return run

    told = at_once(deciding(0, Act.REVIEW), deciding(1, Act.REJECT))
    assert sum(isinstance(one, DomainError) for one in told) == 1
    with database.read() as db:
        acts = list(db.scalars(sa.select(TranslationEvent.act).filter_by(translation_id=row.id)))
        state = db.get_one(ItemTranslation, row.id).state
    assert sorted(acts) == sorted(["suggested", state])


def test_unclear_sentences_at_once_all_count(database):
    with database.begin() as db:
        revision = revision_of(db, somebody(db))

    def act() -> None:
        with database.begin() as db:
            unclear.count(db, revision.id, FREE, "stem")

    at_once(*[act] * 6)
    with database.read() as db:
        assert db.scalar(sa.select(UnclearSentence.times).filter_by(language=FREE)) == 6
