"""The journal of an organisation: who opened, exported or erased data of people. Administrators read it."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.database import Database
from pathways.people.models import Account, JournalEntry
from pathways.permissions import Member

KEPT = timedelta(days=365)
"""How long an act can be looked up; the privacy page says so."""
NOTED_EVERY = timedelta(hours=1)


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
    REFERRAL_OPENED = "referral_opened"
    HOURS_EXPORTED = "hours_exported"
    PATHWAYS_LISTED = "pathways_listed"
    AWARD_REQUEST_OPENED = "award_request_opened"
    TEAM_LISTED = "team_listed"
    TEAM_MEMBER_OPENED = "team_member_opened"
    TEAM_EXPORTED = "team_exported"


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


def note_opened(database: Database, db: Session, member: Member, act: Act, about_ids: Sequence[uuid.UUID]) -> None:
    """For a page that only reads: write down, once an hour, who opened what it is about to show. A short transaction of
    its own, before anything is handed over: what cannot be written down is not shown, and nobody waits for the one
    writer where nothing is new.
    """
    known = noted_lately(db, member, act, about_ids)
    fresh = [one for one in about_ids if one not in known]
    if fresh:
        with database.begin() as writing:
            for about_id in fresh:
                note(writing, member, act, about_id=about_id)


def note_listed(database: Database, member: Member, act: Act, people: int) -> None:
    """The same for a page that shows several people at once: one entry that says how many."""
    if people:
        with database.begin() as writing:
            note(writing, member, act, people=people)


def noted_lately(db: Session, member: Member, act: Act, about_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Of what one looks at again and again: those that the same member was noted with in :data:`NOTED_EVERY`."""
    query = sa.select(JournalEntry.about_id).where(
        JournalEntry.organisation_id == member.organisation_id,
        JournalEntry.account_id == member.account_id,
        JournalEntry.act == act.value,
        JournalEntry.about_id.in_(about_ids),
        JournalEntry.happened_at > clock.now() - NOTED_EVERY,
    )
    return {one for one in db.scalars(query) if one is not None}


def entries(
    organisation_id: uuid.UUID,
    *,
    act: Act | None = None,
    about_id: uuid.UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> sa.Select[JournalEntry]:
    """Acts in an organisation, the latest first: all of them, or of one kind, about one thing, in one stretch of time
    (``until`` itself left out).
    """
    query = sa.select(JournalEntry).where(JournalEntry.organisation_id == organisation_id)
    if act is not None:
        query = query.where(JournalEntry.act == act.value)
    if about_id is not None:
        query = query.where(JournalEntry.about_id == about_id)
    if since is not None:
        query = query.where(JournalEntry.happened_at >= since)
    if until is not None:
        query = query.where(JournalEntry.happened_at < until)
    return query.order_by(JournalEntry.happened_at.desc(), JournalEntry.id.desc())


def latest(db: Session, member: Member, act: Act, *, about_id: uuid.UUID) -> JournalEntry | None:
    """The last time that this was done to that, in the member's organisation."""
    return db.scalars(entries(member.organisation_id, act=act, about_id=about_id).limit(1)).first()


def names(db: Session, account_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Who stands behind the accounts of some entries; a closed account has no name any more."""
    rows = db.execute(sa.select(Account.id, Account.name).where(Account.id.in_(set(account_ids))))
    return {row.id: row.name for row in rows}


def forget(db: Session, *, older_than: datetime | None = None) -> None:
    """Erase entries whose time is over. For the worker, from time to time."""
    limit = older_than or clock.now() - KEPT
    db.execute(sa.delete(JournalEntry).where(JournalEntry.happened_at < limit))
