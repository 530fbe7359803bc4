"""Who came: marks are only added, and what stands is made from them each time (``merging``)."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import changes, clock, i18n
from pathways.database import changed, insert_for
from pathways.errors import Conflict, Invalid, NotFound, Reused
from pathways.i18n import D_
from pathways.people.models import Account
from pathways.permissions import Member
from pathways.workshops.attending import merging
from pathways.workshops.attending.merging import Said
from pathways.workshops.models import (
    CAME,
    MOST_WALK_INS,
    Attendance,
    AttendanceMark,
    AttendanceSettings,
    Booking,
    BookingState,
    Presence,
    SaleOnBoard,
    SessionState,
    WalkIns,
    WorkshopSession,
)

KNOWN: Mapping[str, tuple[str, ...]] = {
    "age": (
        *("moins_de_douze", "douze_dix_huit", "dix_huit_vingt_quatre", "vingt_cinq_trente_neuf"),
        *("quarante_cinquante_neuf", "soixante_soixante_neuf", "soixante_dix_plus", "non_communique"),
    ),
    "gender": ("masculin", "feminin", "non_communique"),
    "status": ("scolarise", "sans_emploi", "en_emploi", "retraite", "non_communique"),
}
"""What may be counted of a group, in the words of the Coop."""
KEPT_MONTHS = 24
"""Of sign-in sheets, unless the organisation's funder says otherwise."""
FARTHEST_CLOCK = 2_000_000_000
"""Seconds that a device's clock may be wrong by, and still be told: some sixty years."""
NOT_HERE = D_("Cette séance n'existe pas.")


@dataclass(frozen=True, slots=True)
class Given:
    """One mark as it comes in. ``booking_id`` may be the id that a van gave to a seat that it sold."""

    id: uuid.UUID
    session_id: uuid.UUID
    booking_id: uuid.UUID | None = None
    seat: int = 0
    presence: Presence | None = None
    minutes: int | None = None
    walk_ins: int | None = None
    known: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    seen: tuple[uuid.UUID, ...] = ()
    sequence: int = 0
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who records, on what, and by how much its clock is wrong."""

    account_id: uuid.UUID
    device: str = ""
    offset_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mark."""

    is_new: bool
    in_conflict: bool
    is_against_cancellation: bool = False
    """Somebody came whose booking was cancelled: they came."""


class About(NamedTuple):
    """One seat; or those who came to a session without a booking."""

    session_id: uuid.UUID
    booking_id: uuid.UUID | None
    seat: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A mark that is written down, before anybody asked what stands."""

    about: About
    is_new: bool
    is_against_cancellation: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One seat of the register."""

    booking: Booking
    seat: int
    presence: Presence
    minutes: int | None
    in_conflict: bool
    marks: tuple[str, ...]
    recorded_at: datetime | None
    account_id: uuid.UUID | None

    @property
    def came(self) -> bool:
        return self.presence in CAME

    @property
    def is_against_cancellation(self) -> bool:
        return self.booking.state is not BookingState.CONFIRMED and self.came


@dataclass(frozen=True, slots=True)
class Register:
    session: WorkshopSession
    rows: tuple[Row, ...]
    walk_ins: WalkIns | None
    recorders: Mapping[uuid.UUID, str]

    @property
    def conflicts(self) -> int:
        return sum(one.in_conflict for one in self.rows) + bool(self.walk_ins and self.walk_ins.in_conflict)


def held(db: Session, member: Member, session_id: uuid.UUID) -> WorkshopSession:
    """A session whose register is the member's organisation's: not even those who share in its seats read it."""
    query = sa.select(WorkshopSession).filter_by(id=session_id, organisation_id=member.organisation_id)
    found = db.scalars(query.options(joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place))).first()
    if found is None:
        raise NotFound(NOT_HERE)
    return found


def register(db: Session, member: Member, session_id: uuid.UUID) -> Register:
    return registers(db, [held(db, member, session_id)])[0]


