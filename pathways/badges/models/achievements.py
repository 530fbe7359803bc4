"""What can be earned. A published version never changes: badges that name it must mean the same for ever."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock, ids
from pathways.badges.models.issuing import Issuer
from pathways.database import Base
from pathways.people.models import Account


class Audience(enum.StrEnum):
    MEDIATOR = "mediator"
    VOLUNTEER = "volunteer"
    LEARNER = "learner"


class Achievement(Base):
    """A badge that a network offers, or thinks of offering: its versions, and the draft of the next."""

    __tablename__ = "achievement"
    __table_args__ = (sa.UniqueConstraint("issuer_id", "slug"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    issuer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Issuer.id))
    slug: Mapped[str] = mapped_column(sa.String(60))
    audience: Mapped[Audience]
    proposal: Mapped[str | None] = mapped_column(sa.String(60))
    """The shipped proposal that it was adopted from."""
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``issuing.defining.Definition`` as JSON, of the version to come; empty when none is being written."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts edits of the draft, so that two people cannot overwrite each other in silence."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    """Nobody can ask for it any more; badges stay what they are."""

    issuer: Mapped[Issuer] = relationship(viewonly=True)


class AchievementVersion(Base):
    """One version, as it was published. Texts are French and, if the network wants, English."""

    __tablename__ = "achievement_version"
    __table_args__ = (sa.UniqueConstraint("achievement_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    achievement_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Achievement.id))
    number: Mapped[int]
    definition: Mapped[dict[str, Any]]
    """``issuing.defining.Definition`` as JSON: texts, criteria, grid, alignments, validity, levels, design."""
    published_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    published_at: Mapped[datetime] = mapped_column(default=clock.now)

    achievement: Mapped[Achievement] = relationship(viewonly=True)


class AchievementPicture(Base):
    """The picture of a version at one level, as it was drawn then: a later release may draw otherwise."""

    __tablename__ = "achievement_picture"

    version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(AchievementVersion.id), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0 where the achievement has no levels."""
    svg: Mapped[str] = mapped_column(sa.Text)
    png: Mapped[bytes]
