"""What is believed of one person today: every answer they gave on one framework, time that passed, what they learnt.

Diagnostics of the same framework merge here, and so do the checks of a pathway: the engine carries belief from sitting
to sitting (``diagnostics.engine.carrying``). Nothing of it is stored: it follows from the answers.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from pathways.diagnostics import calibrated, taking
from pathways.diagnostics.blueprint import structure_of
from pathways.diagnostics.calibrated import FIRST_DAY, Values
from pathways.diagnostics.engine import (
    Carried,
    Compiled,
    ItemModel,
    Label,
    Outcome,
    Sitting,
    Structure,
    Style,
    believe,
    carries_evidence,
    compile_structure,
    label,
)
from pathways.diagnostics.models import IS_EVIDENCE, Answer, Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders, ladders_of
from pathways.referentials.models import MicroSkill, Referential

APART = timedelta(hours=12)
"""Answers further apart than this were given in two sittings, and so were those before and after something learnt."""
LEARNT, LEARNT_SITTING_IN = 0.8, 0.6
"""P(learnt) from a step that was done, and from a session that was attended, before anybody checks: what is believed
afterwards, and how often a plan expects that it must be done again.
"""
PROFILES = 500
"""Drawn from what is believed, to tell how long a pathway may take."""


FRESH_SECONDS = 60.0
_frameworks: WeakKeyDictionary[sa.Pool, dict[uuid.UUID, tuple[Referential, float]]] = WeakKeyDictionary()
"""Of each database: numbers of frameworks as they were read, and when."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Something that teaches was finished."""

    skills: Mapping[str, float]
    """``{micro-skill: P(learnt)}``"""
    at: datetime


@dataclass(frozen=True, eq=False, slots=True)
class Knowledge:
    """What is believed of one person, on one framework."""

    ladders: Ladders
    skills: Mapping[str, MicroSkill]
    """In the order of the ladders."""
    requires: Mapping[str, tuple[tuple[str, ...], ...]]
    """AND of OR groups: the prerequisites of each, and the rung below it on its ladder."""
    belief: Carried
    mastery: Mapping[str, float]
    asked: Mapping[str, int]
    """Answers that say something, by micro-skill."""
    seen: frozenset[str]
    """Items that were shown already."""
    answered_at: Mapping[str, datetime]
    """When somebody last said something about a micro-skill."""
    models: Mapping[str, ItemModel]

    def label(self, code: str) -> Label:
        """As the profile of a diagnostic words it."""
        return label(self.mastery[code], self.asked.get(code, 0) > 0 or self.mastery[code] != self._before(code))

    def _before(self, code: str) -> float:
        """P(mastered) before anybody answered anything."""
        return _prior(self.belief.compiled)[code]


def attempts_of(db: Session, attempt: Attempt, framework: str) -> Sequence[Attempt]:
    """All that one person took on a framework, the oldest first: what is in the same file, else this attempt and the
    checks that belong to it.
    """
    own = Attempt.id == attempt.id if attempt.part_of_id is None else Attempt.id == attempt.part_of_id
    parts = Attempt.part_of_id == (attempt.part_of_id or attempt.id)
    theirs = sa.or_(own, parts)
    if attempt.file_id is not None:
        theirs = sa.or_(theirs, Attempt.file_id == attempt.file_id)
    query = (
        sa.select(Attempt)
        .join(Diagnostic, Diagnostic.id == Attempt.diagnostic_id)
        .join(Referential, Referential.id == Diagnostic.referential_id)
        .where(theirs, Referential.code == framework)
        .order_by(Attempt.started_at, Attempt.id)
    )
    return db.scalars(query).all()


def known(
    db: Session,
    door: Door,
    attempts: Sequence[Attempt],
    ladders: Ladders,
    now: datetime,
    *,
    learnt: Sequence[Learnt] = (),
) -> Knowledge:
    """What is believed at ``now``, from the standing answers of ``attempts`` and what was ``learnt``. Answers about
    micro-skills that ``ladders`` has no more say nothing.
    """
    return _believed(_instrument_of(db, door, attempts, ladders), standing_answers(db, attempts), ladders, now, learnt)


