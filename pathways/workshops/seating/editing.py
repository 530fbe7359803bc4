"""Changing a session that people may already hold seats of: another time, another place. Each of them is told."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.workshops.events import SessionChanged
from pathways.workshops.models import Booking, BookingState, DeskTaskKind, SessionState, Workshop, WorkshopSession
from pathways.workshops.scheduling import sessions
from pathways.workshops.scheduling.sessions import SessionForm
from pathways.workshops.seating import seats, telling

TOLD = ("starts_at", "ends_at", "timezone", "place_id", "room_id", "stop_id", "meeting_url")
"""What whoever holds a seat must know at once when it changes."""


def edit(
    db: Session, member: Member, session_id: uuid.UUID, form: SessionForm, *, version: int, reason: str = ""
) -> WorkshopSession:
    """The session as ``form`` says it. ``reason``: asked where the number of seats of a published one changes. Never
    fewer than are sold. Raises :class:`engaging.Taken`, and :class:`Conflict` where a colleague changed it since.
    """
    found = sessions.editable(db, member, session_id)
    if found.state not in {SessionState.DRAFT, SessionState.PUBLISHED}:
        raise Conflict(D_("Cette séance est annulée ou terminée : elle ne se modifie plus."))
    workshop = db.get_one(Workshop, found.workshop_id)
    by_name = sorted(form.means, key=lambda one: one.means_id)
    form = replace(form, languages=form.languages or tuple(workshop.languages), means=tuple(by_name))
    if sessions.form_of(db, found) == form:
        return found  # sent twice
    if version != found.version:
        raise Conflict(D_("Un collègue a modifié cette séance entre-temps. Relisez, puis enregistrez de nouveau."))
    venue, columns = sessions.checked(db, workshop, form)
    if (found.booked or found.held) and columns["ends_at"] <= clock.now() < found.ends_at:
        message = D_("Des places sont prises : choisissez un jour à venir, ou annulez la séance.")
        raise Invalid(message, errors=[{"field": "day", "message": message}])
    capacity = columns.pop("capacity")
    moved = _set(found, columns)
    db.flush()
    sessions.bind(db, found, venue, form)
    sessions.save_traits(db, found)
    if capacity != found.capacity:
        _resize(db, member, found, capacity, reason)
    sessions.touch(db, found, "updated")
    if moved and found.state is SessionState.PUBLISHED and found.ends_at > clock.now():
        tell_holders(db, found)
    return found


def tell_holders(db: Session, session: WorkshopSession) -> int:
    """Everybody who holds a seat is told that time or place changed; returns how many."""
    held = sa.select(Booking).where(Booking.session_id == session.id, Booking.state == BookingState.CONFIRMED)
    found = db.scalars(held.order_by(Booking.id).with_for_update()).all()
    for booking in found:
        booking.sequence += 1
        booking.updated_at = clock.now()
        event = SessionChanged(booking.id)
        telling.tell(db, booking, event, DeskTaskKind.MOVED, organisation_id=session.organisation_id)
    db.flush()
    return len(found)


def _set(session: WorkshopSession, columns: dict[str, Any]) -> bool:
    moved = any(getattr(session, name) != columns[name] for name in TOLD)
    for name, value in columns.items():
        setattr(session, name, value)
    return moved


def _resize(db: Session, member: Member, session: WorkshopSession, capacity: int, reason: str) -> None:
    """Nobody holds a seat of a draft, so nobody asks why."""
    if session.state is SessionState.DRAFT and not session.reserved:
        session.capacity = capacity
    else:
        seats.change(db, member, session, capacity=capacity, reason=reason)
