"""The coverage map: who can what and holds which badge, by what each agreed to show; what runs out soon, what hangs on
one person alone, what is missing to reach a target. Volunteers and employees alike.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways.badges.models import Credential
from pathways.permissions import Member
from pathways.teams import leads, policies, standings, targets
from pathways.teams.models import TeamMember
from pathways.teams.standings import Board
from pathways.teams.targets import Reached

SOON = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Held:
    """A badge of somebody who shows theirs, valid today."""

    member: TeamMember
    name: str
    achievement_id: uuid.UUID
    issuer: str
    valid_until: datetime | None
    is_soon: bool
    """It runs out within :data:`SOON`."""


@dataclass(frozen=True, slots=True)
class BadgeLine:
    """One achievement and who of the team holds it, in the order of the rows."""

    name: str
    issuer: str
    held: tuple[Held, ...]

    @property
    def only_one(self) -> TeamMember | None:
        return self.held[0].member if len({one.member.id for one in self.held}) == 1 else None


@dataclass(frozen=True, slots=True)
class Coverage:
    board: Board
    badges: tuple[BadgeLine, ...]
    """By name."""
    showing: int
    """People who show their badges, those who hold none among them."""
    targets: tuple[Reached, ...]

    @property
    def expiring(self) -> list[Held]:
        """What runs out soon, the soonest first."""
        soon = [one for line in self.badges for one in line.held if one.is_soon]
        return sorted(soon, key=lambda one: (one.valid_until.timestamp() if one.valid_until else 0.0, one.name))

    def badges_of(self, member_id: uuid.UUID) -> list[Held]:
        return [one for line in self.badges for one in line.held if one.member.id == member_id]


def of(db: Session, actor: Member, now: datetime, *, by_arrival: bool = False) -> Coverage:
    """Of the member's organisation. A number of queries that does not grow with the people."""
    board = standings.board(db, actor, by_arrival=by_arrival)
    return Coverage(
        board=board,
        badges=badge_lines(db, board.members, now),
        showing=sum(policies.shows_badges(one) for one in board.members),
        targets=tuple(targets.reached(one, board) for one in targets.all_of(db, actor)),
    )


def badge_lines(db: Session, members: Sequence[TeamMember], now: datetime) -> tuple[BadgeLine, ...]:
    """What those of ``members`` hold who show it. One query."""
    by_holder = {one.holder_id: one for one in members if policies.shows_badges(one)}
    place = {one.id: number for number, one in enumerate(members)}
    found: dict[uuid.UUID, list[Held]] = {}
    for credential in valid_of(db, list(by_holder), now):
        version = credential.version
        held = Held(
            member=by_holder[credential.holder_id],
            name=leads.name_of(version),
            achievement_id=version.achievement_id,
            issuer=credential.issuer.name,
            valid_until=credential.valid_until,
            is_soon=credential.valid_until is not None and credential.valid_until <= now + SOON,
        )
        found.setdefault(version.achievement_id, []).append(held)
    lines = [
        BadgeLine(held[0].name, held[0].issuer, tuple(sorted(held, key=lambda one: place[one.member.id])))
        for held in found.values()
    ]
    return tuple(sorted(lines, key=lambda one: (one.name, one.issuer)))


def valid_of(db: Session, holder_ids: Sequence[uuid.UUID | None], now: datetime) -> Sequence[Credential]:
    """The badges of these people that are neither revoked nor run out, the newest of each achievement first."""
    if not holder_ids:
        return ()
    query = (
        sa.select(Credential)
        .where(
            Credential.holder_id.in_(holder_ids),
            Credential.revoked_at.is_(None),
            sa.or_(Credential.valid_until.is_(None), Credential.valid_until > now),
        )
        .options(
            joinedload(Credential.issuer),
            joinedload(Credential.version),
        )
        .order_by(Credential.issued_at.desc(), Credential.id)
    )
    return db.scalars(query).all()
