"""What the worker does for workshops: the news it delivers, what it looks for, what it takes away and adds."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pathways import outbox
from pathways.settings import Settings
from pathways.workshops import forgetting, wishes
from pathways.workshops.attending import attendance
from pathways.workshops.notifying import notices, reminders, webhooks
from pathways.workshops.scheduling import series
from pathways.workshops.seating import settling


def handlers(settings: Settings) -> dict[str, outbox.Handler]:
    return notices.handlers(settings) | webhooks.handlers(settings)


def sweep(db: Session) -> int:
    """Once every half minute; 0 when nothing is left."""
    return settling.sweep(db) + reminders.plan(db) + webhooks.plan(db)


def upkeep(db: Session) -> None:
    """Once an hour."""
    webhooks.disable_failing(db)
    forgetting.forget(db)
    attendance.forget(db)
    wishes.forget(db)
    series.extend(db)
