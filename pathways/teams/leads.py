"""Where a gap leads: a workshop for those who help that teaches it, a goal that a person may choose a pathway to, a
badge that asks for it. The questions of the team are the fourth, and need no search.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import All, AnyOf, AtLeast, Node, Observation, Profile
from pathways.badges.issuing import offering
from pathways.badges.models import AchievementVersion, Audience, Issuer, IssuerMember
from pathways.learning import goals, matching
from pathways.learning.models import Goal, GoalAudience
from pathways.permissions import Member
from pathways.workshops.models import Audience as WorkshopAudience
from pathways.workshops.models import SessionState, SessionTrait, WorkshopSession

MOST_SESSIONS, LOOKED_AT = 3, 100
"""Sessions that are told for each gap, and those that are read before."""
AUDIENCES = (Audience.VOLUNTEER, Audience.MEDIATOR)


@dataclass(frozen=True, slots=True)
class Badge:
    """An achievement that can be asked for."""

    version: AchievementVersion
    issuer: Issuer
    name: str
    """In French, as it is signed."""


@dataclass(slots=True)
class Lead:
    """What answers the lack of one skill."""

    sessions: list[WorkshopSession] = field(default_factory=list)
    """The organisation's own first, then the soonest."""
    goals: list[Goal] = field(default_factory=list)
    badges: list[Badge] = field(default_factory=list)


def of(db: Session, actor: Member, keys: Sequence[str], now: datetime) -> dict[str, Lead]:
    """``{framework:CODE: where it leads}``. Six queries, however many gaps; none without a gap."""
    found = {key: Lead() for key in keys}
    if not found:
        return found
    for key, sessions in _sessions(db, actor, keys, now).items():
        found[key].sessions = sessions[:MOST_SESSIONS]
    for goal in _goals(db, actor, {key.partition(":")[0] for key in keys}):
        for code in goal.weights:
            if (lead := found.get(f"{goal.framework}:{code}")) is not None:
                lead.goals.append(goal)
    for badge in badges_on_offer(db, actor):
        for key in keys_of(tree.parse(badge.version.definition["criteria"])) & found.keys():
            found[key].badges.append(badge)
    return found


def next_session(db: Session, actor: Member, framework: str, now: datetime) -> WorkshopSession | None:
    """The organisation's next session for those who help; one that teaches something of the framework comes first."""
    teaches = sa.exists().where(
        SessionTrait.session_id == WorkshopSession.id,
        SessionTrait.trait.startswith(f"skill:{framework}:", autoescape=True),
    )
    query = (
        sa.select(WorkshopSession.id)
        .where(*_coming(now), WorkshopSession.organisation_id == actor.organisation_id)
        .order_by(sa.case((teaches, 0), else_=1), WorkshopSession.starts_at, WorkshopSession.id)
        .limit(1)
    )
    found = db.scalar(query)
    return next(iter(matching.by_ids(db, [found])), None) if found else None


def badges_on_offer(db: Session, actor: Member) -> list[Badge]:
    """What people of this organisation can ask for, in the networks that it belongs to: for those who help."""
    networks = sa.select(IssuerMember.issuer_id).where(IssuerMember.organisation_id == actor.organisation_id)
    known = set(db.scalars(networks))
    if not known:
        return []
    return [
        Badge(one, one.achievement.issuer, name_of(one))
        for one in offering.on_offer(db)
        if one.achievement.issuer_id in known and one.achievement.audience in AUDIENCES
    ]


def name_of(version: AchievementVersion) -> str:
    return str(version.definition["texts"]["fr"]["name"])


def keys_of(node: Node) -> set[str]:
    """Every micro-skill that criteria name, as ``framework:CODE``."""
    return {key for leaf in _leaves(node) if isinstance(leaf, Profile | Observation) for key in leaf.keys}


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, All | AnyOf | AtLeast):
        for one in node.of:
            yield from _leaves(one)
    else:
        yield node


def _coming(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Published, still to be booked, and for those who help others."""
    audience = aliased(SessionTrait)
    professionals = sa.exists().where(
        audience.session_id == WorkshopSession.id, audience.trait == f"audience:{WorkshopAudience.PROFESSIONALS}"
    )
    return (WorkshopSession.state == SessionState.PUBLISHED, WorkshopSession.closes_at > now, professionals)


def _sessions(db: Session, actor: Member, keys: Sequence[str], now: datetime) -> Mapping[str, list[WorkshopSession]]:
    own = sa.case((WorkshopSession.organisation_id == actor.organisation_id, 0), else_=1)
    teaching = (
        sa.select(SessionTrait.trait, SessionTrait.session_id)
        .join(WorkshopSession, WorkshopSession.id == SessionTrait.session_id)
        .where(SessionTrait.trait.in_([f"skill:{key}" for key in keys]), *_coming(now))
        .order_by(own, WorkshopSession.starts_at, WorkshopSession.id)
        .limit(LOOKED_AT)
    )
    pairs = [(trait.removeprefix("skill:"), session_id) for trait, session_id in db.execute(teaching)]
    sessions = _by_id(db, {session_id for _, session_id in pairs})
    found: dict[str, list[WorkshopSession]] = {}
    for key, session_id in pairs:
        found.setdefault(key, []).append(sessions[session_id])
    return found


def _by_id(db: Session, session_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, WorkshopSession]:
    return {one.id: one for one in matching.by_ids(db, session_ids)} if session_ids else {}


def _goals(db: Session, actor: Member, frameworks: Collection[str]) -> list[Goal]:
    return [
        one
        for framework in sorted(frameworks)
        for one in goals.list_for(db, actor.organisation_id, framework, audience=GoalAudience.VOLUNTEER)
    ]
