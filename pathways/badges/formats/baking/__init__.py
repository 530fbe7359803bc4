"""Badges in pictures: a file that shows the badge and is the badge.

    png.bake(picture, text)      svg.bake(picture, text)        Open Badges 3.0
    bakery.bake(picture, text)                                  Open Badges 2.0
    unbake(picture)                                             either of them, from either picture

Phones' photo libraries take such texts out: the file as JSON is always offered beside. A PNG may carry both versions,
and every reader finds its own. In an SVG they share a prefix: some readers then find the older one alone.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from pathways.badges.formats.baking import png, svg
from pathways.badges.formats.errors import BadPicture


class Version(enum.StrEnum):
    OPEN_BADGES_2 = "2.0"
    OPEN_BADGES_3 = "3.0"


@dataclass(frozen=True, slots=True)
class Found:
    """What a picture carries, believed by nobody yet."""

    version: Version
    text: str
    """JSON, a compact JWS or, of Open Badges 2.0, an https address."""
    picture: str
    """``png`` or ``svg``."""


def unbake(data: bytes) -> Found | None:
    """What a PNG or SVG carries, Open Badges 3.0 before 2.0; ``None`` when it carries nothing.

    ``BadPicture`` for anything else than these two, damaged ones, a DTD, several badges of one version, and texts that
    are too long once unpacked. The work grows with the size of the picture and no faster.
    """
    if data.startswith(png.SIGNATURE):
        for version, keyword in _KEYWORDS.items():
            text = png.unbake(data, keyword)
            if text is not None:
                return Found(version, text, "png")
        return None
    if b"<" not in data[:200]:
        raise BadPicture("neither a PNG nor an SVG")
    for version, namespace in _NAMESPACES.items():
        baked = svg.unbake(data, namespace)
        if baked is not None:
            content = baked.content.strip()
            return Found(version, content if content.startswith("{") else baked.verify.strip() or content, "svg")
    return None


_KEYWORDS = {Version.OPEN_BADGES_3: png.OPEN_BADGES_3, Version.OPEN_BADGES_2: png.OPEN_BADGES_2}
_NAMESPACES = {Version.OPEN_BADGES_3: svg.OPEN_BADGES_3, Version.OPEN_BADGES_2: svg.OPEN_BADGES_2}
