"""Goals at the desk, without JavaScript."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from pathways.learning.models import Goal
from pathways.permissions import Role
from tests.statements import counted
from tests.web.world import csrf_of

FORM = {"title": "Renouveler ma carte de bus", "weight-ADM-04": "3", "weight-ADM-05": "1", "words": "tcl, abonnement"}


@pytest.fixture
def trainer(signed_in):
    return signed_in(Role.TRAINER)


def _key_of(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f-]+)"', page)
    assert found
    return found[1]


def _send(browser, address: str, **fields: str):
    return browser.post(address, data={"csrf": csrf_of(browser)} | fields)


def test_a_trainer_writes_a_goal_and_changes_it(trainer):
    blank = trainer.get("/goals/new")
    assert blank.status_code == 200
    made = _send(trainer, "/goals/new", key=_key_of(blank.text), **FORM)
    assert made.status_code == 303
    page = trainer.get(made.headers["location"])
    assert 'value="Renouveler ma carte de bus"' in page.text
    assert re.search(r'id="weight-ADM-04".*?<option value="3" selected>', page.text, re.DOTALL)
    changed = _send(trainer, made.headers["location"], version="1", **(FORM | {"title": "Acheter ma carte de bus"}))
    assert changed.status_code == 303
    assert "Acheter ma carte de bus" in trainer.get("/goals?q=tcl").text
    assert "Acheter ma carte de bus" not in trainer.get("/goals?q=prefecture").text


def test_whatever_is_wrong_everything_typed_comes_back(trainer):
    page = _send(trainer, "/goals/new", **(FORM | {"title": "x"}))
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert 'value="tcl, abonnement"' in page.text
    assert re.search(r'id="weight-ADM-04".*?<option value="3" selected>', page.text, re.DOTALL)


def test_a_colleague_was_quicker(trainer):
    made = _send(trainer, "/goals/new", **FORM).headers["location"]
    assert _send(trainer, made, version="1", **(FORM | {"title": "Un premier titre"})).status_code == 303
    clash = _send(trainer, made, version="1", **(FORM | {"title": "Un second titre"}))
    assert clash.status_code == 409
    assert 'value="Un second titre"' in clash.text
    assert "Un premier titre" in clash.text
    assert 'name="version" value="2"' in clash.text
    assert _send(trainer, made, version="2", **(FORM | {"title": "Un second titre"})).status_code == 303


def test_a_shipped_goal_is_read_and_copied(trainer, database):
    with database.read() as db:
        shipped_id = db.scalars(sa.select(Goal.id).filter_by(code="residence-permit", organisation_id=None)).one()
    page = trainer.get(f"/goals/{shipped_id}")
    assert page.status_code == 200
    assert "Titre de séjour : déposer sa demande en ligne" in page.text
    assert 'name="title"' not in page.text
    assert _send(trainer, f"/goals/{shipped_id}", version="1", **FORM).status_code == 403
    copied = _send(trainer, f"/goals/{shipped_id}/copy", key=_key_of(page.text))
    assert copied.status_code == 303
    assert 'lang="ti"' in trainer.get(copied.headers["location"]).text


def test_share_and_archive(trainer, signed_in):
    made = _send(trainer, "/goals/new", **FORM).headers["location"]
    other = signed_in(Role.TRAINER)
    assert other.get(made).status_code == 404
    assert _send(other, f"{made}/share").status_code == 404
    assert _send(trainer, f"{made}/share").status_code == 303
    assert "Une structure" in other.get("/goals").text
    assert other.get(made).status_code == 200
    assert _send(other, f"{made}/archive").status_code == 403
    assert _send(trainer, f"{made}/unshare").status_code == 303
    assert other.get(made).status_code == 404
    assert _send(trainer, f"{made}/archive").status_code == 303
    assert "archivé" in trainer.get(made).text
    assert _send(trainer, f"{made}/bring-back").status_code == 303


def test_who_may_not_write_reads(signed_in):
    prescriber = signed_in(Role.PRESCRIBER)
    page = prescriber.get("/goals")
    assert page.status_code == 200
    assert "/goals/new" not in page.text
    assert prescriber.get("/goals/new").status_code == 403


@pytest.mark.parametrize("query", ["framework=zzz", "framework=%00"])
def test_a_framework_that_is_not_there(trainer, query):
    assert trainer.get(f"/goals?{query}").status_code in {404, 422}


def test_goals_of_mediators(trainer):
    page = trainer.get("/goals?framework=mediateur-numerique&audience=mediator")
    assert "Me préparer à Aidants Connect" in page.text


@pytest.mark.slow
def test_no_page_asks_more_often_because_there_are_more_goals(app, trainer):
    def asked(count: int) -> list[int]:
        places = [_send(trainer, "/goals/new", **(FORM | {"title": f"Un but {count} {n}"})) for n in range(count)]
        found = []
        for path in ("/goals", places[0].headers["location"], "/api/v1/learning/goals"):
            trainer.get(path)
            with counted(app) as statements:
                assert trainer.get(path).status_code == 200
            found.append(len(statements))
        return found

    assert asked(1) == asked(20)
