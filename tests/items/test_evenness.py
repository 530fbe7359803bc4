"""What only the whole bank shows."""

from __future__ import annotations

from typing import Any

import pytest

from pathways.items import drawings, evenness
from pathways.items.documents import ItemDocument

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def item(
    number: int, *, key: int = 0, options: tuple[str, ...] = ("un mot", "deux mots", "trois"), **other: Any
) -> ItemDocument:
    given = [
        {"id": LETTERS[place], "text": text, "key": place == key, "reveals": None if place == key else "une erreur"}
        for place, text in enumerate(options)
    ]
    document = {
        "code": f"SEC-{1 + number // 26:02}-{LETTERS[number % 26]}",
        "skill": f"SEC-{1 + number // 26:02}",
        "kind": "choice",
        "stem": " ".join(f"{word}{number}" for word in ("Que", "faites", "vous", "ici", "et", "quand", "donc")),
        "options": given,
    }
    return ItemDocument.model_validate(document | other)


def bank(items: list[ItemDocument]) -> dict[str, ItemDocument]:
    return {one.code: one for one in items}


def kinds(remarks: list[evenness.Remark]) -> set[str]:
    return {kind for _, kind, _ in remarks}


def test_keys_that_fall_evenly_are_not_spoken_of():
    assert evenness.of_keys(bank([item(number, key=number % 3) for number in range(24)])) == []


def test_a_bank_whose_keys_are_all_first_is_spoken_of():
    remarks = evenness.of_keys(bank([item(number) for number in range(24)]))
    assert kinds(remarks) == {"key-position"}
    assert "24, 0, 0" in remarks[0][2]


def test_a_few_questions_prove_nothing():
    assert evenness.of_keys(bank([item(number) for number in range(11)])) == []


@pytest.mark.parametrize(("longest", "spoken_of"), [(13, True), (12, False)])
def test_keys_that_are_the_longest_too_often(longest, spoken_of):
    items = [
        item(number, key=number % 3, options=_lengths(number % 3, is_longest=number < longest)) for number in range(24)
    ]
    assert kinds(evenness.of_keys(bank(items))) == ({"key-length"} if spoken_of else set())


def _lengths(key: int, *, is_longest: bool) -> tuple[str, ...]:
    texts = ["court", "un peu", "bref"]
    texts[key if is_longest else (key + 1) % 3] = "une longue réponse"
    return tuple(texts)


def test_a_micro_skill_wants_two_questions_or_a_sheet():
    items = bank([item(0), item(1), item(26)])
    assert evenness.of_parallels(items, ["SEC-01"]) == []
    assert [said for _, kind, said in evenness.of_parallels(items, ["SEC-01", "SEC-02"]) if kind == "too-few-items"]
    sheet = item(27, kind="observed", options=(), look_for=["le geste"])
    assert evenness.of_parallels(items | bank([sheet]), ["SEC-01", "SEC-02"]) == []
    assert evenness.of_parallels({}, ["SEC-01"]) == [], "a framework whose questions are still to be written"


def test_the_same_question_of_two_micro_skills():
    one = item(0)
    twin = item(26, stem=one.stem)
    assert kinds(evenness.of_parallels(bank([one, twin]), [])) == {"near-duplicate"}


def test_the_shipped_banks_give_nothing_away(shipped):
    for framework, items in shipped.frameworks:
        assert framework.framework is not None
        skills = [skill.code for skill in framework.framework.skills()]
        assert evenness.of_keys(items.items) == [], framework.folder.name
        assert evenness.of_parallels(items.items, skills) == [], framework.folder.name


def test_words_that_are_painted():
    body = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>Votre <tspan>colis</tspan> 24 a</text></svg>'
    )
    assert drawings.painted_words(drawings.Drawing(body, 9, 9)) == {"votre", "colis"}
    assert drawings.words_in("VOTRE colis !") == {"votre", "colis"}
