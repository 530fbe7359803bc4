"""What a text from outside may hold: no sign that nobody typed on purpose, none that a database cannot keep. Pure."""

from __future__ import annotations

import unicodedata

from pydantic_core import PydanticCustomError

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NEVER = _BIDI_CONTROLS | frozenset("\ufffe\uffff")
"""The last two are letters of no text: XML cannot hold them, and whoever verifies a badge refuses them."""
_MARKS = str.maketrans("", "", "\u200e\u200f\u061c")
"""Invisible marks that keyboards of right-to-left scripts add: dropped, since nobody typed them on purpose."""


SALVAGED = (
    "C'était trop long : la fin a été coupée.",
    "Un caractère invisible ne pouvait pas être gardé : il a été retiré. Relisez.",
)
"""What :func:`salvaged` says; this module stands beneath the languages: ``items.uploads`` hands them to translators."""


def clean(text: str) -> str:
    """NFC, stripped. Refuses control characters (NUL among them: PostgreSQL cannot hold it) and the invisible
    ones that turn the reading direction of what follows.
    """
    text = unicodedata.normalize("NFC", text).translate(_MARKS)
    for letter in text:
        if letter in _NEVER or (unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\r\t"):
            raise PydanticCustomError("forbidden_character", "a control character that cannot be kept")
    return text.strip()


def salvaged(text: str, most: int) -> tuple[str, str]:
    """A text as it may be kept, and what was wrong with it (:data:`SALVAGED`): a form comes back with it and loses
    nothing.
    """
    long, invisible = SALVAGED
    wrong = long if len(text) > most else ""
    text = text[:most]
    try:
        kept = clean(text)
        return kept[:most], long if len(kept) > most else wrong  # some letters become two in NFC
    except PydanticCustomError:
        plain = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t ")
        return plain.strip(), invisible


def unturned(text: str) -> str:
    """Without the signs that turn or hold a reading direction. A name that is pasted from a phone's list of contacts
    stands between two of them; whoever pasted it does not see what would be refused.
    """
    return text.translate(dict.fromkeys(map(ord, _BIDI_CONTROLS)))


def one_line(text: str) -> str:
    return " ".join(text.split())
