"""Status lists: where a badge finds its place, and the signed list that says which ones were taken back.

A list is made from the rows, under a lock on its own row: of two revocations at once the second waits and sees both.
Nobody ever reads the old list to write the new one. Source: W3C Bitstring Status List 1.0.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.badges.formats import documents, integrity, status_list
from pathways.badges.issuing import key_table
from pathways.badges.issuing.key_table import SigningKey
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import BurntPlace, Credential, Endorsement, EndorsementState, Issuer, ListOf, StatusList
from pathways.errors import NotFound, SettingsError
from pathways.i18n import D_

LASTS = timedelta(days=7)
"""How long a signed list may be believed: a week, so that a server that is down for a day harms no badge."""
SIGNED_ANEW_AFTER = timedelta(days=1)
FRESH_SECONDS = 300
"""How long others may keep a copy: who checks often asks a cache, and the issuer learns less of it."""
_CHANCE = random.SystemRandom()
_ON = {ListOf.CREDENTIALS: Credential, ListOf.ENDORSEMENTS: Endorsement}


@dataclass(frozen=True, slots=True)
class Place:
    """One bit of one list."""

    list_id: uuid.UUID
    index: int
    url: str
    """Of the list."""


def url_of(issuer: Issuer, number: int) -> str:
    """Verifiers follow https alone, as for the keys of a did:web: so it is https, also of a demonstration without."""
    return f"{key_table.secure(issuer.base_url)}/issuers/{issuer.slug}/status/{number}"


def begin(db: Session, signer: Signer, issuer: Issuer, of: ListOf = ListOf.CREDENTIALS) -> StatusList:
    """A new list, empty and signed. The caller holds the issuer's row where two might begin one at once."""
    last = db.scalar(sa.select(sa.func.max(StatusList.number)).filter_by(issuer_id=issuer.id)) or 0
    made = StatusList(issuer_id=issuer.id, number=last + 1, of=of)
    db.add(made)
    db.flush()
    write(db, issuer, made, key_table.signing_key(db, signer, issuer))
    return made


def take(db: Session, signer: Signer, issuer: Issuer, count: int = 1, of: ListOf = ListOf.CREDENTIALS) -> list[Place]:
    """``count`` free places, by chance: a place tells nothing about when a badge was issued, or after which.

    The list's row is held until the transaction ends, so that two never choose the same; the database would refuse it.
    """
    places: list[Place] = []
    while len(places) < count:
        current = _current(db, signer, issuer, of)
        room = min(count - len(places), current.size // 2 - current.taken)
        url = url_of(issuer, current.number)
        places.extend(Place(current.id, index, url) for index in _free(db, current, room))
        current.taken += room
    return places


def _current(db: Session, signer: Signer, issuer: Issuer, of: ListOf) -> StatusList:
    newest = (
        sa.select(StatusList)
        .filter_by(issuer_id=issuer.id, of=of)
        .order_by(StatusList.number.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = db.scalars(newest).first()
    if found is not None and found.taken < found.size // 2:
        return found
    db.refresh(issuer, with_for_update=True)  # of two that find it full, the second finds the one that the first began
    found = db.scalars(newest).first()
    return found if found is not None and found.taken < found.size // 2 else begin(db, signer, issuer, of)


def _free(db: Session, current: StatusList, count: int) -> list[int]:
    on = _ON[current.of]
    chosen: set[int] = set()
    while len(chosen) < count:
        drawn = {_CHANCE.randrange(current.size) for _ in range(2 * (count - len(chosen)) + 2)} - chosen
        for some in _in_parts(sorted(drawn)):
            used = [
                sa.select(one.list_index).where(one.list_id == current.id, one.list_index.in_(some))
                for one in (on, BurntPlace)
            ]
            drawn -= set(db.scalars(sa.union_all(*used)))
        chosen.update(_CHANCE.sample(sorted(drawn), min(len(drawn), count - len(chosen))))
    return _CHANCE.sample(sorted(chosen), count)


def _in_parts(numbers: Sequence[int], most: int = 500) -> list[Sequence[int]]:
    return [numbers[start : start + most] for start in range(0, len(numbers), most)]


def hold(db: Session, list_ids: Collection[uuid.UUID]) -> Sequence[StatusList]:
    """The rows of some lists, held until the transaction ends; always in the same order, so that nobody waits for
    somebody who waits for them.
    """
    held = sa.select(StatusList).where(StatusList.id.in_(list_ids)).order_by(StatusList.id).with_for_update()
    return db.scalars(held.execution_options(populate_existing=True)).all()


def write(db: Session, issuer: Issuer, held: StatusList, key: SigningKey) -> None:
    """Make the list from the rows and sign it. The caller holds its row."""
    db.flush()
    now = clock.now().replace(microsecond=0)
    burnt = sa.select(BurntPlace.list_index).filter_by(list_id=held.id)
    document = documents.status_list_credential(
        documents.StatusListCredential(
            url=url_of(issuer, held.number),
            issuer=issuer.did,
            encoded=status_list.encode(chain(db.scalars(_taken_back(held)), db.scalars(burnt)), held.size),
            valid_from=now,
            valid_until=now + LASTS,
            ttl=timedelta(seconds=FRESH_SECONDS),
        )
    )
    signed = integrity.sign(document, key.private, verification_method=key.method, created=now)
    held.document = documents.serialised(signed)
    held.etag = ids.fingerprint(held.document.decode(), 32)
    held.signed_at, held.valid_until = now, now + LASTS


def _taken_back(held: StatusList) -> sa.Select[int]:
    if held.of is ListOf.ENDORSEMENTS:
        return sa.select(Endorsement.list_index).where(  # pyright: ignore[reportReturnType] - with a list, an index
            Endorsement.list_id == held.id, Endorsement.state == EndorsementState.WITHDRAWN
        )
    return sa.select(Credential.list_index).where(Credential.list_id == held.id, Credential.revoked_at.is_not(None))


def served(db: Session, issuer: Issuer, number: int) -> StatusList:
    """What anybody reads; raises :class:`NotFound` for a list that never was."""
    found = db.scalars(sa.select(StatusList).filter_by(issuer_id=issuer.id, number=number)).first()
    if found is None:
        raise NotFound(D_("Cette liste n'existe pas."))
    return found


def sign_anew(db: Session, signer: Signer, *, most: int = 20) -> int:
    """Sign the lists that were signed a day ago or earlier; how many. For the upkeep. A network whose keys do not open
    holds up no other, and is told of in the end: raises :class:`SettingsError`, with the others signed.
    """
    stale = (
        sa.select(StatusList)
        .where(StatusList.signed_at < clock.now() - SIGNED_ANEW_AFTER)
        .order_by(StatusList.id)
        .limit(most)
    )
    due, shut = db.scalars(stale.with_for_update(skip_locked=True)).all(), None
    for one in due:
        issuer = db.get_one(Issuer, one.issuer_id)
        try:
            key = key_table.signing_key(db, signer, issuer)
        except SettingsError as error:
            shut = error
        else:
            write(db, issuer, one, key)
    if shut is not None:
        db.flush()
        raise shut
    return len(due)
