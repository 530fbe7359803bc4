"""Languages of the reader: the registry, the catalogues, the negotiation. French is the msgid and the last resort."""

from __future__ import annotations

import io
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from babel.units import format_unit

from pathways.settings import resource

SOURCE = "fr"
LATIN_DIGITS = {ord(sign): str(unicodedata.digit(sign)) for sign in "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹০১২৩৪৫৬৭৮৯"}
"""For ``str.translate``: the digits of Arabic, Persian and Bengali writing, as French forms and phones want them."""
LEARNERS, DESK = "pathways", "desk"
"""The two gettext domains: what learners read, in every language; what only trainers read, in those of the desk."""
_LOOSE = re.compile(r" (?=[:;?!»%€])|(?<=«) ")
FIRST_STRONG, POP = "\u2068", "\u2069"
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
    script: str
    dir: str
    fmt: str
    fallback: tuple[str, ...]
    aliases: tuple[str, ...]
    plural: str
    state: str
    font: str
    wave: int
    shipped: str = ""
    """The npm package of the font that is sent with pages; empty where every phone has one."""
    voice: str = ""
    """The voice of draft sounds; empty where no synthetic one is good enough to be heard."""
    desk: bool = False
    """Whether the pages of trainers exist in it, too."""
    days: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    """Monday to Sunday, January to December, of a language that CLDR does not have."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translated later"
    return message


def D_(message: str) -> str:  # noqa: N802 - like N_, for the words of the desk
    """A text that only a trainer reads, translated later: it goes to the catalogue of the desk."""
    return message


@cache
def languages() -> Mapping[str, Language]:
    """All languages by code, in the order of the language wall."""
    entries = tomllib.loads((resource("locales") / "languages.toml").read_text("utf-8"))
    return {code: _entry(code, entry | entry.pop("dates", {})) for code, entry in entries.items()}


def _entry(code: str, given: Mapping[str, Any]) -> Language:
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in given.items()}
    return Language(code=code, **values)


def desk_languages() -> list[Language]:
    """Those of the pages of trainers, French first."""
    return [one for one in languages().values() if one.desk]


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


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Answer in this language inside the block."""
    before = _current.set(code)
    try:
        yield
    finally:
        _current.reset(before)


def current() -> Language:
    return language(_current.get())


def gettext(message: str, code: str | None = None) -> str:
    return catalogue(code or _current.get()).ugettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int, code: str | None = None) -> str:
    spoken = code or _current.get()
    if spoken == SOURCE:  # the msgids themselves; in French, none is said like one
        return singular if number < 2 else plural
    return catalogue(spoken).ungettext(singular, plural, number)


def sentence(message: str, values: Mapping[str, object], code: str | None = None) -> str:
    """A translated message with its ``%(name)s`` places filled."""
    text = gettext(message, code)
    return text % values if values else text


@cache
def catalogue(code: str) -> Translations:
    """The messages of one language, of learners and then of the desk, chained to its fallbacks. Read from the PO files:
    there is no compiled state that could be older than its source.
    """
    links = [_read(one, domain) for one in (code, *language(code).fallback) for domain in (LEARNERS, DESK)]
    for link, following in pairwise(links):  # each was read for this chain alone: chains never grow into each other
        link.add_fallback(following)
    return links[0]


def say_date(day: date, code: str) -> str:
    """``jeudi 3 décembre 2026`` in the words of the language, with the digits of French forms and phones."""
    known = language(code)
    if known.days:
        return f"{known.days[day.weekday()]} {day.day} {known.months[day.month - 1]} {day.year}"
    return format_date(day, format="full", locale=Locale.parse(known.fmt)).translate(LATIN_DIGITS)


def say_weekday(day: int, code: str) -> str:
    """``lundi``, of 0."""
    known = language(code)
    return known.days[day] if known.days else get_day_names("wide", "stand-alone", Locale.parse(known.fmt))[day]


def isolated(text: str) -> str:
    """A text of another direction or of somebody's typing, for where no element can isolate it: titles, subjects, plain
    letters. What stands around it keeps its order.
    """
    return f"{FIRST_STRONG}{text}{POP}"


def tied(french: str) -> str:
    """The text without the spaces that French never leaves at the end of a line; a narrow screen would."""
    return _LOOSE.sub("\u00a0", french)


def say_size(size: int) -> str:
    """``8 Mo``, in the language in use: a number of bytes in the largest unit that it fills."""
    unit, number = ("megabyte", size / 2**20) if size >= 2**20 else ("kilobyte", size / 2**10)
    said = format_unit(round(number), f"digital-{unit}", "short", locale=Locale.parse(current().fmt))
    return "\u00a0".join(said.translate(LATIN_DIGITS).split())


def _read(code: str, domain: str) -> Translations:
    path = po_file(code, domain)
    if code == SOURCE or not path.exists():
        return Translations()
    with path.open("rb") as file:
        entries = read_po(file, locale=None)
    compiled = io.BytesIO()
    write_mo(compiled, entries)
    compiled.seek(0)
    return Translations(compiled)


def po_file(code: str, domain: str = LEARNERS) -> Path:
    return resource("locales") / code / "LC_MESSAGES" / f"{domain}.po"


def forget() -> None:
    """Read the registry and the catalogues anew at their next use: a test, or a tool, has changed them."""
    for kept in (languages, catalogue, _by_name):
        kept.cache_clear()


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
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFKD", text.replace("’", "'")).translate(_NO_ACCENTS).casefold()


class _NoAccents(dict[int, int | None]):
    """For ``str.translate``: each letter is looked at once in the life of a process."""

    def __missing__(self, letter: int) -> int | None:
        self[letter] = None if unicodedata.combining(chr(letter)) else letter
        return self[letter]


_NO_ACCENTS = _NoAccents()
