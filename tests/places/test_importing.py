"""An import as a whole: what it would do, what it does, twice, and to whom."""

from __future__ import annotations

import json
import uuid

import pytest
import sqlalchemy as sa

from pathways import changes
from pathways.errors import Forbidden, Invalid
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.places import exchange, importing, territories
from pathways.places.exchange.sheets import Kind
from pathways.places.importing import Became
from pathways.places.models import Place, PlaceTrait
from tests.places.exchange.made import row, table
from tests.places.small_france import small_france


@pytest.fixture
def france(db, tmp_path):
    territories.load(db, small_france(tmp_path / "france"))
    return db


def a_member(db, role=Role.COORDINATOR):
    organisation = people.create_organisation(db, name="Une structure")
    return Member(uuid.uuid4(), "Une personne", organisation.id, organisation.name, role, OF_ROLE[role])


@pytest.fixture
def member(france):
    return a_member(france)


def uploads(*rows):
    return [exchange.Upload("lieux.csv", table(*rows).encode())]


def counts(report):
    return {one.value: number for one, number in report.counts.items() if number}


def places(db):
    db.expire_all()
    return list(db.scalars(sa.select(Place).order_by(Place.source_id)))


def test_a_plan_says_everything_and_writes_nothing(france, member):
    report = importing.plan(france, member, uploads(row(id="a"), row(id="b", nom=""), row(id="c", telephone="39 49")))
    assert counts(report) == {"new": 2, "refused": 1}
    assert not report.written
    assert places(france) == []
    assert {(one.line, one.column, one.kind) for one in report.remarks} == {
        (3, "nom", Kind.REFUSED),
        (4, "telephone", Kind.BESIDE),
    }
    assert json.loads(json.dumps(report.to_json()))["counts"]["new"] == 2


def test_an_import_writes_what_the_directory_needs(france, member):
    report = importing.apply(france, member, uploads(row(id="a", code_insee="", latitude="", longitude="")))
    assert counts(report) == {"new": 1}
    (place,) = places(france)
    assert place.commune_code == "45234"  # by its postcode and its name
    assert (place.latitude, place.is_at_centre) == (47.9025, True)
    assert place.sought == "un lieu orleans"
    assert place.version == 1
    traits = set(france.scalars(sa.select(PlaceTrait.trait).filter_by(place_id=place.id)))
    assert {"need:papers", "fee:free", "service:access"} <= traits
    (change,) = changes.since(france, member.organisation_id, 0, limit=10)
    assert (change.kind, change.about_id, change.act) == ("place", place.id, "created")


def test_twice_is_once(france, member):
    files = uploads(row(id="a", latitude="", longitude=""), row(id="b", telephone="39 49", services="Tricot"))
    importing.apply(france, member, files)
    before = [(one.id, one.version, one.updated_at) for one in places(france)]
    assert counts(importing.plan(france, member, files)) == {"same": 2}
    assert counts(importing.apply(france, member, files)) == {"same": 2}
    assert [(one.id, one.version, one.updated_at) for one in places(france)] == before
    assert len(changes.since(france, member.organisation_id, 0, limit=10)) == 2


def test_a_newer_file_changes_what_it_says_and_lists_what_it_no_longer_names(france, member):
    importing.apply(france, member, uploads(row(id="a"), row(id="b"), row(id="c", source="autre")))
    newer = uploads(row(id="a", frais_a_charge="Payant", date_maj="2026-01-05"))
    report = importing.apply(france, member, newer)
    assert counts(report) == {"changed": 1}
    assert report.rows[0].changed == ("fees", "updated_on")
    assert [one.source_id for one in report.missing] == ["b"]
    assert [one.withdrawn_at for one in places(france)] == [None] * 3
    place = places(france)[0]
    assert (place.fees, place.version) == (["Payant"], 2)
    traits = set(france.scalars(sa.select(PlaceTrait.trait).filter_by(place_id=place.id)))
    assert "fee:paid" in traits
    assert "fee:free" not in traits
    assert importing.plan(france, member, newer).withdrawn == 0
    assert importing.apply(france, member, newer, withdraw_missing=True).withdrawn == 1
    assert [one.withdrawn_at is None for one in places(france)] == [True, False, True]


def test_what_somebody_changed_here_since_is_not_undone_by_an_older_file(france, member):
    files = uploads(row(id="a"))
    importing.apply(france, member, files)
    (place,) = places(france)
    place.fees, place.updated_on = ["Payant"], place.updated_on.replace(year=2026)
    france.flush()
    report = importing.apply(france, member, files)
    assert counts(report) == {"older": 1}
    assert places(france)[0].fees == ["Payant"]


