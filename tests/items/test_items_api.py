"""The bank for programs."""

from __future__ import annotations

import copy
import uuid

import pytest

from tests.web.world import ITEM, rows_of


@pytest.fixture
def trainer(signed_in):
    return signed_in()


def test_an_item_is_written_revised_withdrawn_and_brought_back(trainer):
    made = trainer.post("/api/v1/items", json={"item": ITEM})
    assert made.status_code == 201, made.text
    code = made.json()["code"]
    assert made.json() | {"own": True, "number": 1, "withdrawn": False} == made.json()
    changed = copy.deepcopy(ITEM) | {"stem": "Votre tante envoie un lien. Que faites-vous ?"}
    revised = trainer.put(f"/api/v1/items/{code}", json={"item": changed, "number": 1})
    assert revised.json()["number"] == 2
    again = trainer.put(f"/api/v1/items/{code}", json={"item": changed, "number": 1})
    assert again.json()["number"] == 2  # the same text twice is one revision
    late = trainer.put(f"/api/v1/items/{code}", json={"item": ITEM, "number": 1})
    assert late.status_code == 409
    assert trainer.post(f"/api/v1/items/{code}/withdraw").json()["withdrawn"] is True
    assert code not in [one["code"] for one in trainer.get("/api/v1/items?origin=own").json()["rows"]]
    assert trainer.post(f"/api/v1/items/{code}/bring-back").json()["withdrawn"] is False


def test_the_same_key_twice_makes_one_item(trainer):
    body = {"item": ITEM, "key": str(uuid.uuid4())}
    first, second = (trainer.post("/api/v1/items", json=body) for _ in range(2))
    assert first.json() == second.json()


def test_a_twin_is_refused_until_it_is_meant(trainer):
    code = trainer.post("/api/v1/items", json={"item": ITEM}).json()["code"]
    refused = trainer.post("/api/v1/items", json={"item": ITEM})
    assert refused.status_code == 409
    assert code in refused.json()["detail"]
    assert trainer.post("/api/v1/items", json={"item": ITEM, "on_purpose": True}).status_code == 201


def test_what_is_wrong_is_said_by_its_place_and_nothing_is_kept(trainer, database):
    before = rows_of(database)
    wrong = copy.deepcopy(ITEM)
    wrong["options"][1].pop("reveals")
    wrong["picture"] = {"file": f"{'0' * 64}.png", "alt": "un téléphone"}
    refused = trainer.post("/api/v1/items", json={"item": wrong})
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {"options.1", "picture"}
    for bad in (ITEM | {"skill": "ZZZ-99"}, ITEM | {"code": "SEC-02-a"}, ITEM | {"colour": "red"}):
        assert trainer.post("/api/v1/items", json={"item": bad}).status_code == 422
    assert rows_of(database) == before


def test_a_shipped_item_is_read_and_not_changed(trainer):
    assert trainer.get("/api/v1/items/SEC-02-a").json()["own"] is False
    assert trainer.put("/api/v1/items/SEC-02-a", json={"item": ITEM, "number": 1}).status_code == 403
    assert trainer.post("/api/v1/items/SEC-02-a/withdraw").status_code == 403


def test_what_the_api_gives_it_takes_back(trainer):
    given = trainer.get("/api/v1/items/SEC-02-a").json()["item"]
    made = trainer.post("/api/v1/items", json={"item": given, "on_purpose": True})
    assert made.status_code == 201, made.text
    assert made.json()["item"] == given


def test_a_translation_is_whole_or_refused(trainer):
    code = trainer.post("/api/v1/items", json={"item": ITEM}).json()["code"]
    texts = {"stem": "نص", "options.ask": "نص", "options.link": "نص"}
    path = f"/api/v1/items/{code}/translations/ar"
    missing = trainer.put(path, json={"number": 1, "texts": {"stem": "نص"}})
    assert missing.status_code == 422
    assert {one["field"] for one in missing.json()["errors"]} == {"options.ask", "options.link"}
    assert trainer.put(path, json={"number": 1, "texts": texts}).json()["translations"] == {"ar": "draft"}


def test_pages_by_cursor_hold_every_item_once(trainer):
    seen, cursor = [], ""
    while True:
        page = trainer.get("/api/v1/items", params={"limit": "40", "cursor": cursor}).json()
        seen += [one["code"] for one in page["rows"]]
        if not page["next"]:
            break
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == page["total"]


@pytest.mark.parametrize(
    ("part", "most", "of"),
    [
        ("options", 8, lambda n: {"id": f"o{n}", "text": f"Réponse {n}", "key": not n, "reveals": "se trompe"}),
        ("mistakes", 10, lambda n: {"pattern": f"x{n}", "reveals": "se trompe"}),
        ("accept", 20, lambda n: f"mot{n}"),
    ],
)
def test_an_item_holds_no_more_than_its_form_and_its_table_show(trainer, part, most, of):
    text = {"skill": "ORD-04", "kind": "text", "stem": "Écrivez le mot du jour.", "accept": ["bonjour"]}
    item = (ITEM if part == "options" else text) | {part: [of(n) for n in range(most + 1)]}
    refused = trainer.post("/api/v1/items", json={"item": item})
    assert refused.status_code == 422
    assert [(one["field"], f"{most} " in one["message"]) for one in refused.json()["errors"]] == [(part, True)]
    item[part] = item[part][:most]
    code = trainer.post("/api/v1/items", json={"item": item}).json()["code"]
    assert len(trainer.get(f"/api/v1/items/{code}").json()["item"][part]) == most
    assert part != "options" or "Réponse 7" in trainer.get("/items/export.csv").text
