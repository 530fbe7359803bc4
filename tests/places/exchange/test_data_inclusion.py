"""data.inclusion v1: exports that its own models take, imports that drop nothing in silence, and round trips."""

from __future__ import annotations

import json
from datetime import date

import pytest
from data_inclusion.schema.v1.services import Service
from data_inclusion.schema.v1.structures import Structure

from pathways.errors import Invalid
from pathways.places import exchange, vocabularies
from pathways.places.exchange.losses import How
from pathways.places.exchange.sheets import COLUMNS, Kind, of_place
from tests.places.exchange.made import FULL, TODAY, place

STRUCTURE = {
    "source": "dora",
    "id": "dora--42",
    "nom": "Un lieu",
    "date_maj": "2025-02-14",
    "description": "Une description.",
    "siret": "43493312300029",
    "commune": "Orléans",
    "code_postal": "45000",
    "code_insee": "45234",
    "adresse": "12 rue de la République",
    "telephone": "+33238000000",
    "reseaux_porteurs": ["aidants-connect", "ccas-cias"],
}
SERVICE = {
    "source": "dora",
    "structure_id": "dora--42",
    "id": "dora--7",
    "nom": "Atelier du jeudi",
    "description": "On apprend ensemble à se servir d'un téléphone.",
    "date_maj": "2025-02-14",
    "type": "atelier",
    "thematiques": ["numerique--maitriser-les-fondamentaux-du-numerique"],
    "frais": "gratuit",
    "publics": ["tous-publics"],
    "modes_accueil": ["en-presentiel"],
    "modes_mobilisation": ["telephoner", "se-presenter"],
    "mobilisable_par": ["usagers"],
}


def read(structures, services=None, side_car=None):
    uploads = [exchange.Upload("structures.json", json.dumps(structures).encode())]
    if services is not None:
        uploads.append(exchange.Upload("services.json", json.dumps(services).encode()))
    if side_car is not None:
        uploads.append(exchange.Upload("accompagnement.json", side_car))
    return list(exchange.read(uploads).entries(TODAY))


def only(structure=None, *services):
    (entry,) = read([STRUCTURE | (structure or {})], list(services))
    return entry


def documents(export):
    return [json.loads(export.files[name]) for name in ("structures.json", "services.json")]


def back(export, *, side_car=True):
    structures, services = documents(export)
    return read(structures, services, export.files["accompagnement.json"] if side_car else None)


# --- out -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        FULL,
        FULL | {"support": ["À distance"], "access": ["Ce lieu n'accueille pas de public"]},
        FULL | {"fees": [], "publics": [], "care": [], "access": [], "support": [], "kinds": []},
        {"services": [one.exact for one in vocabularies.vocabularies()["services"].values]},
        {"services": ["Loisirs et créations numériques"], "pivot": "W123456789", "emails": ["pas une adresse"]},
        {"services": ["Loisirs et créations numériques"], "websites": ["ftp://x"], "booking_url": "nulle part"},
    ],
)
def test_exports_are_what_the_models_want(columns):
    structures, services = documents(exchange.write("data-inclusion", [place(**columns)]))
    for one in structures:
        Structure.model_validate(one)
        assert set(one) <= set(Structure.model_fields)
    for one in services:
        Service.model_validate(one)
        assert set(one) <= set(Service.model_fields)
        assert one["structure_id"] == structures[0]["id"]
    assert len({one["id"] for one in services}) == len(services) == len(columns["services"])


def test_every_service_of_a_place_is_one_of_its_own():
    _, services = documents(exchange.write("data-inclusion", [place(**FULL)]))
    assert [one["nom"] for one in services] == FULL["services"]
    assert [one["id"] for one in services] == ["Hubik--structure-1--safety", "Hubik--structure-1--understanding"]


def test_a_mother_tongue_is_no_exile_and_nobody_is_shut_out_by_care():
    _, services = documents(exchange.write("data-inclusion", [place(**FULL | {"publics": []})]))
    assert services[0]["publics"] == ["tous-publics"]
    said = services[0]["publics_precisions"]
    assert "Langues parlées : العربية, ትግርኛ" in said
    assert "Surdité" in said
    assert "exil" not in json.dumps(services)


