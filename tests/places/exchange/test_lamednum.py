"""LaMednum 1.0.2: every trap that real files show, and an export that its own schema takes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import frictionless
import pytest

from pathways.errors import Invalid
from pathways.places import exchange
from pathways.places.exchange import lamednum
from pathways.places.exchange.sheets import Kind
from tests.places.exchange.made import FULL, TODAY, place, row, table

VECTORS = Path(__file__).parents[3].parent / "shared" / "vectors" / "lieux-de-mediation"
needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason="the shared vectors are not here")


def read(data, name="lieux.csv"):
    data = data if isinstance(data, bytes) else data.encode()
    return list(exchange.read([exchange.Upload(name, data)]).entries(TODAY))


def only(**changed):
    (entry,) = read(table(row(**changed)))
    return entry


def said(entry, column):
    return [(one.kind, one.message) for one in entry.remarks if one.column == column]


def kinds(entry, column):
    return [one.kind for one in entry.remarks if one.column == column]


def valid(data: bytes) -> list[str]:
    """What the national schema has against a file."""
    schema = frictionless.Schema.from_descriptor(json.loads((VECTORS / "schema.json").read_text("utf-8")))
    resource = frictionless.Resource(data=list(csv.DictReader(io.StringIO(data.decode()))), schema=schema)
    return [error.message for task in resource.validate().tasks for error in task.errors]


# --- as it should be -------------------------------------------------------------------------------------------


@needs_vectors
def test_the_national_example_comes_in_without_a_remark_and_leaves_as_it_came():
    data = (VECTORS / "exemple-valide.csv").read_bytes()
    (entry,) = read(data)
    assert entry.remarks == ()
    assert entry.sheet is not None
    assert entry.sheet["beside"] == {}
    (written,) = csv.DictReader(
        io.StringIO(exchange.write("lamednum-csv", [place(**entry.sheet)]).files["lieux.csv"].decode())
    )
    assert [written] == list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@needs_vectors
@pytest.mark.parametrize(
    "columns",
    [
        {},
        FULL,
        {"pivot": "", "address": ""},
        {"phone": "39 49", "commune_code": "1", "kinds": ["ZZZ"], "services": ["Tricot"], "care": ["Autre"]},
        {"name": 'Un "lieu", ou |presque|;', "description": "Deux\nlignes"},
        {"languages": ["ti"], "is_mobile": True},
    ],
)
def test_exports_are_what_the_schema_wants(columns):
    export = exchange.write("lamednum-csv", [place(**columns), place(**columns, id="0193")])
    assert valid(export.files["lieux.csv"]) == []


@needs_vectors
def test_the_validator_would_have_seen_it():
    good = exchange.write("lamednum-csv", [place(**FULL)]).files["lieux.csv"]
    assert valid(good.replace(b"Seniors", "Séniors".encode()))
    assert valid(good.replace(b"+33238000000", b"+33238000000|+33238000001"))


def test_json_says_the_same():
    export = exchange.write("lamednum-json", [place(**FULL)])
    (entry,) = read(export.files["lieux.json"], "lieux.json")
    assert entry.sheet is not None
    assert entry.sheet["services"] == FULL["services"]
    assert entry.sheet["latitude"] == FULL["latitude"]
    assert read(exchange.write("lamednum-json", [place()]).files["lieux.json"])[0].sheet is not None


def test_lists_in_json_are_lists_too():
    (entry,) = read(json.dumps([row() | {"services": ["Aide aux démarches administratives"], "latitude": 47.9}]))
    assert entry.sheet is not None
    assert entry.sheet["services"] == ["Aide aux démarches administratives"]


def test_streaming_is_the_same_file():
    places = [place(**FULL), place(source_id="b")]
    for kind, name in (("lamednum-csv", "lieux.csv"), ("lamednum-json", "lieux.json")):
        assert b"".join(exchange.stream(kind, places)) == exchange.write(kind, places).files[name]
    assert json.loads(b"".join(exchange.stream("lamednum-json", []))) == []


# --- traps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "ours", "kept"),
    [
        ("modalites_acces", "Ce lieu n’accueille pas de public", "access", ["Ce lieu n'accueille pas de public"]),
        ("formations_labels", "Étapes numériques (La Poste)", "labels", ["Étapes numériques(La Poste)"]),
        ("formations_labels", "Etapes numériques (La Poste)", "labels", ["Étapes numériques(La Poste)"]),
        ("services", "Comprehension du monde numérique", "services", ["Compréhension du monde numérique"]),
        ("services", "Maîtrise des outils numériques du quotidien ; Loisirs et créations numériques", "services",
         ["Maîtrise des outils numériques du quotidien", "Loisirs et créations numériques"]),
        ("publics_specifiquement_adresses", "seniors| Jeunes |seniors", "publics", ["Seniors", "Jeunes"]),
        ("telephone", "02 38 00 00 00", "phone", "+33238000000"),
        ("telephone", "02.38.00.00.00", "phone", "+33238000000"),
        ("telephone", "+33 (0)2 38 00 00 00", "phone", "+33238000000"),
        ("telephone", "238000000", "phone", "+33238000000"),
        ("code_postal", "45 000", "postcode", "45000"),
        ("code_postal", "1000", "postcode", "01000"),
        ("code_postal", "45000 CEDEX 1", "postcode", "45000"),
        ("code_insee", "1004", "commune_code", "01004"),
        ("code_insee", "2a004", "commune_code", "2A004"),
        ("date_maj", "02/04/2024", "updated_on", TODAY.replace(2024, 4, 2)),
        ("date_maj", "2-4-2024", "updated_on", TODAY.replace(2024, 4, 2)),
        ("date_maj", "2024-04-02T10:12:00+02:00", "updated_on", TODAY.replace(2024, 4, 2)),
        ("date_maj", "45384", "updated_on", TODAY.replace(2024, 4, 2)),
        ("date_maj", "2030-01-01", "updated_on", TODAY),
        ("site_web", "www.lieu.fr", "websites", ["https://www.lieu.fr"]),
        ("site_web", "http:/lieu.fr", "websites", ["http://lieu.fr"]),
        ("courriels", "a@lieu.fr; b@lieu.fr", "emails", ["a@lieu.fr", "b@lieu.fr"]),
        ("courriels", "mailto:a@lieu.fr", "emails", ["a@lieu.fr"]),
        ("pivot", "434 933 123 00029", "pivot", "43493312300029"),
        ("itinerance", "itinerant", "is_mobile", True),
    ],
)  # fmt: skip
def test_what_real_files_spell_otherwise_is_corrected_and_said(column, value, ours, kept):
    entry = only(**{column: value})
    assert entry.sheet is not None
    assert entry.sheet[ours] == kept
    assert Kind.CORRECTED in kinds(entry, column)
    assert entry.sheet["beside"] == {}


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("47,9025", "1,909"), ("1.909", "47.9025"), ("1,909", "47,9025"), (" 47.9025", "1.909°")],
)
def test_coordinates_with_commas_or_swapped_are_put_right(latitude, longitude):
    entry = only(latitude=latitude, longitude=longitude)
    assert entry.sheet is not None
    assert (entry.sheet["latitude"], entry.sheet["longitude"]) == (47.9025, 1.909)
    if latitude.strip() != "47.9025":
        assert kinds(entry, "latitude") == [Kind.CORRECTED]


ABROAD = [("0", "0"), ("48.85", ""), ("51.5", "-0.12"), ("x", "y"), ("nan", "1")]


@pytest.mark.parametrize(("latitude", "longitude"), ABROAD)
def test_coordinates_that_are_nowhere_in_france_are_none(latitude, longitude):
    entry = only(latitude=latitude, longitude=longitude)
    assert entry.sheet is not None
    assert entry.sheet["latitude"] is None
    assert kinds(entry, "latitude") == [Kind.BESIDE]
    assert entry.sheet["beside"]["lamednum"]["latitude"] == latitude


def test_overseas_is_france():
    entry = only(latitude="-20.8823", longitude="55.4504", code_postal="97400", telephone="0262 20 20 20")
    assert entry.sheet is not None
    assert (entry.sheet["latitude"], entry.sheet["phone"]) == (-20.8823, "+262262202020")


TWO_PHONES = ["+33238000000|+33238000001", "02 38 00 00 00 / 02 38 00 00 01", "0238000000 ou 0238000001"]


@pytest.mark.parametrize("value", TWO_PHONES)
def test_of_two_phones_one_is_kept_and_the_other_stands_beside(value):
    entry = only(telephone=value)
    assert entry.sheet is not None
    assert entry.sheet["phone"] == "+33238000000"
    assert entry.sheet["beside"] == {"lamednum": {"telephone": ["+33238000001"]}}
    assert Kind.BESIDE in kinds(entry, "telephone")


def test_a_short_number_is_none_that_the_schema_takes():
    entry = only(telephone="39 49")
    assert entry.sheet is not None
    assert entry.sheet["phone"] == ""
    assert entry.sheet["beside"] == {"lamednum": {"telephone": ["39 49"]}}


def test_a_language_that_the_schema_lacks_becomes_a_language_of_ours():
    entry = only(prise_en_charge_specifique="Langues étrangères (arabe)|Illettrisme")
    assert entry.sheet is not None
    assert entry.sheet["care"] == ["Langues étrangères (autres)", "Illettrisme"]
    assert entry.sheet["languages"] == ["ar"]
    assert kinds(entry, "prise_en_charge_specifique") == [Kind.CORRECTED]


def test_what_no_schema_knows_is_kept_beside_and_said():
    entry = only(services="Tricot|Utilisation sécurisée du numérique", typologie="ASSO|MARTIENS", horaires="9h-12h")
    assert entry.sheet is not None
    assert entry.sheet["services"] == ["Utilisation sécurisée du numérique"]
    assert entry.sheet["beside"] == {"lamednum": {"services": ["Tricot"], "typologie": ["MARTIENS"]}}
    assert kinds(entry, "services") == kinds(entry, "typologie") == [Kind.BESIDE]
    assert kinds(entry, "horaires") == [Kind.DOUBTFUL]  # the schema does not check them at all
    assert entry.sheet["hours"] == "9h-12h"


def test_a_summary_that_is_too_long_is_cut_and_kept_beside():
    entry = only(presentation_resume="a" * 400)
    assert entry.sheet is not None
    assert len(entry.sheet["summary"]) == 280
    assert entry.sheet["beside"]["lamednum"]["presentation_resume"] == "a" * 400


def test_a_van_that_also_stands_somewhere_stays_both():
    entry = only(itinerance="Itinérant|Fixe")
    assert entry.sheet is not None
    assert entry.sheet["is_mobile"] is True
    assert lamednum.row_of(entry.sheet)["itinerance"] == "Itinérant|Fixe"


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"id": ""}, "id"),
        ({"nom": "  "}, "nom"),
        ({"commune": ""}, "commune"),
        ({"code_postal": ""}, "code_postal"),
        ({"code_postal": "Orléans"}, "code_postal"),
        ({"date_maj": ""}, "date_maj"),
        ({"date_maj": "hier"}, "date_maj"),
        ({"date_maj": "31/02/2024"}, "date_maj"),
        ({"date_maj": "1998-01-01"}, "date_maj"),
    ],
)
def test_a_row_without_what_it_must_say_is_refused_by_its_column(changed, column):
    entry = only(**changed)
    assert entry.sheet is None
    assert Kind.REFUSED in kinds(entry, column)
    assert entry.line == 2


def test_no_pivot_is_written_as_zeros_and_read_as_none():
    entry = only(pivot="")
    assert entry.sheet is not None
    assert lamednum.row_of(entry.sheet)["pivot"] == "00000000000000"
    again = only(pivot="00000000000000")
    assert again.sheet is not None
    assert again.sheet["pivot"] == ""
    assert again.remarks == ()


def test_invisible_signs_do_not_come_in():
    entry = only(nom="Un\u202e lieu\u0007\u200b")
    assert entry.sheet is not None
    assert entry.sheet["name"] == "Un lieu"


# --- files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_as_spreadsheets_write_them(encoding, delimiter):
    source = exchange.read(
        [exchange.Upload("x.csv", table(row(nom="Médiathèque"), delimiter=delimiter).encode(encoding))]
    )
    (entry,) = source.entries(TODAY)
    assert entry.sheet is not None
    assert entry.sheet["name"] == "Médiathèque"
    assert [one.value for one in source.remarks] == (["cp1252"] if encoding == "cp1252" else [])


def test_empty_rows_are_passed_over_and_lines_still_are_right():
    text = table(row(id="a"))
    entries = read(f"\n{text}\n,,,,\n{text.splitlines()[1].replace('a,', 'b,', 1)}\n")
    assert [(one.line, one.sheet["source_id"]) for one in entries if one.sheet] == [(3, "a"), (6, "b")]


def test_an_identifier_twice_is_refused_the_second_time():
    first, second = read(table(row(), row(nom="Autre")))
    assert first.sheet is not None
    assert second.sheet is None
    assert "ligne 2" in said(second, "id")[0][1]


def test_columns_in_any_order_and_spelling_and_unknown_ones_beside():
    text = table(row(couleur="bleu")).replace("code_postal", "Code Postal").replace("date_maj", "Date MAJ")
    source = exchange.read([exchange.Upload("x.csv", text.encode())])
    (entry,) = source.entries(TODAY)
    assert entry.sheet is not None
    assert entry.sheet["beside"] == {"lamednum": {"couleur": "bleu"}}
    assert [one.column for one in source.remarks] == ["couleur"]


@pytest.mark.parametrize(
    "data",
    [b"", b"   \n", b"nom;prenom\nx;y\n", b"\x00\x01\x02", b"[", b"[]", b"[1]", b"{}", b'{"structures": 3}', b"[[]]",
     b"PK\x03\x04", b'[{"pivot": ]', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_file_of_places_is_refused_in_a_sentence(data):
    with pytest.raises(Invalid) as refused:
        read(data)
    assert str(refused.value).endswith((".", "»"))


# --- JSON as nobody writes it --------------------------------------------------------------------------------


def of_json(text):
    source = exchange.read([exchange.Upload("lieux.json", text.encode())])
    return list(source.entries(TODAY)), source.remarks


def test_what_nothing_can_keep_is_taken_out_once_and_said():
    odd = json.dumps([row(), row(id="b", nom="Un\u0000 lieu\ud800", autre="\u0000x")])
    odd = odd.replace('"latitude": "47.9025"', '"latitude": NaN, "rien": Infinity')
    entries, remarks = of_json(odd)
    sheets = [one.sheet for one in entries if one.sheet]
    assert [one["name"] for one in sheets] == ["Un lieu", "Un lieu"]
    assert sheets[1]["beside"] == {"lamednum": {"autre": "x", "longitude": "1.909", "latitude": ""}}
    assert [(one.line, one.kind) for one in remarks] == [(1, Kind.CORRECTED), (2, Kind.CORRECTED)]
    json.dumps([one["beside"] for one in sheets], allow_nan=False).encode()


def test_a_name_that_nobody_can_see_is_none():
    entries, _ = of_json(json.dumps([row(nom="\u200b\u0000")]))
    assert entries[0].sheet is None


def test_names_that_become_one_are_one():
    entries, _ = of_json(json.dumps([row(id="ab"), row(id="a\u0000b")]))
    assert [one.sheet is None for one in entries] == [False, True]


def test_rubbish_behind_the_list_refuses_the_file():
    with pytest.raises(Invalid):
        of_json(json.dumps([row()]) + "garbage")
    assert of_json(json.dumps([row()]) + "\n\n")[0][0].sheet is not None


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_the_first_line_of_excel_is_none_of_the_table(first):
    text = f"{first}\r\n" + table(row(nom="A, b, c"), delimiter=";")
    (entry,) = exchange.read([exchange.Upload("lieux.csv", text.encode())]).entries(TODAY)
    assert entry.sheet is not None
    assert entry.sheet["name"] == "A, b, c"
