"""Writing to the journal from a page that only reads: a short transaction of its own, before anything is handed over.
What cannot be written down is not shown.
"""

from __future__ import annotations

import uuid

from pathways.database import Database
from pathways.insights.exporting import Table
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member


def exported(database: Database, member: Member, act: Act, diagnostic_id: uuid.UUID, table: Table, kind: str) -> None:
    with database.begin() as writing:
        journal.note(writing, member, act, about_id=diagnostic_id, people=table.people, kind=kind)
