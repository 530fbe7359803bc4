"""What may be drawn, what its SVG is made of, and what it is called."""

import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from itertools import product
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from fontTools.pens.perimeterPen import PerimeterPen
from fontTools.svgLib.path import parse_path
from hypothesis import given
from hypothesis import strategies as st

import pathways
from pathways.badges.drawing.designs import LONGEST_TITLE, Design, Undrawable
from pathways.badges.drawing.frames import FRAMES
from pathways.badges.drawing.palette import TINTS
from pathways.badges.drawing.pictograms import PICTOGRAMS
from pathways.badges.drawing.raster import badge_png
from pathways.badges.drawing.vector import badge_svg
from pathways.items import drawings

SVG = "{http://www.w3.org/2000/svg}"
KEY = Design("mediator", "key")
WANTED = {
    *("welcome-diagnosis", "allophones", "illettrisme", "disability", "data-protection", "group-animation"),
    *("itinerant", "evaluation-data", "volunteer-welcome", "volunteer-side-by-side", "volunteer-protect", "learner"),
    *("sprout", "bridge", "key", "lantern"),
}
"""What the shipped achievements name, and the four that a network may take."""


def title(svg):
    first = fromstring(svg)[0]
    assert first.tag == f"{SVG}title"
    return first.text


def test_every_pictogram_that_the_shipped_achievements_name_is_there_with_two_captions():
    assert set(PICTOGRAMS) == WANTED
    captions = [picture.caption(language) for picture in PICTOGRAMS.values() for language in ("fr", "en")]
    assert len(set(captions)) == 2 * len(PICTOGRAMS)
    assert all(3 < len(caption) <= 80 for caption in captions)


@pytest.mark.parametrize("pictogram", PICTOGRAMS)
@pytest.mark.parametrize("shape", FRAMES)
def test_a_badge_is_a_drawing_that_the_house_accepts_from_strangers(shape, pictogram):
    """``drawings.sent`` refuses scripts, styles, handlers, references and what is not drawing."""
    for tint, levels, proposal in product(TINTS, range(4), (False, True)):
        body = badge_svg(Design(shape, pictogram, tint, levels, levels // 2, proposal, "É" * 300)).encode()
        drawing = drawings.sent(body)
        assert (drawing.width, drawing.height) == (128, 128)
        assert len(body) < 12_000


def test_a_page_may_hold_many_badges_under_a_strict_policy_and_no_letter_is_painted():
    for pictogram in PICTOGRAMS:
        root = fromstring(badge_svg(Design("learner", pictogram, levels=3, reached=1)))
        assert root.get("role") == "img"
        for element in root.iter():
            assert not {"id", "style", "class", "href", "font-family"} & set(element.attrib)
            assert element.tag.removeprefix(SVG) in {"svg", "title", "g", "path", "rect", "circle", "ellipse"}


@given(st.text(max_size=300))
def test_any_title_gives_valid_xml_that_says_it(text):
    svg = badge_svg(replace(KEY, title=text))
    said = title(svg.encode("utf-8"))
    assert said
    assert len(said) <= LONGEST_TITLE
    assert len(list(fromstring(svg))) == 2
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if plain == text and text and len(text) <= LONGEST_TITLE:
        assert said == text


def test_markup_in_a_title_stays_text():
    hostile = "</title><script>alert(1)</script>&nbsp;\"'"
    assert title(badge_svg(replace(KEY, title=hostile))) == hostile
    assert "<script" not in badge_svg(replace(KEY, title=hostile))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Une clé"),
        ({"language": "en"}, "A key"),
        ({"title": "Accueil"}, "Accueil"),
        ({"title": " \x00\n "}, "Une clé"),
        ({"title": "Accueil", "levels": 3, "reached": 2}, "Accueil, niveau 2 sur 3"),
        ({"title": "Welcome", "language": "en", "levels": 2, "reached": 0}, "Welcome, level 0 of 2"),
        ({"title": "Accueil", "proposal": True}, "Accueil (proposition)"),
        (
            {"title": "Welcome", "language": "en", "levels": 1, "reached": 1, "proposal": True},
            "Welcome, level 1 of 1 (proposal)",
        ),
    ],
)
def test_the_name_says_all_that_the_picture_shows(more, said):
    assert title(badge_svg(replace(KEY, **more))) == said


def test_the_language_of_the_name_is_declared():
    assert [fromstring(badge_svg(replace(KEY, language=one))).get("lang") for one in ("fr", "en")] == ["fr", "en"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": "star"},
        {"pictogram": "trophy"},
        {"tint": "#0b5d63"},
        {"language": "de"},
        {"levels": 4},
        {"levels": -1},
        {"levels": 2, "reached": 3},
        {"levels": 2, "reached": -1},
        {"reached": 1},
    ],
    ids=str,
)
def test_what_cannot_be_drawn_is_refused_and_named(wrong):
    with pytest.raises(Undrawable, match=list(wrong)[-1]):
        replace(KEY, **wrong)


def test_a_design_does_not_change():
    for field in fields(Design):
        with pytest.raises(FrozenInstanceError):
            setattr(KEY, field.name, None)


def test_the_same_design_gives_the_same_bytes_in_another_process():
    """Their hash stands in signed credentials."""
    program = (
        "import sys; from pathways.badges.drawing.designs import Design;"
        "from pathways.badges.drawing.raster import badge_png; from pathways.badges.drawing.vector import badge_svg;"
        "look = Design('learner', 'learner', 'plum', 3, 2, title='Là');"
        "sys.stdout.buffer.write(badge_svg(look).encode() + badge_png(look, 96))"
    )
    look = Design("learner", "learner", "plum", 3, 2, title="Là")
    here = badge_svg(look).encode() + badge_png(look, 96)
    for seed in ("1", "2"):
        there = subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(*pathways.__path__).parent)},
        ).stdout
        assert there == here


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_the_stitches_of_a_proposal_close_since_the_outline_is_as_long_as_said(frame):
    pen = PerimeterPen(tolerance=0.001)
    parse_path(frame.path, pen)
    assert pen.value == pytest.approx(frame.around, abs=0.02)


def test_only_one_module_knows_the_library_that_draws_pixels():
    knowing = [path.name for path in Path(*pathways.__path__).rglob("*.py") if "resvg_py" in path.read_text("utf-8")]
    assert knowing == ["raster.py"]
