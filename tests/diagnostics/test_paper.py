"""Paper forms: the same answers as on a screen, slips that are noticed, corrections that are kept."""

from __future__ import annotations

import re
import threading
import uuid

import pytest
import sqlalchemy as sa

from pathways.diagnostics import taking
from pathways.diagnostics.models import Answer, Attempt, PaperForm
from pathways.diagnostics.paper import service as paper
from pathways.errors import Conflict
from pathways.people import tokens
from pathways.permissions import Role
from tests.diagnostics.situations import Taker
from tests.filing.situations import member_of
from tests.web.world import csrf_of, rows_of

SELECTION = {
    "skills": ["SEC-01", "SEC-02", "MDP-01", "MEL-03", "MEL-04", "CNX-01", "CNX-02", "GES-04", "NAV-03", "FIC-01"],
    "languages": ["fr", "ar", "uk"],
    "questions": 10,
}


@pytest.fixture
def trainer(signed_in):
    return signed_in()


@pytest.fixture
def diagnostic(trainer) -> dict:
    made = trainer.post("/api/v1/diagnostics", json={"title": "Sur papier", "selection": SELECTION})
    assert made.status_code == 201, made.text
    return trainer.post(f"/api/v1/diagnostics/{made.json()['id']}/publish").json()


def form_of(trainer, diagnostic, language="fr") -> dict:
    made = trainer.post(f"/api/v1/diagnostics/{diagnostic['id']}/paper-forms", json={"language": language})
    assert made.status_code == 200, made.text
    return made.json()


def record(trainer, code, words, *, key=None, **given):
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return trainer.post(f"/api/v1/paper-forms/{code}/sheets", json={"words": words} | given, headers=headers)


def sheet(trainer, form, **changed: str):
    """Letters for all questions (the first box of each), or those given as ``q3="B"``."""
    first = {"order": "1234567", "match": "AAAAAA", "choices": "AB"}
    words = []
    for one in form["questions"]:
        length = {"order": len(one["boxes"]), "match": len(one["boxes"]), "choices": 2}.get(one["kind"], 1)
        words.append(changed.get(f"q{one['number']}", first.get(one["kind"], "A")[:length]))
    return words


def test_a_form_asks_one_question_a_micro_skill_in_the_order_of_the_ladders(trainer, diagnostic):
    form = form_of(trainer, diagnostic)
    skills = [one["item"].rsplit("-", 1)[0] for one in form["questions"]]
    assert len(skills) == 10
    assert len(set(skills)) == 10
    assert {one["kind"] for one in form["questions"]} <= {"choice", "choices", "pictures", "zone", "order", "match"}


def test_asked_for_again_it_is_the_same_form(trainer, diagnostic, database):
    assert form_of(trainer, diagnostic) == form_of(trainer, diagnostic)
    assert form_of(trainer, diagnostic, "ar")["code"] != form_of(trainer, diagnostic)["code"]
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(PaperForm)) == 2


def test_a_draft_has_no_form(trainer):
    made = trainer.post("/api/v1/diagnostics", json={"title": "Brouillon", "selection": SELECTION}).json()
    reply = trainer.post(f"/api/v1/diagnostics/{made['id']}/paper-forms", json={"language": "fr"})
    assert reply.status_code == 409


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_same_answers_give_the_same_profile_as_on_a_screen(client, trainer, diagnostic, language, database, app):
    form = form_of(trainer, diagnostic, language)
    wanted = {}
    taker = Taker.start(client, diagnostic["code"], language)
    place = 0
    while taker.item:
        item, place = taker.item, place + 1
        question = next((one for one in form["questions"] if one["item"] == item["id"]), None)
        if question is None:  # a parallel question that is not on the sheet says nothing
            taker.not_understood()
            continue
        if place % 4 == 0:
            taker.dont_know()
            wanted[question["number"]] = "0"
            continue
        names = [option["id"] for option in item["options"]]
        kind = item["kind"]
        if kind == "order":
            given, word = question["boxes"], "".join(str(n + 1) for n in range(len(names)))
        elif kind == "match":
            given = dict.fromkeys(question["boxes"], question["targets"][0])
            word = "A" * len(question["boxes"])
        elif kind == "choices":
            given, word = question["boxes"][:2], "AB"
        else:
            given, word = question["boxes"][place % len(names)], "ABCDEFGH"[place % len(names)]
        taker.answer({"response": given})
        wanted[question["number"]] = word
    words = [wanted.get(one["number"], "-") for one in form["questions"]]
    saved = record(trainer, form["code"], words)
    assert saved.status_code == 201, saved.text
    typed = trainer.get(f"/api/v1/attempts/{saved.json()['attempt_id']}/profile").json()
    shown = taker.profile()
    assert len(wanted) >= 3
    assert [(one["code"], one["label"], one["mastery"]) for one in typed["skills"]] == [
        (one["code"], one["label"], one["mastery"]) for one in shown["skills"]
    ]
    assert typed["stopped"] == "paper"
    with database.read() as db:
        rows = db.scalars(sa.select(Answer).filter_by(attempt_id=uuid.UUID(saved.json()["attempt_id"]))).all()
        assert all(row.entered_by and not row.observed_by for row in rows)


