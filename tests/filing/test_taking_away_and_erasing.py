"""All that is held about a person is handed to that person, or erased with a receipt."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile

import pytest

from pathways.filing import erasing, service
from pathways.people import files, journal
from pathways.people.journal import Act
from tests.diagnostics.situations import Taker
from tests.filing.situations import NEVER, a_reception, acts, post, rows


def test_everything_about_a_person_is_taken_away_in_words(trainer, database, taker, file_id):
    reply = trainer.get(f"/learners/{file_id}/export")
    assert reply.headers["content-type"] == "application/zip"
    assert "mardi" not in reply.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        page, kept = archive.read("Fiche.html").decode(), json.loads(archive.read("Fiche.json"))
    assert (kept["file"]["label"], kept["file"]["note"]) == ("mardi", "vient le matin")
    [attempt] = kept["attempts"]
    assert [one["outcome"] for one in attempt["answers"]] == ["dont_know", "not_understood"]
    assert all(one["question"] and one["question_in_language"] for one in attempt["answers"])
    assert attempt["reception"]["appointment"]["place"] == "Salle 2"
    for word in (
        "mardi",
        "vient le matin",
        "Je ne sais pas",
        "Salle 2",
        "Un téléphone",
        attempt["answers"][0]["question"],
    ):
        assert word in page.replace("&#39;", "'").replace("\u00a0", " "), word
    assert "http" not in re.sub(r"http://www\.w3\.org\S*", "", page)
    [entry] = acts(database, Act.FILE_EXPORTED)
    assert entry.details == {"attempts": 1}


def test_a_context_sheet_that_led_to_no_question_is_taken_away_too(trainer, database, member, file_id):
    """What is erased with a file is also what is handed over: nothing is held that the person cannot read."""
    with database.begin() as db:
        other = files.create(db, member, label="une autre")
        db.add(a_reception(member, None, context={"file": str(file_id), "help": "family"}, appointment={}))
        db.add(a_reception(member, None, context={"file": str(other.id), "help": "nobody"}, appointment={}))
    told = trainer.get(f"/api/v1/learners/{file_id}/export").json()
    assert [one["context"]["help"] for one in told["receptions"]] == ["family"]
    with zipfile.ZipFile(io.BytesIO(trainer.get(f"/learners/{file_id}/export").content)) as archive:
        page = archive.read("Fiche.html").decode()
    assert "La famille" in page
    assert "Personne" not in page


def test_the_api_gives_the_same_and_an_answer_taken_back_is_in_it(trainer, taker, file_id):
    taker.post("undo", json={})
    [attempt] = trainer.get(f"/api/v1/learners/{file_id}/export").json()["attempts"]
    assert [one["taken_back_at"] is not None for one in attempt["answers"]] == [False, True]


def test_all_of_a_person_goes_at_once_and_nothing_of_anybody_else(
    trainer, database, member, taker, file_id, client, code
):
    another = Taker.start(client, code)
    with database.begin() as db:
        other = files.create(db, member, label="une autre")
        service.attach(db, member, uuid.UUID(another.opened["id"]), file_id=other.id)
        db.add(a_reception(member, None, context={"file": str(file_id), "sought": "mardi"}))
        db.add(a_reception(member, None, context={"file": str(other.id)}))
    asked = trainer.get(f"/learners/{file_id}/erase").text
    assert "2 réponses" in asked
    assert "2 accueils" in asked
    done = post(trainer, f"/learners/{file_id}/erase")
    assert (done.status_code, done.headers["location"]) == (303, f"/learners/{file_id}/receipt?lang=ar")
    assert rows(database) == {"attempt": 1, "answer": 0, "learner_file": 1, "reception": 1}
    assert trainer.get(f"/learners/{file_id}").status_code == 404
    assert client.get(taker.url, headers=taker.headers).status_code == 404


def test_the_receipt_tells_what_went_and_what_stays_in_both_languages(trainer, database, file_id):
    receipt = trainer.get(post(trainer, f"/learners/{file_id}/erase").headers["location"])
    [entry] = acts(database, Act.FILE_ERASED)
    gone = {"attempts": 1, "answers": 2, "receptions": 1, "notes": 1, "pathways": 0, "referrals": 0, "exchanges": 0}
    assert entry.details == gone
    assert '<html lang="ar" dir="rtl">' in receipt.text
    for word in (str(entry.id), "Réponses : 2", "copies de secours", "Une structure"):
        assert word in receipt.text.replace("\u00a0", " "), word
    assert "mardi" not in receipt.text


def test_sent_twice_it_gives_the_same_receipt(trainer, database, file_id):
    first = post(trainer, f"/learners/{file_id}/erase")
    second = post(trainer, f"/learners/{file_id}/erase")
    assert (first.status_code, second.status_code) == (303, 303)
    pages = [trainer.get(one.headers["location"].partition("?")[0]).text for one in (first, second)]
    numbers = [re.search(r'dir="ltr">([0-9a-f-]{36})<', page) for page in pages]
    assert numbers[0]
    assert numbers[1]
    assert numbers[0][1] == numbers[1][1]
    assert len(acts(database, Act.FILE_ERASED)) == 1
    api = [trainer.delete(f"/api/v1/learners/{file_id}").json() for _ in range(2)]
    assert api[0] == api[1]
    assert api[0]["number"] == numbers[0][1]


def test_what_was_never_there_has_no_receipt(trainer):
    assert post(trainer, f"/learners/{NEVER}/erase").status_code == 404
    assert trainer.get(f"/learners/{NEVER}/receipt").status_code == 404
    assert trainer.delete(f"/api/v1/learners/{NEVER}").status_code == 404


def test_if_something_fails_nothing_is_erased(database, member, file_id, monkeypatch):
    before = rows(database)
    monkeypatch.setattr(journal, "note", lambda *_args, **_values: 1 / 0)
    with pytest.raises(ZeroDivisionError), database.begin() as db:
        erasing.erase(db, member, file_id)
    assert rows(database) == before
