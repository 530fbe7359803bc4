"""What is agreed at the end, what is taken home, and what is erased."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from pathways import clock, ids
from pathways.diagnostics import deciding
from pathways.diagnostics.engine import Outcome
from pathways.diagnostics.models import Answer, Attempt
from pathways.people.models import LearnerFile, Organisation
from pathways.reception.models import Reception

LABEL = "Mariposa du mardi"


def seen_on(page: str) -> str:
    return re.findall(r'name="seen" value="([^"]+)"', page)[0]


@pytest.fixture
def day() -> str:
    return (clock.now() + timedelta(days=7)).date().isoformat()


@pytest.mark.slow
def test_an_appointment_is_typed_once_and_stands_everywhere(desk, day):
    with desk.database.begin() as db:
        organisation = db.get_one(Organisation, desk.client.organisation_id)
        organisation.habits = {"place": "Salle du marché", "words": "Venez avec votre téléphone"}
    sheet, questions = desk.begin(language="ar")
    desk.answer(questions)
    desk.client.post(f"{questions}/leave")
    page = desk.client.get(sheet).text
    assert 'value="Salle du marché"' in page
    fields = {"date": day, "time": "14:30", "place": "Salle du marché", "words": "Venez avec votre téléphone"}
    for _ in range(2):  # sent twice, and from a page that was read before
        assert desk.post(f"{sheet}/appointment", seen=seen_on(page), **fields).status_code == 303
    for address in (f"{questions}/result", f"{sheet}/sheet", f"{questions}/take-away"):
        shown = desk.client.get(address).text
        french = f"{int(day[8:])} "
        assert french in shown, address
        if not address.endswith("take-away"):
            assert "14:30" in shown
            assert "Salle du marché" in shown


def test_what_is_wrong_with_an_appointment_is_said_and_nothing_is_lost(desk):
    sheet, _ = desk.begin()
    seen = seen_on(desk.client.get(sheet).text)
    for wrong in ({"date": "hier"}, {"date": "2020-01-01"}, {"time": "14:30"}, {"date": "2027-02-30"}):
        back = desk.post(f"{sheet}/appointment", seen=seen, place="Là-bas", words="Venez", **wrong)
        assert back.status_code == 422
        assert 'role="alert"' in back.text
        assert 'value="Là-bas"' in back.text
        assert 'aria-invalid="true"' in back.text
    assert desk.reception(sheet).appointment == {}


def test_two_mediators_do_not_overwrite_each_others_appointment(desk, day):
    sheet, _ = desk.begin()
    seen = seen_on(desk.client.get(sheet).text)
    assert desk.post(f"{sheet}/appointment", seen=seen, date=day, place="Mairie").status_code == 303
    back = desk.post(f"{sheet}/appointment", seen=seen, date=day, place="Médiathèque")
    assert back.status_code == 409
    assert 'value="Médiathèque"' in back.text
    assert desk.reception(sheet).appointment["place"] == "Mairie"
    again = desk.post(f"{sheet}/appointment", seen=seen_on(back.text), date=day, place="Médiathèque")
    assert again.status_code == 303
    assert desk.reception(sheet).appointment["place"] == "Médiathèque"


@pytest.mark.slow
def test_the_sheet_is_in_two_languages_with_one_step_and_the_code(desk, day):
    sheet, questions = desk.begin(language="uk")
    while desk.client.get(questions).status_code == 200:
        desk.answer(questions)
    desk.post(f"{sheet}/appointment", seen=seen_on(desk.client.get(sheet).text), date=day)
    page = desk.client.get(f"{sheet}/sheet").text
    assert '<html lang="uk" dir="ltr"' in page
    assert page.count('class="step"') == 2
    assert re.search("[\u0400-\u04ff]", page)
    code = ids.readable(desk.client.app.state.door.resume_code(desk.attempt(questions)))
    assert code in page
    assert "<svg" in page


def test_there_is_no_sheet_before_the_questions(desk):
    sheet = desk.sheet()
    assert desk.client.get(f"{sheet}/sheet").status_code == 404
    desk.post(sheet, need="papers")
    assert desk.client.get(f"{sheet}/sheet").status_code == 404


def test_erasing_everything_erases_reception_label_and_note(desk):
    sheet, questions = desk.begin(label=LABEL)
    desk.answer(questions)
    erased = desk.client.post(f"{questions}/erase")
    assert erased.status_code == 200
    for model in (Reception, LearnerFile, Answer, Attempt):
        assert desk.count(model) == 0, model
    assert desk.client.cookies.get("language") is None
    assert LABEL not in desk.client.get("/").text
    assert LABEL not in desk.client.get(sheet).text


def test_what_can_be_taken_away_says_what_else_is_held(desk):
    _, questions = desk.begin(label=LABEL)
    desk.answer(questions)
    desk.client.post(f"{questions}/leave")
    kept = desk.client.get(f"{questions}/take-away").text
    assert "Un repère pour vous retrouver" in kept
    assert "Ce que vous avez dit à l" in kept
    assert LABEL not in kept


def told_on(page: str) -> str:
    """The next step on a sheet, in French."""
    return re.findall(r'<section class="step"><h2>.*?</h2><p>.*?lang="fr" dir="ltr">([^<]+)<', page, re.DOTALL)[0]


@pytest.mark.slow
def test_who_understood_nothing_is_told_of_no_micro_skill_that_comes_next(desk):
    """What was not understood says nothing: a step would be made up."""
    sheet, questions = desk.begin(language="ar")
    while desk.client.get(questions).status_code == 200:
        desk.answer(questions, "not_understood")
    result = desk.client.get(f"{questions}/result").text
    assert "À votre portée maintenant" not in result
    assert told_on(desk.client.get(f"{sheet}/sheet").text) == "Montrez cette page à votre médiateur."
    assert "On ne sait rien encore" in desk.client.get(sheet).text


def test_who_answered_nothing_has_a_sheet_that_says_how_it_goes_on(desk):
    sheet, questions = desk.begin(language="ar")
    desk.client.post(f"{questions}/leave")
    assert told_on(desk.client.get(f"{sheet}/sheet").text) == "Montrez cette page à votre médiateur."
    assert "On ne sait rien encore" in desk.client.get(sheet).text


@pytest.mark.usefixtures("one_style")
def test_who_can_do_everything_has_a_sheet_that_says_how_it_goes_on(desk, monkeypatch):
    sheet, questions = desk.begin(language="ar")
    monkeypatch.setattr(deciding, "meaning", lambda *_: (Outcome.CORRECT, ()))
    while desk.client.get(questions).status_code == 200:
        desk.answer(questions)
    assert told_on(desk.client.get(f"{sheet}/sheet").text) == "Montrez cette page à votre médiateur."
    assert "Tout ce qui a été demandé est acquis" in desk.client.get(sheet).text


def test_at_the_desk_no_file_with_the_answers_is_left_on_the_device(desk):
    _, questions = desk.begin()
    desk.answer(questions)
    desk.client.post(f"{questions}/leave")
    assert "/take-away" not in desk.client.get(f"{questions}/result").text
    code = ids.readable(desk.client.app.state.door.resume_code(desk.attempt(questions)))
    own = TestClient(desk.client.app, follow_redirects=False)
    own.post("/resume", data={"code": code})
    assert f'href="{questions}/take-away"' in own.get(f"{questions}/result").text
