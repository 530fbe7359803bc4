"""An SVG from elsewhere with nothing left in it but what is drawn: no script, no handler, no reference to the outside.

What is not known to be harmless is left out, so a new trick is left out, too. Elements that draw others again (``use``,
``pattern``, ``marker``, ``filter``) are left out because a few of them, one in the other, draw for hours.
"""

from __future__ import annotations

import re
from xml.parsers.expat import ParserCreate
from xml.sax.saxutils import escape, quoteattr

from pathways.badges.formats.baking.svg import SVG, check_root, check_size, run, utf8

ELEMENTS = frozenset(
    re.findall(
        r"[\w-]+",
        "svg g defs path rect circle ellipse line polyline polygon text tspan title desc linearGradient "
        "radialGradient stop clipPath mask",
    )
)
_ONCE = frozenset({"mask", "clipPath"})
"""What may not be used inside itself: each level would multiply the drawing."""
PRESENTATION = frozenset(
    re.findall(
        r"[\w-]+",
        "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin "
        "stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility clip-path "
        "clip-rule mask stop-color stop-opacity font-family font-size font-weight font-style text-anchor "
        "dominant-baseline letter-spacing paint-order vector-effect",
    )
)
ATTRIBUTES = PRESENTATION | frozenset(
    re.findall(
        r"[\w-]+",
        "id viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points dx dy rotate transform "
        "gradientUnits gradientTransform spreadMethod offset clipPathUnits maskUnits maskContentUnits "
        "preserveAspectRatio role version pathLength textLength lengthAdjust href",
    )
)
_ALIASES = {"http://www.w3.org/1999/xlink href": "href"}
_WITH_TEXT = frozenset({"text", "tspan", "title", "desc"})
_LOCAL = re.compile(r"#[\w.-]+\Z", re.ASCII)
_URL = re.compile(r"url\(\s*['\"]?#[\w.-]+['\"]?\s*\)", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r"[\w.-]{1,80}\Z", re.ASCII)
_SUSPECT = re.compile(r"url|src\(|image\(|image-set|expression|javascript:|data:|[\\<@]|/\*", re.IGNORECASE)
MOST_ELEMENTS = 5_000
MOST_MASKS = 30
"""Uses of ``mask`` and ``clip-path``: each draws what it refers to once more."""


def cleaned(picture: bytes) -> bytes:
    """The picture without all that is not drawn. ``BadPicture`` unless it is a well-formed SVG in UTF-8 without a DTD,
    and not larger than anybody draws.
    """
    parser = ParserCreate("UTF-8", namespace_separator=" ")
    parser.buffer_text = True
    writer = _Writer()
    parser.StartElementHandler, parser.EndElementHandler = writer.start, writer.end
    parser.CharacterDataHandler = writer.text
    run(parser, utf8(picture))
    return "".join(writer.parts).encode()


class _Writer:
    """Writes what stays while the parser reads: nothing is held but the result."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.open: list[str] = []
        """The elements that are being written, from the outermost."""
        self.left_out = 0
        """How deep in an element that is left out."""
        self.elements = 0
        self.masks = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        depth = len(self.open) + self.left_out + 1
        check_root(depth, name)
        check_size(depth, self.elements, MOST_ELEMENTS)
        namespace, _, local = name.rpartition(" ")
        if self.left_out or namespace not in {SVG, ""} or local not in ELEMENTS or (local == "svg" and self.open):
            self.left_out += 1
            return
        self.parts.append(f"<{local}" if self.open else f'<{local} xmlns="{SVG}"')
        self.open.append(local)
        self.parts += [
            f" {one}={quoteattr(value)}" for one, value in _known(attributes).items() if self.stays(one, value)
        ]
        self.parts.append(">")

    def stays(self, name: str, value: str) -> bool:
        """Whether an attribute is harmless here."""
        if name == "href":
            return bool(_LOCAL.match(value))
        if name == "id":
            return bool(_WORD.match(value))
        if name in {"mask", "clip-path"}:
            self.masks += 1
            if self.masks > MOST_MASKS or not _ONCE.isdisjoint(self.open):
                return False
        return not _SUSPECT.search(_URL.sub("", value))

    def end(self, _name: str) -> None:
        if self.left_out:
            self.left_out -= 1
        else:
            self.parts.append(f"</{self.open.pop()}>")

    def text(self, data: str) -> None:
        if not self.left_out and self.open and self.open[-1] in _WITH_TEXT:
            self.parts.append(escape(data))


def _known(given: dict[str, str]) -> dict[str, str]:
    """The attributes that are known; ``style`` (which a strict policy forbids) as attributes of the same meaning."""
    kept = {known: value for name, value in given.items() if (known := _ALIASES.get(name, name)) in ATTRIBUTES}
    for declaration in given.get("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip().lower() in PRESENTATION:
            kept[name.strip().lower()] = value.strip()
    return kept
