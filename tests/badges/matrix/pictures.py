"""The pictures that badges are baked in: drawn here, so that nothing of the product is in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

from pathways.badges.formats.baking import bakery, png, svg
from pathways.badges.formats.documents import serialised

SVG = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- two hands -->\n'
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="3"/></svg>\n'
)


@cache
def plain_png() -> bytes:
    """A small square."""
    made = BytesIO()
    Image.new("RGB", (8, 8), "#005f73").save(made, "PNG")
    return made.getvalue()


def in_png(what: Mapping[str, Any] | str) -> bytes:
    """Open Badges 3.0 in a PNG."""
    return png.bake(plain_png(), _text(what))


def in_svg(what: Mapping[str, Any] | str) -> bytes:
    """Open Badges 3.0 in an SVG."""
    return svg.bake(SVG, _text(what))


def in_old_png(what: Mapping[str, Any] | str) -> bytes:
    """Open Badges 2.0 in a PNG."""
    return bakery.bake(plain_png(), _text(what))


def in_old_svg(what: Mapping[str, Any] | str) -> bytes:
    """Open Badges 2.0 in an SVG."""
    return bakery.bake(SVG, _text(what))


def _text(what: Mapping[str, Any] | str) -> str:
    """A token as it is, a document as it is served."""
    return what if isinstance(what, str) else serialised(what).decode()
