"""A learner's file and the attempts in it: put in, taken out, opened again with a new resume code."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics import reading, taking
from pathways.diagnostics.keys import MOST_RENEWALS, Door
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.errors import Conflict
from pathways.i18n import D_
from pathways.learning.models import ExchangeRequest
from pathways.people import files, journal
from pathways.people.journal import Act
from pathways.people.models import LearnerFile
from pathways.permissions import Member

EMPTY_DAYS = 30
"""Days that a file is kept in which there is no attempt: a label was given, and no question was asked."""
SECOND_THOUGHTS = timedelta(days=1)
"""How long an attempt taken out of a file is there at least, however old it is: a wrong click can be put right."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One attempt in a file, and the title of its diagnostic."""

    attempt: Attempt
    title: str

    @property
    def state(self) -> str:
        return reading.state_of(self.attempt)


def attempts_in(db: Session, file_id: uuid.UUID, *, parts: bool = False) -> list[Filed]:
    """All attempts in a file, the latest first. One query. ``parts``: with the checks of pathways, which belong to
    another attempt.
    """
    query = (
        sa.select(Attempt, Diagnostic.title)
        .join(Diagnostic, Diagnostic.id == Attempt.diagnostic_id)
        .where(Attempt.file_id == file_id)
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
    )
    return [Filed(*row) for row in db.execute(query if parts else query.where(Attempt.part_of_id.is_(None)))]


def visits(db: Session, file_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, datetime]]:
    """``{file: (attempts in it, the last day of one)}`` in one query; a file without attempts is left out."""
    rows = db.execute(
        sa.select(Attempt.file_id, sa.func.count(), sa.func.max(Attempt.active_at, type_=Attempt.active_at.type))
        .where(Attempt.file_id.in_(file_ids), Attempt.part_of_id.is_(None))
        .group_by(Attempt.file_id)
    )
    return {file_id: (number, last) for file_id, number, last in rows if file_id is not None}


def attach(
    db: Session, member: Member, attempt_id: uuid.UUID, *, file_id: uuid.UUID | None = None, label: str = ""
) -> LearnerFile:
    """Put an attempt into a known file, or into a new one of this label. It is then kept as long as files are. Sent
    twice, it is put in once; one that is in another file already stays there.
    """
    attempt = _held(db, member, attempt_id)
    if attempt.file_id is not None:
        kept = files.get(db, member, attempt.file_id)
        if kept.id == file_id or (file_id is None and kept.label == " ".join(label.split())):
            return kept
        raise Conflict(D_("Cette passation est déjà dans une autre fiche. Retirez-l'en d'abord."))
    file = files.create(db, member, label=label) if file_id is None else files.held(db, member, file_id)
    attempt.file_id = file.id
    attempt.expires_at = attempt.active_at + timedelta(days=taking.FILED_DAYS)
    _with_parts(db, attempt)
    file.active_at = max(file.active_at, clock.now())
    return file


def detach(db: Session, member: Member, attempt_id: uuid.UUID) -> uuid.UUID | None:
    """Take an attempt out of its file: it is anonymous again, and kept as long as anonymous ones are. A file that it
    leaves empty is erased, label and note. Returns the file if there still is one.
    """
    attempt = _held(db, member, attempt_id)
    if attempt.file_id is None:
        return None
    file = files.held(db, member, attempt.file_id)
    attempt.file_id = None
    attempt.expires_at = anonymous_until(attempt)
    _with_parts(db, attempt)
    db.flush()
    if db.scalar(sa.select(Attempt.id).filter_by(file_id=file.id).limit(1)) is not None:
        return file.id
    files.erase(db, file.id)
    return None


def _with_parts(db: Session, attempt: Attempt) -> None:
    """Its checks are where it is."""
    values = {"file_id": attempt.file_id, "expires_at": attempt.expires_at}
    db.execute(sa.update(Attempt).filter_by(part_of_id=attempt.id).values(**values))


def anonymous_until(attempt: Attempt) -> datetime:
    """Until when an attempt is kept that is in no file (any more)."""
    return max(attempt.active_at + timedelta(days=taking.KEPT_DAYS), clock.now() + SECOND_THOUGHTS)


def renew_code(db: Session, door: Door, member: Member, attempt_id: uuid.UUID, *, number: int) -> Attempt:
    """Make the ``number``-th new resume code of an attempt: the one before opens nothing any more. Asked for twice with
    the same number, it is made once. Only for an attempt in a file: the label says whose it is.
    """
    attempt = _held(db, member, attempt_id)
    if attempt.file_id is None:
        raise Conflict(D_("Cette passation n'est dans aucune fiche : rien ne dit à qui elle est."))
    given = door.renewals(attempt)
    if number == given > 0:
        return attempt
    if number != given + 1:
        raise Conflict(D_("Un autre code a été donné entre-temps. Rechargez la fiche avant d'en donner un nouveau."))
    if number > MOST_RENEWALS:
        raise Conflict(D_("Trop de codes ont été donnés pour cette passation. Proposez un nouveau diagnostic."))
    attempt.resume_digest = door.resume_digest(door.code_after(attempt.id, number))
    journal.note(db, member, Act.RESUME_CODE_GIVEN, about_id=attempt.id)
    return attempt


def forget_empty(db: Session) -> None:
    """Erase the files in which nothing was ever put. For the worker, from time to time."""
    limit = clock.now() - timedelta(days=EMPTY_DAYS)
    used = sa.exists().where(Attempt.file_id == LearnerFile.id)
    asked = sa.exists().where(ExchangeRequest.file_id == LearnerFile.id)
    db.execute(sa.delete(LearnerFile).where(LearnerFile.active_at < limit, ~used, ~asked))


def _held(db: Session, member: Member, attempt_id: uuid.UUID) -> Attempt:
    reading.attempt_for(db, member, attempt_id)
    return taking.held(db, attempt_id)
