"""Two people who each asked, brought together by a coordinator: languages, or generations."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.database import Base
from pathways.diagnostics.models import Attempt
from pathways.people.models import Account, LearnerFile, Organisation
from pathways.places.models import Place


class ExchangeKind(enum.StrEnum):
    LANGUAGES = "languages"
    GENERATIONS = "generations"


class ExchangeRequest(Base):
    """Somebody asked for an exchange. No name: a first name and a way to be told, both optional, while it lasts."""

    __tablename__ = "exchange_request"
    __table_args__ = (sa.Index("ix_exchange_request_organisation_id_state", "organisation_id", "state"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    attempt_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Attempt.id, ondelete="CASCADE"), index=True)
    """Of a learner; ``None`` for somebody whom a member wrote down."""
    file_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(LearnerFile.id, ondelete="CASCADE"), index=True)
    """Of somebody whom a member wrote down and whose file they keep: the request is in its export, and goes with it."""
    kind: Mapped[ExchangeKind]
    gives: Mapped[list[str]]
    """Languages, or themes of workshops: what they can show somebody."""
    seeks: Mapped[list[str]]
    place_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Place.id, ondelete="SET NULL"), index=True)
    """Where they can come: the first meeting is there, and nowhere else."""
    reads_in: Mapped[str] = mapped_column(sa.String(10))
    label: Mapped[str] = mapped_column(sa.String(30), default="")
    contact: Mapped[str] = mapped_column(sa.String(120), default="")
    """How to tell them, as they said it: read at the desk, never shown to the other person. Emptied at the end, as all
    that they said of themselves is.
    """
    state: Mapped[str] = mapped_column(sa.String(20), default="open")
    """``open``, ``matched``, ``withdrawn``."""
    rules: Mapped[str] = mapped_column(sa.String(64))
    """Fingerprint of the rules that they agreed to."""
    consented_at: Mapped[datetime] = mapped_column(default=clock.now)
    written_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    left_at: Mapped[datetime | None]
    """When the other one left: they are told, and wait again."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


class TandemState(enum.StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"
    """Both said yes."""
    MET = "met"
    ENDED = "ended"


class Tandem(Base):
    __tablename__ = "tandem"
    __table_args__ = (sa.CheckConstraint("first_id <> second_id", name="two_people"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    first_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(ExchangeRequest.id, ondelete="CASCADE"), index=True)
    second_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(ExchangeRequest.id, ondelete="CASCADE"), index=True)
    place_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Place.id, ondelete="SET NULL"), index=True)
    meets_at: Mapped[datetime]
    """The first meeting."""
    state: Mapped[TandemState] = mapped_column(default=TandemState.PROPOSED)
    first_agreed_at: Mapped[datetime | None]
    second_agreed_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(sa.String(20))
    """``first``, ``second`` or ``structure``: either can end it, and need not say why."""
    worry: Mapped[bool] = mapped_column(default=False)
    """Somebody said that something was wrong, and nobody looked into it yet: neither meets anybody else before."""
    worry_by: Mapped[str | None] = mapped_column(sa.String(20))
    """Who said so, as in ``ended_by``."""
    looked_into_at: Mapped[datetime | None]
    looked_into_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    """When somebody last looked into it, and who."""
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
