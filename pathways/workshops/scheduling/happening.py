"""What happens in a place soon, whoever holds it: for the sheet of the place, which is beneath workshops."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import clock
from pathways.people.models import Organisation
from pathways.workshops import showing
from pathways.workshops.models import SessionState, WorkshopSession

MOST = 20


@dataclass(frozen=True, slots=True)
class Happening:
    address: str
    """Of the session's public page."""
    title: str
    title_language: str
    day: str
    hours: str
    room: str
    holder: str


def at_place(db: Session, place_id: uuid.UUID, language: str) -> list[Happening]:
    """The next published sessions of every structure there, soonest first."""
    query = (
        sa.select(WorkshopSession)
        .options(*(joinedload(one) for one in (WorkshopSession.workshop, WorkshopSession.place, WorkshopSession.room)))
        .where(WorkshopSession.place_id == place_id, WorkshopSession.state == SessionState.PUBLISHED)
        .where(WorkshopSession.ends_at > clock.now())
        .order_by(WorkshopSession.starts_at, WorkshopSession.id)
    )
    found = db.scalars(query.limit(MOST)).all()
    names = _holders(db, {one.organisation_id for one in found})
    return [_happening(one, names[one.organisation_id], language) for one in found]


def _happening(session: WorkshopSession, holder: str, language: str) -> Happening:
    said = showing.said_of(session, language)
    room = said.room.name if said.room else ""
    return Happening(f"/s/{session.code}", said.title.text, said.title.own.tag, said.day, said.hours, room, holder)


def _holders(db: Session, wanted: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = db.execute(sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted)))
    return {row.id: row.name for row in rows}
