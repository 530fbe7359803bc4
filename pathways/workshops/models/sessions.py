"""What is offered, when and where it takes place, and how many seats there are."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock, ids
from pathways.database import Base
from pathways.people.models import Account, Organisation
from pathways.places.models import Place, Room, Stop

LONGEST_TITLE = 150
MOST_SEATS = 500


class Audience(enum.StrEnum):
    PUBLIC = "public"
    PROFESSIONALS = "professionals"
    """Mediators, volunteers, elected officials: the same tool serves their training."""


class Level(enum.StrEnum):
    """In the words of the Coop (``notes``, section 9)."""

    BEGINNER = "debutant"
    INTERMEDIATE = "intermediaire"
    ADVANCED = "avance"


class Reading(enum.StrEnum):
    """How much reading a workshop asks of whoever comes, in whatever language."""

    NONE = "none"
    LITTLE = "little"
    EASY = "easy"


class Workshop(Base):
    """An offer; what is dated are its sessions."""

    __tablename__ = "workshop"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    titles: Mapped[dict[str, Any]]
    """``{language: title}``; ``fr`` is always there."""
    descriptions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    audience: Mapped[Audience] = mapped_column(default=Audience.PUBLIC)
    theme: Mapped[str] = mapped_column(sa.String(60), index=True)
    """One of the themes of the Coop, which are data (``referentials/workshops/``)."""
    skills: Mapped[list[str]] = mapped_column(default=list)
    """Micro-skills taught, as ``framework:CODE``: a diagnostic's gap leads here."""
    level: Mapped[Level] = mapped_column(default=Level.BEGINNER)
    reading: Mapped[Reading] = mapped_column(default=Reading.LITTLE)
    languages: Mapped[list[str]] = mapped_column(default=list)
    """Of facilitation, as proposed for new sessions."""
    french_level: Mapped[str] = mapped_column(sa.String(2), default="")
    """CEFR, where some French is asked; empty where none is."""
    equipment: Mapped[list[str]] = mapped_column(default=list)
    """Lent there: ``computer``, ``tablet``, ``phone``; or ``own_phone`` where one brings one's own."""
    price: Mapped[str] = mapped_column(sa.String(100), default="")
    """Empty: free."""
    access: Mapped[list[str]] = mapped_column(default=list)
    """``wheelchair``, ``hearing_loop``, ``sign_language``, ``childcare`` ..."""
    seats: Mapped[int] = mapped_column(default=8)
    minutes: Mapped[int] = mapped_column(default=120)
    version: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class Series(Base):
    """A rule that sessions are made from, some months ahead, under identifiers that stay: a session is then edited or
    cancelled as any other, and making more of them never touches it.
    """

    __tablename__ = "series"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    workshop_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Workshop.id), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    rule: Mapped[dict[str, Any]]
    """``places.rules.Rule`` as JSON."""
    template: Mapped[dict[str, Any]]
    """What each session begins with: local times, place, languages, seats, means."""
    made_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    ended_at: Mapped[datetime | None]


