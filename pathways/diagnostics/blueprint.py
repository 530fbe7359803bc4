"""A diagnostic ready to be asked: the engine's structure, the revisions and translations, frozen at publication."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from pathways.diagnostics.engine import (
    Compiled,
    ItemModel,
    LevelSkill,
    LevelStrand,
    StopRules,
    Structure,
    compile_structure,
    first_model,
    thresholds,
)
from pathways.diagnostics.models import Diagnostic
from pathways.i18n import SOURCE
from pathways.items import recordings
from pathways.items import service as items_service
from pathways.items.models import ItemRevision
from pathways.items.presenting import Shown
from pathways.referentials.ladders import Ladders


def structure_of(referential: Ladders, skills: Collection[str], revisions: Iterable[ItemRevision]) -> Structure:
    """The ladders of the chosen micro-skills with their items. A rung keeps the place that it has on the whole ladder:
    leaving rungs out moves no threshold.
    """
    strands = []
    for strand in referential.strands:
        highest = max(map(int, referential.levels))
        places = thresholds([skill.level for skill in strand.skills], highest)
        rungs = [
            LevelSkill(skill.code, place)
            for skill, place in zip(strand.skills, places, strict=True)
            if skill.code in skills
        ]
        if rungs:
            strands.append(LevelStrand(strand.code, tuple(rungs)))
    return Structure(tuple(strands), tuple(model_of(revision) for revision in revisions))


def model_of(revision: ItemRevision) -> ItemModel:
    """How the engine sees an item that nobody has answered yet."""
    options = revision.body["options"]
    words = sum(len(text.split()) for key, text in revision.segments.items() if not key.endswith(("alt", "explain")))
    return first_model(
        revision.code,
        revision.skill,
        kind=revision.kind,
        words=words,
        options=len(options),
        keys=sum(option["key"] for option in options),
    )


@dataclass(slots=True)
class Blueprint:
    """A published diagnostic in memory: immutable, shared by all requests of a process."""

    diagnostic_id: uuid.UUID
    languages: tuple[str, ...]
    rules: StopRules
    compiled: Compiled
    skills: tuple[str, ...]
    bodies: Mapping[str, Mapping[str, Any]]
    """The document of each item by code."""
    segments: Mapping[str, Mapping[str, Mapping[str, str]]]
    """``{item: {language: {segment: text}}}``, French always."""
    states: Mapping[str, Mapping[str, str]]
    """``{item: {language: state of its translation}}``"""
    french_for_missing: bool
    sounds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skill_of: Mapping[str, str] = field(default_factory=dict)
    _askable: dict[str, frozenset[str]] = field(default_factory=dict)

    def askable(self, language: str) -> frozenset[str]:
        """Items that may be asked on a screen in this language: whole translations, or French where the trainer said
        that French with its pictures will do.
        """
        if language not in self._askable:
            self._askable[language] = frozenset(
                code
                for code, body in self.bodies.items()
                if body["kind"] != "observed"
                and (language == SOURCE or language in self.segments[code] or self.french_for_missing)
            )
        return self._askable[language]

    def not_assessable(self, language: str) -> frozenset[str]:
        """Micro-skills without any item for this language (on a screen or observed)."""
        observed = {code for code, body in self.bodies.items() if body["kind"] == "observed"}
        return frozenset(self.skills) - {self.skill_of[code] for code in self.askable(language) | observed}

    def at_most(self, language: str) -> int:
        """The longest that it can be."""
        return min(self.rules.questions or len(self.bodies), len(self.askable(language)))

    def shown(self, item: str, language: str) -> Shown:
        """The item as one learner sees it."""
        translated = language if language in self.segments[item] else SOURCE
        return Shown(
            code=item,
            body=self.bodies[item],
            language=translated,
            segments=self.segments[item],
            state=self.states[item].get(translated),
            sounds=self.sounds.get(item, {}),
        )


def freeze(
    structure: Structure,
    rules: StopRules,
    revisions: Sequence[ItemRevision],
    *,
    languages: Sequence[str],
    least_state: str,
    french_for_missing: bool,
) -> dict[str, Any]:
    """The JSON that a published diagnostic keeps: from it alone, the same questions come for ever."""
    frozen = {}
    for revision in revisions:
        served = {
            language: row for language in languages if (row := items_service.served(revision, language, least_state))
        }
        frozen[revision.code] = {
            "revision": str(revision.id),
            "translations": {language: str(row.id) for language, row in served.items()},
        }
    return {
        "structure": structure.to_document(),
        "rules": asdict(rules),
        "items": frozen,
        "languages": list(languages),
        "french_for_missing": french_for_missing,
    }


def thaw(db: Session, diagnostic: Diagnostic) -> Blueprint:
    """Build the blueprint of a published diagnostic from what was frozen."""
    frozen = diagnostic.blueprint
    structure = Structure.from_document(frozen["structure"])
    by_code = {
        revision.code: revision
        for revision in items_service.revisions(db, [uuid.UUID(one["revision"]) for one in frozen["items"].values()])
    }
    segments: dict[str, dict[str, dict[str, str]]] = {}
    states: dict[str, dict[str, str]] = {}
    for code, one in frozen["items"].items():
        rows = {str(row.id): row for row in by_code[code].translations}
        segments[code] = {SOURCE: by_code[code].segments}
        states[code] = {}
        for language, row_id in one["translations"].items():
            segments[code][language] = rows[row_id].segments
            states[code][language] = rows[row_id].state
    return Blueprint(
        diagnostic_id=diagnostic.id,
        languages=tuple(frozen["languages"]),
        rules=StopRules(**frozen["rules"]),
        compiled=compile_structure(structure),
        skills=structure.skill_codes,
        bodies={code: by_code[code].body for code in frozen["items"]},
        segments=segments,
        states=states,
        french_for_missing=frozen["french_for_missing"],
        sounds=recordings.of_texts(db, segments),
        skill_of={code: by_code[code].skill for code in frozen["items"]},
    )


class Blueprints:
    """The blueprints that one process holds in memory, the least used dropped first. ``clock`` gives seconds."""

    def __init__(self, *, most: int = 200, seconds: float = 300.0, clock: Callable[[], float]) -> None:
        self._held: OrderedDict[uuid.UUID, tuple[float, Blueprint]] = OrderedDict()
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()

    def of(self, db: Session, diagnostic_id: uuid.UUID, load: Callable[[], Diagnostic]) -> Blueprint:
        """The blueprint of a published diagnostic. It never changes; recordings may join it, so it is made anew
        every few minutes.
        """
        with self._lock:
            held = self._held.get(diagnostic_id)
            if held is not None and self._clock() - held[0] < self._seconds:
                self._held.move_to_end(diagnostic_id)
                return held[1]
        made = thaw(db, load())
        with self._lock:
            self._held[diagnostic_id] = (self._clock(), made)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made

    def forget(self) -> None:
        """Make every blueprint anew at its next use: a recording joined one of them."""
        with self._lock:
            self._held.clear()
