"""Endorsements as documents of their own: signed by the network for whoever gave them, once there is a badge to name,
and taken back on a list of their own.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.formats import documents, integrity
from pathways.badges.issuing import composing, key_table, lists
from pathways.badges.issuing.key_table import SigningKey
from pathways.badges.issuing.lists import Place
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import BurntPlace, Credential, Endorsement, EndorsementState, Issuer, ListOf

NAMED: Mapping[str, str] = {"fr": "Recommandation", "en": "Endorsement"}


def sign_for(db: Session, signer: Signer, credential: Credential, request_id: uuid.UUID) -> Sequence[Endorsement]:
    """Sign what was said of the candidate of a request, about the badge that came of it."""
    given = db.scalars(
        sa.select(Endorsement)
        .where(
            Endorsement.request_id == request_id,
            Endorsement.state == EndorsementState.GIVEN,
            Endorsement.endorser_id.is_not(None),
            Endorsement.document.is_(None),
            Endorsement.comment != "",
        )
        .order_by(Endorsement.given_at, Endorsement.id)
    ).all()
    if given:
        issuer = db.get_one(Issuer, credential.issuer_id)
        places = lists.take(db, signer, issuer, len(given), ListOf.ENDORSEMENTS)
        key = key_table.signing_key(db, signer, issuer)
        for one, place in zip(given, places, strict=True):
            write(issuer, credential, one, key, place)
    return given


def write(issuer: Issuer, credential: Credential, given: Endorsement, key: SigningKey, place: Place) -> None:
    """The signed document of one endorsement, about a badge. Its author is told by their role alone."""
    now = clock.now().replace(microsecond=0)
    name = NAMED[credential.language]
    document = documents.endorsement_credential(
        documents.EndorsementCredential(
            id=f"urn:uuid:{given.id}",
            about=f"urn:uuid:{credential.id}",
            issuer=composing.profile_of(issuer),
            name=f"{name} : {given.role}" if given.role else name,
            comment=given.comment,
            valid_from=now,
            status=documents.Status(place.url, place.index),
        )
    )
    signed = integrity.sign(document, key.private, verification_method=key.method, created=now)
    given.document, given.key_id = documents.serialised(signed), key.id
    given.credential_id = credential.id
    given.list_id, given.list_index = place.list_id, place.index


def take_back(db: Session, signer: Signer, given: Endorsement) -> None:
    """Its author takes it back: it counts for nothing from now on, and what was signed is on the list."""
    if given.state is EndorsementState.WITHDRAWN:
        return
    held = lists.hold(db, [given.list_id]) if given.list_id is not None else []
    given.state, given.withdrawn_at = EndorsementState.WITHDRAWN, clock.now()
    for one in held:
        issuer = db.get_one(Issuer, one.issuer_id)
        lists.write(db, issuer, one, key_table.signing_key(db, signer, issuer))


def burn(db: Session, signer: Signer, credential_id: uuid.UUID) -> None:
    """The people of these endorsements are being erased: the rows go, their bits stay set."""
    gone = db.scalars(sa.select(Endorsement).filter_by(credential_id=credential_id)).all()
    held = lists.hold(db, {one.list_id for one in gone if one.list_id is not None})
    for one in gone:
        if one.list_id is not None and one.list_index is not None:
            db.add(BurntPlace(list_id=one.list_id, list_index=one.list_index))
        db.delete(one)
    for one in held:
        issuer = db.get_one(Issuer, one.issuer_id)
        lists.write(db, issuer, one, key_table.signing_key(db, signer, issuer))


def of_credential(db: Session, credential_id: uuid.UUID) -> Sequence[Endorsement]:
    """The signed ones about one badge that still stand."""
    return of_credentials(db, [credential_id])[credential_id]


def of_credentials(db: Session, credential_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Endorsement]]:
    """The same for several badges, in one query."""
    found: dict[uuid.UUID, list[Endorsement]] = {one: [] for one in credential_ids}
    query = sa.select(Endorsement).where(
        Endorsement.credential_id.in_(credential_ids),
        Endorsement.state == EndorsementState.GIVEN,
        Endorsement.document.is_not(None),
    )
    for given in db.scalars(query.order_by(Endorsement.given_at, Endorsement.id)):
        if given.credential_id is not None:
            found[given.credential_id].append(given)
    return found
