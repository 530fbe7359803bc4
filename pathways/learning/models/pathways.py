"""One person's pathway: what they chose, its steps, what happened on it."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock, ids
from pathways.database import Base
from pathways.diagnostics.models import Attempt
from pathways.learning.models.resources import Resource
from pathways.people.models import Account, LearnerFile, Organisation
from pathways.workshops.models import Booking, WorkshopSession


class Way(enum.StrEnum):
    """What the person prefers among plans that lead to the same goals."""

    QUICKEST = "quickest"
    TOGETHER = "together"
    """With people: workshops, help, exchanges."""
    OWN_PACE = "own_pace"
    """Alone, at any hour."""
    MIXED = "mixed"
    """Steps of several."""


class PathwayState(enum.StrEnum):
    ACTIVE = "active"
    REACHED = "reached"
    """Nothing is left to do for its goals."""
    STOPPED = "stopped"
    """The person wanted no more of it, or none at all."""


class StepKind(enum.StrEnum):
    LEARN = "learn"
    CHECK = "check"
    ATTEND = "attend"
    OWN = "own"
    """A trainer's own words: nothing that the planner knows."""


class StepState(enum.StrEnum):
    OPEN = "open"
    DONE = "done"
    """Said by the person, or seen in an attendance; a check turns it into knowledge."""
    KNOWN = "known"
    """The profile has it mastered."""
    REFUSED = "refused"
    GONE = "gone"
    """The planner found a better way, or it is needed no more."""


class Pathway(Base):
    __tablename__ = "pathway"
    __table_args__ = (
        sa.Index(
            "uq_pathway_active",
            "attempt_id",
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    attempt_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Attempt.id, ondelete="CASCADE"), index=True)
    """Where it began. Who holds that attempt holds the pathway, and it goes when that goes."""
    file_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(LearnerFile.id, ondelete="SET NULL"), index=True)
    framework: Mapped[str] = mapped_column(sa.String(64))
    goals: Mapped[list[Any]]
    """``[{"code", "title"}]`` as they were chosen."""
    values: Mapped[dict[str, Any]] = mapped_column("worth", default=dict)
    """``{micro-skill: weight}`` of all of them together."""
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``learning.limits.Limits`` as JSON: minutes a week, until when, which days, what device, how far."""
    way: Mapped[Way]
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    """Why this way, in the person's words. It is theirs: nobody is made to give one."""
    campaign: Mapped[str] = mapped_column(sa.String(20), default="")
    """The code of a certification's campaign that a trainer was given: see ``learning.readiness``."""
    state: Mapped[PathwayState] = mapped_column(default=PathwayState.ACTIVE)
    check_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Attempt.id, ondelete="SET NULL"))
    """The attempt that its checks are answered in."""
    estimate: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the last plan said: minutes (mean, low, high), gaps, when."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes of its steps, so that a trainer and the person cannot overwrite each other in silence."""
    former: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What stood before a trainer's last change, so that it can be taken back: see ``learning.trainers.adjusting``."""
    chosen_at: Mapped[datetime] = mapped_column(default=clock.now)
    active_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class Step(Base):
    __tablename__ = "step"
    __table_args__ = (sa.Index("ix_step_pathway_id_position", "pathway_id", "position"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    pathway_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Pathway.id, ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[StepKind]
    state: Mapped[StepState] = mapped_column(default=StepState.OPEN)
    skills: Mapped[list[str]] = mapped_column(default=list)
    resource_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Resource.id, ondelete="SET NULL"), index=True)
    session_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(WorkshopSession.id, ondelete="SET NULL"), index=True
    )
    booking_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Booking.id, ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    """Of a trainer's own step."""
    minutes: Mapped[int]
    low: Mapped[int] = mapped_column(default=0)
    high: Mapped[int] = mapped_column(default=0)
    why: Mapped[list[Any]] = mapped_column(default=list)
    """Reasons in order: ``{"because": word, ...}``, said in the reader's language when it is shown."""
    too_hard: Mapped[bool] = mapped_column(default=False)
    """The person said so: the planner looks for another way to teach it."""
    locked: Mapped[bool] = mapped_column(default=False)
    """A trainer or the person keeps it, whatever the planner finds."""
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    """The trainer who added it; ``None`` for the planner and for the person."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class PathwayEvent(Base):
    """What happened on a pathway, never changed: its journey is told from these."""

    __tablename__ = "pathway_event"
    __table_args__ = (
        sa.Index("ix_pathway_event_pathway_id_happened_at", "pathway_id", "happened_at"),
        sa.UniqueConstraint("pathway_id", "key"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    pathway_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Pathway.id, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(30))
    """One of the words of ``learning.events``."""
    step_id: Mapped[uuid.UUID | None]
    skills: Mapped[list[str]] = mapped_column(default=list)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    """The trainer who did it; ``None`` for the person, or the planner."""
    key: Mapped[str | None] = mapped_column(sa.String(64))
    """Of a request that may come twice."""
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)


class PathwayNote(Base):
    """A comment of a trainer, for the person or for colleagues."""

    __tablename__ = "pathway_note"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    pathway_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Pathway.id, ondelete="CASCADE"), index=True)
    step_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Step.id, ondelete="CASCADE"))
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    for_person: Mapped[bool]
    text: Mapped[str] = mapped_column(sa.String(500))
    written_at: Mapped[datetime] = mapped_column(default=clock.now)


class PathwayTemplate(Base):
    """Steps that a trainer uses again, with variables to fill in: *{place}*, *{contact}*."""

    __tablename__ = "pathway_template"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    framework: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str] = mapped_column(sa.String(120))
    steps: Mapped[list[Any]]
    """``[{"kind", "skills", "resource", "title", "minutes"}]``."""
    version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    archived_at: Mapped[datetime | None]


class ProposalState(enum.StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """The session is over or cancelled, or the trainer took it back."""


class SeatProposal(Base):
    """A seat that a trainer proposes to somebody on a pathway. Nobody is enrolled without saying yes."""

    __tablename__ = "seat_proposal"
    __table_args__ = (sa.UniqueConstraint("session_id", "pathway_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(WorkshopSession.id, ondelete="CASCADE"))
    pathway_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Pathway.id, ondelete="CASCADE"), index=True)
    skills: Mapped[list[str]]
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.OPEN)
    booking_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Booking.id, ondelete="SET NULL"))
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
