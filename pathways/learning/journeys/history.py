"""The journey of one person, made visible: what happened, what it changed in what is believed of them, what helped.

Told from what is there anyway: answers, events of pathways, notes, referrals, requests for an exchange. Nothing of it
is stored a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics.engine import Label
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.diagnostics.reading import Sign
from pathways.diagnostics.taking import Door
from pathways.learning import choosing, following, knowing
from pathways.learning.journeys import happenings
from pathways.learning.journeys.happenings import Entry, Rows
from pathways.learning.knowing import APART, PROFILES, Knowledge
from pathways.learning.models import Pathway
from pathways.learning.planning import SEED
from pathways.referentials.models import MicroSkill

MOST_POINTS = 12
"""Sittings after which it is worked out what was believed: the latest ones, and the first."""
LOW, HIGH = 10, 90


@dataclass(frozen=True, slots=True)
class Point:
    """What could be believed at one moment."""

    at: datetime
    signs: Mapping[str, Sign]
    mastery: Mapping[str, float]
    mean: float
    """Micro-skills of the journey that are mastered, as far as it can be known: expected, and from 10 to 90 %."""
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Changed:
    """One micro-skill at the beginning and today."""

    skill: MicroSkill
    before: Sign
    after: Sign
    mastery: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Help:
    """What somebody needed on the way. Counts, no judgement."""

    languages: tuple[str, ...]
    """The one of the last questions first."""
    not_understood: int
    read_aloud: int
    too_hard: int
    with_somebody: int
    """Steps that were done with somebody."""


@dataclass(frozen=True, eq=False, slots=True)
class Journey:
    attempt: Attempt
    framework: str
    pathways: tuple[Pathway, ...]
    """The latest first."""
    entries: tuple[Entry, ...]
    """The earliest first."""
    points: tuple[Point, ...]
    """After the first diagnostic, after sittings, today."""
    skills: Mapping[str, MicroSkill]
    """That the journey is about: what was asked, wanted or taught."""
    help: Help

    @property
    def changes(self) -> list[Changed]:
        """What is not as it was after the first diagnostic: what was learnt first, then as the ladders go."""
        if not self.points:
            return []
        first, last = self.points[0], self.points[-1]
        found = [
            Changed(skill, first.signs[code], last.signs[code], (first.mastery[code], last.mastery[code]))
            for code, skill in self.skills.items()
            if first.signs[code] is not last.signs[code]
        ]
        order = [Sign.CAN, Sign.LEARN, Sign.CONFIRM, Sign.UNSEEN]
        return sorted(found, key=lambda one: order.index(one.after))


def journey(
    db: Session, door: Door, attempt: Attempt, *, colleagues: bool = False, now: datetime | None = None
) -> Journey:
    """The journey of whoever took ``attempt``: all that is known of the same person. ``colleagues``: with the notes
    that trainers write for each other.
    """
    now = now or clock.now()
    pathways = pathways_of(db, attempt)
    framework = pathways[0].framework if pathways else choosing.framework_of(db, attempt)
    attempts = knowing.attempts_of(db, attempt, framework)
    ladders = knowing.ladders_for(db, db.get_one(Diagnostic, attempt.diagnostic_id).organisation_id, framework)
    answers = knowing.standing_answers(db, attempts)
    rows = happenings.rows_of(db, pathways, ladders.skills)
    sittings = _sittings(answers)
    learnt = following.learnt(db, pathways[0]) if pathways else []
    moments = _moments(attempts, sittings, now)
    known = knowing.known_at(db, door, attempts, ladders, moments, learnt=learnt)
    asked = {model.skill for one in known for model in one.models.values() if model.code in one.seen}
    taught = {code for one in rows.steps.values() for code in one.skills}
    about = {code for one in pathways for code in one.values} | taught | asked
    skills = {code: skill for code, skill in ladders.skills.items() if code in about}
    told = list(happenings.told_events(db, pathways, rows))
    if not any(one.kind == happenings.CHECK for one in told):  # questions answered, and nobody came back to the pathway
        told += happenings.checks(attempts, sittings, known[-1].models if known else {}, rows)
    entries = [
        *happenings.diagnostics(db, attempts, answers),
        *told,
        *happenings.notes(db, pathways, colleagues=colleagues),
        *happenings.beside(db, attempts),
    ]
    entries.sort(key=lambda one: one.at)
    return Journey(
        attempt=attempt,
        framework=framework,
        pathways=tuple(pathways),
        entries=tuple(entries[-happenings.MOST_ENTRIES :]),
        points=tuple(
            _point(at, one, skills, {code for done in learnt if done.at <= at for code in done.skills})
            for at, one in zip(moments, known, strict=True)
        ),
        skills=skills,
        help=_help(attempts, answers, rows),
    )


def pathways_of(db: Session, attempt: Attempt) -> Sequence[Pathway]:
    """All pathways of one person, the latest first."""
    theirs = Pathway.attempt_id == (attempt.part_of_id or attempt.id)
    if attempt.file_id is not None:
        theirs = sa.or_(theirs, Pathway.file_id == attempt.file_id)
    return db.scalars(sa.select(Pathway).where(theirs).order_by(Pathway.chosen_at.desc(), Pathway.id.desc())).all()


def sign_of(knowledge: Knowledge, code: str, *, learnt: bool = False) -> Sign:
    """As the profile of a diagnostic shows it. What was ``learnt`` on the way and never asked is to be confirmed."""
    said = knowledge.label(code)
    if said is Label.MASTERED:
        return Sign.CAN
    if said is Label.NOT_MASTERED:
        return Sign.LEARN
    return Sign.CONFIRM if learnt or (said is Label.UNDECIDED and knowledge.asked.get(code)) else Sign.UNSEEN


def _sittings(answers: Sequence[Answer]) -> list[list[Answer]]:
    groups: list[list[Answer]] = []
    for one in answers:
        if groups and one.answered_at - groups[-1][-1].answered_at <= APART:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _moments(attempts: Sequence[Attempt], sittings: Sequence[list[Answer]], now: datetime) -> list[datetime]:
    """When it is looked at what was believed: after the first diagnostic, after each sitting, today. A pathway that
    goes on the same day is looked at apart from the diagnostic that it began with.
    """
    if not sittings:
        return []
    whole = {one.id for one in attempts if one.part_of_id is None}
    begun = next((one.attempt_id for one in sittings[0] if one.attempt_id in whole), None)
    first = [one.answered_at for one in sittings[0] if one.attempt_id == begun] or [sittings[0][-1].answered_at]
    return sorted({first[-1], *(one[-1].answered_at for one in sittings[1 - MOST_POINTS :]), now})


def _point(at: datetime, knowledge: Knowledge, skills: Mapping[str, MicroSkill], learnt: Collection[str]) -> Point:
    codes = knowledge.belief.compiled.skill_codes
    places = [place for place, code in enumerate(codes) if code in skills]
    counts = knowledge.belief.drawn(PROFILES, SEED)[:, places].sum(axis=1)
    low, high = np.percentile(counts, [LOW, HIGH], method="nearest") if places else (0, 0)
    return Point(
        at=at,
        signs={code: sign_of(knowledge, code, learnt=code in learnt) for code in skills},
        mastery={code: knowledge.mastery[code] for code in skills},
        mean=sum(knowledge.mastery[code] for code in skills),
        low=int(low),
        high=int(high),
    )


def _help(attempts: Sequence[Attempt], answers: Sequence[Answer], rows: Rows) -> Help:
    done = [one for one in rows.steps.values() if one.state == "done"]
    return Help(
        languages=tuple(dict.fromkeys(one.language for one in reversed(attempts))),
        not_understood=sum(one.outcome == "not_understood" for one in answers),
        read_aloud=sum(one.assisted for one in answers),
        too_hard=sum(one.too_hard for one in rows.steps.values()),
        with_somebody=sum(rows.is_with_somebody(one) for one in done),
    )


def to_json(one: Journey, language: str) -> dict[str, Any]:
    """As ``GET /api/v1/attempts/{id}/journey`` gives it."""
    return {
        "framework": one.framework,
        "entries": [
            {
                "at": entry.at.isoformat(),
                "kind": entry.kind,
                "skills": [skill.code for skill in entry.skills],
                "title": entry.title_in(language) or entry.title,
                "by_member": entry.by_member,
                "details": dict(entry.details),
            }
            for entry in one.entries
        ],
        "points": [
            {
                "at": point.at.isoformat(),
                "mastered": {"mean": round(point.mean, 2), "low": point.low, "high": point.high, "of": len(one.skills)},
                "mastery": {code: round(mastery, 4) for code, mastery in point.mastery.items()},
            }
            for point in one.points
        ],
        "changes": [
            {
                "skill": changed.skill.code,
                "title": changed.skill.title_in(language) or changed.skill.title,
                "before": changed.before.value,
                "after": changed.after.value,
                "mastery": [round(value, 4) for value in changed.mastery],
            }
            for changed in one.changes
        ],
        "help": {
            "languages": list(one.help.languages),
            "not_understood": one.help.not_understood,
            "read_aloud": one.help.read_aloud,
            "too_hard": one.help.too_hard,
            "with_somebody": one.help.with_somebody,
        },
    }
