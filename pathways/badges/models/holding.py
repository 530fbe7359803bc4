"""Who holds badges, what was issued, and what the holder lets others see."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock, ids
from pathways.badges.models.achievements import AchievementVersion
from pathways.badges.models.issuing import Issuer, IssuerKey, StatusList
from pathways.database import Base
from pathways.diagnostics.models import Attempt
from pathways.people.models import DIGEST, Account
from pathways.workshops.models import Booking


class Holder(Base):
    """Somebody who holds badges or is on the way to one. With an account or without: a private link opens it either
    way, and it stays theirs when they leave the organisation they came with.
    """

    __tablename__ = "holder"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), unique=True)
    link_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    language: Mapped[str] = mapped_column(sa.String(10), default="fr")
    name: Mapped[str] = mapped_column(sa.String(80), default="")
    """What the person wants to be called on what they share; empty until they say so. In no badge."""
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    """Where to be told before a badge expires, if they ask for it. With an account, the account's is used."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    active_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class HolderAttempt(Base):
    """A result that a holder brought into their space, with its code or from the same telephone."""

    __tablename__ = "holder_attempt"

    attempt_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Attempt.id, ondelete="CASCADE"), primary_key=True)
    holder_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Holder.id, ondelete="CASCADE"), index=True)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)


class HolderBooking(Base):
    """A seat that a holder brought in by the link of its slip: its hours count as theirs, and nobody else's."""

    __tablename__ = "holder_booking"

    booking_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Booking.id, ondelete="CASCADE"), primary_key=True)
    holder_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Holder.id, ondelete="CASCADE"), index=True)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)


class Credential(Base):
    """What was issued: the signed bytes, and what became of them. Of an erased holder the bytes go too; the identifier
    and the revoked bit stay, so that a copy out there is not believed.
    """

    __tablename__ = "credential"
    __table_args__ = (
        sa.UniqueConstraint("list_id", "list_index"),
        sa.CheckConstraint("revoked_at IS NOT NULL OR revocation = ''", name="revoked_with_a_date"),
        sa.Index("ix_credential_issuer_id_issued_at", "issuer_id", "issued_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    """``urn:uuid:...`` in the document."""
    issuer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Issuer.id))
    version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(AchievementVersion.id), index=True)
    holder_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Holder.id, ondelete="SET NULL"), index=True)
    key_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(IssuerKey.id), index=True)
    origin: Mapped[str | None] = mapped_column(sa.String(100), unique=True)
    """What it was issued for, so that the same is never issued twice: ``request:...``, ``session:...``."""
    subject_id: Mapped[uuid.UUID] = mapped_column(default=ids.random_id)
    """Of this badge alone: two badges of one person have nothing in common."""
    language: Mapped[str] = mapped_column(sa.String(10))
    level: Mapped[int | None]
    document: Mapped[bytes]
    """As it was signed, served byte for byte. Empty once the holder erased it."""
    jwt: Mapped[str | None] = mapped_column(sa.Text)
    list_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(StatusList.id))
    list_index: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    issued_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None] = mapped_column(index=True)
    reminded_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    revocation: Mapped[str] = mapped_column(sa.String(20), default="")
    """``issuing.revoking.Why``: error, fraud, compromised, superseded, asked (by the holder)."""
    superseded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("credential.id"), index=True)
    hosted_token: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    """Of its Open Badges 2.0 twin, where the holder asked for one: the end of its public address."""
    hosted: Mapped[bytes | None]
    """That twin, byte for byte."""

    version: Mapped[AchievementVersion] = relationship(viewonly=True)
    issuer: Mapped[Issuer] = relationship(viewonly=True)


class ShareLink(Base):
    """A page with the holder's name on it, for whoever has the address, until the holder or the calendar ends it."""

    __tablename__ = "share_link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    holder_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Holder.id, ondelete="CASCADE"), index=True)
    credential_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Credential.id, ondelete="CASCADE"), index=True
    )
    """``None``: all that the holder holds on that day."""
    token_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80), default="")
    """As the holder wanted it on this page; empty for none."""
    shows: Mapped[list[str]] = mapped_column(default=list)
    """``evidence`` (titles only), ``endorsements``."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Attested(Base):
    """Something that others attested: seen by somebody here, never issued by us."""

    __tablename__ = "attested"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    holder_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Holder.id, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    """``aidants-connect``, ``remn``, ``pix-certificate``, ``other``"""
    code: Mapped[str] = mapped_column(sa.String(60), default="")
    """Of the kind ``other``: which one, as a criterion names it."""
    title: Mapped[str] = mapped_column(sa.String(120), default="")
    reference: Mapped[str] = mapped_column(sa.String(60), default="")
    """A number, as it stands on the paper. Private."""
    seen_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    """``None`` until somebody has seen the paper: it counts for nothing before."""
    seen_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class SessionEndorsement(Base):
    """*We led this session together*: one tap of a co-facilitator."""

    __tablename__ = "session_endorsement"

    session_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("workshop_session.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), primary_key=True, index=True)
    """Who led it."""
    endorsed_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), primary_key=True, index=True)
    endorsed_at: Mapped[datetime] = mapped_column(default=clock.now)


class HolderEvent(Base):
    """What happened in a holder's space, as they can read it. It goes with the space."""

    __tablename__ = "holder_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    holder_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Holder.id, ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(sa.String(40))
    about_id: Mapped[uuid.UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)


class CredentialForm(enum.StrEnum):
    """What a badge can be taken away as."""

    JSON = "json"
    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    JWT = "jwt"
