"""A diagnostic ready to be asked: the engine's structure, the revisions and translations, frozen at publication."""

from __future__ import annotations

import math
import threading
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics import modalities
from pathways.diagnostics.calibrated import FIRST_DAY, Values, moved
from pathways.diagnostics.engine import (
    FIRST_STYLES,
    KNOWN_STYLES,
    Compiled,
    ItemModel,
    LevelSkill,
    LevelStrand,
    StopRules,
    Structure,
    Style,
    compile_structure,
    first_model,
    first_near,
    thresholds,
    with_habit,
)
from pathways.diagnostics.engine.mixture import Mixture, mix
from pathways.diagnostics.modalities import Modality
from pathways.diagnostics.models import Diagnostic
from pathways.i18n import SOURCE, Language, languages
from pathways.items import recordings
from pathways.items import service as items_service
from pathways.items.models import ItemRevision
from pathways.items.presenting import Shown, Sound
from pathways.referentials.ladders import Ladders

MOST_HELD = 200
"""Blueprints that a process keeps in memory."""


def structure_of(
    referential: Ladders, skills: Collection[str], revisions: Sequence[ItemRevision], values: Values = FIRST_DAY
) -> Structure:
    """The ladders of the chosen micro-skills with their items, as answers describe them (``values``). A rung keeps the
    place that it has on the whole ladder: leaving rungs out moves no threshold. How answers may come out:
    :func:`styles_of`.
    """
    strands = []
    for strand in referential.strands:
        highest = max(map(int, referential.levels))
        first = thresholds([skill.level for skill in strand.skills], highest)
        places = values.heights([skill.code for skill in strand.skills], first)
        rungs = [
            LevelSkill(skill.code, place)
            for skill, place in zip(strand.skills, places, strict=True)
            if skill.code in skills
        ]
        if rungs:
            strands.append(LevelStrand(strand.code, tuple(rungs)))
    texts = {revision.code: revision.text_fingerprint for revision in revisions}
    items = tuple(model_of(revision, values) for revision in revisions)
    return Structure(tuple(strands), items, styles=styles_of(values, texts))


def styles_of(values: Values, texts: Mapping[str, str]) -> tuple[Style, ...]:
    """How answers to these questions may come out, ``{code: fingerprint of its French}``.

    Where answers have described every one of them: in the styles that these answers showed, or, where nobody has
    learned any, in those of known values. A single question that nobody has measured, or that was changed since, keeps
    the styles of first values: its slip and guess are guesses, and what was learned is how answers come out beside
    slips and guesses that were measured. A style is of a whole sitting, so that question cannot be doubted by itself,
    and a diagnostic that is measured in part doubts as much as one that is not: too little is claimed, never too much.
    """
    if not all(values.measured(code, text) for code, text in texts.items()):
        return FIRST_STYLES
    return with_habit(values.ways()) or KNOWN_STYLES


