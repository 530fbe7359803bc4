"""The code of a paper form, and the letters that are typed of one."""

from __future__ import annotations

import itertools
import random

import pytest

from pathways import ids
from pathways.diagnostics.paper import codes, letters
from pathways.diagnostics.paper.letters import Typed
from pathways.errors import Invalid


def test_every_code_that_is_drawn_is_whole():
    assert all(codes.is_whole(codes.new()) for _ in range(500))


def test_any_one_wrong_letter_is_noticed():
    for code in [codes.new() for _ in range(60)]:
        for place, letter in itertools.product(range(len(code)), ids.ALPHABET):
            if letter != code[place]:
                assert not codes.is_whole(code[:place] + letter + code[place + 1 :])


def test_any_two_letters_that_change_places_are_noticed():
    for code in [codes.new() for _ in range(200)]:
        for one, two in itertools.combinations(range(len(code)), 2):
            swapped = list(code)
            swapped[one], swapped[two] = swapped[two], swapped[one]
            assert code[one] == code[two] or not codes.is_whole("".join(swapped))


@pytest.mark.parametrize("code", ["", "A", "23456", "2345678", "AAAAAA", "23456é", "000000"])
def test_what_is_no_code(code):
    assert not codes.is_whole(code)


def body(kind: str, **given):
    options = [{"id": name, "key": name in given.get("key", "a")} for name in given.get("options", "abc")]
    return {"code": "X", "kind": kind, "options": options, "targets": [], "orders": [], "pairs": {}} | {
        name: value for name, value in given.items() if name in {"targets", "orders", "pairs"}
    }


CHOICE = letters.question_of(1, body("choice"), "seed")
CHOICES = letters.question_of(2, body("choices", options="abcd", key="ab"), "seed")
ORDER = letters.question_of(3, body("order", options="abcd", orders=[["a", "b", "c", "d"]]), "seed")
MATCH = letters.question_of(4, body("match", options="ab", targets=[{"id": "x"}, {"id": "y"}, {"id": "z"}]), "seed")


def test_a_letter_is_the_box_that_stands_there():
    assert [letters.read(CHOICE, letter) for letter in "AbC"] == [Typed(None, name) for name in CHOICE.boxes]


def test_zero_question_mark_and_dash():
    for question in (CHOICE, CHOICES, ORDER, MATCH):
        assert letters.read(question, "0") == Typed("dont_know", None)
        assert letters.read(question, " ? ") == Typed("not_understood", None)
        assert letters.read(question, "-") is None
        assert letters.read(question, "") is None


def test_numbers_of_an_order_are_typed_as_they_were_written_beside_the_steps():
    first, second, third, fourth = ORDER.boxes
    assert letters.read(ORDER, "2413") == Typed(None, [third, first, fourth, second])


@pytest.mark.parametrize(
    ("question", "word"),
    [
        *((CHOICE, word) for word in ("D", "AB", "1", "0A", "İ")),
        *((CHOICES, word) for word in ("AA", "AE")),
        *((ORDER, word) for word in ("123", "1123", "ABCD")),
        *((MATCH, word) for word in ("A", "ABC", "AD")),
    ],
)
def test_what_is_no_answer_names_its_question(question, word):
    with pytest.raises(Invalid) as refused:
        letters.read(question, word)
    assert refused.value.errors[0]["field"] == f"a{question.number}"
    assert f"Question {question.number}" in refused.value.message


@pytest.mark.parametrize("question", [CHOICE, CHOICES, ORDER, MATCH])
def test_what_is_read_is_written_back(question):
    signs = random.Random(3)
    for _ in range(50):
        length = question.length
        word = (
            "".join(signs.sample(question.choices, length))
            if question is not MATCH
            else "".join(signs.choices("ABC", k=2))
        )
        typed = letters.read(question, word)
        assert typed is not None
        back = letters.write(question, typed.outcome or "", typed.response)
        assert back == ("".join(sorted(word)) if question is CHOICES else word)


def test_too_few_or_too_many_boxes_are_an_answer():
    assert letters.read(CHOICES, "A") == Typed(None, [CHOICES.boxes[0]])
    assert letters.read(CHOICES, "ABC") == Typed(None, [*CHOICES.boxes[:3]])


def test_a_whole_line_is_cut_by_the_lengths_of_its_questions():
    line = [CHOICE, CHOICES, ORDER, MATCH, CHOICE]
    assert letters.split(line, "b ad 0 ca ?") == ["B", "AD", "0", "CA", "?"]
    assert letters.split(line, "BAD") == ["B", "AD", "", "", ""]
    with pytest.raises(Invalid, match="de trop"):
        letters.split(line, "BAD1234CA??")
