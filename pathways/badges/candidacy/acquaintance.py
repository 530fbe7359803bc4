"""What the database knows between somebody who wants to act and some candidates, for the rules of :mod:`conflicts`. Of
one request or of a whole queue, in a number of queries that does not grow with them.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pathways.badges.candidacy.conflicts import RECIPROCAL_MONTHS, Between
from pathways.badges.criteria.standing import lasts_until
from pathways.badges.models import AwardRequest, Endorsement, Holder, JuryDecision
from pathways.people.models import Membership
from pathways.permissions import Member

_LONGEST_BACK = timedelta(days=31 * RECIPROCAL_MONTHS)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants to act, as an account, as a holder, or as both."""

    account_id: uuid.UUID | None
    holder_id: uuid.UUID | None
    organisation_id: uuid.UUID | None = None
    """For which they act at present."""


def actor_of(db: Session, member: Member) -> Actor:
    """A member, with the space that their account has, if it has one."""
    return Actor(member.account_id, holder_of(db, member.account_id), member.organisation_id)


def holder_of(db: Session, account_id: uuid.UUID) -> uuid.UUID | None:
    return db.scalar(sa.select(Holder.id).filter_by(account_id=account_id))


def hold(db: Session, holder_ids: Iterable[uuid.UUID | None]) -> None:
    """Hold the rows of some people until the transaction ends: of two who endorse each other at the same moment, the
    second sees what the first wrote. Always in one order, and before any request, so that nobody waits in a circle.
    """
    named = {one for one in holder_ids if one is not None}
    rows = sa.select(Holder.id).where(Holder.id.in_(named)).order_by(Holder.id)
    db.execute(rows.with_for_update(key_share=True))


def between(db: Session, actor: Actor, request: AwardRequest, now: datetime) -> Between:
    return between_all(db, actor, [request], now)[request.id]


def between_all(db: Session, actor: Actor, requests: Sequence[AwardRequest], now: datetime) -> dict[uuid.UUID, Between]:
    """``{request: what is known}``, of requests whose holders may be read from their rows."""
    candidates = {one.holder_id for one in requests}
    accounts = _accounts(db, candidates)
    belonging = _organisations(db, {*accounts.values(), actor.account_id} - {None})
    own = belonging[actor.account_id] | {actor.organisation_id} - {None} if actor.account_id else set()
    endorsed = _endorsed(db, actor, requests)
    decided = _decided(db, actor, requests)
    back = _acted_back(db, actor, accounts, now)
    found: dict[uuid.UUID, Between] = {}
    for one in requests:
        account_id = accounts[one.holder_id]
        theirs = (belonging[account_id] if account_id else set()) | {one.organisation_id} - {None}
        moments = decided[one.id]
        found[one.id] = Between(
            is_oneself=one.holder_id == actor.holder_id or (account_id is not None and account_id == actor.account_id),
            acted_back=(one.holder_id, one.achievement_id) in back,
            shares_organisation=bool(own & theirs),
            has_endorsed=one.id in endorsed,
            has_decided=bool(moments),
            has_decided_now=any(number == one.round for number, _ in moments),
            has_decided_before_appeal=one.appealed_at is not None and any(at < one.appealed_at for _, at in moments),
        )
    return found


def _accounts(db: Session, holder_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID | None]:
    rows = db.execute(sa.select(Holder.id, Holder.account_id).where(Holder.id.in_(holder_ids)))
    return {row.id: row.account_id for row in rows}


def _organisations(db: Session, account_ids: Collection[uuid.UUID | None]) -> dict[uuid.UUID, set[uuid.UUID | None]]:
    query = sa.select(Membership.account_id, Membership.organisation_id).where(Membership.account_id.in_(account_ids))
    found: dict[uuid.UUID, set[uuid.UUID | None]] = defaultdict(set)
    for account_id, organisation_id in db.execute(query):
        found[account_id].add(organisation_id)
    return found


def _endorsed(db: Session, actor: Actor, requests: Sequence[AwardRequest]) -> set[uuid.UUID]:
    if actor.holder_id is None:
        return set()
    query = sa.select(Endorsement.request_id).where(
        Endorsement.endorser_id == actor.holder_id, Endorsement.request_id.in_([one.id for one in requests])
    )
    return set(db.scalars(query))


def _decided(
    db: Session, actor: Actor, requests: Sequence[AwardRequest]
) -> dict[uuid.UUID, list[tuple[int, datetime]]]:
    """Round and moment of each decision of theirs, by request."""
    found: dict[uuid.UUID, list[tuple[int, datetime]]] = defaultdict(list)
    if actor.account_id is None:
        return found
    query = sa.select(JuryDecision.request_id, JuryDecision.round, JuryDecision.decided_at).where(
        JuryDecision.account_id == actor.account_id, JuryDecision.request_id.in_([one.id for one in requests])
    )
    for request_id, number, at in db.execute(query):
        found[request_id].append((number, at))
    return found


def _acted_back(
    db: Session, actor: Actor, accounts: dict[uuid.UUID, uuid.UUID | None], now: datetime
) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """``(candidate, achievement)`` of what the candidates said of the actor's own requests, lately."""
    if actor.holder_id is None:
        return set()
    since, own = now - _LONGEST_BACK, aliased(AwardRequest)
    endorsed = (
        sa.select(Endorsement.endorser_id, own.achievement_id, Endorsement.given_at)
        .join(own, own.id == Endorsement.request_id)
        .where(own.holder_id == actor.holder_id, Endorsement.endorser_id.in_(accounts), Endorsement.given_at >= since)
    )
    of_account = {account_id: holder_id for holder_id, account_id in accounts.items() if account_id is not None}
    decided = (
        sa.select(JuryDecision.account_id, own.achievement_id, JuryDecision.decided_at)
        .join(own, own.id == JuryDecision.request_id)
        .where(own.holder_id == actor.holder_id, JuryDecision.account_id.in_(of_account))
        .where(JuryDecision.decided_at >= since)
    )
    back = {(who, what) for who, what, at in db.execute(endorsed) if who and _is_lately(at, now)}
    return back | {(of_account[who], what) for who, what, at in db.execute(decided) if _is_lately(at, now)}


def _is_lately(at: datetime, now: datetime) -> bool:
    """``at`` may lie a moment after ``now``: of two at once, the second reads the clock, then waits for the first."""
    return now <= lasts_until(at, RECIPROCAL_MONTHS)
