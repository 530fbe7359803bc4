"""What a framework must satisfy beyond its shape. Each finding names the file, the line, a code and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathways import glossaries
from pathways.referentials.documents import (
    TITLES,
    AlignmentDocument,
    FrameworkDocument,
    FrameworkTranslationDocument,
    SituationsDocument,
    SkillDocument,
)
from pathways.referentials.reading import Finding, Source, Step, parse, read

_OTHER_DEVICE = {"phone": "computer", "computer": "phone"}


@dataclass(slots=True)
class FrameworkFolder:
    """A framework read from its folder, whole or not: what could not be read is missing and is in the findings."""

    folder: Path
    framework: FrameworkDocument | None
    source: Source
    translations: dict[str, FrameworkTranslationDocument]


def frameworks_in(root: Path) -> list[Path]:
    """The folders of ``root`` that hold a framework; ``root`` itself if it is one."""
    if (root / "framework.yaml").exists():
        return [root]
    return sorted(path.parent for path in root.glob("*/framework.yaml"))


def check_framework(folder: Path, root: Path) -> tuple[FrameworkFolder, list[Finding]]:
    """Read ``framework.yaml`` and its translations, and say everything that is wrong with them."""
    name = str((folder / "framework.yaml").relative_to(root))
    source, findings = read(folder / "framework.yaml", name)
    framework, shape = parse(source, FrameworkDocument) if not findings else (None, [])
    findings += shape
    read_in = FrameworkFolder(folder, framework, source, {})
    if framework is not None:
        findings += _codes(framework, source)
        findings += _prerequisites(framework, source)
        findings += _ladders(framework, source)
        findings += _alignments(framework, source, folder.parent / "alignments")
        findings += _translations(read_in, root)
        findings += _situations(framework, folder / "situations.yaml", root)
    return read_in, findings


def skill_paths(framework: FrameworkDocument) -> dict[str, tuple[Step, ...]]:
    """Where each micro-skill stands in the file."""
    return {
        skill.code: ("domains", d, "strands", s, "skills", position)
        for d, domain in enumerate(framework.domains)
        for s, strand in enumerate(domain.strands)
        for position, skill in enumerate(strand.skills)
    }


def _codes(framework: FrameworkDocument, source: Source) -> list[Finding]:
    findings, seen = [], set[str]()
    for d, domain in enumerate(framework.domains):
        places: list[tuple[str, tuple[Step, ...]]] = [(domain.code, ("domains", d))]
        for s, strand in enumerate(domain.strands):
            places.append((strand.code, ("domains", d, "strands", s)))
            places += [
                (skill.code, ("domains", d, "strands", s, "skills", position))
                for position, skill in enumerate(strand.skills)
            ]
        for code, path in places:
            if code in seen:
                findings.append(source.finding(path, "duplicate-code", f"le code {code} est déjà pris"))
            seen.add(code)
    titles: dict[str, str] = {}
    paths = skill_paths(framework)
    for skill in framework.skills():
        if skill.title.casefold() in titles:
            said = f"{skill.code} a le même titre que {titles[skill.title.casefold()]}"
            findings.append(source.finding(paths[skill.code], "duplicate-title", said))
        titles[skill.title.casefold()] = skill.code
    return findings


def _prerequisites(framework: FrameworkDocument, source: Source) -> list[Finding]:
    skills = {skill.code: skill for skill in framework.skills()}
    paths = skill_paths(framework)
    findings = []
    for skill in skills.values():
        for position, group in enumerate(skill.requires):
            path = (*paths[skill.code], "requires", position)
            findings += [
                source.finding(path, "unknown-prerequisite", f"{skill.code} demande {member}, qui n'existe pas")
                for member in group
                if member not in skills
            ]
            known = [skills[member] for member in group if member in skills]
            if len(set(group)) != len(group) or (_is_written_as_group(source, path) and len(group) < 2):
                said = f"{skill.code} : un groupe OU compte au moins deux micro-compétences différentes"
                findings.append(source.finding(path, "or-group", said))
            if known and min(member.level for member in known) > skill.level:
                said = f"{skill.code} (niveau {skill.level}) demande {', '.join(group)}, de niveau plus haut"
                findings.append(source.finding(path, "level-above-dependant", said))
    if cycle := _cycle(skills):
        said = f"prérequis en boucle : {' → '.join(cycle)}"
        findings.append(source.finding(paths[cycle[0]], "cycle", said))
    elif not findings:
        findings += _blocked(framework, source)
    return findings


def _is_written_as_group(source: Source, path: tuple[Step, ...]) -> bool:
    return (*path, 0) in source.lines


def _cycle(skills: Mapping[str, SkillDocument]) -> list[str]:
    """A cycle of prerequisites, every OR member counting as an edge; empty if there is none."""
    done, trail = set[str](), list[str]()

    def visit(code: str) -> list[str]:
        if code in done or code not in skills:
            return []
        if code in trail:
            return [*trail[trail.index(code) :], code]
        trail.append(code)
        for group in skills[code].requires:
            for member in group:
                if found := visit(member):
                    return found
        trail.pop()
        done.add(code)
        return []

    return next((found for code in skills if (found := visit(code))), [])


def _blocked(framework: FrameworkDocument, source: Source) -> list[Finding]:
    """Micro-skills that somebody with one device only can never reach, though they need no other device."""
    findings = []
    paths = skill_paths(framework)
    for device in ("phone", "computer"):
        wanted = [skill for skill in framework.skills() if skill.device != _OTHER_DEVICE[device]]
        reached = set[str]()
        while new := [
            skill.code
            for skill in wanted
            if skill.code not in reached and all(reached & set(group) for group in skill.requires)
        ]:
            reached.update(new)
        names = {"phone": "un téléphone", "computer": "un ordinateur"}
        findings += [
            source.finding(
                paths[skill.code], "device-blocked", f"{skill.code} est hors d'atteinte avec seulement {names[device]}"
            )
            for skill in wanted
            if skill.code not in reached
        ]
    return findings


def _ladders(framework: FrameworkDocument, source: Source) -> list[Finding]:
    findings = []
    paths = skill_paths(framework)
    for _, strand in framework.strands():
        for lower, upper in zip(strand.skills, strand.skills[1:], strict=False):
            if upper.level < lower.level:
                said = f"{upper.code} (niveau {upper.level}) vient après {lower.code} (niveau {lower.level})"
                findings.append(source.finding(paths[upper.code], "ladder", said))
    for skill in framework.skills():
        if skill.level not in framework.levels:
            said = f"{skill.code} : le niveau {skill.level} n'est pas décrit dans « levels »"
            findings.append(source.finding(paths[skill.code], "unknown-level", said))
    return findings


def _alignments(framework: FrameworkDocument, source: Source, folder: Path) -> list[Finding]:
    known: dict[str, set[str]] = {}
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.yaml")):
        other, unreadable = read(path, f"{folder.name}/{path.name}")
        document, shape = parse(other, AlignmentDocument) if not unreadable else (None, [])
        findings += unreadable + shape
        if document is not None:
            known[document.code] = set(document.codes)
    paths = skill_paths(framework)
    for skill in framework.skills():
        for other, codes in skill.aligned.items():
            path = (*paths[skill.code], "aligned", other)
            if other not in known:
                findings.append(
                    source.finding(path, "unknown-alignment", f"{skill.code} : référentiel {other} inconnu")
                )
                continue
            findings += [
                source.finding(path, "unknown-code", f"{skill.code} : le code {code} n'existe pas dans {other}")
                for code in codes
                if code not in known[other]
            ]
    return findings


def _translations(read_in: FrameworkFolder, root: Path) -> list[Finding]:
    framework = read_in.framework
    assert framework is not None
    findings: list[Finding] = []
    for path in sorted(read_in.folder.glob("translations/*/framework.yaml")):
        source, unreadable = read(path, str(path.relative_to(root)))
        document, shape = parse(source, FrameworkTranslationDocument) if not unreadable else (None, [])
        findings += unreadable + shape
        if document is None:
            continue
        findings += source.language(document.language, path.parent.name)
        titles = framework.titles()
        if not document.title.strip():
            findings.append(source.finding(("title",), "empty-translation", "titre : traduction vide"))
        for part in TITLES:
            given = getattr(document, part)
            findings += [
                source.finding((part, code), "orphan-translation", f"{code} n'existe pas dans le référentiel")
                for code in given
                if code not in titles[part]
            ]
            findings += [
                source.finding((part, code), "empty-translation", f"{code} : traduction vide")
                for code, text in given.items()
                if not text.strip()
            ]
        findings += _stale_titles(document, titles, source)
        findings += _glossary(document, titles, source)
        read_in.translations[document.language] = document
    return findings


def _glossary(document: FrameworkTranslationDocument, titles: dict[str, Any], source: Source) -> list[Finding]:
    """Words that the glossary of the language says otherwise."""
    fresh = document.fresh(titles)
    pairs: list[tuple[tuple[Step, ...], str, str]] = [(("title",), titles["title"], fresh.title)] if fresh.title else []
    for part in TITLES:
        pairs += [((part, code), titles[part][code], text) for code, text in getattr(fresh, part).items()]
    return [
        source.finding(place, "glossary", f"{place[-1]} : {one.message}", warning=True)
        for place, french, own in pairs
        for one in glossaries.flaws(french, own, document.language)
    ]


def _stale_titles(document: FrameworkTranslationDocument, titles: dict[str, Any], source: Source) -> list[Finding]:
    fresh = document.fresh(titles)
    stale = [("title",)] if document.title and not fresh.title else []
    stale += [
        (part, code)
        for part in TITLES
        for code in getattr(document, part)
        if code in titles[part] and code not in getattr(fresh, part)
    ]
    return [
        source.finding(
            place,
            "stale-translation",
            f"{place[-1]} : traduction périmée ou jamais estampillée, elle ne sera pas servie",
            warning=True,
        )
        for place in stale
    ]


def _situations(framework: FrameworkDocument, path: Path, root: Path) -> list[Finding]:
    """Ready-made choices and goals: what they name must be there, and those of the desk must say how long they are."""
    if not path.exists():
        return []
    source, findings = read(path, str(path.relative_to(root)))
    document, shape = parse(source, SituationsDocument) if not findings else (None, [])
    findings += shape
    if document is None:
        return findings
    devices = {skill.code: skill.device for skill in framework.skills()}
    for part, entries in (("situations", document.situations), ("goals", document.goals)):
        for position, one in enumerate(entries):
            findings += _chosen(one.title, one.skills, devices, source, (part, position))
    seen: dict[str, set[str]] = {"code": set(), "title": set()}
    for position, one in enumerate(document.situations):
        for name, value in (("code", one.code), ("title", one.title.casefold())):
            if value in seen[name]:
                said = f"deux situations ont le même {'code' if name == 'code' else 'titre'} : {value}"
                findings.append(source.finding(("situations", position, name), f"duplicate-{name}", said))
            seen[name].add(value)
        if one.flash and not (one.questions and one.minutes):
            said = f"{one.title} : une situation de l'accueil dit son nombre de questions et de minutes"
            findings.append(source.finding(("situations", position), "flash-length", said))
        if other := _OTHER_DEVICE.get(one.device):
            findings += [
                source.finding(
                    ("situations", position, "skills"), "situation-device", f"{code} demande l'autre appareil"
                )
                for code in one.skills
                if devices.get(code) == other
            ]
    titles = [goal.title.casefold() for goal in document.goals]
    findings += [
        source.finding(("goals", position, "title"), "duplicate-title", f"deux buts ont le même titre : {title}")
        for position, title in enumerate(titles)
        if title in titles[:position]
    ]
    return findings


def _chosen(
    title: str, skills: tuple[str, ...], known: Mapping[str, str], source: Source, path: tuple[Step, ...]
) -> list[Finding]:
    findings = [
        source.finding((*path, "skills", position), "unknown-skill", f"{title} : {code} n'existe pas")
        for position, code in enumerate(skills)
        if code not in known
    ]
    if len(set(skills)) != len(skills):
        findings.append(
            source.finding((*path, "skills"), "skill-twice", f"{title} : une micro-compétence y est deux fois")
        )
    return findings
