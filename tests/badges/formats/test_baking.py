"""Badges in pictures: what is put in comes out, and nothing else does."""

import json
import time
import tracemalloc
import zlib
from io import BytesIO

import openbadges_bakery
import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pathways.badges.formats import baking
from pathways.badges.formats.baking import Found, Version, bakery, png, svg
from pathways.badges.formats.errors import BadPicture
from tests.badges.formats import pictures, samples

BADGE = samples.signed_bytes().decode()
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJpZCI6InVybjp4OnkifQ.AAAA"
ASSERTION = (
    '{"@context":"https://w3id.org/openbadges/v2","type":"Assertion","id":"https://b.example/1","narrative":"é"}'
)
BAKERS = {"png": (pictures.png(), png.bake), "svg": (pictures.SVG, svg.bake)}

objects = st.dictionaries(
    st.text(max_size=8),
    st.one_of(st.text(max_size=20), st.integers(), st.lists(st.text(max_size=5), max_size=3)),
    max_size=4,
)


def text_in(picture: bytes, version: Version = Version.OPEN_BADGES_3) -> str:
    found = baking.unbake(picture)
    assert found is not None
    assert found.version is version
    return found.text


def refused(picture: bytes) -> str:
    with pytest.raises(BadPicture) as why:
        baking.unbake(picture)
    return why.value.code


@pytest.mark.parametrize("kind", BAKERS)
@pytest.mark.parametrize("text", [BADGE, TOKEN], ids=["json", "token"])
def test_what_is_baked_is_what_is_found(kind, text):
    picture, bake = BAKERS[kind]
    assert baking.unbake(picture) is None
    assert baking.unbake(bake(picture, text)) == Found(Version.OPEN_BADGES_3, text, kind)


@settings(max_examples=60, deadline=None)
@given(objects, st.sampled_from(sorted(BAKERS)), st.booleans())
def test_any_json_is_found_as_it_was_given(document, kind, ascii_):
    picture, bake = BAKERS[kind]
    text = json.dumps(document, ensure_ascii=ascii_)
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    baked = bake(picture, text)
    assert json.loads(text_in(baked)) == document
    if kind == "png":
        assert text_in(baked) == text


@settings(max_examples=30, deadline=None)
@given(st.lists(objects.map(json.dumps), min_size=1, max_size=4), st.sampled_from(sorted(BAKERS)))
def test_baked_again_and_again_only_the_last_is_in_it(texts, kind):
    picture, bake = BAKERS[kind]
    many = picture
    for text in texts:
        many = bake(many, text)
    assert many == bake(picture, texts[-1])


