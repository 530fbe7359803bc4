"""`pathways check` on questions, their pictures and their translations."""

from __future__ import annotations

import copy
from datetime import date
from itertools import permutations

import pytest

from pathways.items import drawings
from tests.referentials.folders import DRAWING, Folder

FILE = "essai/items/AAA.yaml"
ARABIC = "essai/translations/ar/items/AAA.yaml"


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path)


def codes(folder: Folder, *, warnings: bool = False) -> list[str]:
    folder.write()
    return [code for _, _, code in folder.findings(warnings=warnings)]


def test_a_question_about_nothing(folder):
    folder.item("AAA-01-a").update(code="ZZZ-01-a", skill="ZZZ-01")
    folder.write()
    assert folder.findings() == [(FILE, folder.line_of(FILE, "ZZZ-01-a"), "orphan-item")]


def test_a_question_whose_code_is_not_that_of_its_skill(folder):
    folder.item("AAA-01-a")["skill"] = "BBB-01"
    folder.write()
    assert folder.findings() == [(FILE, folder.line_of(FILE, "AAA-01-a"), "item-code")]


def test_a_question_written_twice(folder):
    folder.items["items"].append(copy.deepcopy(folder.item("AAA-01-a")))
    assert "duplicate-code" in codes(folder)


def test_a_picture_that_is_not_there(folder):
    folder.item("AAA-01-a")["picture"]["file"] = "porte.svg"
    folder.write()
    assert folder.findings() == [(FILE, folder.line_of(FILE, "AAA-01-a"), "missing-picture")]


def test_a_picture_outside_the_folder(folder):
    for name in ("../bouton.svg", "/etc/passwd", "bouton.SVG", "bouton.gif", "a/b.svg", "bouton.svg\n"):
        folder.item("AAA-01-a")["picture"]["file"] = name
        assert codes(folder) == ["shape"], name


@pytest.mark.parametrize("empty", ["", "   ", None])
def test_an_option_without_anything_in_it(folder, empty):
    option = folder.item("AAA-01-a")["options"][1]
    option["text"] = empty
    folder.write()
    [(file, line, code)] = folder.findings()
    assert (file, code) == (FILE, "shape")
    assert line >= folder.line_of(FILE, "AAA-01-a")


