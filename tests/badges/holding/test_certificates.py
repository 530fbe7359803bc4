"""The paper: the same badge gives the same bytes, French letters are there, long ones flow over, nobody is named."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pathways.badges.drawing import raster
from pathways.badges.drawing.designs import Design
from pathways.badges.holding import certificates
from pathways.badges.holding.certificates import certificate
from pathways.badges.holding.contents import Contents

PICTURE = raster.badge_png(Design("volunteer", "volunteer-welcome", levels=0), 128)
ADDRESS = "https://badges.example/credentials/7c9a3b8e-0c1d-4f6a-9b5a-1d2e3f4a5b6c"
SAID = Contents(
    language="fr",
    name="Aider à une permanence",
    description="Accueille, écoute – et n'agit jamais à la place : « cœur » du métier…",
    criteria="Tout ce qui suit a été vérifié :\n\n- Présence : 2 h\n    - en atelier",
    criteria_url=f"{ADDRESS}#criteria",
    network="Réseau du val",
    network_url="https://badges.example",
    site="badges.example",
    level="",
    measured=("Sur 2 savoir-faire demandés, 2 sont maîtrisés.",),
    alignments=(),
    evidence=(),
    awarded=datetime(2026, 11, 27, tzinfo=UTC),
    valid_from=datetime(2026, 11, 27, tzinfo=UTC),
    valid_until=datetime(2028, 11, 27, tzinfo=UTC),
)


def text_of(pdf: bytes) -> str:
    """What its pages write, in order: the strings of their content streams, in Windows-1252."""
    streams = re.findall(rb"ASCII85Decode /FlateDecode.*?stream\r?\n(.*?)~>", pdf, re.DOTALL)
    drawn = b"\n".join(zlib.decompress(a85decode(one.strip())) for one in streams)
    pieces = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", drawn)
    said = [re.sub(rb"\\(\d{3}|.)", _escaped, piece).decode("cp1252") for piece in pieces]
    return " ".join(" ".join(said).split())


def _escaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)]) if len(found[1]) == 3 else found[1]


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


@pytest.fixture(scope="module")
def sheet() -> bytes:
    return certificate(SAID, PICTURE, ADDRESS)


def test_the_same_badge_gives_the_same_bytes(sheet):
    assert certificate(SAID, PICTURE, ADDRESS) == sheet
    assert sheet.startswith(b"%PDF-")


def test_it_says_what_whom_by_until_and_how_surely(sheet):
    text = text_of(sheet)
    for part in (
        "Aider à une permanence",
        "Délivré par Réseau du val (badges.example)",
        "Obtenu le vendredi 27 novembre 2026",
        "Valable jusqu'au lundi 27 novembre 2028",
        "Sur 2 savoir-faire demandés, 2 sont maîtrisés.",
        "Présence : 2 h",
        ADDRESS,
    ):
        assert part in text, part


def test_typographic_letters_of_french_are_there(sheet):
    text = text_of(sheet)
    for sign in ("«", "»", "œ", "–", "…", "é"):
        assert sign in text, sign


def test_the_place_for_a_name_is_empty(sheet):
    assert "Nom (à écrire à la main si vous le souhaitez)" in text_of(sheet)


def test_english_by_the_badge():
    text = text_of(certificate(replace(SAID, language="en", valid_until=None), PICTURE, ADDRESS))
    assert "Issued by" in text
    assert "Without an end" in text
    assert "Name (to be written by hand, if you wish)" in text


def test_what_is_long_flows_over_to_a_next_page_with_the_square_on_it():
    long = replace(SAID, criteria="Tout :\n\n" + "\n".join(f"- Point {number} " + "x" * 60 for number in range(80)))
    made = certificate(long, PICTURE, ADDRESS)
    assert pages(made) > 1
    assert text_of(made).count(ADDRESS) == pages(made)
    assert "Point 79" in text_of(made)


def test_a_long_name_and_level_push_the_line_for_a_name_down():
    long = replace(SAID, name="Accompagner " * 5, level="Sait faire et le transmet, " * 10)
    heads = [certificates._Sheet(one, certificates._WORDS["fr"], PICTURE, ADDRESS, False).head for one in (SAID, long)]
    assert heads[0] < heads[1] < certificates.HEIGHT / 2
    assert pages(certificate(long, PICTURE, ADDRESS)) == 1


def test_letters_that_the_font_lacks_and_markup_do_no_harm():
    odd = replace(SAID, name="Écran <b>& Ā 中 ≥ 3\u202f%", network="<script>")
    text = text_of(certificate(odd, PICTURE, ADDRESS)).replace(" ", "")  # it is drawn in pieces
    assert "Écran<b>&A?>=3" in text
    assert "<script>" in text


def test_a_demonstration_says_that_it_is_worth_nothing():
    assert "aucune valeur" in text_of(certificate(SAID, PICTURE, ADDRESS, is_demonstration=True))
    assert "aucune valeur" not in text_of(certificate(SAID, PICTURE, ADDRESS))
