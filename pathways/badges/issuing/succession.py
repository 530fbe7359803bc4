"""One key follows another. In peace the old one is retired, and what it signed stays valid. After a theft nothing that
it signed is believed: every badge that lives is issued again under the new key, and its holder is told.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids, outbox
from pathways.badges.events import BadgeReissued
from pathways.badges.formats import documents, integrity
from pathways.badges.issuing import key_table, lists, networks, revoking, witnessing
from pathways.badges.issuing.key_table import SigningKey
from pathways.badges.issuing.lists import Place
from pathways.badges.issuing.revoking import Why
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import (
    Credential,
    Endorsement,
    EndorsementState,
    HolderEvent,
    Issuer,
    IssuerKey,
    KeyAlgorithm,
    KeyState,
    ListOf,
    StatusList,
)
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Succession:
    """What came of it."""

    key: IssuerKey
    reissued: int = 0
    endorsements: int = 0


def rotate(
    db: Session, signer: Signer, issuer: Issuer, algorithm: KeyAlgorithm, *, reason: str, by: uuid.UUID | None
) -> Succession:
    """A new key signs from now on; the old one is retired and stays published."""
    _hold(db, issuer)
    _end_active(db, issuer, algorithm, KeyState.RETIRED, reason)
    made = key_table.make(db, signer, issuer, algorithm)
    if algorithm is KeyAlgorithm.ED25519:
        _sign_lists(db, signer, issuer)
    networks.note(db, issuer.id, "key_rotated", by=by, about=made.id, algorithm=algorithm.value, reason=reason[:300])
    return Succession(made)


def compromise(
    db: Session, signer: Signer, issuer: Issuer, key_id: uuid.UUID, *, reason: str, by: uuid.UUID | None
) -> Succession:
    """Somebody else may sign with that key. It is published no more; every badge and endorsement under it that lives is
    issued again under a new key, with a new identifier, and the old one is on the list of the revoked.

    All in one transaction: there is no moment at which a holder has nothing. Raises :class:`NotFound` for a key of
    another network, :class:`Conflict` for one that was declared before.
    """
    _hold(db, issuer)
    key = db.get(IssuerKey, key_id, with_for_update=True, populate_existing=True)
    if key is None or key.issuer_id != issuer.id:
        raise NotFound(D_("Cette clé n'est pas de ce réseau."))
    if key.state is KeyState.COMPROMISED:
        raise Conflict(D_("Cette clé a déjà été déclarée compromise."))
    was_active = key.state is KeyState.ACTIVE
    key_table.end(key, KeyState.COMPROMISED, reason)
    db.flush()
    new = key_table.make(db, signer, issuer, key.algorithm) if was_active else _active(db, issuer, key.algorithm)
    if key.algorithm is KeyAlgorithm.RSA:
        done = Succession(new, reissued=_forget_tokens(db, issuer))
    else:
        _sign_lists(db, signer, issuer)
        done = Succession(new, _reissue(db, signer, issuer, key), _rewitness(db, signer, issuer, key))
    told = {"algorithm": key.algorithm.value, "reissued": done.reissued, "reason": reason[:300]}
    networks.note(db, issuer.id, "key_compromised", by=by, about=key.id, **told)
    return done


def _hold(db: Session, issuer: Issuer) -> None:
    """Lists first, then the issuer, then its keys: whoever issues or revokes holds them in this order, so that nobody
    waits for somebody who waits for them.
    """
    lists.hold(db, db.scalars(sa.select(StatusList.id).filter_by(issuer_id=issuer.id)).all())
    db.refresh(issuer, with_for_update=True)


def _end_active(db: Session, issuer: Issuer, algorithm: KeyAlgorithm, state: KeyState, reason: str) -> None:
    signing = sa.select(IssuerKey).filter_by(issuer_id=issuer.id, algorithm=algorithm, state=KeyState.ACTIVE)
    for key in db.scalars(signing.with_for_update()):
        key_table.end(key, state, reason)
    db.flush()


def _active(db: Session, issuer: Issuer, algorithm: KeyAlgorithm) -> IssuerKey:
    key = key_table.active(db, issuer.id, algorithm)
    assert key is not None, "the key that was declared was retired, so another one signs"
    return key


def _sign_lists(db: Session, signer: Signer, issuer: Issuer) -> None:
    key = key_table.signing_key(db, signer, issuer)
    of_issuer = db.scalars(sa.select(StatusList.id).filter_by(issuer_id=issuer.id)).all()
    for one in lists.hold(db, of_issuer):
        lists.write(db, issuer, one, key)


def _forget_tokens(db: Session, issuer: Issuer) -> int:
    """A JWT is made when its holder wants one: under the new key, the next time."""
    with_token = sa.and_(Credential.issuer_id == issuer.id, Credential.jwt.is_not(None))
    count = db.scalar(sa.select(sa.func.count()).where(with_token)) or 0
    db.execute(sa.update(Credential).where(with_token).values(jwt=None))
    return count


# --- badges and endorsements under the new key ----------------------------------------------------------------


def _reissue(db: Session, signer: Signer, issuer: Issuer, key: IssuerKey) -> int:
    """Every badge that the old key signed and that lives, a few hundred at a time."""
    now, count = clock.now(), 0
    living = (
        sa.select(Credential)
        .where(
            Credential.key_id == key.id,
            Credential.revoked_at.is_(None),
            Credential.document != b"",
            sa.or_(Credential.valid_until.is_(None), Credential.valid_until > now),
        )
        .order_by(Credential.id)
        .limit(AT_ONCE)
    )
    while some := db.scalars(living).all():
        _replace(db, signer, issuer, some)
        count += len(some)
    return count


def _replace(db: Session, signer: Signer, issuer: Issuer, some: Sequence[Credential]) -> None:
    signing = key_table.signing_key(db, signer, issuer)
    places = lists.take(db, signer, issuer, len(some))
    for old, place in zip(some, places, strict=True):
        new = _again(old, signing, place)
        old.origin, old.jwt = None, None
        db.flush()  # the reason that it was issued for is the new one's, and is there once
        db.add(new)
        db.flush()
        old.superseded_by_id = new.id
        if new.holder_id is not None:
            db.add(HolderEvent(holder_id=new.holder_id, act="reissued", about_id=new.id))
            outbox.record(db, BadgeReissued(credential_id=new.id), about_id=new.id)
    revoking.take_back(db, signer, some, Why.COMPROMISED, by=None)


def _again(old: Credential, signing: SigningKey, place: Place) -> Credential:
    """The same badge with an identifier, a subject and a place of its own, under another key."""
    new_id, subject_id = ids.random_id(), ids.random_id()
    document = json.loads(old.document)
    document.pop("proof")
    document["id"] = f"urn:uuid:{new_id}"
    document["credentialSubject"]["id"] = f"urn:uuid:{subject_id}"
    document["credentialStatus"] = documents.Status(place.url, place.index).document()
    now = clock.now().replace(microsecond=0)
    signed = integrity.sign(document, signing.private, verification_method=signing.method, created=now)
    return Credential(
        id=new_id,
        issuer_id=old.issuer_id,
        version_id=old.version_id,
        holder_id=old.holder_id,
        key_id=signing.id,
        origin=old.origin,
        subject_id=subject_id,
        language=old.language,
        level=old.level,
        document=documents.serialised(signed),
        list_id=place.list_id,
        list_index=place.index,
        issued_at=now,
        issued_by=old.issued_by,
        valid_from=old.valid_from,
        valid_until=old.valid_until,
        reminded_at=old.reminded_at,
    )


def _rewitness(db: Session, signer: Signer, issuer: Issuer, key: IssuerKey) -> int:
    """Every endorsement that the old key signed, about the badge that stands in the old one's place."""
    standing = db.scalars(
        sa.select(Endorsement).where(Endorsement.key_id == key.id, Endorsement.state == EndorsementState.GIVEN)
    ).all()
    signing = key_table.signing_key(db, signer, issuer)
    places = lists.take(db, signer, issuer, len(standing), ListOf.ENDORSEMENTS) if standing else []
    for given, place in zip(standing, places, strict=True):
        credential = db.get_one(Credential, given.credential_id)
        if credential.superseded_by_id is not None:
            credential = db.get_one(Credential, credential.superseded_by_id)
        witnessing.write(issuer, credential, given, signing, place)
    return len(standing)
