"""What an organisation wants its people to be able to do, who they are to it, and what each agreed to show."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.badges.models import Holder
from pathways.database import Base
from pathways.diagnostics.models import Diagnostic
from pathways.people.models import DIGEST, Organisation

LONGEST_LABEL = 60


class Team(Base):
    """The plain skills that an organisation looks at, one choice at a time, and the diagnostic made from it."""

    __tablename__ = "team"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True)
    framework: Mapped[str] = mapped_column(sa.String(64))
    skills: Mapped[list[str]]
    """Codes of that framework, in the order of its ladders: the columns of the first screen."""
    diagnostic_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Diagnostic.id), index=True)
    """What people of the team answer; ``None`` until somebody is invited."""
    left: Mapped[int] = mapped_column(default=0)
    """People who were in the team and are no more: all that is kept of them."""
    counted_at: Mapped[datetime | None]
    """Since when the organisation agrees to be counted in the numbers of its networks; ``None``: it does not."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts choices, so that two colleagues cannot overwrite each other in silence."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class Standing(enum.StrEnum):
    """What somebody is to the organisation. Neither sees more or less than the other."""

    VOLUNTEER = "volunteer"
    EMPLOYEE = "employee"


class Sharing(enum.StrEnum):
    INVITED = "invited"
    """They have a link and have not answered."""
    SHARED = "shared"
    """They said yes."""
    WITHHELD = "withheld"
    """They said no, or took their yes back."""


class TeamMember(Base):
    """Somebody of the team: a label that the organisation typed and, if they agreed, the way to what they show. It
    goes whole when they leave; what is theirs (:class:`Holder`) stays theirs.
    """

    __tablename__ = "team_member"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "holder_id"),
        sa.Index("ix_team_member_organisation_id_created_at", "organisation_id", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    label: Mapped[str] = mapped_column(sa.String(LONGEST_LABEL))
    """A first name. It never leaves the organisation."""
    standing: Mapped[Standing] = mapped_column(default=Standing.VOLUNTEER)
    post: Mapped[str] = mapped_column(sa.String(40), default="")
    """A code of ``posts.posts``; empty where nothing was chosen."""
    language: Mapped[str] = mapped_column(sa.String(10), default="fr")
    """In which the invitation opens."""
    link_digest: Mapped[str] = mapped_column(sa.String(DIGEST), unique=True)
    link_number: Mapped[int] = mapped_column(default=0)
    """How often the link was made anew: the earlier ones open nothing."""
    link_expires_at: Mapped[datetime]
    sharing: Mapped[Sharing] = mapped_column(default=Sharing.INVITED)
    holder_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Holder.id, ondelete="SET NULL"), index=True)
    """Their own space, from their first yes on."""
    agreed: Mapped[list[str]] = mapped_column(default=list)
    """``framework:CODE`` of what they said yes to. A skill that the organisation chose later is not shown before they
    agreed to it, too.
    """
    shows_badges: Mapped[bool] = mapped_column(default=False)
    consent_text: Mapped[str] = mapped_column(sa.String(DIGEST), default="")
    """Fingerprint of the words that they read."""
    consent_language: Mapped[str] = mapped_column(sa.String(10), default="")
    answered_at: Mapped[datetime | None]
    """Of their last yes or no."""
    asked_at: Mapped[datetime | None]
    """When the organisation last proposed the questions to them; ``None`` once they began."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class TeamTarget(Base):
    """How many people should be able to do what: of one post, or of the whole team."""

    __tablename__ = "team_target"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "post"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    post: Mapped[str] = mapped_column(sa.String(40), default="")
    """Empty: the whole team."""
    wanted: Mapped[dict[str, Any]]
    """``{framework:CODE: people}``"""
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