def test_a_file_says_nothing_of_what_its_format_cannot_carry(france, member):
    van = row(id="a", itinerance="Itinérant", structure_parente="Une ville", presentation_detail="Une description.")
    importing.apply(france, member, uploads(van))
    (place,) = places(france)
    place.languages = ["ti"]
    france.flush()
    assert counts(importing.apply(france, member, uploads(van))) == {"same": 1}
    export = exchange.write("data-inclusion", [place])
    files = [exchange.Upload(name, export.files[name]) for name in ("structures.json", "services.json")]
    assert counts(importing.apply(france, member, files)) == {"same": 1}
    renamed = export.files["structures.json"].replace(b'"Un lieu"', b'"Un autre nom"')
    report = importing.apply(france, member, [exchange.Upload("structures.json", renamed), files[1]])
    assert report.rows[0].changed == ("name",)
    (place,) = places(france)
    assert (place.name, place.languages, place.parent, place.is_mobile) == ("Un autre nom", ["ti"], "Une ville", True)


def test_with_its_side_car_a_file_says_everything(france, member):
    importing.apply(france, member, uploads(row(id="a")))
    (place,) = places(france)
    place.languages = ["ti", "ar"]
    france.flush()
    export = exchange.write("lamednum-csv", [place])
    other = a_member(france)
    files = [exchange.Upload(name, export.files[name]) for name in ("lieux.csv", "accompagnement.json")]
    assert counts(importing.apply(france, other, files)) == {"new": 1}
    (copy,) = france.scalars(sa.select(Place).filter_by(organisation_id=other.organisation_id))
    assert copy.languages == ["ti", "ar"]


def test_another_organisation_keeps_its_own_sheet_of_the_same_place(france, member):
    files = uploads(row(id="a"))
    importing.apply(france, member, files)
    other = a_member(france)
    assert counts(importing.apply(france, other, files)) == {"new": 1}
    assert counts(importing.apply(france, other, uploads(row(id="a", nom="Autre", date_maj="2026-01-01")))) == {
        "changed": 1
    }
    assert sorted(one.name for one in places(france)) == ["Autre", "Un lieu"]


def test_a_structure_is_placed_by_the_code_of_its_commune(france, member):
    structure = {"source": "s", "id": "s--1", "nom": "Un lieu", "date_maj": "2025-01-01", "code_insee": "45194"}
    nowhere = structure | {"id": "s--2", "code_insee": None}
    data = json.dumps([structure, nowhere]).encode()
    report = importing.apply(france, member, [exchange.Upload("structures.json", data)])
    assert counts(report) == {"new": 1, "refused": 1}
    (place,) = places(france)
    assert (place.commune, place.postcode) == ("Ormes", "45140")
    assert [(one.line, one.kind) for one in report.remarks if one.kind == Kind.REFUSED] == [(2, Kind.REFUSED)]
    assert counts(importing.apply(france, member, [exchange.Upload("structures.json", data)])) == {
        "same": 1,
        "refused": 1,
    }


def test_sheets_written_here_come_back_as_themselves_and_are_never_missing(france, member):
    made = uuid.uuid4()
    importing.apply(france, member, uploads(row(id=str(made), source=""), row(id="x", source="")))
    place = next(one for one in places(france) if one.source_id == str(made))
    france.execute(sa.delete(PlaceTrait).filter_by(place_id=place.id))
    france.execute(sa.update(Place).filter_by(id=place.id).values(source_id=str(place.id)))
    report = importing.plan(france, member, uploads(row(id="y", source="")))
    assert [one.source_id for one in report.missing] == ["x"]


def test_who_may_not_keep_sheets_imports_none(france):
    prescriber = a_member(france, Role.PRESCRIBER)
    for act in (importing.plan, importing.apply):
        with pytest.raises(Forbidden):
            act(france, prescriber, uploads(row()))


def test_a_file_that_breaks_in_the_middle_is_told_and_its_transaction_goes(france, member):
    broken = b"[" + json.dumps(row() | {"telephone": "x"}).encode() + b", {"
    with pytest.raises(Invalid):
        importing.apply(france, member, [exchange.Upload("lieux.json", broken)])


def test_a_long_report_is_bounded_and_counts_all(france, member):
    rows = [row(id=str(number), services="Tricot") for number in range(importing.MOST_TOLD + 20)]
    report = importing.plan(france, member, uploads(*rows))
    assert len(report.remarks) == len(report.rows) == importing.MOST_TOLD
    assert report.remark_counts[Kind.BESIDE] == report.counts[Became.NEW] == len(rows)


def test_what_a_database_cannot_keep_refuses_no_file(france, member):
    odd = [row(id="a\u0000", nom="Un\u0000 lieu", autre="\ud800"), row(id="b", latitude="NaN")]
    files = [exchange.Upload("lieux.json", json.dumps(odd).replace('"NaN"', "NaN").encode())]
    report = importing.apply(france, member, files)
    assert counts(report) == {"new": 2}
    assert [(one.source_id, one.name) for one in places(france)] == [("a", "Un lieu"), ("b", "Un lieu")]
    assert report.remark_counts[Kind.CORRECTED] >= 2


def test_two_rows_of_one_name_do_not_stop_the_file(france, member):
    structure = {"source": "x", "nom": "Un lieu", "date_maj": "2025-01-01", "commune": "Orléans"}
    structure |= {"code_postal": "45000", "code_insee": "45234"}
    files = [exchange.Upload("x.json", json.dumps([structure | {"id": one} for one in ("x--z", "z")]).encode())]
    assert counts(importing.apply(france, member, files)) == {"new": 1, "refused": 1}
