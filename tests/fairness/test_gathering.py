"""From answers linked to nobody to what is known of each question: what counts, what does not, and again the same."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.fairness import gathering
from pathways.fairness.models import ItemFairness
from pathways.items import service as items_service
from pathways.items.models import ItemFigures, ItemRevision, ItemTranslation
from tests.fairness import bank


def known(database) -> dict[str, ItemFairness]:
    with database.read() as db:
        rows = db.execute(
            sa.select(ItemRevision.code, ItemFairness).join(ItemRevision, ItemRevision.item_id == ItemFairness.item_id)
        ).all()
        db.expunge_all()
        return {one.code: one.ItemFairness for one in rows}


@pytest.fixture
def asked(database) -> list[bank.Known]:
    with database.read() as db:
        return bank.questions(db)


def test_a_translation_that_is_much_harder_is_found(database, asked):
    worst = asked[2].code
    with database.begin() as db:
        bank.fill(db, people=260, harder=worst)
    assert gathering.run(database) == len(asked)
    found = known(database)
    assert (found[worst].grade, found[worst].reference, found[worst].focal) == ("C", 260, 260)
    assert (found[worst].delta or 0.0) < -1.5
    assert found[worst].translation_id == asked[2].translation_id
    assert {row.grade for code, row in found.items() if code != worst} == {"A"}
    options = found[worst].figures["options"]
    assert options[asked[2].right][0] > options[asked[2].right][1]
    assert sum(first for first, _ in options.values()) == 260


def test_the_same_again_gives_the_same(database, asked):
    with database.begin() as db:
        bank.fill(db, people=220, harder=asked[0].code)
    gathering.run(database)
    before = {code: (row.grade, row.delta, row.figures) for code, row in known(database).items()}
    gathering.run(database)
    assert {code: (row.grade, row.delta, row.figures) for code, row in known(database).items()} == before


def test_a_run_that_is_told_to_stop_writes_nothing_more(database, asked):
    with database.begin() as db:
        bank.fill(db, people=60)
    assert gathering.run(database, lambda: True) == 0
    assert known(database) == {}
    assert gathering.run(database) == len(asked)


@pytest.mark.slow
def test_a_run_that_dies_leaves_what_was_known_before(database, asked, monkeypatch):
    with database.begin() as db:
        bank.fill(db, people=60)
    gathering.run(database)
    before = {code: row.computed_at for code, row in known(database).items()}

    def dies(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(gathering, "store", dies)
        gathering.run(database)
    assert {code: row.computed_at for code, row in known(database).items()} == before


def test_reading_in_parts_changes_nothing(database, asked, monkeypatch):
    with database.begin() as db:
        bank.fill(db, people=120, harder=asked[1].code)
    gathering.run(database)
    whole = {code: (row.delta, row.focal) for code, row in known(database).items()}
    monkeypatch.setattr(gathering, "READ_AT_ONCE", 7)
    monkeypatch.setattr(gathering, "ROWS_AT_ONCE", 2)
    gathering.run(database)
    assert {code: (row.delta, row.focal) for code, row in known(database).items()} == whole


def test_what_was_not_understood_is_no_answer(database, asked):
    with database.begin() as db:
        for language in ("fr", bank.LANGUAGE):
            bank.keep(db, [bank.answer(one, language, "not_understood") for one in asked])
            bank.keep(db, [bank.answer(asked[0], language, "correct", asked[0].right)])
    gathering.run(database)
    found = known(database)
    assert set(found) == {asked[0].code}
    assert (found[asked[0].code].reference, found[asked[0].code].focal) == (1, 1)
    assert found[asked[0].code].figures["options"] == {asked[0].right: [1, 1]}


def test_other_texts_read_aloud_and_french_in_the_place_of_a_translation_are_not_compared(database, asked):
    one, other = asked[0], asked[1]
    with database.begin() as db:
        right = ("correct", one.right)
        bank.keep(db, [bank.answer(one, "ar", *right, translation=str(uuid.UUID(int=9)))])
        bank.keep(db, [bank.answer(one, "ar", *right, assisted=True)])
        bank.keep(db, [bank.answer(one, "fr", *right), bank.answer(other, "ar", "dont_know")])
        bank.keep(db, [bank.answer(one, "fr", *right, revision=str(uuid.UUID(int=9)))])
        bank.keep(db, [bank.answer(one, "fr", *right)])
        bank.keep(db, [bank.answer(one, "ar", *right)])
    gathering.run(database)
    found = known(database)
    assert (found[one.code].reference, found[one.code].focal) == (1, 1)


def test_the_same_texts_under_another_row_count_together(database, asked):
    one = asked[0]
    with database.begin() as db:
        row = db.get_one(ItemTranslation, one.translation_id)
        revision = db.get_one(ItemRevision, row.revision_id)
        db.add(
            earlier := ItemRevision(
                item_id=revision.item_id,
                number=revision.number + 90,
                fingerprint="0" * 64,
                text_fingerprint=revision.text_fingerprint,
                code=revision.code,
                skill=revision.skill,
                kind=revision.kind,
                device=revision.device,
                body=revision.body,
                segments=revision.segments,
            )
        )
        db.flush()
        copy = items_service.carry_over(db, earlier, row)
        db.flush()
        bank.keep(db, [bank.answer(one, "ar", "correct", one.right, translation=str(copy.id))])
        bank.keep(db, [bank.answer(one, "fr", "correct", one.right, revision=str(earlier.id))])
    gathering.run(database)
    found = known(database)[one.code]
    assert (found.reference, found.focal, found.translation_id) == (1, 1, one.translation_id)


def test_answers_to_a_withdrawn_translation_stay_in_sight(database, asked):
    with database.begin() as db:
        db.get_one(ItemTranslation, asked[0].translation_id).is_current = False
        bank.fill(db, people=5)
        bank.keep(db, [bank.answer(asked[0], "ar", "correct", asked[0].right)])
    gathering.run(database)
    assert known(database)[asked[0].code].translation_id == asked[0].translation_id


def test_languages_do_not_write_over_each_other(database, asked):
    with database.begin() as db:
        bank.fill(db, people=20)
        bank.fill(db, people=20, language="uk")
    gathering.run(database)
    with database.read() as db:
        counted = db.execute(sa.select(ItemFairness.language, sa.func.count()).group_by(ItemFairness.language))
        assert {language: number > 0 for language, number in counted} == {"ar": True, "uk": True}


def test_the_worker_does_it_once_a_day(database, asked, monkeypatch):
    with database.begin() as db:
        bank.fill(db, people=10)
    assert gathering.run_if_due(database) == len(asked)
    assert gathering.run_if_due(database) == 0
    tomorrow = clock.now() + gathering.DAY
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert gathering.run_if_due(database) == len(asked)


def test_nothing_to_compare_is_no_error(database):
    assert gathering.run(database) == 0
    with database.begin() as db:
        bank.keep(db, [bank.answer(bank.questions(db)[0], "fr", "correct", "x") | {"item": str(uuid.UUID(int=1))}])
    assert gathering.run(database) == 0
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(ItemFigures)) == 0
