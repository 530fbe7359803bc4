"""Ready-made choices and goals: what they name exists, and those of the desk fit ten minutes."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.pricing import count_questions
from pathways.diagnostics.composing.selections import starting_from
from pathways.diagnostics.composing.service import Selection
from pathways.referentials import service as referentials
from pathways.referentials.ladders import Ladders
from pathways.referentials.situations import goals, situation, situations
from tests.referentials.folders import Folder

FRAMEWORK = "inclusion-numerique"
DOCUMENT: dict[str, Any] = {
    "format": 1,
    "situations": [
        {
            "code": "doors",
            "title": "Les portes",
            "skills": ["AAA-01", "AAA-02"],
            "questions": 4,
            "minutes": 5,
            "flash": True,
        },
        {"code": "stairs", "title": "Les marches", "skills": ["BBB-01"]},
    ],
    "goals": [{"title": "Sortir de chez soi", "words": ["partir"], "skills": ["AAA-01", "BBB-01"]}],
}


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path)


def found(folder: Folder, **changes: Any) -> list[str]:
    """The codes of what is wrong with the file, changed: `situations__0__skills=[...]`."""
    document = copy.deepcopy(DOCUMENT)
    for path, value in changes.items():
        *parents, name = path.split("__")
        place: Any = document
        for step in parents:
            place = place[int(step) if step.isdigit() else step]
        place[name] = value
    folder.write_file("essai/situations.yaml", document)
    assert {one.file for one in folder.read().findings if not one.warning} <= {"essai/situations.yaml"}
    return [code for _, _, code in folder.findings()]


def test_a_right_file_and_none_at_all(folder):
    assert folder.findings() == []
    assert found(folder) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"situations__0__skills": ["AAA-01", "ZZZ-01"]}, "unknown-skill"),
        ({"goals__0__skills": ["ZZZ-01"]}, "unknown-skill"),
        ({"situations__1__code": "doors"}, "duplicate-code"),
        ({"situations__1__title": "Les PORTES"}, "duplicate-title"),
        ({"situations__0__questions": None}, "flash-length"),
        ({"situations__0__minutes": None}, "flash-length"),
        ({"situations__0__skills": ["AAA-01", "AAA-01"]}, "skill-twice"),
        ({"situations__0__skills": []}, "shape"),
        ({"situations__0__questions": 41}, "shape"),
        ({"situations__0__colour": "red"}, "shape"),
        ({"goals__0__words": [" "]}, "shape"),
        ({"format": 2}, "shape"),
    ],
)
def test_what_is_wrong_is_named(folder, changes, code):
    assert found(folder, **changes) == [code]


def test_two_goals_of_one_title(folder):
    assert found(folder, goals=[dict(goal, skills=["AAA-01"], words=[]) for goal in DOCUMENT["goals"] * 2]) == [
        "duplicate-title"
    ]


def test_a_situation_of_the_phone_asks_for_no_computer(folder):
    folder.skill("AAA-02")["device"] = "computer"
    folder.write()
    assert "situation-device" in found(folder, situations__0__device="phone")
    assert found(folder, situations__0__device="computer") == []


def test_the_line_is_named(folder):
    found(folder, situations__1__skills=["ZZZ-01"])
    [(_, line, _)] = folder.findings()
    assert line == folder.line_of("essai/situations.yaml", "ZZZ-01")


def test_a_file_that_cannot_be_read(folder):
    folder.write_file("essai/situations.yaml", "a: [\n")
    assert [code for _, _, code in folder.findings()] == ["yaml"]


def test_a_framework_without_the_file_offers_none():
    for name in ("a-framework-without", "", ".", "..", "../locales", "/etc", "nowhere"):
        assert situations(name) == goals(name) == ()
    assert situation(FRAMEWORK, "nothing") is None


def test_there_is_enough_to_start_from():
    assert [one.code for one in situations(FRAMEWORK) if one.flash] == ["phone", "computer", "papers"]
    assert len(situations(FRAMEWORK)) >= 15
    assert len(goals(FRAMEWORK)) >= 40
    assert len({one.code for one in goals(FRAMEWORK)}) == len(goals(FRAMEWORK))


@pytest.mark.slow
def test_a_ready_made_choice_asks_in_its_time(db):
    """Every micro-skill of it has a question on a screen, and nine of ten people are done within its minutes."""
    ladders = Ladders(referentials.latest(db, FRAMEWORK))
    asked = count_questions(db, ladders)
    for one in situations(FRAMEWORK):
        assert set(one.skills) <= asked.keys(), one.title
        selection = starting_from(one, Selection(languages=("fr",)), ladders)
        told = composing.price(db, ladders, composing.checked(ladders, selection))
        assert told.estimate is not None
        assert told.problems == told.lacking == told.left_out == ()
        assert told.estimate.minutes.p90 <= (one.minutes or 15), one.title
        assert told.estimate.questions.p90 <= (one.questions or 15), one.title
        if one.flash:
            assert 8 <= (one.questions or 0) <= 10
            assert 8 <= len(one.skills) <= 12
            assert (one.minutes or 99) <= 10