def test_a_sheet_sent_twice_is_one_attempt(trainer, diagnostic, database):
    form = form_of(trainer, diagnostic)
    words, key = sheet(trainer, form), str(uuid.uuid4())
    first, second = record(trainer, form["code"], words, key=key), record(trainer, form["code"], words, key=key)
    assert first.json() == second.json()
    other = [*words]
    other[0] = "0"
    refused = record(trainer, form["code"], other, key=key)
    assert (refused.status_code, refused.json()["type"].rsplit(":", 1)[-1]) == (422, "idempotency-key-reused")
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Attempt.paper_form_id.is_not(None))) == 1


def test_a_sheet_sent_at_once_from_two_windows_is_one_attempt(trainer, diagnostic, database):
    form = form_of(trainer, diagnostic)
    words, key, replies = sheet(trainer, form), str(uuid.uuid4()), []
    threads = [
        threading.Thread(target=lambda: replies.append(record(trainer, form["code"], words, key=key).json()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({reply["attempt_id"] for reply in replies}) == 1
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Attempt.paper_form_id.is_not(None))) == 1


def test_a_sheet_with_a_label_sent_at_once_makes_one_file(trainer, diagnostic, database):
    form = form_of(trainer, diagnostic)
    words, key = sheet(trainer, form), str(uuid.uuid4())
    threads = [
        threading.Thread(target=record, args=(trainer, form["code"], words), kwargs={"key": key, "label": "Mardi"})
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows_of(database)["learner_file"] == 1


def test_a_token_that_keeps_no_files_gives_no_label(trainer, diagnostic, database, client):
    form = form_of(trainer, diagnostic)
    with database.begin() as db:
        _, secret = tokens.create_token(
            db, member_of(trainer), name="script", scopes=["diagnostics:read", "attempts:observe"], days=30
        )
    client.headers["Authorization"] = f"Bearer {secret}"
    assert record(client, form["code"], sheet(client, form), label="Mardi").status_code == 403
    assert record(client, form["code"], sheet(client, form)).status_code == 201
    assert rows_of(database)["learner_file"] == 0


def test_a_slip_in_the_code_is_told_from_a_code_of_nobody(trainer, diagnostic, signed_in):
    code = form_of(trainer, diagnostic)["code"]
    wrong = code[1] + code[0] + code[2:] if code[0] != code[1] else ("2" if code[0] != "2" else "3") + code[1:]
    page = trainer.get(f"/paper/{wrong}")
    assert page.status_code == 422
    assert "une lettre manque, est fausse ou a changé de place" in page.text
    stranger = signed_in()
    assert stranger.get(f"/paper/{code}").status_code == 404
    assert stranger.get(f"/paper/{code}/print").status_code == 404
    assert record(stranger, code, ["A"] * 10).status_code == 404
    assert trainer.get(f"/paper?code={code.lower()[:3]} {code[3:]}").headers["location"] == f"/paper/{code}"


def test_every_mistake_of_a_sheet_is_told_at_its_question_and_nothing_is_kept(trainer, diagnostic, database):
    form = form_of(trainer, diagnostic)
    before = rows_of(database)
    one = [question["number"] for question in form["questions"] if question["kind"] in {"choice", "pictures", "zone"}][
        :2
    ]
    reply = record(trainer, form["code"], sheet(trainer, form, **{f"q{number}": "J" for number in one}))
    assert reply.status_code == 422
    assert [error["field"] for error in reply.json()["errors"]] == [f"a{number}" for number in one]
    assert record(trainer, form["code"], ["A"] * 9).status_code == 422
    assert record(trainer, form["code"], ["-"] * 10).status_code == 422
    assert rows_of(database) == before


def page_form(trainer, code, words, **given):
    fields = {"csrf": csrf_of(trainer), "key": str(uuid.uuid4()), "words": words} | given
    return trainer.post(f"/paper/{code}", data=fields)


def test_the_page_asks_once_for_what_is_missing_and_loses_nothing(trainer, diagnostic):
    form = form_of(trainer, diagnostic)
    words = sheet(trainer, form, q2="", q7="")
    asked = page_form(trainer, form["code"], words, label="mardi")
    assert asked.status_code == 422
    assert "Il manque 2 réponses : questions 2, 7" in asked.text
    shown = re.findall(r'name="words" value="([^"]*)"', asked.text)
    assert shown == words
    assert 'value="mardi"' in asked.text
    saved = page_form(trainer, form["code"], words, whole="1")
    assert saved.status_code == 303
    assert "Enregistrée" in trainer.get(saved.headers["location"]).text


def test_who_goes_back_and_types_the_next_sheet_is_not_shut_in(trainer, diagnostic, database):
    """The page that a browser shows again has its old key."""
    form, key = form_of(trainer, diagnostic), str(uuid.uuid4())
    first, second = sheet(trainer, form), sheet(trainer, form, q1="0")
    saved = page_form(trainer, form["code"], first, key=key).headers["location"].partition("saved=")[2]
    told = page_form(trainer, form["code"], second, key=key)
    assert told.status_code == 409
    assert f"/paper/attempts/{saved}" in told.text
    assert re.findall(r'name="words" value="([^"]*)"', told.text) == second
    [fresh] = re.findall(r'name="key" value="([^"]+)"', told.text)
    assert page_form(trainer, form["code"], second, key=fresh).status_code == 303
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Attempt.paper_form_id.is_not(None))) == 2


