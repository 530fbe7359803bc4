"""Every kind of question: what is right, what is wrong and what it reveals, what is no answer at all."""

from __future__ import annotations

from typing import Any

import pytest

from pathways.errors import Invalid
from pathways.items.documents import ItemDocument
from pathways.items.grading import grade

OPTIONS = [
    {"id": "a", "text": "A", "key": True},
    {"id": "b", "text": "B", "reveals": "confond b"},
    {"id": "c", "text": "C", "reveals": "confond c"},
]


def body(kind: str, **given: Any) -> dict[str, Any]:
    whole = {"code": "AAA-01-a", "skill": "AAA-01", "kind": kind, "stem": "Que faites-vous ?"} | given
    return ItemDocument.model_validate(whole).model_dump(mode="json")


CHOICE = body("choice", options=OPTIONS)
CHOICES = body("choices", options=[OPTIONS[0], OPTIONS[1] | {"key": True}, OPTIONS[2]])
PICTURES = body("pictures", options=[one | {"picture": {"file": "x.svg", "alt": "x"}} for one in OPTIONS])
ZONE = body("zone", picture={"file": "x.svg", "alt": "x"}, options=[one | {"zone": [0, 0, 1, 1]} for one in OPTIONS])
ORDER = body(
    "order",
    options=[{"id": name, "text": name} for name in "abc"],
    orders=[["a", "b", "c"], ["b", "a", "c"]],
    confusions=[{"before": ["c", "a"], "reveals": "part trop tôt"}, {"before": ["c", "b"], "reveals": "oublie b"}],
)
MATCH = body(
    "match",
    options=[{"id": "a", "text": "A"}, {"id": "b", "text": "B"}],
    targets=[{"id": name, "text": name} for name in "xyz"],
    pairs={"a": "x", "b": "y"},
    confusions=[{"pair": {"a": "y"}, "reveals": "prend y pour x"}],
)
TEXT = body(
    "text",
    accept=["Nadia@exemple.fr", "12 h"],
    mistakes=[
        {"pattern": "^[^@]+$", "reveals": "ne trouve pas @"},
        {"pattern": "^[a-z]+$", "reveals": "jamais dit : le premier motif suffit"},
    ],
)
OBSERVED = body("observed", look_for=["Le geste est fait."])
EVERY = {one["kind"]: one for one in (CHOICE, CHOICES, PICTURES, ZONE, ORDER, MATCH, TEXT, OBSERVED)}


@pytest.mark.parametrize("kind", ["choice", "pictures", "zone"])
def test_one_of_several(kind):
    assert grade(EVERY[kind], "a").correct is True
    assert grade(EVERY[kind], "a").reveals == ()
    wrong = grade(EVERY[kind], "c")
    assert (wrong.correct, wrong.reveals) == (False, ("confond c",))


def test_several_of_several():
    assert grade(CHOICES, ["b", "a"]).correct is True
    wrong = grade(CHOICES, ["a", "c"])
    assert (wrong.correct, wrong.reveals) == (False, ("confond c",))
    assert grade(CHOICES, ["a"]).correct is False
    assert grade(CHOICES, ["a", "b", "c"]).correct is False


def test_any_right_order_is_right():
    assert grade(ORDER, ["a", "b", "c"]).correct is True
    assert grade(ORDER, ["b", "a", "c"]).correct is True
    wrong = grade(ORDER, ["c", "a", "b"])
    assert (wrong.correct, wrong.reveals) == (False, ("part trop tôt", "oublie b"))


def test_pairs():
    assert grade(MATCH, {"b": "y", "a": "x"}).correct is True
    wrong = grade(MATCH, {"a": "y", "b": "x"})
    assert (wrong.correct, wrong.reveals) == (False, ("prend y pour x",))
    assert grade(MATCH, {"a": "z", "b": "y"}).correct is False


