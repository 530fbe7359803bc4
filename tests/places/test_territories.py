"""The official code: loaded once, found by whatever people type."""

from __future__ import annotations

import json
from datetime import date

import pytest
import sqlalchemy as sa

from pathways.errors import Invalid
from pathways.people import service as people
from pathways.places import cutting, territories
from pathways.places.models import Basin, BasinCommune, Commune, Place, Postcode, Territory
from tests.places.small_france import COMMUNES, small_france


@pytest.fixture
def france(db, tmp_path):
    territories.load(db, small_france(tmp_path / "france"))
    return db


def names(db, text, **options):
    return [one.name for one in territories.find(db, text, **options)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("orle", ["Orléans"]),
        ("ORLÉANS", ["Orléans"]),
        ("orleans", ["Orléans"]),
        ("St Jean de la Ruelle", ["Saint-Jean-de-la-Ruelle"]),
        ("saint-jean de", ["Saint-Jean-de-la-Ruelle"]),
        ("ruelle", ["Saint-Jean-de-la-Ruelle"]),
        ("aignan", ["Aignan", "Saint-Aignan"]),
        ("oeuilly", ["Œuilly", "Œuilly"]),
        ("45000", ["Orléans"]),
        ("٤٥٠٠٠", ["Orléans"]),
        ("45140", ["45140", "Saint-Jean-de-la-Ruelle", "Ormes"]),
        ("45140 ormes", ["Ormes"]),
        ("451", ["Orléans", "Saint-Jean-de-la-Ruelle", "Ormes"]),
        ("20", ["Ajaccio"]),
        ("28000 Orléans", []),
        ("o", []),
        ("", []),
        ("   ", []),
        ("zzz", []),
        ("%", []),
        ("*", []),
        ("or%", ["Orléans", "Ormes"]),
        ("99999", []),
    ],
)
def test_communes_are_found_as_people_type_them(france, typed, found):
    assert names(france, typed) == found


def test_the_larger_comes_first_and_no_more_than_asked(france):
    assert names(france, "sa", limit=1) == ["Saint-Jean-de-la-Ruelle"]
    assert len(territories.find(france, "o", limit=50)) == 0


def test_a_long_text_is_no_trouble(france):
    assert names(france, "a" * 100_000) == []


def test_a_spot_says_where_it_is(france):
    (spot,) = territories.find(france, "orléans")
    assert (spot.kind, spot.code, spot.department, spot.postcodes) == ("commune", "45234", "45", ("45000", "45100"))
    assert (spot.latitude, spot.longitude, spot.approximate) == (47.9025, 1.909, False)


def test_a_commune_without_a_centre_stands_where_its_neighbours_of_the_postcode_do(france):
    (spot,) = territories.find(france, "ormes")
    assert spot.approximate
    assert (spot.latitude, spot.longitude) == (47.9113, 1.8733)


def test_else_where_its_epci_is(france):
    spot = territories.spot_of(france, "41164")
    assert spot is not None
    assert spot.approximate
    assert spot.latitude == pytest.approx(47.2689)


def test_else_nowhere(france):
    spot = territories.spot_of(france, "98999")
    assert spot is not None
    assert (spot.latitude, spot.approximate) == (None, False)
    assert territories.spot_of(france, "00000") is None


def test_first_of_all_where_its_own_places_are(france):
    organisation = people.create_organisation(france, name="Une structure").id
    for number, latitude in enumerate((47.94, 47.96)):
        france.add(
            Place(
                organisation_id=organisation,
                source_id=str(number),
                name="Un lieu",
                sought="un lieu",
                postcode="45140",
                commune="Ormes",
                commune_code="45194",
                latitude=latitude,
                longitude=1.81,
                updated_on=date(2026, 1, 1),
            )
        )
    france.flush()
    (spot,) = territories.find(france, "ormes")
    assert (spot.latitude, spot.longitude) == pytest.approx((47.95, 1.81))


def test_areas_have_their_communes(france):
    assert [one.name for one in territories.communes_of(france, "epci", "200018406")] == [
        "Noyers-sur-Cher",
        "Saint-Aignan",
    ]
    assert len(territories.communes_of(france, "region", "24")) == 7
    assert [one.code for one in territories.communes_of(france, "department", "2A")] == ["2A004"]
    assert [one.code for one in territories.communes_of(france, "region", "987")] == ["98735"]
    assert territories.communes_of(france, "department", "99") == []


def test_loading_twice_is_loading_once(france, tmp_path):
    assert territories.load(france, tmp_path / "france") == 0


