"""Pictures that people send: what is kept is small, clean and safe; what is not a picture is refused in words."""

from __future__ import annotations

import io
import struct
import xml.etree.ElementTree as ET
import zlib

import pytest
from PIL import Image

from pathways.errors import Invalid
from pathways.items import pictures

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 280 180"><rect width="280" height="180"/>%s</svg>'


def image_of(kind: str, *, size: tuple[int, int] = (300, 200), mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30) if mode == "RGB" else (200, 30, 30, 0)).save(out, kind, **how)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say they are that large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("JPEG", "RGB", "image/jpeg"),
        ("WEBP", "RGB", "image/png"),
        ("WEBP", "RGBA", "image/png"),
    ],
)
def test_a_picture_of_each_format_is_kept_as_png_or_jpeg(kind, mode, media_type):
    kept = pictures.cleaned(image_of(kind, mode=mode))
    assert (kept.media_type, kept.width, kept.height) == (media_type, 300, 200)
    with Image.open(io.BytesIO(kept.body)) as again:
        assert again.size == (300, 200)
        assert ("A" in again.mode) == (mode == "RGBA")


def test_a_wide_picture_is_made_as_wide_as_a_phone_can_show():
    kept = pictures.cleaned(image_of("JPEG", size=(4000, 3000)))
    assert (kept.width, kept.height) == (1120, 840)


