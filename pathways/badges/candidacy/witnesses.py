"""Those who say something of a candidate, as criteria count them: what they hold, in which roles they are known,
whether they are of the jury. One person has one identifier, whatever they said it as.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.badges.criteria import tree
from pathways.badges.criteria.facts import Witness
from pathways.badges.criteria.nodes import Role as Quality
from pathways.badges.models import Achievement, AchievementVersion, Credential, Holder, JuryMember
from pathways.people.models import Membership
from pathways.permissions import Role

QUALITIES: Mapping[Role, frozenset[Quality]] = {
    Role.TRAINER: frozenset({Quality.TRAINER}),
    Role.COORDINATOR: frozenset({Quality.COORDINATOR}),
    Role.PRESCRIBER: frozenset({Quality.PRESCRIBER}),
    Role.ADMINISTRATOR: frozenset({Quality.TRAINER, Quality.COORDINATOR}),
}
"""As what criteria count a member. Whoever administers a structure does what its trainers and coordinators do."""


@dataclass(frozen=True, slots=True)
class HeldBadge:
    """A valid badge of somebody, as criteria name it."""

    slug: str
    version: int
    valid_from: datetime
    valid_until: datetime | None
    is_seen: bool = True
    """Whether nobody gets it by answering questions alone: somebody else had a part in it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some people, of one network."""

    accounts: Mapping[uuid.UUID, uuid.UUID | None] = field(default_factory=dict)
    """``{holder: account}``"""
    held: Mapping[uuid.UUID, tuple[HeldBadge, ...]] = field(default_factory=dict)
    """``{holder: badges}``"""
    qualities: Mapping[uuid.UUID, frozenset[Quality]] = field(default_factory=dict)
    """``{account: roles}``, in whatever organisation."""
    jury: frozenset[uuid.UUID] = frozenset()
    """Accounts."""

    def of_holder(self, holder_id: uuid.UUID, organisation_id: uuid.UUID | None) -> Witness:
        return self._witness(self.accounts.get(holder_id), holder_id, organisation_id)

    def of_account(self, account_id: uuid.UUID, organisation_id: uuid.UUID | None) -> Witness:
        holder_id = next((one for one, account in self.accounts.items() if account == account_id), None)
        return self._witness(account_id, holder_id, organisation_id)

    def is_vouched_for(self, holder_id: uuid.UUID) -> bool:
        """Whether somebody else answers for who it is: a structure whose account they have, or the network by a badge
        in which others had a part. Anybody can open a space, and three of them, and answer questions in each; what
        these say is read, and counted by no criterion.
        """
        account_id = self.accounts.get(holder_id)
        return account_id in self.qualities or any(one.is_seen for one in self.held.get(holder_id, ()))

    def _witness(
        self, account_id: uuid.UUID | None, holder_id: uuid.UUID | None, organisation_id: uuid.UUID | None
    ) -> Witness:
        return Witness(
            id=person_id(account_id, holder_id),
            organisation=str(organisation_id) if organisation_id else None,
            held=frozenset(one.slug for one in self.held.get(holder_id, ())) if holder_id else frozenset(),
            roles=self.qualities.get(account_id, frozenset()) if account_id else frozenset(),
            jury=account_id in self.jury,
        )


def person_id(account_id: uuid.UUID | None, holder_id: uuid.UUID | None) -> str:
    """By the account where there is one: holders without are known by their space."""
    return str(account_id or holder_id)


def known(
    db: Session,
    issuer_id: uuid.UUID,
    *,
    holder_ids: Collection[uuid.UUID],
    account_ids: Collection[uuid.UUID],
    now: datetime,
) -> Known:
    """Of people who are named by their space or by their account: four queries at most."""
    people = sa.select(Holder.id, Holder.account_id).where(
        sa.or_(Holder.id.in_(holder_ids), Holder.account_id.in_(account_ids))
    )
    accounts = {row.id: row.account_id for row in db.execute(people)}
    named = {*account_ids, *(one for one in accounts.values() if one is not None)}
    return Known(
        accounts, _held(db, issuer_id, accounts.keys(), now), _qualities(db, named), _jury(db, issuer_id, named)
    )


def _qualities(db: Session, named: Collection[uuid.UUID]) -> dict[uuid.UUID, frozenset[Quality]]:
    qualities: dict[uuid.UUID, frozenset[Quality]] = defaultdict(frozenset)
    if not named:
        return qualities
    memberships = sa.select(Membership.account_id, Membership.role).where(Membership.account_id.in_(named))
    for account_id, role in db.execute(memberships):
        qualities[account_id] |= QUALITIES.get(role, frozenset())
    return qualities


def _jury(db: Session, issuer_id: uuid.UUID, named: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    if not named:
        return frozenset()
    pool = sa.select(JuryMember.account_id).where(
        JuryMember.issuer_id == issuer_id, JuryMember.left_at.is_(None), JuryMember.account_id.in_(named)
    )
    return frozenset(db.scalars(pool))


def _held(
    db: Session, issuer_id: uuid.UUID, holder_ids: Collection[uuid.UUID], now: datetime
) -> dict[uuid.UUID, tuple[HeldBadge, ...]]:
    """Neither revoked nor expired; of this network, since a slug names an achievement of one network."""
    query = (
        sa.select(Credential.holder_id, Credential.valid_from, Credential.valid_until)
        .add_columns(Achievement.slug, AchievementVersion.number, AchievementVersion.definition)
        .add_columns(Credential.issued_by)
        .join(AchievementVersion, AchievementVersion.id == Credential.version_id)
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(Credential.holder_id.in_(holder_ids), Credential.issuer_id == issuer_id)
        .where(Credential.revoked_at.is_(None))
        .where(sa.or_(Credential.valid_until.is_(None), Credential.valid_until >= now))
    )
    found: dict[uuid.UUID, tuple[HeldBadge, ...]] = defaultdict(tuple)
    for holder_id, valid_from, valid_until, slug, number, definition, issued_by in db.execute(query):
        is_judged = issued_by is not None or definition["jury"] > 0
        is_seen = is_judged or tree.asks_others(tree.parse(definition["criteria"]))
        found[holder_id] += (HeldBadge(slug, number, valid_from, valid_until, is_seen),)
    return found
