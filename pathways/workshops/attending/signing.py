"""A day without network: what a device takes along in the morning, and what it brings back in the evening."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import changes, clock, i18n, idempotency, ids
from pathways.clock import PARIS
from pathways.database import changed, insert_for
from pathways.errors import Conflict, DomainError, Invalid, Reused
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.places.models import Stop, Tour
from pathways.workshops import wall_clock
from pathways.workshops.attending import attendance, closing
from pathways.workshops.attending.attendance import About, Given, Recorded, Register, Sender
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    MOST_PARTY,
    Booking,
    Engagement,
    Means,
    MeansUnit,
    QuotaKind,
    SaleOnBoard,
    SeatQuota,
    SessionState,
    Via,
    WorkshopSession,
)
from pathways.workshops.seating import booking
from pathways.workshops.seating.booking import Wanted

MOST_SESSIONS = 60
"""Of one day on one device."""
KEPT_ON_DEVICE = timedelta(hours=72)
LONGEST_LABEL = 30
OTHERS_SALE = D_("Cette vente a déjà servi pour autre chose.")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose sessions of a day: the ones that a member leads (neither of both), their organisation's, or a van's."""

    everybody: bool = False
    tour_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """Seats that a van sold without network, out of those that were delegated to it."""

    id: uuid.UUID
    session_id: uuid.UUID
    party: int
    language: str
    label: str
    sequence: int
    sold_at: datetime


Result = Literal["kept", "already", "conflict", "refused"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one mark or sale. A refused one says why, and stands in nobody's way."""

    id: uuid.UUID
    result: Result
    reason: str = ""
    is_against_cancellation: bool = False
    code: str = ""
    """Of the slip that a sale became."""


def sessions_of(db: Session, member: Member, day: date, scope: Scope) -> list[WorkshopSession]:
    """The organisation's sessions whose wall clock shows this day, in their order."""
    noon = datetime.combine(day, time(12), PARIS)  # wherever the sun stands, its noon is within a day of that of Paris
    query = sa.select(WorkshopSession).where(
        WorkshopSession.organisation_id == member.organisation_id,
        WorkshopSession.state.in_((SessionState.PUBLISHED, SessionState.CLOSED)),
        WorkshopSession.starts_at.between(noon - timedelta(days=1, hours=12), noon + timedelta(days=1, hours=12)),
    )
    if scope.tour_id is not None:
        stops = sa.select(Stop.id).where(Stop.tour_id == scope.tour_id)
        query = query.where(WorkshopSession.stop_id.in_(stops))
    elif not scope.everybody:
        query = query.where(WorkshopSession.id.in_(_led_by(member)))
    query = query.options(joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place))
    found = db.scalars(query.order_by(WorkshopSession.starts_at, WorkshopSession.id))
    return [one for one in found if wall_clock.local(one.starts_at, one.timezone).day == day][:MOST_SESSIONS]


def today() -> date:
    return clock.now().astimezone(PARIS).date()


@dataclass(frozen=True, slots=True)
class Expected:
    """One session as a device takes it along."""

    register: Register
    van_seats: int
    """What is left of the seats that were delegated to the van."""


def day(db: Session, member: Member, on: date, scope: Scope) -> list[Expected]:
    registers = attendance.registers(db, sessions_of(db, member, on, scope))
    left = _van_seats(db, [one.session.id for one in registers])
    return [Expected(one, left.get(one.session.id, 0)) for one in registers]


def expected(db: Session, member: Member, session_id: uuid.UUID) -> Expected:
    """One session of the organisation, whatever its day."""
    found = attendance.register(db, member, session_id)
    return Expected(found, _van_seats(db, [session_id]).get(session_id, 0))


def tours(db: Session, member: Member) -> list[Tour]:
    """The vans of the organisation that still go round."""
    query = sa.select(Tour).where(Tour.organisation_id == member.organisation_id, Tour.ended_at.is_(None))
    return list(db.scalars(query.order_by(Tour.name, Tour.id).limit(MOST_SESSIONS)))


def device_key(secret: bytes, member: Member, device: str) -> bytes:
    """A second key to what a device has locked: whoever forgot the PIN opens it by signing in again, with network. Only
    this server can make it, and only for the same person.
    """
    return ids.signed(secret, "attendance device", f"{member.account_id} {device}")


