"""What becomes of a person's seats, exchanges and pathways before all that is held of them is erased: others are told.

The rows themselves go with their attempt or their file, as their foreign keys say.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock
from pathways.diagnostics.models import Attempt
from pathways.errors import DomainError
from pathways.learning.exchanges import meeting
from pathways.learning.models import ExchangeRequest, Pathway, Referral, SeatProposal, Step
from pathways.workshops.models import Booking, BookingState, Channel, SessionState, WorkshopSession
from pathways.workshops.seating import booking

ERASED = "erased"
AT_ONCE = 500
"""People whose time is over, in one statement."""
MINE = (BookingState.HELD, BookingState.CONFIRMED)


def leave(db: Session, attempts: Collection[uuid.UUID], *, file_id: uuid.UUID | None = None) -> None:
    """To be called in the transaction that then erases these attempts, and the file where one is given: seats ahead are
    given back, whoever they were to exchange with waits again, and partners hear that pathways and referrals are gone.
    """
    parts = sa.select(Attempt.id).where(sa.or_(Attempt.id.in_(attempts), Attempt.part_of_id.in_(attempts)))
    theirs = Pathway.attempt_id.in_(parts)
    pathways = db.scalars(sa.select(Pathway).where(theirs).order_by(Pathway.id).with_for_update()).all()
    _free_seats(db, [one.id for one in pathways], file_id)
    of_them = ExchangeRequest.attempt_id.in_(parts)
    if file_id is not None:
        of_them = sa.or_(of_them, ExchangeRequest.file_id == file_id)
    for request in db.scalars(sa.select(ExchangeRequest).where(of_them).order_by(ExchangeRequest.id)).all():
        meeting.leave(db, request)
    for one in pathways:
        changes.note(db, one.organisation_id, "pathway", one.id, ERASED)
    for referral in db.scalars(sa.select(Referral).where(Referral.attempt_id.in_(parts)).order_by(Referral.id)):
        changes.note(db, referral.organisation_id, "referral", referral.id, ERASED)
        if referral.to_organisation_id is not None and referral.consented_at is not None:
            changes.note(db, referral.to_organisation_id, "referral", referral.id, ERASED)
    db.flush()


def leave_expired(db: Session) -> None:
    """The same of those whose time is over: for the worker, before it erases them."""
    over = db.scalars(sa.select(Attempt.id).where(Attempt.expires_at <= clock.now())).all()
    for start in range(0, len(over), AT_ONCE):
        leave(db, over[start : start + AT_ONCE])


def bookings_of(db: Session, pathways: Collection[uuid.UUID], file_id: uuid.UUID | None = None) -> list[Booking]:
    """Every booking that was taken on one of these pathways, or written down for a file; the soonest session first."""
    taken = sa.select(Step.booking_id).where(Step.pathway_id.in_(pathways), Step.booking_id.is_not(None))
    accepted = sa.select(SeatProposal.booking_id).where(
        SeatProposal.pathway_id.in_(pathways), SeatProposal.booking_id.is_not(None)
    )
    theirs = sa.or_(Booking.id.in_(taken), Booking.id.in_(accepted))
    if file_id is not None:
        theirs = sa.or_(theirs, Booking.file_id == file_id)
    query = sa.select(Booking).join(WorkshopSession, WorkshopSession.id == Booking.session_id).where(theirs)
    return list(db.scalars(query.order_by(WorkshopSession.starts_at, WorkshopSession.id, Booking.id)))


def _free_seats(db: Session, pathways: Collection[uuid.UUID], file_id: uuid.UUID | None) -> None:
    """As the person's own cancelling does; and what was written on them goes."""
    ahead = [one for one in bookings_of(db, pathways, file_id) if one.state in MINE]
    for one in sorted(ahead, key=lambda seat: (seat.session_id, seat.id)):  # locked in one order
        session = db.get_one(WorkshopSession, one.session_id)
        if session.state is SessionState.PUBLISHED and session.starts_at > clock.now():
            with suppress(DomainError):  # it begins at this very moment: nobody's seat any more
                booking.cancel(db, one)
            one.label, one.contact, one.channel, one.needs = "", "", Channel.NONE, []
