"""Pictures from elsewhere: what is drawn stays, what acts or reaches out goes."""

import re
import time

import pytest
from defusedxml import ElementTree

from pathways.badges.formats.baking import svg
from pathways.badges.formats.baking.cleaning import MOST_ELEMENTS, MOST_MASKS, cleaned
from pathways.badges.formats.errors import BadPicture
from tests.badges.formats import pictures, samples

NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def clean(inside: str, root: str = "") -> str:
    return cleaned(f"<svg {NS} {root}>{inside}</svg>".encode()).decode()


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<script href="https://x.example/a.js"/>',
        '<g onclick="alert(1)" ONLOAD="alert(1)" onfocus="x"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<a xlink:href="https://x.example"><path d="M0 0"/></a>',
        '<image href="https://x.example/a.png"/>',
        '<image xlink:href="data:image/svg+xml;base64,AAAA"/>',
        '<use href="https://x.example/a.svg#b"/>',
        '<use href="#a"/>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><script/></body></foreignObject>",
        "<style>@import url(https://x.example/a.css)</style>",
        '<g style="background:url(https://x.example/a)"/>',
        '<g style="fill:url(https://x.example/a)"/>',
        '<g fill="url( &quot;https://x.example/a#b&quot; )"/>',
        '<g fill="u\\rl(https://x.example)"/>',
        '<g fill="url(//x.example/a#b)"/>',
        '<g clip-path="path(url(https://x.example))"/>',
        '<linearGradient href="https://x.example/a#b"/>',
        '<linearGradient xlink:href="data:image/svg+xml,x"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<set attributeName="onload" to="alert(1)"/>',
        '<metadata><x xmlns="urn:x">https://x.example</x></metadata>',
        '<filter id="f"><feImage href="https://x.example/a"/></filter>',
        '<text style="font-family:expression(alert(1))">x</text>',
        '<iframe xmlns="http://www.w3.org/1999/xhtml" src="https://x.example"/>',
        '<svg:script xmlns:svg="http://www.w3.org/2000/svg">alert(1)</svg:script>',
        '<title><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script></title>',
        '<g xml:base="https://x.example/"/>',
        '<g cursor="url(https://x.example/a)"/>',
    ],
)
def test_what_acts_or_reaches_out_is_taken_out(inside):
    after = clean(f'{inside}<path d="M0 0h8"/>')
    assert not re.search(r"example|alert|script|onclick|onload|onfocus|data:|url\(|@|use|style", after, re.IGNORECASE)
    assert '<path d="M0 0h8"></path>' in after
    ElementTree.fromstring(after)


def test_instructions_and_comments_are_taken_out():
    picture = f'<?xml-stylesheet href="https://x.example"?><!-- x --><svg {NS}><?php x?><g/></svg>'
    assert cleaned(picture.encode()) == b'<svg xmlns="http://www.w3.org/2000/svg"><g></g></svg>'


def test_what_is_drawn_stays_and_styles_become_attributes():
    after = clean(
        "<title>Deux &lt;mains&gt; &amp; un fil</title><defs>"
        '<linearGradient id="a" x1="0"><stop offset="1" style="stop-color:#fff"/></linearGradient></defs>'
        '<g transform="translate(1 2)" style="FILL: url(#a); stroke-width : 2;x:y"><circle r="2"/>'
        '<text x="1" font-size="9">é<tspan dx="1">x</tspan></text></g>',
        'viewBox="0 0 8 8" width="8" version="1.1"',
    )
    assert after == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" width="8" version="1.1">'
        "<title>Deux &lt;mains&gt; &amp; un fil</title><defs>"
        '<linearGradient id="a" x1="0"><stop offset="1" stop-color="#fff"></stop></linearGradient></defs>'
        '<g transform="translate(1 2)" fill="url(#a)" stroke-width="2"><circle r="2"></circle>'
        '<text x="1" font-size="9">é<tspan dx="1">x</tspan></text></g></svg>'
    )


def test_what_is_clean_stays_as_it_is():
    once = cleaned(pictures.SVG)
    assert cleaned(once) == once


def test_a_badge_that_was_baked_in_is_taken_out():
    baked = svg.bake(pictures.SVG, samples.signed_bytes().decode())
    assert cleaned(baked) == cleaned(pictures.SVG)


def test_quotes_in_values_do_not_end_them():
    after = clean("""<g id='a"b' fill='"&gt;&lt;script&gt;' transform='x" onload="y'/>""")
    root = ElementTree.fromstring(after)
    assert all("onload" not in one.attrib for one in root.iter())
    assert "<script" not in after


def test_masks_are_not_used_inside_each_other_nor_many_times():
    nested = clean('<mask id="a"><g mask="url(#b)" clip-path="url(#c)"/></mask><g mask="url(#a)"/>')
    assert nested.count("mask=") == 1
    assert "clip-path" not in nested
    assert clean('<g mask="url(#a)"/>' * 100).count("mask=") == MOST_MASKS


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"<p/>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
        b"<svg>" + b"<g/>" * (MOST_ELEMENTS + 1) + b"</svg>",
        b"<svg>" + b"<x>" * 200 + b"</x>" * 200 + b"</svg>",
        b"<svg><g></svg>",
        "<svg>é</svg>".encode("utf-16"),
    ],
)
def test_what_is_no_picture_that_anybody_draws_is_refused(picture):
    with pytest.raises(BadPicture):
        cleaned(picture)


def test_cleaning_takes_no_longer_than_the_size_of_the_picture():
    begun = time.process_time()
    clean('<path d="' + "M0 0" * 500_000 + '"/>' + f'<g style="{"fill:red;" * 100_000}" fill="{"url(" * 100_000}"/>')
    assert time.process_time() - begun < 2
