"""What the command refuses, it refuses in a sentence that says what to do; what it keeps, it keeps for its owner."""

from __future__ import annotations

import os
import stat

import pytest

from pathways import cli


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    for name in list(os.environ):
        if name.startswith("PATHWAYS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATHWAYS_DATA", str(tmp_path / "data"))

    def call(*arguments: object) -> tuple[int, str]:
        code = cli.main([str(one) for one in arguments])
        return code, capsys.readouterr().err

    return call


def test_an_address_that_is_none_is_named(run):
    run("migrate")
    code, said = run("operator", "x")
    assert (code, "adresse e-mail" in said, "nom@exemple.fr" in said) == (1, True, True)


@pytest.mark.slow
def test_a_name_that_is_missing_is_asked_for(run):
    run("migrate")
    run("operator", "a@exemple.fr")
    code, said = run("open", " ")
    assert (code, "Il manque un nom" in said) == (1, True)


@pytest.mark.slow
def test_a_backup_never_takes_the_place_of_another_file(run, tmp_path):
    run("migrate")
    (tmp_path / "b.zip").write_text("something of mine")
    code, said = run("backup", tmp_path / "b.zip")
    assert (code, "existe déjà" in said) == (1, True)
    assert (tmp_path / "b.zip").read_text() == "something of mine"


def test_the_database_s_file_is_its_owner_s_alone(run, tmp_path):
    run("migrate")
    file = tmp_path / "data" / "pathways.sqlite3"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    run("migrate")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640, "what the group may, its owner decided"
