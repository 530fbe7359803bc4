"""Finding a request for whoever may see it, holding its row, and moving it from one state to the next."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from pathways import outbox
from pathways.badges.events import RequestDecided, RequestSubmitted
from pathways.badges.holding import holders
from pathways.badges.models import Achievement, AchievementVersion, AwardRequest, Holder, RequestState
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_, N_

GATHERS = (RequestState.GATHERING, RequestState.RETURNED)
"""States in which the candidate writes and gathers."""
OVER = (RequestState.GRANTED, RequestState.REFUSED, RequestState.WITHDRAWN)
NOT_THERE = N_("Cette demande n'existe pas.")
TOO_LONG = D_("C'est trop long : %(most)s signes au plus.")
CHANGED = N_("Cette demande a changé entre-temps. Relisez-la.")


def own(db: Session, holder: Holder, request_id: uuid.UUID) -> AwardRequest:
    """A request of this person; any other does not exist."""
    found = db.get(AwardRequest, request_id)
    if found is None or found.holder_id != holder.id:
        raise NotFound(NOT_THERE)
    return found


def all_of(db: Session, holder: Holder) -> Sequence[AwardRequest]:
    """Every request of a person, the newest first."""
    query = sa.select(AwardRequest).filter_by(holder_id=holder.id).options(*whole())
    return db.scalars(query.order_by(AwardRequest.created_at.desc(), AwardRequest.id)).all()


def whole() -> Sequence[ORMOption]:
    """Loads a request with its person and with what is asked."""
    return (
        joinedload(AwardRequest.holder),
        joinedload(AwardRequest.achievement_version)
        .joinedload(AchievementVersion.achievement)
        .joinedload(Achievement.issuer),
    )


def held(db: Session, request: AwardRequest) -> AwardRequest:
    """The same, held until the transaction ends and as it is now. Whoever also holds people holds them before."""
    own = sa.select(AwardRequest).filter_by(id=request.id).with_for_update()
    return db.scalars(own.execution_options(populate_existing=True)).one()


def own_held(db: Session, holder: Holder, request_id: uuid.UUID) -> AwardRequest:
    """A request of this person, held until the transaction ends and as it is now; any other does not exist."""
    theirs = sa.select(AwardRequest).filter_by(id=request_id, holder_id=holder.id).with_for_update()
    found = db.scalars(theirs.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def gathering(db: Session, holder: Holder, request_id: uuid.UUID) -> AwardRequest:
    """The same for the candidate who writes: raises :class:`Conflict` once it is sent, or over."""
    request = own_held(db, holder, request_id)
    if request.state not in GATHERS:
        raise Conflict(CHANGED)
    return request


def send(db: Session, request: AwardRequest, now: datetime) -> None:
    """To the jury: to those who did not decide before, where it is an appeal."""
    state = RequestState.SUBMITTED if request.appealed_at is None else RequestState.APPEALED
    request.submitted_at, request.decided_at = now, None
    become(db, request, state)
    outbox.record(db, RequestSubmitted(request_id=request.id), about_id=request.id)


def come_back(db: Session, request: AwardRequest, state: RequestState) -> None:
    """To the candidate, who may change it: whatever the jury says next is about something else, so it is another
    round.
    """
    request.round += 1
    become(db, request, state)


def end(db: Session, request: AwardRequest, state: RequestState, now: datetime) -> None:
    request.decided_at = now
    become(db, request, state)


def decided(db: Session, request: AwardRequest) -> None:
    """Tell the candidate what was decided, where there is an address to tell it."""
    if request.holder.account_id is not None or request.holder.email:
        outbox.record(db, RequestDecided(request_id=request.id), about_id=request.id)


def become(db: Session, request: AwardRequest, state: RequestState) -> None:
    request.state, request.version = state, request.version + 1
    holders.tell(db, request.holder_id, f"request_{state.value}", about=request.id)
    db.flush()
