"""Sending somebody on to another structure, with their consent; and what is attested of a path."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.database import Base
from pathways.diagnostics.models import Attempt
from pathways.learning.models.pathways import Pathway
from pathways.people.models import Account, LearnerFile, Organisation
from pathways.places.models import Place


class ReferralState(enum.StrEnum):
    PROPOSED = "proposed"
    """Written, and not agreed to yet: nobody but those who wrote it and the person sees it."""
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    """The person took their consent back: the sheet is closed to both sides, and its words are gone."""


class Referral(Base):
    __tablename__ = "referral"
    __table_args__ = (
        sa.CheckConstraint("(to_organisation_id IS NULL) <> (place_id IS NULL)", name="goes_to_one"),
        sa.Index("ix_referral_to_organisation_id_state", "to_organisation_id", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """Who sends."""
    to_organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id))
    """Who receives, where it works with this server."""
    place_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Place.id, ondelete="CASCADE"), index=True)
    """Else the place of the directory: the person takes the sheet there on paper."""
    attempt_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Attempt.id, ondelete="CASCADE"), index=True)
    file_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(LearnerFile.id, ondelete="SET NULL"), index=True)
    need: Mapped[str] = mapped_column(sa.String(40))
    """``literacy``, ``french``, ``rights``, ``equipment``, ``digital`` or ``support``: see
    ``learning.referrals.referring``.
    """
    sheet: Mapped[dict[str, Any]]
    """The least that the other side needs: ``{"words", "language", "help", "contact", "when"}``, shown to the person
    before they consent, and emptied when consent is taken back.
    """
    consent_language: Mapped[str] = mapped_column(sa.String(10))
    """In which the person read, or heard, what they agreed to."""
    consent_text: Mapped[str] = mapped_column(sa.String(64), default="")
    """Fingerprint of the words that they agreed to; empty until they did."""
    consented_at: Mapped[datetime | None]
    code_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    link_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """Of the slip's code and of the token in its QR: see ``workshops.codes``."""
    state: Mapped[ReferralState] = mapped_column(default=ReferralState.PROPOSED)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    """Of a refusal, or of the end."""
    outcome: Mapped[str] = mapped_column(sa.String(20), default="")
    """How it ended: see ``learning.referrals.referring.OUTCOMES``."""
    sent_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    answered_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    """When its state last changed."""
    read_at: Mapped[datetime | None]
    """When the sending side last read it: a later change is news to them."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PathTerms(Base):
    """What an organisation attests of its paths: who pays, how hours count."""

    __tablename__ = "path_terms"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True)
    funder: Mapped[str] = mapped_column(sa.String(120), default="")
    cents_an_hour: Mapped[int | None]
    counts_own_work: Mapped[bool] = mapped_column(default=False)
    """Hours that the person says they worked alone count too, and are said apart."""
    insertion_hours: Mapped[bool] = mapped_column(default=False)
    """The sheet says hours of insertion a week, as the RSA's contracts ask."""
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class HoursCorrection(Base):
    """Minutes that somebody adds to a path's hours, or takes away, and why. Only written, never changed: whoever was
    wrong writes another.
    """

    __tablename__ = "hours_correction"
    __table_args__ = (
        sa.UniqueConstraint("pathway_id", "key"),
        sa.CheckConstraint("minutes <> 0", name="changes_something"),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    pathway_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Pathway.id, ondelete="CASCADE"))
    day: Mapped[date]
    """On which the time was spent, by the clock of Paris."""
    minutes: Mapped[int]
    """Below 0: taken away."""
    own_work: Mapped[bool] = mapped_column(default=False)
    """Of what the person did alone, not of what was attended."""
    reason: Mapped[str] = mapped_column(sa.String(200))
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    key: Mapped[str] = mapped_column(sa.String(64))
    """Of the form, which may come twice."""
    written_at: Mapped[datetime] = mapped_column(default=clock.now)
