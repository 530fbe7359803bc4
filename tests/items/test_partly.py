"""Nearly right: which answers are, in which questions, and how a question that counts them comes and goes."""

from __future__ import annotations

import copy
from itertools import permutations, product
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pathways.diagnostics.blueprint import model_of
from pathways.diagnostics.engine import FIRST_NEAR
from pathways.items import service
from pathways.items.documents import ItemDocument
from pathways.items.exchange import service as exchange
from pathways.items.exchange.documents import table_of
from pathways.items.exchange.files import opened
from pathways.items.exchange.plan import Status
from pathways.items.exchange.yaml_files import yaml_of
from pathways.items.grading import grade
from pathways.items.models import Item, ItemRevision
from pathways.spreadsheets import csv_of, xlsx_of
from tests.items.exchange_situations import CHOICE as CHOICE_ROW
from tests.items.exchange_situations import FRAMEWORK, imported, report, said, sent
from tests.items.test_exchange import OWN
from tests.items.test_grading import EVERY
from tests.items.writing import FORMS, Author
from tests.people.situations import somebody

CHOICES_FORM = FORMS["choices"] | {
    "option-3-text": "Je transfère le message",
    "option-3-reveals": "répand un message douteux",
    "option-4-text": "Je paie tout de suite",
    "option-4-reveals": "se laisse presser",
}
MATCH_FORM = FORMS["match"] | {
    "option-2-text": "la corbeille",
    "option-2-target": "2",
    "target-3-text": "écrire",
}
PARTED = {"choices": CHOICES_FORM, "order": FORMS["order"], "match": MATCH_FORM}


def choices(keys: list[bool], *, partly: bool = True) -> dict[str, Any]:
    options = [{"id": f"o{place}", "key": key, "reveals": None} for place, key in enumerate(keys)]
    return {"kind": "choices", "options": options, "partly": partly}


def order(steps: int, orders: list[list[str]], *, partly: bool = True) -> dict[str, Any]:
    options = [{"id": f"o{place}", "key": False, "reveals": None} for place in range(steps)]
    return {"kind": "order", "options": options, "orders": orders, "confusions": [], "partly": partly}


def match(pairs: dict[str, str], targets: int, *, partly: bool = True) -> dict[str, Any]:
    options = [{"id": name, "key": False, "reveals": None} for name in pairs]
    ends = [{"id": f"t{place}", "text": "x"} for place in range(targets)]
    found = {"kind": "match", "options": options, "targets": ends, "pairs": pairs, "confusions": []}
    return found | {"partly": partly}


# --- which answers are --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "correct", "near"),
    [
        (["o0", "o1"], True, False),
        (["o0", "o2"], False, True),  # one swapped for another: three of five
        (["o0"], False, True),
        (["o0", "o1", "o2"], False, True),
        (["o2", "o3"], False, False),
        (["o0", "o1", "o2", "o3", "o4"], False, False),  # whoever ticks all has two of five
    ],
)
def test_of_several_choices_each_option_is_a_part(chosen, correct, near):
    graded = grade(choices([True, True, False, False, False]), chosen)
    assert (graded.correct, graded.near) == (correct, near)


def test_half_of_the_parts_is_not_more_than_half():
    assert grade(choices([True, True, False, False]), ["o0", "o2"]).near is False
    assert grade(match({"a": "t0", "b": "t1"}, 3), {"a": "t0", "b": "t2"}).near is False


@pytest.mark.parametrize(
    ("given_order", "near"),
    [("1023", True), ("0132", True), ("3210", False), ("2301", False), ("3012", False), ("1203", True)],
)
def test_of_an_order_each_two_steps_are_a_part(given_order, near):
    graded = grade(order(4, [["o0", "o1", "o2", "o3"]]), [f"o{one}" for one in given_order])
    assert (graded.correct, graded.near) == (False, near)


def test_of_several_right_orders_the_nearest_counts():
    asked = order(4, [["o0", "o1", "o2", "o3"], ["o3", "o2", "o1", "o0"]])
    assert grade(asked, ["o3", "o2", "o0", "o1"]).near is True
    assert grade(asked, ["o3", "o2", "o1", "o0"]) == grade(asked, ["o0", "o1", "o2", "o3"])


def test_of_things_to_match_each_pair_is_a_part():
    asked = match({"a": "t0", "b": "t1", "c": "t2"}, 4)
    assert grade(asked, {"a": "t0", "b": "t1", "c": "t3"}).near is True
    assert grade(asked, {"a": "t0", "b": "t2", "c": "t1"}).near is False


def test_what_a_nearly_right_answer_reveals_stays_said():
    shown = EVERY["order"] | {"partly": True}
    assert grade(shown, ["c", "a", "b"]).reveals == grade(EVERY["order"], ["c", "a", "b"]).reveals != ()


