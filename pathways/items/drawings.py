"""Pictures of items: what a file must be so that it can be shown safely, and how large it is."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

LARGEST = 60_000
_FORBIDDEN = re.compile(rb"<!DOCTYPE|<!ENTITY|<script|javascript:|\son[a-z]+\s*=|<foreignObject|<style", re.IGNORECASE)
_REFERENCE = re.compile(rb"""(?:href|src)\s*=\s*["'](?!#)|url\(\s*["']?(?!#)""", re.IGNORECASE)
SMALLEST_TEXT = 13
"""Units of a 280-unit wide picture: drawn 280 px wide on the narrowest phone, smaller text is not read."""


class Unusable(Exception):
    """The picture cannot be shown; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Drawing:
    body: bytes
    width: float
    height: float

    def holds(self, zone: tuple[float, float, float, float]) -> bool:
        x, y, width, height = zone
        return x >= 0 and y >= 0 and width > 0 and height > 0 and x + width <= self.width and y + height <= self.height


def read(path: Path) -> Drawing:
    """The drawing in ``path``; raises :class:`Unusable`."""
    if path.stat().st_size > LARGEST:
        raise Unusable(f"plus de {LARGEST // 1000} ko")
    body = path.read_bytes()
    if found := _FORBIDDEN.search(body):
        raise Unusable(f"« {found.group().decode('ascii', 'replace').strip()} » n'est pas admis")
    if _REFERENCE.search(body.replace(b'xmlns="http', b"")):
        raise Unusable("une référence à un autre fichier n'est pas admise")
    try:
        root = ET.fromstring(body)  # noqa: S314 - no DTD, no entity, bounded size
    except ET.ParseError as error:
        raise Unusable(f"XML illisible ({error})") from error
    if not root.tag.endswith("}svg"):
        raise Unusable("ce n'est pas un SVG")
    box = [float(number) for number in root.get("viewBox", "").replace(",", " ").split()]
    if len(box) != 4 or box[:2] != [0, 0] or min(box[2:]) <= 0:
        raise Unusable("viewBox doit être « 0 0 largeur hauteur »")
    first = next(iter(root), None)
    if first is None or not first.tag.endswith("}title") or not (first.text or "").strip():
        raise Unusable("le premier élément doit être un <title>")
    _sizes(root, box[2])
    return Drawing(body, box[2], box[3])


def _sizes(root: ET.Element, width: float) -> None:
    """Text must stay readable when the picture is as wide as a small phone allows (a small option: half of that)."""
    shown = 280 if width >= 200 else 120

    def walk(element: ET.Element, size: float) -> None:
        size = float(re.sub(r"[^\d.]", "", element.get("font-size", "")) or size)
        if element.tag.endswith("}text") and size * shown / width < SMALLEST_TEXT:
            raise Unusable(f"texte trop petit ({size:g})")
        for child in element:
            walk(child, size)

    walk(root, 16)