@pytest.mark.parametrize("text", ["]]>", "a]]]>b", "]]>]]>", "\x7f\ufffe\uffff", "\u2028", "<svg>&amp;</svg>"])
def test_what_xml_cannot_hold_is_said_otherwise_and_means_the_same(text):
    baked = svg.bake(pictures.SVG, json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(text_in(baked)) == {"a": text}


@pytest.mark.parametrize("kind", BAKERS)
def test_the_picture_stays_the_picture(kind):
    picture, bake = BAKERS[kind]
    baked = bake(picture, BADGE)
    if kind == "png":
        with Image.open(BytesIO(baked)) as after, Image.open(BytesIO(picture)) as before:
            after.load()
            assert after.tobytes() == before.tobytes()
            assert after.info == {"openbadgecredential": BADGE}
    else:
        root, before = ElementTree.fromstring(baked), ElementTree.fromstring(picture)
        assert root.attrib == before.attrib
        assert root[0].tag == "{https://purl.imsglobal.org/ob/v3p0}credential"
        assert root[0].text == BADGE
        assert [ElementTree.tostring(one) for one in root[1:]] == [ElementTree.tostring(one) for one in before]
        assert baked.index(b"<openbadges:credential>") == baked.index(b"""data-note='>"'""") + len(
            b"""data-note='>"' xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">"""
        )


def test_a_token_stands_in_the_attribute_and_json_in_the_text():
    assert f'verify="{TOKEN}"'.encode() in svg.bake(pictures.SVG, TOKEN)
    assert b"verify" not in svg.bake(pictures.SVG, BADGE)
    assert b"<![CDATA[{" in svg.bake(pictures.SVG, BADGE)


@pytest.mark.parametrize("kind", BAKERS)
def test_both_versions_live_in_one_picture(kind):
    picture, bake = BAKERS[kind]
    for both in (bakery.bake(bake(picture, BADGE), ASSERTION), bake(bakery.bake(picture, ASSERTION), BADGE)):
        assert text_in(both) == BADGE
        reader, name = (png, png.OPEN_BADGES_2) if kind == "png" else (svg, svg.OPEN_BADGES_2)
        older = reader.unbake(both, name)
        assert (older if isinstance(older, str) else older.content) == ASSERTION
        again = bake(bakery.bake(both, ASSERTION), BADGE)
        assert again == bake(bakery.bake(again, ASSERTION), BADGE)


# --- Open Badges 2.0 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BAKERS)
@pytest.mark.parametrize("text", [ASSERTION, TOKEN, "https://b.example/1"], ids=["json", "token", "address"])
def test_the_older_version_is_baked_and_found(kind, text):
    baked = bakery.bake(BAKERS[kind][0], text)
    assert text_in(baked, Version.OPEN_BADGES_2) == text
    assert text_in(bakery.bake(baked, text), Version.OPEN_BADGES_2) == text, "baked again, one is left"


def test_the_package_reads_what_its_adapter_baked():
    assert openbadges_bakery.unbake(BytesIO(bakery.bake(pictures.png(), ASSERTION))) == ASSERTION
    assert openbadges_bakery.unbake(BytesIO(bakery.bake(pictures.SVG, ASSERTION))) == "https://b.example/1"
    assert openbadges_bakery.unbake(BytesIO(bakery.bake(pictures.png(), BADGE))) == BADGE


def test_what_ends_a_cdata_section_is_baked_in_the_older_version_too():
    text = json.dumps({"id": "https://b.example/1", "narrative": "]]> \x7f"})
    assert json.loads(text_in(bakery.bake(pictures.SVG, text), Version.OPEN_BADGES_2)) == json.loads(text)


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"GIF89a",
        pictures.png()[:-20],
        b"<p/>",
        b"<svg",
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_the_older_version_is_not_baked_in_what_it_does_not_know(picture):
    with pytest.raises(BadPicture):
        bakery.bake(picture, ASSERTION)


@pytest.mark.parametrize("bake", [svg.bake, bakery.bake], ids=["3.0", "2.0"])
@pytest.mark.parametrize("text", ["", "two words", "{", '{"a": \x00}', "é", '"x"\n'])
def test_what_is_neither_json_nor_a_token_is_not_baked_in_xml(bake, text):
    with pytest.raises(BadPicture) as why:
        bake(pictures.SVG, text)
    assert why.value.code == "baked-form"


# --- PNG of others, and of nobody's friends -------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [
        pictures.itxt(BADGE.encode()),
        pictures.itxt(BADGE.encode(), packed=True),
        pictures.chunk(b"zTXt", b"openbadgecredential\0\0" + zlib.compress(BADGE.encode())),
        pictures.chunk(b"tEXt", b"openbadgecredential\0" + BADGE.encode()),
    ],
    ids=["iTXt", "iTXt packed", "zTXt", "tEXt"],
)
def test_a_text_that_another_baker_wrote_is_found_and_replaced(made):
    picture = pictures.with_chunk(made)
    assert text_in(picture) == BADGE
    assert png.bake(picture, TOKEN) == png.bake(pictures.png(), TOKEN)


