"""One device, one person after the other: what stays between them, and what does not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways import clock, ids
from pathways.diagnostics.doors import COOKIE
from pathways.diagnostics.models import Answer
from tests.reception.conftest import Desk

LABEL = "Mariposa du mardi"


def test_at_the_desk_each_answer_is_noted_as_read_aloud_and_on_the_phone_not(desk):
    sheet, questions = desk.begin()
    desk.answer(questions)
    phone = desk.post(f"{sheet}/phone")
    assert phone.headers["location"] == sheet
    assert desk.client.get(questions).status_code == 404  # it went on with its owner
    code = re.findall(r'class="code">([^<]+)<', desk.client.get(sheet).text)[0]
    own = TestClient(desk.client.app, follow_redirects=False)
    assert own.post("/resume", data={"code": code}).headers["location"] == questions
    Desk(own, desk.database, "").answer(questions)
    assert desk.post(f"{sheet}/here").headers["location"] == questions
    desk.answer(questions)
    with desk.database.read() as db:
        rows = db.scalars(sa.select(Answer.assisted).order_by(Answer.number)).all()
    assert rows == [True, False, True]


def test_on_the_phone_the_desk_shows_a_square_and_where_the_person_is(desk):
    sheet = desk.sheet()
    begun = desk.post(sheet, language="ar", where="phone", go="start:phone")
    assert begun.headers["location"] == sheet
    page = desk.client.get(sheet).text
    assert "<svg" in page
    assert "question 1" in page
    code = re.findall(r'class="code">([^<]+)<', page)[0]
    own = TestClient(desk.client.app, follow_redirects=False)
    looked = own.get("/resume", params={"code": code.replace("-", "")})
    assert looked.status_code == 200
    assert "set-cookie" not in looked.headers  # whoever only looks opens nothing
    assert re.search(rf'type="hidden" name="code" value="{code}"', looked.text)
    questions = own.post("/resume", data={"code": code}).headers["location"]
    Desk(own, desk.database, "").answer(questions)
    assert "question 2" in desk.client.get(sheet).text
    assert not desk.attempt(questions).assisted


def test_whoever_types_the_code_elsewhere_takes_the_questions_along(desk):
    sheet, questions = desk.begin()
    code = ids.readable(desk.client.app.state.door.resume_code(desk.attempt(questions)))
    own = TestClient(desk.client.app, follow_redirects=False)
    assert own.post("/resume", data={"code": code}).status_code == 303
    assert desk.client.get(questions).status_code == 404
    assert own.get(questions).status_code == 200
    assert "sur le téléphone" in desk.client.get(sheet).text


def test_the_next_person_is_one_press_away_from_each_page(desk):
    sheet, questions = desk.begin()
    assert f'action="{questions}/done"' in desk.client.get(questions).text
    assert f'action="{questions}/done"' in desk.client.get(f"{questions}/pause").text
    assert f'action="{sheet}/next"' in desk.client.get(sheet).text
    desk.client.post(f"{questions}/leave")
    assert f'action="{questions}/done"' in desk.client.get(f"{questions}/result").text
    assert f'href="{sheet}"' in desk.client.get(f"{questions}/result").text


@pytest.mark.parametrize("press", ["page", "reception"])
@pytest.mark.slow
def test_after_the_next_person_every_old_address_shows_nothing(desk, press):
    sheet, questions = desk.begin(label=LABEL, language="ar")
    desk.answer(questions)
    cookie = desk.client.cookies.get(COOKIE)
    shut = desk.client.post(f"{questions}/done") if press == "page" else desk.post(f"{sheet}/next")
    assert (shut.status_code, shut.headers["location"]) == (303, "/receptions/new")
    assert desk.client.cookies.get(COOKIE) is None
    assert desk.client.cookies.get("language") is None
    assert desk.reception(sheet).closed_at is not None
    for again in ({}, {COOKIE: cookie}):  # a browser that crashed before it let go, too
        if again:
            desk.client.cookies.set(COOKIE, cookie, path="/t")
        for page in ("", "/result", "/pause", "/practice", "/take-away", "/language", "/erase", "/answers"):
            assert desk.client.get(questions + page).status_code == 404, page
        assert desk.client.post(f"{questions}/undo").status_code == 404
        for page in ("", "/sheet"):
            reply = desk.client.get(sheet + page)
            assert (reply.status_code, reply.headers["location"]) == (303, "/?said=closed")
        assert desk.post(sheet, go="start:phone").headers["location"] == "/?said=closed"
    assert desk.client.post(f"{questions}/done").headers["location"] == "/receptions/new"  # pressed twice
    assert "rien ne s&#39;en affiche" in desk.client.get("/?said=closed").text
    assert LABEL not in desk.client.get("/").text
    with desk.database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Answer)) == 1  # shut, not lost


def test_the_cookie_of_the_desk_does_not_open_the_door_of_the_phone(desk):
    _, questions = desk.begin()
    token = desk.client.cookies.get(COOKIE).removeprefix("desk-")
    desk.client.post(f"{questions}/done")
    forged = TestClient(desk.client.app, follow_redirects=False, cookies={COOKIE: token})
    assert forged.get(questions).status_code == 404


def test_two_people_in_a_row_share_nothing(desk):
    first, first_questions = desk.begin(label=LABEL, language="ar")
    desk.answer(first_questions)
    desk.client.post(f"{first_questions}/done")
    second, second_questions = desk.begin(language="fr")
    page = desk.client.get(second_questions).text
    assert second != first
    assert '<html lang="fr"' in page
    assert LABEL not in page + desk.client.get(second).text
    assert desk.client.get(first_questions).status_code == 404
    assert desk.attempt(second_questions).file_id is None


def test_what_nobody_touches_is_locked_until_the_mediator_opens_it(desk, monkeypatch):
    sheet, questions = desk.begin()
    desk.answer(questions)
    later = clock.now() + timedelta(minutes=21)
    monkeypatch.setattr(clock, "now", lambda: later)
    locked = desk.client.get(questions)
    assert locked.status_code == 410
    assert 'data-kind="' not in locked.text
    assert f'action="{sheet}/open"' in desk.client.get("/").text
    assert desk.post(f"{sheet}/open").headers["location"] == questions
    assert desk.client.get(questions).status_code == 200


def test_an_ordinary_attempt_is_not_locked(client, published, monkeypatch):
    begun = client.post(f"/q/{published}/ar", data={"key": "a" * 32}).headers["location"].removesuffix("/practice")
    later = clock.now() + timedelta(minutes=21)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(begun).status_code == 200


def test_a_browser_that_died_is_offered_to_go_on_or_to_go_over_to_the_next_person(desk):
    sheet, questions = desk.begin()
    desk.client.cookies.delete(COOKIE)
    home = desk.client.get("/").text
    assert "resté ouvert" in home
    assert f'action="{sheet}/open"' in home
    assert f'action="{sheet}/next"' in home
    assert desk.post(f"{sheet}/here").headers["location"] == questions
    assert desk.client.get(questions).status_code == 200


def test_a_reception_that_was_shut_too_early_is_opened_again(desk):
    sheet, questions = desk.begin()
    desk.client.post(f"{questions}/done")
    assert f'action="{sheet}/open"' in desk.client.get("/").text
    assert desk.post(f"{sheet}/open").headers["location"] == questions
    assert desk.client.get(questions).status_code == 200
    assert desk.client.get(sheet).status_code == 200


def test_what_went_on_on_a_phone_is_opened_again_there(desk):
    sheet = desk.sheet()
    desk.post(sheet, where="phone", go="start:phone")
    desk.post(f"{sheet}/next")
    assert desk.post(f"{sheet}/open").headers["location"] == sheet
    reception = desk.reception(sheet)
    attempt = desk.attempt(f"/t/{reception.attempt_id}")
    assert (reception.closed_at, attempt.assisted, attempt.at_desk) == (None, False, False)
    assert "<svg" in desk.client.get(sheet).text


def test_home_tells_todays_receptions(desk):
    _, questions = desk.begin(label=LABEL, language="ar")
    desk.answer(questions)
    page = desk.client.get("/").text
    for said in (LABEL, "العربية", "Accueil : Téléphone", "question 2"):
        assert said in page
    desk.client.post(f"{questions}/leave")
    assert "1 réponse, arrêté ici" in desk.client.get("/").text


def test_who_leaves_after_three_questions_has_a_result_and_a_sheet(desk):
    sheet, questions = desk.begin(language="ar")
    for _ in range(3):
        desk.answer(questions)
    left = desk.client.post(f"{questions}/leave")
    assert left.headers["location"] == f"{questions}/result"
    assert desk.client.get(f"{questions}/result").status_code == 200
    page = desk.client.get(f"{sheet}/sheet").text
    assert '<html lang="ar" dir="rtl"' in page
    assert "À apprendre" in page


def test_an_old_page_of_somebody_who_has_left_opens_nothing(desk):
    """A second window still shows « Reprendre ici » when the next person is there already."""
    sheet, questions = desk.begin()
    desk.post(f"{sheet}/next")
    assert desk.post(f"{sheet}/here").headers["location"] == "/?said=closed"
    assert desk.reception(sheet).closed_at is not None
    assert desk.client.get(questions).status_code == 404


def test_a_mediator_who_signs_out_leaves_nobody_on_the_screen(desk):
    sheet, questions = desk.begin(label=LABEL)
    desk.answer(questions)
    desk.client.post(f"{questions}/leave")
    assert desk.post("/sign-out").status_code == 303
    for page in ("", "/result", "/pause"):
        assert desk.client.get(questions + page).status_code == 404
    assert desk.client.get(sheet).headers["location"].startswith("/sign-in")
