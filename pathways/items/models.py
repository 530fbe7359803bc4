"""Questions and their translations. A revision never changes: what a learner was shown can always be shown again."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock, ids
from pathways.database import Base
from pathways.people.models import Account, Organisation

STATES = ("machine", "draft", "reviewed", "verified")
"""States of a translation, from the least to the most trusted."""
REJECTED = "rejected"
"""The state of one that a reviewer sent back: it is never served."""


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
    """The texts of a revision in one language. A corrected translation is a new row; the current one is served."""

    __tablename__ = "item_translation"
    __table_args__ = (
        sa.UniqueConstraint("revision_id", "language", "fingerprint"),
        sa.CheckConstraint("reviewer_id IS NULL OR reviewer_id <> translator_id", name="reviewer_is_another"),
        sa.CheckConstraint("verifier_id IS NULL OR verifier_id <> translator_id", name="verifier_did_not_translate"),
        sa.CheckConstraint("verifier_id IS NULL OR verifier_id <> reviewer_id", name="verifier_did_not_review"),
        sa.CheckConstraint("NOT (is_current AND is_waiting)", name="served_or_waiting"),
        sa.Index("ix_item_translation_language_state", "language", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    revision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("item_revision.id"))
    language: Mapped[str] = mapped_column(sa.String(10))
    state: Mapped[str] = mapped_column(sa.String(10))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    """Of the texts alone: the same texts are one translation, whatever is thought of them."""
    segments: Mapped[dict[str, Any]]
    origin: Mapped[str] = mapped_column(sa.String(40), default="file")
    """Where it comes from: ``file``, ``person``, ``exchange`` (PO, XLIFF), or ``machine:<name of the engine>``."""
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """Where its translator works; ``None`` for one of the shipped files."""
    translator_id: Mapped[uuid.UUID | None]
    reviewer_id: Mapped[uuid.UUID | None]
    reviewed_at: Mapped[datetime | None]
    verifier_id: Mapped[uuid.UUID | None]
    is_current: Mapped[bool] = mapped_column(default=True)
    """Whether it is the one that is served (where its state is enough). At most one by revision and language."""
    is_waiting: Mapped[bool] = mapped_column(default=False)
    """A suggestion beside a current one: it waits for somebody else to read it."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    revision: Mapped[ItemRevision] = relationship(back_populates="translations")


class TranslationEvent(Base):
    """What somebody did to a translation, and why. Rows are only ever added."""

    __tablename__ = "translation_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    translation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(ItemTranslation.id), index=True)
    act: Mapped[str] = mapped_column(sa.String(20))
    """``suggested reviewed verified rejected withdrawn restored kept imported``."""
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of a decision on fairness, what was known of the item when it was taken."""
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)


class UnclearSentence(Base):
    """How often learners said of a sentence that it is not clear. A count, linked to nobody."""

    __tablename__ = "unclear_sentence"

    revision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("item_revision.id"), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    segment: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    times: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    """When a reviewer last looked at it; the count then starts again."""


class ServedContent(Base):
    """One row, whose number grows with each change of what learners are served: processes hold content in memory."""

    __tablename__ = "served_content"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


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
    """One text read aloud in one language. The sound lies in a file beside the database, named by its digest. Of
    several readings of a text, the best is played: a checked voice, else a voice, else a synthetic one.
    """

    __tablename__ = "recording"
    __table_args__ = (
        sa.UniqueConstraint("language", "text_fingerprint", "sha256"),
        sa.CheckConstraint("reviewer_id IS NULL OR reviewer_id <> made_by", name="reviewer_is_another"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    language: Mapped[str] = mapped_column(sa.String(10))
    text_fingerprint: Mapped[str] = mapped_column(sa.String(64))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    """What is read, for who checks the sound."""
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    seconds: Mapped[float] = mapped_column(default=0.0)
    licence: Mapped[str] = mapped_column(sa.String(60))
    origin: Mapped[str] = mapped_column(sa.String(40), default="file")
    """``file``, ``voice`` (somebody who followed a link), or ``machine:<name of the engine>``."""
    voice_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """Who lent their voice, and with which consent: ``voices.Voice``."""
    state: Mapped[str] = mapped_column(sa.String(10), default="draft")
    """``draft``: not yet checked; ``reviewed``; ``rejected``."""
    made_by: Mapped[uuid.UUID | None]
    """The member who sent the file or the link."""
    reviewer_id: Mapped[uuid.UUID | None]
    reviewed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    """Why it was rejected."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