def known_at(
    db: Session,
    door: Door,
    attempts: Sequence[Attempt],
    ladders: Ladders,
    moments: Sequence[datetime],
    *,
    learnt: Sequence[Learnt] = (),
) -> list[Knowledge]:
    """What could be believed at each of several moments, from the answers that were there. One query, however many."""
    instrument, answers = _instrument_of(db, door, attempts, ladders), standing_answers(db, attempts)
    return [
        _believed(
            instrument,
            [one for one in answers if one.answered_at <= moment],
            ladders,
            moment,
            [one for one in learnt if one.at <= moment],
        )
        for moment in moments
    ]


@dataclass(frozen=True, slots=True)
class _Instrument:
    """The questions of several diagnostics as they were met, how their answers may come out, as in the one that was
    taken last, and the heights of the ladders, as in the last that was published with any: what is believed changes
    with answers, not with what is calibrated afterwards.
    """

    models: Mapping[str, ItemModel]
    styles: tuple[Style, ...]
    values: Values


def _instrument_of(db: Session, door: Door, attempts: Sequence[Attempt], ladders: Ladders) -> _Instrument:
    blueprints = {one.diagnostic_id: taking.blueprint_of(db, door, one.diagnostic_id) for one in attempts}
    calibrations = [known for one in attempts if (known := blueprints[one.diagnostic_id].calibration) is not None]
    compiled = [blueprints[one.diagnostic_id].compiled_in(one.language) for one in attempts]
    return _Instrument(
        models=_models(compiled, ladders),
        styles=compiled[-1].structure.styles if compiled else (),
        values=calibrated.heights_by(db, calibrations[-1]) if calibrations else FIRST_DAY,
    )


def _believed(
    instrument: _Instrument,
    answers: Sequence[Answer],
    ladders: Ladders,
    now: datetime,
    learnt: Sequence[Learnt],
) -> Knowledge:
    strands = structure_of(ladders, ladders.skills.keys(), (), instrument.values).strands
    models = instrument.models
    items = tuple(sorted(models.values(), key=lambda one: one.code))
    compiled = _compiled(Structure(strands, items, styles=instrument.styles))
    own = [one for one in answers if one.item in models]
    sittings, days, since = _sittings(own, models, learnt, now, ladders)
    belief = believe(compiled, sittings, days=days, learnt=since)
    asked = Counter(models[one.item].skill for one in own if carries_evidence(Outcome(one.outcome)))
    skills = ladders.skills
    return Knowledge(
        ladders=ladders,
        skills=skills,
        requires=requires(ladders, skills),
        belief=belief,
        mastery=belief.mastery_by_skill(),
        asked=asked,
        seen=frozenset(one.item for one in answers),
        answered_at={models[one.item].skill: one.answered_at for one in own},
        models=models,
    )


def ladders_for(db: Session, organisation_id: uuid.UUID, framework: str) -> Ladders:
    """The newest number of a framework, with the organisation's own ladders beside it. What was shipped is kept in
    memory and belongs to no session: to be read only. Own ladders are read each time: trainers change them.
    """
    return ladders_of(db, _shipped(db, framework), organisation_id)


def _shipped(db: Session, framework: str) -> Referential:
    """A number never changes, but a load may bring new translations of its titles: they are seen within a minute."""
    newest = sa.select(Referential.id).filter_by(code=framework).order_by(Referential.number.desc()).limit(1)
    found = db.scalar(newest)
    if found is None:
        return referentials_service.latest(db, framework)  # which says that there is none
    kept = _frameworks.setdefault(db.connection().engine.pool, {})
    known = kept.get(found)
    if known is None or time.monotonic() - known[1] > FRESH_SECONDS:
        known = kept[found] = (_apart(db, framework), time.monotonic())
    return known[0]


def _apart(db: Session, framework: str) -> Referential:
    """A framework as the database has it now, whole, and in no session: any thread may read it."""
    with Session(db.connection(), join_transaction_mode="rollback_only") as own:
        found = referentials_service.latest(own, framework)
        for strand in found.strands:
            set_committed_value(strand, "referential", found)
            for skill in strand.skills:
                set_committed_value(skill, "strand", strand)
        own.expunge_all()
    return found