def responses(asked: dict[str, Any]) -> list[Any]:
    """Every response that is whole."""
    names = [option["id"] for option in asked["options"]]
    if asked["kind"] == "choices":
        every = product([False, True], repeat=len(names))
        return [
            chosen for ticks in every if (chosen := [name for name, tick in zip(names, ticks, strict=True) if tick])
        ]
    if asked["kind"] == "order":
        return [list(one) for one in permutations(names)]
    ends = [target["id"] for target in asked["targets"]]
    return [dict(zip(names, one, strict=True)) for one in product(ends, repeat=len(names))]


def parts(asked: dict[str, Any], response: Any) -> list[bool]:
    """Part by part, as the format tells it."""
    if asked["kind"] == "choices":
        return [(option["id"] in response) is option["key"] for option in asked["options"]]
    if asked["kind"] == "match":
        return [response[thing] == asked["pairs"][thing] for thing in asked["pairs"]]
    found = [
        [
            (response.index(one) < response.index(other)) == (right.index(one) < right.index(other))
            for place, one in enumerate(right)
            for other in right[:place]
        ]
        for right in asked["orders"]
    ]
    return max(found, key=sum)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["choices", "order", "match"]))
    if kind == "choices":
        keys = draw(st.lists(st.booleans(), min_size=3, max_size=6).filter(lambda one: 2 <= sum(one) < len(one)))
        return choices(keys)
    if kind == "order":
        steps = draw(st.integers(3, 4))
        every = st.permutations([f"o{place}" for place in range(steps)])
        return order(steps, draw(st.lists(every, min_size=1, max_size=3)))
    things = draw(st.integers(2, 3))
    targets = things + draw(st.integers(0, 1))
    ends = draw(st.lists(st.integers(0, targets - 1), min_size=things, max_size=things))
    return match({f"a{place}": f"t{end}" for place, end in enumerate(ends)}, targets)


@given(questions())
def test_nearly_right_is_more_than_half_right_and_not_right_for_every_response(asked):
    for response in responses(asked):
        right = parts(asked, response)
        told, plain = grade(asked, response), grade(asked | {"partly": False}, response)
        assert told.near is (not all(right) and 2 * sum(right) > len(right))
        assert told.correct is all(right)
        assert not (told.near and told.correct)
        assert (plain.correct, plain.reveals, plain.near) == (told.correct, told.reveals, False)


RESPONSES = {
    "choice": ["a", "b", "c"],
    "pictures": ["a", "b", "c"],
    "zone": ["a", "b", "c"],
    "text": ["Nadia@exemple.fr", "nadia", "13 h"],
    "observed": ["alone", "hint", "help", "not_tried"],
}


@pytest.mark.parametrize("kind", RESPONSES)
def test_other_kinds_have_no_nearly_right_answer(kind):
    assert not any(grade(EVERY[kind], response).near for response in RESPONSES[kind])


# --- which questions may count them -------------------------------------------------------------------------------

OPTIONS = [{"id": name, "text": name, "key": name in "ab", "reveals": "se trompe"} for name in "abcde"]


def written(kind: str, **more: Any) -> ItemDocument:
    """A question with this many options, if they are given."""
    whole = copy.deepcopy({name: value for name, value in EVERY[kind].items() if name != "partly"})
    return ItemDocument.model_validate(whole | {"partly": True} | more)


@pytest.mark.parametrize("kind", ["choice", "pictures", "zone", "text", "observed"])
def test_another_kind_refuses_it_in_words(kind):
    with pytest.raises(ValueError, match="seuls plusieurs choix, un ordre ou des choses à relier"):
        written(kind)
    assert ItemDocument.model_validate(EVERY[kind]).partly is False


@pytest.mark.parametrize("keys", ["ab", "abc"])
def test_several_choices_need_five_options_of_which_two_are_wrong(keys):
    options = [one | {"key": one["id"] in keys} for one in OPTIONS]
    assert written("choices", options=options).partly is True
    with pytest.raises(ValueError, match="au moins cinq réponses, dont deux mauvaises"):
        written("choices", options=options[:4])
    with pytest.raises(ValueError, match="au moins cinq réponses, dont deux mauvaises"):
        written("choices", options=[one | {"key": one["id"] != "e"} for one in OPTIONS])


@pytest.mark.parametrize("number", range(5, 9))
def test_then_whoever_ticks_as_many_as_are_asked_for_may_be_nearly_right_or_not(number):
    for keys in range(2, number - 1):
        asked = choices([place < keys for place in range(number)])
        graded = [grade(asked, one) for one in responses(asked) if len(one) == keys]
        assert {one.near for one in graded if not one.correct} == {False, True}


def test_two_things_to_match_are_too_few():
    with pytest.raises(ValueError, match="au moins trois choses à relier"):
        written("match")
    assert written("order").partly is True


# --- what is kept of it -------------------------------------------------------------------------------------------


def revision(document: ItemDocument) -> ItemRevision:
    kept = service.body_of(document, {})
    return ItemRevision(
        code=document.code, skill=document.skill, kind=document.kind, body=kept, segments=document.segments()
    )


