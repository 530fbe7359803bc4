"""What names somebody in a text: addresses, numbers, the names that are known; and no word that only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.badges.candidacy import naming
from pathways.errors import Invalid

NAMES = ["Zoé Delorme-Petit", "Ali Ben Salah", "سارة محمود"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Écrire à zoe.delorme@exemple.fr svp", "zoe.delorme@exemple.fr"),
        ("zoe(at)exemple.fr", "zoe(at)exemple.fr"),
        ("Zoe arobase exemple.fr", "Zoe arobase exemple.fr"),
        ("Appeler le 06 12 34 56 78 le soir", "06 12 34 56 78"),
        ("Appeler le 0612345678", "0612345678"),
        ("+33 (0)6-12-34-56-78", "+33 (0)6-12-34-56-78"),
        ("00216 71 234 567", "00216 71 234 567"),
        ("الهاتف ٠٦١٢٣٤٥٦٧٨", "0612345678"),
        ("Fiche de Zoé", "Zoé"),
        ("Fiche de ZOE", "ZOE"),
        ("fiche de zoé delorme-petit", "zoé delorme petit"),
        ("DELORME PETIT ZOÉ, fiche", "DELORME PETIT ZOÉ"),
        ("Avec Salah à l'accueil", "Salah"),
        ("بطاقة سارة", "سارة"),
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
        "Zoéline et Delormes sont d'autres mots",
        "",
    ],
)
def test_what_names_nobody_is_left_alone(text):
    assert naming.names_in(text, NAMES) == []


def test_the_field_is_told_with_what_was_found():
    with pytest.raises(Invalid) as refused:
        naming.must_name_nobody("title", "Fiche de Zoé Delorme", NAMES)
    assert refused.value.errors[0]["field"] == "title"
    assert "Zoé" in refused.value.errors[0]["message"]


@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_is_read(text, names):
    naming.names_in(text, names)


@given(st.from_regex(r"\A0[1-9]( ?[0-9]{2}){4}\Z"), st.sampled_from(["Appeler le {}.", "{}", "tél {} le soir", "({})"]))
def test_every_french_number_is_found(number, sentence):
    assert naming.names_in(sentence.format(number))
