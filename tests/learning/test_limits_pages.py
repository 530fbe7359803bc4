"""Time in a browser: too little of it, a day that has passed, a town that nobody knows. Nothing said is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from pathways import clock
from pathways.learning.models import Pathway, PathwayState, StepKind
from tests.learning.in_a_browser import Person, first_learning


@pytest.fixture
def person(app, client, database) -> Person:
    return Person(app, client, database)


def day(ahead: int) -> str:
    return (clock.now().date() + timedelta(days=ahead)).isoformat()


def text_of(reply) -> str:
    return unescape(reply.text)


@pytest.mark.slow
def test_too_little_time_is_no_knowledge_and_offers_no_way(person):
    page = person.get(f"/ways?goal={person.goal_id}&minutes=15&until={day(1)}")
    assert page.status_code == 200
    assert "Vous savez déjà" not in text_of(page)
    assert "Le temps ne suffit pas." in text_of(page)
    assert 'class="way"' not in page.text
    assert re.search(rf'href="/t/[^"]*/limits\?goal={person.goal_id}[^"]*"', page.text)
    sent = {"goal": str(person.goal_id), "minutes": "15", "until": day(1), "way": "quickest", "key": "a" * 32}
    assert "/ways?" in person.post("/ways", **sent).headers["location"]
    assert not person.rows(Pathway, attempt_id=person.attempt_id)


def test_a_pathway_without_time_says_so_and_offers_more(person):
    person.choose()
    assert person.post("/pathway/limits", minutes="15", until=day(1)).status_code == 303
    page = text_of(person.get("/pathway?said=limits"))
    assert "Bravo" not in page
    assert "Le temps ne suffit pas." in page
    for path in ("limits", "again", "stop"):
        assert page.count(f"{person.base}/pathway/{path}") == 1
    assert person.get("/pathway/limits").status_code == 200
    for path in ("/pathway/print", "/pathway/card", "/pathway.ics"):
        assert person.get(path).status_code == 200
    assert person.post("/pathway/limits", minutes="60").status_code == 303
    assert person.steps()


@pytest.mark.slow
def test_who_refused_everything_is_told_so_and_not_praised(person):
    person.choose()
    for _ in range(60):
        steps = person.steps()
        if not steps:
            break
        person.post(f"/pathway/steps/{steps[0].id}", said="no", key=steps[0].id.hex)
    page = text_of(person.get("/pathway"))
    assert person.pathway.state is PathwayState.ACTIVE
    assert "Bravo" not in page
    assert "Vous avez dit non" in page


def test_a_day_that_has_passed_is_told_and_the_way_goes_on(person):
    person.choose()
    with person.database.begin() as db:
        found = db.get_one(Pathway, person.pathway.id)
        found.limits = found.limits | {"until": day(0)}
        found.estimate = found.estimate | {"on": "2020-01-01"}
    page = text_of(person.get("/pathway"))
    assert "Le jour que vous aviez choisi est passé." in page
    assert 'class="today"' in page
    assert day(0) not in person.get("/pathway/limits").text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("where", "Xqzwville", "Nous ne trouvons pas cet endroit."),
        ("until", "garbage", "Choisissez une date"),
        ("until", "1999-01-01", "Choisissez une date"),
    ],
)
def test_what_nobody_knows_is_said_at_its_field_and_kept(person, field, value, said):
    for page in (
        person.get(f"/ways?goal={person.goal_id}&{field}={value}"),
        person.post("/ways", goal=str(person.goal_id), way="quickest", **{field: value}),
    ):
        assert page.status_code == 422
        assert f'id="{field}-said"' in page.text
        assert said in text_of(page)
        assert f'value="{value}"' in page.text
        assert str(person.goal_id) in page.text
        assert "<details open" in page.text


def test_the_first_day_that_may_be_chosen_is_one_that_is_taken(person):
    page = person.get(f"/limits?goal={person.goal_id}").text
    assert f'min="{day(1)}"' in page
    assert f"{person.base}/goals?goal={person.goal_id}" in page
    assert person.get(f"/ways?goal={person.goal_id}&until={day(0)}").status_code == 422
    assert person.get(f"/ways?goal={person.goal_id}&until={day(1)}").status_code == 200


def test_a_form_without_a_goal_comes_back_and_none_needs_no_date(person):
    page = person.post("/ways", way="quickest", where="Orléans")
    assert page.status_code == 422
    assert "Orléans" in text_of(page)
    assert str(person.goal_id) in page.text
    reply = person.post("/ways", goal=str(person.goal_id), way="none", until="1999-01-01")
    assert reply.headers["location"] == f"{person.base}/result"


@pytest.mark.slow
def test_who_knows_it_is_told_of_a_question_only_where_one_comes(person, monkeypatch):
    person.choose()
    step = first_learning(person)
    reply = person.post(f"/pathway/steps/{step.id}", said="known", key="k" * 32)
    assert reply.headers["location"].endswith("said=known")
    other = next(one for one in person.steps() if one.kind is StepKind.LEARN)
    monkeypatch.setattr("pathways.diagnostics.blueprint.Blueprint.askable", lambda *_: [])
    reply = person.post(f"/pathway/steps/{other.id}", said="known", key="l" * 32)
    assert reply.headers["location"].endswith("said=believed")
    assert "Une question va vérifier" not in text_of(person.get("/pathway?said=believed"))


@pytest.mark.parametrize("path", ["/pathway/print", "/pathway/card"])
def test_papers_say_what_each_step_is_and_why(person, path):
    person.choose()
    step = first_learning(person)
    person.post(f"/pathway/steps/{step.id}", said="known", key="m" * 32)
    page = text_of(person.get(path))
    assert "Une question" in page
    assert 'class="why"' in page
    if path.endswith("print"):
        assert page.count("le jour est seulement proposé") == 1
        assert f"Fiche {step.skills[0]}" not in page
