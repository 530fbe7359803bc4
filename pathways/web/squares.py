"""The square that a phone scans, drawn here."""

from __future__ import annotations

import segno
from markupsafe import Markup


def square(url: str) -> Markup:
    """A QR code of an address of our own, as an inline SVG; its page's style sheet says how large."""
    return Markup(  # noqa: S704 - an SVG that segno draws; the address is in its modules, not in its text
        segno.make(url, error="m").svg_inline(
            omitsize=True, border=2, dark="#000", light="#fff", svgclass="qr", lineclass=None, title="QR"
        )
    )