@pytest.mark.parametrize(
    ("support", "kind", "modes"),
    [
        (["Accompagnement individuel", "Dans un atelier collectif"], "atelier", ["en-presentiel"]),
        (["Accompagnement individuel", "En autonomie"], "aide-materielle", ["en-presentiel"]),
        (["À distance"], None, ["a-distance"]),
        (["À distance", "Accompagnement individuel"], "accompagnement", ["a-distance", "en-presentiel"]),
        ([], None, ["en-presentiel"]),
    ],
)
def test_one_type_by_its_priority_and_no_presence_that_nobody_said(support, kind, modes):
    _, (service,) = documents(
        exchange.write("data-inclusion", [place(services=["Loisirs et créations numériques"], support=support)])
    )
    assert service.get("type") == kind
    assert service["modes_accueil"] == modes


def test_each_conversion_of_a_service_is_the_official_one():
    expected = {
        "access": ["numerique--acceder-a-une-connexion-internet", "numerique--acquerir-un-equipement"],
        "buy": ["numerique--acquerir-un-equipement"],
        "safety": ["numerique--maitriser-les-fondamentaux-du-numerique"],
        "parents": [
            "famille--soutien-a-la-parentalite-et-a-leducation",
            "numerique--maitriser-les-fondamentaux-du-numerique",
        ],
    }
    known = vocabularies.vocabularies()["services"]
    for code, themes in expected.items():
        value = known.of_code(code)
        assert value is not None
        _, (service,) = documents(exchange.write("data-inclusion", [place(services=[value.exact])]))
        assert service["thematiques"] == themes


# --- in --------------------------------------------------------------------------------------------------------


def test_a_structure_and_its_services_are_one_place():
    entry = only({}, SERVICE)
    assert entry.sheet is not None
    sheet = entry.sheet
    assert (sheet["source"], sheet["source_id"], sheet["name"], sheet["pivot"]) == (
        "dora",
        "42",
        "Un lieu",
        "43493312300029",
    )
    assert sheet["services"] == ["Maîtrise des outils numériques du quotidien"]
    assert sheet["programmes"] == ["Aidants Connect"]
    assert sheet["kinds"] == ["CCAS"]
    assert sheet["support"] == ["Dans un atelier collectif"]
    assert sheet["access"] == ["Se présenter", "Téléphoner"]
    assert sheet["fees"] == ["Gratuit"]
    assert sheet["publics"] == []
    assert sheet["updated_on"] == date(2025, 2, 14)


@pytest.mark.parametrize(
    ("themes", "services"),
    [
        (["numerique--acceder-a-une-connexion-internet", "numerique--acquerir-un-equipement"], {"access"}),
        (["numerique--acquerir-un-equipement"], {"buy"}),
        (["numerique--acceder-a-des-services-en-ligne"], {"papers"}),
        (
            [
                "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
                "numerique--acceder-a-des-services-en-ligne",
                "numerique--maitriser-les-fondamentaux-du-numerique",
            ],
            {"papers", "daily"},
        ),
        (["remobilisation--activites-sportives-et-culturelles"], set()),
        (
            [
                "remobilisation--activites-sportives-et-culturelles",
                "numerique--maitriser-les-fondamentaux-du-numerique",
            ],
            {"creation"},
        ),
        (["logement-hebergement--se-maintenir-dans-le-logement"], set()),
    ],
)
def test_themes_are_read_as_services_of_the_digital_world_only(themes, services):
    entry = only({}, SERVICE | {"thematiques": themes})
    assert entry.sheet is not None
    assert set(vocabularies.codes("services", entry.sheet["services"])) == services


@pytest.mark.parametrize(
    ("structure", "service", "column"),
    [
        ({"langue": "arabe"}, {}, "langue"),
        ({}, {"langue": "arabe"}, "services[0].langue"),
        ({"horaires_accueil": 3}, {}, "horaires_accueil"),
        ({"telephone": 238000000}, {}, "telephone"),
        ({"siret": "434"}, {}, "siret"),
        ({"site_web": "pas une adresse"}, {}, "site_web"),
        ({"reseaux_porteurs": ["caf", "inventé"]}, {}, "reseaux_porteurs"),
        ({}, {"publics": ["tous-publics", "femmes"]}, "services[0].publics"),
        ({}, {"zone_eligibilite": ["45", "region-centre"]}, "services[0].zone_eligibilite"),
        ({}, {"nombre_semaines": 0}, "services[0].nombre_semaines"),
        ({}, {"type": "concert"}, "services[0].type"),
        ({}, {"description": "non"}, "services[0].description"),
    ],
)
def test_what_the_schema_does_not_know_is_kept_beside_said_and_never_emitted(structure, service, column):
    entry = only(structure, SERVICE | service)
    assert entry.sheet is not None
    assert (Kind.BESIDE, column) in {(one.kind, one.column) for one in entry.remarks}
    assert entry.sheet["beside"]["data_inclusion"]["structure"] == STRUCTURE | structure
    structures, services = documents(exchange.write("data-inclusion", [place(**entry.sheet)]))
    Structure.model_validate(structures[0])
    for one in services:
        Service.model_validate(one)
    assert "langue" not in json.dumps([structures, services])


