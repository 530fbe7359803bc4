"""Finding a booking again, among those that a member may know of (``seen``): by the code of its slip, or in a list."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.permissions import Member
from pathways.workshops.codes import Codes
from pathways.workshops.models import ACTIVE, Booking, WaitlistEntry, WorkshopSession
from pathways.workshops.seating import seen


def by_code(db: Session, codes: Codes, member: Member, code: str) -> Booking | None:
    """Only among those: nobody learns from a code that is another organisation's."""
    return db.scalar(seen.bookings(member).where(Booking.code_digest == codes.digest_of_code(code)))


def entry_by_code(db: Session, codes: Codes, member: Member, code: str) -> WaitlistEntry | None:
    """The same in the waiting lists."""
    return db.scalar(seen.entries(member).where(WaitlistEntry.code_digest == codes.digest_of_code(code)))


def listed(member: Member, *, past: bool = False) -> sa.Select[Booking]:
    """Those that still let somebody in, or with ``past`` all of them; the latest first."""
    query = seen.bookings(member)
    if past:
        return query
    coming = sa.select(WorkshopSession.id).where(WorkshopSession.ends_at > clock.now())
    return query.where(Booking.state.in_(ACTIVE), Booking.session_id.in_(coming))
