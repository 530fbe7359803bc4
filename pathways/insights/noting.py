"""Writing to the journal from a page that only reads: a short transaction of its own, before anything is handed over.
What cannot be written down is not shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from pathways.database import Database
from pathways.insights.exporting import Table
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member


def profiles_opened(database: Database, db: Session, member: Member, attempt_ids: Sequence[uuid.UUID]) -> None:
    """Write down who opened these profiles, once an hour. Nobody waits for the one writer where nothing is new."""
    known = journal.noted_lately(db, member, Act.PROFILE_OPENED, attempt_ids)
    fresh = [one for one in attempt_ids if one not in known]
    if fresh:
        with database.begin() as writing:
            for attempt_id in fresh:
                journal.note(writing, member, Act.PROFILE_OPENED, about_id=attempt_id)


def exported(database: Database, member: Member, act: Act, diagnostic_id: uuid.UUID, table: Table, kind: str) -> None:
    with database.begin() as writing:
        journal.note(writing, member, act, about_id=diagnostic_id, people=table.people, kind=kind)
