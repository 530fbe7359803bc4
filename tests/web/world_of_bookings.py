"""A session before the public, a booking of it, somebody who waits, and a task of the desk: one of each."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.permissions import OF_ROLE, Member, Role
from pathways.workshops.codes import Codes
from pathways.workshops.models import DeskTask, DeskTaskKind, SessionState, Workshop, WorkshopSession
from pathways.workshops.seating import booking, waiting
from pathways.workshops.seating.booking import Wanted

CODES = Codes(b"a secret for tests, thirty-two bytes or more")
_TYPED = {"party": "1", "label": "A.", "key": str(uuid.UUID(int=11))}
FORMS: dict[str, dict[str, str]] = {
    "/s/{session_code}/book": _TYPED,
    "/s/{session_code}/wait": _TYPED,
    "/b/{slip_token}/move": {"to": str(uuid.UUID(int=12))},
    "/b/{slip_token}/transfer": {"label": "B.", "key": str(uuid.UUID(int=13))},
    "/booking": {"code": "2222-2222"},
    "/sessions/{session_id}/book": _TYPED | {"language": "fr"},
    "/bookings/{booking_id}/move": {"to": str(uuid.UUID(int=12))},
}

_SOME_SESSION = {"session_id": str(uuid.UUID(int=12))}
JSON_BODIES: dict[str, Any] = {
    "POST /api/v1/bookings": _SOME_SESSION,
    "POST /api/v1/bookings/{booking_id}/move": _SOME_SESSION,
    "POST /api/v1/bookings/{booking_id}/transfer": {"label": "B."},
    "POST /api/v1/waiting-entries": _SOME_SESSION,
    "POST /api/v1/s/{session_code}/bookings": {},
    "POST /api/v1/s/{session_code}/waiting-entries": {},
    "POST /api/v1/b/{slip_token}/move": _SOME_SESSION,
    "POST /api/v1/b/{slip_token}/transfer": {"label": "B."},
}


def made(db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> dict[str, str]:
    """What the addresses of bookings name. (Its waiting entry is in a session of its own, which is full.)"""
    role = Role.TRAINER
    member = Member(account_id, "Une personne", organisation_id, "Une structure", role, OF_ROLE[role])
    workshop = Workshop(organisation_id=organisation_id, titles={"fr": "Les e-mails"}, theme="email", seats=8)
    db.add(workshop)
    db.flush()
    starts = clock.now() + timedelta(days=7)

    def session(seats: int) -> WorkshopSession:
        found = WorkshopSession(
            workshop_id=workshop.id,
            organisation_id=organisation_id,
            code=ids.new_code(7),
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            closes_at=starts,
            languages=["fr"],
            state=SessionState.PUBLISHED,
            capacity=seats,
        )
        db.add(found)
        db.flush()
        return found

    open_one, full = session(8), session(1)
    one = booking.book(db, CODES, open_one.id, Wanted(label="A."), by=member)
    booking.book(db, CODES, full.id, Wanted(), by=member)
    waits = waiting.join(db, CODES, full.id, Wanted(label="B."), by=member)
    task = DeskTask(organisation_id=organisation_id, kind=DeskTaskKind.REMINDER, booking_id=one.booking.id)
    db.add(task)
    db.flush()
    return {
        "session_id": str(open_one.id),
        "session_code": open_one.code,
        "booking_id": str(one.booking.id),
        "entry_id": str(waits.entry.id),
        "slip_token": one.token,
        "waiting_token": waits.token,
        "task_id": str(task.id),
        "act": "cancel",
    }
