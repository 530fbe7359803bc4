"""What somebody handed in is told apart before anything of it is believed."""

from __future__ import annotations

import base64
import json

import pytest

from pathways.badges.formats.baking import png, svg
from pathways.badges.verifying.plain_json import LARGEST, Unreadable
from pathways.badges.verifying.reading import Container, Kind, read
from tests.badges.verifying import making


def code(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(data)
    return caught.value.code


@pytest.mark.parametrize(
    ("form", "kind", "container"),
    [
        ("ob3-json", Kind.BADGE, Container.JSON),
        ("ob3-png", Kind.BADGE, Container.PNG),
        ("ob3-svg", Kind.BADGE, Container.SVG),
        ("ob3-jwt", Kind.BADGE, Container.JWT),
        ("ob3-jwt-png", Kind.BADGE, Container.PNG),
        ("ob3-jwt-svg", Kind.BADGE, Container.SVG),
        ("endorsement", Kind.ENDORSEMENT, Container.JSON),
        ("status-list", Kind.STATUS_LIST, Container.JSON),
        ("ob2-hosted", Kind.OB2, Container.JSON),
        ("ob2-signed", Kind.OB2, Container.JWT),
        ("ob2-png", Kind.OB2, Container.PNG),
        ("ob2-png-signed", Kind.OB2, Container.PNG),
        ("ob2-link", Kind.LINK, Container.LINK),
    ],
)
def test_each_form_is_known(form, kind, container):
    found = read(making.FORMS[form]())
    assert (found.kind, found.container) == (kind, container)
    assert bool(found.token) == ("jwt" in form or "signed" in form)
    assert bool(found.link) == (kind is Kind.LINK)


def test_what_stands_around_a_text_does_not_matter():
    document = making.FORMS["ob3-json"]()
    for data in (b"\n" * 300 + document, b"\xef\xbb\xbf" + document, b"\r\n \t" + document + b"\n\n"):
        assert read(data).document == json.loads(document)


def test_another_credential_is_known_for_what_it_is():
    document = making.badge() | {"type": ["VerifiableCredential", "SomethingElse"]}
    assert read(making.as_json(document)).kind is Kind.OTHER


TWICE_BAKED = b'<svg xmlns:o="http://openbadges.org"><o:assertion verify="x"/><o:assertion verify="y"/></svg>'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"PK\x03\x04...", "archive"),
        (b"\xff\xd8\xff\xe0JFIF", "photo"),
        (b"GIF89a", "photo"),
        (b"x" * (LARGEST + 1), "too-large"),
        (b"Bonjour", "unknown-format"),
        (b"\x00\x01\x02", "unknown-format"),
        (b"\xff\xfe\xfd", "unknown-format"),
        (b"{", "not-json"),
        (b"[{}]", "not-json"),
        (b"{}", "not-a-badge"),
        (b"<html><body>x</body></html>", "page"),
        (b"\n<!DOCTYPE html><title>x</title><svg/>", "page"),
        (b"<?xml version='1.0'?><badge/>", "unknown-format"),
        (b'{"uid": "1", "recipient": {}, "badge": "https://exemple.fr/b", "verify": {}}', "unknown-form"),
        (b'{"payload": "e30", "protected": "e30", "signature": "AA"}', "unknown-form"),
        (b"eyJhIjoxfQ.eyJ2YyI6e319.AA", "unknown-form"),
        (b"eyJhIjoxfQ.eyJhIjoxfQ.AA~WyJ~", "unknown-form"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "nothing-baked"),
        (b"\x89PNG\r\n\x1a\n", "bad-picture"),
        (b"<svg><g></svg>", "bad-picture"),
        (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd"><svg/>', "picture-dtd"),
        (TWICE_BAKED, "picture-several"),
        (b"https://", "link"),
        (b"https://exemple.fr/a b", "link"),
        (b"https://exemple.fr/\xc3\xa9", "link"),
        (b"https://exemple.fr/" + b"x" * 500, "link"),
        (b"https://[", "link"),
        (b"www.exemple.fr", "unknown-format"),
        (b"eyJ.bb.cc", "bad-token"),
        (b"a.b", "unknown-format"),
        (b"javascript:alert(1)", "unknown-format"),
    ],
)
def test_what_is_no_badge_is_refused_for_a_reason_that_can_be_said(data, expected):
    assert code(data) == expected


def test_a_picture_without_a_badge_says_so():
    assert code(making.plain_png()) == "nothing-baked"
    assert code(making.SVG) == "nothing-baked"


@pytest.mark.parametrize("content", ["{}", "{", "Bonjour", "https://["])
def test_what_is_baked_is_read_like_any_text(content):
    assert code(png.bake(making.plain_png(), content)) in {"not-a-badge", "not-json", "unknown-format", "link"}


def test_a_picture_in_a_picture_is_not_gone_into():
    inside = svg.bake(making.SVG, making.FORMS["ob3-json"]().decode())
    assert code(png.bake(making.plain_png(), inside.decode())) == "unknown-format"


def test_a_presentation_and_parts_of_open_badges_2_are_none():
    presentation = {"@context": [making.badge()["@context"][0]], "type": "VerifiablePresentation"}
    assert code(json.dumps(presentation).encode()) == "presentation"
    for url in (making.BADGE2, making.ISSUER2, making.KEY2):
        assert code(making.as_json(making.served()[url])) == "not-a-badge"


def test_a_token_of_something_else_is_no_badge():
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    assert code(f"{part({'alg': 'RS256'})}.{part({'sub': 'x'})}.aaaa".encode()) == "not-a-badge"
    assert code(f"{part({'alg': 'RS256'})}.{part([1])}.aaaa".encode()) == "bad-token"
