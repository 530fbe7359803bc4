"""After a session: what happened is written down, and who was absent twice is called by a person."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, i18n
from pathways.errors import Conflict
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.workshops import wall_clock
from pathways.workshops.attending import attendance
from pathways.workshops.attending.attendance import Register, Row
from pathways.workshops.models import (
    CAME,
    Attendance,
    Booking,
    BookingState,
    DeskTask,
    DeskTaskKind,
    Presence,
    SessionRecord,
    SessionState,
    Via,
    WorkshopSession,
)
from pathways.workshops.seating import telling

EQUIPMENT = {
    "computer": "ordinateur",
    "own_computer": "ordinateur",
    "tablet": "tablette",
    "phone": "telephone",
    "own_phone": "telephone",
}
"""What a workshop lends, in the words of the Coop."""
ABSENCES = 2
"""In a row: then somebody calls and asks. Nothing else follows."""


def close(db: Session, member: Member, session_id: uuid.UUID) -> SessionRecord:
    """It took place, and this is what happened. Nobody becomes absent by it: what was not recorded stays unsaid. Twice
    changes nothing but what was corrected in between.
    """
    session = attendance.held(db, member, session_id)
    db.execute(sa.select(WorkshopSession.id).filter_by(id=session.id).with_for_update())
    db.refresh(session, ["state", "closed_at"])
    if session.state not in {SessionState.PUBLISHED, SessionState.CLOSED}:
        raise Conflict(D_("Cette séance n'a pas lieu : rien n'y est pointé."))
    attendance.must_be_kept(db, session)
    if session.starts_at > clock.now():
        raise Conflict(D_("Cette séance n'a pas encore commencé."))
    register = attendance.registers(db, [session])[0]
    if register.conflicts:
        raise Conflict(D_("Deux pointages se contredisent : décidez d'abord, puis terminez la séance."))
    if session.state is SessionState.PUBLISHED:
        session.state, session.closed_at, session.updated_at = SessionState.CLOSED, clock.now(), clock.now()
        changes.note(db, session.organisation_id, "session", session.id, "closed")
    return _write(db, member.account_id, register)


def write_again(db: Session, member: Member, session_id: uuid.UUID) -> None:
    """A mark came in: if the session was closed, its record follows. While marks contradict each other, the record
    tells what is sure.
    """
    session = attendance.held(db, member, session_id)
    if session.state is SessionState.CLOSED:
        _write(db, member.account_id, attendance.registers(db, [session])[0])


def _write(db: Session, account_id: uuid.UUID, register: Register) -> SessionRecord:
    session, walk_ins = register.session, register.walk_ins
    workshop = session.workshop
    kept = db.get(SessionRecord, session.id) or SessionRecord(session_id=session.id)
    kept.organisation_id = session.organisation_id
    kept.day = wall_clock.local(session.starts_at, session.timezone).day
    kept.minutes = attendance.minutes_of(session)
    kept.expected = sum(row.booking.state is BookingState.CONFIRMED for row in register.rows)
    kept.figures = dict(Counter(row.presence.value for row in register.rows))
    kept.walk_ins, kept.known = (walk_ins.number, walk_ins.known) if walk_ins else (0, {})
    kept.equipment = list(dict.fromkeys(EQUIPMENT[one] for one in workshop.equipment if one in EQUIPMENT))
    kept.themes, kept.title = [workshop.theme], str(workshop.titles.get(i18n.SOURCE, ""))
    kept.level, kept.place = workshop.level.value, place_of(session)
    kept.kind = "individuel" if session.capacity == 1 else "collectif"
    kept.closed_by, kept.written_at = account_id, clock.now()
    db.add(kept)
    db.flush()
    _call(db, register)
    changes.note(db, session.organisation_id, "attendance", session.id, "written")
    return kept


def place_of(session: WorkshopSession) -> str:
    """Name and commune; empty at a distance."""
    return f"{session.place.name}, {session.place.commune}" if session.place else ""


# --- absences ------------------------------------------------------------------------------------------------


def _call(db: Session, register: Register) -> None:
    """A task for whoever accompanies somebody who was absent twice in a row; none for one who came after all, or of
    whom it is not known that it is the same person.
    """
    session = register.session
    own = [one.booking for one in register.rows]
    absent = {one.id: one for one in own if _was_absent([row for row in register.rows if row.booking.id == one.id])}
    wanted = {key: one for key, one in absent.items() if _absences(db, session, one) >= ABSENCES}
    tasks = sa.select(DeskTask).where(
        DeskTask.kind == DeskTaskKind.CALL, DeskTask.booking_id.in_([one.id for one in own])
    )
    known = {one.booking_id: one for one in db.scalars(tasks)}
    for booking_id, task in known.items():
        if booking_id not in wanted and task.done_at is None:
            db.delete(task)
    for booking in wanted.values():
        if booking.id not in known:
            db.add(_task(db, session, booking))


def _task(db: Session, session: WorkshopSession, booking: Booking) -> DeskTask:
    """Of the prescriber, as long as they are there; a person who booked at a desk is called by the session's."""
    row = telling.task(db, booking, DeskTaskKind.CALL, organisation_id=session.organisation_id)
    if booking.via is not Via.PRESCRIBER:
        row |= {"organisation_id": session.organisation_id, "account_id": None}
    return DeskTask(**row)


def _was_absent(rows: Sequence[Row]) -> bool:
    """The whole party, without a word. Who excused themselves, or of whom nothing was recorded, was not."""
    return bool(rows) and all(row.presence is Presence.ABSENT for row in rows)


def _absences(db: Session, session: WorkshopSession, booking: Booking) -> int:
    """How many times in a row, this one last, as far as it can be told that they are the same person: by their file,
    or by the same label of the same prescriber.
    """
    if booking.file_id is not None:
        same = Booking.file_id == booking.file_id
    elif booking.via is Via.PRESCRIBER and booking.label and booking.booked_by is not None:
        same = sa.and_(
            Booking.booked_by == booking.booked_by,
            Booking.via == Via.PRESCRIBER,
            sa.func.lower(Booking.label) == booking.label.lower(),
        )
    else:
        return 0
    came = sa.func.max(sa.case((Attendance.presence.in_(CAME), 1), else_=0))
    absent = sa.func.min(sa.case((Attendance.presence == Presence.ABSENT, 1), else_=0))
    query = (
        sa.select(came, absent)
        .select_from(Booking)
        .join(WorkshopSession, WorkshopSession.id == Booking.session_id)
        .join(Attendance, Attendance.booking_id == Booking.id)
        .where(same, WorkshopSession.organisation_id == session.organisation_id)
        .where(WorkshopSession.state == SessionState.CLOSED, WorkshopSession.starts_at <= session.starts_at)
        .group_by(Booking.id, WorkshopSession.starts_at)
        .order_by(WorkshopSession.starts_at.desc(), Booking.id)
        .limit(20)
    )
    absences = 0
    for has_come, was_absent in db.execute(query):
        if has_come:
            break
        absences += was_absent
    return absences
