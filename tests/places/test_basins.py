"""Basins: drawn by hand, or taken whole from INSEE's table."""

from __future__ import annotations

import io
import uuid

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.places import basins, territories
from pathways.places.models import Basin, BasinCommune
from tests.places.small_france import small_france

CSV = """\
CODGEO;LIBGEO;DEP;REG;EPCI;ZE2020;BV2022
45234;Orléans;45;24;244500468;2401;45234
45285;Saint-Jean-de-la-Ruelle;45;24;244500468;2401;45234
45194;Ormes;45;24;244500468;2401;45234
41198;Saint-Aignan;41;24;200018406;2402;41198
41164;Noyers-sur-Cher;41;24;200018406;2402;41198
"""


@pytest.fixture
def france(db, tmp_path):
    territories.load(db, small_france(tmp_path / "france"))
    return db


@pytest.fixture
def member(france):
    return a_member(france)


def a_member(db):
    organisation = people.create_organisation(db, name="Une structure")
    role = Role.COORDINATOR
    return Member(uuid.uuid4(), "Une personne", organisation.id, organisation.name, role, OF_ROLE[role])


def workbook(rows, *, above=5, sheet="COM", names=()):
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "Variables"
    first.append(["CODGEO", "une autre feuille"])
    table = book.create_sheet(sheet)
    for number in range(above):
        table.append([f"titre {number}"])
    for row in rows:
        table.append(row)
    if names:
        labels = book.create_sheet("Zones_supra_communales")
        labels.append(["Un titre"])
        labels.append(["NIVGEO", "CODGEO", "LIBGEO"])
        for row in names:
            labels.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table_rows(text=CSV):
    return [line.split(";") for line in text.splitlines()]


# --- by hand ---------------------------------------------------------------------------------------------------


def test_a_network_draws_its_own(france, member):
    basin = basins.create(france, member, name="  Vallée   du Cher ", codes=["41198", "41164 ", "41198", ""])
    assert (basin.name, basin.version, basin.system) == ("Vallée du Cher", 1, "own")
    assert [one.name for one in basins.communes(france, basin.id)] == ["Noyers-sur-Cher", "Saint-Aignan"]
    assert basins.list_for(france, member, words="CHER") == [basin]
    changed = basins.update(france, member, basin.id, name="Vallée", codes=["41198", "2a004"], version=1)
    assert (changed.name, changed.version) == ("Vallée", 2)
    assert basins.commune_codes(france, basin.id) == ["2A004", "41198"]
    basins.delete(france, member, basin.id)
    assert france.scalar(sa.select(sa.func.count()).select_from(BasinCommune)) == 0


@pytest.mark.parametrize(
    ("name", "codes", "field"),
    [("", ["41198"], "name"), ("Un bassin", [], "communes"), ("Un bassin", ["41198", "99999"], "communes")],
)
def test_what_is_no_basin_is_refused_with_its_field(france, member, name, codes, field):
    with pytest.raises(Invalid) as refused:
        basins.create(france, member, name=name, codes=codes)
    assert [one["field"] for one in refused.value.errors] == [field]
    if "99999" in codes:
        assert "99999" in refused.value.errors[0]["message"]


def test_nobody_overwrites_a_colleague_in_silence(france, member):
    basin = basins.create(france, member, name="Un bassin", codes=["41198"])
    basins.update(france, member, basin.id, name="Autre", codes=["41198"], version=1)
    with pytest.raises(Conflict):
        basins.update(france, member, basin.id, name="Encore", codes=["41198"], version=1)
    same = basins.update(france, member, basin.id, name="Autre", codes=["41198"], version=1)  # the same press, twice
    assert same.version == 2


def test_another_organisation_sees_none_of_it(france, member):
    basin = basins.create(france, member, name="Un bassin", codes=["41198"])
    other = a_member(france)
    with pytest.raises(NotFound):
        basins.get(france, other, basin.id)
    with pytest.raises(NotFound):
        basins.update(france, other, basin.id, name="X", codes=["41198"], version=1)
    assert basins.list_for(france, other) == []


