"""A pathway and its checks are one person's: one code, one name, one cookie, and erased together."""

from __future__ import annotations

import re
import uuid

import pytest

from pathways.diagnostics import taking
from pathways.diagnostics.models import Answer, Attempt
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.learning.models import Pathway, PathwayEvent, Step
from pathways.people import files
from tests.learning.in_a_browser import Person, first_learning


@pytest.fixture
def person(app, client, database) -> Person:
    return Person(app, client, database)


def in_a_check(person: Person) -> str:
    """The address of a check that just began."""
    person.choose()
    return person.post("/pathway/check", step=str(first_learning(person).id)).headers["location"]


def attempt_of(address: str) -> uuid.UUID:
    return uuid.UUID(address.rsplit("/", 1)[-1])


@pytest.mark.slow
def test_who_erases_everything_inside_a_check_erases_everything(person):
    check = in_a_check(person)
    item = re.search(r'name="item" value="([^"]+)"', person.client.get(check).text)
    assert item
    person.client.post(f"{check}/answers", data={"item": item[1], "key": "", "outcome": "dont_know"})
    assert person.client.get(f"{check}/erase").status_code == 200
    assert "Tout est effacé." in person.client.post(f"{check}/erase").text
    for kind in (Pathway, Step, PathwayEvent):
        assert not person.rows(kind)
    for attempt_id in (person.attempt_id, attempt_of(check)):
        assert not person.rows(Attempt, id=attempt_id)
        assert not person.rows(Answer, attempt_id=attempt_id)


def test_the_pause_of_a_check_shows_the_one_code_and_the_one_name(person, app):
    check = in_a_check(person)
    own, inside = person.get("/pause").text, person.client.get(f"{check}/pause").text
    code = re.search(r'<p class="code">([^<]+)</p>', own)
    assert code
    assert code[0] in inside
    assert pseudonym(person.attempt_id) in inside
    assert pseudonym(attempt_of(check)) not in inside
    with person.database.begin() as db:  # an older paper carries the code of a check
        old = app.state.door.resume_code(db.get_one(Attempt, attempt_of(check)))
        found = taking.resume(db, app.state.door, code=old, address="somewhere")
        assert found.id == person.attempt_id


@pytest.mark.slow
def test_either_cookie_opens_both_and_nothing_of_anybody_else(person, app, client, database):
    check = in_a_check(person)
    other = Person(app, client, database)
    theirs = in_a_check(other)
    for held in (person.attempt_id, attempt_of(check)):
        person.hold(held)
        for address in (f"{person.base}/pathway", f"{person.base}/result", check):
            assert client.get(address).status_code == 200, address
        for address in (f"{other.base}/pathway", f"{other.base}/result", theirs):
            assert client.get(address).status_code == 404, address
        assert client.post(f"{other.base}/erase").status_code == 404
        assert client.post(f"{other.base}/done").status_code == 404


def test_the_file_of_a_person_holds_together_what_they_answered(person, app, client, database):
    other = Person(app, client, database)
    with database.begin() as db:
        file = files.create(db, person.member, label="Une fiche")
        for one in (person, other):
            db.get_one(Attempt, one.attempt_id).file_id = file.id
    assert client.get(f"{person.base}/result").status_code == 200
    with database.begin() as db:
        db.get_one(Attempt, person.attempt_id).file_id = None
    assert client.get(f"{person.base}/result").status_code == 404


@pytest.mark.slow
def test_another_language_leads_back_to_where_one_was(person):
    person.choose()
    step = first_learning(person)
    query = f"/ways?goal={person.goal_id}&minutes=60"
    for path in (
        "/pathway",
        f"/pathway/steps/{step.id}",
        "/goals",
        f"/limits?goal={person.goal_id}",
        query,
        "/exchange",
    ):
        page = person.get(path).text
        wall = re.search(rf'href="({person.base}/language[^"]*)"', page)
        assert wall, path
        chosen = re.search(rf'href="({person.base}/language/ar[^"]*)"', person.client.get(wall[1]).text)
        assert chosen, path
        reply = person.client.get(chosen[1].replace("&amp;", "&"))
        assert reply.headers["location"] == f"{person.base}{path}"
    for back in ("https://exemple.fr", "//exemple.fr", f"/t/{uuid.uuid4()}/pathway", f"{person.base}/a\nb"):
        reply = person.client.get(f"{person.base}/language/fr", params={"back": back})
        assert reply.headers["location"] == person.base


def test_a_language_changed_inside_a_check_is_changed(person):
    check = in_a_check(person)
    person.client.get(f"{check}/language/ar")
    person.client.post(f"{check}/leave")
    person.client.get(f"{check}/back")
    assert person.rows(Attempt, id=person.attempt_id)[0].language == "ar"
