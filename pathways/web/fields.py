"""Kinds of text that come in from outside: bounded, and free of characters that no form of ours needs."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS = str.maketrans("", "", "\u200e\u200f\u061c")
"""Invisible marks that keyboards of right-to-left scripts add: dropped, since nobody typed them on purpose."""


def clean(text: str) -> str:
    """NFC, stripped. Refuses control characters (NUL among them: PostgreSQL cannot hold it) and the invisible
    ones that turn the reading direction of what follows.
    """
    text = unicodedata.normalize("NFC", text).translate(_MARKS)
    for letter in text:
        if letter in _BIDI_CONTROLS or (unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\r\t"):
            raise PydanticCustomError("forbidden_character", "a control character that cannot be kept")
    return text.strip()


def one_line(text: str) -> str:
    return " ".join(text.split())


# The limit stands twice: before the work of cleaning, and after it, since some letters become two in NFC.
Line = Annotated[
    str, StringConstraints(max_length=200), AfterValidator(clean), AfterValidator(one_line), Field(max_length=200)
]
"""A name, a title."""
Short = Annotated[str, StringConstraints(max_length=64), AfterValidator(clean), Field(max_length=64)]
"""A code, an identifier inside a document."""
