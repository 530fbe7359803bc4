"""What must happen after a transaction, written down inside it.

Delivered at least once, and never if the transaction rolled back.
"""

from __future__ import annotations

import dataclasses
import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from pathways import clock, ids
from pathways.database import Base, Database

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
"""After so many failures (about a day of doubling pauses) an event is left for a person to look at."""
LEASE = timedelta(minutes=5)
"""How long an errand may take. An event whose process died on its errand is tried again after that."""


class OutboxEvent(Base):
    __tablename__ = "outbox_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    name: Mapped[str] = mapped_column(sa.String(60))
    payload: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.String(300), default="")
    about_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """The row that it is to deliver, for whoever shows that row with what came of it."""


After = Callable[[Session], None]
"""What an errand leaves to be written down, in the transaction that ends its event."""
Errand = Callable[[], After | None]
"""What leaves the house, a mail for one. It runs between transactions: a slow server elsewhere must not hold
the one writer's turn, or nobody could answer a question meanwhile."""
Handler = Callable[[Session, dict[str, Any]], Errand | None]


class Later(Exception):
    """Raised by a handler that must not do it at this hour: the event waits until then, and no try is counted."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__(due_at.isoformat())
        self.due_at = due_at


def record(db: Session, event: Any, *, due_at: datetime | None = None, about_id: uuid.UUID | None = None) -> None:
    """Write down ``event`` (a frozen dataclass of plain values) in the caller's transaction."""
    payload = {name: _plain(value) for name, value in dataclasses.asdict(event).items()}
    db.add(OutboxEvent(name=type(event).__name__, payload=payload, due_at=due_at or clock.now(), about_id=about_id))


def deliver_one(database: Database, handlers: Mapping[str, Handler]) -> bool:
    """Hand one due event to its handler, in one transaction with its removal. False when none is due.

    If the handler returns an errand, the event goes only once the errand is done.
    """
    with database.begin() as db:
        event = db.scalars(_due(database)).first()
        if event is None:
            return False
        event_id, name = event.id, event.name
        event.attempts += 1
        event.due_at = clock.now() + LEASE
        try:
            with db.begin_nested():
                errand = handlers[name](db, event.payload)
        except Later as later:
            event.due_at, event.attempts = later.due_at, event.attempts - 1
            return True
        except Exception as error:  # noqa: BLE001 - any failure of a handler is retried, then left to a person
            _failed(event, error)
            return True
        if errand is None:
            db.delete(event)  # kept no longer than needed: a payload may hold an address
    if errand is not None:
        _run(database, event_id, errand)
    return True


def _run(database: Database, event_id: uuid.UUID, errand: Errand) -> None:
    failure: Exception | None = None
    after: After | None = None
    try:
        after = errand()
    except Exception as error:  # noqa: BLE001 - as above
        failure = error
    with database.begin() as db:
        event = db.get(OutboxEvent, event_id)
        if event is not None and failure is not None:
            _failed(event, failure)
        elif event is not None:
            if after is not None:
                after(db)
            db.delete(event)


def _failed(event: OutboxEvent, error: Exception) -> None:
    said = f"{type(error).__name__}: {error}".encode(errors="replace").decode()  # whatever it is, it can be stored
    event.error = said[:300].replace("\0", "")
    event.due_at = clock.now() + timedelta(minutes=5 * 2**event.attempts)
    log.warning("event %s failed (%s of %s tries)", event.name, event.attempts, MOST_ATTEMPTS)


def _due(database: Database) -> sa.Select[OutboxEvent]:
    query = (
        sa.select(OutboxEvent)
        .where(OutboxEvent.due_at <= clock.now(), OutboxEvent.attempts < MOST_ATTEMPTS)
        .order_by(OutboxEvent.due_at, OutboxEvent.id)
        .limit(1)
    )
    return query if database.is_sqlite else query.with_for_update(skip_locked=True)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, uuid.UUID | datetime) else value
