"""*We led this session together*: one tap, by somebody who was engaged in it too, once it took place."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import clock
from pathways.badges.candidacy import conflicts, sessions
from pathways.badges.candidacy.conflicts import Ground
from pathways.badges.models import SessionEndorsement
from pathways.database import insert_for
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_
from pathways.people.models import Account
from pathways.permissions import Member
from pathways.workshops.models import WorkshopSession

SHOWN_FOR = timedelta(days=365)
MOST_SHOWN = 50
NOT_THERE = D_("Cette séance n'existe pas, ou vous ne l'avez pas animée.")


@dataclass(frozen=True, slots=True)
class CoLed:
    """A session that a member led with somebody else, and whether they said so."""

    session: WorkshopSession
    account_id: uuid.UUID
    name: str
    """Of the co-facilitator."""
    is_endorsed: bool


def co_led(db: Session, actor: Member, *, now: datetime | None = None) -> list[CoLed]:
    """Sessions of the last year that took place, with each co-facilitator, the latest first."""
    since = (now or clock.now()) - SHOWN_FOR
    query = (
        sa.select(WorkshopSession)
        .where(WorkshopSession.id.in_(sessions.engaging(actor.account_id)), _took_place(now or clock.now()))
        .where(WorkshopSession.starts_at >= since)
        .options(joinedload(WorkshopSession.workshop))
        .order_by(WorkshopSession.starts_at.desc(), WorkshopSession.id)
        .limit(MOST_SHOWN)
    )
    found = db.scalars(query).all()
    trainers = sessions.trainers_of(db, [one.id for one in found])
    said = _said_by(db, actor.account_id, [one.id for one in found])
    others = {account for one in found for account in trainers[one.id] if account != actor.account_id}
    names = {row.id: row.name for row in db.execute(sa.select(Account.id, Account.name).where(Account.id.in_(others)))}
    return [
        CoLed(one, account, names[account], account in said[one.id])
        for one in found
        for account in sorted(trainers[one.id] & others, key=lambda account: (names[account].casefold(), account))
    ]


def endorse_session(
    db: Session, actor: Member, session_id: uuid.UUID, account_id: uuid.UUID, *, now: datetime | None = None
) -> None:
    """Say that ``account_id`` led it with the actor. Both must have been engaged in it. Twice changes nothing."""
    now = now or clock.now()
    together = _together(db, actor, session_id)
    if account_id == actor.account_id:
        raise conflicts.ConflictOfInterest(Ground.ONESELF)
    if account_id not in together:
        raise NotFound(D_("Cette personne n'a pas animé cette séance."))
    if db.scalar(sa.select(WorkshopSession.id).where(WorkshopSession.id == session_id, _took_place(now))) is None:
        raise Conflict(D_("Cette séance n'a pas encore eu lieu."))
    values = {
        "session_id": session_id,
        "account_id": account_id,
        "endorsed_by": actor.account_id,
        "endorsed_at": now,
    }
    db.execute(insert_for(db)(SessionEndorsement).values(values).on_conflict_do_nothing())


def take_session_back(db: Session, actor: Member, session_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """It was not so, after all. What is gone already is no error."""
    own = sa.delete(SessionEndorsement).filter_by(
        session_id=session_id, account_id=account_id, endorsed_by=actor.account_id
    )
    db.execute(own)


def _together(db: Session, actor: Member, session_id: uuid.UUID) -> set[uuid.UUID]:
    """Who led a session that the actor led; to whoever did not, it does not exist."""
    together = sessions.trainers_of(db, [session_id])[session_id]
    if actor.account_id not in together:
        raise NotFound(NOT_THERE)
    return together


def _took_place(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(WorkshopSession.state.in_(sessions.TOOK_PLACE), WorkshopSession.ends_at <= now)


def _said_by(db: Session, account_id: uuid.UUID, session_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    query = sa.select(SessionEndorsement.session_id, SessionEndorsement.account_id).where(
        SessionEndorsement.endorsed_by == account_id, SessionEndorsement.session_id.in_(session_ids)
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for session_id, endorsed in db.execute(query):
        found[session_id].add(endorsed)
    return found
