"""The person's pages of a pathway: from a result to a chosen way, marks, a seat, a check, papers, the end."""

from __future__ import annotations

import re
import uuid

import pytest

from pathways.learning import events
from pathways.learning.models import (
    Pathway,
    PathwayState,
    Way,
)
from pathways.permissions import Role
from tests.learning.in_a_browser import Person, first_learning


@pytest.fixture
def person(app, client, database) -> Person:
    return Person(app, client, database)


@pytest.mark.slow
def test_from_a_result_to_a_chosen_way(person):
    assert f"{person.base}/pathway" in person.get("/result").text
    assert person.get("/pathway").headers["location"] == f"{person.base}/goals"
    goals = person.get("/goals")
    assert goals.status_code == 200
    assert str(person.goal_id) in goals.text
    limits = person.get(f"/limits?goal={person.goal_id}")
    assert limits.status_code == 200
    assert 'value="60" checked' in limits.text
    ways = person.get(f"/ways?goal={person.goal_id}&minutes=60")
    assert ways.status_code == 200, ways.text
    assert ways.text.count('class="way"') >= 2
    assert "%" not in re.sub(r"<[^>]*>", "", ways.text)
    assert person.choose(Way.QUICKEST, reason="Le soir").headers["location"] == f"{person.base}/pathway"
    assert person.pathway.reason == "Le soir"
    page = person.get("/pathway")
    assert page.status_code == 200, page.text
    assert 'class="today"' in page.text


def test_goals_are_searched_by_words_and_those_chosen_stay(person):
    page = person.get(f"/goals?words=document&goal={person.goal_id}").text
    assert str(person.other_goal_id) in page
    assert f'value="{person.goal_id}" checked' in page
    assert "Essayez un autre mot" in person.get("/goals?words=xylophone").text


def test_a_pause_says_how_long_the_code_is_good_for(person):
    assert "30 jours" in person.get("/pause").text
    person.choose()
    page = person.get("/pause").text
    assert "six mois" in page
    assert "30 jours" not in page


@pytest.mark.parametrize("also", ["", "&day=6"])
def test_ways_that_are_the_same_are_one_card_that_says_so(person, also):
    page = person.get(f"/ways?goal={person.goal_id}{also}").text.replace("&#39;", "'")
    assert (page.count('class="way"') < 3) is ("C'est le même chemin." in page)


@pytest.mark.parametrize("path", ["/limits", "/ways"])
def test_without_a_goal_there_is_no_way(person, path):
    assert person.get(path).status_code == 422


def test_limits_that_cannot_be_are_said_with_what_was_typed(person):
    page = person.get(f"/ways?goal={person.goal_id}&until=1999-01-01&where=Orl%C3%A9ans")
    assert page.status_code == 422
    assert "1999-01-01" in page.text


def test_none_is_an_answer(person):
    reply = person.post("/ways", goal=str(person.goal_id), way="none", reason="Pas le temps", key="a" * 32)
    assert reply.headers["location"] == f"{person.base}/result"
    person.post("/ways", goal=str(person.goal_id), way="none", reason="Pas le temps", key="a" * 32)
    [declined] = person.rows(Pathway, attempt_id=person.attempt_id)
    assert (declined.state, declined.reason) == (PathwayState.STOPPED, "Pas le temps")
    assert person.get("/pathway").headers["location"] == f"{person.base}/goals"


@pytest.mark.slow
def test_sent_twice_it_is_one_choice_and_another_ends_the_first(person):
    key = uuid.uuid4().hex
    person.choose(key=key)
    person.choose(key=key)
    assert len(person.rows(Pathway, attempt_id=person.attempt_id)) == 1
    assert person.get("/pathway/again").headers["location"].startswith(f"{person.base}/ways?goal={person.goal_id}")
    person.choose(Way.TOGETHER)
    found = person.rows(Pathway, attempt_id=person.attempt_id)
    assert sorted(one.state.value for one in found) == ["active", "stopped"]


@pytest.mark.slow
def test_each_step_has_its_page_and_another_attempts_do_not(person, signed_in):
    person.choose()
    for step in person.steps():
        assert person.get(f"/pathway/steps/{step.id}").status_code == 200
    assert person.get(f"/pathway/steps/{uuid.uuid4()}").status_code == 404
    person.client.cookies.clear()
    assert person.get("/pathway").status_code == 404
    assert signed_in(Role.TRAINER).get(f"{person.base}/pathway").status_code == 404


@pytest.mark.parametrize(
    ("said", "kind"),
    [("done", events.DONE), ("known", events.KNOWN), ("hard", events.TOO_HARD), ("no", events.REFUSED)],
)
@pytest.mark.slow
def test_what_is_said_of_a_step_counts_once(person, said, kind):
    person.choose()
    step = first_learning(person)
    for _ in range(2):
        reply = person.post(f"/pathway/steps/{step.id}", said=said, key="b" * 32)
        assert reply.status_code == 303
    assert person.happened().count(kind) == 1
    page = person.get(f"/pathway?said={said}")
    assert page.status_code == 200
    assert (page.text.count(f'value="{step.id}"') > 0) is (said == "done")  # a question about it is one press away


def test_too_hard_brings_another_way_to_learn_it(person):
    person.choose()
    step = first_learning(person)
    person.post(f"/pathway/steps/{step.id}", said="hard", key="c" * 32)
    again = [one for one in person.steps() if one.skills == step.skills]
    assert again
    assert all(one.resource_id != step.resource_id for one in again)
