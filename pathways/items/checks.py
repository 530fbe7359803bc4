"""What items and their translations must satisfy beyond their shape; ``docs/content-format.md`` tells the rules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pathways.i18n import LATIN_DIGITS, folded
from pathways.items import drawings
from pathways.items.documents import ItemDocument, ItemsDocument, ItemsTranslationDocument, ItemTranslationDocument
from pathways.referentials.checks import FrameworkFolder
from pathways.referentials.reading import Finding, Source, Step, parse, read

MOST_WORDS_IN_STEM, MOST_WORDS_IN_OPTION = 14, 9
"""Words as a counter counts them: 12 and 6 *spoken* ones with their articles and elisions."""
NEAR_DUPLICATE = 0.8
_FORBIDDEN = re.compile(r"\b(jamais|toujours|aucune de ces réponses|toutes ces réponses)\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"\b(ne|n['’])\s?\w+\s+(pas|plus|jamais|rien|aucun)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTED = re.compile(r"«\s*([^»]+?)\s*»")


@dataclass(slots=True)
class ItemsFolder:
    """The items of a framework as they were read: what could not be read is in the findings."""

    folder: Path
    items: dict[str, ItemDocument] = field(default_factory=dict)
    translations: dict[str, dict[str, ItemTranslationDocument]] = field(default_factory=dict)
    """``{language: {item code: translation}}``, stale ones included."""
    files: dict[str, str] = field(default_factory=dict)


def check_items(framework: FrameworkFolder, root: Path, today: date) -> tuple[ItemsFolder, list[Finding]]:
    """Read every item, picture and translation of the folder and say everything that is wrong with them."""
    read_in = ItemsFolder(framework.folder)
    skills = {skill.code for skill in framework.framework.skills()} if framework.framework else None
    findings: list[Finding] = []
    for path in sorted(framework.folder.glob("items/*.yaml")):
        source, unreadable = read(path, str(path.relative_to(root)))
        document, shape = parse(source, ItemsDocument) if not unreadable else (None, [])
        findings += unreadable + shape
        for position, item in enumerate(document.items if document else ()):
            at: tuple[Step, ...] = ("items", position)
            if item.code in read_in.items:
                findings.append(source.finding(at, "duplicate-code", f"{item.code} est déjà écrit"))
            if skills is not None and item.skill not in skills:
                findings.append(source.finding(at, "orphan-item", f"{item.code} : {item.skill} n'existe pas"))
            if not item.code.startswith(item.skill):
                findings.append(source.finding(at, "item-code", f"{item.code} ne commence pas par {item.skill}"))
            read_in.items[item.code] = item
            read_in.files[item.code] = source.file
            findings += _wording(item, source, at) + _reveals(item, source, at)
            findings += _pictures(item, source, at, framework.folder / "media")
            if item.verify_by and item.verify_by < today:
                said = f"{item.code} devait être revérifié avant le {item.verify_by}"
                findings.append(source.finding((*at, "verify_by"), "verify-by", said, warning=True))
    findings += _bank(read_in)
    for path in sorted(framework.folder.glob("translations/*/items/*.yaml")):
        findings += _translation_file(path, root, read_in)
    return read_in, findings


def _wording(item: ItemDocument, source: Source, at: tuple[Step, ...]) -> list[Finding]:
    findings = []
    if len(item.stem.split()) > MOST_WORDS_IN_STEM and item.kind != "observed":
        said = f"{item.code} : la question compte {len(item.stem.split())} mots"
        findings.append(source.finding((*at, "stem"), "long-stem", said, warning=True))
    if _NEGATIVE.search(item.stem):
        findings.append(source.finding((*at, "stem"), "negative-stem", f"{item.code} : question négative"))
    for position, option in enumerate(item.options):
        where = (*at, "options", position)
        if option.text and len(option.text.split()) > MOST_WORDS_IN_OPTION:
            said = f"{item.code}.{option.id} compte {len(option.text.split())} mots"
            findings.append(source.finding(where, "long-option", said, warning=True))
        if option.text and _FORBIDDEN.search(option.text):
            findings.append(source.finding(where, "forbidden-word", f"{item.code}.{option.id} : « {option.text} »"))
    texts = Counter(folded(option.text) for option in item.options if option.text and not option.picture)
    findings += [
        source.finding((*at, "options"), "equal-options", f"{item.code} : « {text} » est écrit {number} fois")
        for text, number in texts.items()
        if number > 1
    ]
    return findings


def _reveals(item: ItemDocument, source: Source, at: tuple[Step, ...]) -> list[Finding]:
    """Each wrong option names the mistake it reveals: that is what makes a wrong answer useful to a trainer."""
    if item.kind in {"choice", "choices", "pictures", "zone"}:
        return [
            source.finding(
                (*at, "options", position), "no-reveals", f"{item.code}.{option.id} ne dit pas quelle erreur il révèle"
            )
            for position, option in enumerate(item.options)
            if not option.key and not option.reveals
        ]
    findings = []
    if item.kind in {"order", "match"} and not item.confusions:
        said = f"{item.code} ne nomme aucune confusion (confusions)"
        findings.append(source.finding(at, "no-reveals", said, warning=True))
    ids = {option.id for option in item.options}
    targets = {target.id for target in item.targets}
    for position, confusion in enumerate(item.confusions):
        named = set(confusion.before or ()) | set(confusion.pair or {})
        if not named <= ids or not set((confusion.pair or {}).values()) <= targets or not named:
            said = f"{item.code} : une confusion nomme une réponse qui n'existe pas"
            findings.append(source.finding((*at, "confusions", position), "unknown-option", said))
    for position, mistake in enumerate(item.mistakes):
        try:
            re.compile(mistake.pattern)
        except re.error as error:
            said = f"{item.code} : motif illisible ({error})"
            findings.append(source.finding((*at, "mistakes", position), "pattern", said))
    return findings


def _pictures(item: ItemDocument, source: Source, at: tuple[Step, ...], media: Path) -> list[Finding]:
    findings = []
    for picture in item.pictures():
        path = media / picture.file
        if not path.is_file():
            findings.append(source.finding(at, "missing-picture", f"{item.code} : {picture.file} manque dans media/"))
            continue
        try:
            drawing = drawings.read(path)
        except drawings.Unusable as error:
            findings.append(source.finding(at, "picture", f"{item.code} : {picture.file} : {error}"))
            continue
        for option in item.options if picture is item.picture else ():
            if option.zone and not drawing.holds(option.zone):
                said = f"{item.code}.{option.id} : la zone sort de l'image ({drawing.width:g} × {drawing.height:g})"
                findings.append(source.finding(at, "zone-outside", said))
    return findings


def _bank(read_in: ItemsFolder) -> list[Finding]:
    """What only the whole bank shows: near duplicates between micro-skills, keys that give themselves away."""
    findings = []
    items = list(read_in.items.values())
    words = {item.code: frozenset(folded(" ".join(item.segments().values())).split()) for item in items}
    for position, one in enumerate(items):
        for other in items[position + 1 :]:
            common = len(words[one.code] & words[other.code]) / len(words[one.code] | words[other.code])
            if one.skill != other.skill and common > NEAR_DUPLICATE:
                said = f"{one.code} et {other.code} sont presque la même question"
                findings.append(Finding(read_in.files[other.code], 1, "near-duplicate", said, warning=True))
    keys = [
        max(o.text or "" for o in item.options if o.key) == max((o.text or "" for o in item.options), key=len)
        for item in items
        if item.kind == "choice"
    ]
    if len(keys) >= 8 and sum(keys) / len(keys) > 0.6:
        said = f"la bonne réponse est la plus longue dans {sum(keys)} questions sur {len(keys)}"
        findings.append(Finding(str(read_in.folder.name), 1, "key-length", said, warning=True))
    return findings


def _translation_file(path: Path, root: Path, read_in: ItemsFolder) -> list[Finding]:
    source, findings = read(path, str(path.relative_to(root)))
    document, shape = parse(source, ItemsTranslationDocument) if not findings else (None, [])
    findings += shape
    if document is None:
        return findings
    language = path.parent.parent.name
    findings += source.language(document.language, language)
    kept = read_in.translations.setdefault(language, {})
    for code, translation in document.items.items():
        at: tuple[Step, ...] = ("items", code)
        item = read_in.items.get(code)
        if item is None:
            findings.append(source.finding(at, "orphan-translation", f"{code} n'existe pas en français"))
            continue
        kept[code] = translation
        findings += _translation(code, item, translation, source, at)
    return findings


def _translation(
    code: str, item: ItemDocument, translation: ItemTranslationDocument, source: Source, at: tuple[Step, ...]
) -> list[Finding]:
    french, own = item.segments(), translation.segments()
    findings = [
        source.finding(at, "missing-segment", f"{code} : « {key} » n'est pas traduit")
        for key in french
        if key not in own
    ]
    findings += [
        source.finding(at, "orphan-segment", f"{code} : « {key} » n'existe pas en français")
        for key in own
        if key not in french
    ]
    for key in french.keys() & own.keys():
        if _numbers(french[key]) != _numbers(own[key]):
            findings.append(source.finding(at, "numbers", f"{code} : les nombres de « {key} » diffèrent", warning=True))
        lost = [word for word in _QUOTED.findall(french[key]) if word not in own[key]]
        if lost and not key.endswith(("alt", "words", "explain")):
            said = f"{code} : « {lost[0]} » doit rester en français dans « {key} »"
            findings.append(source.finding(at, "locked-words", said, warning=True))
    if translation.of != item.text_fingerprint():
        said = f"{code} : traduction périmée ou jamais estampillée, elle ne sera pas servie"
        findings.append(source.finding((*at, "of"), "stale-translation", said, warning=True))
    return findings


def _numbers(text: str) -> list[str]:
    return sorted(_NUMBER.findall(text.translate(LATIN_DIGITS)))
