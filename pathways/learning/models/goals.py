"""What people want to be able to do, made of micro-skills with a weight."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.database import Base
from pathways.people.models import Account, Organisation


class GoalAudience(enum.StrEnum):
    LEARNER = "learner"
    MEDIATOR = "mediator"
    VOLUNTEER = "volunteer"


class Goal(Base):
    """A named goal: shipped with a framework, or an organisation's own."""

    __tablename__ = "goal"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "framework", "code"),
        sa.Index(
            "uq_goal_shipped",
            "framework",
            "code",
            unique=True,
            sqlite_where=sa.text("organisation_id IS NULL"),
            postgresql_where=sa.text("organisation_id IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id))
    """``None`` for a shipped one."""
    framework: Mapped[str] = mapped_column(sa.String(64))
    code: Mapped[str] = mapped_column(sa.String(64))
    position: Mapped[int] = mapped_column(default=0)
    audience: Mapped[GoalAudience] = mapped_column(default=GoalAudience.LEARNER)
    picture: Mapped[str] = mapped_column(sa.String(64), default="")
    """A drawn picture of the house (``goal-pictures.html``), so that it can be recognised without reading."""
    title: Mapped[str] = mapped_column(sa.String(120))
    """As the person would say it: *Renouveler mon titre de séjour en ligne*."""
    titles: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{language: title}`` of the others."""
    states: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{language: state}`` of the same."""
    words: Mapped[list[str]] = mapped_column(default=list)
    """What people say for it, to find it by."""
    posts: Mapped[list[str]] = mapped_column(default=list)
    """Of a mediator's goal, the posts and publics that it is for."""
    weights: Mapped[dict[str, Any]]
    """``{micro-skill: weight}``, each from 1 to 3."""
    certification: Mapped[str | None] = mapped_column(sa.String(20))
    """``pix``, ``clea`` or ``aidants-connect``, where it gets somebody ready for one."""
    shared_with_all: Mapped[bool] = mapped_column(default=False)
    """Every organisation of this server may take it and copy it."""
    version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    archived_at: Mapped[datetime | None]
