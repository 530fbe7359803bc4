"""The content of `referentials/` as a whole: checking it, and loading it. Above the features that own its parts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from tqdm import tqdm

from pathways.badges import proposals
from pathways.badges.achievement_documents import AchievementDocument
from pathways.errors import Invalid
from pathways.items import recordings
from pathways.items import service as items_service
from pathways.items.checks import ItemsFolder, check_items
from pathways.items.documents import ItemsDocument, ItemsTranslationDocument
from pathways.learning import goals as goals_service
from pathways.learning.goal_checks import GoalsDocument, GoalsFolder, GoalsTranslationDocument, check_goals
from pathways.learning.practice.checks import check_practices
from pathways.learning.practice.documents import PracticeDocument, PracticeTranslationsDocument
from pathways.learning.resources import loading as resources_loading
from pathways.learning.resources.checks import ResourcesFolder, check_resources
from pathways.learning.resources.documents import ResourceDocument, ResourceTranslationDocument
from pathways.referentials import service as referentials_service
from pathways.referentials.checks import FrameworkFolder, check_framework, frameworks_in
from pathways.referentials.documents import (
    TITLES,
    AlignmentDocument,
    FrameworkDocument,
    FrameworkTranslationDocument,
    SituationsDocument,
    stamps_of,
)
from pathways.referentials.reading import Finding, Step, read

PROGRESS: dict[str, Any] = {"delay": 2.0, "disable": None, "leave": False}
"""A bar only on a terminal, and only for what takes over two seconds."""


@dataclass(frozen=True, slots=True)
class Content:
    frameworks: tuple[tuple[FrameworkFolder, ItemsFolder], ...]
    findings: tuple[Finding, ...]
    resources: Mapping[str, ResourcesFolder]
    """By the name of the framework's folder."""
    goals: Mapping[str, GoalsFolder]
    """By the name of the framework's folder."""

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.warning]


def check(root: Path, today: date) -> Content:
    """Read every framework under ``root`` with its items, and say everything that is wrong."""
    folders, findings, resources, goals = [], [], {}, {}
    for folder in tqdm(frameworks_in(root), "référentiels", **PROGRESS):
        framework, wrong = check_framework(folder, root)
        items, wrong_items = check_items(framework, root, today)
        folders.append((framework, items))
        resources[framework.folder.name], wrong_resources = check_resources(framework, root, today)
        goals[framework.folder.name], wrong_goals = check_goals(framework, root)
        findings += wrong + wrong_items + wrong_resources + wrong_goals
        findings += check_practices(framework, root, today)[1]
    if not folders:
        findings.append(Finding(str(root), 1, "no-framework", "aucun framework.yaml dans ce dossier"))
    findings += proposals.check(root)[1]
    return Content(tuple(folders), tuple(sorted(set(findings))), resources, goals)


def load(db: Session, content: Content) -> list[str]:
    """Store content without errors, all or nothing (the caller's transaction); returns a line per framework."""
    told = []
    for framework, items in tqdm(content.frameworks, "chargement", **PROGRESS):
        assert framework.framework is not None
        referential = referentials_service.load(db, framework)
        new = items_service.load(db, referential.code, items)
        told.append(
            f"{referential.code} {referential.version} (état {referential.number}) : "
            f"{len(framework.framework.skills())} micro-compétences, {len(items.items)} questions, "
            f"dont {new} nouvelles ou changées"
        )
        goals_service.load(db, referential.code, content.goals[framework.folder.name])
        resources = content.resources[framework.folder.name]
        changed = resources_loading.load(db, referential.code, resources)
        if resources.resources:
            told[-1] += f" ; {len(resources.resources)} ressources, dont {changed} nouvelles ou changées"
    return told