def test_the_engine_knows_that_it_counts_and_nothing_else_of_the_question_changes():
    with_it, without = revision(written("order")), revision(written("order", partly=False))
    assert model_of(with_it).near == FIRST_NEAR
    assert model_of(without).near is None
    assert "partly" not in without.body  # as revisions of before are kept
    assert with_it.body == without.body | {"partly": True}
    assert [model_of(with_it).slip, model_of(with_it).guess] == [model_of(without).slip, model_of(without).guess]


def test_no_shipped_question_counts_it(shipped):
    assert not any(one.partly for _, folder in shipped.frameworks for one in folder.items.values())


def body_of(db, code: str) -> dict[str, Any]:
    query = sa.select(ItemRevision).join(Item, Item.current_id == ItemRevision.id).where(Item.code == code)
    return db.scalars(query).one().body


@pytest.mark.parametrize("of", PARTED)
def test_the_box_of_the_form_is_kept_shown_and_taken_away_again(signed_in, database, of):
    author = Author(signed_in())
    code = author.write(PARTED[of] | {"partly": "on"})
    assert author.form(code)["partly"] == "on"
    assert "Une réponse presque juste compte pour une part." in author.client.get(f"/items/{code}").text
    with database.read() as db:
        before = body_of(db, code)
    assert before["partly"] is True
    same = author.press(author.form(code), path=f"/items/{code}/edit")
    assert same.status_code == 303
    unticked = {name: value for name, value in author.form(code).items() if name != "partly"}
    assert author.press(unticked, path=f"/items/{code}/edit").status_code == 303
    with database.read() as db:
        assert body_of(db, code) == {name: value for name, value in before.items() if name != "partly"}
    page = author.client.get(f"/items/{code}")
    assert "presque juste compte pour une part : <del>oui</del>" in page.text
    assert "Une réponse presque juste compte pour une part." not in page.text


def test_the_form_says_what_is_missing_and_other_kinds_have_no_box(signed_in):
    author = Author(signed_in())
    refused = author.press(FORMS["choices"] | {"partly": "on"})
    assert refused.status_code == 422
    assert "Pour compter une réponse presque juste, il faut au moins cinq réponses, dont" in refused.text
    for kind in ("choice", "text", "observed"):
        assert 'name="partly"' not in author.client.get(f"/items/new?kind={kind}").text
    assert 'name="partly"' in author.client.get("/items/new?kind=order").text


def test_programs_say_it_as_files_do(signed_in):
    trainer = signed_in()
    item = {
        "skill": "MEL-07",
        "kind": "order",
        "stem": "Mettez dans l'ordre pour envoyer un plan.",
        "options": [{"id": name, "text": f"étape {name}"} for name in "abc"],
        "orders": [["a", "b", "c"]],
    }
    made = trainer.post("/api/v1/items", json={"item": item | {"partly": True}})
    assert made.status_code == 201, made.text
    assert made.json()["item"]["partly"] is True
    code = made.json()["code"]
    plain = trainer.put(f"/api/v1/items/{code}", json={"item": item, "number": 1})
    assert (plain.json()["number"], "partly" in plain.json()["item"]) == (2, False)
    refused = trainer.post("/api/v1/items", json={"item": item | {"kind": "text", "partly": True}})
    assert refused.status_code == 422


@pytest.mark.parametrize("ending", ["csv", "xlsx", "yaml"])
def test_it_leaves_and_comes_back_in_every_file(db, ending):
    trainer, other = somebody(db).member, somebody(db, "other").member
    row = {
        "micro_competence": "MEL-07",
        "type": "ordre",
        "question": "Mettez dans l'ordre pour envoyer un plan.",
        "reponse_1": "écrire l'adresse",
        "reponse_2": "choisir le plan",
        "reponse_3": "envoyer",
        "presque_juste": "oui",
    }
    imported(db, trainer, sent(row))
    [own] = exchange.leaving(db, trainer, FRAMEWORK, OWN)
    assert own.body["partly"] is True
    header, rows = table_of([own])
    data = {"csv": csv_of(header, rows), "xlsx": xlsx_of(header, rows, title="Questions"), "yaml": yaml_of([own])}
    assert report(db, trainer, opened(data[ending], f"q.{ending}")).counts[Status.SAME] == 1
    imported(db, other, opened(data[ending], f"q.{ending}"), as_new=True)
    [there] = exchange.leaving(db, other, FRAMEWORK, OWN)
    assert {**there.body, "code": ""} == {**own.body, "code": ""}
    plain = imported(db, trainer, sent(row | {"code": own.code, "presque_juste": "non"}))
    assert plain.counts[Status.CHANGED] == 1
    assert "partly" not in body_of(db, own.code)


def test_a_table_says_where_it_is_wrong(db):
    trainer = somebody(db).member
    planned = report(db, trainer, sent(CHOICE_ROW | {"presque_juste": "peut-être"}))
    assert said(planned) == [(2, "presque_juste")]
    planned = report(db, trainer, sent(CHOICE_ROW | {"presque_juste": "oui"}))
    assert ["seuls plusieurs choix" in one.message for one in planned.errors] == [True]
