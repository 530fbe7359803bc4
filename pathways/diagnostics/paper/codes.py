"""The code on a paper form: five letters and one that checks them, so that a slip of the finger opens no other form.

Pure. The check is a weighted sum modulo a prime larger than the alphabet, as ISBN-10 does it (ISO 2108): any one wrong
letter and any two letters that changed places are noticed.
"""

from __future__ import annotations

from pathways import ids

LENGTH = 6
_PRIME = 23
_WEIGHTS = (7, 6, 5, 4, 3, 1)
"""Different from each other and from zero modulo the prime: that is what notices a swap and a wrong letter."""


def new() -> str:
    """A code drawn at random; a draw whose check is none of the twenty letters is drawn again."""
    while True:
        letters = ids.new_code(LENGTH - 1)
        check = -_sum(letters) % _PRIME
        if check < len(ids.ALPHABET):
            return letters + ids.ALPHABET[check]


def is_whole(code: str) -> bool:
    """Whether a typed code (see :func:`pathways.ids.normalised`) may have been drawn."""
    if len(code) != LENGTH or not set(code) <= set(ids.ALPHABET):
        return False
    return _sum(code) % _PRIME == 0


def _sum(letters: str) -> int:
    return sum(weight * ids.ALPHABET.index(sign) for weight, sign in zip(_WEIGHTS, letters, strict=False))
