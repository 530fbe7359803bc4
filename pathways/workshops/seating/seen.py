"""Whose bookings and entries a member sees: those they made; with the right to hold them, those of every session of
their organisation, and those that its desk made elsewhere. Nothing else exists for them.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.workshops.models import Booking, WaitlistEntry, WorkshopSession


def booking(db: Session, member: Member, booking_id: uuid.UUID) -> Booking:
    found = db.scalar(sa.select(Booking).where(Booking.id == booking_id, _seen(member, Booking)))
    if found is None:
        raise NotFound(D_("Cette réservation n'existe pas."))
    return found


def entry(db: Session, member: Member, entry_id: uuid.UUID) -> WaitlistEntry:
    found = db.scalar(sa.select(WaitlistEntry).where(WaitlistEntry.id == entry_id, _seen(member, WaitlistEntry)))
    if found is None:
        raise NotFound(D_("Cette attente n'existe pas."))
    return found


def bookings(member: Member, *, session_id: uuid.UUID | None = None) -> sa.Select[Booking]:
    """The latest first."""
    query = sa.select(Booking).where(_seen(member, Booking))
    if session_id is not None:
        query = query.where(Booking.session_id == session_id)
    return query.order_by(Booking.created_at.desc(), Booking.id.desc())


def entries(member: Member, *, session_id: uuid.UUID | None = None) -> sa.Select[WaitlistEntry]:
    query = sa.select(WaitlistEntry).where(_seen(member, WaitlistEntry))
    if session_id is not None:
        query = query.where(WaitlistEntry.session_id == session_id)
    return query.order_by(WaitlistEntry.created_at.desc(), WaitlistEntry.id.desc())


def _seen(member: Member, kind: type[Booking | WaitlistEntry]) -> sa.ColumnElement[bool]:
    own = sa.and_(kind.booked_by == member.account_id, kind.organisation_id == member.organisation_id)
    if member.may(Permission.BOOKINGS_MAKE) and not member.may(Permission.BOOKINGS_HOLD):
        return own
    # Whoever may not book at all gets no further than to be told so, of what their organisation has.
    held = sa.select(WorkshopSession.id).where(WorkshopSession.organisation_id == member.organisation_id)
    return sa.or_(kind.session_id.in_(held), kind.organisation_id == member.organisation_id)
