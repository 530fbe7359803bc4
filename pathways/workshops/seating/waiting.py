"""The waiting list of a session. Who comes next, and who may have what, is the one rule of ``fitting``; until when an
offer stands, that of ``deadlines``.

In short, as pages say it: those whose session was cancelled come first, then everybody in the order in which they came.
Freed seats are held for the first whom they fit, who is told and has some hours to answer. Nobody overtakes, not even
at the desk. An offer that ran out is made once more, then its holder goes to the end, and the third time off the list.
Four hours before the start nothing is offered any more: then whoever comes first has the seats, those who wait
included.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, ids
from pathways.database import changed, insert_for
from pathways.errors import Invalid, NotFound
from pathways.i18n import N_
from pathways.permissions import Member
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    Booking,
    BookingState,
    SeatQuota,
    SessionState,
    Via,
    WaitingState,
    WaitlistEntry,
    WorkshopSession,
)
from pathways.workshops.seating import asking, seats, settling, telling
from pathways.workshops.seating import booking as bookings
from pathways.workshops.seating.asking import Made, NotHeld, Wanted
from pathways.workshops.seating.deadlines import offer_ends
from pathways.workshops.seating.fitting import Pot
from pathways.workshops.seating.seats import Standing

FIRST, USUAL = 0, 1
"""Classes: whose seat was taken away by whoever held the session, and everybody else."""
ON_THE_LIST = (WaitingState.WAITING, WaitingState.OFFERED)


@dataclass(frozen=True, slots=True)
class Waits:
    """A place in the list, and the two ways to it."""

    entry: WaitlistEntry
    code: str
    token: str


def join(
    db: Session,
    codes: Codes,
    session_id: uuid.UUID,
    wanted: Wanted,
    *,
    by: Member | None = None,
    via: Via = Via.PERSON,
    priority: int = USUAL,
    instead_of: Booking | None = None,
) -> Waits:
    """Wait for seats. Whoever fits at once is offered them at once. ``instead_of``: the booking that its structure
    cancelled; whoever had made it hears of the new one, too.

    Raises ``asking.Locked`` once nothing is offered any more, :class:`Invalid` for a party that would never fit.
    """
    wanted = asking.checked(wanted, by, known=instead_of is not None)
    session = asking.opened(db, session_id, by=None, via=Via.PERSON)
    if not _still_offers(session):
        raise asking.Locked
    row: dict[str, Any] = asking.row_of(wanted, by, via) | {"file_id": None}
    if instead_of is not None:
        row |= {name: getattr(instead_of, name) for name in ("organisation_id", "booked_by", "file_id")}
    elif wanted.file_id is not None:
        asking.must_keep(db, by, wanted.file_id)
        asking.must_have_no_seat(db, wanted.file_id, session.id, waiting=True)
        row |= {"file_id": wanted.file_id}
    quotas = settling.standing_quotas(db, session)
    pots = _pots(quotas, wanted.language, row["needs"], row["via"], row["organisation_id"])
    if wanted.party > settling.largest(session, quotas, pots):
        raise Invalid(N_("Ce nombre de personnes n'est pas possible."))
    settling.run_out(db, session)
    row |= {
        "session_id": session.id,
        "number": settling.next_number(db, session),
        "priority": priority,
        "state": WaitingState.WAITING,
    }
    while True:
        stored = insert_for(db)(WaitlistEntry).values(row | codes.digests_of(row["id"]))
        stored = stored.on_conflict_do_nothing(index_elements=[WaitlistEntry.code_digest])
        if changed(db, stored):
            break
        row["id"] = ids.random_id()
    session.waiting += 1
    changes.note(db, session.organisation_id, "waiting_entry", row["id"], "created")
    settling.settle(db, session)
    return place_of(codes, db.get_one(WaitlistEntry, row["id"], populate_existing=True))


def accept(db: Session, codes: Codes, entry: WaitlistEntry) -> Made:
    """Take what is offered. Once nothing is offered any more, who waits may take free seats as anybody may."""
    session = _locked_with(db, entry)
    settled = settling.settle(db, session)
    if entry.state is WaitingState.ACCEPTED and entry.booking_id is not None:
        return bookings.slip_of(codes, db.get_one(Booking, entry.booking_id))
    if entry.state is WaitingState.OFFERED:
        return _take_offer(db, codes, session, entry)
    if entry.state is not WaitingState.WAITING or _still_offers(session):
        raise NotHeld
    asking.may_be_had(session, by=None, via=entry.via)
    return _take_free(db, codes, session, settled, entry)


def decline(db: Session, entry: WaitlistEntry) -> WaitlistEntry:
    """Say no to an offer, and leave the list. Twice changes nothing."""
    return _leave(db, entry, (WaitingState.OFFERED,), WaitingState.DECLINED)


def withdraw(db: Session, entry: WaitlistEntry) -> WaitlistEntry:
    """Wait no longer, whether something is offered or not. Twice changes nothing."""
    return _leave(db, entry, ON_THE_LIST, WaitingState.WITHDRAWN)


def ahead(db: Session, entry: WaitlistEntry) -> int:
    """How many parties are before this one, those to whom something is offered included."""
    before = sa.or_(
        WaitlistEntry.priority < entry.priority,
        sa.and_(WaitlistEntry.priority == entry.priority, WaitlistEntry.number < entry.number),
    )
    count = sa.select(sa.func.count()).select_from(WaitlistEntry)
    query = count.where(WaitlistEntry.session_id == entry.session_id, WaitlistEntry.state.in_(ON_THE_LIST), before)
    return db.scalar(query) or 0


def of_token(db: Session, codes: Codes, token: str) -> WaitlistEntry:
    found = db.scalar(sa.select(WaitlistEntry).filter_by(link_digest=codes.digest_of_token(token)))
    if found is None:
        raise NotFound(N_("Ce lien n'existe pas. Vérifiez qu'il est entier, ou demandez-en un autre."))
    return found


def find_code(db: Session, codes: Codes, code: str) -> WaitlistEntry | None:
    return db.scalar(sa.select(WaitlistEntry).filter_by(code_digest=codes.digest_of_code(code)))


def offered(db: Session, entry: WaitlistEntry) -> Booking | None:
    """The seats that are held for them, if there are some at this moment."""
    if entry.state is not WaitingState.OFFERED or entry.booking_id is None:
        return None
    held = db.get_one(Booking, entry.booking_id)
    return held if held.lapses_at is not None and held.lapses_at > clock.now() else None


def may_take(db: Session, entry: WaitlistEntry, session: WorkshopSession) -> int:
    """How many seats :func:`accept` could give to somebody to whom none are offered: shortly before the start they are
    for whoever comes. None where their party does not fit. Reads only.
    """
    if entry.state is not WaitingState.WAITING or _still_offers(session):
        return 0
    now, found = clock.now(), seats.availability(db, session)
    if found.standing not in {Standing.OPEN, Standing.FULL}:
        return 0
    quotas = [one for one in settling.standing_quotas(db, session) if one.until is None or one.until > now]
    pots = _pots(quotas, entry.language, entry.needs, entry.via, entry.organisation_id)
    kept = [one.capacity - one.booked - one.held for one in quotas if one.id in pots]
    most = max([found.free, *kept])
    return most if most >= entry.party else 0


def _pots(
    quotas: list[SeatQuota], language: str, needs: Sequence[str], via: Via, organisation_id: uuid.UUID | None
) -> tuple[Pot, ...]:
    return settling.pots_of(
        quotas,
        language=language,
        needs=needs,
        prescriber=via is Via.PRESCRIBER,
        organisation_id=organisation_id,
    )


def _still_offers(session: WorkshopSession) -> bool:
    ends = offer_ends(clock.now(), starts_at=session.starts_at, closes_at=session.closes_at, timezone=session.timezone)
    return ends is not None


def _locked_with(db: Session, entry: WaitlistEntry) -> WorkshopSession:
    (session,) = settling.locked(db, entry.session_id)
    db.refresh(entry)
    return session


def _leave(db: Session, entry: WaitlistEntry, those: tuple[WaitingState, ...], becomes: WaitingState) -> WaitlistEntry:
    session = _locked_with(db, entry)
    if entry.state not in those:
        return entry
    if entry.state is WaitingState.OFFERED and entry.booking_id is not None:
        held = db.get_one(Booking, entry.booking_id, populate_existing=True)
        bookings.free_seats(db, session, held, BookingState.CANCELLED_BY_PERSON)
    _off_the_list(db, session, entry, becomes)
    settling.settle(db, session)
    return entry


def _off_the_list(db: Session, session: WorkshopSession, entry: WaitlistEntry, becomes: WaitingState) -> None:
    entry.state, entry.updated_at = becomes, clock.now()
    session.waiting -= 1
    db.flush()
    telling.nothing_offered(db, [entry.id])
    changes.note(db, session.organisation_id, "waiting_entry", entry.id, str(becomes))


def _take_offer(db: Session, codes: Codes, session: WorkshopSession, entry: WaitlistEntry) -> Made:
    if session.state is not SessionState.PUBLISHED or entry.booking_id is None:
        raise NotHeld
    _off_the_list(db, session, entry, WaitingState.ACCEPTED)
    held = db.get_one(Booking, entry.booking_id, populate_existing=True)
    made = bookings.open_slip(db, codes, bookings.confirm(db, held))
    entry.booking_id = made.booking.id
    db.flush()
    return made


def _take_free(
    db: Session, codes: Codes, session: WorkshopSession, settled: settling.Settled, entry: WaitlistEntry
) -> Made:
    names = ("party", "language", "needs", "label", "via", "organisation_id", "booked_by", "channel", "contact")
    now = clock.now()
    row = {name: getattr(entry, name) for name in names} | {
        "id": ids.random_id(),
        "file_id": settling.file_of(db, entry.file_id, session.id),
        "created_at": now,
        "updated_at": now,
    }
    made = bookings.seat_and_store(db, codes, session, row, settled=settled)
    entry.booking_id = made.booking.id
    _off_the_list(db, session, entry, WaitingState.ACCEPTED)
    return made


def place_of(codes: Codes, entry: WaitlistEntry) -> Waits:
    return Waits(entry, codes.code_of(entry.id), codes.token_of(entry.id))
