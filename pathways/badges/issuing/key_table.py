"""The keys of a network: which one signs, which ones are published, and how one follows another.

A retired key stays published, since what it signed stays valid. A compromised one is published no more, so nothing
that it signed is believed: what lives under it is issued again (:mod:`compromise`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.badges.formats import keys
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Issuer, IssuerKey, KeyAlgorithm, KeyState
from pathways.errors import NotFound, SettingsError
from pathways.i18n import D_

PUBLISHED = (KeyState.ACTIVE, KeyState.RETIRED)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that was unwrapped, for as long as a service runs."""

    id: uuid.UUID
    private: Ed25519PrivateKey
    method: str
    """The name under which verifiers find its public half."""


def make(db: Session, signer: Signer, issuer: Issuer, algorithm: KeyAlgorithm = KeyAlgorithm.ED25519) -> IssuerKey:
    """A new pair, active from now on. There must be no other active one (the database refuses it)."""
    key_id = ids.new_id()
    if algorithm is KeyAlgorithm.ED25519:
        private = keys.new_ed25519()
        public = keys.multikey(keys.ed25519_private(private))
    else:
        private = keys.new_rsa().encode()
        public = json.dumps(keys.rsa_jwk(keys.rsa_private(private.decode()), kid=jwk_url(issuer, key_id)))
    key = IssuerKey(
        id=key_id,
        issuer_id=issuer.id,
        algorithm=algorithm,
        public=public,
        wrapped=signer.wrapping.wrap(private, key_id),
        wrapped_by=signer.wrapping.fingerprint,
    )
    db.add(key)
    db.flush()
    return key


def jwk_url(issuer: Issuer, key_id: uuid.UUID) -> str:
    """Where a public RSA key is, for as long as something it signed may be believed."""
    return f"{secure(issuer.base_url)}/issuers/{issuer.slug}/keys/{key_id}"


def secure(url: str) -> str:
    """The same address over https: what verifiers of badges follow, whatever a demonstration is served over."""
    return f"https://{url.partition('://')[2]}"


def active(db: Session, issuer_id: uuid.UUID, algorithm: KeyAlgorithm = KeyAlgorithm.ED25519) -> IssuerKey | None:
    """The key that signs. It is held until the transaction ends: whoever declares it compromised waits for what is
    being signed with it, and finds it.
    """
    signing = sa.select(IssuerKey).filter_by(issuer_id=issuer_id, algorithm=algorithm, state=KeyState.ACTIVE)
    return db.scalars(signing.with_for_update(read=True)).first()


def signing_key(db: Session, signer: Signer, issuer: Issuer) -> SigningKey:
    """The active Ed25519 key, unwrapped. Raises :class:`SettingsError` where the secret is not the one it needs."""
    key = active(db, issuer.id)
    if key is None:
        raise SettingsError(f"Le réseau « {issuer.slug} » n'a pas de clé : « pathways badges rotate {issuer.slug} ».")
    private = keys.ed25519_private(_unwrapped(signer, key))
    return SigningKey(key.id, private, keys.verification_method(issuer.did, key.public))


def rsa_key(db: Session, signer: Signer, issuer: Issuer) -> tuple[RSAPrivateKey, str]:
    """The active RSA key and its address; made the first time that somebody wants a JWT."""
    key = active(db, issuer.id, KeyAlgorithm.RSA)
    if key is None:
        db.refresh(issuer, with_for_update=True)  # of two at the same moment, the second finds what the first made
        key = active(db, issuer.id, KeyAlgorithm.RSA) or make(db, signer, issuer, KeyAlgorithm.RSA)
    return keys.rsa_private(_unwrapped(signer, key).decode()), jwk_url(issuer, key.id)


def _unwrapped(signer: Signer, key: IssuerKey) -> bytes:
    assert key.wrapped is not None, "an active key keeps its private half"
    return signer.wrapping.unwrap(key.wrapped, key.id)


def did_document(db: Session, issuer: Issuer) -> dict[str, Any]:
    """What is served as did.json: the active key, then those that were retired."""
    publics = [key.public for key in published(db, issuer.id) if key.algorithm is KeyAlgorithm.ED25519]
    return keys.did_document(issuer.did, publics)


def published(db: Session, issuer_id: uuid.UUID) -> Sequence[IssuerKey]:
    """Every key that may be believed, the newest first."""
    known = sa.select(IssuerKey).where(IssuerKey.issuer_id == issuer_id, IssuerKey.state.in_(PUBLISHED))
    return db.scalars(known.order_by(IssuerKey.created_at.desc(), IssuerKey.id.desc())).all()


def all_keys(db: Session, issuer_id: uuid.UUID) -> Sequence[IssuerKey]:
    """Every key there ever was, the newest first: for those who keep the network."""
    return db.scalars(sa.select(IssuerKey).filter_by(issuer_id=issuer_id).order_by(IssuerKey.id.desc())).all()


def public_jwk(db: Session, issuer: Issuer, key_id: uuid.UUID) -> dict[str, Any]:
    """A published RSA key as a JWK; raises :class:`NotFound` for one that is compromised or never was."""
    key = db.get(IssuerKey, key_id)
    if key is None or key.issuer_id != issuer.id or key.algorithm is not KeyAlgorithm.RSA or key.state not in PUBLISHED:
        raise NotFound(D_("Cette clé n'est pas publiée."))
    jwk: dict[str, Any] = json.loads(key.public)
    return jwk


def end(key: IssuerKey, state: KeyState, reason: str) -> None:
    """A key signs no more. Its private half goes: nobody, with whatever secret, signs with it again."""
    key.state, key.reason, key.ended_at = state, reason[:300], clock.now()
    key.wrapped, key.wrapped_by = None, ""


def rewrap(db: Session, before: Signer, after: Signer) -> int:
    """Wrap every private key with another secret; how many there were. All or none."""
    waiting = db.scalars(sa.select(IssuerKey).where(IssuerKey.wrapped.is_not(None)).with_for_update()).all()
    for key in waiting:
        if key.wrapped_by != after.wrapping.fingerprint:
            private = _unwrapped(before, key)
            key.wrapped, key.wrapped_by = after.wrapping.wrap(private, key.id), after.wrapping.fingerprint
    return len(waiting)
