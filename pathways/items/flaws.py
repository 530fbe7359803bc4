"""What is wrong with one item or one translation beyond its shape, and where in the document. Pure: the files and the
pages say the same, each in its own way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError

from pathways import i18n
from pathways.i18n import D_, LATIN_DIGITS, folded
from pathways.items.documents import ItemDocument, ItemTranslationDocument

MOST_WORDS = {"beginners": (14, 9), "practised": (45, 18)}
"""In a stem and in an option, by the readers of a framework, as a counter counts words: for beginners 12 and 6 *spoken*
ones with their articles and elisions; practised readers may be told a case.
"""
MOST_OPTIONS, MOST_TARGETS = 8, 9
MOST_PARTS = {
    "options": (MOST_OPTIONS, D_("%(most)s réponses au plus")),
    "targets": (MOST_TARGETS, D_("%(most)s choses qui vont avec au plus")),
    "orders": (20, D_("%(most)s ordres justes au plus")),
    "confusions": (10, D_("%(most)s confusions au plus")),
    "accept": (20, D_("%(most)s réponses acceptées au plus")),
    "mistakes": (10, D_("%(most)s erreurs reconnues au plus")),
    "look_for": (10, D_("%(most)s gestes à regarder au plus")),
}
"""Of one own item, and what is said of more."""
NEAR_DUPLICATE = 0.8
_FORBIDDEN = re.compile(r"\b(jamais|toujours|aucune de ces réponses|toutes ces réponses)\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"\b(ne|n['’])\s?\w+\s+(pas|plus|jamais|rien|aucun)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTED = re.compile(r"«\s*([^»]+?)\s*»")
_QUANTIFIER = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|([*+{])")

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """``at`` is the place in the document: ``("options", 1, "text")``. ``message`` is a msgid, its places filled from
    ``values``. A ``warning`` refuses nothing.
    """

    at: Place
    code: str
    message: str
    warning: bool = False
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def french(self) -> str:
        """For who writes files, whatever is spoken."""
        return self.message % self.values if self.values else self.message

    def said(self) -> str:
        """For who fills in a form, in the language in use: there are fields on a page, and no names of a file."""
        said = i18n.sentence(self.message, self.values)
        return _NAMES_OF_FILES.sub("", said) if self.code == "shape" else said


_NAMES_OF_FILES = re.compile(r" \((?:key: true|orders|accept|look_for|partly)\)")


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


def flaws_of(item: ItemDocument, readers: str) -> list[Flaw]:
    """Everything that the texts and the keys of an item say wrong; its pictures are another matter. ``readers`` are
    those of its framework (:data:`MOST_WORDS`).
    """
    in_stem, in_option = MOST_WORDS[readers]
    return _stem(item, in_stem) + _options(item, in_option) + _reveals(item)


def _stem(item: ItemDocument, most_words: int) -> list[Flaw]:
    found = []
    if len(item.stem.split()) > most_words and item.kind != "observed":
        said, values = D_("la question compte %(words)s mots"), {"words": len(item.stem.split())}
        found.append(Flaw(("stem",), "long-stem", said, warning=True, values=values))
    if _NEGATIVE.search(item.stem):
        found.append(Flaw(("stem",), "negative-stem", D_("question négative")))
    return found


def _options(item: ItemDocument, most_words: int) -> list[Flaw]:
    found = []
    for position, option in enumerate(item.options):
        where = ("options", position)
        words = len((option.text or "").split())
        if option.text and words > most_words:
            said, values = D_("« %(text)s » compte %(words)s mots"), {"text": option.text, "words": words}
            found.append(Flaw(where, "long-option", said, warning=True, values=values))
        if option.text and _FORBIDDEN.search(option.text):
            said = D_("un mot à éviter dans « %(text)s »")
            found.append(Flaw(where, "forbidden-word", said, values={"text": option.text}))
    equal = D_("« %(text)s » est écrit %(number)s fois")
    texts = Counter(folded(option.text) for option in item.options if option.text and not option.picture)
    return found + [
        Flaw(("options",), "equal-options", equal, values={"text": text, "number": number})
        for text, number in texts.items()
        if number > 1
    ]


def _reveals(item: ItemDocument) -> list[Flaw]:
    """Each wrong option names the mistake it reveals: that is what makes a wrong answer useful to a trainer."""
    if item.kind in {"choice", "choices", "pictures", "zone"}:
        silent = D_("la réponse « %(text)s » ne dit pas quelle erreur elle révèle")
        return [
            Flaw(("options", position), "no-reveals", silent, values={"text": _name(item, position)})
            for position, option in enumerate(item.options)
            if not option.key and not option.reveals
        ]
    found = []
    if item.kind in {"order", "match"} and not item.confusions:
        said = D_("aucune confusion n'est nommée : l'erreur d'un apprenant ne dira rien")
        found.append(Flaw((), "no-reveals", said, warning=True))
    ids = {option.id for option in item.options}
    targets = {target.id for target in item.targets}
    for position, confusion in enumerate(item.confusions):
        named = set(confusion.before or ()) | set(confusion.pair or {})
        if not named <= ids or not set((confusion.pair or {}).values()) <= targets or not named:
            said = D_("une confusion nomme une réponse qui n'existe pas")
            found.append(Flaw(("confusions", position), "unknown-option", said))
    for position, mistake in enumerate(item.mistakes):
        try:
            re.compile(mistake.pattern)
        except re.error as error:
            said, values = D_("motif illisible (%(why)s)"), {"why": str(error)}
            found.append(Flaw(("mistakes", position), "pattern", said, values=values))
    return found


def _name(item: ItemDocument, position: int) -> str:
    option = item.options[position]
    return option.text or (option.picture.alt if option.picture else option.id)


def unsafe_patterns(item: ItemDocument) -> list[Flaw]:
    """Patterns that could keep the server busy for minutes on one typed answer. The files are read by their authors and
    by us; what an organisation types here is read by nobody, so that only the plainest patterns are taken.
    """
    return [
        Flaw(("mistakes", position), "pattern", D_("motif trop compliqué : sans parenthèses, avec un seul *, + ou {}"))
        for position, mistake in enumerate(item.mistakes)
        if not is_plain(mistake.pattern)
    ]


def too_many(item: ItemDocument) -> list[Flaw]:
    """What the form or the table of a file would leave out, and a small screen could not show."""
    return [
        Flaw((part,), "too-many", said, values={"most": most})
        for part, (most, said) in MOST_PARTS.items()
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
        found.append(Flaw(("picture",), "missing-picture", D_("cette image n'est plus là : envoyez-la de nouveau")))
    for position, option in enumerate(item.options):
        if option.picture and option.picture.file not in known:
            said = D_("cette image n'est plus là : envoyez-la de nouveau")
            found.append(Flaw(("options", position, "picture"), "missing-picture", said))
        drawn = known.get(item.picture.file) if item.picture else None
        if option.zone and drawn and not holds(drawn, option.zone):
            said, size = D_("la zone sort de l'image (%(size)s)"), f"{drawn.width:g} × {drawn.height:g}"
            found.append(Flaw(("options", position, "zone"), "zone-outside", said, values={"size": size}))
    return found


def translation_flaws(item: ItemDocument, translation: ItemTranslationDocument) -> list[Flaw]:
    """What a translation lacks, and what it lost of the French. Each place is ``(segment,)``."""
    return segment_flaws(item.segments(), translation.segments())


def segment_flaws(french: Mapping[str, str], own: Mapping[str, str]) -> list[Flaw]:
    missing, orphan = D_("« %(key)s » n'est pas traduit"), D_("« %(key)s » n'existe pas en français")
    found = [Flaw((key,), "missing-segment", missing, values={"key": key}) for key in french if key not in own]
    found += [Flaw((key,), "orphan-segment", orphan, values={"key": key}) for key in own if key not in french]
    for key in french.keys() & own.keys():
        if _numbers(french[key]) != _numbers(own[key]):
            said = D_("les nombres de « %(key)s » diffèrent")
            found.append(Flaw((key,), "numbers", said, warning=True, values={"key": key}))
        lost = [word for word in _QUOTED.findall(french[key]) if word not in own[key]]
        if lost and not key.endswith(("alt", "words", "explain")):
            said, values = D_("« %(word)s » doit rester en français dans « %(key)s »"), {"word": lost[0], "key": key}
            found.append(Flaw((key,), "locked-words", said, warning=True, values=values))
    return found


def copied_segments(french: Mapping[str, str], own: Mapping[str, str]) -> list[Flaw]:
    """French given as a translation. One word may well be the same in two languages."""
    return [
        Flaw((key,), "copied", D_("c'est le texte français : traduisez-le, ou laissez cette langue de côté"))
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
    "missing": D_("il manque quelque chose ici"),
    "string_too_long": D_("c'est trop long (300 lettres au plus)"),
    "string_too_short": D_("il manque quelque chose ici"),
    "string_pattern_mismatch": D_("il manque quelque chose ici"),
    "string_type": D_("il manque quelque chose ici"),
    "date_from_datetime_parsing": D_("une date, comme 2027-06-30"),
    "date_parsing": D_("une date, comme 2027-06-30"),
    "float_parsing": D_("un nombre"),
    "float_type": D_("un nombre"),
    "finite_number": D_("un nombre"),
}


def shape_flaws(error: ValidationError) -> list[Flaw]:
    """What pydantic refused, in words."""
    return [_shape(entry) for entry in error.errors(include_url=False)]


def _shape(entry: Any) -> Flaw:
    at = tuple(entry["loc"])
    if entry["type"] == "kind":
        return Flaw(at, "shape", entry["ctx"]["message"], values=entry["ctx"]["values"])
    return Flaw(at, "shape", _SAID.get(entry["type"], D_("cette valeur n'est pas valable")))
