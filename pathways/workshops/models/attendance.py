"""What happened on the day: who came, who recorded it, and what is told of it afterwards."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock
from pathways.database import Base
from pathways.people.models import Account, Organisation
from pathways.workshops.models.bookings import Booking
from pathways.workshops.models.sessions import WorkshopSession

LONGEST_DEVICE = 64
MOST_WALK_INS = 500


class Presence(enum.StrEnum):
    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    ABSENT_EXCUSED = "absent_excused"
    ABSENT = "absent"
    UNSAID = "unsaid"
    """Takes back what was said by mistake: nothing is known."""


CAME = (Presence.PRESENT, Presence.LATE, Presence.LEFT_EARLY)


class AttendanceMark(Base):
    """What somebody recorded, as they recorded it. Only written, never changed: a correction is another mark. Its id is
    made by the device, so that the same mark sent twice is one.
    """

    __tablename__ = "attendance_mark"
    __table_args__ = (
        sa.Index("ix_attendance_mark_session_id_booking_id_seat", "session_id", "booking_id", "seat"),
        sa.CheckConstraint("(booking_id IS NULL) = (seat = 0)", name="a_seat_has_a_booking"),
        sa.CheckConstraint("(presence IS NULL) = (seat = 0)", name="a_seat_has_a_presence"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(WorkshopSession.id, ondelete="CASCADE"))
    booking_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Booking.id, ondelete="CASCADE"), index=True)
    """``None``: about those who came without a booking, who are a number."""
    seat: Mapped[int] = mapped_column(default=0)
    """From 1 to the size of the party; 0 for walk-ins."""
    presence: Mapped[Presence | None]
    minutes: Mapped[int | None]
    """How long somebody took part, where it was not the whole session."""
    walk_ins: Mapped[int | None]
    known: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Counts that somebody really made of the whole group: ``{"age": {...}, "gender": {...}, "status": {...}}``."""
    seen: Mapped[list[str]] = mapped_column(default=list)
    """The marks that its recorder had before their eyes: those it replaces."""
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), index=True)
    device: Mapped[str] = mapped_column(sa.String(LONGEST_DEVICE), default="")
    """Empty: at the desk, with network."""
    sequence: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Rises on each device."""
    recorded_at: Mapped[datetime]
    """By the clock of the device."""
    offset_seconds: Mapped[int] = mapped_column(default=0)
    """What has to be added to that clock to get ours, as found when the mark was sent."""
    received_at: Mapped[datetime] = mapped_column(default=clock.now)


class Attendance(Base):
    """What stands of the marks about one seat of a booking; made from them, and anew with each."""

    __tablename__ = "attendance"

    booking_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Booking.id, ondelete="CASCADE"), primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(WorkshopSession.id, ondelete="CASCADE"), index=True)
    presence: Mapped[Presence]
    """``unsaid`` as long as two recorders disagree."""
    minutes: Mapped[int | None]
    in_conflict: Mapped[bool] = mapped_column(default=False)
    marks: Mapped[list[str]]
    """Those that stand, one of each recorder: whoever has these before their eyes may replace them."""
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    recorded_at: Mapped[datetime]
    """By our clock."""

    booking: Mapped[Booking] = relationship(viewonly=True)


class WalkIns(Base):
    """How many came without a booking: a number. Beside it, numbers by age, gender and status of the whole group where
    somebody counted them; nothing is ever drawn at random.
    """

    __tablename__ = "walk_ins"

    session_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(WorkshopSession.id, ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int]
    known: Mapped[dict[str, Any]] = mapped_column(default=dict)
    in_conflict: Mapped[bool] = mapped_column(default=False)
    marks: Mapped[list[str]]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    recorded_at: Mapped[datetime]


class SaleOnBoard(Base):
    """A seat that a van sold without network, under the id that the device gave it."""

    __tablename__ = "sale_on_board"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Booking.id, ondelete="CASCADE"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), index=True)
    device: Mapped[str] = mapped_column(sa.String(LONGEST_DEVICE))
    sold_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)


class SessionRecord(Base):
    """What is written down when a session is closed: numbers, and what the Coop wants to be told. Written anew when a
    mark comes in later. It outlives the bookings, since it names nobody.
    """

    __tablename__ = "session_record"
    __table_args__ = (sa.Index("ix_session_record_organisation_id_day", "organisation_id", "day"),)

    session_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(WorkshopSession.id, ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    day: Mapped[date]
    """On the clock of the session."""
    minutes: Mapped[int]
    expected: Mapped[int]
    """Seats that were booked, cancellations left out."""
    figures: Mapped[dict[str, Any]]
    """``{presence: people}`` of those who had booked."""
    walk_ins: Mapped[int] = mapped_column(default=0)
    known: Mapped[dict[str, Any]] = mapped_column(default=dict)
    equipment: Mapped[list[str]] = mapped_column(default=list)
    themes: Mapped[list[str]] = mapped_column(default=list)
    title: Mapped[str] = mapped_column(sa.String(150))
    level: Mapped[str] = mapped_column(sa.String(20))
    place: Mapped[str] = mapped_column(sa.String(300), default="")
    kind: Mapped[str] = mapped_column(sa.String(20))
    """``individuel`` or ``collectif``."""
    closed_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), index=True)
    written_at: Mapped[datetime] = mapped_column(default=clock.now)


class AttendanceSettings(Base):
    """What an organisation's funder wants to read, and for how long sign-in sheets are kept."""

    __tablename__ = "attendance_settings"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True)
    columns: Mapped[list[str]] = mapped_column(default=list)
    keep_months: Mapped[int] = mapped_column(default=24)
    version: Mapped[int] = mapped_column(default=1)
