"""Badges in JSON: networks, achievements, requests with what supports them, what is held and whether it counts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

from pathways.badges.holding.validity import Validity
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import (
    EvidenceKind,
    JuryVerdict,
    KeyAlgorithm,
    KeyState,
    ListOf,
    RequestState,
)
from pathways.texts import clean
from pathways.web.fields import Line, Short

LONGEST_TEXT = 12_000
Paragraphs = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(clean)]
Address = Annotated[str, StringConstraints(max_length=500), AfterValidator(clean)]
Version = Annotated[StrictInt, Field(ge=1, le=2_000_000_000, description="The one that was read, or 409.")]
Slugs = Annotated[list[Short], Field(max_length=100)]
Language = Literal["fr", "en"]
For = Literal["mediator", "volunteer", "learner"]
"""The audience; written out, since workshops have one of that name, too."""


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


# --- networks -------------------------------------------------------------------------------------------------


class WaitingTimeOut(BaseModel):
    median_days: float | None = Field(description="From sending to the decision, over the last year.")
    requests: int = Field(description="How many wait.")
    oldest_days: int


class BadgeNetworkOut(BaseModel):
    """A network as everybody may see it."""

    id: uuid.UUID
    slug: str
    did: str = Field(description="The name that it signs under.")
    name: str
    description: str
    website: str
    email: str
    is_demonstration: bool = Field(description="What it signs is worth nothing.")
    url: str
    did_document: str = Field(description="Where its public keys are.")


class BadgeNetworkWhole(BadgeNetworkOut):
    organisations: list[str]
    waiting: WaitingTimeOut


class BadgeNetworkOwn(BadgeNetworkWhole):
    """The same for those who keep it."""

    version: int
    living: int = Field(description="Badges neither revoked nor expired.")
    revoked: int


class BadgeNetworkIn(Incoming):
    name: Line
    email: Address = Field(default="", description="Of a role, never of a person: it is public.")
    website: Address = ""
    description: Address = ""


class BadgeNetworkCreate(BadgeNetworkIn):
    slug: Short = Field(default="", description="Empty: made from the name. It never changes.")


class BadgeNetworkChange(BadgeNetworkIn):
    version: Version


class StatusListOut(BaseModel):
    number: int
    of: ListOf
    url: str
    size: int
    signed_at: datetime | None
    valid_until: datetime | None
    etag: str


class IssuerKeyOut(BaseModel):
    id: uuid.UUID
    algorithm: KeyAlgorithm
    state: KeyState
    public: str = Field(description="A Multikey; of RSA, where its JWK is.")
    created_at: datetime
    ended_at: datetime | None
    reason: str


class KeyRotationIn(Incoming):
    algorithm: KeyAlgorithm = KeyAlgorithm.ED25519
    reason: Line


class JuryMemberOut(BaseModel):
    account_id: uuid.UUID
    name: str
    achievements: list[str] = Field(description="Slugs; none: all.")
    named_at: datetime


class JuryMemberIn(Incoming):
    email: Address = Field(description="Of an account of one of the network's organisations.")
    achievements: Slugs = []


# --- achievements ---------------------------------------------------------------------------------------------


class AchievementOut(BaseModel):
    """An achievement on offer: its version in force."""

    id: uuid.UUID
    issuer: str = Field(description="Slug of the network.")
    slug: str
    audience: For
    version: int
    languages: list[str]
    texts: dict[str, dict[str, str]] = Field(description="`{language: {name, description}}`")
    needed: dict[str, str] = Field(description="The criteria in plain words, by language.")
    criteria: dict[str, Any] = Field(description="The same as data.")
    jury: int = Field(description="How many of the jury must say yes; 0: the criteria alone decide.")
    foreign_jury: bool
    validity_months: int | None
    levels: list[str]
    url: str
    picture: str
    published_at: datetime


class AchievementDraftOut(BaseModel):
    """An achievement at its network's desk."""

    id: uuid.UUID
    slug: str
    audience: For
    proposal: str | None
    published: int | None = Field(description="The number of the version in force.")
    draft: dict[str, Any] = Field(description="The definition of the next version; empty where none is written.")
    version: int
    closed_at: datetime | None


class AchievementProposalOut(BaseModel):
    slug: str
    audience: For
    definition: dict[str, Any]


class DefinitionIn(Incoming):
    definition: dict[str, Any] = Field(description="As `AchievementDraftOut.draft`; what is wrong is said by field.")


class AchievementCreate(Incoming):
    """One of both."""

    definition: dict[str, Any] | None = None
    proposal: Short = Field(default="", description="The slug of a shipped proposal, to adopt as a draft.")


class DraftChange(DefinitionIn):
    version: Version


class PublicationIn(Incoming):
    version: Version


# --- requests -------------------------------------------------------------------------------------------------