def test_a_heavy_photograph_sent_as_png_is_kept_light():
    noise = Image.effect_noise((1000, 800), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    kept = pictures.cleaned(out.getvalue())
    assert kept.media_type == "image/jpeg"
    assert len(kept.body) < len(out.getvalue()) / 2


def test_a_photograph_is_turned_upright_and_forgets_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    exif[0x010E] = "chez une personne"
    kept = pictures.cleaned(image_of("JPEG", exif=exif, comment=b"un commentaire"))
    assert (kept.width, kept.height) == (200, 300)
    assert b"chez une personne" not in kept.body
    assert b"un commentaire" not in kept.body
    with Image.open(io.BytesIO(kept.body)) as again:
        assert not again.getexif()


def test_the_same_picture_twice_has_the_same_digest():
    assert pictures.cleaned(image_of("PNG")).sha256 == pictures.cleaned(image_of("PNG")).sha256


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 10_000), (8_000, 8_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_unpacked(size):
    with pytest.raises(Invalid, match=r"trop de points|abîmée"):
        pictures.cleaned(png_that_claims(*size))


def test_what_is_hidden_behind_a_picture_is_not_kept():
    for kind in ("PNG", "JPEG"):
        kept = pictures.cleaned(image_of(kind) + b"<script>alert(1)</script>PK\x03\x04")
        assert b"script" not in kept.body
        assert b"PK\x03\x04" not in kept.body


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (b"GIF89a" + b"\0" * 40, "PNG, JPEG, WebP ou SVG"),
        (b"%PDF-1.7 ...", "PNG, JPEG, WebP ou SVG"),
        (b"\0" * 5000, "PNG, JPEG, WebP ou SVG"),
        (image_of("BMP"), "PNG, JPEG, WebP ou SVG"),
        (image_of("PNG")[:60], "abîmée"),
        (image_of("JPEG")[:400], "abîmée"),
        (b"<html><script>alert(1)</script></html>", "SVG"),
        (b"x" * (8 * 1024 * 1024 + 1), "trop lourde"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(data, said):
    with pytest.raises(Invalid, match=said) as refused:
        pictures.cleaned(data)
    assert refused.value.errors[0]["field"] == "picture"


def test_a_drawing_is_kept_as_it_is_drawn():
    kept = pictures.cleaned(SVG % "<text xml:space='preserve'> é &lt; </text>".encode())
    assert (kept.media_type, kept.width, kept.height) == ("image/svg+xml", 280, 180)
    root = ET.fromstring(kept.body)  # noqa: S314 - what we wrote ourselves
    assert [element.tag.rpartition("}")[2] for element in root] == ["rect", "text"]
    assert root[1].text == " é < "
    assert pictures.cleaned(kept.body).body == kept.body, "written again it is the same picture"


def test_a_drawing_forgets_what_its_program_wrote_beside_it():
    sent = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:p="http://exemple.fr/program" p:file="chez une personne"
        xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 280 180"><!-- un commentaire --><rect id="a"/>
        <use xlink:href="#a"/></svg>"""
    kept = pictures.cleaned(sent).body
    for hidden in (b"chez une personne", b"un commentaire", b"program"):
        assert hidden not in kept
    assert b'href="#a"' in kept


@pytest.mark.parametrize("reference", ['<use href="#%s"/>', '<rect mask="url(#%s)"/>', "<rect fill=\"url('#%s')\"/>"])
def test_a_drawing_that_grows_as_it_is_drawn_is_refused(reference):
    levels = "".join(f'<g id="n{n + 1}">{(reference % f"n{n}") * 10}</g>' for n in range(9))
    with pytest.raises(Invalid, match="trop d'éléments"):
        pictures.cleaned(SVG % f'<g id="n0"><rect/></g>{levels}'.encode())
    with pytest.raises(Invalid, match="lui-même"):
        pictures.cleaned(SVG % f'<g id="a"><g id="b">{reference % "a"}</g></g>'.encode())


def test_a_drawing_deeper_than_a_browser_reads_is_refused():
    with pytest.raises(Invalid, match="imbriqués"):
        pictures.cleaned(SVG % (b"<g>" * 60_000 + b"</g>" * 60_000))


@pytest.mark.parametrize("encoding", [b"utf-7", b"nothing-known", b"iso-8859-1", b"utf-16"])
def test_a_drawing_that_says_another_encoding_is_refused_in_words(encoding):
    for mark in (b"", b"\xef\xbb\xbf"):
        with pytest.raises(Invalid, match="SVG n'est pas admis"):
            pictures.cleaned(mark + b'<?xml version="1.0" encoding="%s"?>' % encoding + SVG % b"")


@pytest.mark.parametrize("box", [b"1 100000", b"1e308 1e-300", b"100000 1", b"nan 3"])
def test_a_drawing_of_a_shape_that_no_screen_holds_is_refused(box):
    with pytest.raises(Invalid, match="SVG n'est pas admis"):
        pictures.cleaned(SVG.replace(b"280 180", box, 1) % b"")


def test_a_photograph_of_a_shape_that_no_screen_holds_is_refused():
    for size in ((1, 3000), (9000, 90)):
        with pytest.raises(Invalid, match="trop étroite"):
            pictures.cleaned(image_of("PNG", size=size))


@pytest.mark.slow
def test_a_heavy_picture_that_is_seen_through_is_laid_on_white_and_kept_light():
    noise = Image.effect_noise((1100, 1800), 60).convert("RGBA")
    noise.paste((0, 0, 0, 0), (0, 0, 200, 200))
    out = io.BytesIO()
    noise.save(out, "PNG")
    kept = pictures.cleaned(out.getvalue())
    assert kept.media_type == "image/jpeg"
    assert len(kept.body) < len(out.getvalue()) / 4
    with Image.open(io.BytesIO(kept.body)) as again:
        assert min(again.crop((20, 20, 21, 21)).tobytes()) > 250


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>alert(1)</script>",
        b'<rect onload="alert(1)"/>',
        b"<foreignObject/>",
        b'<image href="https://exemple.fr/a.png"/>',
        b'<use href="https://exemple.fr/a.svg#a"/>',
        b'<a href="javascript:alert(1)"/>',
        b'<rect style="background:url(//exemple.fr)"/>',
        b'<rect fill="url(https://exemple.fr)"/>',
        b'<rect fill="url( a.png)"/>',
        b"<rect mask=\"image-set('a.png' 1x)\"/>",
        b"<style>@import url(//exemple.fr)</style>",
        b'<animate attributeName="href" to="javascript:alert(1)"/>',
    ],
)
def test_a_drawing_that_does_more_than_draw_is_refused_in_words(inside):
    with pytest.raises(Invalid, match="SVG n'est pas admis"):
        pictures.cleaned(SVG % inside)


def test_a_drawing_with_entities_is_refused():
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">]>' + SVG % b"<text>&a;</text>"
    with pytest.raises(Invalid, match="DOCTYPE"):
        pictures.cleaned(bomb)
    with pytest.raises(Invalid, match="SVG"):
        pictures.cleaned(b'<?xml version="1.0"?><!DOCTYPE svg>' + SVG % b"")
