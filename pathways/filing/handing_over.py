"""Whose work it is: what somebody who leaves an organisation answered for goes to a colleague."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.database import changed
from pathways.diagnostics.models import Diagnostic
from pathways.reception.models import Reception
from pathways.workshops.seating import telling


def hand_over(db: Session, organisation_id: uuid.UUID, leaver_id: uuid.UUID, successor_id: uuid.UUID) -> dict[str, int]:
    """Give diagnostics (drafts among them) and receptions that are still open to the successor; counts of each. What is
    over keeps the account of whoever did it. Whom the leaver had still to tell of their seats, a desk tells.
    """
    telling.release(db, organisation_id, leaver_id)
    diagnostics = (
        sa.update(Diagnostic)
        .where(Diagnostic.organisation_id == organisation_id, Diagnostic.made_by == leaver_id)
        .values(made_by=successor_id)
    )
    receptions = (
        sa.update(Reception)
        .where(
            Reception.organisation_id == organisation_id,
            Reception.account_id == leaver_id,
            Reception.closed_at.is_(None),
        )
        .values(account_id=successor_id)
    )
    return {"diagnostics": changed(db, diagnostics), "receptions": changed(db, receptions)}