def model_of(revision: ItemRevision, values: Values = FIRST_DAY) -> ItemModel:
    """How the engine sees an item: as answers describe it, or by its format where nobody has answered yet."""
    options = revision.body["options"]
    words = sum(len(text.split()) for key, text in revision.segments.items() if not key.endswith(("alt", "explain")))
    first = first_model(
        revision.code,
        revision.skill,
        kind=revision.kind,
        words=words,
        options=len(options),
        keys=sum(option["key"] for option in options),
        family=revision.body.get("family", ""),
    )
    if revision.body.get("partly", False):
        keys = sum(option["key"] for option in options)
        first = replace(first, near=first_near(revision.kind, options=len(options), keys=keys))
    return values.model(first, revision.text_fingerprint)


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
    varied: bool = False
    """Whether two people see different ones of the good questions."""
    texts: Mapping[str, Mapping[str, uuid.UUID]] = field(default_factory=dict)
    """``{item: {language: its translation}}``: the very texts that are shown."""
    sounds: Mapping[str, Mapping[str, Sound]] = field(default_factory=dict)
    extra_one_in: int = 0
    """Of so many attempts one is asked an extra question, 0: none."""
    most_per_strand: int | None = None
    """Questions about one ladder; ``None``: as many as are worth asking."""
    skill_of: Mapping[str, str] = field(default_factory=dict)
    shifted: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    """``{language: {item: values}}`` that answers in this language gave."""
    calibration: uuid.UUID | None = None
    """Whose values its items have."""
    parted: frozenset[str] = frozenset()
    """Items in which an answer that is nearly right counts for a part."""
    _compiled_in: dict[str, Compiled] = field(default_factory=dict)
    _askable: dict[tuple[str, frozenset[str]], frozenset[str]] = field(default_factory=dict)
    _mixture: list[Mixture] = field(default_factory=list)

    def mixture(self) -> Mixture:
        """Its arrays under several styles of answering, made at the first use: for what doubts answers."""
        if not self._mixture:
            self._mixture.append(self.compiled.mixture or mix(self.compiled, FIRST_STYLES))
        return self._mixture[0]

    def compiled_in(self, language: str) -> Compiled:
        """The structure as somebody who reads this language meets it: an item is as hard as its translation is."""
        own = self.shifted.get(language)
        if not own:
            return self.compiled
        if language not in self._compiled_in:
            structure = self.compiled.structure
            items = tuple(moved(one, own.get(one.code, {})) for one in structure.items)
            self._compiled_in[language] = compile_structure(replace(structure, items=items))
        return self._compiled_in[language]

    def offered(self) -> list[Language]:
        """Its languages, in the order of the wall."""
        return [one for code, one in languages().items() if code in self.languages]

    def askable(self, language: str, unusable: frozenset[str] = modalities.NONE) -> frozenset[str]:
        """Items that may be asked on a screen in this language: whole translations, or French where the trainer said
        that French with its pictures will do; none that takes what is ``unusable`` (``modalities``).
        """
        if (language, unusable) not in self._askable:
            self._askable[language, unusable] = frozenset(
                code
                for code, body in self.bodies.items()
                if body["kind"] != "observed"
                and (language == SOURCE or language in self.segments[code] or self.french_for_missing)
                and not (unusable and unusable & self.takes(code, language))
            )
        return self._askable[language, unusable]

    def takes(self, item: str, language: str) -> frozenset[str]:
        """What a question takes of somebody who reads this language (``modalities``)."""
        shown = self.language_of(item, language)
        heard = modalities.is_heard(self.segments[item][SOURCE], self.sounds.get(item, {}), shown)
        return modalities.taken_by(self.bodies[item], heard=heard)

    def dispensable(self, language: str) -> list[Modality]:
        """What somebody may do without: some questions take it, and others are left."""
        askable = self.askable(language)
        return [one for one in Modality if modalities.NONE < self.askable(language, frozenset({one})) < askable]

    def not_assessable(self, language: str, unusable: frozenset[str] = modalities.NONE) -> frozenset[str]:
        """Micro-skills without any item for this language and way. A sheet for observing is one, but stands in for no
        question on a screen that was left out.
        """
        observed = {self.skill_of[code] for code, body in self.bodies.items() if body["kind"] == "observed"}
        usable = {self.skill_of[code] for code in self.askable(language, unusable)}
        left_out = {self.skill_of[code] for code in self.askable(language)} - usable
        return frozenset(self.skills) - usable - (observed - left_out)

    def at_most(self, language: str, *, extra: bool = False, unusable: frozenset[str] = modalities.NONE) -> int:
        """The longest that it can be, with or without an ``extra`` question."""
        askable = self.askable(language, unusable)
        longest = self.rules.questions or len(self.bodies)
        if self.most_per_strand is not None:
            strands = self.compiled.structure.strands
            strand_of = {code: strand.code for strand in strands for code in strand.skill_codes}
            counts = Counter(strand_of[self.skill_of[code]] for code in askable)
            longest = min(longest, sum(min(count, self.most_per_strand) for count in counts.values()))
        return min(longest + extra, len(askable))

    def language_of(self, item: str, language: str) -> str:
        """The language that a learner of this one really sees beside French; ``fr`` for French alone."""
        return language if language in self.segments[item] else SOURCE

    def shown(self, item: str, language: str) -> Shown:
        """The item as one learner sees it."""
        translated = self.language_of(item, language)
        return Shown(
            code=item,
            body=self.bodies[item],
            language=translated,
            segments=self.segments[item],
            state=self.states[item].get(translated),
            sounds=self.sounds.get(item, {}),
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """What a trainer chose of how it is asked, kept as it is."""

    french_for_missing: bool = False
    varied: bool = False
    extra_one_in: int = 0
    most_per_strand: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As a blueprint keeps it: a limit that nobody set leaves no trace."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def freeze(
    structure: Structure,
    rules: StopRules,
    revisions: Sequence[ItemRevision],
    *,
    languages: Sequence[str],
    least_state: str,
    choices: Choices,
    values: Values = FIRST_DAY,
) -> dict[str, Any]:
    """The JSON that a published diagnostic keeps: from it alone, the same questions come for ever. ``values``: those
    that the structure was made with.
    """
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
        **choices.to_json(),
        **_calibrated(values, revisions),
    }


def _calibrated(values: Values, revisions: Sequence[ItemRevision]) -> dict[str, Any]:
    """Where the values come from, and those of other languages; nothing on the first day."""
    if values.calibration is None:
        return {}
    own = {one.code: dict(values.in_languages(one.code, one.text_fingerprint)) for one in revisions}
    return {"calibration": str(values.calibration), "in_languages": {code: one for code, one in own.items() if one}}