def requires(ladders: Ladders, skills: Mapping[str, MicroSkill]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """What each micro-skill stands on: its prerequisites as far as they are known, and the rung below it."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for strand in ladders.strands:
        for below, skill in zip([None, *strand.skills], strand.skills, strict=False):
            groups = [tuple(one for one in group if one in skills) for group in skill.requires]
            rung = [(below.code,)] if below else []
            found[skill.code] = tuple(dict.fromkeys(group for group in [*rung, *groups] if group))
    return found


def _models(met: Iterable[Compiled], ladders: Ladders) -> dict[str, ItemModel]:
    """The items as they were met, the last time that counts; several attempts most often share a structure. Where one
    of them did not tell nearly right answers from wrong ones, that question's answers are right or not.
    """
    every = {id(compiled): compiled for compiled in met}.values()
    items = [item for compiled in every for item in compiled.structure.items if item.skill in ladders.skills]
    whole = {item.code for item in items if item.near is None}
    return {
        item.code: replace(item, near=None) if item.near is not None and item.code in whole else item for item in items
    }


def standing_answers(db: Session, attempts: Sequence[Attempt]) -> Sequence[Answer]:
    """What was answered in them, counts and was not taken back, in the order of time."""
    own = Answer.attempt_id.in_([one.id for one in attempts])
    query = sa.select(Answer).where(own, Answer.superseded_at.is_(None), IS_EVIDENCE)
    return db.scalars(query.order_by(Answer.answered_at, Answer.id)).all()


def _sittings(
    answers: Sequence[Answer],
    models: Mapping[str, ItemModel],
    learnt: Sequence[Learnt],
    now: datetime,
    ladders: Ladders,
) -> tuple[list[Sitting], float, dict[str, float]]:
    """``(sittings, days since the last one, what was learnt since)``."""
    groups: list[list[Answer]] = []
    for one in answers:
        if groups and _is_same_sitting(groups[-1][-1].answered_at, one.answered_at, learnt):
            groups[-1].append(one)
        else:
            groups.append([one])
    sittings, last = [], None
    for group in groups:
        begun = group[0].answered_at
        between = _between(learnt, last, begun, ladders)
        days = 0.0 if last is None else (begun - last) / timedelta(days=1)
        given = [(one.item, _outcome(models[one.item], one.outcome)) for one in group]
        sittings.append(Sitting(given, days, between))
        last = group[-1].answered_at
    days = 0.0 if last is None else max(0.0, (now - last) / timedelta(days=1))
    return sittings, days, _between(learnt, last, now, ladders)


def _outcome(model: ItemModel, outcome: str) -> str:
    return Outcome.INCORRECT if outcome == Outcome.PARTLY and model.near is None else outcome


def _is_same_sitting(before: datetime, at: datetime, learnt: Sequence[Learnt]) -> bool:
    """Whether nothing lies between two answers: no long time, and nothing that teaches."""
    return at - before <= APART and not any(before < one.at <= at for one in learnt)


def _between(learnt: Sequence[Learnt], after: datetime | None, until: datetime, ladders: Ladders) -> dict[str, float]:
    """What was learnt in a stretch of time; of the same micro-skill learnt twice, both chances count."""
    missed: dict[str, float] = {}
    for one in learnt:
        if (after is None or one.at > after) and one.at <= until:
            for code, chance in one.skills.items():
                if code in ladders.skills:
                    missed[code] = missed.get(code, 1.0) * (1.0 - chance)
    return {code: 1.0 - left for code, left in missed.items()}


@lru_cache(maxsize=64)
def _compiled(structure: Structure) -> Compiled:
    """Every ladder of a framework, with the items that one person met: others met the same ones."""
    return compile_structure(structure)


@lru_cache(maxsize=64)
def _prior(compiled: Compiled) -> dict[str, float]:
    return believe(compiled, ()).mastery_by_skill()
