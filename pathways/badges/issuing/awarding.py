"""Issuing badges: one for a request that was granted, many for those who came to a session, a newer one for a renewal.

What was signed is kept as it was signed. A badge is issued once for the same reason (``Credential.origin``): a second
try gives what the first made.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.badges.criteria.standing import lasts_until
from pathways.badges.criteria.wording import Language
from pathways.badges.formats import bulk, documents, integrity
from pathways.badges.formats.shapes import Recurring
from pathways.badges.issuing import composing, key_table, lists, naming, offering
from pathways.badges.issuing.composing import NOTHING_WITNESSED, Badge, Witnessed
from pathways.badges.issuing.defining import Definition
from pathways.badges.issuing.key_table import SigningKey
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import AchievementVersion, Credential, HolderEvent, Issuer

_SHAPES = bulk.Shapes()
"""What the badges of one version have in common, worked out once per process."""

_Kind = tuple[uuid.UUID, Language, int | None]
"""A version, in one language, at one level."""
_WORDED: dict[_Kind, tuple[documents.Achievement, Recurring]] = {}
"""Achievements as they stand in badges. A version is published for ever: what it names is called the same in each."""
MOST_WORDED = 500


@dataclass(frozen=True, slots=True)
class Order:
    """One badge to be issued to one holder."""

    holder_id: uuid.UUID
    origin: str
    """Why, in a form that is the same each time: ``request:ID``, ``session:ID:HOLDER``."""
    language: Language = "fr"
    level: int | None = None
    witnessed: Witnessed = NOTHING_WITNESSED
    awarded: datetime | None = None
    """When it was first earned; ``None``: now."""


def issue(
    db: Session,
    signer: Signer,
    version: AchievementVersion,
    orders: Sequence[Order],
    *,
    by: uuid.UUID | None,
    now: datetime | None = None,
) -> list[Credential]:
    """Sign and keep a badge for each order, in their order; for one that was issued before, that one.

    All or none: the caller's transaction holds them. ``by``: who decided, ``None`` where criteria alone did.
    """
    known = _known(db, orders)
    new = [order for order in {one.origin: one for one in orders}.values() if order.origin not in known]
    if new:
        now = (now or clock.now()).replace(microsecond=0)
        issuer = db.get_one(Issuer, version.achievement.issuer_id)
        for credential in _signed(db, signer, issuer, version, new, now):
            credential.issued_by = by
            known[str(credential.origin)] = credential
            db.add(credential)
        db.flush()
        told = [{"holder_id": one.holder_id, "act": "issued", "about_id": known[one.origin].id} for one in new]
        db.execute(sa.insert(HolderEvent), told)
    return [known[one.origin] for one in orders]


def _known(db: Session, orders: Sequence[Order]) -> dict[str, Credential]:
    found: dict[str, Credential] = {}
    for start in range(0, len(orders), 500):
        origins = [one.origin for one in orders[start : start + 500]]
        same = db.scalars(sa.select(Credential).where(Credential.origin.in_(origins)))
        found |= {str(one.origin): one for one in same}
    return found


def _signed(
    db: Session, signer: Signer, issuer: Issuer, version: AchievementVersion, orders: Sequence[Order], now: datetime
) -> list[Credential]:
    """Each alike goes through one template: expanding a document costs twenty times what signing does."""
    places = lists.take(db, signer, issuer, len(orders))
    key = key_table.signing_key(db, signer, issuer)
    definition = offering.definition_of(version)
    until = None if definition.validity_months is None else lasts_until(now, definition.validity_months)
    badges = [
        Badge(
            id=ids.random_id(),
            subject_id=ids.random_id(),
            place=place,
            language=order.language,
            valid_from=now,
            awarded=order.awarded or now,
            valid_until=until and until.replace(microsecond=0),
            level=order.level,
            witnessed=order.witnessed,
        )
        for order, place in zip(orders, places, strict=True)
    ]
    unsigned = zip(badges, _documents(db, issuer, version, definition, badges), strict=True)
    return [
        _row(issuer, version, order, badge, _proven(badge, document, key, now), key.id)
        for order, (badge, document) in zip(orders, unsigned, strict=True)
    ]


def _proven(badge: Badge, document: dict[str, Any], key: SigningKey, now: datetime) -> bytes:
    """With its proof. The titles of its evidence are its own: no other badge has its shape, and to learn that would
    take as long as to sign it does.
    """
    if badge.witnessed.evidence:
        signed = integrity.sign(document, key.private, verification_method=key.method, created=now)
        return documents.serialised(signed)
    [made] = bulk.sign_all([document], key.private, verification_method=key.method, created=now, shapes=_SHAPES)
    return made


def _documents(
    db: Session, issuer: Issuer, version: AchievementVersion, definition: Definition, badges: Sequence[Badge]
) -> Iterator[dict[str, Any]]:
    """One after the other, each gone once it is signed: hundreds at once are what Python's collector of garbage goes
    through again and again.
    """
    profile = composing.profile_of(issuer)
    for one in badges:
        achievement, written = _worded(db, issuer, version, definition, one)
        document = composing.document_of(profile, achievement, one, levels=definition.levels)
        yield documents.achievement_credential(document, written)


def _worded(
    db: Session, issuer: Issuer, version: AchievementVersion, definition: Definition, badge: Badge
) -> tuple[documents.Achievement, Recurring]:
    """The achievement that this badge is of, as data and as the node of its document."""
    kind = version.id, badge.language, badge.level
    found = _WORDED.get(kind)
    if found is None:
        names = naming.names_for(db, [definition.node], badge.language)
        one = composing.achievement_of(issuer, version, definition, badge.language, names, level=badge.level)
        if len(_WORDED) >= MOST_WORDED:
            _WORDED.clear()
        found = _WORDED[kind] = one, Recurring(one.document())
    return found


def _row(
    issuer: Issuer, version: AchievementVersion, order: Order, badge: Badge, document: bytes, key_id: uuid.UUID
) -> Credential:
    return Credential(
        id=badge.id,
        issuer_id=issuer.id,
        version_id=version.id,
        holder_id=order.holder_id,
        key_id=key_id,
        origin=order.origin,
        subject_id=badge.subject_id,
        language=order.language,
        level=order.level,
        document=document,
        list_id=badge.place.list_id,
        list_index=badge.place.index,
        issued_at=badge.valid_from,
        valid_from=badge.valid_from,
        valid_until=badge.valid_until,
    )