def write_schemas(folder: Path) -> list[str]:
    """Write the JSON Schema of each kind of file into ``folder``; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, model in SCHEMAS.items():
        path = folder / f"{name}.schema.json"
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | model.model_json_schema()
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=1) + "\n", "utf-8")
        written.append(str(path))
    return written


def stamp(root: Path, today: date) -> int:
    """Note in each translation which French text it translates (``of``). For translators, once their texts follow a
    change of the French: a stamp says *this is the translation of that*. Returns how many stamps changed.
    """
    changed, content = 0, check(root, today)
    for framework, items in content.frameworks:
        if framework.framework is None:
            continue
        for path in sorted(framework.folder.glob("translations/*/framework.yaml")):
            changed += _stamp_titles(path, framework.framework.titles())
        stamps: dict[tuple[Step, ...], str] = {
            ("items", code, "of"): item.text_fingerprint() for code, item in items.items.items()
        }
        for path in sorted(framework.folder.glob("translations/*/items/*.yaml")):
            changed += _stamp(path, stamps)
        practices, _ = check_practices(framework, root, today)
        stamps = {("practices", code, "of"): one.text_fingerprint() for code, one in practices.practices.items()}
        for path in sorted(framework.folder.glob("translations/*/practice/*.yaml")):
            changed += _stamp(path, stamps)
        changed += _stamp_goals(framework.folder, content.goals[framework.folder.name].document)
        changed += _stamp_resources(content.resources[framework.folder.name])
    return changed


def _stamp(path: Path, stamps: Mapping[tuple[Step, ...], str]) -> int:
    """Put the stamps into the lines ``of:`` of a file; everything else, comments too, stays as it is."""
    source, unreadable = read(path, path.name)
    if unreadable:
        return 0
    with path.open(encoding="utf-8", newline="") as file:
        lines, changed = file.read().splitlines(keepends=True), 0
    for place, stamp in stamps.items():
        if place not in source.lines:
            continue
        number = source.lines[place] - 1
        if (found := _OF_LINE.match(lines[number])) and found[2].strip("\"'") != stamp:
            lines[number] = f'{found[1]}"{stamp}"{found[3]}'
            changed += 1
    if changed:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write("".join(lines))
    return changed


def _stamp_goals(folder: Path, french: GoalsDocument) -> int:
    """Write the block ``of:`` of each translation of the goals anew."""
    stamps, changed = french.stamps(), 0
    for path in sorted(folder.glob("translations/*/goals.yaml")):
        source, unreadable = read(path, path.name)
        if unreadable or not isinstance(source.value, dict):
            continue
        given, before = source.value.get("titles") or {}, source.value.get("of") or {}
        wanted = {code: stamps[code] for code in given if code in stamps}
        if before != wanted:
            kept = _OF_BLOCK.sub("", path.read_text("utf-8")).rstrip("\n")
            block = ["of:", *(f'  {code}: "{stamp}"' for code, stamp in wanted.items())]
            path.write_text("\n".join([kept, *block]) + "\n", "utf-8")
            changed += sum(before.get(code) != stamp for code, stamp in wanted.items()) or 1
    return changed


def _stamp_resources(folder: ResourcesFolder) -> int:
    """One file is one translation: its stamp is at its top."""
    return sum(
        _stamp(path, {("of",): french.text_fingerprint()})
        for code, french in folder.resources.items()
        for path in sorted(folder.folder.glob(f"translations/*/resources/{code}.yaml"))
    )


def _stamp_titles(path: Path, french: Mapping[str, Any]) -> int:
    """Write the block ``of:`` of a framework's translation anew, at the end of the file: a stamp for each title that
    is translated there.
    """
    source, unreadable = read(path, path.name)
    if unreadable or not isinstance(source.value, dict):
        return 0
    stamps, given = stamps_of(french), source.value
    wanted: dict[str, Any] = {"title": stamps["title"]}
    for part in TITLES:
        wanted[part] = {code: stamps[part][code] for code in given.get(part) or () if code in stamps[part]}
    if given.get("of") == wanted:
        return 0
    kept = _OF_BLOCK.sub("", path.read_text("utf-8")).rstrip("\n")
    block = ["of:", f'  title: "{wanted["title"]}"']
    for part in TITLES:
        block += [f"  {part}:", *(f'    {code}: "{stamp}"' for code, stamp in wanted[part].items())]
    path.write_text("\n".join([kept, *block]) + "\n", "utf-8")
    before: dict[str, Any] = given["of"] if isinstance(given.get("of"), dict) else {}
    flat = [(part, code) for part in TITLES for code in wanted[part]]
    return sum((before.get(part) or {}).get(code) != wanted[part][code] for part, code in flat) or 1


def load_recordings(db: Session, folder: Path, data: Path, *, licence: str) -> int:
    """Keep the sounds of ``folder`` (``ar/SEC-02-a/stem.mp3``) as the readings of today's texts; returns how many. A
    file whose text does not exist is refused, and then nothing is kept.
    """
    kept = 0
    for path in sorted([*folder.glob("*/*/*.mp3"), *folder.glob("*/*/*.ogg")]):
        language, code = path.parent.parent.name, path.parent.name
        text = items_service.text_of(db, code, path.stem, language)
        if text is None:
            raise Invalid(f"{path.relative_to(folder)} : ce texte n'existe pas dans cette langue.")
        recordings.keep(db, data / "recordings", language=language, text=text, sound=path.read_bytes(), licence=licence)
        kept += 1
    return kept


SCHEMAS = {
    "framework": FrameworkDocument,
    "framework-translation": FrameworkTranslationDocument,
    "situations": SituationsDocument,
    "alignment": AlignmentDocument,
    "items": ItemsDocument,
    "items-translation": ItemsTranslationDocument,
    "practice": PracticeDocument,
    "practice-translation": PracticeTranslationsDocument,
    "goals": GoalsDocument,
    "goals-translation": GoalsTranslationDocument,
    "resource": ResourceDocument,
    "resource-translation": ResourceTranslationDocument,
    "achievement": AchievementDocument,
}
_OF_BLOCK = re.compile(r"^of:[^\n]*\n(?:[ \t]+[^\n]*\n?)*", re.MULTILINE)
_OF_LINE = re.compile(r"""^(\s*of:\s*)("[^"]*"|'[^']*'|[^\s#"']*)(\s*(?:#.*)?\s*)$""")
