"""What partners follow: a feed of what changed, in an order that never gains an entry behind a reader's back.

A number given while a transaction is still open would let a reader pass 8 before 7 is there. So a change is written
down without one, inside its transaction, and numbered by whoever reads next, when it is committed and visible.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from pathways import clock, ids
from pathways.database import Base, Prepared

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
    """``place``, ``tour``, ``workshop``, ``session``, ``booking``, ``waiting_entry``, ``attendance``, ``pathway``,
    ``step``, ``seat_proposal``, ``referral``.
    """
    about_id: Mapped[uuid.UUID]
    act: Mapped[str] = mapped_column(sa.String(30))
    """``created``, ``updated``, ``cancelled`` ..."""
    happened_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


_NOTE = Prepared(sa.insert(Base.metadata.tables["change"]))


def note(db: Session, organisation_id: uuid.UUID, kind: str, about_id: uuid.UUID, act: str) -> None:
    """Write a change down in the caller's transaction."""
    _NOTE.run(
        db,
        {
            "id": ids.new_id(),
            "number": None,
            "organisation_id": organisation_id,
            "kind": kind,
            "about_id": about_id,
            "act": act,
            "happened_at": clock.now(),
        },
    )


def note_all(db: Session, organisation_id: uuid.UUID, kind: str, about: Sequence[uuid.UUID], act: str) -> None:
    """Write down many changes of one kind in the caller's transaction, by one statement."""
    now = clock.now()
    rows = [
        {
            "id": ids.new_id(),
            "organisation_id": organisation_id,
            "kind": kind,
            "about_id": one,
            "act": act,
            "happened_at": now,
        }
        for one in about
    ]
    if rows:
        db.execute(sa.insert(Change), rows)


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
        sa.select(Change.id)
        .where(Change.number.is_(None))
        .order_by(Change.happened_at, Change.id)
        .limit(NUMBERED_AT_ONCE)
    ).all()
    if fresh:
        last = db.scalar(sa.select(sa.func.max(Change.number))) or 0
        db.execute(
            sa.update(Change),
            [{"id": one, "number": last + place} for place, one in enumerate(fresh, start=1)],
        )
    return len(fresh)


def number_all(db: Session) -> None:
    """Number everything that is committed: whoever goes on from the last number misses nothing that came before."""
    while number_new(db) == NUMBERED_AT_ONCE:
        pass


def last(db: Session) -> int:
    """The number of the latest change that has one, of whatever organisation; 0 before the first."""
    return db.scalar(sa.select(sa.func.max(Change.number))) or 0


def oldest(db: Session) -> int:
    """The number of the oldest change that is still kept; 0 where there is none."""
    return db.scalar(sa.select(sa.func.min(Change.number))) or 0


def to_json(change: Change) -> dict[str, Any]:
    """A change as partners read it, in the feed and in calls alike."""
    return {
        "number": change.number,
        "kind": change.kind,
        "id": str(change.about_id),
        "act": change.act,
        "happened_at": change.happened_at.isoformat(),
    }


def forget(db: Session, *, older_than: datetime) -> None:
    """The last number stays, so that numbering never begins again."""
    last = sa.select(sa.func.max(Change.number)).scalar_subquery()
    db.execute(sa.delete(Change).where(Change.happened_at < older_than, Change.number < last))
