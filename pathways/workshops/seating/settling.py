"""A session's seats brought up to this moment: what ran out is taken back, and what is free is offered to who waits.

No clockwork is needed for that: whoever is about to decide anything about seats takes the session's row
(:func:`locked`) and settles first. The worker's sweep only sees to it that people are told in time.

The row of the session is always locked before anything else of it, several sessions in the order of their ids; seats of
quotas and entries of the list are only ever touched under it. So no two transactions can wait for each other.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pathways import changes, clock, ids
from pathways.database import Base, Prepared
from pathways.workshops.codes import closed
from pathways.workshops.events import OfferLapsed, SeatsOffered
from pathways.workshops.models import (
    ACTIVE,
    Booking,
    BookingState,
    DeskTaskKind,
    QuotaKind,
    SeatQuota,
    SessionState,
    Via,
    WaitingRule,
    WaitingState,
    WaitlistEntry,
    WorkshopSession,
)
from pathways.workshops.seating import telling
from pathways.workshops.seating.deadlines import offer_ends
from pathways.workshops.seating.fitting import PATIENCE, Party, Pot, Seats

INTERPRETER = "interpreter"
"""The need that gives a right to the seats near an interpreter."""
KEPT_ONCE = 1
"""Offers that may run out without costing the place in the line."""
MOST_OFFERS = 3
"""Whoever lets so many run out is taken off the list."""
SWEPT_AT_ONCE = 100
_FRESH = {"populate_existing": True}


def locked(db: Session, *session_ids: uuid.UUID) -> list[WorkshopSession]:
    """The rows of these sessions, for this transaction alone, in the order in which they were asked for. A missing one
    is left out. On SQLite a transaction that writes is alone anyway. Rows that only name a session (steps of pathways)
    may be written meanwhile: its key does not change, and waiting for those would be waiting in a circle.
    """
    query = sa.select(WorkshopSession).where(WorkshopSession.id.in_(session_ids)).order_by(WorkshopSession.id)
    found = {one.id: one for one in db.scalars(query.with_for_update(key_share=True), execution_options=_FRESH)}
    return [found[one] for one in session_ids if one in found]


@dataclass(frozen=True, slots=True)
class Settled:
    seats: Seats
    """What is free now, and which of it somebody waits for."""
    quotas: list[SeatQuota]
    """Those that stand, if any has seats."""


def settle(db: Session, session: WorkshopSession) -> Settled:
    """Bring everything of ``session``, which must be :func:`locked`, up to this moment."""
    now = clock.now()
    due = session.lapse_at is not None and session.lapse_at <= now
    quotas = standing_quotas(db, session) if due or session.reserved else []
    if due:
        quotas = _lapse(db, session, quotas, now)
    pots: dict[Pot, int] = {one.id: one.capacity - one.booked - one.held for one in quotas}
    seats = Seats(pots | {None: free(session)}, session.waiting_rule is WaitingRule.STRICT)
    if session.waiting and session.state is SessionState.PUBLISHED:
        _promote(db, session, quotas, seats, now)
    db.flush()
    return Settled(seats, quotas)


def run_out(db: Session, session: WorkshopSession) -> None:
    """Take back what ran out, and offer nothing yet: whoever joins now comes after whoever went to the end before."""
    now = clock.now()
    if session.lapse_at is not None and session.lapse_at <= now:
        _lapse(db, session, standing_quotas(db, session), now)


def standing_quotas(db: Session, session: WorkshopSession) -> list[SeatQuota]:
    query = sa.select(SeatQuota).where(SeatQuota.session_id == session.id, SeatQuota.released_at.is_(None))
    return list(db.scalars(query.order_by(SeatQuota.id), execution_options=_FRESH))


def pots_of(
    quotas: Iterable[SeatQuota],
    *,
    language: str,
    needs: Sequence[str],
    prescriber: bool,
    organisation_id: uuid.UUID | None,
) -> tuple[Pot, ...]:
    """Where somebody may take seats from: the quotas they are entitled to, in the order of their ids, then the seats
    for everybody. Those for a van or for wishes are handed over by whoever knows of the van or the wish.
    """
    entitled = {
        (QuotaKind.LANGUAGE, language): True,
        (QuotaKind.INTERPRETER, ""): INTERPRETER in needs,
        (QuotaKind.PRESCRIBERS, ""): prescriber,
        (QuotaKind.STRUCTURE, str(organisation_id)): organisation_id is not None,
    }
    # An interpreter may be kept for one language; a need for one then comes with that language.
    entitled[QuotaKind.INTERPRETER, language] = INTERPRETER in needs
    return (*(one.id for one in quotas if entitled.get((one.kind, one.value), False)), None)


def take(session: WorkshopSession, quota: SeatQuota | None, party: int, state: BookingState) -> None:
    """Count seats as held or booked; those of a quota are no longer reserved."""
    counter = "held" if state is BookingState.HELD else "booked"
    setattr(session, counter, getattr(session, counter) + party)
    if quota is not None:
        setattr(quota, counter, getattr(quota, counter) + party)
        if quota.released_at is None:
            session.reserved -= party


def give_back(session: WorkshopSession, quota: SeatQuota | None, party: int, state: BookingState) -> None:
    """The seats of a booking that was in ``state``: to its quota, if that still stands, or to everybody."""
    take(session, quota, -party, state)


def file_of(db: Session, file_id: uuid.UUID | None, session_id: uuid.UUID) -> uuid.UUID | None:
    """The file that a booking of this session may carry: ``None`` where another active one carries it already. The
    session must be locked.
    """
    same = sa.select(Booking.id).where(
        Booking.session_id == session_id, Booking.file_id == file_id, Booking.state.in_(ACTIVE)
    )
    return None if file_id is None or db.scalar(same.limit(1)) else file_id


def quota_of(db: Session, booking: Booking) -> SeatQuota | None:
    return db.get(SeatQuota, booking.quota_id, populate_existing=True) if booking.quota_id else None


_TABLE = Base.metadata.tables["booking"]
_CODE = [_TABLE.c.code_digest]
_INSERT = Prepared(
    sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=_CODE),
    postgresql=postgresql.insert(_TABLE).on_conflict_do_nothing(index_elements=_CODE),
)
_UNSAID = dict.fromkeys(("quota_id", "file_id", "lapses_at", "moved_to_id")) | {"sequence": 0}


def insert(
    db: Session, values: Mapping[str, Any], digests: Callable[[uuid.UUID], dict[str, str]] = closed
) -> dict[str, Any]:
    """Store a booking, under another id where its code is somebody's already (``digests`` makes them of an id); returns
    the row as it is stored.
    """
    row: dict[str, Any] = {**_UNSAID, **values}
    while True:
        row |= digests(row["id"])
        if _INSERT.run(db, row).rowcount:
            return row
        row["id"] = ids.random_id()


def sooner(session: WorkshopSession, moment: datetime) -> None:
    session.lapse_at = min(session.lapse_at or moment, moment)


def next_number(db: Session, session: WorkshopSession) -> int:
    """The end of the line; ``session`` must be :func:`locked`."""
    last = sa.select(sa.func.max(WaitlistEntry.number)).where(WaitlistEntry.session_id == session.id)
    return (db.scalar(last) or 0) + 1


def sweep(db: Session) -> int:
    """Settle what nobody asked for in the meantime; returns how many sessions. For the worker."""
    due = (
        sa.select(WorkshopSession.id)
        .where(WorkshopSession.lapse_at <= clock.now())
        .order_by(WorkshopSession.id)
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found = locked(db, *db.scalars(due).all())
    for session in found:
        settle(db, session)
    return len(found)


def free(session: WorkshopSession) -> int:
    """Seats for everybody, as the row counts them: a hold that ran out this minute may still be among the held."""
    return session.capacity + session.allowance - session.booked - session.held - session.reserved


def _lapse(db: Session, session: WorkshopSession, quotas: list[SeatQuota], now: datetime) -> list[SeatQuota]:
    """Take back holds, offers and quotas that ran out; returns the quotas that still stand."""
    held = sa.select(Booking).where(Booking.session_id == session.id, Booking.state == BookingState.HELD)
    over = held.where(Booking.lapses_at <= now).order_by(Booking.lapses_at, Booking.id)
    lapsed = db.scalars(over, execution_options=_FRESH).all()
    for booking in lapsed:
        booking.state, booking.updated_at = BookingState.LAPSED, now
        give_back(session, quota_of(db, booking), booking.party, BookingState.HELD)
        changes.note(db, session.organisation_id, "booking", booking.id, "lapsed")
    _back_in_line(db, session, [one.id for one in lapsed], now)
    for quota in quotas:
        if quota.until is not None and quota.until <= now:
            quota.released_at = now
            session.reserved -= quota.capacity - quota.booked - quota.held
    db.flush()
    left = [one for one in quotas if one.released_at is None]
    next_hold = db.scalar(held.with_only_columns(sa.func.min(Booking.lapses_at)).order_by(None))
    moments = [next_hold, *(one.until for one in left)]
    session.lapse_at = min((one for one in moments if one is not None), default=None)
    return left


def _back_in_line(db: Session, session: WorkshopSession, lapsed: list[uuid.UUID], now: datetime) -> None:
    """Whose offer ran out keeps the number once, goes to the end the second time, and then off the list."""
    if not lapsed or not session.waiting:
        return
    offered = sa.select(WaitlistEntry).where(
        WaitlistEntry.session_id == session.id,
        WaitlistEntry.state == WaitingState.OFFERED,
        WaitlistEntry.booking_id.in_(lapsed),
    )
    back = db.scalars(offered.order_by(WaitlistEntry.number), execution_options=_FRESH).all()
    telling.nothing_offered(db, [one.id for one in back])
    for entry in back:
        entry.returns += 1
        entry.state, entry.updated_at = WaitingState.WAITING, now
        if entry.returns >= MOST_OFFERS:
            entry.state = WaitingState.EXPIRED
            session.waiting -= 1
        elif entry.returns > KEPT_ONCE:
            entry.number = next_number(db, session)
            db.flush()
        telling.tell(db, entry, OfferLapsed(entry.id), None, organisation_id=session.organisation_id)
        changes.note(db, session.organisation_id, "waiting_entry", entry.id, "lapsed")


def _promote(db: Session, session: WorkshopSession, quotas: list[SeatQuota], seats: Seats, now: datetime) -> None:
    """Offer what is free to who comes next; what those who still wait could have stays shut in ``seats``."""
    ends = offer_ends(now, starts_at=session.starts_at, closes_at=session.closes_at, timezone=session.timezone)
    if ends is None or not any(left > 0 for left in seats.free.values()):
        return
    by_id = {one.id: one for one in quotas}
    for entry in in_line(db, session):
        pots = pots_of(
            quotas,
            language=entry.language,
            needs=entry.needs,
            prescriber=entry.via is Via.PRESCRIBER,
            organisation_id=entry.organisation_id,
        )
        if entry.party > largest(session, quotas, pots):
            continue  # there were more seats when they came: they must not shut those that are left
        fits, pot = seats.take(Party(entry.party, pots, tired=entry.created_at <= now - PATIENCE))
        if fits:
            _offer(db, session, entry, by_id[pot] if pot else None, ends)


def largest(session: WorkshopSession, quotas: Sequence[SeatQuota], pots: Sequence[Pot]) -> int:
    """The most seats that somebody entitled to these pots may ever have together."""
    lasting = sum(one.capacity for one in quotas if one.until is None)
    own = [one.capacity for one in quotas if one.id in pots]
    return max([session.capacity + session.allowance - lasting, *own])


def in_line(db: Session, session: WorkshopSession) -> Sequence[WaitlistEntry]:
    """Who waits, in the order in which they are served."""
    query = sa.select(WaitlistEntry).where(
        WaitlistEntry.session_id == session.id, WaitlistEntry.state == WaitingState.WAITING
    )
    ordered = query.order_by(WaitlistEntry.priority, WaitlistEntry.number)
    return db.scalars(ordered, execution_options=_FRESH).all()


def _offer(
    db: Session, session: WorkshopSession, entry: WaitlistEntry, quota: SeatQuota | None, ends: datetime
) -> None:
    """Hold seats for somebody who waits. No code opens them yet: the entry's own does."""
    now = clock.now()
    held = ids.random_id()
    copied = ("party", "language", "needs", "label", "organisation_id", "booked_by", "channel", "contact")
    values = {name: getattr(entry, name) for name in copied} | {
        "id": held,
        "session_id": session.id,
        "quota_id": quota.id if quota else None,
        "file_id": file_of(db, entry.file_id, session.id),
        "state": BookingState.HELD,
        "via": Via.WAITING,
        "lapses_at": ends,
        "created_at": now,
        "updated_at": now,
    }
    insert(db, values)
    take(session, quota, entry.party, BookingState.HELD)
    sooner(session, ends)
    entry.state, entry.booking_id, entry.updated_at = WaitingState.OFFERED, held, now
    telling.tell(
        db, entry, SeatsOffered(entry.id), DeskTaskKind.OFFER, organisation_id=session.organisation_id, due_at=ends
    )
    changes.note(db, session.organisation_id, "waiting_entry", entry.id, "offered")
