"""The parts themselves: each is there, and is the one we locked. (The browser is tried out in
tests/browser.)"""

import json
import os
import subprocess
import sys
import textwrap
import time
import tomllib
import zipfile

import psycopg
import pytest
from packaging.requirements import Requirement
from sqlalchemy import create_engine, make_url, text

from tests.parts import ROOT, MissingPart, chromium, fonts, node, postgres

LETTERS = {
    "fr": "ABCDEFGHIJKLMNOPQRSTUVWXYZàâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ«»’…–—€°",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ’ʼ",
    "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهويىًٌٍَُِّْ،؛؟",
    "fa_AF": "ءآئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی۰۱۲۳۴۵۶۷۸۹\u200c",
    "ps": "ټډړږښګڼېۍځڅ",
}


def test_a_database_keeps_what_was_committed_and_is_nobody_elses():
    first, second = postgres.new_database(), postgres.new_database()
    engine = create_engine(first)
    with engine.begin() as db:
        db.execute(text("CREATE TABLE words (word text)"))
        db.execute(text("INSERT INTO words VALUES ('clé'), ('مفتاح')"))
    with engine.connect() as db:
        assert db.scalars(text("SELECT upper(word) FROM words ORDER BY word")).all() == ["CLÉ", "مفتاح"]
        assert db.scalar(text("SHOW server_version_num")) >= f"{postgres.OLDEST}0000"
    engine.dispose()
    copy = postgres.new_database(like=first)
    for url, tables in ((second, 0), (copy, 1)):
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as db:
            count = db.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'words'").fetchone()
            assert count == (tables,)


def test_a_dropped_database_is_gone_and_only_ours_are_dropped():
    url = postgres.new_database()
    postgres.drop_database(url)
    engine = create_engine(url)
    with pytest.raises(Exception, match="does not exist"), engine.connect():
        pass
    engine.dispose()
    with pytest.raises(ValueError, match="not a test database"):
        postgres.drop_database("postgresql+psycopg:///postgres")


@pytest.mark.skipif(bool(os.environ.get("PATHWAYS_TEST_DATABASE_URL")), reason="that server is not ours to end")
@pytest.mark.slow
def test_the_server_ends_with_a_process_that_is_killed():
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent("""
            import os, signal, sys
            from tests.parts import postgres
            url = postgres.new_database()
            print(url, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert killed.returncode < 0
    socket = make_url(killed.stdout.strip()).query["host"]
    plain = f"postgresql://postgres@/postgres?host={socket}"
    for _ in range(200):
        try:
            psycopg.connect(plain).close()
        except psycopg.OperationalError:
            break
        time.sleep(0.05)
    else:
        pytest.fail("the server still answers")


def test_node_and_npm_answer():
    version = subprocess.run([node.node(), "--version"], check=True, capture_output=True, text=True).stdout
    assert int(version.lstrip("v").split(".")[0]) >= 22
    command = [*node.npm(), "--version"]
    assert subprocess.run(command, env=node.environment(), check=True, capture_output=True).stdout.strip()


def test_the_npm_lock_names_packages_and_hashes_and_no_address():
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)


@pytest.mark.parametrize("group", ["base", "build", "test", "lint", "lock", "node", "validator"])
def test_a_python_lock_names_packages_and_hashes_and_no_address(group):
    lock = (ROOT / "requirements" / f"{group}.txt").read_text(encoding="utf-8")
    assert "://" not in lock
    lines = [line.strip() for line in lock.splitlines()]
    assert [line for line in lines if line.startswith(("-", "/", ".")) and "--hash=sha256:" not in line] == []
    assert sum("==" in line for line in lines) <= sum("--hash=sha256:" in line for line in lines)


def test_the_package_and_its_lock_ask_for_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = (ROOT / "requirements" / "base.in").read_text(encoding="utf-8").splitlines()
    requirements = {Requirement(line.split("#")[0]) for line in asked if line.split("#")[0].strip()}
    assert {Requirement(line) for line in project["dependencies"]} == requirements


@pytest.mark.parametrize("language", LETTERS)
def test_our_fonts_draw_every_letter(language):
    assert [letter for letter in LETTERS[language] if ord(letter) not in fonts.coverage()] == []


def test_the_fonts_configuration_names_our_faces_only():
    written = fonts.configuration()
    assert f"<dir>{written.parent}</dir>" in written.read_text(encoding="utf-8").replace("&amp;", "&")
    assert {face.name for face in written.parent.glob("*.ttf")} == {face.name for face in fonts.faces()}


def test_chromium_answers():
    options = chromium.launch_options()
    command = [options["executable_path"], "--version"]
    assert "Chrom" in subprocess.run(command, env=options["env"], check=True, capture_output=True, text=True).stdout


def test_a_chromium_that_is_not_there_is_said_not_skipped(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    chromium.executable.cache_clear()
    with pytest.raises(MissingPart, match="no-such-browser"):
        chromium.executable()
    chromium.executable.cache_clear()


@pytest.mark.slow
def test_the_wheel_carries_everything_the_application_reads(tmp_path):
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("pathways-*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    sources = [path for path in (ROOT / "pathways").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    expected = {path.relative_to(ROOT).as_posix() for path in sources}
    for folder in ("referentials", "locales", "migrations"):
        found = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
        assert found, folder
        expected |= {f"pathways/data/{path.relative_to(ROOT).as_posix()}" for path in found}
    assert expected - carried == set()
    assert {name for name in carried if name.startswith(("tests/", "benchmarks/"))} == set()
