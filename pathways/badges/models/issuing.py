"""Who signs, with which keys, and the lists that say which signatures are taken back."""

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


class Issuer(Base):
    """A network that adopts achievements, names a jury and signs. One organisation keeps it; others belong to it."""

    __tablename__ = "issuer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), unique=True)
    slug: Mapped[str] = mapped_column(sa.String(40), unique=True)
    base_url: Mapped[str] = mapped_column(sa.String(300))
    """Where this server was when the issuer was made. It is in every signed document, so it stays."""
    did: Mapped[str] = mapped_column(sa.String(400), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.String(500), default="")
    website: Mapped[str] = mapped_column(sa.String(300), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    """Of a role, never of a person: it is public, and Open Badges 2.0 wants one."""
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    """What it signs is worth nothing, and says so."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class IssuerMember(Base):
    """An organisation that belongs to a network: its people may be named to the jury."""

    __tablename__ = "issuer_member"

    issuer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Issuer.id), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True, index=True)
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)


class KeyAlgorithm(enum.StrEnum):
    ED25519 = "ed25519"
    """Data Integrity: badges, endorsements, status lists."""
    RSA = "rsa"
    """VC-JWT and signed Open Badges 2.0, made only when somebody asks for one."""


class KeyState(enum.StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"
    """Signs no more; what it signed stays valid, so it stays published."""
    COMPROMISED = "compromised"
    """Published no more: nothing that it signed is believed."""


class IssuerKey(Base):
    """A pair of keys. The private half is wrapped by a secret that is not in the database (``issuing.wrapping``)."""

    __tablename__ = "issuer_key"
    __table_args__ = (
        sa.Index(
            "uq_issuer_key_active",
            "issuer_id",
            "algorithm",
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    issuer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Issuer.id), index=True)
    algorithm: Mapped[KeyAlgorithm]
    state: Mapped[KeyState] = mapped_column(default=KeyState.ACTIVE)
    public: Mapped[str] = mapped_column(sa.Text)
    """A Multikey (``z6Mk...``) or, of RSA, a JWK as JSON."""
    wrapped: Mapped[bytes | None]
    """``None`` once it is retired or compromised: nobody signs with it again."""
    wrapped_by: Mapped[str] = mapped_column(sa.String(16), default="")
    """Which secret wraps it (a fingerprint), so that a changed one is told from a damaged row."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(300), default="")


class ListOf(enum.StrEnum):
    CREDENTIALS = "credentials"
    ENDORSEMENTS = "endorsements"


class StatusList(Base):
    """One list of bits: a badge has a place on it, taken by chance. What is served is kept here, signed."""

    __tablename__ = "status_list"
    __table_args__ = (sa.UniqueConstraint("issuer_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    issuer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Issuer.id))
    number: Mapped[int]
    of: Mapped[ListOf] = mapped_column(default=ListOf.CREDENTIALS)
    size: Mapped[int] = mapped_column(default=131_072)
    taken: Mapped[int] = mapped_column(default=0)
    """How many places are taken; a new list begins when half are, so that chance finds a free one quickly."""
    document: Mapped[bytes] = mapped_column(default=b"")
    etag: Mapped[str] = mapped_column(sa.String(40), default="")
    signed_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None] = mapped_column(index=True)


class BurntPlace(Base):
    """A bit that stays set though its row is gone: of an endorsement whose people were erased."""

    __tablename__ = "burnt_place"

    list_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(StatusList.id), primary_key=True)
    list_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class VerificationCount(Base):
    """How often files were verified here: counts by day, and nothing about who or which."""

    __tablename__ = "verification_count"

    day: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    format: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    outcome: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class JuryMember(Base):
    """Somebody whom a network named to decide on requests, for all organisations that belong to it."""

    __tablename__ = "jury_member"
    __table_args__ = (sa.UniqueConstraint("issuer_id", "account_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    issuer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Issuer.id))
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), index=True)
    achievements: Mapped[list[str]] = mapped_column(default=list)
    """Slugs that they decide on; empty for all."""
    named_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    named_at: Mapped[datetime] = mapped_column(default=clock.now)
    left_at: Mapped[datetime | None]


class IssuerEvent(Base):
    """What was done with keys, jury, achievements and badges, by whom. Only written, never changed."""

    __tablename__ = "issuer_event"
    __table_args__ = (sa.Index("ix_issuer_event_issuer_id_happened_at", "issuer_id", "happened_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    issuer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Issuer.id))
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id), index=True)
    """``None``: the command line, or the house itself."""
    act: Mapped[str] = mapped_column(sa.String(40))
    about_id: Mapped[uuid.UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)