class CriterionOut(BaseModel):
    """One criterion, and how far it is met."""

    place: str
    kind: str
    met: bool
    counts: list[dict[str, Any]] = Field(description="`[{kind, have, need}]`")
    words: str


class JurySaidOut(BaseModel):
    verdict: JuryVerdict
    grid: dict[str, str]
    reason: str
    decided_at: datetime


class AwardRequestOut(BaseModel):
    id: uuid.UUID
    achievement_id: uuid.UUID
    issuer: str
    slug: str
    name: str
    version_number: int
    state: RequestState
    language: str
    level: int | None
    renews_id: uuid.UUID | None
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    version: int


class AwardRequestWhole(AwardRequestOut):
    words: str
    answers: dict[str, str]
    appeal: str
    questions: list[str] = Field(description="Of the portfolio piece.")
    criteria: list[CriterionOut]
    missing: list[str] = Field(description="What is missing before it can be sent, in plain words.")
    is_ready: bool
    place: int | None = Field(description="In the queue, from 1 on.")
    decisions: list[JurySaidOut]


class AwardRequestIn(Incoming):
    achievement_id: uuid.UUID
    language: Language = "fr"
    level: Annotated[StrictInt, Field(ge=1, le=3)] | None = None
    organisation_id: uuid.UUID | None = Field(default=None, description="Where you work or help; one of yours.")


class AwardRequestWords(Incoming):
    words: Paragraphs
    answers: Annotated[dict[Line, Paragraphs], Field(max_length=20)] = {}
    version: Version


class AppealIn(Incoming):
    words: Paragraphs


class EvidenceOut(BaseModel):
    id: uuid.UUID
    kind: EvidenceKind
    title: str = Field(description="Public: it goes into the badge.")
    sha256: str
    text: str
    media_type: str
    size: int
    criterion: str
    is_piece: bool
    created_at: datetime


class EvidenceIn(Incoming):
    """A link or a text; a file is sent as a form."""

    title: Line
    url: Address = ""
    text: Paragraphs = ""
    criterion: Short = ""
    is_piece: StrictBool = False


class EndorsementInvitationOut(BaseModel):
    id: uuid.UUID
    label: str
    url: str | None = Field(description="Where somebody endorses; none once it is closed.")
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None


class InvitationIn(Incoming):
    label: Line = Field(default="", description="For yourself: to whom it went.")


class EndorsementOut(BaseModel):
    id: uuid.UUID
    role: str
    comment: str
    answers: dict[str, str]
    counts: bool = Field(description="Whether this server knows who said it.")
    given_at: datetime


class GivenEndorsementOut(BaseModel):
    id: uuid.UUID
    role: str
    comment: str
    given_at: datetime
    is_signed: bool = Field(description="Whether a badge stands on it.")


class EndorsementIn(Incoming):
    token: Annotated[str, StringConstraints(max_length=80), AfterValidator(clean)]
    comment: Paragraphs
    role: Line = Field(default="", description="In whose quality: never a name.")
    answers: Annotated[dict[Line, Paragraphs], Field(max_length=10)] = {}


# --- the jury -------------------------------------------------------------------------------------------------


class QueuedOut(BaseModel):
    id: uuid.UUID
    label: str
    achievement: str
    network: str
    is_appeal: bool
    is_renewal: bool
    yes: int
    needed: int
    days: int


class JuryRequestOut(BaseModel):
    """A request as a member of the jury reads it."""

    id: uuid.UUID
    label: str
    achievement: str
    state: RequestState
    round: int
    words: str
    answers: dict[str, str]
    appeal: str
    grid: list[dict[str, str]]
    criteria: list[CriterionOut]
    evidence: list[EvidenceOut]
    endorsements: list[EndorsementOut]
    version: int


class JuryDecisionIn(Incoming):
    verdict: JuryVerdict
    grid: Annotated[dict[Short, Short], Field(max_length=12)] = Field(
        default={}, description="`{line: not_yet, yes or passes_on}`"
    )
    reason: Paragraphs


class DecidedOut(BaseModel):
    """What became of a request after a decision."""

    id: uuid.UUID
    state: RequestState
    yes: int = Field(description="Of the jury, in this round.")
    needed: int


# --- credentials ----------------------------------------------------------------------------------------------


class CredentialStatusOut(BaseModel):
    """Whether a badge still counts. Public: whoever has the number may know."""

    id: uuid.UUID
    state: Validity
    valid_from: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    why: Why | None


class CredentialOut(CredentialStatusOut):
    """A badge that one holds."""

    superseded_by: uuid.UUID | None = Field(description="Said to its holder and its network alone: it leads on.")

    issuer: str
    slug: str
    name: str
    version_number: int
    level: str | None
    language: str
    issued_at: datetime
    url: str = Field(description="Its public page, without your name.")


class RevocationIn(Incoming):
    why: Literal["error", "fraud", "asked"]
    words: Line = Field(default="", description="For the network's own history; no name.")
