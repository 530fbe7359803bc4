"""A badge inside an SVG: one element, right after the root's start tag; and pictures from elsewhere made harmless.

Source: 1EdTech Open Badges 3.0 and 2.0 (*Baking*). The picture itself is not written anew: it stays byte by byte.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType
from xml.sax.saxutils import quoteattr

from pathways.badges.formats.errors import BadPicture

SVG = "http://www.w3.org/2000/svg"
OPEN_BADGES_3 = "https://purl.imsglobal.org/ob/v3p0"
OPEN_BADGES_2 = "http://openbadges.org"
LARGEST = 4_000_000
"""Bytes of a picture that is read."""
MOST_ELEMENTS = 50_000
DEEPEST = 100
_NAMES = {OPEN_BADGES_3: "credential", OPEN_BADGES_2: "assertion"}
_TAG = re.compile(rb"""<[^\s/>"'<]+(?:[^"'<>]|"[^"]*"|'[^']*')*>""")
_PREFIX = re.compile(rb"""\sxmlns:openbadges\s*=\s*["']([^"']*)["']""")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\\]\\]>")
"""What cannot stand in the CDATA of an XML 1.0 document."""
_WORD = re.compile(r"[\x21-\x7e]+\Z")


class Baked(NamedTuple):
    """What an SVG says that it carries."""

    verify: str
    """The attribute: a token, or an address (Open Badges 2.0)."""
    content: str
    """The text of the element."""


def bake(picture: bytes, text: str) -> bytes:
    """The picture with a credential of Open Badges 3.0 in it (JSON, or a compact JWS); one that was there is taken out.

    ``BadPicture`` unless ``picture`` is a well-formed SVG in UTF-8 without a DTD. What XML cannot hold of a JSON text
    is written as an escape of JSON, which says the same.
    """
    found = _walked(picture, OPEN_BADGES_3)
    data = _without(found)
    tag = _start_tag(data, found.root)
    name = tag[1:].split(maxsplit=1)[0].rstrip(b"/>")
    bound = _PREFIX.search(tag)
    here = b"" if bound else f' xmlns:openbadges="{OPEN_BADGES_3}"'.encode()
    own = f' xmlns:openbadges="{OPEN_BADGES_3}"' if bound and bound[1] != OPEN_BADGES_3.encode() else ""
    begun = tag[: -2 if tag.endswith(b"/>") else -1].rstrip() + here + b">"
    closed = b"</" + name + b">" if tag.endswith(b"/>") else b""
    after = data[found.root + len(tag) :]
    return data[: found.root] + begun + _element(text, own).encode() + closed + after


def unbake(picture: bytes, namespace: str = OPEN_BADGES_3) -> Baked | None:
    """What the SVG carries, or ``None``. ``BadPicture`` as :func:`bake`, and when there are several."""
    found = _walked(picture, namespace)
    if len(found.baked) > 1:
        raise BadPicture("there are several badges in the picture", code="picture-several")
    return found.baked[0] if found.baked else None


def stripped(picture: bytes, namespace: str) -> bytes:
    """The picture without what is baked in it under ``namespace``. ``BadPicture`` as :func:`bake`."""
    return _without(_walked(picture, namespace))


def _without(walk: _Walk) -> bytes:
    """The picture in one pass, however many were in it."""
    kept, at = [], 0
    for begin, end in walk.places:
        kept.append(walk.data[at:begin])
        at = end
    return b"".join((*kept, walk.data[at:]))


def writable(text: str) -> str:
    """A text that a CDATA section can hold: of JSON, what it cannot is escaped; anything else has to be a compact JWS
    or an address, which have nothing of the kind. ``BadPicture`` when it is none of them.
    """
    if not text.lstrip().startswith("{"):
        if not _WORD.match(text):
            raise BadPicture("what shall be baked is neither JSON, nor a JWS, nor an address", code="baked-form")
        return text
    try:
        json.loads(text)  # only in JSON is an escape the same as what it stands for
    except ValueError as wrong:
        raise BadPicture(f"what shall be baked is no JSON: {wrong}", code="baked-form") from wrong
    return _UNWRITABLE.sub(_escaped, text)


def _element(text: str, own: str) -> str:
    written = writable(text)
    if written.lstrip().startswith("{"):
        return f"<openbadges:credential{own}><![CDATA[{written}]]></openbadges:credential>"
    return f"<openbadges:credential{own} verify={quoteattr(written)}></openbadges:credential>"


def _escaped(found: re.Match[str]) -> str:
    return "]]\\u003e" if found[0] == "]]>" else f"\\u{ord(found[0]):04x}"


# --- reading --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Walk:
    """What one pass over a picture finds."""

    data: bytes
    namespace: str
    root: int = -1
    """Where the root's start tag begins."""
    places: list[tuple[int, int]] = field(default_factory=list)
    """From where to where the elements go in which something is baked."""
    baked: list[Baked] = field(default_factory=list)
    depth: int = 0
    elements: int = 0
    inside: int | None = None
    """The depth of the element that is being read."""
    begin: int = 0
    verify: str = ""
    parts: list[str] = field(default_factory=list)


def utf8(picture: bytes) -> bytes:
    """The picture as UTF-8 without a byte order mark; ``BadPicture`` for another encoding, or one that it claims."""
    if len(picture) > LARGEST:
        raise BadPicture("the SVG is too large", code="too-much")
    data = picture.removeprefix(b"\xef\xbb\xbf")
    claimed = re.match(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""", data[:200])
    if claimed and claimed[1].lower() not in {b"utf-8", b"us-ascii"}:
        raise BadPicture("the SVG is not in UTF-8")
    try:
        data.decode()
    except UnicodeDecodeError as wrong:
        raise BadPicture("the SVG is not in UTF-8") from wrong
    return data


def _walked(picture: bytes, namespace: str) -> _Walk:
    walk = _Walk(utf8(picture), namespace)
    parser = ParserCreate("UTF-8", namespace_separator=" ")
    parser.buffer_text = True
    wanted = f"{namespace} {_NAMES[namespace]}"

    def start(name: str, attributes: dict[str, str]) -> None:
        walk.depth += 1
        walk.elements += 1
        if walk.root < 0:
            walk.root = parser.CurrentByteIndex
        check_root(walk.depth, name)
        check_size(walk.depth, walk.elements)
        if name == wanted and walk.inside is None:
            walk.inside, walk.begin, walk.parts = walk.depth, parser.CurrentByteIndex, []
            walk.verify = attributes.get("verify", "")

    def end(_name: str) -> None:
        if walk.inside == walk.depth:
            walk.places.append((walk.begin, _end(walk.data, walk.begin, parser.CurrentByteIndex)))
            walk.baked.append(Baked(walk.verify, "".join(walk.parts)))
            walk.inside = None
        walk.depth -= 1

    def text(data: str) -> None:
        if walk.inside is not None:
            walk.parts.append(data)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    run(parser, walk.data)
    return walk


def _end(data: bytes, begin: int, at: int) -> int:
    """Where an element ends: behind its end tag, which begins ``at``, or behind its only tag."""
    tag = _start_tag(data, begin)
    return begin + len(tag) if tag.endswith(b"/>") else data.index(b">", at) + 1


def _start_tag(data: bytes, begin: int) -> bytes:
    found = _TAG.match(data, begin)
    assert found is not None, "expat found a tag here"
    return found[0]


def run(parser: XMLParserType, data: bytes) -> None:
    """Run an expat parser whose handlers are set; a DTD ends it before any entity is there to expand."""

    def refuse(*_of_doctype: object) -> None:
        raise BadPicture("the SVG has a DTD", code="picture-dtd")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except ExpatError as wrong:
        raise BadPicture(f"the SVG is not well-formed XML: {wrong}") from wrong


def check_root(depth: int, name: str) -> None:
    """``BadPicture`` when the outermost element is no SVG. Without a namespace, as bakers took it, it still is one."""
    if depth == 1 and name not in {f"{SVG} svg", "svg"}:
        raise BadPicture("not an SVG")


def check_size(depth: int, elements: int, most: int = MOST_ELEMENTS) -> None:
    """``BadPicture`` for more than anybody draws."""
    if depth > DEEPEST or elements > most:
        raise BadPicture("the SVG has too many elements, or too deep ones", code="too-much")
