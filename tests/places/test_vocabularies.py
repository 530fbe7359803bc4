"""The words of places are data, and they are the words of the two schemas, exactly."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from data_inclusion.schema import v1

from pathways.places import vocabularies
from pathways.places.exchange.lamednum import COLUMNS
from pathways.settings import resource

SCHEMA = Path(__file__).parents[2].parent / "shared" / "vectors" / "lieux-de-mediation" / "schema.json"
needs_vectors = pytest.mark.skipif(not SCHEMA.exists(), reason="the shared vectors are not here")


def place(**columns) -> Any:
    lists = ("services", "publics", "care", "fees", "programmes", "access", "support", "kinds", "languages")
    return SimpleNamespace(**({name: [] for name in lists} | {"accessibility_url": "", "is_mobile": False} | columns))


@needs_vectors
def test_every_value_is_one_of_the_schema_and_none_is_missing():
    fields = {one["name"]: one for one in json.loads(SCHEMA.read_text("utf-8"))["fields"]}
    assert tuple(fields) == COLUMNS
    for vocabulary in vocabularies.vocabularies().values():
        pattern = fields[vocabulary.name]["constraints"].get("pattern")
        if pattern is None:
            assert vocabulary.name == "typologie"
            continue
        inside = pattern.removeprefix("(?:(?:^|\\|)(").removesuffix("))+$")
        wanted = [re.sub(r"\\(.)", r"\1", one) for one in inside.split("|")]
        assert sorted(one.exact for one in vocabulary.values) == sorted(wanted)
        for one in vocabulary.values:
            assert re.fullmatch(pattern, one.exact)


def test_there_are_ninety_two_types():
    kinds = vocabularies.vocabularies()["kinds"].values
    assert len(kinds) == 92
    assert {"ENM", "RFS", "EPN", "CCAS", "Autre"} <= {one.exact for one in kinds}


def test_the_words_of_data_inclusion_are_those_of_its_package():
    kinds = {
        "type": v1.TypeService,
        "frais": v1.Frais,
        "modes_accueil": v1.ModeAccueil,
        "modes_mobilisation": v1.ModeMobilisation,
        "mobilisable_par": v1.PersonneMobilisatrice,
        "publics": v1.Public,
        "thematiques": v1.Thematique,
        "reseaux_porteurs": v1.ReseauPorteur,
    }
    assert set(vocabularies.data_inclusion()) == set(kinds)
    for name, kind in kinds.items():
        assert vocabularies.data_inclusion()[name] == {one.value: one.label for one in kind}, name


def test_nothing_of_it_stands_in_the_code():
    for name in ("vocabularies", "exchange/lamednum", "exchange/data_inclusion", "exchange/losses"):
        code = (Path(vocabularies.__file__).parent / f"{name}.py").read_text("utf-8")
        assert "Aide aux démarches" not in code
        assert "Conseillers numériques" not in code


@pytest.mark.parametrize(
    ("column", "spelling", "exact"),
    [
        ("labels", "Etapes numériques (La Poste)", "Étapes numériques(La Poste)"),
        ("labels", "Étapes numériques (La Poste)", "Étapes numériques(La Poste)"),
        ("access", "Ce lieu n’accueille pas de public", "Ce lieu n'accueille pas de public"),
        ("services", "Comprehension du monde numérique", "Compréhension du monde numérique"),
        ("services", "AIDE AUX DEMARCHES ADMINISTRATIVES", "Aide aux démarches administratives"),
        ("services", "Accès\u00a0internet et matériel  informatique", "Accès internet et matériel informatique"),
        ("labels", 'Formé à "Mon Espace Santé"', "Formé à « Mon Espace Santé »"),
        ("labels", "Mes Papiers (Métropole de Lyon) ", "Mes Papiers (Métropole de Lyon)"),
        ("publics", "Séniors", "Seniors"),
        ("support", "À distance (par téléphone ou en visioconférence)", "À distance"),
        ("programmes", "Point d’accès numérique CAF", "Point d'accès numérique CAF"),
        ("fees", "Gratuit sous condition : Adhésion", "Gratuit sous condition"),
        ("kinds", "enm", "ENM"),
    ],
)
def test_spellings_of_real_files_are_understood(column, spelling, exact):
    meant = vocabularies.vocabularies()[column].meant(spelling)
    assert meant is not None
    assert meant.exact == exact


def test_what_is_no_value_is_none():
    assert vocabularies.vocabularies()["services"].meant("Cours de tricot") is None
    assert vocabularies.vocabularies()["care"].meant("Langues étrangères (arabe)") is None


def test_every_value_meets_a_need_or_says_what_it_is():
    met = {code for need in vocabularies.needs().values() for code in need.services}
    assert met == {one.code for one in vocabularies.vocabularies()["services"].values}


def test_traits_are_what_people_look_for():
    traits = vocabularies.traits_of(
        place(
            services=["Aide aux démarches administratives", "Quelque chose d'autre"],
            care=["Langues étrangères (anglais)", "Handicaps moteurs"],
            languages=["fr", "ti"],
            fees=["Gratuit"],
            publics=["Seniors"],
        )
    )
    assert {"need:papers", "need:language", "language:ti", "language:en", "fee:free", "public:seniors"} <= set(traits)
    assert "access:wheelchair" in traits
    assert traits == sorted(set(traits))
    assert vocabularies.traits_of(place(languages=["fr"])) == ["language:fr"]
    assert vocabularies.traits_of(place(is_mobile=True)) == ["mobile:yes"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"values": {"Oui": {"code": "Y"}}, "column": "x"}, "no code"),
        ({"values": {"Oui": {"colour": "red"}}, "column": "x"}, "means nothing"),
        ({"values": {"Oui": {"code": "a"}, "oui ": {"code": "b"}}, "column": "x"}, "said twice"),
        ({"values": {"Oui": {"code": "a"}, "Non": {"code": "a"}}, "column": "x"}, "twice"),
        ({"values": {"Oui": {"code": "a", "becomes": {"publics": ["martiens"]}}}, "column": "x"}, "not in"),
        ({"values": {"Oui": {"code": "a", "becomes": {"langue": ["ti"]}}}, "column": "x"}, "not in"),
    ],
)
def test_a_wrong_vocabulary_is_refused_when_it_is_read(given, said):
    with pytest.raises(ValueError, match=said):
        vocabularies._vocabulary("essai", given)


def test_no_value_becomes_an_exile():
    text = (resource("referentials") / "places" / "lamednum.yaml").read_text("utf-8")
    assert not any("personnes-exilees" in line for line in text.splitlines() if not line.startswith("#"))
