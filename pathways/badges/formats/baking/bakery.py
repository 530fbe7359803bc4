"""Open Badges 2.0 in a picture, through ``openbadges-bakery``. The only module that knows that package.

What it is protected from (each seen with 2.0.0): it takes no bytes, closes the file that it is given, adds a second
element to an SVG that has one, fails with all kinds of errors on pictures that it does not know, on ``]]>``, and on an
SVG whose tag stands behind a long comment. It reads SVG otherwise than it wrote it and stumbles over packed texts:
``baking.unbake`` reads instead.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from xml.parsers.expat import ExpatError

from openbadges_bakery import png_bakery, svg_bakery

from pathways.badges.formats.baking import png, svg
from pathways.badges.formats.errors import BadPicture


def bake(picture: bytes, text: str) -> bytes:
    """The picture (PNG or SVG) with an assertion of Open Badges 2.0 in it: JSON, a compact JWS, or an address.

    One that was there is taken out. ``BadPicture`` for anything that is not a whole PNG, or a well-formed SVG without a
    DTD whose root has no prefix.
    """
    if picture.startswith(png.SIGNATURE):
        png.check(picture)  # a damaged one is refused in our words
        return _written(png_bakery.bake, picture, text)
    newer = svg.unbake(picture)  # it has the same prefix, which the bakery binds to its own namespace
    plain = svg.stripped(svg.stripped(picture, svg.OPEN_BADGES_2), svg.OPEN_BADGES_3)
    made = _written(svg_bakery.bake, plain, svg.writable(text))
    return svg.bake(made, newer.content or newer.verify) if newer else made


def _written(bake_: Callable[[BytesIO, str, BytesIO], object], picture: bytes, text: str) -> bytes:
    made = BytesIO()
    try:
        bake_(BytesIO(picture), text, made)
    except (ExpatError, IndexError, ValueError, AttributeError) as wrong:
        raise BadPicture(f"nothing can be baked in this picture: {wrong}") from wrong
    return made.getvalue()
