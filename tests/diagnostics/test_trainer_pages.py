"""What the trainer's pages offer: only what the member who reads them may do."""

from __future__ import annotations

import uuid

import pytest

from pathways.diagnostics.models import Diagnostic
from pathways.permissions import Role
from tests.web import world


@pytest.fixture
def place(signed_in, client, database):
    return world.make(signed_in, client, database)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.COORDINATOR])
def test_who_may_not_compose_is_not_invited_to(place, signed_in, role):
    member = signed_in(role, organisation=place.organisation_id)
    for path in ("/", "/diagnostics", place.path("/diagnostics/{diagnostic_id}")):
        page = member.get(path)
        assert page.status_code == 200
        assert "/diagnostics/new" not in page.text
        assert "/close" not in page.text


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.slow
def test_every_entry_of_the_menu_opens(place, signed_in, role):
    member = signed_in(role, organisation=place.organisation_id)
    menu = member.get("/").text.partition("<nav")[2].partition("</nav>")[0]
    addresses = [part.partition('"')[0] for part in menu.split('href="')[1:]]
    assert {path: member.get(path).status_code for path in addresses} == dict.fromkeys(addresses, 200)


def test_a_draft_that_a_colleague_changed_keeps_ones_own_choices_on_the_screen(place, database):
    trainer = place.administrator
    draft = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    form = {"csrf": world.csrf_of(trainer), "framework": "inclusion-numerique", "skills": "SEC-01", "action": "keep"}
    mine = form | {"title": "Le mien", "version": "1"}
    with database.begin() as db:
        db.get_one(Diagnostic, uuid.UUID(draft["id"])).version = 2
    refused = trainer.post(f"/diagnostics/{draft['id']}", data=mine)
    assert refused.status_code == 409
    assert 'value="Le mien"' in refused.text
    assert 'name="version" value="2"' in refused.text
    kept = trainer.post(f"/diagnostics/{draft['id']}", data=mine | {"version": "2"})
    assert (kept.status_code, kept.headers["location"]) == (303, f"/diagnostics/{draft['id']}")


def test_the_minutes_on_the_poster_are_those_that_the_learner_is_told(place, client):
    poster = place.administrator.get(place.path("/diagnostics/{diagnostic_id}/poster")).text
    minutes = poster.partition("Environ ")[2].partition(" ")[0]
    assert int(minutes) >= 1
    assert f"Environ {minutes} minutes." in client.get(f"/q/{place.values['code']}/fr").text
