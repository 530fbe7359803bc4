"""Whose space a booking belongs to, and the space that a desk makes for whoever has none."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.models import (
    AwardRequest,
    Credential,
    Endorsement,
    Holder,
    HolderAttempt,
    HolderBooking,
    HolderEvent,
    Issuer,
    ShareLink,
)
from pathways.diagnostics.models import Attempt
from pathways.workshops.models import ACTIVE, Booking, WorkshopSession

MADE = "made_at_desk"
"""In the history of a space: a desk made it."""
BY_DESK = (MADE, "booking_noted", "issued", "reissued", "revoked", "expiring")
"""Acts in a history that its holder had no hand in."""
MOST_OF_FILE = 50
"""Seats of one person that come into a space that is made for them, the latest."""


def holders_of(db: Session, bookings: Sequence[Booking]) -> dict[uuid.UUID, uuid.UUID]:
    """``{booking: space}``: the space that it was brought to; else, of somebody whom the desk accompanies, the only
    space in which other seats or results of their file are. Three queries at most.
    """
    query = sa.select(HolderBooking.booking_id, HolderBooking.holder_id)
    brought = query.where(HolderBooking.booking_id.in_([one.id for one in bookings]))
    found = dict(db.execute(brought).all())
    files = {one.file_id for one in bookings if one.file_id is not None and one.id not in found}
    of_file = _of_files(db, files) if files else {}
    for one in bookings:
        known = of_file.get(one.file_id, set())
        if one.id not in found and len(known) == 1:
            found[one.id] = next(iter(known))
    return found


def made_for(db: Session, links: Links, booking: Booking, holder_id: uuid.UUID | None) -> Holder:
    """The space of somebody who came, with this seat in it; a new one, without account, where there is none."""
    if holder_id is None:
        holder, _ = holders.create(db, links, language=booking.language)
        holders.tell(db, holder.id, MADE, about=booking.id)
    else:
        holder = db.get_one(Holder, holder_id)
    holders.bring_booking(db, holder, booking.id, by_desk=True)
    if holder_id is None:
        for other in _of_same_person(db, booking):
            holders.bring_booking(db, holder, other, by_desk=True)
    return holder


def tokens_of(
    db: Session, links: Links, organisation_id: uuid.UUID, holder_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, str]:
    """``{space: the token that opens it}``, of those that a desk made and in which there is nothing but what this
    organisation put there. From the moment on which somebody else adds something, its holder first of all, the
    organisation prints its link no more.
    """
    query = (
        sa.select(Holder)
        .where(Holder.id.in_(holder_ids), Holder.account_id.is_(None), Holder.name == "", Holder.email == "")
        .where(sa.exists().where(HolderEvent.holder_id == Holder.id, HolderEvent.act == MADE))
        .where(~sa.exists().where(HolderEvent.holder_id == Holder.id, HolderEvent.act.not_in(BY_DESK)))
        .where(~sa.exists().where(Endorsement.endorser_id == Holder.id))
        .where(~_of_others(organisation_id))
    )
    for kind in (HolderAttempt, AwardRequest, ShareLink):
        query = query.where(~sa.exists().where(kind.holder_id == Holder.id))
    return {one.id: holders.token_of(links, one) for one in db.scalars(query)}


# --- inside ---------------------------------------------------------------------------------------------------


def _of_files(db: Session, files: Iterable[uuid.UUID]) -> dict[uuid.UUID | None, set[uuid.UUID]]:
    named = list(files)
    seats = (
        sa.select(Booking.file_id, HolderBooking.holder_id)
        .join(HolderBooking, HolderBooking.booking_id == Booking.id)
        .where(Booking.file_id.in_(named))
    )
    results = (
        sa.select(Attempt.file_id, HolderAttempt.holder_id)
        .join(HolderAttempt, HolderAttempt.attempt_id == Attempt.id)
        .where(Attempt.file_id.in_(named))
    )
    found: dict[uuid.UUID | None, set[uuid.UUID]] = defaultdict(set)
    for query in (seats, results):
        for file_id, holder_id in db.execute(query):
            found[file_id].add(holder_id)
    return found


def _of_same_person(db: Session, booking: Booking) -> Sequence[uuid.UUID]:
    """Other seats of their file that are in no space yet, the latest."""
    if booking.file_id is None:
        return []
    query = (
        sa.select(Booking.id)
        .where(Booking.file_id == booking.file_id, Booking.id != booking.id, Booking.state.in_(ACTIVE))
        .where(~sa.exists().where(HolderBooking.booking_id == Booking.id))
        .order_by(Booking.created_at.desc(), Booking.id)
        .limit(MOST_OF_FILE)
    )
    return db.scalars(query).all()


def _of_others(organisation_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Whether there is a seat or a badge in a space that is not of this organisation."""
    seats = sa.exists().where(
        HolderBooking.holder_id == Holder.id,
        Booking.id == HolderBooking.booking_id,
        WorkshopSession.id == Booking.session_id,
        WorkshopSession.organisation_id != organisation_id,
    )
    badges = sa.exists().where(
        Credential.holder_id == Holder.id,
        Issuer.id == Credential.issuer_id,
        Issuer.organisation_id != organisation_id,
    )
    return sa.or_(seats, badges)
