"""What the API of badges asks for: this server's links and keys, the space of whoever asks, a write that came twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends
from pydantic import BaseModel
from sqlalchemy.orm import Session

from pathways.badges.candidacy import requests
from pathways.badges.doors import OwnLinks, OwnSigner
from pathways.badges.holding import held, holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing import networks
from pathways.badges.models import AwardRequest, Credential, Holder, Issuer
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.idempotency import scope_of
from pathways.permissions import Member, Permission
from pathways.web import repeating
from pathways.web.dependencies import Requires
from pathways.web.repeating import Key

__all__ = [
    "OF",
    "HolderMember",
    "Key",
    "OwnLinks",
    "OwnSigner",
    "acting",
    "done_once",
    "kept_network",
    "own_credential",
    "own_request",
    "space_of",
]


def space_of(db: Session, member: Member) -> Holder | None:
    """The space of an account, if it has one: to read."""
    return db.scalar(sa.select(Holder).filter_by(account_id=member.account_id))


def own_request(db: Session, member: Member, request_id: uuid.UUID) -> AwardRequest:
    """A request of whoever asks; any other does not exist."""
    holder = space_of(db, member)
    if holder is None:
        raise NotFound(requests.NOT_THERE)
    return requests.own(db, holder, request_id)


def own_credential(db: Session, member: Member, credential_id: uuid.UUID) -> Credential:
    """A badge of whoever asks; any other does not exist."""
    holder = space_of(db, member)
    if holder is None:
        raise NotFound(held.NOT_THERE)
    return held.own(db, holder, credential_id)


def kept_network(db: Session, member: Member) -> Issuer:
    """The network that the member's organisation keeps."""
    found = networks.kept_by(db, member)
    if found is None:
        raise NotFound(D_("Votre structure ne tient pas de réseau."))
    return found


OF = {"request_id": own_request, "credential_id": own_credential}
HolderMember = Annotated[Member, Depends(Requires(Permission.BADGES_HOLD, of=OF))]


def acting(db: Session, links: Links, member: Member) -> Holder:
    """The space of whoever asks, made at first need: to write."""
    return holders.for_account(db, links, member)


def done_once(
    db: Session,
    member: Member,
    key: str,
    what: str,
    body: BaseModel | None,
    act: Callable[[], dict[str, Any]],
    *about: uuid.UUID | str,
) -> dict[str, Any]:
    """The same for whoever asks, in whatever organisation."""
    return repeating.done_once(db, scope_of(member.account_id, "badges"), key, what, body, act, *about)