def test_the_page_tells_every_mistake_even_where_an_answer_is_missing(trainer, diagnostic):
    form = form_of(trainer, diagnostic)
    words = sheet(trainer, form, q1="Z", q2="", q3="9")
    told = page_form(trainer, form["code"], words)
    assert told.status_code == 422
    for sentence in ("Question 1 :", "Question 3 :", "regardez la feuille"):
        assert sentence in told.text, sentence


@pytest.mark.parametrize("fields", [["A"], ["A"] * 40, []])
def test_a_page_of_another_time_with_other_fields_is_no_crash(trainer, diagnostic, fields):
    form = form_of(trainer, diagnostic)
    saved = record(trainer, form["code"], sheet(trainer, form)).json()
    typed = {"csrf": csrf_of(trainer), "words": fields, "seen": str(saved["seen"]), "whole": "1"}
    for path in (f"/paper/{form['code']}", f"/paper/attempts/{saved['attempt_id']}"):
        told = trainer.post(path, data=typed | {"key": str(uuid.uuid4())})
        assert told.status_code == 422, path
        assert len(re.findall(r'name="words"', told.text)) == len(form["questions"])


def test_a_whole_sheet_in_one_line(trainer, diagnostic):
    form = form_of(trainer, diagnostic)
    saved = page_form(trainer, form["code"], [""] * 10, line="".join(sheet(trainer, form)))
    assert saved.status_code == 303
    refused = page_form(trainer, form["code"], [""] * 10, line="".join(sheet(trainer, form)) + "AA")
    assert refused.status_code == 422
    assert "2 signes de trop" in refused.text


def test_a_line_that_lacks_the_last_answers_is_completed_in_the_fields(trainer, diagnostic):
    """The line comes back as fields, and empty: it would undo what is put right in them."""
    form = form_of(trainer, diagnostic)
    words = sheet(trainer, form)
    asked = page_form(trainer, form["code"], [""] * 10, line="".join(words[:-1]))
    assert asked.status_code == 422
    assert "question 10" in asked.text
    [line] = re.findall(r'name="line" value="([^"]*)"', asked.text)
    assert re.findall(r'name="words" value="([^"]*)"', asked.text) == [*words[:-1], ""]
    saved = page_form(trainer, form["code"], [*words[:-1], "0"], line=line).headers["location"].partition("saved=")[2]
    assert trainer.get(f"/api/v1/attempts/{saved}/sheet").json()["words"][-1] == "0"


def test_a_correction_is_kept_beside_what_was_typed_first(trainer, diagnostic, database):
    form = form_of(trainer, diagnostic)
    saved = record(trainer, form["code"], sheet(trainer, form)).json()
    url = f"/api/v1/attempts/{saved['attempt_id']}/sheet"
    assert trainer.get(url).json() == saved
    words = [*saved["words"]]
    words[3], words[5] = "0", "-"
    changed = trainer.put(url, json={"words": words, "seen": saved["seen"]})
    assert changed.status_code == 200, changed.text
    assert changed.json()["words"] == [*words[:5], "", *words[6:]]
    assert trainer.put(url, json={"words": words, "seen": saved["seen"]}).json() == changed.json(), "sent twice"
    with database.read() as db:
        rows = taking.answers_of(db, uuid.UUID(saved["attempt_id"]))
        assert len(rows) == 11
        assert sum(row.superseded_at is not None for row in rows) == 2
        assert db.get_one(Attempt, uuid.UUID(saved["attempt_id"])).answered == 9


