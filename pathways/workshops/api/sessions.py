"""Dated sessions for an organisation's own tools; how many seats are free is told beside the bookings."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Query
from sqlalchemy.orm import Session

from pathways import ids
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires
from pathways.web.fields import Moment
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router
from pathways.workshops.api.once import Key, done_once
from pathways.workshops.models import SeatQuota, SessionState, WorkshopSession
from pathways.workshops.scheduling import engaging, offers, sessions
from pathways.workshops.schemas import (
    DayIn,
    ReasonIn,
    SeatsIn,
    SessionChange,
    SessionIn,
    SessionOut,
    SessionWhole,
    SharesIn,
    quota_json,
    session_json,
)
from pathways.workshops.seating import cancelling, editing, seats

router = Router(tags=["sessions"], route_class=StrictRoute)
OF = {"workshop_id": offers.get, "session_id": sessions.get}
Reader = Annotated[Member, Depends(Requires(Permission.WORKSHOPS_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.WORKSHOPS_WRITE, of=OF))]


@dataclass(slots=True)
class Asked:
    """Which sessions."""

    start: Annotated[Moment | None, Query(description="That end after this moment.")] = None
    end: Annotated[Moment | None, Query(description="That begin before this moment.")] = None
    workshop_id: Annotated[uuid.UUID | None, Query()] = None
    state: Annotated[SessionState | None, Query()] = None


@router.get("/sessions", response_model=PageOf[SessionOut], summary="Own and joint sessions")
def list_sessions(
    member: Reader,
    db: ReadDB,
    settings: OwnSettings,
    asked: Annotated[Asked, Depends()],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """The latest first. One's own, and those in which one has a share of the seats."""
    query = sessions.list_for(
        member,
        start=_aware(asked.start),
        end=_aware(asked.end),
        workshop_id=asked.workshop_id,
        states=[asked.state] if asked.state is not None else [],
    )
    at, key = WorkshopSession.starts_at, WorkshopSession.id
    falling = query.order_by(None).order_by(at.desc(), key.desc())
    return page(
        db, falling, at=at, key=key, limit=limit, cursor=cursor, show=lambda one: session_json(one, settings.url)
    )


@router.post("/workshops/{workshop_id}/sessions", status_code=201, response_model=SessionWhole, summary="Fix a session")
def schedule(
    member: Writer, workshop_id: uuid.UUID, body: SessionIn, db: DB, settings: OwnSettings, key: Key = ""
) -> dict[str, Any]:
    """409 where its room, its van or something else it binds is taken then."""

    def act() -> dict[str, Any]:
        made = sessions.schedule(db, member, workshop_id, body.form())
        if body.publish:
            sessions.publish(db, member, made.id)
        return _whole(db, member, made, settings.url)

    return done_once(db, member, key, "session", body, act, workshop_id)


@router.get("/sessions/{session_id}", response_model=SessionWhole, summary="One session")
def session(member: Reader, session_id: uuid.UUID, db: ReadDB, settings: OwnSettings) -> dict[str, Any]:
    return _whole(db, member, sessions.get(db, member, session_id), settings.url)


@router.put("/sessions/{session_id}", response_model=SessionWhole, summary="Write a session as it shall be")
def update(
    member: Writer, session_id: uuid.UUID, body: SessionChange, db: DB, settings: OwnSettings, key: Key = ""
) -> dict[str, Any]:
    def act() -> dict[str, Any]:
        found = editing.edit(db, member, session_id, body.form(), version=body.version, reason=body.reason)
        return _whole(db, member, found, settings.url)

    return done_once(db, member, key, "change session", body, act, session_id)


@router.post("/sessions/{session_id}/publish", response_model=SessionWhole, summary="Open a session to bookings")
def publish(member: Writer, session_id: uuid.UUID, db: DB, settings: OwnSettings) -> dict[str, Any]:
    """Twice changes nothing."""
    return _whole(db, member, sessions.publish(db, member, session_id), settings.url)


@router.post("/sessions/{session_id}/duplicate", status_code=201, response_model=SessionWhole, summary="The same again")
def duplicate(
    member: Writer, session_id: uuid.UUID, body: DayIn, db: DB, settings: OwnSettings, key: Key = ""
) -> dict[str, Any]:
    """On another day, as a draft."""

    def act() -> dict[str, Any]:
        made = sessions.duplicate(db, member, session_id, body.day, id=ids.new_id())
        return _whole(db, member, made, settings.url)

    return done_once(db, member, key, "duplicate", body, act, session_id)


@router.post("/sessions/{session_id}/cancel", response_model=SessionWhole, summary="Cancel a session")
def cancel(
    member: Writer, session_id: uuid.UUID, body: ReasonIn, db: DB, settings: OwnSettings, key: Key = ""
) -> dict[str, Any]:
    """Everybody who holds a seat is told and offered the nearest other one. Twice changes nothing."""

    def act() -> dict[str, Any]:
        sessions.changeable(db, member, session_id)
        found = cancelling.cancel_session(db, member, session_id, reason=body.reason)
        return _whole(db, member, found, settings.url)

    return done_once(db, member, key, "cancel", body, act, session_id)


@router.post("/sessions/{session_id}/seats", response_model=SessionWhole, summary="Change how many seats there are")
def change_seats(
    member: Writer, session_id: uuid.UUID, body: SeatsIn, db: DB, settings: OwnSettings, key: Key = ""
) -> dict[str, Any]:
    """Never below what is sold, held or kept; who changed it and why is written down."""

    def act() -> dict[str, Any]:
        found = sessions.editable(db, member, session_id)
        seats.change(db, member, found, capacity=body.capacity, allowance=body.allowance, reason=body.reason)
        return _whole(db, member, found, settings.url)

    return done_once(db, member, key, "seats", body, act, session_id)


@router.put("/sessions/{session_id}/quotas", response_model=SessionWhole, summary="Keep seats for some")
def set_quotas(
    member: Writer, session_id: uuid.UUID, body: SharesIn, db: DB, settings: OwnSettings, key: Key = ""
) -> dict[str, Any]:
    """All of them: what is left out is given up, and what it sold stays sold. A partner's share (``structure``) makes
    the session a joint one.
    """

    def act() -> dict[str, Any]:
        found = sessions.editable(db, member, session_id)
        seats.set_quotas(db, found, [one.share() for one in body.quotas])
        return _whole(db, member, found, settings.url)

    return done_once(db, member, key, "quotas", body, act, session_id)


def _whole(db: Session, member: Member, found: WorkshopSession, url: str) -> dict[str, Any]:
    own = found.organisation_id == member.organisation_id
    every = db.scalars(sa.select(SeatQuota).filter_by(session_id=found.id).order_by(SeatQuota.id)).all()
    seen = every if own else [one for one in every if one.value == str(member.organisation_id)]
    bound = engaging.bound_to(db, found.id) if own else []
    return session_json(found, url) | {
        "meeting_url": found.meeting_url if own else "",
        "means": [{"means_id": one.means_id, "units": one.units} for one in bound],
        "quotas": [quota_json(one) for one in seen],
    }


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is meant in UTC."""
    return moment if moment is None or moment.tzinfo is not None else moment.replace(tzinfo=UTC)
