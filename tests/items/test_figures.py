"""How questions fared: counted over both databases, said only where there is enough."""

from __future__ import annotations

import threading
import uuid

import pytest
import sqlalchemy as sa

from pathways.items import figures
from pathways.items.figures import Fared
from pathways.items.models import Item
from pathways.people import service as people
from tests.items.writing import CHOICE, Author


@pytest.fixture
def place(db) -> uuid.UUID:
    return people.create_organisation(db, name="Une structure").id


def item_ids(db, number: int) -> list[uuid.UUID]:
    return list(db.scalars(sa.select(Item.id).order_by(Item.code).limit(number)))


def fared(**counts: int) -> Fared:
    return Fared({"ar": dict.fromkeys(figures.OUTCOMES, 0) | counts})


def test_counts_add_up_by_item_and_language_and_stay_in_their_organisation(db, place):
    one, two = item_ids(db, 2)
    elsewhere = people.create_organisation(db, name="Une autre").id
    figures.count(db, place, [(one, "ar", "correct"), (one, "fr", "incorrect"), (two, "ar", "not_understood")])
    figures.count(db, place, [(one, "ar", "correct"), (one, "ar", "dont_know"), (one, "ar", "not_tried")])
    figures.count(db, elsewhere, [(one, "ar", "correct")])
    read = figures.read(db, place, [one, two])
    assert read[one].counts == {
        "ar": {"correct": 2, "incorrect": 0, "dont_know": 1, "not_understood": 0},
        "fr": {"correct": 0, "incorrect": 1, "dont_know": 0, "not_understood": 0},
    }
    assert read[one].asked == 4
    assert read[two].counts["ar"]["not_understood"] == 1
    assert figures.read(db, elsewhere, [two])[two].asked == 0


def test_nothing_counted_changes_nothing(db, place):
    figures.count(db, place, [])
    [one] = item_ids(db, 1)
    assert figures.read(db, place, [one])[one] == Fared()


def test_attempts_that_end_at_once_are_all_counted(database):
    with database.begin() as db:
        place = people.create_organisation(db, name="Une structure").id
        several = item_ids(db, 5)
    wrong: list[BaseException] = []

    def end(order: int) -> None:
        try:
            for _ in range(5):
                with database.begin() as db:
                    figures.count(db, place, [(one, "ar", "correct") for one in several[::order]])
        except BaseException as error:  # noqa: BLE001 - told below
            wrong.append(error)

    threads = [threading.Thread(target=end, args=(order,)) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    with database.read() as db:
        assert {one.asked for one in figures.read(db, place, several).values()} == {20}


def test_few_answers_say_nothing():
    assert fared(correct=9).right is None
    assert fared(not_understood=9).not_understood == {"ar": None}
    assert fared(not_understood=9).troubled == []


def test_the_share_of_right_answers_leaves_out_who_did_not_understand():
    assert fared(correct=6, incorrect=2, dont_know=2, not_understood=40).right == 0.6


def test_a_question_that_nearly_everybody_knows_is_too_easy_from_twenty_answers_on():
    assert fared(correct=19, incorrect=1).is_too_easy
    assert not fared(correct=19).is_too_easy
    assert not fared(correct=18, incorrect=2).is_too_easy
    assert not fared(not_understood=30).is_too_easy


def test_a_language_in_which_a_fifth_did_not_understand_is_named():
    assert fared(correct=8, not_understood=2).troubled == ["ar"]
    assert fared(correct=9, not_understood=1).troubled == []


def test_the_page_of_a_question_says_how_it_fared_in_this_organisation_only(signed_in, database):
    author = Author(signed_in())
    code = author.write(CHOICE)
    assert "Pas encore assez de réponses" in author.client.get(f"/items/{code}").text
    with database.begin() as db:
        item_id = db.scalars(sa.select(Item.id).filter_by(code=code)).one()
        shipped = db.scalars(sa.select(Item.id).filter_by(code="SEC-02-a")).one()
        rows = [(one, "fr", "correct") for one in (item_id, shipped)] * 25
        rows += [(item_id, "ar", "not_understood")] * 6 + [(item_id, "ar", "correct")] * 6
        figures.count(db, author.client.organisation_id, rows)  # type: ignore[attr-defined] - put there by the fixture
    page = author.client.get(f"/items/{code}").text
    assert "Posée 37 fois" in page
    assert "100 % de réponses justes" in page
    assert "Trop facile" in page
    assert "50 % de « je ne comprends pas »" in page
    listed = author.client.get("/items?origin=own").text
    assert "Trop facile." in listed
    assert "Mal comprise" in listed
    assert "Posée" not in signed_in().get("/items/SEC-02-a").text
