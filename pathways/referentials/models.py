"""Frameworks as they were loaded: immutable numbers of a referential, its strands and micro-skills."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock
from pathways.database import Base
from pathways.i18n import SOURCE
from pathways.people.models import Organisation


class Referential(Base):
    """One loaded state of a framework. A changed framework is a new ``number``; the old one stays for the diagnostics
    that were published on it.
    """

    __tablename__ = "referential"
    __table_args__ = (sa.UniqueConstraint("code", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(64))
    number: Mapped[int]
    version: Mapped[str] = mapped_column(sa.String(20))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    language: Mapped[str] = mapped_column(sa.String(10))
    title: Mapped[str] = mapped_column(sa.String(200))
    audience: Mapped[str] = mapped_column(sa.String(300))
    readers: Mapped[str] = mapped_column(sa.String(10), default="beginners")
    """``beginners``, for whom each word counts, or ``practised`` ones, who may read a case."""
    licence: Mapped[str] = mapped_column(sa.String(60))
    levels: Mapped[dict[str, Any]]
    domains: Mapped[list[Any]]
    """``[{"code", "title"}]`` in order."""
    translations: Mapped[dict[str, Any]]
    """``{language: state}`` of the titles that may be served."""
    loaded_at: Mapped[datetime] = mapped_column(default=clock.now)

    strands: Mapped[list[Strand]] = relationship(order_by="Strand.position", back_populates="referential")


class Strand(Base):
    """A ladder of micro-skills, the easiest first."""

    __tablename__ = "strand"
    __table_args__ = (
        sa.UniqueConstraint("referential_id", "code"),
        sa.CheckConstraint("(referential_id IS NULL) <> (organisation_id IS NULL)", name="shipped_or_own"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    referential_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("referential.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """Whose own ladder it is, beside those of every number of ``framework``."""
    framework: Mapped[str | None] = mapped_column(sa.String(64))
    """Of an own ladder, the code of the framework that it stands beside."""
    version: Mapped[int] = mapped_column(default=1)
    """Of an own ladder, counts edits, so that two trainers cannot overwrite each other in silence."""
    position: Mapped[int]
    domain: Mapped[str] = mapped_column(sa.String(64))
    code: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str] = mapped_column(sa.String(200))
    titles: Mapped[dict[str, Any]]
    description: Mapped[str] = mapped_column(sa.String(500))
    archived_at: Mapped[datetime | None]
    """Of an own ladder: not offered any more, kept for what was published with it."""

    referential: Mapped[Referential | None] = relationship(back_populates="strands")
    skills: Mapped[list[MicroSkill]] = relationship(order_by="MicroSkill.position", back_populates="strand")


class MicroSkill(Base):
    """One act that can be mastered or not."""

    __tablename__ = "micro_skill"
    __table_args__ = (sa.UniqueConstraint("referential_id", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    referential_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("referential.id"))
    strand_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("strand.id"), index=True)
    position: Mapped[int]
    code: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str] = mapped_column(sa.String(200))
    titles: Mapped[dict[str, Any]]
    level: Mapped[int]
    device: Mapped[str] = mapped_column(sa.String(10))
    kinds: Mapped[list[str]]
    requires: Mapped[list[Any]]
    """AND of OR groups: ``[["GES-01"], ["GES-06", "ORD-04"]]``."""
    aligned: Mapped[dict[str, Any]]
    archived_at: Mapped[datetime | None]
    """Of an own micro-skill: not offered any more, kept for what was published with it."""

    strand: Mapped[Strand] = relationship(back_populates="skills")

    def title_in(self, language: str) -> str | None:
        """The title in a language, or ``None`` where it may not be served; French is always there."""
        return self.title if language == SOURCE else self.titles.get(language)
