"""Languages of the reader: the registry, the catalogues, the negotiation. French is the msgid and the last resort."""

from __future__ import annotations

import io
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from babel.units import format_unit

from pathways.settings import resource

SOURCE = "fr"
LATIN_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
"""For ``str.translate``: the digits of Arabic and Persian writing, as French forms and phones want them."""
LONGEST_TAG = 40
"""Letters of a language tag that are read; RFC 5646 wants room for 35."""
MOST_PREFERENCES = 20
"""Entries read of an ``Accept-Language`` header; the rest of a longer one is ignored."""


@dataclass(frozen=True, slots=True)
class Language:
    """One entry of ``locales/languages.toml``, the only place that knows."""

    code: str
    tag: str
    name: str
    dir: str
    fmt: str
    fallback: tuple[str, ...]
    aliases: tuple[str, ...]
    plural: str
    font: str
    state: str


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translated later"
    return message


@cache
def languages() -> Mapping[str, Language]:
    """All languages by code, in the order of the language wall."""
    entries = tomllib.loads((resource("locales") / "languages.toml").read_text("utf-8"))
    return {
        code: Language(
            code=code,
            fallback=tuple(entry.pop("fallback")),
            aliases=tuple(entry.pop("aliases")),
            **entry,
        )
        for code, entry in entries.items()
    }


def language(code: str) -> Language:
    """The language of a code that is known to be in the registry (``KeyError`` otherwise)."""
    return languages()[code]


def recognised(tag: str) -> str | None:
    """The code of the language that a browser or a person calls ``tag``; subtags are dropped from the right."""
    subtags = tag[:LONGEST_TAG].strip().replace("_", "-").casefold().split("-")
    while subtags:
        code = _by_name().get("-".join(subtags))
        if code is not None:
            return code
        subtags.pop()
    return None


def negotiated(header: str | None, *, among: Iterable[str] | None = None) -> str | None:
    """The best language for an ``Accept-Language`` header, or ``None``. Malformed entries are skipped."""
    allowed = set(languages() if among is None else among)
    wanted: list[tuple[float, int, str]] = []
    for position, entry in enumerate((header or "")[:2000].split(",")[:MOST_PREFERENCES]):
        tag, _, parameters = entry.partition(";")
        quality = _quality(parameters)
        if quality is not None and (code := recognised(tag)) in allowed:
            wanted.append((-quality, position, str(code)))
    return min(wanted)[2] if wanted else None


_current: ContextVar[str] = ContextVar("language", default=SOURCE)


def use(code: str) -> None:
    """Answer in this language for the rest of the present request (or task of the worker)."""
    _current.set(code)


def current() -> Language:
    return language(_current.get())


def gettext(message: str, code: str | None = None) -> str:
    return catalogue(code or _current.get()).ugettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int, code: str | None = None) -> str:
    return catalogue(code or _current.get()).ungettext(singular, plural, number)


def sentence(message: str, values: Mapping[str, object], code: str | None = None) -> str:
    """A translated message with its ``%(name)s`` places filled."""
    text = gettext(message, code)
    return text % values if values else text


@cache
def catalogue(code: str) -> Translations:
    """The messages of one language, chained to its fallbacks. Read from the PO file: there is no compiled state that
    could be older than its source.
    """
    own = _read(code)
    end = own
    for other in language(code).fallback:
        if other != SOURCE:
            link = _read(other)  # a copy of its own, so that chains of two languages never grow into each other
            end.add_fallback(link)
            end = link
    return own


def say_date(day: date, code: str) -> str:
    """``jeudi 3 décembre 2026`` in the words of the language, with the digits of French forms and phones."""
    return format_date(day, format="full", locale=Locale.parse(language(code).fmt)).translate(LATIN_DIGITS)


def say_size(size: int) -> str:
    """``8 Mo``, in the language in use: a number of bytes in the largest unit that it fills."""
    unit, number = ("megabyte", size / 2**20) if size >= 2**20 else ("kilobyte", size / 2**10)
    said = format_unit(round(number), f"digital-{unit}", "short", locale=Locale.parse(current().fmt))
    return "\u00a0".join(said.translate(LATIN_DIGITS).split())


def _read(code: str) -> Translations:
    path = po_file(code)
    if code == SOURCE or not path.exists():
        return Translations()
    with path.open("rb") as file:
        entries = read_po(file, locale=None)
    compiled = io.BytesIO()
    write_mo(compiled, entries)
    compiled.seek(0)
    return Translations(compiled)


def po_file(code: str) -> Path:
    return resource("locales") / code / "LC_MESSAGES" / "pathways.po"


@cache
def _by_name() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for one in languages().values():
        for name in (one.tag, one.code.replace("_", "-"), *one.aliases):
            names[name.casefold()] = one.code
    return names


def _quality(parameters: str) -> float | None:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return None
    return quality if name.strip() == "q" and 0 < quality <= 1 else None


def folded(text: str) -> str:
    """For searching: without accents, case, or typographic apostrophes."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold()
