"""What a network may know of the people of its organisations: numbers, and none that speaks of fewer than ten people or
of fewer than three organisations.

Counted are people who said yes while their organisation agreed to be counted (they read that sentence then), of the
organisations that belong to the network. Each person counts once, whatever number of teams they are in. The rules for
numbers are those of :mod:`pathways.insights.anonymity`: whole tens in the order they came, at least, and one cell told
lower where all of them together would tell everything. On top of it, a cell of fewer than three organisations says
nothing: what is hidden so is no smaller than what already was, so nothing follows from the others.
"""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.badges.issuing import networks
from pathways.badges.models import Issuer, IssuerMember
from pathways.errors import NotFound
from pathways.insights import anonymity
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.teams import coverage, leads, standings
from pathways.teams.models import Sharing, Team, TeamMember
from pathways.teams.selecting import Column
from pathways.teams.standings import State

LEAST_ORGANISATIONS = 3
"""Behind any number: of two, each would know the other's."""
MOST_PEOPLE = 2_000
"""The first that came."""
SOON, HOLDS, NOT = "soon", "holds", "not"
Kind = TypeVar("Kind", bound=Hashable)


@dataclass(frozen=True, slots=True)
class SkillLine:
    key: str
    title: str
    people: int
    """Of whom it is known, in whole tens."""
    at_least: Mapping[State, int]
    """In whole tens; 0 says nothing."""


@dataclass(frozen=True, slots=True)
class BadgeNumbers:
    name: str
    holds: int
    """At least so many people, in whole tens; 0 says nothing."""
    soon: int
    """Of whom it runs out within 90 days, told in the same way."""


@dataclass(frozen=True, slots=True)
class Numbers:
    issuer: Issuer
    people: int
    """Counted in all, in whole tens; 0 where it cannot be told."""
    skills: tuple[SkillLine, ...]
    badges: tuple[BadgeNumbers, ...]


def of(db: Session, actor: Member, now: datetime) -> Numbers:
    """Of the network that the member's organisation keeps; raises :class:`NotFound` for one that keeps none."""
    issuer = networks.kept_by(db, actor)
    if issuer is None:
        raise NotFound(networks.NOT_THERE)
    members = _counted(db, issuer)
    return Numbers(issuer, _whole(members), tuple(_skills(db, members)), tuple(_badges(db, members, now)))


def cells(found: Sequence[tuple[uuid.UUID, Kind]], kinds: Sequence[Kind]) -> tuple[int, dict[Kind, int]]:
    """``(people, {kind: at least so many})`` of people told by ``(organisation, kind)``, in the order they came. Pure.

    All numbers are whole tens; a cell of fewer than :data:`LEAST_ORGANISATIONS` organisations is 0, and so is
    everything where there are fewer in all.
    """
    found = found[: anonymity.whole_tens(len(found))]
    if len({organisation for organisation, _ in found}) < LEAST_ORGANISATIONS:
        return 0, dict.fromkeys(kinds, 0)
    told = anonymity.told([sum(one == kind for _, one in found) for kind in kinds])
    behind = [len({organisation for organisation, one in found if one == kind}) for kind in kinds]
    shown = zip(kinds, told, behind, strict=True)
    return len(found), {kind: least if many >= LEAST_ORGANISATIONS else 0 for kind, least, many in shown}


def _counted(db: Session, issuer: Issuer) -> list[TeamMember]:
    query = (
        sa.select(TeamMember)
        .join(Team, Team.organisation_id == TeamMember.organisation_id)
        .join(IssuerMember, IssuerMember.organisation_id == TeamMember.organisation_id)
        .where(
            IssuerMember.issuer_id == issuer.id,
            TeamMember.sharing == Sharing.SHARED,
            TeamMember.holder_id.is_not(None),
            TeamMember.answered_at >= Team.counted_at,
        )
        .order_by(TeamMember.answered_at, TeamMember.id)
        .limit(MOST_PEOPLE)
    )
    once: dict[uuid.UUID, TeamMember] = {}
    for one in db.scalars(query):
        if one.holder_id is not None:
            once.setdefault(one.holder_id, one)
    return list(once.values())


def _whole(members: Sequence[TeamMember]) -> int:
    return cells([(one.organisation_id, True) for one in members], [True])[0]


def _skills(db: Session, members: Sequence[TeamMember]) -> list[SkillLine]:
    """Every skill that somebody agreed to show, as its framework goes."""
    measures = standings.measured(db, members)
    lines = []
    for column in _columns(db, members):
        states = [(one.organisation_id, standings.states_of(one, [column], measures)) for one in members]
        known = [(organisation, own[0]) for organisation, own in states if own and own[0] is not None]
        people, least = cells(known, list(State))
        lines.append(SkillLine(column.key, column.title, people, least))
    return lines


def _columns(db: Session, members: Sequence[TeamMember]) -> list[Column]:
    keys = {key for one in members for key in one.agreed}
    found = []
    for framework in sorted({key.partition(":")[0] for key in keys}):
        known = referentials_service.skills_of(referentials_service.latest(db, framework))
        shipped = [Column(f"{framework}:{code}", skill) for code, skill in known.items()]
        found += [one for one in shipped if one.key in keys]  # an organisation's own ladders are nobody else's
    return found


def _badges(db: Session, members: Sequence[TeamMember], now: datetime) -> list[BadgeNumbers]:
    """Over those who show their badges."""
    showing = [one for one in members if one.shows_badges]
    held: dict[uuid.UUID, dict[uuid.UUID | None, str]] = {}
    names: dict[uuid.UUID, str] = {}
    for one in coverage.valid_of(db, [member.holder_id for member in showing], now):
        is_soon = one.valid_until is not None and one.valid_until <= now + coverage.SOON
        achievement_id = one.version.achievement_id
        names[achievement_id] = leads.name_of(one.version)
        held.setdefault(achievement_id, {}).setdefault(one.holder_id, SOON if is_soon else HOLDS)
    lines = []
    for achievement_id, theirs in held.items():
        _, least = cells([(one.organisation_id, theirs.get(one.holder_id, NOT)) for one in showing], [HOLDS, SOON, NOT])
        lines.append(BadgeNumbers(names[achievement_id], least[HOLDS] + least[SOON], least[SOON]))
    return sorted(lines, key=lambda one: one.name)