def test_what_columns_cannot_say_leaves_as_it_came():
    more = {
        "publics": ["personnes-exilees", "femmes"],
        "zone_eligibilite": ["45", "41"],
        "contact_nom_prenom": "Accueil",
        "conditions_acces": "Aucune",
        "volume_horaire_hebdomadaire": 2.5,
        "nombre_semaines": 6,
        "lien_source": "https://dora.example.fr/7",
    }
    entry = only({"lien_source": "https://dora.example.fr/42"}, SERVICE | more)
    assert entry.sheet is not None
    assert {one.column for one in entry.remarks} == {"lien_source", "services"}
    structures, services = documents(exchange.write("data-inclusion", [place(**entry.sheet)]))
    assert structures == [STRUCTURE | {"lien_source": "https://dora.example.fr/42"}]
    assert services == [SERVICE | more]


def test_until_somebody_changes_the_sheet():
    entry = only({"lien_source": "https://dora.example.fr/42"}, SERVICE | {"zone_eligibilite": ["45"]})
    assert entry.sheet is not None
    export = exchange.write("data-inclusion", [place(**entry.sheet | {"fees": ["Payant"]})])
    structures, services = documents(export)
    assert structures[0]["lien_source"] == "https://dora.example.fr/42"
    assert services[0]["frais"] == "payant"
    assert "zone_eligibilite" not in services[0]
    assert any(one.column == "beside" for one in export.losses)
    vouched = exchange.write("data-inclusion", [place(**entry.sheet | {"updated_on": date(2026, 1, 1)})])
    structures, services = documents(vouched)
    assert structures[0]["date_maj"] == services[0]["date_maj"] == "2026-01-01"
    assert services[0]["zone_eligibilite"] == ["45"]


@pytest.mark.parametrize(
    ("structure", "column"),
    [({"nom": "ab"}, "nom"), ({"nom": None}, "nom"), ({"id": ""}, "id"), ({"date_maj": "1999-12-31"}, "date_maj"),
     ({"date_maj": "14/02/2025"}, "date_maj"), ({"source": 3}, "source")],
)  # fmt: skip
def test_a_structure_without_what_it_must_say_is_refused(structure, column):
    entry = only(structure, SERVICE)
    assert entry.sheet is None
    assert (Kind.REFUSED, column) in {(one.kind, one.column) for one in entry.remarks}


def test_an_identifier_need_not_begin_with_its_source():
    entry = only({"id": "un-autre"})
    assert entry.sheet is not None
    assert entry.sheet["source_id"] == "un-autre"
    (structure,), _ = documents(exchange.write("data-inclusion", [place(**entry.sheet)]))
    assert structure["id"] == "un-autre"


def test_one_object_with_both_is_the_same_as_two_files():
    one = exchange.read(
        [exchange.Upload("tout.json", json.dumps({"structures": [STRUCTURE], "services": [SERVICE]}).encode())]
    )
    assert list(one.entries(TODAY)) == read([STRUCTURE], [SERVICE])


def test_a_service_without_its_structure_is_told():
    orphan = SERVICE | {"structure_id": "dora--99"}
    uploads = [exchange.Upload(n, json.dumps(v).encode()) for n, v in (("a", [STRUCTURE]), ("b", [SERVICE, orphan, 3]))]
    source = exchange.read(uploads)
    (entry,) = source.entries(TODAY)
    assert entry.sheet is not None
    assert [(one.value, one.kind) for one in source.remarks] == [("dora--99", Kind.REFUSED), ("", Kind.REFUSED)]


def test_services_alone_are_no_places():
    with pytest.raises(Invalid):
        read([SERVICE])


