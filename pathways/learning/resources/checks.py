"""What resources and their translations must satisfy beyond their shape: the rules of questions, where they apply.

``flaws_of`` is pure, so that files, forms and the API say the same, each in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pathways import glossaries, i18n
from pathways.i18n import D_
from pathways.items import drawings
from pathways.items.flaws import MOST_WORDS, Flaw, segment_flaws, shape_flaws
from pathways.learning.models import ResourceKind
from pathways.learning.resources.documents import (
    AnyResourceDocument,
    OwnResourceDocument,
    ResourceDocument,
    ResourceTranslationDocument,
    SheetDocument,
    SheetTranslation,
)
from pathways.referentials.checks import FrameworkFolder
from pathways.referentials.reading import Finding, Source, parse, read

SHORTEST, LONGEST = 5, 30
"""Minutes of a sheet: what somebody can do in one sitting."""
ON_SCREEN = frozenset({ResourceKind.PAGE, ResourceKind.VIDEO, ResourceKind.EXERCISE})
"""Kinds that somebody opens; of the others, they are told when and where."""
READ_OVER = timedelta(days=2 * 366)
"""After which somebody should read it over again."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_END = re.compile(r"[.!?…»]$")


@dataclass(slots=True)
class ResourcesFolder:
    """The resources of a framework as they were read: what could not be read is in the findings."""

    folder: Path
    resources: dict[str, ResourceDocument] = field(default_factory=dict)
    translations: dict[str, dict[str, ResourceTranslationDocument]] = field(default_factory=dict)
    """``{language: {code: translation}}``, stale ones included."""


def flaws_of(resource: AnyResourceDocument, readers: str, skills: Collection[str] | None, today: date) -> list[Flaw]:
    """Everything that is wrong with a resource but its pictures. ``skills`` are those of its framework."""
    found = [*_teaches(resource, skills), *_languages(resource), *_way_there(resource)]
    if resource.checked_on is None:
        pass
    elif resource.checked_on > today:
        found.append(Flaw(("checked_on",), "checked-on", D_("cette date est à venir")))
    elif today - resource.checked_on > READ_OVER:
        said = D_("relue il y a plus de deux ans : relisez-la, puis changez la date")
        found.append(Flaw(("checked_on",), "checked-on", said, warning=True))
    if resource.sheet:
        found += _sheet(resource.sheet, readers)
        if not SHORTEST <= resource.minutes <= LONGEST:
            said, values = D_("une fiche demande de %(low)s à %(high)s minutes"), {"low": SHORTEST, "high": LONGEST}
            found.append(Flaw(("minutes",), "minutes", said, warning=True, values=values))
    return found


def check_resources(framework: FrameworkFolder, root: Path, today: date) -> tuple[ResourcesFolder, list[Finding]]:
    """Read every resource, picture and translation of the folder and say everything that is wrong with them."""
    read_in, findings = ResourcesFolder(framework.folder), []
    skills = {skill.code for skill in framework.framework.skills()} if framework.framework else None
    readers = framework.framework.readers if framework.framework else "beginners"
    for path in sorted(framework.folder.glob("resources/*.yaml")):
        source, unreadable = read(path, str(path.relative_to(root)))
        document, shape = parse(source, ResourceDocument) if not unreadable else (None, [])
        findings += unreadable + shape
        if document is None:
            continue
        if document.code != path.stem:
            findings.append(source.finding(("code",), "resource-code", f"le fichier s'appelle {path.stem}"))
        read_in.resources[document.code] = document
        findings += _said(document.code, flaws_of(document, readers, skills, today), source)
        findings += _shipped(document, source, framework.folder)
        findings += _pictures(document, source, framework.folder / "media")
    for path in sorted(framework.folder.glob("translations/*/resources/*.yaml")):
        findings += _translation_file(path, root, read_in)
    return read_in, findings


def _teaches(resource: AnyResourceDocument, skills: Collection[str] | None) -> Iterable[Flaw]:
    seen: set[str] = set()
    for position, taught in enumerate(resource.teaches):
        at, values = ("teaches", position, "skill"), {"code": taught.skill}
        if skills is not None and taught.skill not in skills:
            yield Flaw(at, "unknown-skill", D_("la micro-compétence %(code)s n'existe pas"), values=values)
        if taught.skill in seen:
            yield Flaw(at, "skill-twice", D_("la micro-compétence %(code)s est nommée deux fois"), values=values)
        seen.add(taught.skill)


def _languages(resource: AnyResourceDocument) -> Iterable[Flaw]:
    written: dict[str, Iterable[str]] = {"languages": resource.languages, "subtitles": resource.subtitles}
    if isinstance(resource, OwnResourceDocument):
        written["titles"] = resource.titles
    for where, codes in written.items():
        for code in codes:
            if code not in i18n.languages():
                said, values = D_("la langue %(code)s n'est pas connue"), {"code": code}
                yield Flaw((where,), "unknown-language", said, values=values)
    if not resource.sheet and not resource.wordless and not resource.languages:
        yield Flaw(
            ("languages",), "no-language", D_("dites dans quelles langues, ou qu'aucune langue n'est nécessaire")
        )


