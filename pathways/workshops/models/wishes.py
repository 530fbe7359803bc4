"""What people would come to, if somebody held it: a language, a theme, a commune. No name."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.database import Base
from pathways.workshops.models.bookings import DIGEST, Booking, Channel
from pathways.workshops.models.sessions import WorkshopSession


class WishState(enum.StrEnum):
    OPEN = "open"
    OFFERED = "offered"
    """A session was opened for it, and keeps its seats for a time."""
    MET = "met"
    """Its holder took a seat."""
    WITHDRAWN = "withdrawn"


class Wish(Base):
    __tablename__ = "wish"
    __table_args__ = (
        sa.CheckConstraint("channel IN ('none', 'prescriber') OR contact <> ''", name="channel_has_a_contact"),
        sa.Index("ix_wish_state_commune_code", "state", "commune_code"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    language: Mapped[str] = mapped_column(sa.String(10))
    """Wished for the workshop."""
    theme: Mapped[str] = mapped_column(sa.String(60))
    commune_code: Mapped[str] = mapped_column(sa.String(5))
    reads_in: Mapped[str] = mapped_column(sa.String(10))
    """Of the slip and of every message."""
    state: Mapped[WishState] = mapped_column(default=WishState.OPEN)
    code_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    link_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    channel: Mapped[Channel] = mapped_column(default=Channel.NONE)
    contact: Mapped[str] = mapped_column(sa.String(254), default="")
    session_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(WorkshopSession.id, ondelete="SET NULL"), index=True
    )
    """The session that was opened for it."""
    booking_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Booking.id, ondelete="SET NULL"), index=True)
    """The seat that its holder took."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
