"""A file of translations, whatever its format: one unit a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.spreadsheets import forbidden_sign

LARGEST_FILE = 10_000_000
MOST_UNITS = 80_000
LONGEST_TEXT = 5_000
READ = frozenset({"reviewed", "verified"})
OF_ITEM = re.compile(r"item:([A-Z0-9][A-Za-z0-9.-]{0,63})#([a-z][a-z0-9.-]{0,79})")
"""The context of a text of a question: its code and its segment."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One text. ``state`` is that of the translation; empty where there is none."""

    context: str
    french: str
    text: str = ""
    state: str = ""
    unfinished: bool = False
    """Somebody must still look at it: *fuzzy* in PO, *needs-…* in XLIFF."""
    previous: str = ""
    """The French that was translated, where it changed since."""
    note: str = ""
    most: int = 0
    """Letters; 0 for no limit."""
    read_only: bool = False
    line: int = 0

    @property
    def approved(self) -> bool:
        return self.state in READ


@dataclass(frozen=True, slots=True)
class UnitsFile:
    framework: str
    language: str
    units: Sequence[Unit] = ()


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """What is to be said of a line. A ``warning`` refuses nothing."""

    line: int
    context: str
    message: str
    warning: bool = False


@dataclass(slots=True)
class Read:
    """What a file holds, and what is wrong with its form."""

    units: list[Unit] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


def tell(line: int, context: str, message: str, *, warning: bool = False, **values: object) -> Told:
    """``message``: marked with ``D_``, ``values`` for its places. It is said in the language of who asks."""
    return Told(line, context, i18n.sentence(message, values), warning)


def refused(message: str, *, line: int = 0, **values: object) -> Invalid:
    """The file as a whole cannot be used; ``line`` where that shows."""
    said = i18n.sentence(message, values)
    if line:
        said = i18n.sentence(D_("Ligne %(line)s : %(said)s"), {"line": line, "said": said})
    return Invalid("%(said)s", errors=[{"field": "file", "message": said}], said=said)


def decoded(data: bytes) -> str:
    """The text of a file; raises :class:`Invalid` with the line that cannot be read."""
    if len(data) > LARGEST_FILE:
        raise refused(D_("Le fichier dépasse %(most)s Mo. Découpez-le."), most=LARGEST_FILE // 1_000_000)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refused(D_("le fichier n'est pas en UTF-8. Enregistrez-le en UTF-8."), line=line) from error


def examined(read: Read) -> Read:
    """The units without what no text of ours may hold, each place named."""
    seen: dict[str, int] = {}
    for unit in read.units:
        if unit.context in seen:
            said = D_("ce texte est déjà à la ligne %(first)s : gardez-en un")
            read.told.append(tell(unit.line, unit.context, said, first=seen[unit.context]))
        seen.setdefault(unit.context, unit.line)
        if sign := forbidden_sign(unit.text):
            said = D_("un caractère invisible (%(sign)s) commande quelque chose : enlevez-le")
            read.told.append(tell(unit.line, unit.context, said, sign=sign))
        if len(unit.text) > LONGEST_TEXT:
            read.told.append(tell(unit.line, unit.context, D_("plus de %(most)s lettres"), most=LONGEST_TEXT))
    if len(read.units) > MOST_UNITS:
        raise refused(D_("Le fichier compte plus de %(most)s textes. Découpez-le."), most=MOST_UNITS)
    return read
