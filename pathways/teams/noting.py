"""Writing down, for the journal of the organisation, who looked at its people: a short transaction of its own, before
anything is shown. What cannot be written down is not shown; nothing of a label or a state goes in.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from pathways.database import Database
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member
from pathways.teams.models import TeamMember


def opened(database: Database, db: Session, actor: Member, member: TeamMember) -> None:
    """One person's row, once an hour."""
    journal.note_opened(database, db, actor, Act.TEAM_MEMBER_OPENED, [member.id])


def listed(database: Database, db: Session, actor: Member, people: int) -> None:
    """The rows of several people at once, once an hour, with how many they are. Who shows nothing is not counted."""
    about = actor.organisation_id
    if people and not journal.noted_lately(db, actor, Act.TEAM_LISTED, [about]):
        with database.begin() as writing:
            journal.note(writing, actor, Act.TEAM_LISTED, about_id=about, people=people)


def exported(database: Database, actor: Member, people: int, kind: str) -> None:
    """Each time."""
    with database.begin() as writing:
        journal.note(writing, actor, Act.TEAM_EXPORTED, about_id=actor.organisation_id, people=people, kind=kind)