def test_a_keyword_that_only_begins_alike_is_another_one():
    picture = pictures.with_chunk(pictures.itxt(b"x", keyword=b"openbadgecredentials"))
    assert baking.unbake(picture) is None
    assert png.unbake(pictures.with_chunk(pictures.itxt(b"x")), png.OPEN_BADGES_2) is None


HEAD = len(png.SIGNATURE)
IMAGE = pictures.png()


@pytest.mark.parametrize(
    "picture",
    [
        png.SIGNATURE,
        IMAGE[:-12],
        IMAGE[:-1],
        IMAGE[:HEAD] + IMAGE[HEAD + 25 :],
        pictures.with_chunk(pictures.chunk(b"iTXt", b"x", crc=0)),
        pictures.with_chunk(pictures.chunk(b"iTXt", b"x", length=2**31)),
        pictures.with_chunk(pictures.chunk(b"iTXt", b"x", length=0)),
        pictures.with_chunk(pictures.chunk(b"12\0 ", b"x")),
        pictures.with_chunk(IMAGE[HEAD : HEAD + 25]),
        IMAGE[:HEAD] + pictures.chunk(b"IHDR", b"x") + IMAGE[HEAD + 25 :],
        pictures.with_chunk(pictures.itxt(b"x", flag=b"\2")),
        pictures.with_chunk(pictures.itxt(b"x", flag=b"\1")),
        pictures.with_chunk(pictures.itxt(b"\xff\xfe")),
        pictures.with_chunk(pictures.chunk(b"iTXt", b"openbadgecredential\0\0")),
        pictures.with_chunk(pictures.chunk(b"zTXt", b"openbadgecredential\0\1" + zlib.compress(b"x"))),
        pictures.with_chunk(pictures.chunk(b"zTXt", b"openbadgecredential\0\0" + zlib.compress(b"x" * 50)[:-6])),
    ],
)
def test_a_damaged_png_is_refused(picture):
    assert refused(picture) == "picture"


def test_two_badges_in_one_picture_are_one_too_many():
    made = pictures.itxt(BADGE.encode())
    assert refused(pictures.with_chunk(made + made)) == "picture-several"
    element = b'<o:credential xmlns:o="https://purl.imsglobal.org/ob/v3p0" verify="a.b.c"/>'
    assert refused(b"<svg>" + element * 2 + b"</svg>") == "picture-several"


def test_a_bomb_is_unpacked_no_further_than_a_text_may_be_long():
    bomb = pictures.with_chunk(pictures.itxt(b"A" * 80_000_000, packed=True))
    tracemalloc.start()
    begun = time.process_time()
    try:
        assert refused(bomb) == "too-much"
        assert time.process_time() - begun < 0.5
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
    assert (
        refused(pictures.with_chunk(pictures.chunk(b"tEXt", b"openbadgecredential\0" + b"A" * 1_000_001))) == "too-much"
    )


def test_a_hundred_thousand_chunks_are_read_in_no_time():
    many = pictures.with_chunk(pictures.chunk(b"tEXt", b"a\0b") * 100_000)
    begun = time.process_time()
    assert baking.unbake(many) is None
    assert time.process_time() - begun < 2


def test_what_stands_behind_the_end_of_the_picture_is_not_read():
    assert baking.unbake(IMAGE + pictures.itxt(BADGE.encode())) is None
    assert png.bake(IMAGE + b"more", TOKEN) == png.bake(IMAGE, TOKEN)


# --- SVG of others, and of nobody's friends -------------------------------------------------------------------

OB3 = b'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'
NAMED = b'xmlns:ob="https://purl.imsglobal.org/ob/v3p0"'


