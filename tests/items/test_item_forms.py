"""A question goes through its form and comes back the same, field by field."""

from __future__ import annotations

import pytest

from pathways.items import authoring, history
from pathways.items.documents import ItemDocument
from pathways.items.flaws import is_plain
from pathways.items.grading import grade
from pathways.items.pages.item_forms import KINDS, MOST_ROWS, ItemForm, form_of
from tests.items.writing import FORMS

PICTURE = {"sha256": "0" * 64, "width": 280, "height": 180}


def body_of(document: ItemDocument) -> dict:
    """As a revision keeps it."""
    body = document.model_dump(mode="json")
    for holder in [body, *body["options"]]:
        if holder["picture"]:
            holder["picture"] |= PICTURE
    return body


def test_every_shipped_question_comes_back_from_the_form_as_it_was(shipped):
    seen, lost = set(), []
    for _, folder in shipped.frameworks:
        for document in folder.items.values():
            raw = authoring.document_of(body_of(document))
            again, wrong = form_of(raw).document()
            whole = ItemDocument.model_validate(again | {"code": document.code}).model_dump(mode="json")
            if wrong or whole != raw | {"code": document.code}:
                lost.append((document.code, wrong, history.changes(raw, whole) if document.kind != "zone" else whole))
            seen.add(document.kind)
    assert lost == []
    assert seen == set(KINDS)


@pytest.mark.parametrize("kind", FORMS)
def test_empty_lines_between_answers_do_not_count(kind):
    fields = {}
    for name, value in FORMS[kind].items():
        prefix, _, rest = name.partition("-")
        row, _, part = rest.partition("-")
        if kind in {"choice", "choices"} and prefix == "option":
            fields[f"option-{int(row) * 3}-{part}"] = value
        else:
            fields[name] = value
    raw, wrong = ItemForm(kind, dict(fields)).document()
    assert wrong == []
    assert ItemDocument.model_validate(raw | {"code": "AAA-01-a"}).kind == kind


def test_an_answer_keeps_its_name_when_others_join_or_leave():
    form = ItemForm("choice", dict(FORMS["choice"]))
    first, _ = form.document()
    changed = dict(form.fields) | {"option-1-text": "", "option-1-reveals": "", "option-3-text": "Une autre"}
    second, _ = ItemForm("choice", changed).document()
    assert [option["id"] for option in first["options"]] == ["a", "b", "c"]
    assert [option["id"] for option in second["options"]] == ["a", "c", "d"]


def test_the_last_line_that_the_form_shows_counts():
    form = ItemForm("match", {f"target-{row}-text": f"cible {row}" for row in range(MOST_ROWS + 1)}, MOST_ROWS)
    raw, _ = form.document()
    assert [target["text"] for target in raw["targets"]] == [f"cible {row}" for row in range(MOST_ROWS + 1)]
    assert len({target["id"] for target in raw["targets"]}) == MOST_ROWS + 1


def test_a_place_of_the_document_is_found_at_its_field():
    form = ItemForm("choice", {"option-0-text": "a", "option-4-text": "b", "option-4-picture": "x.png"})
    assert form.place(("options", 1, "text")) == "option-4-text"
    assert form.place(("options", 1)) == "option-4-text"
    assert form.place(("options", 1, "picture", "alt")) == "option-4-alt"
    assert form.place(("options", 1, "zone", 2)) == "option-4-x"
    assert form.place(("picture", "alt")) == "picture-alt"
    assert form.place(("stem",)) == "stem"
    assert form.place(()) == "item"
    assert form.place(("options",)) == "option-0-text"


def test_an_order_that_names_no_step_twice_is_asked_for():
    form = ItemForm("order", FORMS["order"] | {"orders": "1 1 2\n3 2 1\nn'importe quoi"})
    raw, wrong = form.document()
    assert [flaw.at for flaw in wrong] == [("orders",)]
    assert raw["orders"] == [["a", "b", "c"], ["c", "b", "a"]]


def test_a_typed_mistake_is_recognised_as_it_was_meant():
    raw, _ = ItemForm("text", dict(FORMS["text"])).document()
    body = ItemDocument.model_validate(raw | {"code": "AAA-01-a"}).model_dump(mode="json")
    assert grade(body, "MARIE@exemple.fr ").correct
    assert grade(body, "marie exemple.fr").reveals == ("ne trouve pas la touche @",)
    assert grade(body, "www.marie@exemple.fr").reveals == ("confond adresse de site et de courriel",)
    assert all(is_plain(mistake["pattern"]) for mistake in raw["mistakes"])


@pytest.mark.parametrize("pattern", ["^[^@]+$", r"^(?!.*@)", "abc", r"a\+b\(c", "^a{3}$", "[+*(]x*"])
def test_a_plain_pattern_is_taken(pattern):
    assert is_plain(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "a*a*a*a*b", "(?=a)(?=b)", "^(?!.*(a+)+)", r"(\w+\s?)*$"])
def test_a_pattern_that_can_take_for_ever_is_not(pattern):
    assert not is_plain(pattern)


def test_nothing_changed_says_nothing_and_each_change_is_named():
    raw, _ = ItemForm("match", dict(FORMS["match"])).document()
    body = ItemDocument.model_validate(raw | {"code": "AAA-01-a"}).model_dump(mode="json")
    assert history.changes(body, body) == []
    other = body | {"pairs": {"a": "t-c", "b": "t-a"}, "explain": "Une phrase."}
    assert history.changes(body, other) == [
        ("explication", "", "Une phrase."),
        ("paires justes", "le cadenas – protéger / la loupe – chercher", "le cadenas – jeter / la loupe – chercher"),
    ]
