"""The Open Badges 2.0 twin of a badge, for an old backpack, where its holder asks for one.

Such a backpack knows its owner by an e-mail address, so the twin carries a salted digest of it; whoever guesses the
address can test the guess. The holder is told. The address itself is kept nowhere, nor is its digest, but for the
published assertion itself.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import ids
from pathways.badges.formats import documents, ob2
from pathways.badges.formats.baking import bakery
from pathways.badges.holding import held, holders, open_badges_2
from pathways.badges.issuing import key_table, offering, revoking
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Credential, CredentialForm, Holder, KeyAlgorithm
from pathways.errors import NotFound
from pathways.i18n import N_
from pathways.people import fields

SALT = 16
"""Random bytes, at least as many as the standard's verifiers and our own rule ask for."""


def host(db: Session, holder: Holder, credential_id: uuid.UUID, email: str) -> str:
    """Publish the twin; its address. Of one that is published already, the address changes, and the former one says
    that nothing is there. Raises :class:`Invalid` for what is no address, :class:`Conflict` for a badge that is over.
    """
    recipient = _recipient(email)
    credential = held.hold(db, held.own(db, holder, credential_id))
    revoking.must_live(credential)
    open_badges_2.issuer_document(db, credential.issuer)  # it can be read by others, or the holder is told why not
    token = ids.new_token()
    address = open_badges_2.assertion_url(credential.issuer, token)
    twin = ob2.assertion(_assertion(credential, address, recipient))
    credential.hosted_token, credential.hosted = token, documents.serialised(twin)
    holders.tell(db, holder.id, "twin_hosted", about=credential.id)
    db.flush()
    return address


def withdraw(db: Session, holder: Holder, credential_id: uuid.UUID) -> None:
    """Publish it no more: its address says so from now on. Twice changes nothing."""
    credential = held.hold(db, held.own(db, holder, credential_id))
    if credential.hosted is not None:
        credential.hosted = None
        holders.tell(db, holder.id, "twin_withdrawn", about=credential.id)
        db.flush()


def address_of(credential: Credential) -> str:
    """Where the twin is published; empty where it is not."""
    if credential.hosted is None or credential.hosted_token is None:
        return ""
    return open_badges_2.assertion_url(credential.issuer, credential.hosted_token)


def sign(db: Session, signer: Signer, holder: Holder, credential_id: uuid.UUID, email: str) -> str:
    """The twin as a compact JWS, for its holder to take away. Nothing of it is kept."""
    recipient = _recipient(email)
    credential = held.own(db, holder, credential_id)
    revoking.must_live(credential)
    open_badges_2.issuer_document(db, credential.issuer)
    private, _ = key_table.rsa_key(db, signer, credential.issuer)
    key = key_table.active(db, credential.issuer_id, KeyAlgorithm.RSA)
    assert key is not None, "it was made just now, if there was none"
    creator = open_badges_2.key_url(credential.issuer, key.id)
    name = open_badges_2.signed_id(credential.id)
    holders.tell(db, holder.id, "twin_signed", about=credential.id)
    return ob2.sign(ob2.assertion(_assertion(credential, name, recipient, creator=creator)), private)


def baked(db: Session, credential: Credential, text: str, form: CredentialForm) -> bytes:
    """The picture of a badge (PNG or SVG) with a twin in it: an assertion, a JWS, or the address of a hosted one."""
    picture = offering.picture_of(db, credential.version_id, credential.level)
    return bakery.bake(picture.svg.encode() if form is CredentialForm.SVG else picture.png, text)


@dataclass(frozen=True, slots=True)
class Published:
    """What stands at the address of a twin."""

    document: bytes
    is_gone: bool
    """It is served with the status 410."""


def published(db: Session, token: str) -> Published:
    """Raises :class:`NotFound` for an address at which nothing ever was, or whose holder erased everything."""
    credential = db.scalar(sa.select(Credential).filter_by(hosted_token=token).options(*held.whole()))
    if credential is None:
        raise NotFound(open_badges_2.NOT_THERE)
    if credential.hosted is not None and credential.revoked_at is None:
        return Published(credential.hosted, is_gone=False)
    reason = open_badges_2.REASONS.get(credential.revocation, open_badges_2.REASONS[revoking.Why.ASKED])
    address = open_badges_2.assertion_url(credential.issuer, token)
    return Published(documents.serialised(ob2.revoked_assertion(address, reason)), is_gone=True)


def _recipient(email: str) -> ob2.Recipient:
    if not email.strip():
        raise fields.refused("email", N_("Écrivez l'adresse e-mail de votre ancien sac à badges."))
    return ob2.Recipient.of_email(fields.email(email), secrets.token_bytes(SALT))


def _assertion(credential: Credential, name: str, recipient: ob2.Recipient, *, creator: str = "") -> ob2.Assertion:
    return ob2.Assertion(
        id=name,
        recipient=recipient,
        badge=open_badges_2.badge_class_url(credential.issuer, credential.version_id, credential.language),
        issued=credential.issued_at,
        expires=credential.valid_until,
        creator=creator,
    )
