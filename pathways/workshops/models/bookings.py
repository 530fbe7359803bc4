"""Who holds a seat, who waits for one, and what a person has to do about either."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock, ids
from pathways.database import Base
from pathways.people.models import Account, LearnerFile, Organisation
from pathways.workshops.models.sessions import SeatQuota, WorkshopSession

DIGEST = 64
MOST_PARTY = 10


class BookingState(enum.StrEnum):
    HELD = "held"
    """Seats kept while a form is filled in, or offered to somebody of the waiting list."""
    CONFIRMED = "confirmed"
    CANCELLED_BY_PERSON = "cancelled_by_person"
    CANCELLED_BY_STRUCTURE = "cancelled_by_structure"
    MOVED = "moved"
    LAPSED = "lapsed"
    """A hold that ran out."""


ACTIVE = (BookingState.HELD, BookingState.CONFIRMED)


class Via(enum.StrEnum):
    """Where a booking was made."""

    PERSON = "person"
    DESK = "desk"
    PRESCRIBER = "prescriber"
    VAN = "van"
    API = "api"
    WAITING = "waiting"
    """An offer of the waiting list that was accepted."""


class Channel(enum.StrEnum):
    """How somebody is told of a change."""

    NONE = "none"
    """Not at all: it becomes a task of the desk."""
    EMAIL = "email"
    SMS = "sms"
    PRESCRIBER = "prescriber"
    """Through whoever booked for them."""


class Booking(Base):
    """Seats of one party. It holds no name that nobody gave; its code is made from its id and the server's secret, and
    only a keyed digest of it is kept.
    """

    __tablename__ = "booking"
    __table_args__ = (
        sa.CheckConstraint("party >= 1", name="somebody_comes"),
        sa.CheckConstraint("channel IN ('none', 'prescriber') OR contact <> ''", name="channel_has_a_contact"),
        sa.Index(
            "uq_booking_session_id_file_id_active",
            "session_id",
            "file_id",
            unique=True,
            postgresql_where=sa.text("state IN ('held', 'confirmed')"),
            sqlite_where=sa.text("state IN ('held', 'confirmed')"),
        ),
        sa.Index("ix_booking_session_id_state", "session_id", "state"),
        sa.Index("ix_booking_booked_by_created_at", "booked_by", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(WorkshopSession.id))
    quota_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(SeatQuota.id), index=True)
    """The seats it takes, where they were kept for some."""
    state: Mapped[BookingState]
    party: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(sa.String(10))
    """Of the slip and of every message; wished for the session, never a label of the person."""
    needs: Mapped[list[str]] = mapped_column(default=list)
    """``interpreter``, ``no_reading``, ``wheelchair`` ...: somebody prepares it. Forgotten after the session."""
    label: Mapped[str] = mapped_column(sa.String(30), default="")
    """A first name or an initial, if somebody gave one: what is called out at the door."""
    code_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    link_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    """Of a token of 256 bits: what the QR of the slip carries."""
    via: Mapped[Via] = mapped_column(default=Via.PERSON)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """Whose desk or prescriber booked; ``None`` for a person who booked alone."""
    booked_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    file_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(LearnerFile.id, ondelete="SET NULL"), index=True)
    """The file of somebody whom the desk accompanies; one active booking of a session each."""
    channel: Mapped[Channel] = mapped_column(default=Channel.NONE)
    contact: Mapped[str] = mapped_column(sa.String(254), default="")
    """An address or a number, as given for this; taken away some weeks after the session."""
    lapses_at: Mapped[datetime | None]
    """Of a hold or an offer."""
    moved_to_id: Mapped[uuid.UUID | None]
    """The booking that follows it."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Of its calendar entry: rises with whatever its holder must know."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    session: Mapped[WorkshopSession] = relationship(viewonly=True)


class WaitingState(enum.StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class WaitlistEntry(Base):
    """Somebody who waits for seats. Served by class, then by number; an offer is a held booking of theirs."""

    __tablename__ = "waitlist_entry"
    __table_args__ = (
        sa.UniqueConstraint("session_id", "number"),
        sa.Index("ix_waitlist_entry_session_id_state", "session_id", "state"),
        sa.CheckConstraint("party >= 1", name="somebody_waits"),
        sa.CheckConstraint("channel IN ('none', 'prescriber') OR contact <> ''", name="channel_has_a_contact"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(WorkshopSession.id))
    number: Mapped[int]
    """Given under the lock of the session's row: the order in which people came."""
    priority: Mapped[int] = mapped_column(default=1)
    """Class: 0 before 1. What gives 0 is published on the page."""
    state: Mapped[WaitingState] = mapped_column(default=WaitingState.WAITING)
    party: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(sa.String(10))
    needs: Mapped[list[str]] = mapped_column(default=list)
    label: Mapped[str] = mapped_column(sa.String(30), default="")
    code_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    link_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    via: Mapped[Via] = mapped_column(default=Via.PERSON)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    booked_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    file_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(LearnerFile.id, ondelete="SET NULL"), index=True)
    """Of somebody whom the desk accompanies: that of the seats they will have."""
    channel: Mapped[Channel] = mapped_column(default=Channel.NONE)
    contact: Mapped[str] = mapped_column(sa.String(254), default="")
    booking_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Booking.id), index=True)
    """The seats offered to them, or that they took."""
    returns: Mapped[int] = mapped_column(default=0)
    """How often an offer ran out: the first time they keep their number, then they go to the end."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    session: Mapped[WorkshopSession] = relationship(viewonly=True)


class DeskTaskKind(enum.StrEnum):
    """What a person has to do because nobody can be told by a machine."""

    OFFER = "offer"
    CANCELLED = "cancelled"
    MOVED = "moved"
    REMINDER = "reminder"
    CALL = "call"
    """Somebody was absent twice: one calls and asks, and nothing else follows."""


class DeskTask(Base):
    __tablename__ = "desk_task"
    __table_args__ = (sa.Index("ix_desk_task_organisation_id_done_at", "organisation_id", "done_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    """The prescriber whose task it is; ``None``: of the desk of the organisation."""
    kind: Mapped[DeskTaskKind]
    booking_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Booking.id, ondelete="CASCADE"), index=True)
    entry_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(WaitlistEntry.id, ondelete="CASCADE"), index=True)
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]
    done_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
