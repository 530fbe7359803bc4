"""The files ``goals.yaml`` of a framework, their translations, and what both must satisfy beyond their shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from pathways import glossaries
from pathways.learning.models import GoalAudience
from pathways.referentials.checks import FrameworkFolder
from pathways.referentials.documents import AlignmentDocument, Code, Document, Filled, State, fingerprint_of
from pathways.referentials.reading import Finding, Source, Step, parse, read
from pathways.settings import resource

FILE = "goals.yaml"
STAMP = 8
"""Letters of the fingerprint of a French title."""
Certification = Literal["pix", "clea", "aidants-connect"]
PICTURES = (
    *("school", "permit", "family-benefits", "job", "certificate", "doctor", "video", "shield", "card", "health"),
    *("taxes", "notebook", "house", "bank", "letter", "scan", "phone", "computer", "ticket", "basket", "bulb", "cv"),
    *(
        "monthly",
        "stamp",
        "settings",
        "hand",
        "speech",
        "reading",
        "access",
        "shop",
        "people",
        "chart",
        "key",
        "lock",
        "welcome",
    ),
)
"""Drawn in ``goal-pictures.html``; a goal can be recognised by one without reading."""
Title = Annotated[str, Field(min_length=3, max_length=80), Filled]
Weight = Annotated[int, Field(ge=1, le=3)]


class GoalDocument(Document):
    """What somebody wants to be able to do, as they would say it."""

    code: Code
    title: Title
    audience: GoalAudience = GoalAudience.LEARNER
    picture: str
    words: tuple[Annotated[str, Field(min_length=1, max_length=60), Filled], ...] = ()
    posts: tuple[Annotated[str, Field(min_length=1, max_length=60), Filled], ...] = ()
    certification: Certification | None = None
    weights: Annotated[dict[Code, Weight], Field(min_length=1, max_length=40)]


class AreaDocument(Document):
    """A part of what a certification looks at, and the micro-skills that we know of it."""

    code: Annotated[str, Field(min_length=1, max_length=20)]
    title: Title
    skills: Annotated[tuple[Code, ...], Field(min_length=1, max_length=60)]


class CertificationDocument(Document):
    """A certification of somebody else's. Its parts are those of an alignment (``aligned``), or named here."""

    code: Certification
    title: Title
    note: Annotated[str, Field(max_length=300)] = ""
    aligned: Code | None = None
    areas: tuple[AreaDocument, ...] = ()
    link: Annotated[str, Field(pattern=r"^https://[a-z0-9.\-]+/[A-Za-z0-9/\-]*\{code\}$")] | None = None
    """Where a code that a trainer was given leads."""


class GoalsDocument(Document):
    """The file ``goals.yaml``."""

    format: Literal[1]
    goals: tuple[GoalDocument, ...] = ()
    certifications: tuple[CertificationDocument, ...] = ()

    def stamps(self) -> dict[str, str]:
        """For each goal, a short digest of its French title."""
        return {goal.code: fingerprint_of(goal.title, STAMP) for goal in self.goals}


class GoalsTranslationDocument(Document):
    """The file ``translations/LANG/goals.yaml``."""

    format: Literal[1]
    language: str
    state: State
    titles: dict[Code, Annotated[str, Field(max_length=120)]]
    of: dict[Code, str] = {}

    def fresh(self, stamps: Mapping[str, str]) -> dict[str, str]:
        """The titles whose French is still the one that was translated."""
        return {
            code: text for code, text in self.titles.items() if code in stamps and self.of.get(code) == stamps[code]
        }


@dataclass(slots=True)
class GoalsFolder:
    """The goals of one framework, whole or not: what could not be read is missing and is in the findings."""

    document: GoalsDocument = field(default_factory=lambda: GoalsDocument(format=1))
    translations: dict[str, GoalsTranslationDocument] = field(default_factory=dict)


def check_goals(framework: FrameworkFolder, root: Path) -> tuple[GoalsFolder, list[Finding]]:
    """Read ``goals.yaml`` and its translations, where there are any, and say everything that is wrong with them."""
    path = framework.folder / FILE
    read_in = GoalsFolder()
    if not path.exists() or framework.framework is None:
        return read_in, []
    source, findings = read(path, str(path.relative_to(root)))
    document, shape = parse(source, GoalsDocument) if not findings else (None, [])
    findings += shape
    if document is None:
        return read_in, findings
    read_in.document = document
    known = {skill.code for skill in framework.framework.skills()}
    findings += _goals(document, source, known)
    findings += _certifications(document, source, known, framework.folder.parent / "alignments")
    for translated in sorted(framework.folder.glob(f"translations/*/{FILE}")):
        findings += _translation(read_in, translated, root)
    return read_in, findings


