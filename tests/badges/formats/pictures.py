"""Pictures to bake in: small ones, and such as somebody sends who means no good."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image

from pathways.badges.formats.baking.png import SIGNATURE


def png(colour: str = "teal", **text: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (16, 16), colour).save(out, "PNG", **text)
    return out.getvalue()


SVG = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- <svg> drawn by hand > -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" role="img" aria-label="a &gt; b"
     data-note='>"'><title>Deux mains &amp; un t\xc3\xa9l\xc3\xa9phone</title><path d="M0 0h8v8z"/></svg>
"""


def chunk(kind: bytes, data: bytes, *, crc: int | None = None, length: int | None = None) -> bytes:
    """A chunk of a PNG; with ``crc`` or ``length``, one that lies."""
    given = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(">I", given)


def with_chunk(made: bytes, image: bytes | None = None) -> bytes:
    """A picture with one more chunk after its header."""
    given = image or png()
    head = len(SIGNATURE) + 25
    return given[:head] + made + given[head:]


def itxt(
    text: bytes, *, packed: bool = False, flag: bytes | None = None, keyword: bytes = b"openbadgecredential"
) -> bytes:
    """A text chunk as other bakers write it."""
    data = zlib.compress(text) if packed else text
    return chunk(b"iTXt", keyword + b"\0" + (flag or (b"\1" if packed else b"\0")) + b"\0fr\0titre\0" + data)
