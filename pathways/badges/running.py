"""What badges ask of the worker: letters, reminders, and what time takes away."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from pathways import outbox
from pathways.badges.candidacy import forgetting, reminding
from pathways.badges.formats.errors import MissingContexts
from pathways.badges.issuing import lists
from pathways.badges.issuing.signer import Signer
from pathways.errors import SettingsError
from pathways.settings import Settings

log = logging.getLogger(__name__)


def handlers(settings: Settings) -> dict[str, outbox.Handler]:
    return reminding.handlers(settings)


def sweep(db: Session) -> int:
    """What is looked for every half minute."""
    return reminding.plan(db)


def upkeep(settings: Settings, db: Session) -> None:
    """What supported a request goes once nobody can appeal any more; status lists are signed anew each day. Where the
    keys do not open, all other upkeep goes on, and the log says so each time.
    """
    forgetting.forget(db)
    try:
        lists.sign_anew(db, Signer.of(settings))
    except (SettingsError, MissingContexts) as error:
        log.warning("status lists were not signed anew: %s", error)
