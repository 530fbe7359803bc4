"""Whether a text names somebody: an e-mail address, a telephone number, a name that is known. Pure.

It finds what people write without thinking of it, not what they hide on purpose: the jury reads the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import N_

_EMAIL = re.compile(
    r"(?<![^\s@<>(),;:\"'])"  # from where a word begins: else a long one is gone through from each of its letters
    r"[^\s@<>(),;:\"']+\s?(?:@|\(at\)|\[at\]|\barobase\b)\s?[^\s@<>(),;:\"']+\.[^\W\d_]{2,}",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w.])"
    r"(?:(?:\+|00)[ .\-]?\d{1,3}[ .\-]*(?:\(0\)[ .\-]*)?|0)"  # +33, 0033 (0), or 0 for whoever is in the country
    r"[1-9](?:[ .\-]*\d){7,12}"
    r"(?![\w])"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PART = re.compile(r"[^\W\d_]+")
_COMMON = frozenset(
    (
        *("a", "al", "and", "ben", "bin", "da", "dal", "de", "del", "della", "den", "der", "des", "di", "dos", "du"),
        *("e", "el", "et", "i", "ibn", "ii", "iii", "la", "las", "le", "les", "los", "lo", "ma", "mc", "o", "of"),
        *("or", "ou", "st", "sa", "san", "santa", "the", "um", "un", "una", "une", "van", "vd", "von", "y", "zu"),
    )
)
"""Words inside names that are words of every sentence, too. Folded."""
SAID = N_("Ne donnez ici aucun nom, adresse ni numéro : retirez « %(found)s ».")


def names_in(text: str, names: Iterable[str] = ()) -> list[str]:
    """What in ``text`` names somebody, as it stands there: addresses and numbers, then parts of ``names``. A whole name
    is found however it is written; a part of one only where it is written as a name is, with a capital (in a script
    that has them): *Petit* is a name where *petit* is a word.
    """
    flat = unicodedata.normalize("NFKC", text).translate(i18n.LATIN_DIGITS)
    found = [one.group().strip() for pattern in (_EMAIL, _PHONE) for one in pattern.finditer(flat)]
    words = list(_parts(flat))
    folded = [i18n.folded(one) for one in words]
    for name in names:
        parts = [i18n.folded(one) for one in _parts(unicodedata.normalize("NFKC", name))]
        found += _whole(words, folded, parts)
        found += [
            word
            for word, flat_word in zip(words, folded, strict=True)
            if flat_word in parts and flat_word not in _COMMON and _is_written_as_name(word)
        ]
    return list(dict.fromkeys(found))


def must_name_nobody(field: str, text: str, names: Iterable[str] = ()) -> None:
    """Raises :class:`Invalid` for the field, with the first thing that was found."""
    found = names_in(text, names)
    if found:
        values = {"found": found[0][:60]}
        raise Invalid(SAID, errors=[{"field": field, "message": i18n.sentence(SAID, values)}], **values)


def _parts(text: str) -> Iterator[str]:
    for word in _WORD.finditer(text):
        yield from _PART.findall(word.group())


def _whole(words: list[str], folded: list[str], parts: list[str]) -> list[str]:
    """Where all the parts of a name stand side by side, in the one order or the other."""
    if len(parts) < 2:
        return []
    orders = (parts, parts[::-1], [*parts[1:], parts[0]])
    return [
        " ".join(words[start : start + len(parts)])
        for start in range(len(folded) - len(parts) + 1)
        if folded[start : start + len(parts)] in orders
    ]


def _is_written_as_name(word: str) -> bool:
    """With a capital, or in a script that has none; one letter alone is no name."""
    return len(word) > 1 and not word[0].islower()
