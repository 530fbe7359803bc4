"""Which word is said for which in a language: ``locales/<code>/glossary.yaml``. Reading them, and what does not follow
them. ``docs/translating.md`` tells the format.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from pathways.i18n import SOURCE, folded
from pathways.settings import resource

LONGEST_TERM, MOST_TERMS, LARGEST_FILE = 80, 500, 200_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"«[^»]*»")
_INVISIBLE = re.compile("[\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_LETTERS = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ھ": "ه", "ہ": "ه"})
"""Letters of Arabic writing that keyboards of several languages write differently."""


@dataclass(frozen=True, slots=True)
class Term:
    """A French word or phrase, what is said for it (stems, so that endings pass), and what is not."""

    french: str
    say: tuple[str, ...]
    avoid: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Misused:
    """A term that a translation does not follow."""

    term: Term
    avoided: str = ""
    """The word to avoid that stands there; empty where none of the words to say does."""

    @property
    def message(self) -> str:
        said = f"« {self.term.french} » se dit {' ou '.join(f'« {one} »' for one in self.term.say)}"
        return f"{said}, pas « {self.avoided} »" if self.avoided else said


def glossary(language: str) -> tuple[Term, ...]:
    """The terms of a language; none where it has no glossary. Raises ``ValueError`` for a file that is none."""
    return () if language == SOURCE else _kept(language)


@cache
def _kept(language: str) -> tuple[Term, ...]:
    path = resource("locales") / language / "glossary.yaml"
    return terms_of(path, language) if path.is_file() else ()


def forget() -> None:
    """Read the glossaries anew at their next use."""
    _kept.cache_clear()
    _by_first_word.cache_clear()


def terms_of(path: Path, language: str) -> tuple[Term, ...]:
    """The terms of a file; ``ValueError`` says what its shape lacks."""
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"{path.name}: too large")
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506 - a safe one, in C where the wheel brings it
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path}: {error}") from error
    if wrong := problems(document, language):
        raise ValueError(f"{path}: {wrong[0]}")
    return tuple(
        Term(
            french=one["french"],
            say=tuple(one["say"]),
            avoid=tuple(one.get("avoid") or ()),
            note=one.get("note") or "",
        )
        for one in document["terms"]
    )


def problems(document: Any, language: str) -> list[str]:
    """What is wrong with the shape of a glossary, term by term."""
    if not isinstance(document, Mapping) or document.get("format") != 1 or not isinstance(document.get("terms"), list):
        return ["format: 1, language and terms are needed"]
    found = [] if document.get("language") == language else [f"language is not {language}"]
    found += [f"unknown key {name}" for name in document if name not in {"format", "language", "terms"}]
    if len(document["terms"]) > MOST_TERMS:
        found.append(f"more than {MOST_TERMS} terms")
    seen = set[str]()
    for number, one in enumerate(document["terms"], 1):
        found += [f"term {number}: {said}" for said in _wrong(one)]
        if isinstance(one, Mapping) and isinstance(one.get("french"), str):
            if _plain(one["french"]) in seen:
                found.append(f"term {number}: {one['french']} stands twice")
            seen.add(_plain(one["french"]))
    return found


def _wrong(one: Any) -> list[str]:
    if not isinstance(one, Mapping):
        return ["no term"]
    found = [f"unknown key {name}" for name in one if name not in {"french", "say", "avoid", "note"}]
    if not _is_term(one.get("french")):
        found.append("french is missing")
    for name in ("say", "avoid"):
        words = one.get(name) or []
        if not isinstance(words, list) or not all(map(_is_term, words)) or (name == "say" and not words):
            found.append(f"{name} is a list of words")
    if not isinstance(one.get("note") or "", str):
        found.append("note is a text")
    return found


def _is_term(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_TERM and bool(_plain(text))


def terms_in(french: str, language: str) -> list[Term]:
    """The terms that a French text uses, as whole words, singular or plural. A label between quotes stays French in
    every language, so that no term counts in it.
    """
    text, by_word = _unquoted(french), _by_first_word(language)
    found = dict[int, Term]()
    for word in _words_of(text):
        found |= {place: term for place, term in by_word.get(word, ()) if _pattern(term.french).search(text)}
    return [found[place] for place in sorted(found)]


def flaws(french: str, own: str, language: str) -> list[Misused]:
    """The terms of a French text that its translation does not follow."""
    text = _plain(own)
    found = []
    for term in terms_in(french, language):
        rest = text  # a word to avoid may be a part of one to say
        for one in sorted(map(_plain_term, term.say), key=len, reverse=True):
            rest = rest.replace(one, " ")
        avoided = next((one for one in term.avoid if _plain_term(one) in rest), "")
        if avoided or rest == text:
            found.append(Misused(term, avoided))
    return found


def of_segments(french: Mapping[str, str], own: Mapping[str, str], language: str) -> list[tuple[str, Misused]]:
    """The same for the segments of a question: ``(key, what is wrong)``."""
    pairs: Sequence[tuple[str, str]] = [(key, text) for key, text in french.items() if own.get(key)]
    return [(key, one) for key, text in pairs for one in flaws(text, own[key], language)]


@cache
def _by_first_word(language: str) -> Mapping[str, Sequence[tuple[int, Term]]]:
    """Terms with their places, by the word that they begin with, singular and plural: few of them can stand in a text,
    and each is looked for in ten languages.
    """
    found: dict[str, list[tuple[int, Term]]] = defaultdict(list)
    for place, term in enumerate(glossary(language)):
        first_word = next(iter(_WORD.findall(_plain(term.french))), "")
        for ending in ("", "s", "x") if first_word else ("",):
            found[first_word + ending].append((place, term))
    return found


@lru_cache(maxsize=5_000)
def _words_of(text: str) -> frozenset[str]:
    """With none: a term may have no letter."""
    return frozenset(("", *_WORD.findall(text)))


@cache
def _pattern(french: str) -> re.Pattern[str]:
    """A term in a plain text, as whole words, singular or plural."""
    said = [rf"{re.escape(word)}(?:s|x)?" for word in _plain(french).split()]
    return re.compile(r"(?<!\w)" + r"\s+".join(said) + r"(?!\w)")


@lru_cache(maxsize=5_000)
def _unquoted(french: str) -> str:
    """The same text stands behind its translations into every language."""
    return _plain(_QUOTED.sub(" ", french))


@lru_cache(maxsize=5_000)
def _plain_term(text: str) -> str:
    return _plain(text)


def _plain(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", folded(text)).translate(_LETTERS).split())
