"""What somebody was told about a booking, and who outside is told that something changed."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.database import Base
from pathways.people.models import Account, Organisation
from pathways.workshops.models.bookings import Booking, Channel, WaitlistEntry
from pathways.workshops.models.wishes import Wish

LONGEST_URL = 500


class NoticeKind(enum.StrEnum):
    """One per text."""

    BOOKED = "booked"
    REMINDER_DAYS = "reminder_days"
    """Two days before."""
    REMINDER_HOURS = "reminder_hours"
    """Three hours before."""
    REMINDER_WEEK = "reminder_week"
    """Seven days before, where the organisation wants it."""
    CHANGED = "changed"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    """Their holder cancelled: said once more, since somebody else may hold the slip."""
    CANCELLED = "cancelled"
    """By whoever holds the session."""
    OFFERED = "offered"
    LAPSED = "lapsed"
    """An offer of the waiting list that ran out."""
    WISHED = "wished"
    """A session was opened for a wish."""


REMINDERS = (NoticeKind.REMINDER_WEEK, NoticeKind.REMINDER_DAYS, NoticeKind.REMINDER_HOURS)


class Notice(Base):
    """Something that one party is told once. The row is what makes it once: whoever plans the same finds it there. It
    holds no address and no text: both are read when it is sent, or nothing is sent any more.
    """

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("about_id", "kind", "sequence"),
        sa.Index("ix_notice_organisation_id_created_at", "organisation_id", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    """Also the reference that an SMS gateway gets, and the Message-ID of a mail: a repetition can be recognised."""
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    """Whose session it is: its desk sees what could not be sent."""
    about_id: Mapped[uuid.UUID]
    """Whom it is for: the wish, the entry or else the booking of those that follow."""
    booking_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Booking.id, ondelete="CASCADE"), index=True)
    entry_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(WaitlistEntry.id, ondelete="CASCADE"), index=True)
    """Of the waiting list; with ``booking_id``, the seats that it was offered."""
    wish_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Wish.id, ondelete="CASCADE"), index=True)
    kind: Mapped[NoticeKind]
    sequence: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Makes a second notice of one kind another one: the offer, the start, the change that it is about."""
    starts_at: Mapped[datetime | None]
    """Of a reminder: that start. Another start is reminded of anew."""
    channel: Mapped[Channel]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When a server took it over, or when it became somebody's task."""
    dropped: Mapped[str] = mapped_column(sa.String(40), default="")
    """Why it was not sent: ``over`` (no longer true), ``late`` (booked since, or too near), ``no_channel`` (they came
    alone and left none), ``by_hand`` (a person saw to it).
    """
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class NoticeHabit(Base):
    """What an organisation wants to remind of besides two days before. No row: three hours before, too."""

    __tablename__ = "notice_habit"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True)
    week_before: Mapped[bool] = mapped_column(default=False)
    hours_before: Mapped[bool] = mapped_column(default=True)


class Webhook(Base):
    """An address that an organisation wants called when something of its own changed.

    Calls are made one at a time and in order: the next begins after the last that was taken (``told``). Its secrets are
    made from its id, their number and the server's secret; none is stored.
    """

    __tablename__ = "webhook"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    url: Mapped[str] = mapped_column(sa.String(LONGEST_URL))
    kinds: Mapped[list[str]] = mapped_column(default=list)
    """Of changes (``pathways.changes``); empty for all."""
    told: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Number of the last change that its receiver took."""
    secret_number: Mapped[int] = mapped_column(default=1)
    former_until: Mapped[datetime | None]
    """Until then, calls are signed with the former secret as well."""
    disabled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    """Why nobody calls it any more."""
    created_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class WebhookDelivery(Base):
    """One call and its repetitions: the changes after ``first`` up to ``last``."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (sa.Index("ix_webhook_delivery_webhook_id_created_at", "webhook_id", "created_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    """What its receiver knows a repetition by."""
    webhook_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Webhook.id, ondelete="CASCADE"))
    first: Mapped[int] = mapped_column(sa.BigInteger)
    last: Mapped[int] = mapped_column(sa.BigInteger)
    changes: Mapped[int]
    """How many it names."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    delivered_at: Mapped[datetime | None]
    status: Mapped[int | None]
    """What the receiver answered."""
