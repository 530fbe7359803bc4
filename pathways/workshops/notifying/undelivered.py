"""What could not be told: messages that failed, which somebody at the desk sends again or sees to by hand."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.outbox import MOST_ATTEMPTS, OutboxEvent
from pathways.permissions import Member
from pathways.workshops.models import Notice, NoticeHabit, NoticeKind, Wish, WorkshopSession
from pathways.workshops.notifying import notices

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Failed:
    """One notice that did not leave, with what somebody needs in order to call the person instead."""

    id: uuid.UUID
    kind: NoticeKind
    session: WorkshopSession
    label: str
    language: str
    contact: str
    error: str
    attempts: int
    next_at: datetime | None
    """When it is tried again by itself; ``None``: never."""


def failed(db: Session, member: Member) -> list[Failed]:
    """Of the organisation's sessions, the oldest first."""
    query = (
        sa.select(Notice, OutboxEvent)
        .join(OutboxEvent, notices.event_of(Notice.id))
        .where(Notice.organisation_id == member.organisation_id, OutboxEvent.attempts > 0, OutboxEvent.error != "")
        .order_by(Notice.created_at, Notice.id)
        .limit(MOST_SHOWN)
    )
    return [_told(db, notice, event) for notice, event in db.execute(query)]


def _told(db: Session, notice: Notice, event: OutboxEvent) -> Failed:
    who, session = notices.whom(db, notice)
    return Failed(
        id=notice.id,
        kind=notice.kind,
        session=session,
        label="" if isinstance(who, Wish) else who.label,
        language=notices.language_of(who),
        contact=who.contact,
        error=event.error,
        attempts=event.attempts,
        next_at=event.due_at if event.attempts < MOST_ATTEMPTS else None,
    )


def retry(db: Session, member: Member, notice_id: uuid.UUID) -> None:
    """Send it again at once, with all its tries."""
    _, event = get(db, member, notice_id)
    event.attempts, event.due_at, event.error = 0, clock.now(), ""


def by_hand(db: Session, member: Member, notice_id: uuid.UUID) -> None:
    """Somebody told the person. It is not sent any more."""
    notice, event = get(db, member, notice_id)
    notice.dropped = "by_hand"
    db.delete(event)


def get(db: Session, member: Member, notice_id: uuid.UUID) -> tuple[Notice, OutboxEvent]:
    query = sa.select(Notice, OutboxEvent).join(OutboxEvent, notices.event_of(Notice.id))
    mine = Notice.organisation_id == member.organisation_id
    found = db.execute(query.where(Notice.id == notice_id, mine, OutboxEvent.attempts > 0)).one_or_none()
    if found is None:
        raise NotFound(D_("Ce message n'attend plus."))
    return found[0], found[1]


def habit_of(db: Session, organisation_id: uuid.UUID) -> NoticeHabit:
    """When the organisation reminds people; what is usual where it never said."""
    kept = db.get(NoticeHabit, organisation_id)
    return kept or NoticeHabit(organisation_id=organisation_id, week_before=False, hours_before=True)


def keep_habit(db: Session, member: Member, *, week_before: bool, hours_before: bool) -> NoticeHabit:
    habit = db.merge(habit_of(db, member.organisation_id))
    habit.week_before, habit.hours_before = week_before, hours_before
    db.flush()
    return habit
