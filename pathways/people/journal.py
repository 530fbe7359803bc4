"""The journal of an organisation: who opened, exported or erased data of people. Administrators read it."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.people.models import JournalEntry
from pathways.permissions import Member


class Act(enum.StrEnum):
    """What is written down. The details of each are counts and kinds, never a label, never an answer."""

    PROFILE_OPENED = "profile_opened"
    FILE_OPENED = "file_opened"
    FILE_EXPORTED = "file_exported"
    FILE_ERASED = "file_erased"
    RESUME_CODE_GIVEN = "resume_code_given"
    ATTEMPTS_EXPORTED = "attempts_exported"
    GROUP_EXPORTED = "group_exported"
    ITEMS_EXPORTED = "items_exported"
    WORK_HANDED_OVER = "work_handed_over"


def note(
    db: Session, member: Member, act: Act, *, about_id: uuid.UUID | None = None, **details: str | int
) -> JournalEntry:
    """Write down an act in the transaction in which it happens: what is not written did not happen."""
    entry = JournalEntry(
        organisation_id=member.organisation_id,
        account_id=member.account_id,
        act=act.value,
        about_id=about_id,
        details=dict(details),
    )
    db.add(entry)
    db.flush()
    return entry


def entries(organisation_id: uuid.UUID) -> sa.Select[JournalEntry]:
    """All acts in an organisation, the latest first."""
    return (
        sa.select(JournalEntry)
        .where(JournalEntry.organisation_id == organisation_id)
        .order_by(JournalEntry.happened_at.desc(), JournalEntry.id.desc())
    )


def forget(db: Session, *, older_than: datetime) -> None:
    db.execute(sa.delete(JournalEntry).where(JournalEntry.happened_at < older_than))