def registers(db: Session, sessions: Sequence[WorkshopSession]) -> list[Register]:
    """Of several sessions at once, in a fixed number of queries: who is expected, in the order of what is called out;
    whoever cancelled is there only if they came all the same.
    """
    named = [one.id for one in sessions]
    bookings = db.scalars(sa.select(Booking).where(Booking.session_id.in_(named))).all()
    kept = db.scalars(sa.select(Attendance).where(Attendance.session_id.in_(named))).all()
    walk_ins = {one.session_id: one for one in db.scalars(sa.select(WalkIns).where(WalkIns.session_id.in_(named)))}
    standing = {(one.booking_id, one.seat): one for one in kept}
    of_session: dict[uuid.UUID, list[Row]] = defaultdict(list)
    for booking in sorted(bookings, key=lambda one: (i18n.folded(one.label), one.created_at, one.id)):
        of_session[booking.session_id] += _rows(booking, standing)
    recorders = {one.account_id for one in (*kept, *walk_ins.values())}
    query = sa.select(Account.id, Account.name).where(Account.id.in_(recorders))
    names = {row.id: row.name for row in db.execute(query)}
    return [Register(one, tuple(of_session[one.id]), walk_ins.get(one.id), names) for one in sessions]


def marks_of(db: Session, session_id: uuid.UUID) -> list[tuple[AttendanceMark, str]]:
    """Everything that was ever recorded of a session, the latest first, with the name of whoever did."""
    query = sa.select(AttendanceMark, Account.name).join(Account, Account.id == AttendanceMark.account_id)
    query = query.filter_by(session_id=session_id)
    rows = db.execute(query.order_by(AttendanceMark.received_at.desc(), AttendanceMark.id))
    return [(one, name) for one, name in rows]


def mark(db: Session, member: Member, given: Given) -> Taken:
    """Record one mark at the desk."""
    taken = take(db, member, given, Sender(member.account_id))
    if taken.is_new:
        changes.note(db, member.organisation_id, "attendance", given.session_id, "recorded")
    return taken


def take(db: Session, member: Member, given: Given, sender: Sender) -> Taken:
    """Write a mark down and work out what stands. Whoever calls this tells the feed of changes."""
    kept = record(db, member, given, sender)
    in_conflict = stand(db, kept.about) if kept.is_new else conflict(db, kept.about)
    return Taken(kept.is_new, in_conflict, kept.is_against_cancellation)


def record(db: Session, member: Member, given: Given, sender: Sender) -> Recorded:
    """Write a mark down, once however often it comes; what stands is for whoever calls this to work out (``stand``),
    once for all the marks of a seat that come together. Raises :class:`NotFound`, :class:`Invalid`, :class:`Conflict`
    (a session that does not take place) or :class:`Reused` (another mark has this id).
    """
    session = held(db, member, given.session_id)
    if session.state in {SessionState.DRAFT, SessionState.CANCELLED}:
        raise Conflict(D_("Cette séance n'a pas lieu : rien n'y est pointé."))
    must_be_kept(db, session)
    booking = _booking_of(db, session, given)
    _check(session, booking, given)
    # Two marks about one seat are read together: the second sees the first.
    db.execute(sa.select(WorkshopSession.id).filter_by(id=session.id).with_for_update())
    values = _values(given, booking, sender)
    is_new = _add(db, values)
    if not is_new:
        _must_be_same(db, values)
    about = About(session.id, booking.id if booking else None, given.seat)
    return Recorded(about, is_new, _is_against(booking, given.presence))


