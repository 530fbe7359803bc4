"""Hours that were attended: the certificate that a person takes away, and the table that a funder asks for."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import clock, i18n, ids, spreadsheets
from pathways.clock import PARIS
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.people.models import Account, Organisation
from pathways.permissions import Member
from pathways.spreadsheets import Cell
from pathways.workshops import wall_clock
from pathways.workshops.attending import attendance
from pathways.workshops.attending.activity import Period
from pathways.workshops.attending.attendance import Register, Row
from pathways.workshops.attending.closing import place_of
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    AttendanceSettings,
    Booking,
    Presence,
    SeatQuota,
    SessionState,
    WorkshopSession,
)

Kind = Literal["csv", "xlsx"]
MOST_SESSIONS = 2_000
LEAST_MONTHS, MOST_MONTHS = 1, 120
NOBODY_CAME = N_("Aucune présence n'est notée.")
PRESENCES: Mapping[Presence, str] = {
    Presence.PRESENT: D_("présent"),
    Presence.LATE: D_("en retard"),
    Presence.LEFT_EARLY: D_("parti avant la fin"),
    Presence.ABSENT_EXCUSED: D_("excusé"),
    Presence.ABSENT: D_("absent"),
    Presence.UNSAID: D_("non pointé"),
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """Of one booking: how many people came, and for how long each."""

    session: WorkshopSession
    booking: Booking
    organisation: str
    minutes: tuple[int, ...]
    """One entry for each who came, in the order of the seats."""


def minutes_of(row: Row, session: WorkshopSession) -> int | None:
    """What is attested of one seat. ``None``: somebody came late or left early, and nobody said how long they stayed,
    so nothing can be attested.
    """
    if not row.came:
        return 0
    if row.presence is Presence.PRESENT:
        return attendance.minutes_of(session) if row.minutes is None else row.minutes
    return row.minutes


def certificate(db: Session, booking: Booking) -> Certificate:
    """Raises :class:`NotFound` as long as nobody of the party is known to have come."""
    query = sa.select(WorkshopSession).filter_by(id=booking.session_id)
    session = db.scalars(query.options(joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place))).one()
    rows = [row for row in attendance.registers(db, [session])[0].rows if row.booking.id == booking.id]
    minutes = tuple(found for row in rows if (found := minutes_of(row, session)))
    if not minutes or session.ends_at > clock.now():
        raise NotFound(NOBODY_CAME)
    return Certificate(session, booking, db.get_one(Organisation, session.organisation_id).name, minutes)


def is_attested(db: Session, booking: Booking) -> bool:
    """Whether there is something to take away, for the slip that leads to it."""
    try:
        certificate(db, booking)
    except NotFound:
        return False
    return True


def certificate_for(db: Session, member: Member, session_id: uuid.UUID, booking_id: uuid.UUID) -> Certificate:
    """The same at the desk of whoever held the session."""
    session = attendance.held(db, member, session_id)
    booking = db.get(Booking, booking_id)
    if booking is None or booking.session_id != session.id:
        raise NotFound(D_("Cette réservation n'est pas de cette séance."))
    return certificate(db, booking)


# --- the table of hours --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attended:
    """One seat of one session, and what a table may say of it."""

    session: WorkshopSession
    row: Row
    code: str
    recorder: str
    quota: SeatQuota | None
    prescriber: str


def _local(one: Attended) -> wall_clock.Local:
    return wall_clock.local(one.session.starts_at, one.session.timezone)


def _minutes(one: Attended) -> Cell:
    found = minutes_of(one.row, one.session)
    return "" if found is None else found


def _hours(one: Attended) -> Cell:
    found = minutes_of(one.row, one.session)
    return "" if found is None else round(found / 60, 2)


COLUMNS: Mapping[str, tuple[str, Callable[[Attended], Cell]]] = {
    "date": (D_("date"), lambda one: _local(one).day),
    "begins": (D_("début"), lambda one: str(_local(one))),
    "ends": (D_("fin"), lambda one: str(wall_clock.local(one.session.ends_at, one.session.timezone))),
    "title": (D_("atelier"), lambda one: str(one.session.workshop.titles.get(i18n.SOURCE, ""))),
    "theme": (D_("thème"), lambda one: one.session.workshop.theme),
    "place": (D_("lieu"), lambda one: place_of(one.session)),
    "code": (D_("code de réservation"), lambda one: one.code),
    "label": (D_("prénom ou initiale"), lambda one: one.row.booking.label),
    "seat": (D_("place"), lambda one: one.row.seat),
    "presence": (D_("présence"), lambda one: i18n.gettext(PRESENCES[one.row.presence])),
    "minutes": (D_("minutes"), _minutes),
    "hours": (D_("heures"), _hours),
    "funder": (D_("financeur"), lambda one: one.quota.funder if one.quota else ""),
    "prescriber": (D_("orienté par"), lambda one: one.prescriber),
    "recorder": (D_("pointé par"), lambda one: one.recorder),
}
USUAL = ("date", "begins", "ends", "title", "code", "label", "presence", "minutes")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a funder's table holds, and how long the sheets behind it are kept."""

    columns: tuple[str, ...] = USUAL
    keep_months: int = attendance.KEPT_MONTHS
    version: int = 0


