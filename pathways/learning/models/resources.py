"""What teaches micro-skills, apart from workshop sessions, which have their own tables."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.database import Base
from pathways.people.models import Account, Organisation
from pathways.places.models import Place
from pathways.workshops.models import Reading


class ResourceKind(enum.StrEnum):
    PAGE = "page"
    """A page to read or to print, ours (``sheet``) or elsewhere (``url``)."""
    VIDEO = "video"
    EXERCISE = "exercise"
    """A practice screen of this server (``practice``), or one elsewhere."""
    HELP = "help"
    """Somebody sits beside the person."""
    EXCHANGE = "exchange"
    """Two people who teach each other something: see ``tandems``."""
    EVENT = "event"


class Device(enum.StrEnum):
    ANY = "any"
    PHONE = "phone"
    COMPUTER = "computer"


class LinkState(enum.StrEnum):
    UNKNOWN = "unknown"
    """Nobody looked, or the server may not look outside."""
    THERE = "there"
    MOVED = "moved"
    LOST = "lost"
    """Not found at several looks on different days."""


class Resource(Base):
    __tablename__ = "resource"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "framework", "code"),
        sa.CheckConstraint("minutes > 0", name="takes_time"),
        sa.Index(
            "uq_resource_shipped",
            "framework",
            "code",
            unique=True,
            sqlite_where=sa.text("organisation_id IS NULL"),
            postgresql_where=sa.text("organisation_id IS NULL"),
        ),
        sa.Index("ix_resource_framework", "framework"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id))
    """``None`` for a shipped one."""
    framework: Mapped[str] = mapped_column(sa.String(64))
    code: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[ResourceKind]
    title: Mapped[str] = mapped_column(sa.String(200))
    titles: Mapped[dict[str, Any]] = mapped_column(default=dict)
    summary: Mapped[str] = mapped_column(sa.String(500), default="")
    summaries: Mapped[dict[str, Any]] = mapped_column(default=dict)
    states: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{language: state}`` of titles, summaries and sheets."""
    minutes: Mapped[int]
    """Of somebody who meets it for the first time."""
    teaches: Mapped[list[Any]]
    """``[{"skill": code, "level": "discover" | "practise" | "master"}]``."""
    languages: Mapped[list[str]] = mapped_column(default=list)
    """Spoken or written in."""
    subtitles: Mapped[list[str]] = mapped_column(default=list)
    wordless: Mapped[bool] = mapped_column(default=False)
    """No language is needed: it is all pictures and gestures."""
    reading: Mapped[Reading] = mapped_column(default=Reading.LITTLE)
    device: Mapped[Device] = mapped_column(default=Device.ANY)
    is_online: Mapped[bool] = mapped_column(default=True)
    place_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Place.id, ondelete="SET NULL"), index=True)
    cost_cents: Mapped[int] = mapped_column(default=0)
    licence: Mapped[str] = mapped_column(sa.String(60), default="")
    url: Mapped[str | None] = mapped_column(sa.String(2000))
    sheet: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of a sheet of our own: ``{"picture", "intro", "steps": [{"title", "text", "picture"}], "remember"}``."""
    sheets: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{language: the same, texts alone}``."""
    practice: Mapped[str | None] = mapped_column(sa.String(64))
    """The practice screen that goes with it."""
    fingerprint: Mapped[str | None] = mapped_column(sa.String(64))
    """Of a shipped one, of the files it was loaded from."""
    checked_on: Mapped[date | None]
    """When somebody last read it over."""
    link_state: Mapped[LinkState] = mapped_column(default=LinkState.UNKNOWN)
    link_looked_at: Mapped[datetime | None]
    link_failures: Mapped[int] = mapped_column(default=0)
    """Looks in a row that did not find it."""
    shared_with_all: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    archived_at: Mapped[datetime | None]
