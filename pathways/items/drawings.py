"""Pictures of items: what a file must be so that it can be shown safely, and how large it is."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from pathlib import Path

from pathways import i18n
from pathways.i18n import D_, folded

LARGEST = 60_000
"""Bytes of a drawing of the files: learners load it on a weak network."""
LARGEST_SENT = 500_000
"""Bytes of one that an organisation sends: drawing programs are talkative."""
MOST_DRAWN, DEEPEST = 20_000, 60
"""Elements once every reference is followed, which a few lines can make millions of; and elements inside each other."""
LONGEST_SIDE, NARROWEST = 20_000, 20
"""Units of a side; and how many times longer than the other one it may be."""
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
_ELSEWHERE = re.compile(r"""url\((?!\s*["']?#)|image(-set)?\(|src\(|//|data:|script:|\\""", re.IGNORECASE)
_REFERENCE = re.compile(r"""(?:^|url\(\s*["']?\s*)#([^"')\s]+)""", re.IGNORECASE)
_KEPT_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_WORD = re.compile(r"[^\W\d_]{2,}")
SMALLEST_TEXT = 13
"""Units of a 280-unit wide picture: drawn 280 px wide on the narrowest phone, smaller text is not read."""


class Unusable(Exception):
    """The picture cannot be shown; the sentence, a msgid with its values, says why."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message, self.values = message, values

    def __str__(self) -> str:
        """In French, for who writes files."""
        return self.message % self.values if self.values else self.message

    def said(self) -> str:
        """In the language in use."""
        return i18n.sentence(self.message, self.values)


@dataclass(frozen=True, slots=True)
class Drawing:
    body: bytes
    width: float
    height: float


def read(path: Path) -> Drawing:
    """The drawing in ``path``, as the files must have it; raises :class:`Unusable`."""
    if path.stat().st_size > LARGEST:
        raise Unusable(D_("plus de %(size)s ko"), size=LARGEST // 1000)
    drawing, root = _read(path.read_bytes())
    first = next(iter(root), None)
    if first is None or first.tag != f"{_SVG}title" or not (first.text or "").strip():
        raise Unusable(D_("le premier élément doit être un <title>"))
    _sizes(root, drawing.width)
    return drawing


def painted_words(drawing: Drawing) -> frozenset[str]:
    """The words that are written in a drawing, folded: single letters and numbers are left out."""
    root = ET.fromstring(drawing.body)  # noqa: S314 - read once already, without DTD or entity
    texts = [" ".join(element.itertext()) for element in root.iter() if element.tag == f"{_SVG}text"]
    return words_in(" ".join(texts))


def words_in(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(folded(text)))


def sent(body: bytes) -> Drawing:
    """A drawing that somebody sends: as safe as one of the files, and written again without what its program put beside
    the picture. What a learner hears of it is in its item.
    """
    if len(body) > LARGEST_SENT:
        raise Unusable(D_("plus de %(size)s ko"), size=LARGEST_SENT // 1000)
    drawing, root = _read(body)
    return replace(drawing, body=_written(root))


def _read(body: bytes) -> tuple[Drawing, ET.Element]:
    root = _tree(body)
    try:
        box = [float(number) for number in root.get("viewBox", "").replace(",", " ").split()]
    except ValueError:
        box = []
    if len(box) != 4 or box[:2] != [0, 0] or not all(0 < side < math.inf for side in box[2:]):
        raise Unusable(D_("viewBox doit être « 0 0 largeur hauteur »"))
    if max(box) > LONGEST_SIDE or max(box[2:]) > NARROWEST * min(box[2:]):
        raise Unusable(D_("viewBox « %(box)s » n'est pas la forme d'une image"), box=root.get("viewBox"))
    return Drawing(body, box[2], box[3]), root


def _tree(body: bytes) -> ET.Element:
    """The elements of a drawing that holds nothing but drawing."""
    try:
        text = body.decode("utf-8-sig")
        if _DECLARATION.search(text):
            raise Unusable(D_("le fichier doit être en UTF-8"))
        if found := _BESIDE.search(text):
            raise Unusable(D_("« %(text)s » n'est pas admis"), text=found.group().strip())
        root = ET.fromstring(text.encode())  # noqa: S314 - no DTD, no entity, bounded size
    except UnicodeDecodeError as error:
        raise Unusable(D_("le fichier doit être en UTF-8")) from error
    except ET.ParseError as error:
        raise Unusable(D_("XML illisible (%(why)s)"), why=error) from error
    if root.tag != f"{_SVG}svg":
        raise Unusable(D_("ce n'est pas un SVG"))
    for element in root.iter():
        name = element.tag.removeprefix(_SVG)
        if name not in ELEMENTS:
            raise Unusable(D_("l'élément <%(name)s> n'est pas admis"), name=name)
        for attribute, value in element.attrib.items():
            _check_attribute(attribute.rpartition("}")[2].casefold(), value)
    _check_size(root)
    return root


def _check_size(root: ET.Element) -> None:
    """Count what a browser draws, which follows each reference as often as it stands there."""
    named = {element.get("id"): element for element in root.iter()}
    drawn: dict[ET.Element, int] = {}
    open_ones: set[ET.Element] = set()

    def count(element: ET.Element, depth: int) -> int:
        if element in open_ones:
            raise Unusable(D_("le dessin se contient lui-même"))
        if depth > DEEPEST:
            raise Unusable(D_("les éléments sont imbriqués trop profondément"))
        if element not in drawn:
            open_ones.add(element)
            meant = [
                named[name] for value in element.attrib.values() for name in _REFERENCE.findall(value) if name in named
            ]
            drawn[element] = 1 + sum(count(one, depth + 1) for one in (*element, *meant))
            open_ones.remove(element)
        return drawn[element]

    if count(root, 0) > MOST_DRAWN:
        raise Unusable(D_("trop d'éléments : %(most)s au plus"), most=MOST_DRAWN)


def _written(root: ET.Element) -> bytes:
    """The elements without comments and without attributes of other languages than SVG."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for attribute in [name for name in element.attrib if name.startswith("{") and name != _KEPT_SPACE]:
            value = element.attrib.pop(attribute)
            if attribute.endswith("}href"):
                element.attrib.setdefault("href", value)
    root.set("xmlns", _SVG.strip("{}"))
    return ET.tostring(root, encoding="utf-8")


def _check_attribute(name: str, value: str) -> None:
    if name.startswith("on") or name in {"style", "src"}:
        raise Unusable(D_("l'attribut %(name)s n'est pas admis"), name=name)
    if _ELSEWHERE.search(value) or (name == "href" and not value.startswith("#")):
        raise Unusable(D_("une référence à un autre fichier n'est pas admise"))


def _sizes(root: ET.Element, width: float) -> None:
    """Text must stay readable when the picture is as wide as a small phone allows (a small option: half of that)."""
    shown = 280 if width >= 200 else 120

    def walk(element: ET.Element, size: float) -> None:
        size = _number(element.get("font-size", "")) or size
        if element.tag.endswith("}text") and size * shown / width < SMALLEST_TEXT:
            raise Unusable(D_("texte trop petit (%(size)s)"), size=f"{size:g}")
        for child in element:
            walk(child, size)

    walk(root, 16)


def _number(text: str) -> float | None:
    found = re.match(r"\s*(\d+(?:\.\d+)?|\.\d+)", text)
    return float(found[1]) if found else None
