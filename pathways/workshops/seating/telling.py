"""Telling somebody what happened to their seats: an event for who has a channel, a task for a person otherwise."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids, outbox
from pathways.people.models import Account, Membership
from pathways.permissions import OF_ROLE, Permission
from pathways.workshops.models import Booking, Channel, DeskTask, DeskTaskKind, Via, WaitlistEntry

REACHED = (Channel.EMAIL, Channel.SMS)
Desks = dict[tuple[uuid.UUID | None, uuid.UUID | None], tuple[uuid.UUID | None, uuid.UUID | None]]
"""By organisation and account that booked, the organisation and the account whose task it is."""
MAKING = tuple(role for role, permissions in OF_ROLE.items() if Permission.BOOKINGS_MAKE in permissions)
_HOLDING = tuple(role for role, permissions in OF_ROLE.items() if Permission.BOOKINGS_HOLD in permissions)


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
    the person came alone, or nobody is left who booked.
    """
    if who.channel in REACHED:
        outbox.record(db, event)
    elif kind is not None:
        values = task(db, who, kind, organisation_id=organisation_id, due_at=due_at)
        db.execute(sa.insert(DeskTask).values(values))


def task(
    db: Session,
    who: Booking | WaitlistEntry,
    kind: DeskTaskKind,
    *,
    organisation_id: uuid.UUID,
    due_at: datetime | None = None,
    known: Desks | None = None,
) -> dict[str, Any]:
    """The row of a task about ``who``. ``known``: what was asked already, where one act makes many of them."""
    theirs = who.channel is Channel.PRESCRIBER or who.via is Via.PRESCRIBER
    asked = (who.organisation_id, who.booked_by if theirs else None)
    known = {} if known is None else known
    if asked not in known:
        known[asked] = _desk(db, *asked)
    desk, account_id = known[asked]
    return {
        "id": ids.new_id(),
        "organisation_id": desk or organisation_id,
        "account_id": account_id,
        "kind": kind,
        "booking_id": who.id if isinstance(who, Booking) else None,
        "entry_id": who.id if isinstance(who, WaitlistEntry) else None,
        "due_at": due_at,
        "created_at": clock.now(),
    }


def nothing_offered(db: Session, entry_ids: Sequence[uuid.UUID]) -> None:
    """Nobody has to tell any more that seats are kept for these: they took them, said no, or the offer ran out."""
    if not entry_ids:
        return
    told = sa.update(DeskTask).where(
        DeskTask.entry_id.in_(entry_ids), DeskTask.kind == DeskTaskKind.OFFER, DeskTask.done_at.is_(None)
    )
    db.execute(told.values(done_at=clock.now()))


def release(db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """What a member who leaves had still to tell becomes the task of their organisation's desk: it keeps an
    administrator, who sees it.
    """
    own = sa.update(DeskTask).filter_by(organisation_id=organisation_id, account_id=account_id, done_at=None)
    db.execute(own.values(account_id=None))


def _desk(
    db: Session, organisation_id: uuid.UUID | None, account_id: uuid.UUID | None
) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Who of an organisation reads a task: the member, as long as they are one; else its desk, if there is one."""
    if organisation_id is None:
        return None, None
    here = sa.select(Membership.id).join(Account, Account.id == Membership.account_id).limit(1)
    here = here.where(Membership.organisation_id == organisation_id, Account.closed_at.is_(None))
    own = here.where(Membership.account_id == account_id, Membership.role.in_(MAKING))
    if account_id is not None and db.scalar(own) is not None:
        return organisation_id, account_id
    return (organisation_id if db.scalar(here.where(Membership.role.in_(_HOLDING))) is not None else None), None
