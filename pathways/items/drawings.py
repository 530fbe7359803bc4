"""Pictures of items: what a file must be so that it can be shown safely, and how large it is."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

LARGEST = 60_000
"""Bytes of a drawing of the files: learners load it on a weak network."""
LARGEST_SENT = 500_000
"""Bytes of one that an organisation sends: drawing programs are talkative."""
ELEMENTS = frozenset(
    {
        *("svg", "title", "desc", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line"),
        *("polyline", "polygon", "text", "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask"),
        *("pattern", "marker"),
    }
)
"""What a drawing is made of. Everything else (scripts, styles, animations, foreign content, pictures) is refused."""
_SVG = "{http://www.w3.org/2000/svg}"
_DECLARATION = re.compile(r"""^<\?xml[^>]*?encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
_BESIDE = re.compile(r"<!DOCTYPE|<!ENTITY|<\?(?!xml\s)|<!\[CDATA\[", re.IGNORECASE)
_ELSEWHERE = re.compile(r"""url\(\s*["']?\s*(?!#)|//|data:|script:|\\""", re.IGNORECASE)
SMALLEST_TEXT = 13
"""Units of a 280-unit wide picture: drawn 280 px wide on the narrowest phone, smaller text is not read."""


class Unusable(Exception):
    """The picture cannot be shown; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Drawing:
    body: bytes
    width: float
    height: float


def read(path: Path) -> Drawing:
    """The drawing in ``path``, as the files must have it; raises :class:`Unusable`."""
    if path.stat().st_size > LARGEST:
        raise Unusable(f"plus de {LARGEST // 1000} ko")
    drawing, root = _read(path.read_bytes())
    first = next(iter(root), None)
    if first is None or first.tag != f"{_SVG}title" or not (first.text or "").strip():
        raise Unusable("le premier élément doit être un <title>")
    _sizes(root, drawing.width)
    return drawing


def sent(body: bytes) -> Drawing:
    """A drawing that somebody sends: as safe as one of the files. What a learner hears of it is in its item."""
    if len(body) > LARGEST_SENT:
        raise Unusable(f"plus de {LARGEST_SENT // 1000} ko")
    return _read(body)[0]


def _read(body: bytes) -> tuple[Drawing, ET.Element]:
    root = _tree(body)
    try:
        box = [float(number) for number in root.get("viewBox", "").replace(",", " ").split()]
    except ValueError:
        box = []
    if len(box) != 4 or box[:2] != [0, 0] or not all(0 < side < math.inf for side in box[2:]):
        raise Unusable("viewBox doit être « 0 0 largeur hauteur »")
    return Drawing(body, box[2], box[3]), root


def _tree(body: bytes) -> ET.Element:
    """The elements of a drawing that holds nothing but drawing."""
    try:
        text = body.decode("utf-8")
        if _DECLARATION.search(text):
            raise Unusable("le fichier doit être en UTF-8")
        if found := _BESIDE.search(text):
            raise Unusable(f"« {found.group().strip()} » n'est pas admis")
        root = ET.fromstring(text.encode())  # noqa: S314 - no DTD, no entity, bounded size
    except UnicodeDecodeError as error:
        raise Unusable("le fichier doit être en UTF-8") from error
    except ET.ParseError as error:
        raise Unusable(f"XML illisible ({error})") from error
    if root.tag != f"{_SVG}svg":
        raise Unusable("ce n'est pas un SVG")
    for element in root.iter():
        name = element.tag.removeprefix(_SVG)
        if name not in ELEMENTS:
            raise Unusable(f"l'élément <{name}> n'est pas admis")
        for attribute, value in element.attrib.items():
            _check_attribute(attribute.rpartition("}")[2].casefold(), value)
    return root


def _check_attribute(name: str, value: str) -> None:
    if name.startswith("on") or name in {"style", "src"}:
        raise Unusable(f"l'attribut {name} n'est pas admis")
    if _ELSEWHERE.search(value) or (name == "href" and not value.startswith("#")):
        raise Unusable("une référence à un autre fichier n'est pas admise")


def _sizes(root: ET.Element, width: float) -> None:
    """Text must stay readable when the picture is as wide as a small phone allows (a small option: half of that)."""
    shown = 280 if width >= 200 else 120

    def walk(element: ET.Element, size: float) -> None:
        size = _number(element.get("font-size", "")) or size
        if element.tag.endswith("}text") and size * shown / width < SMALLEST_TEXT:
            raise Unusable(f"texte trop petit ({size:g})")
        for child in element:
            walk(child, size)

    try:
        walk(root, 16)
    except RecursionError as error:
        raise Unusable("les éléments sont imbriqués trop profondément") from error


def _number(text: str) -> float | None:
    found = re.match(r"\s*(\d+(?:\.\d+)?|\.\d+)", text)
    return float(found[1]) if found else None
