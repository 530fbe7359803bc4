"""What is wrong with one item or one translation beyond its shape, and where in the document. Pure: the files and the
pages say the same, each in its own way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError

from pathways.i18n import LATIN_DIGITS, folded
from pathways.items.documents import ItemDocument, ItemTranslationDocument

MOST_WORDS_IN_STEM, MOST_WORDS_IN_OPTION = 14, 9
MOST_OPTIONS, MOST_TARGETS = 8, 9
MOST_PARTS = {
    "options": (MOST_OPTIONS, "réponses"),
    "targets": (MOST_TARGETS, "choses qui vont avec"),
    "orders": (20, "ordres justes"),
    "confusions": (10, "confusions"),
    "accept": (20, "réponses acceptées"),
    "mistakes": (10, "erreurs reconnues"),
    "look_for": (10, "gestes à regarder"),
}
"""Of one own item."""
"""Words as a counter counts them: 12 and 6 *spoken* ones with their articles and elisions."""
NEAR_DUPLICATE = 0.8
_FORBIDDEN = re.compile(r"\b(jamais|toujours|aucune de ces réponses|toutes ces réponses)\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"\b(ne|n['’])\s?\w+\s+(pas|plus|jamais|rien|aucun)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTED = re.compile(r"«\s*([^»]+?)\s*»")
_QUANTIFIER = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|([*+{])")

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """``at`` is the place in the document: ``("options", 1, "text")``. A ``warning`` refuses nothing."""

    at: Place
    code: str
    message: str
    warning: bool = False


class Sized(Protocol):
    """A picture that is known: how large it is."""

    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...


def holds(picture: Sized, zone: tuple[float, float, float, float]) -> bool:
    x, y, width, height = zone
    inside = x >= 0 and y >= 0 and width > 0 and height > 0
    return inside and x + width <= picture.width and y + height <= picture.height


def flaws_of(item: ItemDocument) -> list[Flaw]:
    """Everything that the texts and the keys of an item say wrong; its pictures are another matter."""
    return _stem(item) + _options(item) + _reveals(item)


def _stem(item: ItemDocument) -> list[Flaw]:
    found = []
    if len(item.stem.split()) > MOST_WORDS_IN_STEM and item.kind != "observed":
        said = f"la question compte {len(item.stem.split())} mots"
        found.append(Flaw(("stem",), "long-stem", said, warning=True))
    if _NEGATIVE.search(item.stem):
        found.append(Flaw(("stem",), "negative-stem", "question négative"))
    return found


def _options(item: ItemDocument) -> list[Flaw]:
    found = []
    for position, option in enumerate(item.options):
        where = ("options", position)
        if option.text and len(option.text.split()) > MOST_WORDS_IN_OPTION:
            said = f"« {option.text} » compte {len(option.text.split())} mots"
            found.append(Flaw(where, "long-option", said, warning=True))
        if option.text and _FORBIDDEN.search(option.text):
            found.append(Flaw(where, "forbidden-word", f"un mot à éviter dans « {option.text} »"))
    texts = Counter(folded(option.text) for option in item.options if option.text and not option.picture)
    return found + [
        Flaw(("options",), "equal-options", f"« {text} » est écrit {number} fois")
        for text, number in texts.items()
        if number > 1
    ]


def _reveals(item: ItemDocument) -> list[Flaw]:
    """Each wrong option names the mistake it reveals: that is what makes a wrong answer useful to a trainer."""
    if item.kind in {"choice", "choices", "pictures", "zone"}:
        return [
            Flaw(("options", position), "no-reveals", f"{_named(item, position)} ne dit pas quelle erreur elle révèle")
            for position, option in enumerate(item.options)
            if not option.key and not option.reveals
        ]
    found = []
    if item.kind in {"order", "match"} and not item.confusions:
        said = "aucune confusion n'est nommée : l'erreur d'un apprenant ne dira rien"
        found.append(Flaw((), "no-reveals", said, warning=True))
    ids = {option.id for option in item.options}
    targets = {target.id for target in item.targets}
    for position, confusion in enumerate(item.confusions):
        named = set(confusion.before or ()) | set(confusion.pair or {})
        if not named <= ids or not set((confusion.pair or {}).values()) <= targets or not named:
            said = "une confusion nomme une réponse qui n'existe pas"
            found.append(Flaw(("confusions", position), "unknown-option", said))
    for position, mistake in enumerate(item.mistakes):
        try:
            re.compile(mistake.pattern)
        except re.error as error:
            found.append(Flaw(("mistakes", position), "pattern", f"motif illisible ({error})"))
    return found


def _named(item: ItemDocument, position: int) -> str:
    option = item.options[position]
    return f"la réponse « {option.text or (option.picture.alt if option.picture else option.id)} »"


def unsafe_patterns(item: ItemDocument) -> list[Flaw]:
    """Patterns that could keep the server busy for minutes on one typed answer. The files are read by their authors and
    by us; what an organisation types here is read by nobody, so that only the plainest patterns are taken.
    """
    return [
        Flaw(("mistakes", position), "pattern", "motif trop compliqué : sans parenthèses, avec un seul *, + ou {}")
        for position, mistake in enumerate(item.mistakes)
        if not is_plain(mistake.pattern)
    ]


def too_many(item: ItemDocument) -> list[Flaw]:
    """What the form or the table of a file would leave out, and a small screen could not show."""
    return [
        Flaw((part,), "too-many", f"{most} {name} au plus")
        for part, (most, name) in MOST_PARTS.items()
        if len(getattr(item, part)) > most
    ]


def is_plain(pattern: str) -> bool:
    """No group but a leading ``^(?!.*…)``, and one quantifier: the time to match is at most the square of the text."""
    inner = pattern
    if pattern.startswith("^(?!.*") and pattern.endswith(")"):
        inner = pattern.removeprefix("^(?!.*").removesuffix(")")
    signs = [found[1] for found in _QUANTIFIER.finditer(inner) if found[1]]
    bare = _QUANTIFIER.sub("", inner)
    return len(signs) <= 1 and "(" not in bare and ")" not in bare


def pictures_missing(item: ItemDocument, known: Mapping[str, Sized]) -> list[Flaw]:
    """Pictures that are not there, and zones outside of theirs. ``known`` by file name."""
    found = []
    if item.picture and item.picture.file not in known:
        found.append(Flaw(("picture",), "missing-picture", "cette image n'est plus là : envoyez-la de nouveau"))
    for position, option in enumerate(item.options):
        if option.picture and option.picture.file not in known:
            said = "cette image n'est plus là : envoyez-la de nouveau"
            found.append(Flaw(("options", position, "picture"), "missing-picture", said))
        drawn = known.get(item.picture.file) if item.picture else None
        if option.zone and drawn and not holds(drawn, option.zone):
            said = f"la zone sort de l'image ({drawn.width:g} × {drawn.height:g})"
            found.append(Flaw(("options", position, "zone"), "zone-outside", said))
    return found


def translation_flaws(item: ItemDocument, translation: ItemTranslationDocument) -> list[Flaw]:
    """What a translation lacks, and what it lost of the French. Each place is ``(segment,)``."""
    return segment_flaws(item.segments(), translation.segments())


def segment_flaws(french: Mapping[str, str], own: Mapping[str, str]) -> list[Flaw]:
    found = [Flaw((key,), "missing-segment", f"« {key} » n'est pas traduit") for key in french if key not in own]
    found += [Flaw((key,), "orphan-segment", f"« {key} » n'existe pas en français") for key in own if key not in french]
    for key in french.keys() & own.keys():
        if _numbers(french[key]) != _numbers(own[key]):
            found.append(Flaw((key,), "numbers", f"les nombres de « {key} » diffèrent", warning=True))
        lost = [word for word in _QUOTED.findall(french[key]) if word not in own[key]]
        if lost and not key.endswith(("alt", "words", "explain")):
            said = f"« {lost[0]} » doit rester en français dans « {key} »"
            found.append(Flaw((key,), "locked-words", said, warning=True))
    return found


def copied_segments(french: Mapping[str, str], own: Mapping[str, str]) -> list[Flaw]:
    """French given as a translation. One word may well be the same in two languages."""
    return [
        Flaw((key,), "copied", "c'est le texte français : traduisez-le, ou laissez cette langue de côté")
        for key, text in own.items()
        if key in french and folded(text) == folded(french[key]) and len(_LETTERS.findall(text)) > 1
    ]


_LETTERS = re.compile(r"[^\W\d_]{2,}")


def _numbers(text: str) -> list[str]:
    return sorted(_NUMBER.findall(text.translate(LATIN_DIGITS)))


# --- near duplicates ---


def tokens_of(texts: str) -> frozenset[str]:
    return frozenset(folded(texts).split())


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of common tokens, 0 to 1."""
    return len(one & other) / max(1, len(one | other))


# --- shapes ---

_SAID = {
    "missing": "il manque quelque chose ici",
    "string_too_long": "c'est trop long (300 lettres au plus)",
    "string_too_short": "il manque quelque chose ici",
    "string_pattern_mismatch": "il manque quelque chose ici",
    "string_type": "il manque quelque chose ici",
    "date_from_datetime_parsing": "une date, comme 2027-06-30",
    "date_parsing": "une date, comme 2027-06-30",
    "float_parsing": "un nombre",
    "float_type": "un nombre",
    "finite_number": "un nombre",
}


def shape_flaws(error: ValidationError) -> list[Flaw]:
    """What pydantic refused, in words."""
    return [Flaw(tuple(entry["loc"]), "shape", _say(entry)) for entry in error.errors(include_url=False)]


def _say(entry: Any) -> str:
    if entry["type"] == "kind":
        return _NAMES_OF_FILES.sub("", entry["msg"])
    return _SAID.get(entry["type"], "cette valeur n'est pas valable")


_NAMES_OF_FILES = re.compile(r" \((?:key: true|orders|accept|look_for)\)")
"""What a sentence says for who writes files; on a page there is a field."""