@pytest.mark.parametrize(
    ("picture", "text"),
    [
        (b"<svg " + OB3 + b"><openbadges:credential><![CDATA[{}]]></openbadges:credential></svg>", "{}"),
        (b"<svg><g><ob:credential " + NAMED + b'>\n <![CDATA[{"a":]]>1}\n</ob:credential></g></svg>', '{"a":1}'),
        (b"<svg " + OB3 + b"><openbadges:credential verify=' a.b.c '/></svg>", "a.b.c"),
        (
            b'<svg xmlns:openbadges="http://openbadges.org"><openbadges:assertion verify="https://b.example/1"/></svg>',
            "https://b.example/1",
        ),
        (
            b"\xef\xbb\xbf<svg:svg xmlns:svg='http://www.w3.org/2000/svg' "
            + OB3
            + b"><openbadges:credential>{}</openbadges:credential></svg:svg>",
            "{}",
        ),
    ],
)
def test_an_element_that_another_baker_wrote_is_found(picture, text):
    found = baking.unbake(picture)
    assert found is not None
    assert found.text == text


def test_an_element_of_another_namespace_is_none_whatever_its_prefix():
    assert baking.unbake(b'<svg xmlns:openbadges="urn:x"><openbadges:credential verify="a.b.c"/></svg>') is None


@pytest.mark.parametrize(
    "picture",
    [
        b"<svg/>",
        b"<svg />",
        b'<svg a="/>"/>',
        b"<svg></svg>",
        b"<s:svg xmlns:s='http://www.w3.org/2000/svg'/>",
        b"<svg " + OB3 + b"/>",
        b'<svg xmlns:openbadges="http://openbadges.org"/>',
    ],
)
def test_roots_of_all_kinds_are_baked_in(picture):
    assert text_in(svg.bake(picture, BADGE)) == BADGE
    assert text_in(svg.bake(svg.bake(picture, BADGE), TOKEN)) == TOKEN


BOMB = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', "picture-dtd"),
        (b'<!DOCTYPE svg [<!ENTITY a0 "x">' + BOMB + b"]><svg>&a11;</svg>", "picture-dtd"),
        (b'<!DOCTYPE svg SYSTEM "http://127.0.0.1/x.dtd"><svg/>', "picture-dtd"),
        (b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/x.dtd'><svg/>", "picture-dtd"),
        (b"<svg>&nbsp;</svg>", "picture"),
        (b"<svg><g></svg>", "picture"),
        (b"<svg><o:credential/></svg>", "picture"),
        (b"<html/>", "picture"),
        (b"<svg/><svg/>", "picture"),
        ('<?xml version="1.0" encoding="UTF-16"?><svg/>'.encode("utf-16"), "picture"),
        (b'<?xml version="1.0" encoding="latin-1"?><svg>\xe9</svg>', "picture"),
        (b"<svg>\xff</svg>", "picture"),
        (b"plain text", "picture"),
        (b"", "picture"),
        (b"<svg>" + b"<g>" * 200 + b"</g>" * 200 + b"</svg>", "too-much"),
        (b"<svg>" + b"<g/>" * 60_000 + b"</svg>", "too-much"),
        (b"<svg>" + b" " * svg.LARGEST + b"</svg>", "too-much"),
    ],
)
def test_an_svg_that_is_none_or_means_no_good_is_refused(picture, code):
    assert refused(picture) == code
    with pytest.raises(BadPicture):
        svg.bake(picture, BADGE)


@pytest.mark.parametrize(
    "picture",
    [
        b"<svg " + b'a="' * 300_000,
        b"<svg " + b" ".join(b'a%d="1"' % n for n in range(60_000)) + b"/>",
        b"<svg>" + b"<" * 500_000,
        b"<svg " + b"'" * 900_001 + b">",
        b"<svg><a b='" + b">" * 900_000 + b"'/></svg>",
        b"<svg>" + b"<![CDATA[" * 100_000,
        b"<svg " + NAMED + b">" + b'<ob:credential verify="a.b.c"/>' * 20_000 + b"</svg>",
    ],
)
def test_no_svg_takes_longer_than_its_size(picture):
    begun = time.process_time()
    for work in (baking.unbake, lambda one: svg.bake(one, TOKEN)):
        try:
            work(picture)
        except BadPicture:
            continue
    assert time.process_time() - begun < 2
