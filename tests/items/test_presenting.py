"""What a learner is shown: in an order of their own, the same at each visit, and nothing that tells the answer."""

from __future__ import annotations

import copy
import json
from itertools import permutations
from typing import Any

import pytest

from pathways.items import presenting
from pathways.items.presenting import Shown, arrangement, as_json, target_arrangement
from tests.items.test_grading import CHOICE, EVERY, MATCH, ORDER, ZONE, body, right_answers

ARRANGED = [["c", "a", "b"], ["b", "a", "c"], ["a", "c", "b"]]
SEEDS = [f"learner {number}" for number in range(200)]


def shown(item: dict[str, Any], language: str = "fr") -> Shown:
    segments = {"stem": item["stem"]}
    segments |= {f"options.{one['id']}": f"option {one['id']}" for one in item["options"]}
    segments |= {f"options.{one['id']}.alt": f"alt {one['id']}" for one in item["options"] if one["picture"]}
    segments |= {f"targets.{one['id']}": f"target {one['id']}" for one in item["targets"]}
    if item["picture"]:
        segments["picture.alt"] = "alt"
    drawn = copy.deepcopy(item)
    for holder in [drawn, *drawn["options"]]:
        if holder["picture"]:
            holder["picture"] = holder["picture"] | {"sha256": "0" * 64, "width": 1.0, "height": 1.0}
    texts = {"fr": segments, "ar": segments}
    return Shown(item["code"], drawn, language, texts, "draft" if language != "fr" else None, {})


@pytest.mark.parametrize("kind", [kind for kind in EVERY if kind != "observed"])
def test_nothing_of_the_answer_is_in_what_is_sent(kind):
    item = EVERY[kind]
    for language in ("fr", "ar"):
        given = as_json(shown(item, language), "seed", media_url="/media")
        text = json.dumps(given)
        for word in ('"key"', "reveals", "confond", "pairs", "orders", "confusions", "mistakes", "accept", "explain"):
            assert word not in text, word
        for option in given["options"]:
            assert option.keys() <= {"id", "zone"}


def orders_told_by(given: dict[str, Any]) -> list[list[str]]:
    """Every order of options that can be read out of what is sent."""
    told = [[one["id"] for one in given["options"]]]
    told += [list(texts["options"]) for texts in given["texts"].values() if "options" in texts]
    return told


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_steps_never_stand_in_a_right_order_anywhere(language):
    for seed in SEEDS:
        given = as_json(shown(ORDER, language), seed, media_url="/media")
        for told in orders_told_by(given):
            assert told not in ORDER["orders"], seed


def test_steps_whose_reverse_is_right_as_well():
    names = ["a", "b", "c"]
    both = body(
        "order", options=[{"id": name, "text": name} for name in names], orders=[names, names[::-1], ["b", "a", "c"]]
    )
    for seed in SEEDS:
        assert arrangement(both, seed) not in both["orders"], seed


def test_steps_with_one_wrong_order_show_that_one():
    names = ["a", "b", "c"]
    every = [list(one) for one in permutations(names)]
    tight = body("order", options=[{"id": name, "text": name} for name in names], orders=every[:-1])
    assert {tuple(arrangement(tight, seed)) for seed in SEEDS} == {tuple(every[-1])}


def test_the_order_of_the_file_is_told_nowhere():
    """An author writes the right answer first, and things beside what they go with."""
    for item in (CHOICE, MATCH):
        firsts = set()
        for seed in SEEDS:
            given = as_json(shown(item), seed, media_url="/media")
            assert len({tuple(told) for told in orders_told_by(given)}) == 1
            firsts.add(given["options"][0]["id"])
            if item is MATCH:
                targets = [one["id"] for one in given["targets"]]
                assert list(given["texts"]["fr"]["targets"]) == targets == target_arrangement(item, seed)
        assert firsts == {option["id"] for option in item["options"]}


def test_the_right_answer_stands_everywhere_as_often():
    places = [arrangement(CHOICE, f"{number}").index("a") for number in range(3000)]
    assert all(900 < places.count(place) < 1100 for place in range(3))


def test_an_arrangement_is_that_of_the_learner_not_of_the_language_or_the_day():
    for item in EVERY.values():
        for seed in SEEDS[:20]:
            one, two = (as_json(shown(item, language), seed, media_url="/m") for language in ("fr", "ar"))
            assert one["options"] == two["options"]
            assert one.get("targets") == two.get("targets")
            assert arrangement(item, seed) == arrangement(json.loads(json.dumps(item)), seed)


def test_an_arrangement_is_the_same_on_every_platform_and_tomorrow():
    assert [arrangement(CHOICE, seed) for seed in ("one", "two", "three")] == ARRANGED


def test_zones_keep_the_order_of_their_picture():
    assert all(arrangement(ZONE, seed) == ["a", "b", "c"] for seed in SEEDS)


def test_french_alone_where_nothing_may_be_shown():
    given = as_json(shown(CHOICE, "fr"), "seed", media_url="/media")
    assert list(given["texts"]) == ["fr"]
    assert given["translation"] is None
    given = as_json(shown(CHOICE, "ar"), "seed", media_url="/media")
    assert list(given["texts"]) == ["ar", "fr"]
    assert given["translation"] == "draft"


def test_shipped_steps_are_never_shown_done(shipped):
    seen = 0
    for _, folder in shipped.frameworks:
        for document in folder.items.values():
            if document.kind == "order":
                item = document.model_dump(mode="json")
                seen += 1
                for seed in SEEDS:
                    assert presenting.arrangement(item, seed) not in right_answers(item), document.code
    assert seen


def test_an_answer_in_the_learners_words_counts_its_steps_and_says_nothing_twice():
    right = [option["id"] for option in ORDER["options"]]
    steps = presenting.in_own_words(shown(ORDER, "ar"), right) or ""
    assert steps.startswith(f"1. option {right[0]} · 2. option {right[1]}")
    assert presenting.in_own_words(shown(CHOICE, "ar"), "a") == "option a"
    assert presenting.in_own_words(shown(CHOICE, "fr"), "a") is None
    assert presenting.in_own_words(shown(CHOICE, "ar"), None) is None
    assert presenting.in_own_words(shown(EVERY["text"], "ar"), "typed by hand") is None
    thing, target = next(iter(MATCH["pairs"].items()))
    assert presenting.in_own_words(shown(MATCH, "ar"), {thing: target}) == f"option {thing}: target {target}"
