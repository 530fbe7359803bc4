"""Somebody who lends their voice. No account and no name: a link, a consent, a licence."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.database import Base
from pathways.diagnostics.models import Diagnostic
from pathways.people.models import Account, Organisation


class Voice(Base):
    """A link that a speaker follows to read the questions of one diagnostic aloud in one language."""

    __tablename__ = "voice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    diagnostic_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Diagnostic.id), index=True)
    language: Mapped[str] = mapped_column(sa.String(10))
    link_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    consent: Mapped[str] = mapped_column(sa.String(20), default="")
    """Which wording of the consent was accepted; empty until it was."""
    consented_at: Mapped[datetime | None]
    licence: Mapped[str] = mapped_column(sa.String(60), default="CC-BY-SA-4.0")
    credit: Mapped[str] = mapped_column(sa.String(60), default="")
    """How the speaker wants to be thanked, if at all."""
    withdrawn_at: Mapped[datetime | None]
    """The speaker took the consent back: all its sounds were erased then."""
