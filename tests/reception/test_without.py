"""What questions may not take of somebody, as it is said at the desk: the attempt keeps it, the reception does not."""

from __future__ import annotations

import uuid

import pytest

from pathways import ids
from pathways.diagnostics.models import Attempt
from pathways.errors import Invalid
from pathways.reception import service
from pathways.reception.models import Reception
from pathways.reception.service import Choice
from pathways.reception.sheet import Sheet
from tests.reception.conftest import member_of


def test_the_sheet_keeps_it_until_the_questions_begin_and_the_attempt_from_then_on(desk):
    sheet = desk.sheet()
    assert '<details id="without"><summary>' in desk.client.get(sheet).text
    assert desk.post(sheet, go="keep", unusable="typing").status_code == 303
    page = desk.client.get(sheet).text
    assert '<details id="without" open>' in page
    assert 'name="unusable" value="typing" checked' in page
    questions = desk.post(sheet, go="start:phone", unusable=["typing", "ordering"]).headers["location"]
    assert desk.attempt(questions).unusable == ["ordering", "typing"]
    assert "unusable" not in desk.reception(sheet).context


def test_a_sheet_that_led_to_nothing_forgets_it(desk):
    sheet = desk.sheet()
    desk.post(sheet, go="keep", unusable="typing", need="work")
    assert desk.reception(sheet).context == {"need": "work", "unusable": ["typing"]}
    desk.post(f"{sheet}/next")
    assert desk.reception(sheet).context == {"need": "work"}


def test_the_profile_says_what_was_chosen(desk):
    sheet = desk.sheet()
    questions = desk.post(sheet, go="start:phone", unusable="typing").headers["location"]
    page = desk.client.get(f"/profiles/{questions.split('/')[2]}").text
    assert "Choisi avant de commencer" in page
    assert "Sans texte à écrire" in page
    _, other = desk.begin()
    assert "Choisi avant de commencer" not in desk.client.get(f"/profiles/{other.split('/')[2]}").text


def test_reading_aloud_at_the_desk_leaves_what_must_be_heard_on_a_phone(db, app):
    """Nothing is recorded here: alone, somebody who listens could be asked nothing."""
    member, sheet = member_of(db), Sheet(unusable=("reading",))
    start = {"sheet": sheet, "choice": Choice("phone")}
    _, attempt = service.start(db, app.state.door, member, ids.new_id(), **start, here=True)
    assert (attempt.current_item is not None, attempt.unusable) == (True, ["reading"])
    with pytest.raises(Invalid, match="aucune question"):
        service.start(db, app.state.door, member, ids.new_id(), **start, here=False)


def test_a_choice_that_is_none_comes_back(desk):
    sheet = desk.sheet()
    assert desk.post(sheet, go="start:phone", unusable="hearing").status_code == 422
    assert (desk.count(Attempt), desk.count(Reception)) == (0, 0)


def test_the_api_takes_it(desk):
    body = {"id": str(uuid.uuid4()), "language": "fr", "situation": "phone", "unusable": ["pictures"]}
    made = desk.client.post("/api/v1/receptions", json=body)
    assert made.status_code == 201
    assert desk.attempt(f"/t/{made.json()['attempt_id']}").unusable == ["pictures"]
    assert desk.client.post("/api/v1/receptions", json=body | {"unusable": ["money"]}).status_code == 422
