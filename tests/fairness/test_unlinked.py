"""Answers kept without their person: once, with nothing that leads back, and nothing of what was erased before."""

from __future__ import annotations

import json
import uuid

import pytest
import sqlalchemy as sa

from pathways.diagnostics import counting, taking
from pathways.diagnostics.models import Answer, Attempt, UnlinkedAttempt
from pathways.items.models import Item, ItemFigures, ItemRevision
from tests.diagnostics.situations import Taker


def finished(client, code: str, *, language: str = "ar") -> Taker:
    taker = Taker.start(client, code, language)
    taker.dont_know()
    taker.not_understood()
    while taker.item:
        taker.dont_know()
    return taker


def count(database) -> int:
    with database.begin() as db:
        return counting.count_finished(db)


def kept(database) -> list[UnlinkedAttempt]:
    with database.read() as db:
        found = list(db.scalars(sa.select(UnlinkedAttempt)))
        db.expunge_all()
        return found


def test_the_answers_of_an_attempt_that_is_over_are_kept_once(client, published, database):
    taker = finished(client, published)
    running = Taker.start(client, published, "ar")
    running.dont_know()
    assert count(database) == 1
    assert count(database) == 0
    (one,) = kept(database)
    assert one.framework == "inclusion-numerique"
    assert [answer["code"] for answer in one.answers] == [sent["item"] for sent in taker.history]
    assert [answer["outcome"] for answer in one.answers[:3]] == ["dont_know", "not_understood", "dont_know"]
    with database.read() as db:
        items = {row.code: row.id for row in db.execute(sa.select(Item.code, Item.id))}
    assert all(answer["item"] == str(items[answer["code"]]) for answer in one.answers)


def test_the_very_texts_that_were_shown_are_named(client, published, database):
    taker = finished(client, published)
    count(database)
    with database.read() as db:
        given = taking.answers_of(db, uuid.UUID(taker.opened["id"]))
        shown = [str(answer.translation_id) if answer.translation_id else None for answer in given]
    (one,) = kept(database)
    assert [answer["translation"] for answer in one.answers] == shown
    assert any(answer["translation"] for answer in one.answers)


def test_nothing_of_it_leads_to_the_person_the_day_or_the_place(client, published, database):
    taker = finished(client, published)
    with database.read() as db:
        attempt = db.get_one(Attempt, uuid.UUID(taker.opened["id"]))
        answers = taking.answers_of(db, attempt.id)
        secrets = {str(attempt.id), str(attempt.diagnostic_id), str(attempt.started_at.year)}
        secrets |= {str(answer.id) for answer in answers} | {answer.key for answer in answers}
    count(database)
    (one,) = kept(database)
    text = json.dumps([str(one.id), one.framework, one.answers])
    assert not [secret for secret in secrets if secret in text]
    assert one.id.version == 4
    assert {column.name for column in UnlinkedAttempt.__table__.columns} == {"id", "framework", "answers"}
    known = {"item", "revision", "code", "skill", "kind", "language", "translation", "outcome", "response", "assisted"}
    assert all(set(answer) == known | {"seconds"} for answer in one.answers)
    assert all(answer["seconds"] is None or isinstance(answer["seconds"], int) for answer in one.answers)


def test_what_somebody_typed_is_not_kept(client, published, database):
    finished(client, published, language="fr")
    with database.begin() as db:
        given = db.scalars(sa.select(Answer).order_by(Answer.number)).first()
        given.response, code = {"never": "kept"}, given.item
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(counting, "TYPED", kind_of(database, code))
        count(database)
    (one,) = kept(database)
    assert "never" not in json.dumps(one.answers)


def kind_of(database, code: str) -> str:
    with database.read() as db:
        query = sa.select(ItemRevision.kind).join(Item, Item.current_id == ItemRevision.id).where(Item.code == code)
        return db.scalars(query).one()


def test_an_erasure_before_counting_leaves_nothing(client, published, database):
    taker = finished(client, published)
    assert taker.delete().status_code in {200, 204}
    assert count(database) == 0
    assert kept(database) == []


def test_an_erasure_after_counting_leaves_what_is_linked_to_nobody(client, published, database):
    taker = finished(client, published)
    count(database)
    (before,) = kept(database)
    assert taker.delete().status_code in {200, 204}
    (after,) = kept(database)
    assert (after.id, after.answers) == (before.id, before.answers)


def test_answers_and_figures_are_kept_together_or_not_at_all(client, published, database, monkeypatch):
    finished(client, published)

    def fails(*_: object) -> None:
        raise RuntimeError("killed in the middle")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(counting, "_unlinked", fails)
        count(database)
    assert kept(database) == []
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(ItemFigures)) == 0
    assert count(database) == 1
    assert len(kept(database)) == 1


def test_an_answer_taken_back_is_not_kept(client, published, database):
    taker = Taker.start(client, published, "ar")
    taker.not_understood()
    taker.post("undo")
    taker.item = taker.current()["item"]
    taker.dont_know()
    taker.post("leave")
    count(database)
    (one,) = kept(database)
    assert [answer["outcome"] for answer in one.answers] == ["dont_know"]


def test_an_attempt_without_an_answer_leaves_nothing(client, published, database):
    Taker.start(client, published).post("leave")
    assert count(database) == 1
    assert kept(database) == []
