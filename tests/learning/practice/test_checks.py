"""`pathways check` on practice screens: the file, the line and the code of what is wrong."""

from __future__ import annotations

import pytest

from pathways import content
from pathways.learning.practice.documents import PracticeDocument
from tests.learning.practice.small import made
from tests.referentials.folders import TODAY, Folder

FILE = "essai/practice/essayer.yaml"
ARABIC = "essai/translations/ar/practice/essayer.yaml"


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def one():
    return made()


def found(folder: Folder, document, *, warnings: bool = False) -> list[tuple[int, str]]:
    folder.write_file(FILE, document)
    return [
        (line, code)
        for file, line, code in folder.findings(warnings=warnings)
        if "practice" in file and code != "glossary"
    ]


def at(folder: Folder, text: str, code: str, file: str = FILE) -> list[tuple[int, str]]:
    return [(folder.line_of(file, text), code)]


def test_a_whole_one_has_nothing_wrong(folder, one):
    assert found(folder, one, warnings=True) == []


def test_a_skill_that_does_not_exist(folder, one):
    one["skills"] = ["AAA-01", "ZZZ-99"]
    assert found(folder, one) == at(folder, "ZZZ-99", "unknown-skill")


def test_a_code_that_is_not_the_name_of_its_file(folder, one):
    one["code"] = "autrement"
    assert found(folder, one) == at(folder, "code: autrement", "practice-code")


def test_no_right_answer_in_a_field_that_needs_one(folder, one):
    one["screens"][0]["fields"][0]["right"] = ""
    assert found(folder, one) == at(folder, "id: code", "no-right-answer")


def test_a_right_answer_that_is_refused(folder, one):
    one["screens"][0]["fields"][0]["right"] = "12345"
    assert "no-right-answer" in {code for _, code in found(folder, one)}


def test_a_choice_without_a_right_one(folder, one):
    one["screens"][0]["fields"][1]["options"][0]["mistake"] = "closed-day"
    assert found(folder, one) == at(folder, "right: monday", "no-right-answer")


def test_no_way_to_the_end_without_a_mistake(folder, one):
    one["screens"][1]["actions"][1]["mistake"] = "knocked"
    assert found(folder, one) == at(folder, "- id: door", "no-right-answer")


def test_a_mistake_that_no_answer_can_make(folder, one):
    one["mistakes"].append({"id": "flown", "said": "Vous avez volé.", "look": "Marchez."})
    assert found(folder, one) == at(folder, "id: flown", "impossible-mistake")


def test_a_mistake_that_an_earlier_check_always_catches(folder, one):
    one["screens"][0]["fields"][0]["checks"][1] = {"unlike": "^\\d{4}$", "mistake": "other", "example": "1"}
    assert found(folder, one) == at(folder, "id: other", "impossible-mistake")


def test_a_mistake_that_is_not_described(folder, one):
    one["screens"][0]["actions"][0]["mistake"] = "danced"
    assert found(folder, one) == at(folder, "mistake: danced", "unknown-mistake")
    one["screens"][0]["actions"][0]["mistake"] = "knocked"
    one["rights"][0]["unless"] = ["danced"]
    assert found(folder, one) == at(folder, "- danced", "unknown-mistake")


def test_an_example_that_is_not_the_mistake(folder, one):
    one["screens"][0]["fields"][0]["checks"][0]["example"] = "1111"
    assert found(folder, one) == at(folder, "example: '1111'", "example")


def test_a_pattern_that_cannot_be_read(folder, one):
    one["screens"][0]["fields"][0]["checks"][0]["unlike"] = "("
    assert "pattern" in {code for _, code in found(folder, one)}


def test_a_check_has_one_rule(folder, one):
    one["screens"][0]["fields"][0]["checks"][0]["like"] = "1"
    assert "check" in {code for _, code in found(folder, one)}


def test_an_action_that_leads_nowhere(folder, one):
    one["screens"][1]["actions"][0]["to"] = "cellar"
    assert found(folder, one) == at(folder, "to: cellar", "unknown-screen")


def test_a_screen_that_nobody_sees_and_one_that_nobody_leaves(folder, one):
    one["screens"].append(
        {"id": "cellar", "help": "En bas.", "heading": "La cave", "actions": [{"id": "x", "text": "X", "to": "cellar"}]}
    )
    assert found(folder, one) == at(folder, "id: cellar", "unseen-screen")
    one["screens"][1]["actions"][0]["to"] = "cellar"
    assert found(folder, one) == at(folder, "id: cellar", "no-way-out")


def test_what_is_written_twice(folder, one):
    one["screens"][1]["fields"] = [{"id": "code", "label": "Code", "right": "1"}]
    assert {code for _, code in found(folder, one)} == {"duplicate-code"}
    one = made()
    one["screens"][0]["actions"][0]["id"] = "open"
    assert {code for _, code in found(folder, one)} == {"duplicate-code"}
    one = made()
    one["mistakes"][1]["id"] = "shape"
    assert "duplicate-code" in {code for _, code in found(folder, one)}


def test_a_text_that_repeats_what_nobody_chose(folder, one):
    one["screens"][1]["heading"] = "{code}, vous entrez"
    assert {code for _, code in found(folder, one)} == {"unknown-field"}


def test_a_picture_is_there_and_is_said_in_words(folder, one):
    option = one["screens"][0]["fields"][1]["options"][0]
    option["picture"] = "bouton.svg"
    assert {code for _, code in found(folder, one)} == {"alt"}
    option["alt"] = "Un bouton."
    assert found(folder, one) == []
    option["picture"] = "nulle-part.svg"
    assert found(folder, one) == at(folder, "nulle-part.svg", "missing-picture")


def test_a_sentence_that_is_too_long_for_a_beginner(folder, one):
    one["task"][0] = "mot " * 21 + "."
    assert [code for _, code in found(folder, one, warnings=True)] == ["long-sentence"]


def test_its_date_has_passed(folder, one):
    one["verify_by"] = TODAY.replace(year=2025)
    assert [code for _, code in found(folder, one, warnings=True)] == ["verify-by"]


def translated(folder: Folder, **changes) -> list[tuple[int, str]]:
    document = PracticeDocument.model_validate(made())
    texts = {key: f"⟦{text}⟧" for key, text in document.segments().items()} | changes.pop("texts", {})
    entry = {"state": "draft", "of": document.text_fingerprint(), "texts": texts} | changes
    folder.write_file(ARABIC, {"format": 1, "language": "ar", "practices": {"essayer": entry}})
    return found(folder, made(), warnings=True)


def test_a_translation_that_is_whole_stale_or_lacks_something(folder):
    assert translated(folder) == []
    assert translated(folder, of="0" * 12) == at(folder, "of:", "stale-translation", ARABIC)
    assert [code for _, code in translated(folder, texts={"other": "x"})] == ["orphan-segment"]
    assert [code for _, code in translated(folder, texts={"mistakes.shape.said": "⟦5⟧"})] == ["numbers"]


def test_a_stamp_is_written_by_the_command(folder):
    translated(folder, of="0" * 12)
    assert content.stamp(folder.root, TODAY) == 1
    assert found(folder, made(), warnings=True) == []
    assert content.stamp(folder.root, TODAY) == 0


def test_a_translation_of_nothing(folder):
    entry = {"state": "draft", "of": "0", "texts": {"title": "x"}}
    folder.write_file(ARABIC, {"format": 1, "language": "ar", "practices": {"rien": entry}})
    assert found(folder, made()) == at(folder, "state: draft", "orphan-translation", ARABIC)
