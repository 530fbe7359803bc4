"""The files of goals: what `pathways check` says of them, stamps, and that what comes with the server is whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pathways import content, i18n
from pathways.learning import goal_checks
from pathways.learning.models import GoalAudience
from pathways.learning.pages.goals import DRAWN
from pathways.settings import resource
from tests.referentials.folders import TODAY, Folder

GOALS = """format: 1
goals:
- code: door
  title: "Ouvrir ma porte"
  picture: house
  words: ["clé", "serrure"]
  weights: {AAA-01: 3, BBB-02: 1}
- code: exam
  title: "Me préparer à l'examen"
  picture: certificate
  certification: pix
  weights: {AAA-02: 2}
certifications:
- code: pix
  title: "Examen"
  aligned: pix
  link: "https://examen.example/campagnes/{code}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "content")
    made.write_file("essai/goals.yaml", GOALS)
    return made


def _found(folder: Folder, *, warnings: bool = False) -> list[tuple[str, int, str]]:
    return [one for one in folder.findings(warnings=warnings) if "goals" in one[0]]


def test_a_whole_file_has_nothing_wrong(folder: Folder) -> None:
    assert _found(folder, warnings=True) == []
    document = folder.read().goals["essai"].document
    assert [goal.code for goal in document.goals] == ["door", "exam"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("AAA-01: 3", "ZZZ-01: 3", "unknown-skill"),
        ("AAA-01: 3", "AAA-01: 4", "shape"),
        ("code: exam", "code: door", "duplicate-code"),
        ("Me préparer à l'examen", "Ouvrir ma porte", "duplicate-title"),
        ("picture: house", "picture: palace", "unknown-picture"),
        ("certification: pix", "certification: clea", "unknown-certification"),
        ("aligned: pix", "aligned: autre", "unknown-alignment"),
        ("  aligned: pix\n", "", "areas"),
        ("https://examen", "http://examen", "shape"),
        ("weights: {AAA-02: 2}", "weights: {}", "shape"),
    ],
)
def test_each_fault_is_named_with_its_line(folder: Folder, old: str, new: str, code: str) -> None:
    assert old in GOALS
    before, _, after = GOALS.rpartition(old) if code.startswith("duplicate") else GOALS.partition(old)
    folder.write_file("essai/goals.yaml", before + new + after)
    [(file, line, found)] = _found(folder)
    assert (file, found) == ("essai/goals.yaml", code)
    if new:
        assert line == (before + new).count("\n") + 1


def test_a_translation_is_served_until_its_french_changes(folder: Folder) -> None:
    name = "essai/translations/ar/goals.yaml"
    folder.write_file(name, 'format: 1\nlanguage: ar\nstate: draft\ntitles:\n  door: "فتح بابي"\n')
    assert _found(folder, warnings=True) == [(name, folder.line_of(name, "door"), "stale-translation")]
    assert content.stamp(folder.root, TODAY) == 1
    assert content.stamp(folder.root, TODAY) == 0
    assert _found(folder, warnings=True) == []
    goals = folder.read().goals["essai"]
    assert goals.translations["ar"].fresh(goals.document.stamps()) == {"door": "فتح بابي"}
    folder.write_file("essai/goals.yaml", GOALS.replace("Ouvrir ma porte", "Ouvrir ma grande porte"))
    assert [one[2] for one in _found(folder, warnings=True)] == ["stale-translation"]
    goals = folder.read().goals["essai"]
    assert goals.translations["ar"].fresh(goals.document.stamps()) == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('language: ar\nstate: draft\ntitles:\n  gate: "باب"\n', "orphan-translation"),
        ('language: ar\nstate: draft\ntitles:\n  door: "  "\n', "empty-translation"),
        ('language: tr\nstate: draft\ntitles:\n  door: "kapı"\n', "wrong-language"),
        ('language: ar\nstate: final\ntitles:\n  door: "باب"\n', "shape"),
    ],
)
def test_each_fault_of_a_translation(folder: Folder, text: str, code: str) -> None:
    folder.write_file("essai/translations/ar/goals.yaml", "format: 1\n" + text)
    assert code in [one[2] for one in _found(folder)]


def test_what_comes_with_the_server_is_whole(shipped: content.Content) -> None:
    everyday = shipped.goals["inclusion-numerique"]
    codes = {goal.code for goal in everyday.document.goals}
    assert len(codes) == 26
    helpers = [
        goal.audience
        for name in ("mediateur-numerique", "benevole-numerique")
        for goal in shipped.goals[name].document.goals
    ]
    assert len(helpers) >= 12
    assert set(helpers) == {GoalAudience.MEDIATOR, GoalAudience.VOLUNTEER}
    stamps = everyday.document.stamps()
    others = [code for code in i18n.languages() if code != i18n.SOURCE]
    assert set(everyday.translations) == set(others)
    for language in others:
        assert everyday.translations[language].state == "draft"
        assert set(everyday.translations[language].fresh(stamps)) == codes, language
    assert [one for one in shipped.findings if one.file.endswith("goals.yaml")] == []


def test_every_goal_can_be_checked_with_a_question(shipped: content.Content) -> None:
    """A goal whose every micro-skill lacks a question on a screen would never be known to be reached."""
    asked = {
        item.skill for _, folder in shipped.frameworks for item in folder.items.values() if item.kind != "observed"
    }
    lacking = [
        goal.code
        for folder in shipped.goals.values()
        for goal in folder.document.goals
        if not goal.weights.keys() & asked
    ]
    assert lacking == []


def test_each_picture_is_drawn_and_used() -> None:
    text = (Path(goal_checks.__file__).parent / "templates" / "goal-pictures.html").read_text("utf-8")
    drawn = re.findall(r'^"([a-z-]+)": "M', text, re.MULTILINE)
    assert drawn == list(goal_checks.PICTURES) == list(DRAWN)
    used = "".join(path.read_text("utf-8") for path in resource("referentials").glob("*/goals.yaml"))
    unused = [name for name in goal_checks.PICTURES if f"picture: {name}\n" not in used]
    assert unused == []
