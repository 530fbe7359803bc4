"""What a trainer composes, what a learner takes, and what was answered."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pathways import clock, ids
from pathways.database import Base
from pathways.people.models import Account, LearnerFile, Organisation
from pathways.referentials.models import Referential


class DiagnosticState(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class Diagnostic(Base):
    """A selection of micro-skills and how to ask them. Frozen when published: ``blueprint`` then holds all it needs."""

    __tablename__ = "diagnostic"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[DiagnosticState] = mapped_column(default=DiagnosticState.DRAFT)
    code: Mapped[str | None] = mapped_column(sa.String(12), unique=True)
    """What a poster carries; given at publication."""
    referential_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("referential.id"))
    selection: Mapped[dict[str, Any]]
    """``composing.Selection`` as JSON."""
    estimate: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the simulation said of this very selection, with its seed."""
    blueprint: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    """Counts edits, so that two trainers cannot overwrite each other in silence."""
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    situation: Mapped[str | None] = mapped_column(sa.String(64))
    """The ready-made situation that it serves at the desk; ``None`` for what a trainer composed."""
    content: Mapped[str | None] = mapped_column(sa.String(64))
    """Of a ready-made one, the fingerprint of the questions it was published with: newer ones make a new diagnostic."""
    follows_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("diagnostic.id"))
    """The earlier version of it. A poster of that one leads here once that one is closed."""
    shared_with_all: Mapped[bool] = mapped_column(default=False)
    """Every organisation of this server may read and copy it, never its attempts."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    referential: Mapped[Referential] = relationship(viewonly=True)


class DiagnosticShare(Base):
    """One other organisation that may read and copy a diagnostic, never its attempts."""

    __tablename__ = "diagnostic_share"

    diagnostic_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("diagnostic.id"), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True, index=True)
    shared_at: Mapped[datetime] = mapped_column(default=clock.now)


class DiagnosticEdit(Base):
    """What a draft was before an edit, so that every edit can be taken back, a colleague's too."""

    __tablename__ = "diagnostic_edit"
    __table_args__ = (sa.UniqueConstraint("diagnostic_id", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    diagnostic_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("diagnostic.id", ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    selection: Mapped[dict[str, Any]]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    edited_at: Mapped[datetime] = mapped_column(default=clock.now)


class PaperForm(Base):
    """A fixed set of questions on paper, of one diagnostic and in one language. Its code is printed on each sheet."""

    __tablename__ = "paper_form"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    diagnostic_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("diagnostic.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    language: Mapped[str] = mapped_column(sa.String(10))
    items: Mapped[list[str]]
    """Item codes in the order they are printed."""
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class Attempt(Base):
    """One learner taking one diagnostic. No name, no account: a random id, a language, answers."""

    __tablename__ = "attempt"
    __table_args__ = (
        sa.UniqueConstraint("diagnostic_id", "start_key"),
        sa.Index("ix_attempt_diagnostic_id_started_at", "diagnostic_id", "started_at"),
        sa.Index(
            "ix_attempt_to_count",
            "id",
            sqlite_where=sa.text("counted = 0 AND stopped IS NOT NULL"),
            postgresql_where=sa.text("counted = false AND stopped IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    diagnostic_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("diagnostic.id"))
    language: Mapped[str] = mapped_column(sa.String(10))
    start_key: Mapped[str | None] = mapped_column(sa.String(64))
    resume_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    current_item: Mapped[str | None] = mapped_column(sa.String(64))
    """The item on the screen; ``None`` once it is over. It follows from the answers; kept to refuse any other."""
    shown_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered: Mapped[int] = mapped_column(default=0)
    file_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(LearnerFile.id), index=True)
    """The file of somebody who comes back; ``None`` for a learner whom nobody knows."""
    assisted: Mapped[bool] = mapped_column(default=False)
    """A mediator reads aloud; noted with each answer too."""
    at_desk: Mapped[bool] = mapped_column(default=False)
    """On the mediator's own device: the next person shuts it, whatever that browser still holds."""
    longer_to: Mapped[int | None]
    """A trainer asked for at least so many questions, whatever the rules of the diagnostic say."""
    paper_form_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("paper_form.id"))
    part_of_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """The attempt that this one belongs to: the checks of a pathway that began there. It goes with it."""
    focus: Mapped[dict[str, Any] | None]
    """What alone may be asked at present: ``{"skills": [codes], "without": [items], "to": answers in all}``."""
    seed: Mapped[str | None] = mapped_column(sa.String(32))
    """Of the numbers that choose among nearly equal questions; ``None``: always the very best one."""
    met: Mapped[list[str]] = mapped_column(default=list)
    """Codes of items that this person was asked in earlier attempts: asked again only where no other is left."""
    unusable: Mapped[list[str]] = mapped_column(default=list)
    """Of what questions take (``modalities``), what was said at the start not to be usable: none of these is asked."""
    extra: Mapped[dict[str, Any] | None]
    """The extra question (``extra_question``): ``{"item", "predicted", "stopped"}`` while it is on the screen,
    ``{"given": true}`` once it was answered, ``{"declined": true}`` where its learner left instead.
    """
    kept_days: Mapped[int | None]
    """Days that it is kept after each activity, where something that lasts longer stands on it."""
    unclear: Mapped[list[str]] = mapped_column(default=list)
    """Sentences of which this learner said that they are not clear, so that each counts once."""
    counted: Mapped[bool] = mapped_column(default=False)
    """Whether its answers are in the figures of their items already."""
    stopped: Mapped[str | None] = mapped_column(sa.String(20))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    active_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Answer(Base):
    """One answer, never changed: an undone one is superseded. ``reply`` is what was sent back, byte for byte."""

    __tablename__ = "answer"
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "key"),
        sa.UniqueConstraint("attempt_id", "number"),
        sa.Index(
            "uq_answer_standing",
            "attempt_id",
            "item",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    attempt_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("attempt.id", ondelete="CASCADE"))
    number: Mapped[int]
    item: Mapped[str] = mapped_column(sa.String(64))
    outcome: Mapped[str] = mapped_column(sa.String(20))
    response: Mapped[Any] = mapped_column(sa.JSON)
    reveals: Mapped[list[str]]
    language: Mapped[str] = mapped_column(sa.String(10))
    """The language that was really shown beside French; ``fr`` for French alone."""
    translation_id: Mapped[uuid.UUID | None]
    """The very texts that were shown in it; ``None`` for French alone."""
    seconds: Mapped[float]
    key: Mapped[str] = mapped_column(sa.String(64))
    request_digest: Mapped[str] = mapped_column(sa.String(64))
    reply: Mapped[str] = mapped_column(sa.Text)
    observed_by: Mapped[uuid.UUID | None]
    """The mediator who watched a gesture; ``None`` for an answer of the learner."""
    entered_by: Mapped[uuid.UUID | None]
    """Who typed it from paper; ``None`` for an answer given on a screen."""
    assisted: Mapped[bool] = mapped_column(default=False)
    """The question was read aloud by a mediator."""
    predicted: Mapped[dict[str, Any] | None] = mapped_column(
        sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    )
    """Of an extra question, P(outcome) as it was foretold before the question was shown: ``{outcome: probability}``.
    Such an answer is evidence for nothing. ``None`` for every other answer.
    """
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_at: Mapped[datetime | None]


IS_EVIDENCE = Answer.predicted.is_(sa.null())
"""Whether an answer says something about its learner: all do but those to an extra question."""


class PredictionCount(Base):
    """How predictions of extra questions came out: sums by diagnostic and by tenth of the predicted P(correct). No
    person, no day; they stay when the attempts go.
    """

    __tablename__ = "prediction_count"

    diagnostic_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("diagnostic.id", ondelete="CASCADE"), primary_key=True
    )
    decile: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0 for P(correct) below .1, up to 9."""
    number: Mapped[int]
    correct: Mapped[int]
    predicted: Mapped[float]
    """Sum of the predicted P(correct)."""
    log_loss: Mapped[float]
    """Sum, in nats, of the right or not right answer."""
    log_loss_squares: Mapped[float]
    brier: Mapped[float]
    brier_squares: Mapped[float]


class UnlinkedAttempt(Base):
    """The answers of one attempt that is over, with nothing that leads back to it: no person, date, place, diagnostic
    or organisation. Kept to see how questions fare; see the notice on personal data.
    """

    __tablename__ = "unlinked_attempt"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.random_id)
    framework: Mapped[str] = mapped_column(sa.String(64), index=True)
    answers: Mapped[list[Any]]
    """In the order given, of shipped items alone: ``{"item": id, "revision": id, "code", "skill", "kind", "language",
    "translation": id or null, "outcome", "response", "assisted", "seconds": whole ones or null}``. What was typed is
    not kept: ``response`` is null. Older ones have no ``seconds``.
    """


class CalibrationState(enum.StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Calibration(Base):
    """Parameters of a framework's questions that answers speak for, until a person accepts or refuses them. Of those
    accepted, the last one says how diagnostics published from then on see their questions.
    """

    __tablename__ = "calibration"
    __table_args__ = (
        sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided_at"),
        sa.CheckConstraint("state != 'refused' OR reason != ''", name="refused_why"),
        sa.Index("ix_calibration_framework_made_at", "framework", "made_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    framework: Mapped[str] = mapped_column(sa.String(64))
    diagnostic_code: Mapped[str | None] = mapped_column(sa.String(12))
    """Of whose questions alone it speaks; ``None`` for all of the framework."""
    document: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """What ``pathways calibrate`` writes."""
    values: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """What would be taken: ``calibrated.Values`` as JSON."""
    comparison: Mapped[dict[str, Any]]
    """Before and after, on the same simulated people."""
    answers: Mapped[int]
    state: Mapped[CalibrationState] = mapped_column(default=CalibrationState.PROPOSED)
    follows_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("calibration.id"))
    """The accepted one that was in force when this one was made: what it is compared with."""
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Account.id, ondelete="SET NULL"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Organisation.id, ondelete="SET NULL"))
    """For which ``decided_by`` decided."""
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
