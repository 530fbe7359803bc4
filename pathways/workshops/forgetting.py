"""What time takes away of bookings. The privacy page says the same, for people."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, idempotency
from pathways.outbox import OutboxEvent
from pathways.workshops.models import (
    Booking,
    Channel,
    DeskTask,
    Notice,
    WaitlistEntry,
    WebhookDelivery,
    WorkshopSession,
)
from pathways.workshops.notifying.notices import NoticeDue

CONTACTS = timedelta(days=91)
"""Three months after the session: addresses and numbers. What was told goes so long after it was told."""
SLIPS = timedelta(days=183)
"""Six months after the session: first names, codes and links, the file that a booking is of. Tasks go, too."""
ROWS = timedelta(days=730)
REQUESTS = timedelta(days=30)
CALLS = timedelta(days=30)
CHANGES = timedelta(days=396)
"""Thirteen months: a partner may compare a month with the same month of the year before."""
_GONE = "gone "


def forget(db: Session) -> None:
    """For the worker, from time to time. What somebody needs on the day is forgotten once the day is over."""
    now = clock.now()
    for kind in (WaitlistEntry, Booking):  # an entry names the booking it became
        _forget_needs(db, kind)
        _forget_contacts(db, kind)
        _anonymise(db, kind)
        db.execute(sa.delete(kind).where(_over_since(kind, ROWS)).execution_options(synchronize_session=False))
    db.execute(sa.delete(DeskTask).where(DeskTask.created_at < now - SLIPS))
    old = sa.and_(OutboxEvent.name == NoticeDue.__name__, OutboxEvent.recorded_at < now - CONTACTS)
    db.execute(sa.delete(OutboxEvent).where(old))  # what nobody could deliver, and nobody looked at
    db.execute(sa.delete(Notice).where(Notice.created_at < now - CONTACTS))
    db.execute(sa.delete(WebhookDelivery).where(WebhookDelivery.delivered_at < now - CALLS))
    idempotency.forget(db, older_than=now - REQUESTS)
    changes.forget(db, older_than=now - CHANGES)


Kind = type[Booking] | type[WaitlistEntry]


def _over_since(kind: Kind, span: timedelta) -> sa.ColumnElement[bool]:
    """Of a session that ended so long ago."""
    ended = sa.select(WorkshopSession.id).where(WorkshopSession.ends_at < clock.now() - span)
    return kind.session_id.in_(ended)


def _forget_needs(db: Session, kind: Kind) -> None:
    some = sa.cast(kind.needs, sa.String) != "[]"
    _change(db, sa.update(kind).where(some, _over_since(kind, timedelta())).values(needs=[]))


def _forget_contacts(db: Session, kind: Kind) -> None:
    """Whoever went through their prescriber still does."""
    channel = sa.case((kind.channel == Channel.PRESCRIBER, Channel.PRESCRIBER), else_=Channel.NONE)
    given = kind.contact != ""
    _change(db, sa.update(kind).where(given, _over_since(kind, CONTACTS)).values(channel=channel, contact=""))


def _anonymise(db: Session, kind: Kind) -> None:
    """No code and no link opens it any more, and nothing leads to a person: seats that were taken, and when."""
    gone = sa.literal(_GONE) + sa.cast(kind.id, sa.String)
    values: dict[str, object] = {"label": "", "code_digest": gone, "link_digest": gone, "file_id": None}
    still = ~kind.code_digest.startswith(_GONE)
    _change(db, sa.update(kind).where(still, _over_since(kind, SLIPS)).values(values))


def _change(db: Session, statement: sa.Update) -> None:
    db.execute(statement.execution_options(synchronize_session=False))
