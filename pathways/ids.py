"""Identifiers and codes: UUIDv7 for rows, random words for people's mouths, signed tokens for learners."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
import unicodedata
import uuid

ALPHABET = "23456789CFGHJMPQRVWX"  # no vowel, no pair that is mistaken on paper or aloud
NAMESPACE = uuid.UUID("7d3d6c0a-3f0e-5b56-9a4e-5f1f0f8a6d11")


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): time-ordered, so that an index grows at its end."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def random_id() -> uuid.UUID:
    """A UUIDv4, for a public identifier in which the date of a person's visit must not show."""
    return uuid.UUID(bytes=os.urandom(16), version=4)


def stable_id(*parts: str) -> uuid.UUID:
    """The same UUIDv5 for the same parts, on every server."""
    return uuid.uuid5(NAMESPACE, "\x1f".join(parts))


def new_code(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """What is stored of a secret word: it can be compared, not read back."""
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(text: str, length: int = 12) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def signed(secret: bytes, purpose: str, subject: str) -> bytes:
    """HMAC-SHA256 of ``purpose`` and ``subject``: 32 bytes that only this server can make."""
    return hmac.digest(secret, f"{purpose}\x1f{subject}".encode(), "sha256")


def code_from(bytes_: bytes, length: int) -> str:
    """A code of ``length`` letters of :data:`ALPHABET` (4.3 bits each) read off random bytes."""
    number, letters = int.from_bytes(bytes_), []
    for _ in range(length):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def readable(code: str) -> str:
    """``ABCDEFGH`` as ``ABCD-EFGH``."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def normalised(code: str) -> str:
    """What a person typed, in the alphabet of codes: capitals, Latin digits, without spaces and dashes."""
    flat = unicodedata.normalize("NFKC", code).upper()
    return "".join(str(unicodedata.digit(sign, sign)) for sign in flat if sign.isalnum())
