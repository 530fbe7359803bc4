"""Attempts are put into files, files are found, read and changed."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics import taking
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.filing import service
from pathways.people import files
from pathways.people.journal import Act
from pathways.people.models import JournalEntry, LearnerFile
from pathways.permissions import Role
from tests.diagnostics.situations import Taker
from tests.filing.situations import acts, an_attempt, post
from tests.statements import counted


def test_an_attempt_in_a_file_is_kept_longer_and_an_anonymous_one_is_not(database, member, attempt_id):
    with database.begin() as db:
        before = db.get_one(Attempt, attempt_id)
        assert before.expires_at - before.active_at == timedelta(days=taking.KEPT_DAYS)
        file = service.attach(db, member, attempt_id, label="  mardi   matin ")
        assert file.label == "mardi matin"
    with database.read() as db:
        kept = db.get_one(Attempt, attempt_id)
        assert (kept.file_id, kept.expires_at - kept.active_at) == (file.id, timedelta(days=taking.FILED_DAYS))


def test_a_double_press_makes_one_file(trainer, database, attempt_id):
    pages = [post(trainer, f"/profiles/{attempt_id}/file", label="mardi") for _ in range(2)]
    assert [page.status_code for page in pages] == [303, 303]
    assert pages[0].headers["location"] == pages[1].headers["location"]
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(LearnerFile)) == 1


def test_one_that_is_in_a_file_is_not_moved_by_surprise(trainer, database, member, file_id, attempt_id):
    with database.begin() as db:
        other = files.create(db, member, label="jeudi")
    answer = post(trainer, f"/profiles/{attempt_id}/file", file=str(other.id))
    assert answer.status_code == 409
    assert "déjà dans une autre fiche" in answer.text
    with database.read() as db:
        assert db.get_one(Attempt, attempt_id).file_id == file_id


def test_a_label_that_is_missing_is_asked_for_and_what_was_typed_stays(trainer, attempt_id):
    empty = post(trainer, f"/profiles/{attempt_id}/file", label=" ")
    assert empty.status_code == 422
    assert "repère" in empty.text
    long = post(trainer, f"/profiles/{attempt_id}/file", label="m" * 61)
    assert (long.status_code, "m" * 61 in long.text) == (422, True)
    assert post(trainer, f"/profiles/{attempt_id}/file", file="nothing of ours").status_code == 422


def test_taken_out_of_its_file_an_attempt_is_anonymous_again(
    trainer, database, member, file_id, attempt_id, client, code
):
    second = Taker.start(client, code)
    with database.begin() as db:
        service.attach(db, member, uuid.UUID(second.opened["id"]), file_id=file_id)
    assert post(trainer, f"/profiles/{attempt_id}/file/detach").status_code == 303
    with database.read() as db:
        attempt = db.get_one(Attempt, attempt_id)
        assert attempt.file_id is None
        assert attempt.expires_at - attempt.active_at == timedelta(days=taking.KEPT_DAYS)
        assert db.get(LearnerFile, file_id) is not None
    assert post(trainer, f"/profiles/{second.opened['id']}/file/detach").status_code == 303
    assert post(trainer, f"/profiles/{second.opened['id']}/file/detach").status_code == 303
    with database.read() as db:
        assert db.get(LearnerFile, file_id) is None, "a file that is left empty goes with its label and its note"


def test_an_old_attempt_taken_out_by_mistake_is_still_there_tomorrow(database, member, file_id, attempt_id):
    with database.begin() as db:
        db.get_one(Attempt, attempt_id).active_at = clock.now() - timedelta(days=200)
    with database.begin() as db:
        service.detach(db, member, attempt_id)
    with database.begin() as db:
        taking.erase_expired(db)
        assert timedelta(hours=23) < db.get_one(Attempt, attempt_id).expires_at - clock.now() <= timedelta(days=1)


def test_a_file_in_which_nothing_was_ever_put_is_forgotten(database, member, file_id):
    with database.begin() as db:
        empty, fresh = files.create(db, member, label="personne"), files.create(db, member, label="aujourd'hui")
        for one in (empty, db.get_one(LearnerFile, file_id)):
            one.active_at = clock.now() - timedelta(days=31)
    with database.begin() as db:
        service.forget_empty(db)
        assert [db.get(LearnerFile, one) is not None for one in (empty.id, fresh.id, file_id)] == [False, True, True]


def test_a_file_is_found_by_words_of_its_label_without_accents(trainer, database, member, file_id):
    with database.begin() as db:
        for label in ("Réda jeudi", "Inès 100 %"):
            files.create(db, member, label=label)
    assert "Réda" in trainer.get("/learners?q=reda").text
    assert "mardi" not in trainer.get("/learners?q=reda").text
    assert "Inès" in trainer.get("/learners?q=100+%25").text
    assert "Aucune fiche" in trainer.get("/learners?q=personne").text
    assert [one["label"] for one in trainer.get("/api/v1/learners?q=mar").json()["rows"]] == ["mardi"]


def test_files_come_by_pages_the_latest_first(trainer, database, member):
    with database.begin() as db:
        for number in range(120):
            file = files.create(db, member, label=f"n{number:03}")
            file.active_at = clock.now() - timedelta(hours=number)
    seen, address = [], "/learners"
    for _ in range(4):
        page = trainer.get(address).text
        seen += re.findall(r"<bdi>(n\d\d\d)</bdi>", page)
        following = re.search(r'href="(/learners\?[^"]*cursor=[^"]*)"', page)
        if not following:
            break
        address = following[1].replace("&amp;", "&")
    assert seen == [f"n{number:03}" for number in range(120)]


def test_a_list_of_files_costs_the_same_whatever_there_is(trainer, app, database, member, file_id):
    trainer.get("/learners")
    with counted(app) as few:
        assert trainer.get("/learners").status_code == 200
    with database.begin() as db:
        diagnostic = db.scalars(sa.select(Diagnostic).filter_by(organisation_id=member.organisation_id)).one()
        for number in range(40):
            file = files.create(db, member, label=f"n{number}")
            db.add(an_attempt(diagnostic.id, file.id))
    with counted(app) as many:
        assert trainer.get("/learners").status_code == 200
    assert len(many) == len(few)


def test_one_file_costs_the_same_whatever_is_in_it(trainer, app, database, member, file_id):
    trainer.get(f"/learners/{file_id}")
    with counted(app) as few:
        assert trainer.get(f"/learners/{file_id}").status_code == 200
    with database.begin() as db:
        diagnostic = db.scalars(sa.select(Diagnostic).filter_by(organisation_id=member.organisation_id)).one()
        db.add_all([an_attempt(diagnostic.id, file_id) for _ in range(40)])
    with counted(app) as many:
        assert trainer.get(f"/learners/{file_id}").status_code == 200
    assert len(many) == len(few)


def test_a_file_shows_its_attempts_and_two_of_them_are_compared(trainer, database, member, file_id, client, code):
    second = Taker.start(client, code)
    with database.begin() as db:
        service.attach(db, member, uuid.UUID(second.opened["id"]), file_id=file_id)
    page = trainer.get(f"/learners/{file_id}").text
    assert f"/profiles/{second.opened['id']}" in page
    assert f"/receptions/new?file={file_id}" in page
    [before] = re.findall(r'<select id="before".*?value="([^"]*)" selected', page, re.DOTALL)
    [after] = re.findall(r'<select id="after".*?value="([^"]*)" selected', page, re.DOTALL)
    reply = trainer.get(f"/learners/{file_id}/compare?before={before}&after={after}")
    assert reply.headers["location"] == f"/profiles/{before}/compare/{after}"
    assert after == second.opened["id"]


def test_who_opens_a_file_is_written_down_once_an_hour(trainer, database, file_id):
    for _ in range(3):
        assert trainer.get(f"/learners/{file_id}").status_code == 200
    [entry] = acts(database, Act.FILE_OPENED)
    assert (entry.about_id, entry.details) == (file_id, {})
    with database.begin() as db:
        db.execute(sa.update(JournalEntry).values(happened_at=clock.now() - timedelta(hours=2)))
    trainer.get(f"/api/v1/learners/{file_id}")
    assert len(acts(database, Act.FILE_OPENED)) == 2


def test_two_who_write_at_once_lose_nothing(trainer, signed_in, database, member, file_id):
    colleague = signed_in(Role.TRAINER, organisation=member.organisation_id)
    first = post(trainer, f"/learners/{file_id}", label="mardi", note="la première", version="2")
    assert first.status_code == 303
    second = post(colleague, f"/learners/{file_id}", label="mercredi", note="la seconde", version="2")
    assert second.status_code == 409
    for kept in ("la première", "la seconde", "mercredi"):
        assert kept in second.text
    assert 'name="version" value="3"' in second.text
    assert post(colleague, f"/learners/{file_id}", label="mercredi", note="les deux", version="3").status_code == 303
    with database.read() as db:
        assert db.get_one(LearnerFile, file_id).note == "les deux"


def test_a_refused_note_comes_back_whole_and_still_knows_its_version(trainer, file_id):
    note = "x" * 4001
    answer = post(trainer, f"/learners/{file_id}", label="mardi", note=note, version="1")
    assert answer.status_code in {409, 422}
    answer = post(trainer, f"/learners/{file_id}", label="", note="court", version="2")
    assert answer.status_code == 422
    assert 'id="label-error"' in answer.text
    assert "court</textarea>" in answer.text
    assert 'name="version" value="2"' in answer.text


@pytest.mark.parametrize("path", ["/learners/{file}", "/profiles/{attempt}/note"])
def test_a_note_pasted_from_arabic_is_kept_without_its_invisible_signs(trainer, file_id, attempt_id, path):
    """A page that refuses them would lose the rest."""
    pasted = "\u2067ملاحظة\u2069 le \u202amardi\u202c"
    form = {"version": "2", "label": "\u2068مريم\u2069", "note": pasted, "text": pasted}
    assert post(trainer, path.format(file=file_id, attempt=attempt_id), **form).status_code == 303
    assert trainer.get(f"/api/v1/learners/{file_id}").json()["note"] == "ملاحظة le mardi"


def test_the_api_changes_a_file_by_its_version(trainer, file_id):
    path = f"/api/v1/learners/{file_id}"
    assert trainer.patch(path, json={"note": "neuf", "version": 2}).json()["version"] == 3
    assert trainer.patch(path, json={"note": "neuf", "version": 2}).status_code == 200, "the same twice"
    assert trainer.patch(path, json={"note": "autre", "version": 2}).status_code == 409
    assert trainer.patch(path, json={"notes": "autre", "version": 3}).status_code == 422
    read = trainer.get(path).json()
    assert (read["label"], read["note"], len(read["attempts"])) == ("mardi", "neuf", 1)
