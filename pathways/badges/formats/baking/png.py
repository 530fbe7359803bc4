"""A badge inside a PNG: one text chunk, right after the header.

Sources: PNG (Third Edition), 1EdTech Open Badges 3.0 and 2.0 (*Baking*).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from pathways.badges.formats.errors import BadPicture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
OPEN_BADGES_3 = b"openbadgecredential"
OPEN_BADGES_2 = b"openbadges"
LONGEST_TEXT = 1_000_000
"""Bytes of a text that is read, unpacked ones counted."""
_TEXTS = (b"iTXt", b"tEXt", b"zTXt")


def bake(image: bytes, text: str, keyword: bytes = OPEN_BADGES_3) -> bytes:
    """The picture with ``text`` in it; what was there under the same keyword is taken out. ``BadPicture`` unless
    ``image`` is a whole PNG.
    """
    kept = [chunk for chunk in _chunks(image) if not _is_text(chunk, keyword)]
    data = b"iTXt" + keyword + b"\0\0\0\0\0" + text.encode()
    chunk = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    return b"".join((SIGNATURE, kept[0], chunk, *kept[1:]))


def unbake(image: bytes, keyword: bytes = OPEN_BADGES_3) -> str | None:
    """The text under ``keyword``, or ``None``. ``BadPicture`` when the PNG is damaged, when there are two such texts
    (readers would differ), or when it is no UTF-8 or longer than it may be.
    """
    found = [chunk for chunk in _chunks(image) if _is_text(chunk, keyword)]
    if len(found) > 1:
        raise BadPicture("there are several badges in the picture", code="picture-several")
    return _text(found[0][4:8], found[0][8:-4], len(keyword) + 1) if found else None


def check(image: bytes) -> None:
    """``BadPicture`` unless ``image`` is a whole PNG."""
    for _ in _chunks(image):
        pass


def _chunks(image: bytes) -> Iterator[bytes]:
    """Each chunk whole: length, type, data, CRC. What stands behind the last one is no part of the picture."""
    if not image.startswith(SIGNATURE):
        raise BadPicture("not a PNG")
    at, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        length = int.from_bytes(image[at : at + 4])
        chunk = image[at : at + 12 + length]
        kind = chunk[4:8]
        if len(chunk) != 12 + length or not kind.isalpha():
            raise BadPicture("the PNG is truncated, or a chunk lies about its length")
        if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):
            raise BadPicture("the PNG is damaged: a checksum does not fit")
        if (at == len(SIGNATURE)) != (kind == b"IHDR") or (kind == b"IHDR" and length != 13):
            raise BadPicture("the PNG does not begin with its header")
        yield chunk
        at += len(chunk)


def _is_text(chunk: bytes, keyword: bytes) -> bool:
    return chunk[4:8] in _TEXTS and chunk.startswith(keyword + b"\0", 8)


def _text(kind: bytes, data: bytes, begin: int) -> str:
    """The text of a chunk: ``tEXt`` as it is, ``zTXt`` packed, ``iTXt`` with a flag, a method, a language, a title."""
    packed, rest = kind == b"zTXt", data[begin:]
    if kind == b"zTXt":
        method, rest = rest[:1], rest[1:]
    elif kind == b"iTXt":
        flag, method, rest = rest[:1], rest[1:2], rest[2:]
        parts = rest.split(b"\0", 2)
        if flag not in {b"\0", b"\1"} or len(parts) != 3:
            raise BadPicture("the text in the PNG has no proper form")
        packed, rest = flag == b"\1", parts[2]
    else:
        method = b"\0"
    if packed and method != b"\0":
        raise BadPicture("the text in the PNG is packed in an unknown way")
    try:
        return (_unpacked(rest) if packed else _short(rest)).decode()
    except (zlib.error, UnicodeDecodeError) as wrong:
        raise BadPicture(f"the text in the PNG cannot be read: {wrong}") from wrong


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(packed, LONGEST_TEXT + 1)
    if len(text) <= LONGEST_TEXT and not unpacker.eof:
        raise BadPicture("the text in the PNG is truncated")
    return _short(text)


def _short(text: bytes) -> bytes:
    if len(text) > LONGEST_TEXT:
        raise BadPicture("the text in the PNG is too long", code="too-much")
    return text
