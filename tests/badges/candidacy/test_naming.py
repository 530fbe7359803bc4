"""What names somebody in a text: addresses, numbers, the names that are known; and no word that only looks like one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.badges.candidacy import naming
from pathways.errors import Invalid

NAMES = ["Prénom Exemple-Petit", "Mot Ben Fictif", "فلانة مثال"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Écrire à prenom.exemple@exemple.fr svp", "prenom.exemple@exemple.fr"),
        ("prenom(at)exemple.fr", "prenom(at)exemple.fr"),
        ("Prenom arobase exemple.fr", "Prenom arobase exemple.fr"),
        ("Appeler le 06 12 34 56 78 le soir", "06 12 34 56 78"),
        ("Appeler le 0612345678", "0612345678"),
        ("+33 (0)6-12-34-56-78", "+33 (0)6-12-34-56-78"),
        ("00216 71 234 567", "00216 71 234 567"),
        ("الهاتف ٠٦١٢٣٤٥٦٧٨", "0612345678"),
        ("Fiche de Prénom", "Prénom"),
        ("Fiche de PRENOM", "PRENOM"),
        ("fiche de prénom exemple-petit", "prénom exemple petit"),
        ("EXEMPLE PETIT PRÉNOM, fiche", "EXEMPLE PETIT PRÉNOM"),
        ("Avec Fictif à l'accueil", "Fictif"),
        ("بطاقة فلانة", "فلانة"),
    ],
)
def test_what_names_somebody_is_found_as_it_stands_there(text, found):
    assert found in naming.names_in(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "Un petit guide pour l'accueil",
        "Séances du 12/11/2026 au 14/11/2026",
        "Le 2026-11-27 14:00, salle 3",
        "Mon affiche : 3 gestes, 10 minutes, version 1.10.2",
        "Ben voyons, et la suite",
        "Deux mots @ la fin",
        "Prénoms et exemples sont d'autres mots",
        "",
    ],
)
def test_what_names_nobody_is_left_alone(text):
    assert naming.names_in(text, NAMES) == []


def test_the_field_is_told_with_what_was_found():
    with pytest.raises(Invalid) as refused:
        naming.must_name_nobody("title", "Fiche de Prénom Exemple", NAMES)
    assert refused.value.errors[0]["field"] == "title"
    assert "Prénom" in refused.value.errors[0]["message"]


@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_is_read(text, names):
    naming.names_in(text, names)


@given(st.from_regex(r"\A0[1-9]( ?[0-9]{2}){4}\Z"), st.sampled_from(["Appeler le {}.", "{}", "tél {} le soir", "({})"]))
def test_every_french_number_is_found(number, sentence):
    assert naming.names_in(sentence.format(number))


@pytest.mark.parametrize("piece", ["a", "a.", "01", "-", "0 1 ", "[at]", "+33 (0) ", "arobase"])
def test_a_long_text_takes_no_longer_than_its_length(piece):
    """Each letter of a long word as the first of an address took twenty seconds."""
    began = time.process_time()
    naming.names_in(piece * (12_000 // len(piece)), NAMES)
    assert time.process_time() - began < 1
