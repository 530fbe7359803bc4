"""What badges ask of the worker: letters, reminders, and what time takes away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pathways import outbox
from pathways.badges.candidacy import forgetting, reminding
from pathways.badges.issuing import lists
from pathways.badges.issuing.signer import Signer
from pathways.settings import Settings


def handlers(settings: Settings) -> dict[str, outbox.Handler]:
    return reminding.handlers(settings)


def sweep(db: Session) -> int:
    """What is looked for every half minute."""
    return reminding.plan(db)


def upkeep(settings: Settings, db: Session) -> None:
    """Status lists are signed anew each day; what supported a request goes once nobody can appeal any more."""
    lists.sign_anew(db, Signer.of(settings))
    forgetting.forget(db)