def forget(db: Session) -> None:
    """For the worker: the marks of sessions that ended longer ago than the organisation has to keep them. The numbers
    of their records stay.
    """
    kept = {one.organisation_id: one.keep_months for one in db.scalars(sa.select(AttendanceSettings))}
    others = WorkshopSession.organisation_id.not_in(kept)
    choices = [(others, KEPT_MONTHS), *((WorkshopSession.organisation_id == key, n) for key, n in kept.items())]
    for whose, months in choices:
        old = sa.select(WorkshopSession.id).where(whose, WorkshopSession.ends_at < _months_ago(months))
        for table in (AttendanceMark, Attendance, WalkIns):
            db.execute(sa.delete(table).where(table.session_id.in_(old)).execution_options(synchronize_session=False))


def must_be_kept(db: Session, session: WorkshopSession) -> None:
    """Of a session whose sheet has gone, a record made anew would say that nobody came."""
    kept = db.get(AttendanceSettings, session.organisation_id)
    if session.ends_at < _months_ago(kept.keep_months if kept else KEPT_MONTHS):
        raise Conflict(D_("Cette séance est trop ancienne : sa feuille d'émargement est effacée."))


def _months_ago(months: int) -> datetime:
    return clock.now() - timedelta(days=31 * months)


def minutes_of(session: WorkshopSession) -> int:
    """How long the whole of it takes."""
    return int((session.ends_at - session.starts_at).total_seconds() // 60)


# --- one mark ------------------------------------------------------------------------------------------------


def _rows(booking: Booking, standing: Mapping[tuple[uuid.UUID, int], Attendance]) -> list[Row]:
    rows = []
    for seat in range(1, booking.party + 1):
        kept = standing.get((booking.id, seat))
        row = Row(
            booking,
            seat,
            kept.presence if kept else Presence.UNSAID,
            kept.minutes if kept else None,
            bool(kept and kept.in_conflict),
            tuple(kept.marks) if kept else (),
            kept.recorded_at if kept else None,
            kept.account_id if kept else None,
        )
        if booking.state is BookingState.CONFIRMED or row.came or row.in_conflict:
            rows.append(row)
    return rows


def _booking_of(db: Session, session: WorkshopSession, given: Given) -> Booking | None:
    if given.booking_id is None:
        return None
    # A booking's own id comes first: another organisation's van may give its sale any id.
    booking = db.get(Booking, given.booking_id)
    if booking is None and (sold := db.get(SaleOnBoard, given.booking_id)):
        booking = db.get(Booking, sold.booking_id)
    if booking is None or booking.session_id != session.id:
        raise NotFound(D_("Cette réservation n'est pas de cette séance."))
    return booking


def _check(session: WorkshopSession, booking: Booking | None, given: Given) -> None:
    longest = minutes_of(session)
    errors = []
    if booking is None:
        if given.walk_ins is None or not 0 <= given.walk_ins <= MOST_WALK_INS or given.seat or given.presence:
            said = i18n.sentence(D_("Un nombre de %(least)s à %(most)s."), {"least": 0, "most": MOST_WALK_INS})
            errors.append({"field": "walk_ins", "message": said})
        errors += _wrong_counts(given, most=session.capacity + session.allowance + max(given.walk_ins or 0, 0))
    elif given.presence is None or not 1 <= given.seat <= booking.party:
        errors.append({"field": "seat", "message": i18n.gettext(D_("Cette place n'existe pas."))})
    if given.minutes is not None and not 0 <= given.minutes <= longest:
        said = i18n.sentence(D_("Un nombre de %(least)s à %(most)s."), {"least": 0, "most": longest})
        errors.append({"field": "minutes", "message": said})
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)


def _wrong_counts(given: Given, *, most: int) -> list[dict[str, str]]:
    """Counts are of the whole group. They may leave people out, never invent any."""
    errors = []
    for name, counts in given.known.items():
        known = name in KNOWN and all(one in KNOWN[name] for one in counts)
        if not known or any(number < 0 for number in counts.values()):
            errors.append({"field": name[:60], "message": i18n.gettext(D_("Cette liste n'a pas cette case."))})
        elif sum(counts.values()) > most:
            said = D_("Plus de personnes comptées que de personnes venues.")
            errors.append({"field": name, "message": i18n.gettext(said)})
    return errors