@cache
def certifications(framework: str) -> tuple[CertificationDocument, ...]:
    """Those that a framework gets somebody ready for, from the files that come with the server, once per process. A
    file that has an error offers nothing: ``pathways check`` says which.
    """
    root = resource("referentials")
    path = root / framework / FILE
    if path.parent.parent != root or not path.is_file():
        return ()
    source, unreadable = read(path, f"{framework}/{FILE}")
    document = None if unreadable else parse(source, GoalsDocument)[0]
    return document.certifications if document is not None else ()


@cache
def codes_of(alignment: str) -> Mapping[str, str]:
    """``{code: title}`` of a public framework, in its order; nothing where it is not known."""
    path = resource("referentials") / "alignments" / f"{alignment}.yaml"
    if not path.is_file():
        return {}
    source, unreadable = read(path, path.name)
    document = None if unreadable else parse(source, AlignmentDocument)[0]
    return {code: str(title) for code, title in document.codes.items()} if document is not None else {}


def _goals(document: GoalsDocument, source: Source, known: set[str]) -> list[Finding]:
    findings: list[Finding] = []
    seen: dict[str, set[str]] = {"code": set(), "title": set()}
    for position, goal in enumerate(document.goals):
        at: tuple[Step, ...] = ("goals", position)
        for name, value in (("code", goal.code), ("title", goal.title.casefold())):
            if value in seen[name]:
                said = f"deux buts ont le même {'code' if name == 'code' else 'titre'} : {value}"
                findings.append(source.finding((*at, name), f"duplicate-{name}", said))
            seen[name].add(value)
        findings += [
            source.finding((*at, "weights", code), "unknown-skill", f"{goal.title} : {code} n'existe pas")
            for code in goal.weights
            if code not in known
        ]
        if goal.picture not in PICTURES:
            said = f"{goal.title} : le dessin {goal.picture} n'existe pas"
            findings.append(source.finding((*at, "picture"), "unknown-picture", said))
        if goal.certification and goal.certification not in {one.code for one in document.certifications}:
            said = f"{goal.title} : la certification {goal.certification} n'est pas décrite dans ce fichier"
            findings.append(source.finding((*at, "certification"), "unknown-certification", said))
    return findings


def _certifications(document: GoalsDocument, source: Source, known: set[str], folder: Path) -> list[Finding]:
    findings: list[Finding] = []
    for position, one in enumerate(document.certifications):
        at: tuple[Step, ...] = ("certifications", position)
        if (one.aligned is None) == (not one.areas):
            said = f"{one.title} : soit « aligned », soit « areas »"
            findings.append(source.finding(at, "areas", said))
        if one.aligned is not None and not (folder / f"{one.aligned}.yaml").is_file():
            said = f"{one.title} : référentiel {one.aligned} inconnu"
            findings.append(source.finding((*at, "aligned"), "unknown-alignment", said))
        findings += [
            source.finding((*at, "areas", number, "skills", place), "unknown-skill", f"{code} n'existe pas")
            for number, area in enumerate(one.areas)
            for place, code in enumerate(area.skills)
            if code not in known
        ]
    return findings


def _translation(read_in: GoalsFolder, path: Path, root: Path) -> list[Finding]:
    source, findings = read(path, str(path.relative_to(root)))
    document, shape = parse(source, GoalsTranslationDocument) if not findings else (None, [])
    findings += shape
    if document is None:
        return findings
    findings += source.language(document.language, path.parent.name)
    stamps = read_in.document.stamps()
    fresh = document.fresh(stamps)
    french = {goal.code: goal.title for goal in read_in.document.goals}
    for code, text in document.titles.items():
        at: tuple[Step, ...] = ("titles", code)
        if code not in stamps:
            findings.append(source.finding(at, "orphan-translation", f"{code} n'est pas un but de ce fichier"))
        elif not text.strip():
            findings.append(source.finding(at, "empty-translation", f"{code} : traduction vide"))
        elif code not in fresh:
            said = f"{code} : traduction périmée ou jamais estampillée, elle ne sera pas servie"
            findings.append(source.finding(at, "stale-translation", said, warning=True))
        else:
            findings += [
                source.finding(at, "glossary", f"{code} : {one.message}", warning=True)
                for one in glossaries.flaws(french[code], text, document.language)
            ]
    read_in.translations[document.language] = document
    return findings
