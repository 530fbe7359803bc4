"""Places on the command line."""

from __future__ import annotations

import os

import pytest

from pathways import cli, migrating
from pathways.database import Database
from pathways.people import service as people
from tests.places.exchange.made import row, table


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    for name in list(os.environ):
        if name.startswith("PATHWAYS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATHWAYS_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    database = Database(f"sqlite:///{tmp_path}/data/pathways.sqlite3")
    migrating.migrate(database)
    with database.begin() as db:
        people.create_organisation(db, name="Une structure")
    database.dispose()

    def call(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([str(one) for one in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.mark.slow
def test_places_in_and_out(run, tmp_path):
    file, out = tmp_path / "lieux.csv", tmp_path / "out"
    file.write_text(table(row(id="a"), row(id="b", nom=""), row(id="c", telephone="02 38 00 00 00")), "utf-8")
    assert run("import", "--places", file, "--dry-run")[1] == (
        "lamednum-csv : 2 nouveaux, 1 refusés (rien n'a été gardé : essai)\n"
    )
    code, said, remarks = run("import", "--places", file)
    assert (code, said) == (1, "lamednum-csv : 2 nouveaux, 1 refusés\n")
    assert "ligne 3, nom : refusé" in remarks
    assert "ligne 4, telephone : corrigé « 02 38 00 00 00 »" in remarks
    assert "2 inchangés" in run("import", "--places", file, "--organisation", "Une structure")[1]
    assert run("export", "--places", out, "--format", "data-inclusion")[0] == 0
    names = ["accompagnement.json", "pertes.csv", "pertes.json", "services.json", "structures.json"]
    assert sorted(one.name for one in out.iterdir()) == names
    again = run(
        "import", "--places", *(out / name for name in ("structures.json", "services.json", "accompagnement.json"))
    )
    assert again[:2] == (0, "data-inclusion : 2 inchangés\n")
    basins = tmp_path / "table.csv"
    basins.write_text("CODGEO;BV2022\n45234;45234\n45285;45234\n", "utf-8")
    assert run("import", "--basins", basins)[1] == "BV2022 : 1 bassins, 2 communes\n"
    centres = tmp_path / "centres.csv"
    centres.write_text("code_insee;latitude;longitude\n45234;47.9;1.9\n", "utf-8")
    assert run("import", "--centres", centres)[1] == "1 communes ont un centre\n"
    assert run("import", "--places", tmp_path / "nowhere.csv") == (
        1,
        "",
        f"pathways : Le fichier {tmp_path / 'nowhere.csv'} ne peut pas être lu.\n",
    )
    assert "Aucune structure" in run("import", "--places", file, "--organisation", "Inconnue")[2]
