"""What a session binds: people, rooms, vans and devices, which cannot be in two places."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

from pathways import ids
from pathways.database import Base
from pathways.people.models import Account, Organisation
from pathways.places.models import Room, Tour
from pathways.workshops.models.sessions import WorkshopSession


class MeansKind(enum.StrEnum):
    TRAINER = "trainer"
    INTERPRETER = "interpreter"
    ROOM = "room"
    VAN = "van"
    DEVICES = "devices"


class Means(Base):
    """What a session needs and what cannot be in two places: a person, a room, a van, a set of laptops."""

    __tablename__ = "means"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    kind: Mapped[MeansKind]
    name: Mapped[str] = mapped_column(sa.String(100))
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    room_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Room.id, ondelete="CASCADE"), unique=True)
    tour_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Tour.id), unique=True)
    languages: Mapped[list[str]] = mapped_column(default=list)
    remote: Mapped[bool] = mapped_column(default=False)
    """An interpreter who works by telephone or video."""
    units: Mapped[int] = mapped_column(default=1)
    """How many of it there are; each unit is engaged by itself."""
    shared: Mapped[bool] = mapped_column(default=False)
    """Other organisations of this server may engage it."""
    version: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None]


class MeansUnit(Base):
    """One of them. Its number is its stretch of the one long line on which PostgreSQL excludes overlaps."""

    __tablename__ = "means_unit"

    number: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    means_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Means.id, ondelete="CASCADE"), index=True)


LINE = 10_000_000_000
"""Seconds between the stretches of two units: more than a moment of this or the next century counts."""


class Engagement(Base):
    """A unit bound to a session, travel and preparation included. ``LINE * number + seconds`` makes one line of all
    units and all time, on which no two stretches may overlap: an exclusion that every PostgreSQL has built in (one over
    two columns would need an extension, which not every host lets one install).
    """

    __tablename__ = "engagement"
    __table_args__ = (
        sa.CheckConstraint("line_to > line_from", name="ends_after_it_starts"),
        sa.Index("ix_engagement_line", "line_from", "line_to"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(WorkshopSession.id, ondelete="CASCADE"), index=True)
    unit: Mapped[int] = mapped_column(sa.ForeignKey(MeansUnit.number), index=True)
    line_from: Mapped[int] = mapped_column(sa.BigInteger)
    line_to: Mapped[int] = mapped_column(sa.BigInteger)
    """Half open: what ends at ten and what begins at ten do not meet."""


NOT_IN_TWO_PLACES = "ex_engagement_not_in_two_places"
event.listen(
    Base.metadata.tables["engagement"],
    "after_create",
    sa.DDL(
        f"ALTER TABLE engagement ADD CONSTRAINT {NOT_IN_TWO_PLACES}"
        " EXCLUDE USING gist (int8range(line_from, line_to) WITH &&)"
    ).execute_if(dialect="postgresql"),
)
