"""All that is held about one person, put together for that person: read by people and by programs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics import modalities, reading, taking
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.models import Answer, Attempt
from pathways.diagnostics.taking import Door
from pathways.filing import service, walking
from pathways.filing.erasing import sheets_of
from pathways.filing.service import Filed
from pathways.filing.walking import Walked
from pathways.items import presenting
from pathways.people import files, journal
from pathways.people.journal import Act
from pathways.people.models import LearnerFile
from pathways.permissions import Member
from pathways.reception import sheet
from pathways.reception.models import Reception

FORMAT = "pathways-learner-file-2"
APPOINTMENT = {"date": "Rendez-vous le", "time": "à", "place": "Lieu", "words": "Ce qui a été dit"}
SAID = {
    "correct": "juste",
    "partly": "presque juste",
    "incorrect": "pas juste",
    "dont_know": "Je ne sais pas",
    "not_understood": "Je ne comprends pas",
    "not_tried": "pas essayé",
}


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """One answer, its question in words."""

    row: Answer
    own: str | None
    """The question in the learner's language, if it was shown in it."""
    french: str
    said: str
    """The answer in French words."""


@dataclass(frozen=True, slots=True)
class HeldReception:
    row: Reception

    @property
    def context(self) -> list[tuple[str, str]]:
        """The context sheet and the appointment, in words."""
        kept, agreed = self.row.context, self.row.appointment
        asked = [(one.words, one.choices.get(kept[one.code], "")) for one in sheet.QUESTIONS if kept.get(one.code)]
        return asked + [(said, agreed[name]) for name, said in APPOINTMENT.items() if agreed.get(name)]


@dataclass(frozen=True, slots=True)
class HeldAttempt:
    filed: Filed
    answers: tuple[HeldAnswer, ...]
    signs: Mapping[str, list[reading.SkillResult]]
    reception: HeldReception | None

    @property
    def without(self) -> list[str]:
        """What was chosen before the questions, in words."""
        return modalities.said_of(self.filed.attempt)


@dataclass(frozen=True, slots=True)
class Held:
    """Everything about one person."""

    organisation: str
    file: LearnerFile
    attempts: tuple[HeldAttempt, ...]
    receptions: tuple[HeldReception, ...]
    """Those that led to no question yet."""
    walked: Walked


def held(db: Session, door: Door, member: Member, file_id: uuid.UUID) -> Held:
    """Put it together; that it was is written down."""
    file = files.get(db, member, file_id)
    filed = service.attempts_in(db, file_id, parts=True)
    own = [one.attempt.id for one in filed]
    answers: dict[uuid.UUID, list[Answer]] = {one: [] for one in own}
    for row in db.scalars(sa.select(Answer).where(Answer.attempt_id.in_(own)).order_by(Answer.number)):
        answers[row.attempt_id].append(row)
    theirs = sa.select(Reception).where(sa.or_(Reception.attempt_id.in_(own), sheets_of(file)))
    kept = [HeldReception(one) for one in db.scalars(theirs.order_by(Reception.started_at))]
    receptions = {one.row.attempt_id: one for one in kept}
    attempts = tuple(_attempt(db, door, one, answers[one.attempt.id], receptions.get(one.attempt.id)) for one in filed)
    journal.note(db, member, Act.FILE_EXPORTED, about_id=file.id, attempts=len(filed))
    sheets = tuple(one for one in kept if one.row.attempt_id is None)
    return Held(member.organisation_name, file, attempts, sheets, walking.walked(db, own, file.id))


def _attempt(
    db: Session, door: Door, filed: Filed, answers: list[Answer], reception: HeldReception | None
) -> HeldAttempt:
    blueprint = taking.blueprint_of(db, door, filed.attempt.diagnostic_id)
    return HeldAttempt(
        filed,
        tuple(_answer(blueprint, filed.attempt, one) for one in answers),
        reading.profile(db, door, filed.attempt).by_sign(),
        reception,
    )


def _answer(blueprint: Blueprint, attempt: Attempt, row: Answer) -> HeldAnswer:
    shown = blueprint.shown(row.item, attempt.language)
    own, french = shown.text("stem")
    return HeldAnswer(row, own, french, presenting.in_words(shown.body, row.response) or SAID[row.outcome])


def to_json(one: Held) -> dict[str, Any]:
    """The same for a program."""
    return {
        "format": FORMAT,
        "organisation": one.organisation,
        "file": {
            "id": str(one.file.id),
            "label": one.file.label,
            "note": one.file.note,
            "created_at": one.file.created_at.isoformat(),
            "active_at": one.file.active_at.isoformat(),
        },
        "attempts": [_attempt_json(attempt) for attempt in one.attempts],
        "receptions": [_reception_json(reception) for reception in one.receptions],
        **walking.to_json(one.walked),
    }


def _attempt_json(one: HeldAttempt) -> dict[str, Any]:
    attempt = one.filed.attempt
    return {
        "id": str(attempt.id),
        "diagnostic": one.filed.title,
        "language": attempt.language,
        "state": one.filed.state,
        "started_at": attempt.started_at.isoformat(),
        "active_at": attempt.active_at.isoformat(),
        "erased_at": attempt.expires_at.isoformat(),
        "unusable": attempt.unusable,
        "profile": {sign: [skill.skill.title for skill in skills] for sign, skills in one.signs.items()},
        "answers": [_answer_json(answer) for answer in one.answers],
        "reception": one.reception and _reception_json(one.reception),
    }


def _answer_json(one: HeldAnswer) -> dict[str, Any]:
    row = one.row
    return {
        "item": row.item,
        "question": one.french,
        "question_in_language": one.own,
        "answer": one.said,
        "response": row.response,
        "outcome": row.outcome,
        "reveals": row.reveals,
        "language": row.language,
        "seconds": row.seconds,
        "answered_at": row.answered_at.isoformat(),
        "taken_back_at": row.superseded_at and row.superseded_at.isoformat(),
        "read_aloud": row.assisted,
        "watched": row.observed_by is not None,
        "from_paper": row.entered_by is not None,
    }


def _reception_json(one: HeldReception) -> dict[str, Any]:
    row = one.row
    return {
        "started_at": row.started_at.isoformat(),
        "language": row.language,
        "context": row.context,
        "appointment": row.appointment,
    }
