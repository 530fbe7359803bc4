"""Goals on a small screen: the likeliest first, the others by domain of life, none lost."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from pathways import ids
from pathways.diagnostics.engine import Label
from pathways.learning.goal_checks import PICTURES
from pathways.learning.models import Goal
from pathways.learning.pages import goal_groups
from pathways.reception.sheet import QUESTIONS
from pathways.workshops.themes import themes
from tests.learning.in_a_browser import Person


def goal(title: str, picture: str = "hand", certification: str | None = None, **weights: int) -> Goal:
    return Goal(
        id=ids.new_id(), title=title, picture=picture, weights=weights or {"AAA-01": 3}, certification=certification
    )


def known(**labels: Label) -> Any:
    """What the result says of micro-skills that were asked about."""
    return SimpleNamespace(
        skills=dict.fromkeys(labels),
        asked=dict.fromkeys(labels, 1),
        label=lambda code: labels.get(code, Label.UNDECIDED),
    )


def test_what_the_result_lacks_comes_first_and_what_is_known_last():
    can, lacks, unseen = goal("can", A=3), goal("lacks", B=2, C=1), goal("unseen", D=3)
    knowledge = known(A=Label.MASTERED, B=Label.NOT_MASTERED)
    assert goal_groups.likeliest([can, unseen, lacks], knowledge) == [lacks, unseen, can]
    assert goal_groups.likeliest([can, unseen, lacks], None) == [can, unseen, lacks]


def test_what_they_came_for_comes_before_it_and_ones_own_goals_before_all():
    lacks, doctor, permit = goal("lacks", B=3), goal("doctor", "doctor", D=3), goal("permit", "permit", D=3)
    own = goal("own", D=3)
    own.organisation_id = ids.new_id()
    knowledge = known(B=Label.NOT_MASTERED)
    found = goal_groups.likeliest([lacks, doctor, permit, own], knowledge, "papers")
    assert found == [own, permit, lacks, doctor]


def test_a_certification_is_not_likely_because_it_needs_everything():
    pix, other = goal("pix", certification="pix", B=3), goal("other", D=3)
    assert goal_groups.likeliest([other, pix], known(B=Label.NOT_MASTERED)) == [other, pix]


def test_each_domain_has_its_word_and_its_picture_and_what_has_none_comes_last():
    drawn = [goal(one, one) for one in PICTURES]
    groups = goal_groups.grouped(drawn)
    assert sorted(one.title for group in groups for one in group.goals) == sorted(PICTURES)
    assert groups[-1].word == goal_groups.ELSE
    assert set(goal_groups.DOMAINS) <= set(themes())
    assert {one for pictures in goal_groups.DOMAINS.values() for one in pictures} <= set(PICTURES)


def test_every_need_is_one_that_the_reception_knows():
    [choices] = [one.choices for one in QUESTIONS if one.code == "need"]
    assert set(goal_groups.NEEDS) <= set(choices)
    assert {theme for wanted in goal_groups.NEEDS.values() for theme in wanted} <= set(goal_groups.DOMAINS)


@pytest.fixture
def person(app, client, database) -> Person:
    made = Person(app, client, database)
    with database.begin() as db:
        for number, picture in enumerate(PICTURES):
            made._goal(db, f"But {number}", {"SEC-02": 1}).picture = picture
    return made


def test_the_page_folds_what_comes_later_and_a_search_finds_it(person):
    page = person.get("/goals").text
    before, *folded = page.split('<details class="goal-group">')
    assert before.count('class="tile goal"') == goal_groups.FIRST
    assert page.count('class="tile goal"') > len(PICTURES)
    assert len(folded) >= len(goal_groups.DOMAINS) - 1
    found = person.get("/goals?words=but").text
    assert "goal-group" not in found
    assert found.count('class="tile goal"') >= len(PICTURES)


def test_a_goal_that_was_chosen_inside_a_fold_stands_above(person):
    folded = person.get("/goals").text.rpartition("<details")[2]
    [chosen, *_] = re.findall(r'name="goal" value="([^"]+)"', folded)
    before = person.get(f"/goals?goal={chosen}").text.partition("<details")[0]
    assert f'value="{chosen}" checked' in before
