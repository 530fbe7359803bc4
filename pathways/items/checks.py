"""What items and their translations must satisfy beyond their shape; ``docs/content-format.md`` tells the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pathways import glossaries
from pathways.items import drawings, evenness
from pathways.items.documents import ItemDocument, ItemsDocument, ItemsTranslationDocument, ItemTranslationDocument
from pathways.items.flaws import flaws_of, holds, translation_flaws
from pathways.referentials.checks import FrameworkFolder
from pathways.referentials.reading import Finding, Source, Step, parse, read


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
    readers = framework.framework.readers if framework.framework else "beginners"
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
            findings += _flaws(item, readers, source, at)
            findings += _pictures(item, source, at, framework.folder / "media")
            if item.verify_by and item.verify_by < today:
                said = f"{item.code} devait être revérifié avant le {item.verify_by}"
                findings.append(source.finding((*at, "verify_by"), "verify-by", said, warning=True))
    findings += [
        Finding(read_in.files.get(code, read_in.folder.name), 1, kind, said, warning=True)
        for code, kind, said in (*evenness.of_keys(read_in.items), *evenness.of_parallels(read_in.items, skills or ()))
    ]
    for path in sorted(framework.folder.glob("translations/*/items/*.yaml")):
        findings += _translation_file(path, root, read_in)
    return read_in, findings


def _flaws(item: ItemDocument, readers: str, source: Source, at: tuple[Step, ...]) -> list[Finding]:
    return [
        source.finding((*at, *flaw.at), flaw.code, f"{item.code} : {flaw.french}", warning=flaw.warning)
        for flaw in flaws_of(item, readers)
    ]


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
        if undeclared := drawings.painted_words(drawing) - drawings.words_in(picture.words or ""):
            said = f"{item.code} : {picture.file} : « {min(undeclared)} » est peint et n'est pas dans words"
            if item.kind != "text":  # what is to be copied is told in no other words
                findings.append(source.finding(at, "painted-words", said))
        for option in item.options if picture is item.picture else ():
            if option.zone and not holds(drawing, option.zone):
                said = f"{item.code}.{option.id} : la zone sort de l'image ({drawing.width:g} × {drawing.height:g})"
                findings.append(source.finding(at, "zone-outside", said))
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
        findings += _glossary(code, item, translation, source, language)
    return findings


def _glossary(
    code: str, item: ItemDocument, translation: ItemTranslationDocument, source: Source, language: str
) -> list[Finding]:
    """Words that the glossary of the language says otherwise, each with its line."""
    if translation.of != item.text_fingerprint():
        return []  # stale: it will be translated anew
    return [
        source.finding(("items", code, *key.split(".")), "glossary", f"{code} : {one.message} ({key})", warning=True)
        for key, one in glossaries.of_segments(item.segments(), translation.segments(), language)
    ]


def _translation(
    code: str, item: ItemDocument, translation: ItemTranslationDocument, source: Source, at: tuple[Step, ...]
) -> list[Finding]:
    findings = [
        source.finding(at, flaw.code, f"{code} : {flaw.french}", warning=flaw.warning)
        for flaw in translation_flaws(item, translation)
    ]
    if translation.of != item.text_fingerprint():
        said = f"{code} : traduction périmée ou jamais estampillée, elle ne sera pas servie"
        findings.append(source.finding((*at, "of"), "stale-translation", said, warning=True))
    return findings
