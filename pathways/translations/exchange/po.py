"""Units as a gettext PO file and back. ``docs/translating.md`` tells how it is laid out. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polib

from pathways import i18n
from pathways.i18n import D_
from pathways.translations.exchange.units import (
    MOST_UNITS,
    READ,
    Read,
    Told,
    Unit,
    UnitsFile,
    decoded,
    examined,
    refused,
    tell,
)

MOST_CONTINUED, LONGEST_LINE = 200, 20_000
"""Lines of one text, and letters of one line: the reader glues them one by one, which grows with the square."""
_STATE, _MOST = "state:", "max-length:"
_LINE = re.compile(r"\(line (\d+)\)")
_WRITTEN = re.compile(r'''(?:msg(?:ctxt|id|id_plural|str(?:\[\d\])?)\s*)?"(?:[^"\\]|\\.)*"''')
"""A line that is no comment: a word of the format or none, and a text between quotes."""
_NOT_PO = D_("ce n'est pas la forme d'un fichier PO.")
_LISTED = frozenset({"machine", "draft", *READ})


def written(file: UnitsFile) -> bytes:
    """The same units give the same bytes: no date in the header, so that a repository shows what changed."""
    language = i18n.language(file.language)
    document = polib.POFile(wrapwidth=0)
    document.metadata = {
        "Project-Id-Version": f"pathways {file.framework}",
        "Language": language.code,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": language.plural,
        "X-Framework": file.framework,
    }
    document.extend(_entry(unit) for unit in file.units)
    return f"{document}".encode()


def _entry(unit: Unit) -> polib.POEntry:
    flags = ["fuzzy"] if unit.unfinished and unit.text else []
    flags += [f"{_MOST}{unit.most}"] if unit.most else []
    flags += ["read-only"] if unit.read_only else []
    flags += [f"{_STATE}{unit.state}"] if unit.state else []
    entry = polib.POEntry(msgctxt=unit.context, msgid=unit.french, msgstr=unit.text, comment=unit.note, flags=flags)
    if unit.previous:
        entry.previous_msgctxt = unit.context
        entry.previous_msgid = unit.previous
    return entry


def read(data: bytes, language: str) -> Read:
    """Raises :class:`Invalid` for what is no PO file of this language; the rest is told line by line."""
    text = decoded(data)
    _check_bounds(text)
    try:
        # polib opens a file of that name, if there is one: a text of several lines is none.
        document = polib.pofile(f"\n{text}\n")
    except (OSError, ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        found = _LINE.search(str(error))
        line = int(found[1]) - 1 if found else 1
        raise refused(_NOT_PO, line=max(1, line)) from error
    told = _header(document.metadata, language)
    units = []
    for entry in document:
        if entry.obsolete:
            continue
        line = max(1, (entry.linenum or 2) - 1)
        context = entry.msgctxt or ""
        if entry.msgid_plural or entry.msgstr_plural:
            told.append(tell(line, context, D_("aucun de nos textes n'a de pluriel : enlevez msgid_plural")))
            continue
        units.append(_unit(entry, context, line))
    return examined(Read(units, told))


def _unit(entry: polib.POEntry, context: str, line: int) -> Unit:
    states = [flag.removeprefix(_STATE) for flag in entry.flags if flag.startswith(_STATE)]
    return Unit(
        context=context,
        french=entry.msgid,
        text=entry.msgstr,
        state=states[0] if states and states[0] in _LISTED else "",
        unfinished="fuzzy" in entry.flags,
        line=line,
    )


def _header(metadata: Mapping[str, str], language: str) -> list[Told]:
    said = str(metadata.get("Language", "")).strip()
    if not said:
        return [tell(1, "", D_("l'en-tête ne dit pas la langue (Language)"))]
    told = []
    if i18n.recognised(said) != language:
        told.append(tell(1, "", D_("l'en-tête dit une autre langue (%(said)s)"), said=said[:40]))
    plural = str(metadata.get("Plural-Forms", "")).strip()
    if plural and _bare(plural) != _bare(i18n.language(language).plural):
        message = D_("l'en-tête compte les pluriels autrement (Plural-Forms) : remettez celui d'origine")
        told.append(tell(1, "", message))
    return told


def _bare(plural: str) -> str:
    """Without spaces and outer brackets, which tools add or leave out."""
    return re.sub(r"[\s;()]", "", plural)


def _check_bounds(text: str) -> None:
    """Refuse by its line what the reader would take half an hour for, or cut in silence."""
    continued = texts = 0
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        continued = continued + 1 if bare.startswith('"') else 0
        if continued > MOST_CONTINUED or len(line) > LONGEST_LINE:
            raise refused(D_("ce texte est trop long."), line=number)
        if bare and not bare.startswith("#") and not _WRITTEN.fullmatch(bare):
            raise refused(_NOT_PO, line=number)
        texts += bare.startswith("msgid") and not bare.startswith("msgid_plural")
        if texts > MOST_UNITS + 1:  # with the header
            raise refused(D_("Le fichier compte plus de %(most)s textes. Découpez-le."), most=MOST_UNITS)
