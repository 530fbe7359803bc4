"""What waits for a member of the jury, across the organisations of their networks, the oldest first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.badges.candidacy import acquaintance, conflicts, jury, requests, standing
from pathways.badges.candidacy.conflicts import Act, Ground
from pathways.badges.models import (
    WAITING,
    Achievement,
    AwardRequest,
    Issuer,
    JuryDecision,
    JuryMember,
    JuryVerdict,
    RequestState,
)
from pathways.i18n import D_
from pathways.permissions import Member, Permission

MOST_SHOWN = 200
"""Requests that are looked through: those that waited longest."""
NUMBERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as a member of the jury finds it."""

    request: AwardRequest
    label: str
    achievement: str
    """Its name, in the language of the reader."""
    network: str
    is_appeal: bool
    is_renewal: bool
    yes: int
    """Of the jury, in this round."""
    needed: int
    """How many it takes at most."""
    days: int
    """For which it has waited."""


def waiting_for(db: Session, actor: Member, *, now: datetime | None = None) -> list[Waiting]:
    """What the member may decide on at present: of the juries that they are of, for the achievements that they were
    named for, without conflict of interest. The number of queries does not grow with the queue.
    """
    if not actor.may(Permission.BADGES_AWARD):
        return []
    now = now or clock.now()
    found = _of_juries(db, jury.seats_of(db, actor.account_id))
    against = _grounds(db, actor, found, now)
    free = [one for one in found if not against[one.id]]
    yes = _yes(db, free)
    networks = {row.id: row.name for row in db.execute(sa.select(Issuer.id, Issuer.name).where(_named(free)))}
    return [_waiting(one, yes.get(one.id, 0), networks[one.issuer_id], now) for one in free]


def count_for(db: Session, actor: Member, *, now: datetime | None = None) -> int:
    """How many that are, for the desk's home."""
    return len(waiting_for(db, actor, now=now))


def label_of(request: AwardRequest) -> str:
    """How a jury calls the candidate: as they want to be called, if they said so; else by a number."""
    if request.holder.name:
        return request.holder.name
    return i18n.sentence(D_("Demande n° %(number)s"), {"number": number_of(request.id)})


def number_of(request_id: uuid.UUID) -> str:
    """Six digits, always the same for one request."""
    return f"{request_id.int % NUMBERS:06}"


# --- inside ---------------------------------------------------------------------------------------------------


def _of_juries(db: Session, seats: Sequence[JuryMember]) -> Sequence[AwardRequest]:
    if not seats:
        return []
    theirs = [
        sa.and_(
            AwardRequest.issuer_id == seat.issuer_id,
            Achievement.slug.in_(seat.achievements) if seat.achievements else sa.true(),
        )
        for seat in seats
    ]
    query = (
        sa.select(AwardRequest)
        .join(Achievement, Achievement.id == AwardRequest.achievement_id)
        .where(AwardRequest.state.in_(WAITING), sa.or_(*theirs))
        .options(*requests.whole())
        .order_by(AwardRequest.submitted_at, AwardRequest.id)
    )
    return db.scalars(query.limit(MOST_SHOWN)).all()


def _grounds(
    db: Session, actor: Member, found: Sequence[AwardRequest], now: datetime
) -> dict[uuid.UUID, tuple[Ground, ...]]:
    known = acquaintance.between_all(db, acquaintance.actor_of(db, actor), found, now)
    return {
        one.id: conflicts.grounds(
            Act.DECIDE, known[one.id], foreign_jury=standing.demand_for(one).definition.foreign_jury
        )
        for one in found
    }


def _yes(db: Session, found: Sequence[AwardRequest]) -> dict[uuid.UUID, int]:
    query = (
        sa.select(JuryDecision.request_id, sa.func.count().label("yes"))
        .join(
            AwardRequest, sa.and_(AwardRequest.id == JuryDecision.request_id, AwardRequest.round == JuryDecision.round)
        )
        .where(JuryDecision.request_id.in_([one.id for one in found]), JuryDecision.verdict == JuryVerdict.GRANT)
        .group_by(JuryDecision.request_id)
    )
    return {row.request_id: row.yes for row in db.execute(query)}


def _named(found: Sequence[AwardRequest]) -> sa.ColumnElement[bool]:
    return Issuer.id.in_({one.issuer_id for one in found})


def _waiting(request: AwardRequest, yes: int, network: str, now: datetime) -> Waiting:
    demand = standing.demand_for(request)
    return Waiting(
        request=request,
        label=label_of(request),
        achievement=demand.definition.texts_in(i18n.current().code).name,
        network=network,
        is_appeal=request.state is RequestState.APPEALED,
        is_renewal=request.renews_id is not None,
        yes=yes,
        needed=demand.most_jury,
        days=(now - request.submitted_at).days if request.submitted_at else 0,
    )