SPOILT = {
    "no key": lambda item: item["options"][0].pop("key"),
    "two keys": lambda item: item["options"][1].update(key=True),
    "one option": lambda item: item["options"].pop(),
    "two options of one name": lambda item: item["options"][1].update(id="button"),
    "an id that is none": lambda item: item["options"][0].update(id="Bouton 1"),
    "one key of several": lambda item: item.update(kind="choices"),
    "pictures without pictures": lambda item: item.update(kind="pictures"),
    "zones without zones": lambda item: item.update(kind="zone"),
    "steps without an order": lambda item: item.update(kind="order"),
    "pairs without targets": lambda item: item.update(kind="match"),
    "text with options": lambda item: item.update(kind="text"),
    "a sheet with options": lambda item: item.update(kind="observed"),
    "an unknown kind": lambda item: item.update(kind="essay"),
    "a blank question": lambda item: item.update(stem=" "),
    "a picture without words": lambda item: item["picture"].pop("alt"),
    "a code that is none": lambda item: item.update(code="AAA-1-a"),
    "a date that is none": lambda item: item.update(verify_by="demain"),
}
UNORDERED = {
    "no order": lambda item: item.update(orders=[]),
    "a step that is not there": lambda item: item.update(orders=[["pull", "turn", "fly"]]),
    "a step too few": lambda item: item.update(orders=[["pull", "turn"]]),
    "not the order of the file": lambda item: item.update(orders=[["turn", "pull", "leave"]]),
    "two steps": lambda item: item["options"].pop(),
    "every order right": lambda item: item.update(
        orders=[list(one) for one in permutations(["pull", "turn", "leave"])]
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_question_that_is_not_of_its_kind(folder, name):
    SPOILT[name](folder.item("AAA-01-a"))
    assert set(codes(folder)) == {"shape"}


@pytest.mark.parametrize("name", UNORDERED)
def test_an_order_that_cannot_be_right_or_wrong(folder, name):
    UNORDERED[name](folder.item("AAA-02-a"))
    assert set(codes(folder)) == {"shape"}


def test_a_key_that_no_option_has(folder):
    folder.item("AAA-02-a")["confusions"] = [{"before": ["turn", "fly"], "reveals": "vole"}]
    folder.write()
    assert folder.findings() == [(FILE, folder.line_of(FILE, "before:"), "unknown-option")]
    match = {
        "code": "AAA-02-b",
        "skill": "AAA-02",
        "kind": "match",
        "stem": "Reliez.",
        "options": [{"id": "key", "text": "Une clé"}, {"id": "bell", "text": "Une cloche"}],
        "targets": [
            {"id": "open", "text": "ouvrir"},
            {"id": "ring", "text": "sonner"},
            {"id": "eat", "text": "manger"},
        ],
        "pairs": {"key": "open", "bell": "ring"},
        "confusions": [{"pair": {"key": "ring"}, "reveals": "confond"}],
    }
    folder.item("AAA-02-a")["confusions"] = [{"before": ["turn", "pull"], "reveals": "trop tôt"}]
    folder.items["items"].append(match)
    assert codes(folder) == []
    match["pairs"] = {"key": "open", "bell": "fly"}
    assert codes(folder) == ["shape"]
    match["pairs"] = {"key": "open"}
    assert codes(folder) == ["shape"]
    match["pairs"] = {"key": "open", "bell": "ring"}
    match["confusions"] = [{"pair": {"key": "fly"}, "reveals": "confond"}]
    assert codes(folder) == ["unknown-option"]


def test_a_wrong_option_that_teaches_the_trainer_nothing(folder):
    folder.item("AAA-01-a")["options"][1].pop("reveals")
    folder.write()
    assert folder.findings() == [(FILE, folder.line_of(FILE, "id: wall"), "no-reveals")]


def test_wording(folder):
    item = folder.item("AAA-01-a")
    item["stem"] = "Que ne faites-vous pas ici ? Il ne faut pas dire quoi ?"
    item["options"][1]["text"] = "Toujours sur le mur"
    assert set(codes(folder)) == {"negative-stem", "forbidden-word"}
    item["stem"] = " ".join(["mot"] * 15)
    item["options"][1]["text"] = " ".join(["mot"] * 10)
    assert set(codes(folder, warnings=True)) == {"long-stem", "long-option"}
    item["options"][1]["text"] = "SUR LE BOUTON"
    assert "equal-options" in codes(folder)


def test_a_question_to_check_again(folder):
    folder.item("AAA-01-a")["verify_by"] = date(2026, 11, 23)
    folder.write()
    assert folder.findings(warnings=True) == [(FILE, folder.line_of(FILE, "verify_by"), "verify-by")]


def test_a_pattern_that_is_none(folder):
    folder.items["items"].append(
        {
            "code": "AAA-01-b",
            "skill": "AAA-01",
            "kind": "text",
            "stem": "Écrivez « oui ».",
            "accept": ["oui"],
            "mistakes": [{"pattern": "(", "reveals": "?"}],
        }
    )
    assert codes(folder) == ["pattern"]


def test_translations(folder):
    folder.translate()
    assert folder.findings(warnings=True) == []
    folder.translate(of="0" * 12)
    assert folder.findings(warnings=True) == [(ARABIC, folder.line_of(ARABIC, "of:"), "stale-translation")]
    folder.translate(options={"button": "على الزر"})
    assert [code for _, _, code in folder.findings()] == ["missing-segment"]
    folder.translate(options={"button": "على الزر", "wall": "على الجدار", "roof": "على السقف"})
    assert [code for _, _, code in folder.findings()] == ["orphan-segment"]
    folder.translate(stem="  ")
    assert [code for _, _, code in folder.findings()] == ["shape"]
    folder.translate(state="perfect")
    assert [code for _, _, code in folder.findings()] == ["shape"]
    document = folder.translate()
    document["items"]["AAA-09-z"] = copy.deepcopy(document["items"]["AAA-01-a"])
    folder.write_file(ARABIC, document)
    assert (ARABIC, folder.line_of(ARABIC, "AAA-09-z") + 1, "orphan-translation") in folder.findings()
    folder.write_file(ARABIC, folder.translate() | {"language": "uk"})
    assert [code for _, _, code in folder.findings()] == ["wrong-language"]


def test_numbers_and_french_words_stay_in_a_translation(folder):
    folder.item("AAA-01-a")["stem"] = "Pour 12,50 €, où voyez-vous « Payer » ?"
    folder.write()
    folder.translate(stem="أين ترى « Payer » مقابل ١٢,٥٠ يورو؟")
    assert folder.findings(warnings=True) == []
    folder.translate(stem="أين ترى « ادفع » مقابل 13 يورو؟")
    assert {code for _, _, code in folder.findings(warnings=True)} == {"numbers", "locked-words"}


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 280 180"><title>Un</title>{}</svg>'
BAD_DRAWINGS = {
    "script": SVG.format("<script>x()</script>"),
    "script in another prefix": SVG.format('<x:script xmlns:x="http://www.w3.org/2000/svg">x()</x:script>'),
    "handler": SVG.format('<rect onload="x()"/>'),
    "handler on a new line": SVG.format('<rect\nonclick\n=\n"x()"/>'),
    "link to a script": SVG.format('<use href="javascript:x()"/>'),
    "foreign object": SVG.format("<foreignObject/>"),
    "element of another language": SVG.format('<p xmlns="http://www.w3.org/1999/xhtml"/>'),
    "picture from elsewhere": SVG.format('<image href="https://a.example/x.png"/>'),
    "use from elsewhere": SVG.format('<use xlink:href="b.svg#x" xmlns:xlink="http://www.w3.org/1999/xlink"/>'),
    "escaped address": SVG.format('<use href="&#104;ttps://a.example"/>'),
    "fill from elsewhere": SVG.format('<rect fill="url(https://a.example/x#y)"/>'),
    "fill from beside": SVG.format('<rect fill="url( b.svg#y )"/>'),
    "escaped fill": SVG.format('<rect fill="u\\72l(b.svg#y)"/>'),
    "style": SVG.format("<style>rect{}</style>"),
    "style attribute": SVG.format('<rect style="fill:red"/>'),
    "animation": SVG.format('<rect><set attributeName="href" to="x"/></rect>'),
    "embedded picture": SVG.format('<image href="data:image/png;base64,x"/>'),
    "DTD": "<!DOCTYPE svg>" + DRAWING,
    "entities": '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + DRAWING,
    "style sheet": '<?xml-stylesheet href="x.css"?>' + DRAWING,
    "UTF-16": SVG.format("<script>x()</script>").encode("utf-16"),
    "UTF-7": ('<?xml version="1.0" encoding="utf-7"?>' + DRAWING).encode(),
    "latin-1": DRAWING.replace("Un", "Où").encode("latin-1"),
    "NUL": DRAWING.replace("Un", "U\0n"),
    "not XML": "GIF89a",
    "nothing": "",
    "cut": DRAWING[:-5],
    "not a drawing": "<html><title>x</title></html>",
    "no namespace": DRAWING.replace(' xmlns="http://www.w3.org/2000/svg"', ""),
    "no box": DRAWING.replace("viewBox", "box"),
    "box of words": DRAWING.replace("0 0 280 180", "0 0 a b"),
    "box of NaN": DRAWING.replace("0 0 280 180", "0 0 nan nan"),
    "endless box": DRAWING.replace("0 0 280 180", "0 0 inf 1e999"),
    "negative box": DRAWING.replace("0 0 280 180", "0 0 -280 180"),
    "moved box": DRAWING.replace("0 0 280 180", "5 5 280 180"),
    "no title": DRAWING.replace("<title>Un bouton</title>", ""),
    "empty title": DRAWING.replace("Un bouton", " "),
    "small text": SVG.format('<text font-size="9">Payer</text>'),
    "small text in a group": SVG.format('<g font-size="9px"><text>Payer</text></g>'),
    "ten thousand groups deep": SVG.format("<g>" * 7_000 + "</g>" * 7_000)[:59_000],
    "deep and whole": SVG.format("<g>" * 3_000 + "</g>" * 3_000),
    "too heavy": DRAWING + " " * 60_001,
}


@pytest.mark.parametrize("name", BAD_DRAWINGS)
def test_a_drawing_that_is_not_only_a_drawing_is_refused(folder, name):
    body = BAD_DRAWINGS[name]
    (folder.own / "media" / "bouton.svg").write_bytes(body if isinstance(body, bytes) else body.encode())
    assert folder.findings() == [(FILE, folder.line_of(FILE, "AAA-01-a"), "picture")]


def test_words_that_are_painted_are_declared_so_that_they_can_be_translated(folder):
    (folder.own / "media" / "bouton.svg").write_text(SVG.format("<text>Payer 2 €</text>"), "utf-8")
    assert codes(folder) == ["painted-words"]
    folder.item("AAA-01-a")["picture"]["words"] = "payer, deux euros"
    assert codes(folder) == []


def test_a_drawing_may_point_into_itself(folder):
    path = folder.own / "media" / "bouton.svg"
    path.write_text(
        SVG.format('<defs><linearGradient id="a"/></defs><rect fill="url(#a)"/><use href="#a"/><text>2 €</text>'),
        "utf-8",
    )
    assert folder.findings() == []
    assert drawings.read(path).width == 280


def test_a_zone_outside_its_picture(folder):
    item = folder.item("AAA-01-a")
    item["kind"] = "zone"
    item["options"][0]["zone"] = [0, 0, 280, 180]
    item["options"][1]["zone"] = [200, 10, 81, 10]
    assert codes(folder) == ["zone-outside"]
    item["options"][1]["zone"] = [200, 10, 0, 10]
    assert codes(folder) == ["zone-outside"]
    item["options"][1]["zone"] = [200, 10, 20, 10]
    assert codes(folder) == []


def test_the_language_of_the_errors_is_french(folder):
    folder.item("AAA-01-a")["stem"] = ""
    folder.write()
    [finding] = folder.read().findings
    assert str(finding).startswith(f"{FILE}:")
    assert "erreur [shape]" in str(finding)
