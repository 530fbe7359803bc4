"""The list that says which credentials are revoked: one bit each, in the order of their places.

Source: W3C Bitstring Status List 1.0: at least 131,072 bits, the leftmost first, GZIP, multibase base64url (``u``)
without padding.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable

from pathways.badges.formats.errors import BadList

SIZE = 131_072
"""Bits of a list; fewer would say too much of who is asked for."""
LARGEST = 8 * SIZE
"""Bits of the largest list that is read, whoever made it."""
_WINDOW = 31
"""GZIP alone, with its header and check, and no other form of the same compression."""


def encode(revoked: Iterable[int], size: int = SIZE) -> str:
    """The list in which the places ``revoked`` (0 and up) are set. ``ValueError`` for a place that is not on it, or a
    size that is no multiple of eight, or too small.
    """
    if size % 8 or size < SIZE:
        raise ValueError(f"a list has at least {SIZE} places, a multiple of eight")
    bits = bytearray(size // 8)
    for index in revoked:
        if not 0 <= index < size:
            raise ValueError(f"place {index} is not on a list of {size}")
        bits[index // 8] |= 0x80 >> (index % 8)
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode(encoded: object, largest: int = LARGEST) -> bytes:
    """The bits of a list. ``BadList`` when it is not multibase ``u``, not GZIP, truncated, has something behind its
    end, or unpacks to fewer than 131,072 or more than ``largest`` bits: unpacking stops there.
    """
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise BadList("the list is not multibase base64url")
    if len(encoded) > largest // 4:
        raise BadList("the list is too long")
    text = encoded[1:].rstrip("=")
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj(_WINDOW)
        bits = unpacker.decompress(packed, largest // 8 + 1)
    except (binascii.Error, zlib.error, ValueError) as wrong:
        raise BadList(f"the list cannot be unpacked: {wrong}") from wrong
    if len(bits) > largest // 8:
        raise BadList(f"the list has more than {largest} places")
    if not unpacker.eof or unpacker.unused_data:
        raise BadList("the list is truncated, or has something behind its end")
    if len(bits) < SIZE // 8:
        raise BadList(f"the list has fewer than {SIZE} places")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Whether the place ``index`` is set; ``BadList`` when it is not on the list."""
    if not 0 <= index < 8 * len(bits):
        raise BadList(f"place {index} is not on the list", code="status-index")
    return bool(bits[index // 8] & 0x80 >> (index % 8))


def is_revoked(encoded: object, index: int) -> bool:
    """Whether the place ``index`` of an encoded list is set; ``BadList`` as :func:`decode` and :func:`is_set`."""
    return is_set(decode(encoded), index)
