"""Reminders: seven days before where the organisation wants it, two days before, three hours before.

The worker looks every half minute for seats whose moment has come. Who booked after that moment needs no reminder of
what they just did; who cannot be reached by a machine is reminded once, two days before, by the desk or the prescriber
who know them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from pathways import clock
from pathways.workshops.models import (
    Booking,
    BookingState,
    Channel,
    Notice,
    NoticeHabit,
    NoticeKind,
    SessionState,
    Via,
    WorkshopSession,
)
from pathways.workshops.notifying import notices
from pathways.workshops.seating import telling

BEFORE = {
    NoticeKind.REMINDER_WEEK: timedelta(days=7),
    NoticeKind.REMINDER_DAYS: timedelta(days=2),
    NoticeKind.REMINDER_HOURS: timedelta(hours=3),
}
CAUGHT_UP = {
    NoticeKind.REMINDER_WEEK: timedelta(days=1),
    NoticeKind.REMINDER_DAYS: timedelta(days=1),
    NoticeKind.REMINDER_HOURS: timedelta(hours=3),
}
"""How late a reminder may still be planned, where no worker was running."""
TOO_NEAR = timedelta(minutes=45)
AT_ONCE = 200


def plan(db: Session) -> int:
    """Plan some of what is due; returns how many rows were written, 0 when nothing is left."""
    return sum(_plan_one(db, booking, kind) for kind in BEFORE for booking in _due(db, kind))


def _due(db: Session, kind: NoticeKind) -> Iterator[Booking]:
    now = clock.now()
    known = sa.exists().where(
        Notice.about_id == Booking.id, Notice.kind == kind, Notice.starts_at == WorkshopSession.starts_at
    )
    query = (
        sa.select(Booking)
        .join(Booking.session)
        .outerjoin(NoticeHabit, NoticeHabit.organisation_id == WorkshopSession.organisation_id)
        .where(
            WorkshopSession.state == SessionState.PUBLISHED,
            WorkshopSession.starts_at > now + BEFORE[kind] - CAUGHT_UP[kind],
            WorkshopSession.starts_at <= now + BEFORE[kind],
            WorkshopSession.starts_at > now,
            Booking.state == BookingState.CONFIRMED,
            ~known,
            _wanted(kind),
        )
        .options(
            contains_eager(Booking.session).options(
                joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place)
            )
        )
        .limit(AT_ONCE)
    )
    yield from db.scalars(query)


def _wanted(kind: NoticeKind) -> sa.ColumnElement[bool]:
    if kind is NoticeKind.REMINDER_WEEK:
        return NoticeHabit.week_before.is_(True)
    if kind is NoticeKind.REMINDER_HOURS:
        return sa.func.coalesce(NoticeHabit.hours_before, sa.true())
    return sa.true()


def _plan_one(db: Session, booking: Booking, kind: NoticeKind) -> int:
    session, now = booking.session, clock.now()
    if booking.created_at > session.starts_at - BEFORE[kind]:
        return _only_noted(db, booking, kind, "late")
    if booking.channel in telling.REACHED:
        if session.starts_at - notices.may_ring(now, kind, session) < TOO_NEAR:
            return _only_noted(db, booking, kind, "late")
        return int(notices.plan(db, booking, session, kind) is not None)
    alone = booking.channel is Channel.NONE and booking.via is Via.PERSON
    if alone or kind is not NoticeKind.REMINDER_DAYS:
        return _only_noted(db, booking, kind, "no_channel")
    made = notices.plan(db, booking, session, kind, sent=True)
    if made is not None:
        notices.make_task(db, booking, session, kind)
    return int(made is not None)


def _only_noted(db: Session, booking: Booking, kind: NoticeKind, why: str) -> int:
    return int(notices.plan(db, booking, booking.session, kind, dropped=why) is not None)
