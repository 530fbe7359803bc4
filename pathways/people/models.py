"""Organisations, accounts, and what proves who somebody is. Of a secret, only the digest is stored."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.database import Base
from pathways.permissions import Role


def now() -> datetime:
    """Asks the clock each time: a column that kept ``clock.now`` itself would not see a test replace it."""
    return clock.now()


LONGEST_NAME = 200
LONGEST_EMAIL = 254
DIGEST = 64


class LinkPurpose(enum.StrEnum):
    """What a one-time link opens: a session, or the choice of a new password."""

    SIGN_IN = "sign_in"
    RESET = "reset"


class Organisation(Base):
    __tablename__ = "organisation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    languages: Mapped[list[str]] = mapped_column(default=list)
    """Those that its new diagnostics offer; empty for all of them."""
    habits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its forms propose: ``{"place", "words", "questions", "minutes"}``, each of them optional."""
    reviews_shipped: Mapped[bool] = mapped_column(default=False)
    """Its reviewers decide on the translations and sounds of the shipped questions, for every organisation here. The
    operator says so; everybody may suggest.
    """
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Account(Base):
    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    email: Mapped[str] = mapped_column(sa.String(LONGEST_EMAIL), unique=True)
    """Casefolded: one mailbox, one account, however it is typed."""
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    """``None``: opens by one-time link only."""
    is_operator: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]


class Membership(Base):
    __tablename__ = "membership"
    __table_args__ = (sa.UniqueConstraint("account_id", "organisation_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    role: Mapped[Role]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Invitation(Base):
    __tablename__ = "invitation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    token_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    role: Mapped[Role]
    email: Mapped[str | None] = mapped_column(sa.String(LONGEST_EMAIL))
    """When given, the only address that may accept."""
    invited_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class SignInLink(Base):
    __tablename__ = "sign_in_link"

    token_digest: Mapped[str] = mapped_column(sa.String(DIGEST), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    purpose: Mapped[LinkPurpose]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SignInSession(Base):
    __tablename__ = "sign_in_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    """Names the session inside the server (form tokens are made from it); it opens nothing."""
    token_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """The organisation the person acts for at present, when they belong to several."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PersonalToken(Base):
    __tablename__ = "personal_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    token_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class LearnerFile(Base):
    """What an organisation keeps about somebody who comes back: a label of its own choice and a note, apart from any
    answer. It holds no name that nobody typed, and goes when the last attempt in it goes.
    """

    __tablename__ = "learner_file"
    __table_args__ = (sa.Index("ix_learner_file_organisation_id_sought", "organisation_id", "sought"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    label: Mapped[str] = mapped_column(sa.String(60))
    """A first name, a day: what the mediator will recognise. It never leaves the organisation."""
    sought: Mapped[str] = mapped_column(sa.String(120))
    """The label without accents and case, to be found again."""
    note: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    """Counts edits, so that two trainers cannot overwrite each other in silence."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    active_at: Mapped[datetime] = mapped_column(default=now, index=True)


class JournalEntry(Base):
    """Who did what with people's data: a profile opened, data exported, a file erased. Never a label or an answer."""

    __tablename__ = "journal_entry"
    __table_args__ = (sa.Index("ix_journal_entry_organisation_id_happened_at", "organisation_id", "happened_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    """Also the number of a receipt."""
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    act: Mapped[str] = mapped_column(sa.String(40))
    about_id: Mapped[uuid.UUID | None]
    """An attempt, a file, a diagnostic; it may be erased since."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    happened_at: Mapped[datetime] = mapped_column(default=now)
