"""An address that is called, and a message that could not leave: one of each."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import outbox
from pathways.outbox import OutboxEvent
from pathways.workshops.models import Booking, NoticeKind, Webhook
from pathways.workshops.notifying import notices

_HOOK = {"url": "https://exemple.fr/hook"}
FORMS: dict[str, dict[str, str]] = {
    "/webhooks": _HOOK | {"kind": "session"},
    "/notices/habit": {"whole": "1", "week": "true"},
}
JSON_BODIES: dict[str, Any] = {"POST /api/v1/webhooks": _HOOK | {"kinds": ["session"]}}


def made(db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID, booking_id: str) -> dict[str, str]:
    """``booking_id``: whose confirmation failed once, and is not tried again for as long as a test lasts."""
    hook = Webhook(organisation_id=organisation_id, created_by=account_id, **_HOOK)
    db.add(hook)
    booking = db.get_one(Booking, uuid.UUID(booking_id))
    notice = notices.plan(db, booking, notices.session_of(db, booking), NoticeKind.BOOKED)
    assert notice is not None
    db.flush()
    failed = sa.update(OutboxEvent).where(notices.event_of(notice.id))
    db.execute(failed.values(attempts=outbox.MOST_ATTEMPTS, error="Refused: 503"))
    return {"webhook_id": str(hook.id), "notice_id": str(notice.id)}
