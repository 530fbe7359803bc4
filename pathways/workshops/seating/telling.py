"""Telling somebody what happened to their seats: an event for who has a channel, a task for a person otherwise."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids, outbox
from pathways.workshops.models import Booking, Channel, DeskTask, DeskTaskKind, Via, WaitlistEntry

REACHED = (Channel.EMAIL, Channel.SMS)


def tell(
    db: Session,
    who: Booking | WaitlistEntry,
    event: Any,
    kind: DeskTaskKind | None,
    *,
    organisation_id: uuid.UUID,
    due_at: datetime | None = None,
) -> None:
    """Record ``event``, or make a task of ``kind`` (``None``: whoever has no channel need not be told). It is the task
    of the prescriber or the desk that booked, who know the person; of the session's desk (``organisation_id``) where
    the person came alone.
    """
    if who.channel in REACHED:
        outbox.record(db, event)
    elif kind is not None:
        values = task(who, kind, organisation_id=organisation_id, due_at=due_at)
        db.execute(sa.insert(DeskTask).values(values))


def task(
    who: Booking | WaitlistEntry, kind: DeskTaskKind, *, organisation_id: uuid.UUID, due_at: datetime | None = None
) -> dict[str, Any]:
    """The row of a task about ``who``."""
    theirs = who.channel is Channel.PRESCRIBER or who.via is Via.PRESCRIBER
    return {
        "id": ids.new_id(),
        "organisation_id": who.organisation_id or organisation_id,
        "account_id": who.booked_by if theirs else None,
        "kind": kind,
        "booking_id": who.id if isinstance(who, Booking) else None,
        "entry_id": who.id if isinstance(who, WaitlistEntry) else None,
        "due_at": due_at,
        "created_at": clock.now(),
    }
