"""The shape of the house: the map of imports, the size of files, what style sheets and templates may not do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pathways"
LONGEST_FILE = 400
SOURCES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted(PACKAGE.rglob("*.html"))
STYLES = sorted(PACKAGE.rglob("*.css"))

PHYSICAL = re.compile(
    r"(?<![\w-])(?:margin|padding|border)-(?:left|right)\b"
    r"|(?<![\w-])(?:left|right)\s*:"
    r"|(?<![\w-])border-(?:top|bottom)-(?:left|right)-radius\b"
    r"|(?<![\w-])(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)
"""Sides of the paper where sides of the text are meant: the page must turn with its direction."""
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<[^>]+\son[a-z]+\s*=|javascript:|<style(?![^>]*\bnonce=)|<[^>]+\sstyle\s*=", re.IGNORECASE
)
ELSEWHERE = re.compile(r"""(?:src|href|action|srcset|poster|data)\s*=\s*["']\s*(?:https?:)?//""", re.IGNORECASE)


def test_every_import_looks_down(capsys, monkeypatch):
    # The linter sets logging up for itself and silences every logger there is, also for the tests that come after.
    monkeypatch.setattr("logging.config.dictConfig", lambda _settings: None)
    failed = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert not failed, capsys.readouterr().out


@pytest.mark.parametrize("folder", ["pathways", "tests", "benchmarks", "migrations"])
def test_no_file_is_longer_than_a_person_reads(folder):
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE and "versions" not in path.parts
    }
    assert long == {}


def test_no_module_is_a_drawer():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "lib", "base", "core", "manager"}
    assert [str(path) for path in SOURCES if path.stem in drawers] == []


def test_every_module_says_what_it_is():
    silent = [str(path) for path in SOURCES if not path.read_text("utf-8").lstrip().startswith('"""')]
    assert silent == []


def test_styles_know_no_left_and_no_right():
    assert STYLES
    found = {
        f"{path.name}:{number}": line.strip()
        for path in [*STYLES, *TEMPLATES]
        for number, line in enumerate(_without_comments(path.read_text("utf-8")).splitlines(), 1)
        if PHYSICAL.search(line)
    }
    assert found == {}


def test_styles_and_scripts_fetch_nothing_from_elsewhere():
    for path in [*STYLES, *PACKAGE.rglob("*.js")]:
        text = _without_comments(path.read_text("utf-8"))
        assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//|https?://(?!www\.w3\.org)", text), path


def test_templates_hold_no_script_style_or_handler_of_their_own():
    assert TEMPLATES
    found = {
        f"{path.name}: {match.group()[:60]}" for path in TEMPLATES for match in INLINE.finditer(path.read_text("utf-8"))
    }
    assert found == set()


def test_templates_point_to_no_other_site():
    found = {f"{path.name}: {m.group()}" for path in TEMPLATES for m in ELSEWHERE.finditer(path.read_text("utf-8"))}
    assert found == set()


def test_templates_trust_no_text():
    """Autoescaping is never switched off: words of people go in as words."""
    found = [path.name for path in TEMPLATES if re.search(r"autoescape|\|\s*safe\b", path.read_text("utf-8"))]
    assert set(found) <= {"poster.html"}, "the poster alone draws: its QR code is made here, from our own address"


def test_the_rules_themselves_see():
    assert PHYSICAL.search("a { margin-left: 1px }")
    assert PHYSICAL.search("a { left: 0 }")
    assert PHYSICAL.search("a { text-align: right }")
    assert not PHYSICAL.search("a { margin-inline-start: 1px; inset-inline-start: 0; text-align: start }")
    assert not PHYSICAL.search('{ grid-area: left; --left: "x" }'.replace("--left: ", "--left-x: "))
    assert INLINE.search('<a onclick="x()">')
    assert INLINE.search("<script>x()</script>")
    assert INLINE.search('<p style="color: red">')
    assert not INLINE.search('<script src="/static/x.js" defer></script>')


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", lambda found: "\n" * found.group().count("\n"), text, flags=re.DOTALL)


@pytest.mark.parametrize("feature", ["people", "referentials", "items", "diagnostics", "reception"])
def test_the_tables_of_a_feature_are_whole_without_those_above(feature):
    """A command imports only what it needs: a key to a table that nobody imported would fail there alone."""
    program = (
        f"import pathways.{feature}.models, sqlalchemy.orm; from pathways.database import Base;"
        "sqlalchemy.orm.configure_mappers(); print(len(Base.metadata.sorted_tables))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1
