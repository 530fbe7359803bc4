"""Sessions that took place, and those who led them: straight into the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pathways import clock
from pathways.permissions import Member
from pathways.workshops.models import (
    LINE,
    Engagement,
    Means,
    MeansKind,
    MeansUnit,
    SessionRecord,
    SessionState,
    WorkshopSession,
)
from tests.workshops.days import a_session


def a_led_session(
    db: Session, *leaders: Member, starts_at: datetime | None = None, closed: bool = True, **changed: Any
) -> WorkshopSession:
    """Of the first leader's organisation, two days ago unless said otherwise."""
    starts = starts_at or clock.now() - timedelta(days=2)
    state = SessionState.CLOSED if closed else SessionState.PUBLISHED
    columns: dict[str, Any] = {"state": state} | changed
    session = a_session(db, leaders[0].organisation_id, starts_at=starts, **columns)
    for one in leaders:
        engage(db, session, one)
    if closed:
        record = SessionRecord(
            session_id=session.id,
            organisation_id=session.organisation_id,
            day=starts.date(),
            minutes=120,
            expected=4,
            figures={"present": 4},
            themes=["email"],
            title="Les e-mails",
            level="debutant",
            kind="collectif",
            closed_by=leaders[0].account_id,
        )
        db.add(record)
    db.flush()
    return session


def engage(db: Session, session: WorkshopSession, member: Member, kind: MeansKind = MeansKind.TRAINER) -> None:
    """Bind somebody to a session."""
    means = Means(organisation_id=member.organisation_id, kind=kind, name="Une", account_id=member.account_id)
    db.add(means)
    db.flush()
    unit = MeansUnit(means_id=means.id)
    db.add(unit)
    db.flush()
    starts, ends = (int(one.timestamp()) for one in (session.starts_at, session.ends_at))
    line = LINE * unit.number
    db.add(Engagement(session_id=session.id, unit=unit.number, line_from=line + starts, line_to=line + ends))
    db.flush()
