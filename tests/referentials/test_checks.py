"""`pathways check`: each rule with the smallest folder that breaks it. A finding names the file, the line, the code."""

from __future__ import annotations

import time

import pytest

from pathways.referentials.documents import stamps_of
from tests.referentials.folders import ALIGNMENT, FRAMEWORK, Folder

FILE = "essai/framework.yaml"


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path)


def test_the_small_folder_is_right(folder):
    folder.translate()
    folder.translate_titles()
    assert folder.findings(warnings=True) == []


def test_an_empty_folder_is_no_content(tmp_path):
    from pathways import content
    from tests.referentials.folders import TODAY

    [finding] = content.check(tmp_path, TODAY).findings
    assert finding.code == "no-framework"
    [finding] = content.check(tmp_path / "nowhere", TODAY).findings
    assert finding.code == "no-framework"


def test_a_cycle_through_one_member_of_an_or_group(folder):
    folder.skill("AAA-01")["requires"] = [["BBB-01", "BBB-02"]]
    folder.skill("AAA-01")["level"] = 2
    folder.write()
    found = [one for one in folder.read().findings if one.code == "cycle"]
    assert len(found) == 1
    assert "AAA-01 → BBB-02 → AAA-01" in found[0].message
    assert (found[0].file, found[0].line) == (FILE, folder.line_of(FILE, "code: AAA-01"))


def test_a_skill_that_requires_itself(folder):
    folder.skill("AAA-01")["requires"] = ["AAA-01"]
    folder.write()
    assert "cycle" in {code for _, _, code in folder.findings()}


def test_a_prerequisite_that_does_not_exist(folder):
    folder.skill("AAA-02")["requires"] = ["AAA-99"]
    folder.write()
    assert folder.findings() == [(FILE, folder.line_of(FILE, "AAA-99"), "unknown-prerequisite")]


def test_a_duplicate_code(folder):
    folder.skill("BBB-01")["code"] = "AAA-01"
    folder.skill("BBB-02")["requires"] = []
    folder.write()
    lines = (folder.root / FILE).read_text("utf-8").splitlines()
    second = [number for number, line in enumerate(lines, 1) if "code: AAA-01" in line][1]
    assert (FILE, second, "duplicate-code") in folder.findings()


def test_a_duplicate_title(folder):
    folder.skill("BBB-01")["title"] = "OUVRIR une porte"
    folder.write()
    assert folder.findings() == [(FILE, folder.line_of(FILE, "code: BBB-01"), "duplicate-title")]


def test_an_or_group_of_one(folder):
    folder.skill("BBB-02")["requires"] = [["AAA-01"]]
    folder.write()
    [(_, line, code)] = folder.findings()
    assert code == "or-group"
    assert line >= folder.line_of(FILE, "code: BBB-02")
    folder.skill("BBB-02")["requires"] = [["AAA-01", "AAA-01"]]
    folder.write()
    assert [code for _, _, code in folder.findings()] == ["or-group"]


def test_a_prerequisite_above_its_dependant(folder):
    folder.skill("BBB-01")["requires"] = ["AAA-02"]
    folder.write()
    assert [code for _, _, code in folder.findings()] == ["level-above-dependant"]
    folder.skill("BBB-01")["requires"] = [["AAA-02", "AAA-01"]]  # one member within reach is enough
    folder.write()
    assert folder.findings() == []


@pytest.mark.parametrize(("device", "other"), [("phone", "un ordinateur"), ("computer", "un téléphone")])
def test_nobody_is_blocked_by_the_device_they_own(folder, device, other):
    folder.skill("AAA-01")["device"] = device
    folder.write()
    found = [one for one in folder.read().findings if one.code == "device-blocked"]
    assert [one.line for one in found] == [folder.line_of(FILE, f"code: {code}") for code in ("AAA-02", "BBB-02")]
    assert other in found[0].message
    folder.skill("AAA-02")["requires"] = [["AAA-01", "BBB-01"]]  # another way in, which opens the next one, too
    folder.write()
    assert folder.findings() == []


def test_a_ladder_that_falls(folder):
    folder.skill("BBB-01")["level"] = 2
    folder.skill("BBB-02").update(level=1, requires=[])
    folder.write()
    assert folder.findings() == [(FILE, folder.line_of(FILE, "code: BBB-02"), "ladder")]


def test_a_level_that_is_not_described(folder):
    folder.skill("BBB-02")["level"] = 3
    folder.write()
    assert folder.findings() == [(FILE, folder.line_of(FILE, "code: BBB-02"), "unknown-level")]


def test_alignments(folder):
    folder.skill("AAA-01")["aligned"] = {"pix": ["9.9"], "nulle-part": ["1"]}
    folder.write()
    assert folder.findings() == [
        (FILE, folder.line_of(FILE, "pix:") + 1, "unknown-code"),
        (FILE, folder.line_of(FILE, "nulle-part:") + 1, "unknown-alignment"),
    ]


def test_an_alignment_that_cannot_be_read_is_said_once_and_by_its_own_name(folder):
    folder.write_file("alignments/pix.yaml", ALIGNMENT | {"codes": [1]})
    folder.write_file("autre/framework.yaml", FRAMEWORK | {"code": "autre"})
    found = folder.findings()
    assert found.count(("alignments/pix.yaml", folder.line_of("alignments/pix.yaml", "codes:") + 1, "shape")) == 1


