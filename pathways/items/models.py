"""Questions and their translations. A revision never changes: what a learner was shown can always be shown again."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock, ids
from pathways.database import Base
from pathways.people.models import Organisation

STATES = ("machine", "draft", "reviewed", "verified")
"""States of a translation, from the least to the most trusted."""


class Item(Base):
    """A question about one micro-skill, through all its revisions."""

    __tablename__ = "item"
    __table_args__ = (sa.UniqueConstraint("framework", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    framework: Mapped[str] = mapped_column(sa.String(64))
    code: Mapped[str] = mapped_column(sa.String(64))
    skill: Mapped[str] = mapped_column(sa.String(64), index=True)
    current_id: Mapped[uuid.UUID | None]
    """The revision that new diagnostics take; ``None`` once the item was withdrawn."""
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """Whose own item it is; ``None`` for one of the shipped files, which everybody may ask."""
    sought: Mapped[str] = mapped_column(sa.Text, default="")
    """Code and French texts of the current revision without accents and case, to be found by words."""


class ItemRevision(Base):
    """One state of a question. ``body`` is the item's document with the digest of each picture in place."""

    __tablename__ = "item_revision"
    __table_args__ = (sa.UniqueConstraint("item_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    item_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("item.id"))
    number: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    text_fingerprint: Mapped[str] = mapped_column(sa.String(12))
    code: Mapped[str] = mapped_column(sa.String(64))
    skill: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(10))
    device: Mapped[str] = mapped_column(sa.String(10))
    verify_by: Mapped[date | None]
    body: Mapped[dict[str, Any]]
    segments: Mapped[dict[str, Any]]
    """French texts by key."""
    edited_by: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    translations: Mapped[list[ItemTranslation]] = relationship(back_populates="revision")


class ItemTranslation(Base):
    """The texts of a revision in one language. A corrected translation is a new row; the newest one is served."""

    __tablename__ = "item_translation"
    __table_args__ = (
        sa.UniqueConstraint("revision_id", "language", "fingerprint"),
        sa.CheckConstraint("reviewer_id IS NULL OR reviewer_id <> translator_id", name="reviewer_is_another"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    revision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("item_revision.id"))
    language: Mapped[str] = mapped_column(sa.String(10))
    state: Mapped[str] = mapped_column(sa.String(10))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    segments: Mapped[dict[str, Any]]
    translator_id: Mapped[uuid.UUID | None]
    reviewer_id: Mapped[uuid.UUID | None]
    is_current: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    revision: Mapped[ItemRevision] = relationship(back_populates="translations")


class ItemFigures(Base):
    """How an item fared in one organisation and language: counts over attempts that are over, linked to nobody."""

    __tablename__ = "item_figures"

    item_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("item.id"), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    correct: Mapped[int] = mapped_column(default=0)
    incorrect: Mapped[int] = mapped_column(default=0)
    dont_know: Mapped[int] = mapped_column(default=0)
    not_understood: Mapped[int] = mapped_column(default=0)


class Picture(Base):
    """A picture by the digest of its bytes, so that a published question keeps the very picture it was made with."""

    __tablename__ = "picture"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    width: Mapped[float]
    height: Mapped[float]
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Recording(Base):
    """One text read aloud in one language. The sound lies in a file beside the database, named by its digest."""

    __tablename__ = "recording"
    __table_args__ = (sa.UniqueConstraint("language", "text_fingerprint"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    language: Mapped[str] = mapped_column(sa.String(10))
    text_fingerprint: Mapped[str] = mapped_column(sa.String(64))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    media_type: Mapped[str] = mapped_column(sa.String(40))
    licence: Mapped[str] = mapped_column(sa.String(60))
    state: Mapped[str] = mapped_column(sa.String(10), default="draft")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