def wanted(db: Session, member: Member) -> Wanted:
    kept = db.get(AttendanceSettings, member.organisation_id)
    return Wanted(tuple(kept.columns), kept.keep_months, kept.version) if kept else Wanted()


def want(db: Session, member: Member, chosen: Wanted) -> Wanted:
    """Keep the columns that the organisation's funder asks for, in the order of :data:`COLUMNS`."""
    columns = [name for name in COLUMNS if name in chosen.columns]
    errors = []
    if not columns or set(chosen.columns) - set(COLUMNS):
        said = D_("Choisissez au moins une colonne de la liste.")
        errors.append({"field": "columns", "message": i18n.gettext(said)})
    if not LEAST_MONTHS <= chosen.keep_months <= MOST_MONTHS:
        values = {"least": LEAST_MONTHS, "most": MOST_MONTHS}
        said = i18n.sentence(D_("Un nombre de %(least)s à %(most)s."), values)
        errors.append({"field": "keep_months", "message": said})
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    kept = db.get(AttendanceSettings, member.organisation_id, with_for_update=True)
    if kept is None:
        kept = AttendanceSettings(organisation_id=member.organisation_id, version=0)
        db.add(kept)
    elif kept.version != chosen.version and (kept.columns, kept.keep_months) != (columns, chosen.keep_months):
        raise Conflict(D_("Un collègue a modifié ce choix entre-temps. Relisez, puis enregistrez de nouveau."))
    kept.columns, kept.keep_months, kept.version = columns, chosen.keep_months, kept.version + 1
    db.flush()
    return wanted(db, member)


def attended(db: Session, codes: Codes, member: Member, period: Period) -> list[Attended]:
    """Every seat of the organisation's closed sessions of these days."""
    local = sa.and_(
        WorkshopSession.organisation_id == member.organisation_id, WorkshopSession.state == SessionState.CLOSED
    )
    begins, ends = _midnight(period.first), _midnight(period.last + timedelta(days=1))
    query = sa.select(WorkshopSession).where(local, WorkshopSession.starts_at >= begins)
    query = query.where(WorkshopSession.starts_at < ends).order_by(WorkshopSession.starts_at, WorkshopSession.id)
    query = query.options(joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place))
    found = attendance.registers(db, db.scalars(query.limit(MOST_SESSIONS)).all())
    return _told(db, codes, found)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


def table(found: Iterable[Attended], columns: Sequence[str], kind: Kind) -> tuple[bytes, str]:
    """As ``csv`` or ``xlsx``, with its media type."""
    header = [i18n.gettext(COLUMNS[name][0]) for name in columns]
    rows = [[COLUMNS[name][1](one) for name in columns] for one in found]
    if kind == "csv":
        return spreadsheets.csv_of(header, rows), spreadsheets.CSV
    return spreadsheets.xlsx_of(header, rows, title=i18n.gettext(D_("Heures"))), spreadsheets.XLSX


def _told(db: Session, codes: Codes, registers: Sequence[Register]) -> list[Attended]:
    rows = [(register, row) for register in registers for row in register.rows]
    quotas = _by_id(db, SeatQuota, {row.booking.quota_id for _, row in rows})
    prescribers = _by_id(db, Organisation, {row.booking.organisation_id for _, row in rows})
    recorders = _by_id(db, Account, {row.account_id for _, row in rows})
    found = []
    for register, row in rows:
        booking = row.booking
        prescriber = prescribers.get(booking.organisation_id)
        recorder = recorders.get(row.account_id)
        found.append(
            Attended(
                register.session,
                row,
                ids.readable(codes.code_of(booking.id)),
                recorder.name if recorder else "",
                quotas.get(booking.quota_id),
                prescriber.name if prescriber else "",
            )
        )
    return found


T = TypeVar("T", SeatQuota, Organisation, Account)


def _by_id(db: Session, table_: type[T], wanted_: set[uuid.UUID | None]) -> dict[uuid.UUID | None, T]:
    named = [one for one in wanted_ if one is not None]
    return {one.id: one for one in db.scalars(sa.select(table_).where(table_.id.in_(named)))}
