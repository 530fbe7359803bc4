"""What `pathways check` says of the files of resources: file, line and code."""

from __future__ import annotations

import json

import pytest
import yaml

from pathways import content
from pathways.clock import now
from tests.learning.resources.sheets import FILE, TRANSLATED, a_sheet, translate, write
from tests.referentials.folders import Folder


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path / "content")


def test_a_whole_sheet_is_right(folder):
    write(folder)
    translate(folder)
    assert folder.findings(warnings=True) == []


def spoiled(**changes):
    return a_sheet(**changes)


def in_sheet(**changes):
    document = a_sheet()
    document["sheet"] |= changes
    return document


STEPS = a_sheet()["sheet"]["steps"]
CASES = {
    "unknown-skill": (spoiled(teaches=[{"skill": "ZZZ-01"}]), "skill: ZZZ-01"),
    "skill-twice": (spoiled(teaches=[{"skill": "AAA-01"}, {"skill": "AAA-01", "level": "master"}]), "level: master"),
    "resource-code": (spoiled(code="fermer"), "code: fermer"),
    "missing-picture": (in_sheet(picture={"file": "rien.svg", "alt": "Rien."}), "rien.svg"),
    "checked-on": (spoiled(checked_on="2027-01-01"), "checked_on"),
    "unknown-practice": (spoiled(practice="rien"), "practice: rien"),
    "two-ways": (spoiled(url="https://ailleurs.example/"), "url:"),
    "shape": (in_sheet(steps=STEPS[:4]), "steps:"),
}


@pytest.mark.parametrize("code", CASES)
def test_an_error_names_its_line(folder, code):
    document, line = CASES[code]
    write(folder, document)
    [found] = [one for one in folder.findings() if one[2] == code]
    lines = (folder.root / FILE).read_text("utf-8").splitlines()
    assert found[0] == FILE
    assert line in lines[found[1] - 1] or code in {"skill-twice", "shape"}


LOOKED_AT = {
    "long-sentence": in_sheet(
        intro="Un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze."
    ),
    "long-title": in_sheet(
        steps=[STEPS[0] | {"title": "un deux trois quatre cinq six sept huit neuf dix"}, *STEPS[1:]]
    ),
    "no-end": in_sheet(remember="Doucement"),
    "minutes": spoiled(minutes=90),
    "checked-on": spoiled(checked_on="2024-01-01"),
}


@pytest.mark.parametrize("code", LOOKED_AT)
def test_a_warning_refuses_nothing(folder, code):
    write(folder, LOOKED_AT[code])
    assert folder.findings() == []
    assert code in [one[2] for one in folder.findings(warnings=True)]


def test_a_painted_word_must_be_told(folder):
    drawing = (folder.own / "media" / "bouton.svg").read_text("utf-8")
    (folder.own / "media" / "bouton.svg").write_text(
        drawing.replace("</svg>", '<text x="9" y="40">Ouvrir</text></svg>')
    )
    folder.items["items"].pop(0)
    folder.write()
    write(folder)
    assert {one[2] for one in folder.findings()} == {"painted-words"}
    document = a_sheet()
    document["sheet"]["picture"]["words"] = document["sheet"]["steps"][0]["picture"]["words"] = "Ouvrir"
    write(folder, document)
    assert folder.findings() == []


def test_translations_are_held_against_the_french(folder):
    write(folder)
    translate(folder, of="0" * 12)
    assert (TRANSLATED, 4, "stale-translation") in folder.findings(warnings=True)
    translate(folder)
    path = folder.root / TRANSLATED
    document = yaml.safe_load(path.read_text("utf-8"))
    document["sheet"]["steps"].pop()
    folder.write_file(TRANSLATED, document)
    assert {one[2] for one in folder.findings()} == {"missing-segment"}
    folder.write_file(TRANSLATED.replace("ouvrir", "fermer"), document)
    assert "orphan-translation" in [one[2] for one in folder.findings()]


def test_stamping_writes_the_fingerprint_alone(folder):
    write(folder)
    translate(folder, of="")
    before = (folder.root / TRANSLATED).read_text("utf-8")
    assert content.stamp(folder.root, now().date()) == 1
    after = (folder.root / TRANSLATED).read_text("utf-8")
    changed = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [one.split(":")[0] for one, _ in changed] == ["of"]
    assert folder.findings(warnings=True) == []


def test_the_shipped_sheets_are_thirty_and_ten(shipped):
    found = shipped.resources
    assert len(found["inclusion-numerique"].resources) == 30
    assert len(found["mediateur-numerique"].resources) == 10
    assert [one for one in shipped.findings if "/resources/" in one.file and not one.warning] == []
    for folder in found.values():
        for one in folder.resources.values():
            assert one.sheet is not None
            assert all(step.picture for step in one.sheet.steps)
            assert 10 <= one.minutes <= 20


def test_the_schemas_are_written(tmp_path):
    written = content.write_schemas(tmp_path)
    names = [path.rpartition("/")[2] for path in written]
    assert {"resource.schema.json", "resource-translation.schema.json"} <= set(names)
    schema = json.loads((tmp_path / "resource.schema.json").read_text("utf-8"))
    assert "sheet" in schema["properties"]