def _way_there(resource: AnyResourceDocument) -> Iterable[Flaw]:
    if resource.sheet and resource.url:
        yield Flaw(("url",), "two-ways", D_("une fiche n'a pas d'adresse ailleurs"))
    ways = resource.url or resource.sheet or (resource.practice and resource.kind is ResourceKind.EXERCISE)
    if resource.kind in ON_SCREEN and not ways:
        yield Flaw(("url",), "no-way", D_("il faut une adresse, ou une fiche"))


def _sheet(sheet: SheetDocument, readers: str) -> Iterable[Flaw]:
    in_sentence, in_title = MOST_WORDS[readers]
    texts: list[tuple[tuple[str | int, ...], str]] = [(("sheet", "intro"), sheet.intro)]
    texts += [(("sheet", "steps", number, "text"), step.text) for number, step in enumerate(sheet.steps)]
    texts.append((("sheet", "remember"), sheet.remember))
    for at, text in texts:
        for sentence in _SENTENCE.split(text):
            if len(sentence.split()) > in_sentence:
                said, values = D_("« %(text)s » compte %(words)s mots"), _counted(sentence)
                yield Flaw(at, "long-sentence", said, warning=True, values=values)
        if not _END.search(text):
            yield Flaw(at, "no-end", D_("une phrase se termine par un point"), warning=True)
    for number, step in enumerate(sheet.steps):
        if len(step.title.split()) > in_title:
            said, values = D_("« %(text)s » compte %(words)s mots"), _counted(step.title)
            yield Flaw(("sheet", "steps", number, "title"), "long-title", said, warning=True, values=values)


def _counted(text: str) -> dict[str, object]:
    return {"text": text, "words": len(text.split())}


def shapes(error: ValidationError) -> list[Flaw]:
    """What pydantic refused, in words, with the length that this field may have."""
    most = {entry["loc"]: entry["ctx"]["max_length"] for entry in _entries(error) if entry["type"] == "string_too_long"}
    return [
        replace(flaw, message=D_("c'est trop long (%(most)s lettres au plus)"), values={"most": most[flaw.at]})
        if flaw.at in most
        else flaw
        for flaw in shape_flaws(error)
    ]


def _entries(error: ValidationError) -> Iterable[Any]:
    return error.errors(include_url=False)


def _said(code: str, flaws: Iterable[Flaw], source: Source) -> list[Finding]:
    return [source.finding(flaw.at, flaw.code, f"{code} : {flaw.french}", warning=flaw.warning) for flaw in flaws]


def _shipped(document: ResourceDocument, source: Source, folder: Path) -> Iterable[Finding]:
    """What only ours must have."""
    if document.checked_on is None:
        yield source.finding((), "checked-on", f"{document.code} : dites quand quelqu'un l'a relue (checked_on)")
    if document.sheet and document.sheet.picture is None:
        yield source.finding(("sheet",), "missing-picture", f"{document.code} : la fiche n'a pas d'image")
    if document.practice and not (folder / "practice" / f"{document.practice}.yaml").is_file():
        said = f"{document.code} : l'exercice {document.practice} n'existe pas"
        yield source.finding(("practice",), "unknown-practice", said)


def _pictures(resource: ResourceDocument, source: Source, media: Path) -> Iterable[Finding]:
    for place, picture in resource.sheet.placed_pictures() if resource.sheet else ():
        said, path, at = f"{resource.code} : {picture.file}", media / picture.file, ("sheet", *place, "file")
        if not path.is_file():
            yield source.finding(at, "missing-picture", f"{said} manque dans media/")
            continue
        try:
            drawing = drawings.read(path)
        except drawings.Unusable as error:
            yield source.finding(at, "picture", f"{said} : {error}")
            continue
        if undeclared := drawings.painted_words(drawing) - drawings.words_in(picture.words or ""):
            word = min(undeclared)
            yield source.finding(at, "painted-words", f"{said} : « {word} » est peint et n'est pas dans words")


def _translation_file(path: Path, root: Path, read_in: ResourcesFolder) -> list[Finding]:
    source, findings = read(path, str(path.relative_to(root)))
    document, shape = parse(source, ResourceTranslationDocument) if not findings else (None, [])
    findings += shape
    if document is None:
        return findings
    language, code = path.parent.parent.name, path.stem
    findings += source.language(document.language, language)
    french = read_in.resources.get(code)
    if french is None:
        return [*findings, source.finding((), "orphan-translation", f"{code} n'existe pas en français")]
    read_in.translations.setdefault(language, {})[code] = document
    segments, own = french.segments(), document.segments()
    findings += [
        source.finding(_place(flaw.at[0], document.sheet), flaw.code, f"{code} : {flaw.french}", warning=flaw.warning)
        for flaw in segment_flaws(segments, own)
    ]
    if document.of != french.text_fingerprint():
        said = f"{code} : traduction périmée ou jamais estampillée, elle ne sera pas servie"
        return [*findings, source.finding(("of",), "stale-translation", said, warning=True)]
    return findings + [
        source.finding(_place(key, document.sheet), "glossary", f"{code} : {one.message} ({key})", warning=True)
        for key, one in glossaries.of_segments(segments, own, language)
    ]


def _place(key: object, sheet: SheetTranslation | None) -> tuple[str | int, ...]:
    """Where a segment stands in the file."""
    parts = str(key).split(".")
    if parts[0] in {"title", "summary"} or sheet is None:
        return (parts[0],)
    return ("sheet", *(int(part) - 1 if part.isdigit() else part for part in parts))