def test_a_new_release_renews_and_keeps_what_an_operator_brought(france, tmp_path):
    territories.load_centres(france, b"code_insee;latitude;longitude\n45194;47,95;1,81\n", "centres.csv")
    france.add(basin := Basin(system="own", code="b", name="Un bassin"))
    france.flush()
    france.add(BasinCommune(basin_id=basin.id, commune_code="32001"))
    france.flush()
    changed = "\n".join(
        line.replace("Ormes", "Ormes-Nouvelle")
        for line in COMMUNES.splitlines()
        if not line.startswith(("32001", "28085"))
    )
    assert territories.load(france, small_france(tmp_path / "next", release="2", communes=changed + "\n")) == 11
    france.expire_all()
    assert names(france, "chartres") == []
    assert names(france, "aignan") == ["Aignan", "Saint-Aignan"]  # a basin holds it
    assert france.scalar(sa.select(sa.func.count()).select_from(Postcode).filter_by(commune_code="32001")) == 0
    spot = territories.spot_of(france, "45194")
    assert spot is not None
    assert (spot.name, spot.latitude, spot.approximate) == ("Ormes-Nouvelle", 47.95, False)


@pytest.mark.parametrize(
    "table",
    [
        "code_commune_INSEE,nom_de_la_commune,latitude,longitude\n2A004,Ajaccio,41.9,8.7\n1004,Ailleurs,46.0,5.0\n",
        "Code INSEE;Lat;Lon\n2A004;41,9;8,7\n45234;;\n",
    ],
)
def test_centres_come_from_tables_as_they_are_published(france, table):
    assert territories.load_centres(france, table.encode(), "centres.csv") == 1
    spot = territories.spot_of(france, "2A004")
    assert spot is not None
    assert (spot.latitude, spot.longitude) == (41.9, 8.7)


@pytest.mark.parametrize(
    "table",
    [
        "code;nom\n45234;Orléans\n",
        "code;latitude;longitude\n45234;beaucoup;1\n",
        "code;latitude;longitude\n45234;120;1\n",
        "code;latitude;longitude\n2A004;41;8\n45234;nan;1\n",
    ],
)
def test_a_wrong_table_of_centres_changes_nothing(france, table):
    with pytest.raises(Invalid):
        territories.load_centres(france, table.encode(), "centres.csv")
    france.expire_all()
    assert france.get_one(Commune, "2A004").latitude == 41.9192


@pytest.mark.slow
def test_all_of_france_is_there_once_and_is_found(db):
    assert territories.load(db) == 35_014
    assert territories.load(db) == 0
    assert db.scalar(sa.select(sa.func.count()).select_from(Territory).filter_by(kind="region")) == 26
    assert len(territories.communes_of(db, "region", "24")) == 1754
    assert territories.find(db, "45000")[0].code == "45234"
    assert territories.find(db, "paris")[0].code == "75056"
    assert {"75115"} <= {one.code for one in territories.find(db, "75015")}
    for typed in ("orle", "aignan", "45", "château", "saint", "St Jean de", "13001 marseille"):
        assert territories.find(db, typed), typed
    assert territories.find(db, "zzzz") == []


def test_the_package_is_cut_into_our_files(tmp_path):
    package, target = tmp_path / "package", tmp_path / "target"
    (package / "data").mkdir(parents=True)
    (package / "package.json").write_text('{"version": "7.0.0"}', "utf-8")
    common = {"departement": "45", "region": "24", "type": "commune-actuelle"}
    communes = [
        common | {"code": "45234", "nom": "Orléans", "codesPostaux": ["45000"], "population": 116_000},
        common | {"code": "45194", "nom": "Ormes", "codesPostaux": ["45140"], "population": 4000},
        common | {"code": "45001", "nom": "Fusionnée", "type": "commune-deleguee"},
    ]
    parts = {
        "communes": communes,
        "departements": [{"code": "45", "nom": "Loiret", "region": "24"}],
        "regions": [{"code": "24", "nom": "Centre-Val de Loire"}],
        "epci": [{"code": "244500468", "nom": "Orléans Métropole", "membres": [{"code": "45234"}]}],
    }
    for name, value in parts.items():
        (package / "data" / f"{name}.json").write_text(json.dumps(value), "utf-8")
    town = {"countrycode": "FR", "admin1code": "24", "latitude": 47.9, "longitude": 1.9}
    towns = {
        "1": town | {"name": "Orléans", "population": 110_000},
        "2": town | {"name": "Ormes", "population": 700},  # a homonym: nobody knows which
    }
    (tmp_path / "towns.json").write_text(json.dumps(towns), "utf-8")
    assert cutting.cut(package, target, centres=tmp_path / "towns.json").startswith("2 communes, dont 1 ")
    lines = (target / "communes.csv").read_text("utf-8").splitlines()
    assert lines[1] == "45194;Ormes;45;;4000;45140;;"
    assert lines[2] == "45234;Orléans;45;244500468;116000;45000;47.9000;1.9000"
    assert (target / "release").read_text("utf-8").startswith("7.0.0 ")
    with pytest.raises(Invalid):
        cutting.cut(tmp_path, target)