def test_everybody_reads_those_of_insee_and_nobody_edits_them(france, member):
    basins.load_table(france, CSV.encode(), "table.csv")
    basin = france.scalars(sa.select(Basin).filter_by(system="BV2022", code="45234")).one()
    assert basins.get(france, member, basin.id) is basin
    with pytest.raises(Forbidden):
        basins.update(france, member, basin.id, name="X", codes=["41198"], version=1)
    with pytest.raises(Forbidden):
        basins.delete(france, member, basin.id)


# --- INSEE's table ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xlsx without titles"])
def test_the_table_of_insee_comes_in_whole(france, member, kind):
    names = [("BV2022", "45234", "Orléans et autour"), ("ZE2020", "2401", "Orléans")]
    data = (
        CSV.encode()
        if kind == "csv"
        else workbook(table_rows(), above=5 if kind == "xlsx" else 0, names=names if kind == "xlsx" else ())
    )
    told = {one.system: one for one in basins.load_table(france, data, f"table.{kind[:4].strip('.')}")}
    assert set(told) == {"BV2022", "ZE2020"}
    assert (told["BV2022"].basins, told["BV2022"].communes, told["BV2022"].unknown) == (2, 5, ())
    found = {one.code: one for one in france.scalars(sa.select(Basin).filter_by(system="BV2022"))}
    assert found["45234"].name == ("Orléans et autour" if kind == "xlsx" else "Orléans")
    assert len(basins.commune_codes(france, found["45234"].id)) == 3
    zones = {one.code: one.name for one in france.scalars(sa.select(Basin).filter_by(system="ZE2020"))}
    assert zones == {"2401": "Orléans" if kind == "xlsx" else "2401", "2402": "2402"}


def test_the_same_table_twice_changes_nothing_and_a_newer_one_replaces(france):
    basins.load_table(france, CSV.encode(), "table.csv")
    before = {(one.id, one.version) for one in france.scalars(sa.select(Basin))}
    basins.load_table(france, CSV.encode(), "table.csv")
    assert {(one.id, one.version) for one in france.scalars(sa.select(Basin))} == before
    newer = CSV.replace("2402;41198", "2401;45234")
    basins.load_table(france, newer.encode(), "table.csv")
    france.expire_all()
    assert [one.code for one in france.scalars(sa.select(Basin).filter_by(system="BV2022"))] == ["45234"]
    assert france.scalar(sa.select(sa.func.count()).select_from(BasinCommune)) == 10


def test_communes_of_another_year_are_told(france):
    more = f"{CSV}45999;Fusionnée;45;24;244500468;2401;45234\n"
    (zone,) = [one for one in basins.load_table(france, more.encode(), "table.csv") if one.system == "BV2022"]
    assert zone.unknown == ("45999",)
    assert zone.communes == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (CSV.replace("45194;", "45285;"), "Ligne 4, colonne CODGEO : la commune 45285 est déjà plus haut."),
        (CSV.replace("45194;", "Ormes;"), "Ligne 4, colonne CODGEO : « ORMES » n'est pas un code de commune."),
        (CSV.replace("2402;41198\n41164", "2402;\n41164"), "Ligne 5, colonne BV2022 : la case est vide."),
    ],
)
def test_a_wrong_row_refuses_the_whole_table(france, wrong, said):
    with pytest.raises(Invalid) as refused:
        basins.load_table(france, wrong.encode(), "table.csv")
    assert [one["message"] for one in refused.value.errors] == [said]
    assert france.scalar(sa.select(sa.func.count()).select_from(Basin)) == 0


OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize("data", [b"", b"a;b\n1;2\n", b"CODGEO;LIBGEO\n45234;x\n", b"PK\x03\x04 no", OLD_WORKBOOK])
def test_what_is_no_such_table_is_refused(france, data):
    with pytest.raises(Invalid):
        basins.load_table(france, data, "table.xlsx" if data[:1] == b"P" else "table.csv")


def test_a_code_that_lost_its_zero_gets_it_back(france):
    france.execute(sa.text("UPDATE commune SET department = '02' WHERE code = '02565'"))
    table = "CODGEO;BV2022\n2565;2565\n"
    (told,) = basins.load_table(france, table.encode(), "table.csv")
    assert told.communes == 1
    assert france.scalars(sa.select(Basin.code)).one() == "02565"