# --- both ways -------------------------------------------------------------------------------------------------


def test_with_the_side_car_nothing_is_lost():
    for columns in (
        FULL,
        {},
        FULL | {"source": "", "updated_on": date(2020, 2, 29)},
        {"beside": {"lamednum": {"x": "y"}}},
    ):
        sheet = of_place(place(**columns))
        for kind in exchange.Format:
            export = exchange.write(kind, [place(**columns)])
            if kind == exchange.Format.DATA_INCLUSION:
                (entry,) = back(export)
            else:
                name = next(iter(export.files))
                uploads = [exchange.Upload(one, export.files[one]) for one in (name, "accompagnement.json")]
                (entry,) = exchange.read(uploads).entries(TODAY)
            assert entry.sheet == sheet, kind


def test_without_it_every_loss_was_told():
    export = exchange.write("data-inclusion", [place(**FULL)])
    (entry,) = back(export, side_car=False)
    sheet = of_place(place(**FULL))
    assert entry.sheet is not None
    lists = {name for name in COLUMNS if isinstance(sheet[name], list)}
    differ = {
        name
        for name in COLUMNS
        if (set(sheet[name]) != set(entry.sheet[name]) if name in lists else sheet[name] != entry.sheet[name])
    }
    assert differ <= {one.column for one in export.losses}
    in_words = {"care", "languages"}  # they survive as a sentence that no other program reads, and that is said
    assert {one.column for one in export.losses} - differ == in_words
    how = {one.column: one.how for one in export.losses}
    assert how["languages"] == How.IN_WORDS
    assert how["is_mobile"] == how["parent"] == How.LOST
    assert how["emails"] == How.CHANGED
    report = json.loads(export.files["pertes.json"])
    assert len(report["pertes"]) == len(export.losses)
    assert {"id", "nom", "champ", "sort", "avant", "devient", "phrase"} == set(report["pertes"][0])
    table = export.files["pertes.csv"].decode("utf-8-sig").splitlines()
    assert len(table) >= len(export.losses) + 1


def test_lamednum_loses_languages_and_says_so():
    export = exchange.write("lamednum-csv", [place(**FULL)])
    assert [(one.column, one.how) for one in export.losses] == [("languages", How.LOST)]
    assert export.losses[0].said() == "langues : perdu (ar | ti)"
    filled = exchange.write("lamednum-csv", [place(address="")]).losses
    assert [(one.column, one.how, one.becomes) for one in filled] == [("address", How.FILLED, "Orléans")]


def test_the_side_car_tells_what_the_caller_knows_besides():
    def more(one):
        return {"seances": f"https://ici.example.fr/near/places/{one.id}", "niveaux": ["A1"]}

    export = exchange.write("lamednum-csv", [place()], more=more)
    assert b"https://ici.example.fr/near/places/0192" in export.files["lieux.csv"]
    (entry,) = json.loads(export.files["accompagnement.json"])["lieux"]
    assert (entry["niveaux"], entry["colonnes"]) == (["A1"], {"booking_url": ""})
    assert [(one.column, one.how) for one in export.losses] == [("booking_url", How.FILLED)]


def test_two_places_of_one_identifier_are_two_in_a_file():
    export = exchange.write("data-inclusion", [place(), place(id="0193"), place(id="0194", source="autre")])
    structures, _ = documents(export)
    assert [one["id"] for one in structures] == ["Hubik--structure-1", "Hubik--0193", "autre--structure-1"]


@pytest.mark.parametrize(
    "broken",
    [
        {"version": 9},
        {"lieux": 3},
        {"lieux": [3]},
        {"lieux": [{"id": "a", "colonnes": {"organisation_id": "x"}}]},
        {"lieux": [{"id": "a", "colonnes": {"languages": "ti"}}]},
        {"lieux": [{"id": "a", "colonnes": {"updated_on": "hier"}}]},
        {"lieux": [{"id": "a", "colonnes": {"name": "x" * 500}}]},
        {"lieux": [{"id": "a", "colonnes": {"latitude": "x"}}]},
    ],
)
def test_a_side_car_from_elsewhere_is_not_believed(broken):
    whole = {"format": "pathways-side-car", "version": 1, "lieux": []} | broken
    with pytest.raises(Invalid):
        read([STRUCTURE], [], json.dumps(whole).encode())