def test_shapes(folder):
    def broken(change) -> list[tuple[str, int, str]]:
        spoilt = Folder(folder.root / "again")
        change(spoilt)
        spoilt.write()
        found = spoilt.findings()
        import shutil

        shutil.rmtree(folder.root / "again")
        return [one for one in found if one[0] == FILE]

    assert {c for _, _, c in broken(lambda f: f.skill("AAA-01").pop("title"))} == {"shape"}
    assert {c for _, _, c in broken(lambda f: f.skill("AAA-01").update(title="   "))} == {"shape"}
    assert {c for _, _, c in broken(lambda f: f.skill("AAA-01").update(title="x" * 61))} == {"shape"}
    assert {c for _, _, c in broken(lambda f: f.skill("AAA-01").update(unknown=1))} == {"shape"}
    assert {c for _, _, c in broken(lambda f: f.skill("AAA-01").update(level=9))} == {"shape"}
    assert {c for _, _, c in broken(lambda f: f.skill("AAA-01").update(device="watch"))} == {"shape"}
    assert {c for _, _, c in broken(lambda f: f.framework.update(format=2))} == {"shape"}
    assert {c for _, _, c in broken(lambda f: f.framework.update(domains=[]))} == {"shape"}


def test_titles_translated(folder):
    name = "essai/translations/ar/framework.yaml"
    folder.translate_titles()
    assert folder.findings(warnings=True) == []
    stamps = stamps_of(folder.framework_titles())
    stamps["skills"]["AAA-01"] = "0" * 8
    folder.translate_titles(of=stamps)
    [(file, line, code)] = folder.findings(warnings=True)
    titled = (folder.root / name).read_text("utf-8").splitlines()[line - 1]
    assert (file, code) == (name, "stale-translation")
    assert "AAA-01" in titled, "one changed title makes one translation stale, not all of them"
    folder.translate_titles(skills={"AAA-01": "باب", "ZZZ-09": "باب", "AAA-02": "  "})
    found = folder.findings()
    assert (name, folder.line_of(name, "ZZZ-09"), "orphan-translation") in found
    assert (name, folder.line_of(name, "AAA-02"), "empty-translation") in found
    folder.translate_titles(language="uk")
    other = folder.root / "essai/translations/uk/framework.yaml"
    other.write_text(other.read_text("utf-8").replace("language: uk", "language: ar"), "utf-8")
    assert ("essai/translations/uk/framework.yaml", 2, "wrong-language") in folder.findings()
    folder.translate_titles(language="xx")
    assert ("essai/translations/xx/framework.yaml", 2, "unknown-language") in folder.findings()


BOMB = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
UNREADABLE = {
    "alias": (BOMB.encode(), 2),
    "duplicate-key": (b"format: 1\ncode: essai\nformat: 1\n", 3),
    "encoding": ("format: 1\ntitle: café\n".encode("latin-1"), 1),
    "too-large": (b"# " + b"x" * 2_000_001, 1),
    "too-deep": (b"a: " + b"[" * 400 + b"]" * 400, 1),
    "yaml": (b"format: 1\n  code: essai\n", 2),
    "value": (b"format: 1\nversion: 2026-02-31\n", 2),
    "shape": (b"", 1),
}


@pytest.mark.parametrize("code", UNREADABLE)
@pytest.mark.parametrize("name", ["framework.yaml", "items/AAA.yaml", "translations/ar/items/AAA.yaml"])
def test_files_that_cannot_be_read(folder, code, name):
    body, line = UNREADABLE[code]
    path = folder.own / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    begun = time.perf_counter()
    found = [one for one in folder.findings() if one[0] == f"essai/{name}"]
    assert found == [(f"essai/{name}", line, code)]
    assert time.perf_counter() - begun < 5


BAD_YAML = [
    b"a: !!python/object/apply:os.system ['true']\n",
    b"a: !!int x\n",
    b"a: !!float x\n",
    b"a: !!bool x\n",
    b"a: !!timestamp x\n",
    b"a: !!binary x\n",
    b"a: " + b"9" * 5000 + b"\n",
    b"? [x]\n: y\n",
    b"<<: x\n",
    b"a: b\x00c\n",
    b"a: \xff\n",
    b"--- 1\n--- 2\n",
    b"- x\n",
    b"12\n",
    b"%YAML 9.9\n---\na: b\n",
    b"a: \t- b\n",
    b"[" * 10_000,
    b"{" * 10_000,
    "a: \ud800".encode("utf-8", "surrogatepass"),
]


@pytest.mark.parametrize("number", range(len(BAD_YAML)))
def test_yaml_of_every_bad_kind_is_a_finding_and_no_crash(folder, number):
    (folder.own / "framework.yaml").write_bytes(BAD_YAML[number])
    assert {one[0] for one in folder.findings()} == {FILE}


def test_a_folder_where_a_file_should_be(folder):
    (folder.own / "items" / "BBB.yaml").mkdir()
    assert folder.findings() == [("essai/items/BBB.yaml", 1, "unreadable")]