Voices = Callable[[uuid.UUID], sa.Select[uuid.UUID]]
"""``(organisation)`` gives the voices whose unchecked readings its learners hear. The application registers it, since
who lends a voice is above diagnostics."""


def thaw(db: Session, diagnostic: Diagnostic, voices: Voices | None = None) -> Blueprint:
    """Build the blueprint of a published diagnostic from what was frozen: structure, rules, questions. The languages
    of a question are those of today: a translation that was corrected, reviewed or withdrawn since is served, or not,
    in diagnostics that are on the wall already.
    """
    frozen = diagnostic.blueprint
    structure = Structure.from_document(frozen["structure"])
    by_code = {
        revision.code: revision
        for revision in items_service.revisions(db, [uuid.UUID(one["revision"]) for one in frozen["items"].values()])
    }
    segments: dict[str, dict[str, dict[str, str]]] = {}
    states: dict[str, dict[str, str]] = {}
    texts: dict[str, dict[str, uuid.UUID]] = {}
    shifted: dict[str, dict[str, Mapping[str, float]]] = {}
    least_state = diagnostic.selection["least_state"]
    for code in frozen["items"]:
        segments[code], states[code], texts[code] = {SOURCE: by_code[code].segments}, {}, {}
        for language in frozen["languages"]:
            if row := items_service.served(by_code[code], language, least_state):
                segments[code][language], states[code][language] = row.segments, row.state
                texts[code][language] = row.id
                known = frozen.get("in_languages", {}).get(code, {}).get(language)
                if known is not None and known["text"] == row.fingerprint:
                    shifted.setdefault(language, {})[code] = known["values"]
    return Blueprint(
        diagnostic_id=diagnostic.id,
        languages=tuple(frozen["languages"]),
        rules=StopRules(**frozen["rules"]),
        compiled=_compiled(structure),
        skills=structure.skill_codes,
        bodies={code: by_code[code].body for code in frozen["items"]},
        segments=segments,
        states=states,
        texts=texts,
        french_for_missing=frozen["french_for_missing"],
        varied=frozen.get("varied", False),  # those of before ask everybody the very best question
        extra_one_in=frozen.get("extra_one_in", 0),
        most_per_strand=frozen.get("most_per_strand"),
        sounds=recordings.of_texts(db, segments, near=voices(diagnostic.organisation_id) if voices else None),
        skill_of={code: by_code[code].skill for code in frozen["items"]},
        shifted=shifted,
        calibration=uuid.UUID(frozen["calibration"]) if "calibration" in frozen else None,
        parted=frozenset(item.code for item in structure.items if item.near is not None),
    )


@lru_cache(maxsize=MOST_HELD)
def _compiled(structure: Structure) -> Compiled:
    """A translation that changes has blueprints made anew, but not their sums, which take a tenth of a second where
    prerequisites tie ladders together.
    """
    return compile_structure(structure)


class Blueprints:
    """The blueprints that one process holds in memory, the least used dropped first. ``clock`` gives seconds."""

    def __init__(
        self, *, most: int = MOST_HELD, seconds: float = 1.0, clock: Callable[[], float], voices: Voices | None = None
    ) -> None:
        self._held: OrderedDict[uuid.UUID, Blueprint] = OrderedDict()
        self._most, self._seconds, self._clock, self._voices = most, seconds, clock, voices
        self._number, self._asked_at = -1, -math.inf
        self._lock = threading.Lock()

    def of(self, db: Session, diagnostic_id: uuid.UUID, load: Callable[[], Diagnostic]) -> Blueprint:
        """The blueprint of a published diagnostic, made anew once a translation or a recording has changed: at most
        once a second, the database is asked whether one did.
        """
        number = self._number_of(db)
        with self._lock:
            held = self._held.get(diagnostic_id)
            if held is not None:
                self._held.move_to_end(diagnostic_id)
                return held
        made = thaw(db, load(), self._voices)
        with self._lock:
            if number == self._number:
                self._held[diagnostic_id] = made
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made

    def _number_of(self, db: Session) -> int:
        """Of the content that learners are served now; whatever was made of an earlier one is forgotten."""
        now = self._clock()
        with self._lock:
            if now - self._asked_at < self._seconds:
                return self._number
        number = items_service.change_number(db)
        with self._lock:
            self._asked_at = now
            if number != self._number:
                self._number = number
                self._held.clear()
        return number

    def forget(self) -> None:
        """Make every blueprint anew at its next use."""
        with self._lock:
            self._asked_at = -math.inf
            self._held.clear()
