"""The way from candidate to holder: a request, what supports it, and who decides."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock, ids
from pathways.badges.models.achievements import AchievementVersion
from pathways.badges.models.holding import Credential, Holder
from pathways.badges.models.issuing import Issuer, IssuerKey, StatusList
from pathways.database import Base
from pathways.people.models import DIGEST, Account, Organisation


class RequestState(enum.StrEnum):
    GATHERING = "gathering"
    """The candidate gathers what supports it; nobody else sees it."""
    SUBMITTED = "submitted"
    """It waits for the jury."""
    RETURNED = "returned"
    """The jury asks for something more."""
    GRANTED = "granted"
    REFUSED = "refused"
    APPEALED = "appealed"
    """It waits for others of the jury."""
    WITHDRAWN = "withdrawn"


OPEN = (RequestState.GATHERING, RequestState.SUBMITTED, RequestState.RETURNED, RequestState.APPEALED)
WAITING = (RequestState.SUBMITTED, RequestState.APPEALED)


class AwardRequest(Base):
    """One person asking for one badge."""

    __tablename__ = "award_request"
    __table_args__ = (
        sa.Index(
            "uq_award_request_open",
            "holder_id",
            "achievement_id",
            unique=True,
            sqlite_where=sa.text("state IN ('gathering', 'submitted', 'returned', 'appealed')"),
            postgresql_where=sa.text("state IN ('gathering', 'submitted', 'returned', 'appealed')"),
        ),
        sa.Index("ix_award_request_issuer_id_state_submitted_at", "issuer_id", "state", "submitted_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    holder_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Holder.id, ondelete="CASCADE"), index=True)
    issuer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Issuer.id))
    achievement_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("achievement.id"), index=True)
    version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(AchievementVersion.id), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """Where the candidate works or helps, for the rules against conflicts of interest."""
    renews_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Credential.id), index=True)
    level: Mapped[int | None]
    language: Mapped[str] = mapped_column(sa.String(10), default="fr")
    """Of the badge: ``fr`` or ``en``."""
    state: Mapped[RequestState] = mapped_column(default=RequestState.GATHERING)
    words: Mapped[str] = mapped_column(sa.Text, default="")
    """What the candidate says of their practice."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{question of the portfolio piece: what the candidate wrote}``"""
    appeal: Mapped[str] = mapped_column(sa.Text, default="")
    appealed_at: Mapped[datetime | None]
    """Who decided before that moment does not decide the appeal."""
    round: Mapped[int] = mapped_column(default=1)
    """One more for each time that it came back to the jury, and for the appeal."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    holder: Mapped[Holder] = relationship(viewonly=True)
    achievement_version: Mapped[AchievementVersion] = relationship(viewonly=True)


class EvidenceKind(enum.StrEnum):
    FILE = "file"
    LINK = "link"
    TEXT = "text"


class Evidence(Base):
    """Something that shows it. Private: the candidate and the jury of this request see it; the badge carries its title
    and its digest.
    """

    __tablename__ = "evidence"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(AwardRequest.id, ondelete="CASCADE"), index=True)
    kind: Mapped[EvidenceKind]
    title: Mapped[str] = mapped_column(sa.String(120))
    """Public: it goes into the badge, so no name belongs in it."""
    sha256: Mapped[str] = mapped_column(sa.String(64))
    """Of the file; of an address or a text, with the row's own id in front, so that it cannot be guessed."""
    text: Mapped[str] = mapped_column(sa.Text, default="")
    """The address of a link, or the text."""
    media_type: Mapped[str] = mapped_column(sa.String(100), default="")
    size: Mapped[int] = mapped_column(default=0)
    criterion: Mapped[str] = mapped_column(sa.String(60), default="")
    """The place in the tree of criteria that it is for; empty for the whole."""
    is_piece: Mapped[bool] = mapped_column(default=False)
    """The portfolio piece that is asked for."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class EvidenceFile(Base):
    """The bytes of a file, apart from the row that lists read."""

    __tablename__ = "evidence_file"

    evidence_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Evidence.id, ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes]


class EndorsementInvitation(Base):
    """A link that a candidate gives to somebody who has seen them at work."""

    __tablename__ = "endorsement_invitation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(AwardRequest.id, ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    label: Mapped[str] = mapped_column(sa.String(60), default="")
    """For the candidate, to know which link went to whom. Nobody else sees it."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class EndorsementState(enum.StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Endorsement(Base):
    """What somebody who has seen the candidate at work says. Signed by the network for them, once the badge is there;
    their name is in no document.
    """

    __tablename__ = "endorsement"
    __table_args__ = (
        sa.UniqueConstraint("request_id", "endorser_id"),
        sa.UniqueConstraint("list_id", "list_index"),
        sa.CheckConstraint("endorser_id IS NULL OR endorser_id <> candidate_id", name="never_oneself"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(AwardRequest.id, ondelete="CASCADE"), index=True)
    candidate_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Holder.id, ondelete="CASCADE"), index=True)
    endorser_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Holder.id, ondelete="SET NULL"), index=True)
    """``None``: somebody whom this server does not know. The jury reads it, and no criterion counts it."""
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    role: Mapped[str] = mapped_column(sa.String(80), default="")
    """In whose quality they say it: *médiatrice numérique*, never a name. In the signed document."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[EndorsementState] = mapped_column(default=EndorsementState.GIVEN)
    invitation_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(EndorsementInvitation.id, ondelete="SET NULL"), unique=True
    )
    """By the same link its author takes it back, also somebody whom this server does not know."""
    credential_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Credential.id, ondelete="CASCADE"), index=True
    )
    document: Mapped[bytes | None]
    """The signed EndorsementCredential, from the moment the badge was issued."""
    key_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(IssuerKey.id), index=True)
    list_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(StatusList.id))
    list_index: Mapped[int | None]
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]


class JuryVerdict(enum.StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"
    ASK = "ask"
    """Something is missing; the candidate may add it."""


class JuryDecision(Base):
    """What one member of the jury decided, line by line of the grid, and why. Never changed."""

    __tablename__ = "jury_decision"
    __table_args__ = (sa.UniqueConstraint("request_id", "account_id", "round"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(AwardRequest.id, ondelete="CASCADE"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    """For which they acted."""
    round: Mapped[int] = mapped_column(default=1)
    """That of the request when it was decided."""
    verdict: Mapped[JuryVerdict]
    grid: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{line: not_yet, yes or passes_on}``"""
    reason: Mapped[str] = mapped_column(sa.Text)
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
