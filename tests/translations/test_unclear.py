"""A learner says that a sentence is not clear: once, and nothing leads back to them."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from pathways.diagnostics.models import Attempt
from pathways.items.models import ItemRevision, UnclearSentence
from tests.diagnostics.situations import Taker


def counts(database) -> dict[tuple[str, str, str], int]:
    with database.read() as db:
        query = sa.select(ItemRevision.code, UnclearSentence.language, UnclearSentence.segment, UnclearSentence.times)
        rows = db.execute(query.join(ItemRevision, ItemRevision.id == UnclearSentence.revision_id))
        return {(row.code, row.language, row.segment): row.times for row in rows}


@pytest.fixture
def taker(client, published):
    return Taker.start(client, published, "ar")


def test_it_is_counted_once_for_each_learner_and_sentence(taker, client, published, database):
    item = taker.current()["item"]["id"]
    for _ in range(2):
        assert taker.post("unclear", json={"item": item}).status_code == 204
    option = taker.current()["item"]["options"][0]["id"]
    assert taker.post("unclear", json={"item": item, "segment": f"options.{option}"}).status_code == 204
    other = Taker.start(client, published, "ar")
    assert other.post("unclear", json={"item": item}).status_code == 204
    assert counts(database) == {(item, "ar", "stem"): 2, (item, "ar", f"options.{option}"): 1}


def test_it_is_counted_in_the_language_that_was_read(taker, database):
    item = taker.current()["item"]["id"]
    with database.begin() as db:
        db.get_one(Attempt, uuid.UUID(taker.opened["id"])).language = "fr"
    taker.post("unclear", json={"item": item})
    assert counts(database) == {(item, "fr", "stem"): 1}


def test_what_was_never_shown_is_refused(taker, database):
    item = taker.current()["item"]["id"]
    for wrong in ({"item": "SEC-99-z"}, {"item": item, "segment": "options.nobody"}, {"item": item, "segment": "key"}):
        assert taker.post("unclear", json=wrong).status_code == 422
    assert counts(database) == {}


def test_an_answered_question_may_still_be_named_and_the_answers_stay(taker, database):
    item = taker.current()["item"]["id"]
    taker.dont_know()
    before = taker.current()
    assert taker.post("unclear", json={"item": item}).status_code == 204
    assert taker.current() == before
    assert counts(database) == {(item, "ar", "stem"): 1}


def test_once_the_attempt_is_erased_only_the_count_is_left(taker, database):
    item = taker.current()["item"]["id"]
    taker.post("unclear", json={"item": item})
    assert taker.delete().status_code == 204
    assert counts(database) == {(item, "ar", "stem"): 1}
    with database.read() as db:
        assert db.get(Attempt, uuid.UUID(taker.opened["id"])) is None
    columns = {column.name for column in UnclearSentence.__table__.columns}
    assert columns == {"revision_id", "language", "segment", "times", "settled_at"}


def test_the_page_thanks_and_stays_on_the_question(client, published, database):
    begun = client.post(f"/q/{published}/ar", data={"key": str(uuid.uuid4())})
    path = "/".join(begun.headers["location"].split("/")[:3])
    page = client.get(path).text
    assert "Cette phrase n&#39;est pas claire" in page
    item = page.split('name="item" value="')[1].split('"')[0]
    for _ in range(2):
        reply = client.post(f"{path}/unclear", data={"item": item, "segment": "stem"})
        assert (reply.status_code, reply.headers["location"]) == (303, f"{path}?said=unclear")
    thanked = client.get(f"{path}?said=unclear").text
    assert "Merci. Une personne va relire cette phrase." in thanked
    assert f'name="item" value="{item}"' in thanked
    assert client.post(f"{path}/unclear", data={"item": "nothing"}).headers["location"] == path
    assert client.get(f"{path}/unclear").headers["location"] == path
    assert counts(database) == {(item, "ar", "stem"): 1}