def _values(given: Given, booking: Booking | None, sender: Sender) -> dict[str, Any]:
    now = clock.now()
    known = {name: {k: n for k, n in sorted(counts.items()) if n} for name, counts in sorted(given.known.items())}
    return {
        "id": given.id,
        "session_id": given.session_id,
        "booking_id": booking.id if booking else None,
        "seat": given.seat,
        "presence": given.presence,
        "minutes": given.minutes,
        "walk_ins": given.walk_ins if booking is None else None,
        "known": {name: counts for name, counts in known.items() if counts},
        "seen": sorted(str(one) for one in set(given.seen)),
        "account_id": sender.account_id,
        "device": sender.device,
        "sequence": given.sequence,
        "recorded_at": given.recorded_at or now,
        "offset_seconds": max(-FARTHEST_CLOCK, min(FARTHEST_CLOCK, sender.offset_seconds)),
        "received_at": now,
    }


def _add(db: Session, values: dict[str, Any]) -> bool:
    return bool(changed(db, insert_for(db)(AttendanceMark).values(values).on_conflict_do_nothing()))


def _must_be_same(db: Session, values: dict[str, Any]) -> None:
    """When it came, and by how much a clock was wrong, may differ; by whom and what was said, not."""
    kept = db.get_one(AttendanceMark, values["id"], populate_existing=True)
    told = ("session_id", "booking_id", "seat", "presence", "minutes", "walk_ins", "known", "account_id", "device")
    if any(getattr(kept, name) != values[name] for name in told):
        raise Reused(D_("Ce pointage a déjà servi pour autre chose."))


def _is_against(booking: Booking | None, presence: Presence | None) -> bool:
    return booking is not None and booking.state is not BookingState.CONFIRMED and presence in CAME


# --- what stands ---------------------------------------------------------------------------------------------


def _said(row: AttendanceMark) -> Said:
    value = (row.presence, row.minutes, row.walk_ins, json.dumps(row.known, sort_keys=True))
    moment = row.recorded_at + timedelta(seconds=row.offset_seconds)
    seen = frozenset(uuid.UUID(one) for one in row.seen)
    return Said(row.id, row.account_id, row.device, row.sequence, moment, seen, value)


def stand(db: Session, about: About) -> bool:
    """Make what stands anew; returns whether recorders disagree."""
    rows = {one.id: one for one in db.scalars(sa.select(AttendanceMark).filter_by(**about._asdict()))}
    stand = merging.standing(_said(one) for one in rows.values())
    agreed, last = merging.agreed(stand), rows[stand[-1].id]
    kept = _kept(db, about)
    if isinstance(kept, WalkIns):
        # As long as two numbers contradict each other, the smaller one is sure, and nothing is known of anybody.
        kept.number = min(rows[one.id].walk_ins or 0 for one in stand)
        kept.known = last.known if agreed else {}
    else:
        kept.presence = (last.presence or Presence.UNSAID) if agreed else Presence.UNSAID
        kept.minutes = last.minutes if agreed else None
    kept.in_conflict, kept.marks = not agreed, [str(one.id) for one in stand]
    kept.account_id, kept.recorded_at = last.account_id, stand[-1].moment
    db.add(kept)
    db.flush()
    return not agreed


def conflict(db: Session, about: About) -> bool:
    """Whether recorders disagree, as it was worked out last."""
    return bool(_kept(db, about).in_conflict)


def _kept(db: Session, about: About) -> WalkIns | Attendance:
    if about.booking_id is None:
        return db.get(WalkIns, about.session_id) or WalkIns(session_id=about.session_id)
    key = {"booking_id": about.booking_id, "seat": about.seat}
    return db.get(Attendance, key) or Attendance(**key, session_id=about.session_id)
