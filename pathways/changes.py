"""What partners follow: a feed of what changed, in an order that never gains an entry behind a reader's back.

A number given while a transaction is still open would let a reader pass 8 before 7 is there. So a change is written
down without one, inside its transaction, and numbered by whoever reads next, when it is committed and visible.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from pathways import clock, ids
from pathways.database import Base

NUMBERED_AT_ONCE = 1000
_LOCK = 0x7061746877617973  # "pathways": one reader numbers at a time


class Change(Base):
    """Names what changed, never what it holds: the reader asks for that with their own rights."""

    __tablename__ = "change"
    __table_args__ = (sa.Index("ix_change_organisation_id_number", "organisation_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    number: Mapped[int | None] = mapped_column(sa.BigInteger, unique=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column()
    """Whose partners may hear of it."""
    kind: Mapped[str] = mapped_column(sa.String(30))
    """``place``, ``tour``, ``workshop``, ``session``, ``booking``, ``waiting_entry``, ``attendance``, ``wish``."""
    about_id: Mapped[uuid.UUID]
    act: Mapped[str] = mapped_column(sa.String(30))
    """``created``, ``updated``, ``cancelled`` ..."""
    happened_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


def note(db: Session, organisation_id: uuid.UUID, kind: str, about_id: uuid.UUID, act: str) -> None:
    """Write a change down in the caller's transaction."""
    db.execute(
        sa.insert(Change).values(
            id=ids.new_id(),
            organisation_id=organisation_id,
            kind=kind,
            about_id=about_id,
            act=act,
            happened_at=clock.now(),
        )
    )


def since(db: Session, organisation_id: uuid.UUID, number: int, *, limit: int) -> Sequence[Change]:
    """The changes of one organisation after ``number``, in order. ``db`` must be a transaction that may write."""
    number_new(db)
    query = sa.select(Change).where(Change.organisation_id == organisation_id, Change.number > number)
    return db.scalars(query.order_by(Change.number).limit(limit)).all()


def number_new(db: Session) -> int:
    """Number what is committed and has no number yet; returns how many. One at a time: on PostgreSQL by a lock that
    ends with the transaction, on SQLite by the writer's turn.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    fresh = db.scalars(
        sa.select(Change.id).where(Change.number.is_(None)).order_by(Change.id).limit(NUMBERED_AT_ONCE)
    ).all()
    if fresh:
        last = db.scalar(sa.select(sa.func.max(Change.number))) or 0
        db.execute(
            sa.update(Change),
            [{"id": one, "number": last + place} for place, one in enumerate(fresh, start=1)],
        )
    return len(fresh)


def forget(db: Session, *, older_than: datetime) -> None:
    """The last number stays, so that numbering never begins again."""
    last = sa.select(sa.func.max(Change.number)).scalar_subquery()
    db.execute(sa.delete(Change).where(Change.happened_at < older_than, Change.number < last))
