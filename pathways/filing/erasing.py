"""Erasing all that is held about one person, in one transaction, with a receipt that can be handed over."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.diagnostics.models import Answer, Attempt
from pathways.errors import NotFound
from pathways.filing import walking
from pathways.i18n import D_
from pathways.learning import leaving
from pathways.learning.models import ExchangeRequest
from pathways.people import files, journal
from pathways.people.journal import Act
from pathways.people.models import JournalEntry, LearnerFile
from pathways.permissions import Member
from pathways.reception.models import Reception
from pathways.reception.sheet import FILE


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is (or was), by kind. All that is written down of what was erased."""

    attempts: int
    answers: int
    receptions: int
    notes: int
    pathways: int = 0
    """With their steps, events and notes."""
    referrals: int = 0
    exchanges: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves an erasure. ``number`` is that of the journal's entry, which holds no name and no label."""

    number: uuid.UUID
    file_id: uuid.UUID
    organisation: str
    erased_at: datetime
    counts: Counts


def counted(db: Session, file: LearnerFile) -> Counts:
    """What goes when this file is erased."""
    own = _attempts_of(file)
    return Counts(
        attempts=_number(db, own.where(Attempt.part_of_id.is_(None))),
        answers=_number(db, sa.select(Answer.id).where(Answer.attempt_id.in_(own))),
        receptions=_number(db, sa.select(Reception.id).where(sa.or_(Reception.attempt_id.in_(own), sheets_of(file)))),
        notes=int(bool(file.note)),
        **walking.counted(db, own, file),
    )


def erase(db: Session, member: Member, file_id: uuid.UUID) -> Receipt:
    """Erase a file: its attempts with their answers, the receptions that led to them, the pathways, referrals and
    exchanges that stand on them, label and note; seats ahead are given back first. Sent twice, it gives the receipt of
    the first time.
    """
    try:
        file = files.held(db, member, file_id)
    except NotFound:
        return receipt(db, member, file_id)
    held = db.scalars(_attempts_of(file).with_for_update()).all()
    counts = counted(db, file)
    leaving.leave(db, held, file_id=file.id)
    db.execute(sa.delete(Answer).where(Answer.attempt_id.in_(held)))
    db.execute(
        sa.delete(Attempt).where(Attempt.id.in_(held))
    )  # their receptions, pathways and all that stands on them go with them, say the foreign keys
    db.execute(sa.delete(ExchangeRequest).where(ExchangeRequest.file_id == file.id))
    db.execute(sa.delete(Reception).where(sheets_of(file)))
    db.execute(sa.delete(LearnerFile).where(LearnerFile.id == file.id))
    entry = journal.note(
        db,
        member,
        Act.FILE_ERASED,
        about_id=file_id,
        attempts=counts.attempts,
        answers=counts.answers,
        receptions=counts.receptions,
        notes=counts.notes,
        pathways=counts.pathways,
        referrals=counts.referrals,
        exchanges=counts.exchanges,
    )
    return _receipt(member, entry)


def receipt(db: Session, member: Member, file_id: uuid.UUID) -> Receipt:
    """The receipt of an erasure in the member's organisation, as long as the journal is kept."""
    entry = journal.latest(db, member, Act.FILE_ERASED, about_id=file_id)
    if entry is None:
        raise NotFound(D_("Cette fiche n'existe pas."))
    return _receipt(member, entry)


def _receipt(member: Member, entry: JournalEntry) -> Receipt:
    assert entry.about_id is not None
    counts = Counts(**{name: int(entry.details.get(name, 0)) for name in Counts.__slots__})
    return Receipt(entry.id, entry.about_id, member.organisation_name, entry.happened_at, counts)


def _attempts_of(file: LearnerFile) -> sa.Select[uuid.UUID]:
    """Those in it, and the checks that belong to them."""
    inside = sa.select(Attempt.id).where(Attempt.file_id == file.id)
    return sa.select(Attempt.id).where(sa.or_(Attempt.file_id == file.id, Attempt.part_of_id.in_(inside)))


def sheets_of(file: LearnerFile) -> sa.ColumnElement[bool]:
    """Context sheets of this person that have led to no question yet."""
    return sa.and_(
        Reception.organisation_id == file.organisation_id,
        Reception.attempt_id.is_(None),
        Reception.context[FILE].as_string() == str(file.id),
    )


def _number(db: Session, query: sa.Select[uuid.UUID]) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