@pytest.mark.parametrize(
    "typed",
    [
        "nadia@exemple.fr",
        "  NADIA@EXEMPLE.FR ",
        "nadia\u200e@exemple.fr\u200f",
        "\uff4eadia@exemple.fr",
        "12  h",
        "\u0661\u0662 h",
        "\u06f1\u06f2\u00a0h",
    ],
    ids=ascii,
)
def test_typed_as_people_type(typed):
    assert grade(TEXT, typed).correct is True


def test_typed_wrong_reveals_one_mistake():
    wrong = grade(TEXT, "nadia")
    assert (wrong.correct, wrong.reveals) == (False, ("ne trouve pas @",))
    assert grade(TEXT, "nadia@exemple").reveals == ()


def test_a_gesture_that_somebody_watched():
    assert grade(OBSERVED, "alone").correct is True
    assert grade(OBSERVED, "hint").correct is False
    assert grade(OBSERVED, "help").reveals == ("a besoin d'aide pour ce geste",)
    assert grade(OBSERVED, "not_tried").correct is None


MALFORMED: list[Any] = [
    None,
    "",
    " ",
    "z",
    "A",
    0,
    True,
    1.5,
    [],
    ["z"],
    ["a", "a"],
    ["a", "a", "b"],
    [["a"], "b", "c"],
    [None, "a", "b"],
    {},
    {"a": "x"},
    {"a": "x", "b": "y", "c": "z"},
    {"a": "x", "b": "nowhere"},
    {"a": "x", "b": None},
    {"a": ["x"], "b": "y"},
    {"a": {"x": 1}, "b": "y"},
    "x" * 201,
    "a\x00b",
    "a\u202eb",
    "\u200f\u200e",
    "\ud800",
    b"a",
    object(),
]


@pytest.mark.parametrize("kind", EVERY)
def test_what_is_no_answer_is_refused_and_never_wrong(kind):
    for response in MALFORMED:
        typed = kind == "text" and response in ("z", "A")
        some = kind == "choices" and response == ["a", "b"]
        if typed or some:
            continue
        with pytest.raises(Invalid) as refused:
            grade(EVERY[kind], response)
        assert [one["field"] for one in refused.value.errors] == ["response"], response


def test_an_incomplete_order_is_no_answer():
    for response in (["a", "b"], ["a", "b", "c", "a"], "abc", {"a": "b", "b": "c", "c": "a"}):
        with pytest.raises(Invalid):
            grade(ORDER, response)


def test_a_mistake_in_an_endless_text_takes_no_time():
    import time

    begun = time.perf_counter()
    with pytest.raises(Invalid):
        grade(TEXT, "x" * 1_000_000)
    assert time.perf_counter() - begun < 0.1


def test_the_key_of_every_shipped_question_is_right(shipped):
    seen = 0
    for _, folder in shipped.frameworks:
        for document in folder.items.values():
            item = document.model_dump(mode="json")
            for response in right_answers(item):
                seen += 1
                assert grade(item, response).correct is True, (document.code, response)
                assert grade(item, response).reveals == (), document.code
    assert seen > 40


def test_every_wrong_option_of_every_shipped_question_is_wrong_and_says_why(shipped):
    for _, folder in shipped.frameworks:
        for document in folder.items.values():
            if document.kind in {"choice", "pictures", "zone"}:
                item = document.model_dump(mode="json")
                for option in document.options:
                    if not option.key:
                        graded = grade(item, option.id)
                        assert (graded.correct, graded.reveals) == (False, (option.reveals,)), document.code


def right_answers(item: dict[str, Any]) -> list[Any]:
    kind = item["kind"]
    if kind == "order":
        return list(item["orders"])
    if kind == "match":
        return [item["pairs"]]
    if kind == "text":
        return list(item["accept"])
    if kind == "observed":
        return ["alone"]
    keys = [option["id"] for option in item["options"] if option["key"]]
    return [keys] if kind == "choices" else keys
