"""Finding badges: those of one holder, and one by its public address. With its version, achievement and network."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from pathways.badges.holding import holders
from pathways.badges.issuing import revoking
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Achievement, AchievementVersion, Credential, Holder
from pathways.errors import Gone, NotFound
from pathways.i18n import N_

NOT_THERE = N_("Ce badge n'existe pas ici.")
ERASED = N_("La personne a effacé ce badge. Il ne compte plus.")


def own(db: Session, holder: Holder, credential_id: uuid.UUID) -> Credential:
    """A badge of this holder; any other does not exist."""
    found = db.scalar(sa.select(Credential).filter_by(id=credential_id, holder_id=holder.id).options(*whole()))
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def all_of(db: Session, holder: Holder) -> Sequence[Credential]:
    """Every badge of a holder, the newest first; those that were taken back among them."""
    query = sa.select(Credential).filter_by(holder_id=holder.id).options(*whole())
    return db.scalars(query.order_by(Credential.issued_at.desc(), Credential.id)).all()


def published(db: Session, credential_id: uuid.UUID) -> Credential:
    """What anybody finds who has its address. Raises :class:`NotFound` for a badge that never was, :class:`Gone` for
    one that its holder erased.
    """
    found = db.scalar(sa.select(Credential).filter_by(id=credential_id).options(*whole()))
    if found is None:
        raise NotFound(NOT_THERE)
    if not found.document:
        raise Gone(ERASED)
    return found


def give_up(db: Session, signer: Signer, holder: Holder, credential_id: uuid.UUID) -> None:
    """Its holder wants it to count no more. Twice changes nothing."""
    credential = own(db, holder, credential_id)
    if credential.revoked_at is None:
        revoking.give_up(db, signer, holder.id, credential_id)
        holders.tell(db, holder.id, "given_up", about=credential_id)
        db.flush()


def hold(db: Session, credential: Credential) -> Credential:
    """The same as it is now, held until the transaction ends: of two who write it, the second sees what the first
    did.
    """
    query = sa.select(Credential).filter_by(id=credential.id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def whole() -> Sequence[ExecutableOption]:
    version = joinedload(Credential.version).joinedload(AchievementVersion.achievement)
    return version.joinedload(Achievement.issuer), joinedload(Credential.issuer)


def address_of(credential: Credential) -> str:
    """The public page of a badge."""
    return f"{credential.issuer.base_url}/credentials/{credential.id}"
