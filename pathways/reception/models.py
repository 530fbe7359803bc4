"""One person received at a desk: what was asked before the questions, and what was agreed after them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock
from pathways.database import Base
from pathways.diagnostics.models import Attempt
from pathways.people.models import Account, Organisation


class Reception(Base):
    """Its id is made by the page before anything is stored: whatever is sent again lands in the same row."""

    __tablename__ = "reception"
    __table_args__ = (sa.Index("ix_reception_organisation_id_started_at", "organisation_id", "started_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    attempt_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Attempt.id, ondelete="CASCADE"), unique=True)
    """``None`` as long as the context sheet is being filled in."""
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{question: answer}`` of the context sheet. Never part of a profile."""
    language: Mapped[str] = mapped_column(sa.String(10))
    appointment: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{"date", "time", "place", "words"}`` as the mediator typed them; empty if nothing was agreed."""
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    """The next person came: its pages on the desk are shut from then on."""
