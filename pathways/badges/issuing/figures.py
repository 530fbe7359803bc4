"""A network in numbers, for those who keep it: badges, keys, how often files are verified. Nobody is counted apart."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways.badges.models import AchievementVersion, Credential, Issuer, VerificationCount
from pathways.clock import PARIS

LOOKED_BACK = timedelta(days=30)
SOON = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Figures:
    living: int
    """Neither revoked nor expired."""
    ending: int
    """Of these, those that expire within 90 days."""
    revoked: int
    issued_lately: int
    """In the last 30 days."""


def of_network(db: Session, issuer_id: uuid.UUID, now: datetime) -> Figures:
    lives = _lives(now)
    row = db.execute(
        sa.select(
            _count(lives).label("living"),
            _count(sa.and_(lives, Credential.valid_until <= now + SOON)).label("ending"),
            _count(Credential.revoked_at.is_not(None)).label("revoked"),
            _count(Credential.issued_at >= now - LOOKED_BACK).label("lately"),
        ).where(Credential.issuer_id == issuer_id)
    ).one()
    return Figures(row.living, row.ending, row.revoked, row.lately)


def living_under(db: Session, key_ids: Collection[uuid.UUID], now: datetime) -> Mapping[uuid.UUID, int]:
    """``{key: how many badges that live it signed}``."""
    query = (
        sa.select(Credential.key_id, sa.func.count())
        .where(Credential.key_id.in_(key_ids), _lives(now), Credential.document != b"")
        .group_by(Credential.key_id)
    )
    found = {key_id: int(count) for key_id, count in db.execute(query)}
    return {one: found.get(one, 0) for one in key_ids}


def verifications(db: Session, now: datetime) -> Mapping[str, int]:
    """``{outcome: how many files were verified on this server}`` in the last 30 days, whoever issued them."""
    first = (now - LOOKED_BACK).astimezone(PARIS).date()
    query = (
        sa.select(VerificationCount.outcome, sa.func.sum(VerificationCount.count))
        .where(VerificationCount.day >= date.isoformat(first))
        .group_by(VerificationCount.outcome)
        .order_by(VerificationCount.outcome)
    )
    return {outcome: int(count) for outcome, count in db.execute(query)}


def latest(db: Session, issuer: Issuer, *, offset: int = 0, most: int = 50) -> Sequence[Credential]:
    """The badges of a network, the newest first, with what they are of."""
    query = (
        sa.select(Credential)
        .where(Credential.issuer_id == issuer.id)
        .options(joinedload(Credential.version).joinedload(AchievementVersion.achievement))
        .order_by(Credential.issued_at.desc(), Credential.id)
    )
    return db.scalars(query.offset(offset).limit(most)).all()


def _lives(now: datetime) -> sa.ColumnElement[bool]:
    not_over = sa.or_(Credential.valid_until.is_(None), Credential.valid_until > now)
    return sa.and_(Credential.revoked_at.is_(None), not_over)


def _count(where: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((where, 1)))