class SessionState(enum.StrEnum):
    """What somebody decided. Open, full, locked and running are read from seats and time."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    """It took place, and what happened is written down."""


class WaitingRule(enum.StrEnum):
    """Who is served first when a party does not fit into the seats that are free. Published on the page."""

    STRICT = "strict"
    """Nobody passes, whatever their number."""
    BEST_FIT = "best_fit"
    """The first who fits, unless somebody before them waits longer than a week."""


class WorkshopSession(Base):
    """One dated occurrence. The seats are sold by one conditional UPDATE of this row (``seating.gate``), and the
    constraints stand behind it.
    """

    __tablename__ = "workshop_session"
    __table_args__ = (
        sa.CheckConstraint("booked + held + reserved <= capacity + allowance", name="never_oversold"),
        sa.CheckConstraint("booked >= 0 AND held >= 0 AND reserved >= 0", name="no_negative_seat"),
        sa.CheckConstraint("capacity >= 0 AND allowance >= 0 AND waiting >= 0", name="no_negative_capacity"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        sa.UniqueConstraint("series_id", "occurs_on"),
        sa.Index("ix_workshop_session_state_starts_at", "state", "starts_at"),
        sa.Index("ix_workshop_session_organisation_id_starts_at", "organisation_id", "starts_at"),
        sa.Index(  # whole for what the directory asks: a search among thousands reads it alone
            "ix_workshop_session_where",
            "latitude",
            "longitude",
            "starts_at",
            "state",
            "id",
        ),
        sa.Index("ix_workshop_session_place_id_starts_at", "place_id", "starts_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    """Of a series: made from it and the day, the same on every run."""
    workshop_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Workshop.id), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    """Who holds it; others may share in it (:class:`SeatQuota`)."""
    series_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Series.id))
    occurs_on: Mapped[date | None]
    """Of a series: the day of the rule it stands for, even once it was moved to another."""
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    """What a poster and its QR carry: ``/s/CODE``."""
    place_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Place.id))
    """``None``: at a distance."""
    room_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Room.id))
    stop_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Stop.id), index=True)
    meeting_url: Mapped[str] = mapped_column(sa.String(500), default="")
    """Shown to whoever holds a seat, and to nobody else."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Europe/Paris")
    languages: Mapped[list[str]] = mapped_column(default=list)
    interpretation: Mapped[list[str]] = mapped_column(default=list)
    """Languages into which somebody interprets."""
    state: Mapped[SessionState] = mapped_column(default=SessionState.DRAFT)
    capacity: Mapped[int]
    booked: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    """Seats of holds and offers that are neither confirmed nor over."""
    reserved: Mapped[int] = mapped_column(default=0)
    """Unsold seats of the quotas that still stand: nobody else may have them."""
    allowance: Mapped[int] = mapped_column(default=0)
    """Seats beyond the capacity that somebody allowed and gave a reason for (:class:`SeatChange`)."""
    waiting: Mapped[int] = mapped_column(default=0)
    """Entries of the waiting list that wait or hold an offer: as long as there is one, the quick door is shut."""
    lapse_at: Mapped[datetime | None]
    """When the next hold, offer or quota runs out: until somebody has looked, the quick door is shut after it."""
    closes_at: Mapped[datetime]
    """The last moment to book without the desk."""
    waiting_rule: Mapped[WaitingRule] = mapped_column(default=WaitingRule.STRICT)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    """Of its place, kept here to be searched by."""
    commune_code: Mapped[str | None] = mapped_column(sa.String(5), index=True)
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    """Why it was cancelled, as people are told."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts edits; what calendars call SEQUENCE is made from it."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    closed_at: Mapped[datetime | None]

    workshop: Mapped[Workshop] = relationship(viewonly=True)
    place: Mapped[Place | None] = relationship(viewonly=True)
    room: Mapped[Room | None] = relationship(viewonly=True)
    quotas: Mapped[list[SeatQuota]] = relationship(viewonly=True, order_by="SeatQuota.id")


class SessionTrait(Base):
    """What a session is searched by, one row per value: made from it and its workshop whenever either is kept."""

    __tablename__ = "session_trait"

    trait: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    """``language:ti``, ``theme:email``, ``reading:none``, ``audience:public``, ``access:wheelchair``, ``skill:...``"""
    session_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(WorkshopSession.id, ondelete="CASCADE"), primary_key=True, index=True
    )


class QuotaKind(enum.StrEnum):
    """For whom seats are kept."""

    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    PRESCRIBERS = "prescribers"
    STRUCTURE = "structure"
    """A partner's share of a joint session."""
    VAN = "van"
    """Delegated to a van, which books them without network."""
    WISHES = "wishes"
    """For those who wished for this session, before everybody else."""


class SeatQuota(Base):
    """Seats of a session kept for some, until a moment."""

    __tablename__ = "seat_quota"
    __table_args__ = (
        sa.CheckConstraint("booked + held <= capacity", name="never_oversold"),
        sa.CheckConstraint("booked >= 0 AND held >= 0 AND capacity >= 0", name="no_negative_seat"),
        sa.UniqueConstraint("session_id", "kind", "value"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(WorkshopSession.id, ondelete="CASCADE"), index=True)
    kind: Mapped[QuotaKind]
    value: Mapped[str] = mapped_column(sa.String(60), default="")
    """A language, an organisation's id, a tour's id; empty where the kind says it all."""
    funder: Mapped[str] = mapped_column(sa.String(100), default="")
    """Who pays a structure's share, as reports name them."""
    capacity: Mapped[int]
    booked: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime | None]
    """Then the unsold seats are everybody's."""
    released_at: Mapped[datetime | None]


class SeatChange(Base):
    """Who changed how many seats there are, and why. Only written, never changed."""

    __tablename__ = "seat_change"
    __table_args__ = (sa.CheckConstraint("reason <> ''", name="reason_given"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(WorkshopSession.id, ondelete="CASCADE"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Account.id))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    """``{"capacity", "allowance"}``"""
    reason: Mapped[str] = mapped_column(sa.String(200))
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)
