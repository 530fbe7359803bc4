"""What a person has to do because no machine can tell somebody: the desk's list, and each prescriber's own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.people.models import Membership
from pathways.permissions import Member, Permission
from pathways.workshops.models import Booking, DeskTask, DeskTaskKind, WaitingState, WaitlistEntry
from pathways.workshops.seating import telling

MOST_SHOWN = 500


def open_tasks(db: Session, member: Member, *, limit: int = MOST_SHOWN) -> Sequence[DeskTask]:
    """What is to be done, the most pressing first."""
    query = sa.select(DeskTask).where(_of(member), DeskTask.done_at.is_(None), _still_true())
    return db.scalars(query.order_by(DeskTask.due_at.asc().nulls_last(), DeskTask.id).limit(limit)).all()


def get(db: Session, member: Member, task_id: uuid.UUID) -> DeskTask:
    task = db.scalar(sa.select(DeskTask).where(DeskTask.id == task_id, _of(member)))
    if task is None:
        raise NotFound(D_("Cette tâche n'existe pas."))
    return task


def done(db: Session, member: Member, task_id: uuid.UUID, *, at: datetime | None = None) -> DeskTask:
    """Twice changes nothing: the first who did it stays."""
    task = get(db, member, task_id)
    if task.done_by is None:
        task.done_at, task.done_by = task.done_at or at or clock.now(), member.account_id
    return task


def _still_true() -> sa.ColumnElement[bool]:
    """Seats that are offered no more, though nobody has swept since, are not to be told."""
    held = sa.select(WaitlistEntry.id).join(Booking, Booking.id == WaitlistEntry.booking_id)
    held = held.where(WaitlistEntry.id == DeskTask.entry_id, WaitlistEntry.state == WaitingState.OFFERED)
    return sa.or_(DeskTask.kind != DeskTaskKind.OFFER, held.where(Booking.lapses_at > clock.now()).exists())


def _of(member: Member) -> sa.ColumnElement[bool]:
    own = DeskTask.account_id == member.account_id
    if member.may(Permission.BOOKINGS_HOLD) or not member.may(Permission.BOOKINGS_MAKE):
        # Whoever may not book at all gets no further than to be told so, of what their organisation has.
        # So with the tasks of somebody who may not book any more: nobody else would see them.
        makers = sa.select(Membership.account_id).where(
            Membership.organisation_id == member.organisation_id, Membership.role.in_(telling.MAKING)
        )
        own |= DeskTask.account_id.is_(None) | DeskTask.account_id.not_in(makers)
    return sa.and_(DeskTask.organisation_id == member.organisation_id, own)