def test_two_people_who_correct_one_sheet_do_not_overwrite_each_other(trainer, diagnostic, signed_in):
    form = form_of(trainer, diagnostic)
    saved = record(trainer, form["code"], sheet(trainer, form)).json()
    colleague = signed_in(organisation=trainer.organisation_id)
    mine, theirs = [*saved["words"]], [*saved["words"]]
    mine[0], theirs[1] = "0", "0"
    path = f"/paper/attempts/{saved['attempt_id']}"
    fields = {"seen": str(saved["seen"]), "words": theirs}
    assert colleague.post(path, data=fields | {"csrf": csrf_of(colleague)}).status_code == 303
    second = trainer.post(path, data={"seen": str(saved["seen"]), "words": mine, "csrf": csrf_of(trainer)})
    assert second.status_code == 409
    assert "entre-temps" in second.text
    assert re.findall(r'name="words" value="([^"]*)"', second.text) == mine
    [fresh] = re.findall(r'name="seen" value="(\d+)"', second.text)
    assert trainer.post(path, data={"seen": fresh, "words": mine, "csrf": csrf_of(trainer)}).status_code == 303


def test_an_attempt_on_a_screen_has_no_sheet(client, trainer, diagnostic):
    taker = Taker.start(client, diagnostic["code"])
    assert trainer.get(f"/api/v1/attempts/{taker.opened['id']}/sheet").status_code == 404
    assert trainer.get(f"/paper/attempts/{taker.opened['id']}").status_code == 404


def test_a_label_makes_a_file_and_goes_with_the_answers(trainer, diagnostic, database):
    form = form_of(trainer, diagnostic)
    saved = record(trainer, form["code"], sheet(trainer, form), label="Mardi matin").json()
    with database.begin() as db:
        assert db.get_one(Attempt, uuid.UUID(saved["attempt_id"])).file_id is not None
        taking.erase(db, uuid.UUID(saved["attempt_id"]))
    assert rows_of(database)["learner_file"] == 0


def test_a_reader_without_the_right_to_type(signed_in, trainer, diagnostic):
    form = form_of(trainer, diagnostic)
    coordinator = signed_in(Role.COORDINATOR, organisation=trainer.organisation_id)
    assert coordinator.get(f"/paper/{form['code']}/print").status_code == 200
    assert coordinator.get(f"/paper/{form['code']}").status_code == 403


@pytest.mark.parametrize("language", ["fr", "ar", "uk"])
def test_the_printed_sheets_carry_code_boxes_and_no_key(trainer, diagnostic, language):
    form = form_of(trainer, diagnostic, language)
    page = trainer.get(f"/paper/{form['code']}/print").text
    assert page.count(form["code"]) >= 2
    assert page.count('class="box"') == sum(len(one["boxes"]) + 2 for one in form["questions"])
    assert f'lang="{language}"' in page
    for word in ("key", "juste", "reveals"):
        assert word not in re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL).casefold()


def test_the_key_is_on_the_grid_only_when_asked(trainer, diagnostic, database, app):
    form = form_of(trainer, diagnostic)
    assert '<th scope="col">Juste</th>' not in trainer.get(f"/paper/{form['code']}/grid").text
    assert '<th scope="col">Juste</th>' in trainer.get(f"/paper/{form['code']}/grid?key=1").text


def test_typing_the_key_is_right_everywhere(trainer, diagnostic, database, app):
    form = form_of(trainer, diagnostic)
    grid = trainer.get(f"/paper/{form['code']}/grid?key=1").text
    keys = re.findall(r'<td dir="ltr"><b>([^<]+)</b></td>', grid)
    saved = record(trainer, form["code"], keys).json()
    with database.read() as db:
        outcomes = {row.outcome for row in taking.answers_of(db, uuid.UUID(saved["attempt_id"]))}
    assert outcomes == {"correct"}


def test_a_learner_cannot_take_back_what_was_typed_from_paper(trainer, diagnostic, database):
    form = form_of(trainer, diagnostic)
    saved = record(trainer, form["code"], sheet(trainer, form)).json()
    attempt_id = uuid.UUID(saved["attempt_id"])
    with database.begin() as db, pytest.raises(Conflict):
        taking.undo(db, None, attempt_id)  # type: ignore[arg-type] - it is not reached
    assert paper.PAPER == "paper"