def sync(
    db: Session, codes: Codes, member: Member, device: str, device_now: datetime, items: Iterable[Given | Sale]
) -> list[Answer]:
    """Take in what a device brings, in the order in which it was recorded. Each item is for itself: one that is refused
    leaves the others as they are. What comes a second time is there already.
    """
    offset = round((clock.now() - device_now).total_seconds())
    sender = Sender(member.account_id, device, offset)
    answers: list[Answer | tuple[uuid.UUID, Recorded]] = []
    touched, anew = set[uuid.UUID](), dict[About, bool]()
    for item in sorted(items, key=lambda one: one.sequence):
        try:
            with db.begin_nested():
                answer = _taken(db, codes, member, sender, item)
        except DomainError as error:
            answer = Answer(item.id, "refused", i18n.sentence(error.message, error.values))
        if isinstance(answer, Answer):
            if answer.result == "kept":
                touched.add(item.session_id)
            answers.append(answer)
        else:
            anew[answer.about] = answer.is_new or anew.get(answer.about, False)
            answers.append((item.id, answer))
    # What stands of a seat is made once, however many of its marks came together.
    disagree = {
        about: attendance.stand(db, about) if is_new else attendance.conflict(db, about)
        for about, is_new in anew.items()
    }
    touched |= {about.session_id for about, is_new in anew.items() if is_new}
    for session_id in sorted(touched):
        changes.note(db, member.organisation_id, "attendance", session_id, "recorded")
        closing.write_again(db, member, session_id)
    return [one if isinstance(one, Answer) else _answer(*one, in_conflict=disagree[one[1].about]) for one in answers]


def _taken(db: Session, codes: Codes, member: Member, sender: Sender, item: Given | Sale) -> Answer | Recorded:
    if isinstance(item, Sale):
        return _sold(db, codes, member, sender, item)
    return attendance.record(db, member, item, sender)


def _answer(mark_id: uuid.UUID, kept: Recorded, *, in_conflict: bool) -> Answer:
    result: Result = "conflict" if in_conflict else "kept" if kept.is_new else "already"
    return Answer(mark_id, result, is_against_cancellation=kept.is_against_cancellation)


# --- seats that a van sells ----------------------------------------------------------------------------------


def _sold(db: Session, codes: Codes, member: Member, sender: Sender, sale: Sale) -> Answer:
    attendance.held(db, member, sale.session_id)
    if not 1 <= sale.party <= MOST_PARTY or len(sale.label) > LONGEST_LABEL:
        raise Invalid(D_("Cette vente n'est pas lisible."))
    asked = {"session": sale.session_id, "party": sale.party, "language": sale.language, "label": sale.label}

    before = db.get(SaleOnBoard, sale.id)

    def book() -> dict[str, str]:
        if before is not None:
            return {"code": _code_of(db, codes, member, before)}
        wanted = Wanted(party=sale.party, language=sale.language, label=sale.label)
        quota_id = _quota_with(db, sale)
        made = booking.book(db, codes, sale.session_id, wanted, by=member, via=Via.VAN, quota_id=quota_id)
        values = {
            "id": sale.id,
            "booking_id": made.booking.id,
            "account_id": sender.account_id,
            "device": sender.device,
            "sold_at": sale.sold_at + timedelta(seconds=sender.offset_seconds),
            "received_at": clock.now(),
        }
        if not changed(db, insert_for(db)(SaleOnBoard).values(values).on_conflict_do_nothing()):
            raise Reused(OTHERS_SALE)  # a colleague sent it at this moment: this booking is undone with it
        return {"code": made.code}

    scope = idempotency.scope_of(sender.account_id, "sale")
    answer, repeated = idempotency.once(db, scope, str(sale.id), asked, book)
    return Answer(sale.id, "already" if repeated or before else "kept", code=ids.readable(answer["code"]))


def _code_of(db: Session, codes: Codes, member: Member, sold: SaleOnBoard) -> str:
    """Of a sale that is there already: a colleague brought it, from the same device or from a copy of its queue."""
    booking = db.get_one(Booking, sold.booking_id)
    if db.get_one(WorkshopSession, booking.session_id).organisation_id != member.organisation_id:
        raise Reused(OTHERS_SALE)
    return codes.code_of(booking.id)


def _van_seats(db: Session, session_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    query = (
        sa.select(SeatQuota.session_id, sa.func.sum(SeatQuota.capacity - SeatQuota.booked - SeatQuota.held))
        .where(SeatQuota.session_id.in_(session_ids), SeatQuota.kind == QuotaKind.VAN)
        .where(SeatQuota.released_at.is_(None))
        .group_by(SeatQuota.session_id)
    )
    return {session_id: int(left) for session_id, left in db.execute(query)}


def _quota_with(db: Session, sale: Sale) -> uuid.UUID:
    """Where the seats come from. Whether there are still as many is decided under the lock of the session."""
    left = SeatQuota.capacity - SeatQuota.booked - SeatQuota.held
    query = sa.select(SeatQuota.id).filter_by(session_id=sale.session_id, kind=QuotaKind.VAN)
    query = query.where(SeatQuota.released_at.is_(None), left >= sale.party)
    found = db.scalar(query.order_by(SeatQuota.id).limit(1))
    if found is None:
        raise Conflict(D_("Les places confiées au bus sont toutes prises."))
    return found


def _led_by(member: Member) -> sa.Select[uuid.UUID]:
    """Sessions to which this very person is bound."""
    return (
        sa.select(Engagement.session_id)
        .join(MeansUnit, MeansUnit.number == Engagement.unit)
        .join(Means, Means.id == MeansUnit.means_id)
        .where(Means.account_id == member.account_id)
    )
