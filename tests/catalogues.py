"""What must hold of an interface catalogue, whoever translates it."""

from __future__ import annotations

import re

import polib

from pathways import i18n

_PLACE = re.compile(r"%\((\w+)\)([sd])|%%|(%)")
_TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)


def texts_of(code: str, domain: str = i18n.LEARNERS) -> polib.POFile:
    return polib.pofile(str(i18n.po_file(code, domain)))


def placeholders(text: str) -> set[str]:
    """The names of the places of a text; raises if a per cent sign is neither one of a place nor doubled."""
    if "%(" not in text and "%%" not in text:
        return set()  # never formatted
    found = set()
    for match in _PLACE.finditer(text):
        if match[3]:
            raise ValueError(f"a lone per cent sign: {text}")
        if match[1]:
            found.add(match[1])
    return found


def problems_of(code: str, domain: str = i18n.LEARNERS) -> list[str]:
    """Everything that is wrong with the catalogue of a language."""
    file = texts_of(code, domain)
    language = i18n.language(code)
    number = int(re.search(r"nplurals=(\d+)", language.plural)[1])  # type: ignore[index] - every plural rule has it
    wrong = []
    if file.metadata.get("Plural-Forms") != language.plural:
        wrong.append(f"Plural-Forms: {file.metadata.get('Plural-Forms')}")
    if file.metadata.get("Language") != code:
        wrong.append(f"Language: {file.metadata.get('Language')}")
    for entry in file:
        given = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.fuzzy or entry.obsolete:
            wrong.append(f"fuzzy or obsolete: {entry.msgid}")
        if not all(text.strip() for text in given) or (entry.msgid_plural and len(given) != number):
            wrong.append(f"empty or incomplete: {entry.msgid}")
        wanted = placeholders(entry.msgid) | placeholders(entry.msgid_plural or "")
        for text in given:
            # A singular may say its number in a word; nothing else may be lost, and nothing be added.
            missing = wanted - placeholders(text) - ({"number", "count"} if entry.msgid_plural else set())
            if missing or placeholders(text) - wanted:
                wrong.append(f"places differ: {entry.msgid}")
            if sorted(_TAG.findall(text)) != sorted(_TAG.findall(entry.msgid)):
                wrong.append(f"markup differs: {entry.msgid}")
            if re.search(r"[\u202a-\u202e\u2066-\u2069\x00-\x08]", text):
                wrong.append(f"a control character: {entry.msgid}")
    return wrong
