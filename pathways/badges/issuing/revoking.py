"""Taking a badge back. It is never undone: a badge that was revoked in error is issued anew."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, outbox
from pathways.badges.events import BadgeRevoked
from pathways.badges.issuing import key_table, lists, networks, witnessing
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Credential, HolderEvent, Issuer
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_, N_
from pathways.permissions import Member

NOT_THERE = N_("Ce badge n'existe pas ici.")


class Why(enum.StrEnum):
    """As whoever verifies reads it; the words of the network stay in its own history."""

    ERROR = "error"
    FRAUD = "fraud"
    COMPROMISED = "compromised"
    """Its key was; the same badge was issued anew."""
    SUPERSEDED = "superseded"
    """A newer one of the same person stands in its place."""
    ASKED = "asked"
    """Its holder wanted it."""


def revoke(db: Session, signer: Signer, actor: Member, credential_id: uuid.UUID, why: Why, *, words: str = "") -> None:
    """The network takes a badge back. Twice is once; raises :class:`NotFound` for a badge of another network."""
    credential = of_network(db, actor, credential_id)
    if credential.revoked_at is not None:
        return
    take_back(db, signer, [credential], why, by=actor.account_id)
    networks.note(
        db, credential.issuer_id, "badge_revoked", by=actor.account_id, about=credential.id, why=why, words=words[:300]
    )


def of_network(db: Session, actor: Member, credential_id: uuid.UUID) -> Credential:
    """A badge of the network that the organisation of ``actor`` keeps."""
    credential = db.get(Credential, credential_id)
    if credential is None or db.get_one(Issuer, credential.issuer_id).organisation_id != actor.organisation_id:
        raise NotFound(NOT_THERE)
    return credential


def give_up(db: Session, signer: Signer, holder_id: uuid.UUID, credential_id: uuid.UUID) -> None:
    """A holder wants a badge to count no more."""
    credential = db.get(Credential, credential_id)
    if credential is None or credential.holder_id != holder_id:
        raise NotFound(NOT_THERE)
    if credential.revoked_at is None:
        take_back(db, signer, [credential], Why.ASKED, by=None)


def take_back(
    db: Session, signer: Signer, credentials: Sequence[Credential], why: Why, *, by: uuid.UUID | None
) -> None:
    """Mark some badges of one issuer as revoked and write their lists anew, in this transaction: once it is committed,
    what is served says so. Those that were revoked before keep their date and their reason.
    """
    held = lists.hold(db, {one.list_id for one in credentials})
    now = clock.now()
    for some in _in_parts([one.id for one in credentials]):
        db.execute(
            sa.update(Credential)
            .where(Credential.id.in_(some), Credential.revoked_at.is_(None))
            .values(revoked_at=now, revoked_by=by, revocation=why.value)
        )
    for one in credentials:
        db.refresh(one, ["revoked_at", "revoked_by", "revocation"])
        if one.holder_id is not None and one.revoked_at == now and why is not Why.ASKED:
            db.add(HolderEvent(holder_id=one.holder_id, act="revoked", about_id=one.id, details={"why": why.value}))
            outbox.record(db, BadgeRevoked(credential_id=one.id), about_id=one.id)
    issuer = db.get_one(Issuer, credentials[0].issuer_id)
    key = key_table.signing_key(db, signer, issuer)
    for one in held:
        lists.write(db, issuer, one, key)


def _in_parts(found: Sequence[uuid.UUID], most: int = 500) -> list[Sequence[uuid.UUID]]:
    return [found[start : start + most] for start in range(0, len(found), most)]


def withdraw_for_erasure(db: Session, signer: Signer, credential: Credential) -> None:
    """Its holder wants to be erased: the badge is revoked, its documents go. The identifier and the bit stay, so that a
    copy out there is not believed; they lead to nobody.
    """
    if credential.revoked_at is None:
        take_back(db, signer, [credential], Why.ASKED, by=None)
    credential.document, credential.jwt = b"", None
    credential.hosted_token, credential.hosted = None, None
    credential.origin, credential.holder_id = None, None
    witnessing.burn(db, signer, credential.id)


def must_live(credential: Credential) -> None:
    """Raises :class:`Conflict` for a badge that is revoked, or has expired."""
    if credential.revoked_at is not None:
        raise Conflict(N_("Ce badge a été repris : il ne compte plus."))
    if credential.valid_until is not None and credential.valid_until <= clock.now():
        raise Conflict(D_("Ce badge a expiré."))
