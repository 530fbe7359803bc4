"""Badges by program: those that one holds, whether one still counts, and the network that takes one back."""

from __future__ import annotations

import json
import uuid
from typing import Annotated, Any

from fastapi import Depends
from starlette.responses import Response

from pathways import clock
from pathways.badges.api.doors import HolderMember, OwnLinks, OwnSigner, acting, own_credential, space_of
from pathways.badges.api.showing import credential_row, status_row
from pathways.badges.formats import documents
from pathways.badges.holding import held
from pathways.badges.issuing import revoking, witnessing
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import Credential
from pathways.badges.schemas import CredentialOut, CredentialStatusOut, RevocationIn
from pathways.errors import Gone, NotFound
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires, public
from pathways.web.routing import Router

router = Router(tags=["badges"], route_class=StrictRoute)
Keeper = Annotated[Member, Depends(Requires(Permission.BADGES_ISSUE, of={"credential_id": revoking.of_network}))]
SIGNED: dict[int | str, dict[str, Any]] = {200: {"content": {documents.MEDIA_TYPE: {}}, "description": "As signed."}}


@router.get("/credentials", response_model=list[CredentialOut], summary="The badges that you hold")
def listed(member: HolderMember, db: ReadDB) -> Any:
    """The newest first; those that are over among them."""
    holder, now = space_of(db, member), clock.now()
    return [credential_row(one, now) for one in held.all_of(db, holder)] if holder else []


@router.get("/credentials/{credential_id}", response_model=CredentialOut, summary="One badge that you hold")
def one(member: HolderMember, credential_id: uuid.UUID, db: ReadDB) -> Any:
    return credential_row(own_credential(db, member, credential_id), clock.now())


@router.get(
    "/credentials/{credential_id}/document",
    summary="The badge itself, byte for byte",
    response_class=Response,
    responses=SIGNED,
)
def document(member: HolderMember, credential_id: uuid.UUID, db: ReadDB) -> Response:
    found = own_credential(db, member, credential_id)
    if not found.document:
        raise Gone(held.ERASED)
    return Response(found.document, media_type=documents.MEDIA_TYPE)


@router.get(
    "/credentials/{credential_id}/endorsements",
    summary="The signed endorsements about it",
    response_model=list[dict[str, Any]],
)
def endorsements(member: HolderMember, credential_id: uuid.UUID, db: ReadDB) -> Any:
    """Each a credential of its own, without the name of whoever said it."""
    found = own_credential(db, member, credential_id)
    return [json.loads(given.document) for given in witnessing.of_credential(db, found.id) if given.document]


@router.delete("/credentials/{credential_id}", status_code=204, summary="Give a badge up")
def give_up(member: HolderMember, credential_id: uuid.UUID, db: DB, links: OwnLinks, signer: OwnSigner) -> None:
    """It counts no more, for ever: whoever has a copy sees it when they verify it. Twice is once."""
    revoking.give_up(db, signer, acting(db, links, member).id, credential_id)


@router.get(
    "/credentials/{credential_id}/status", response_model=CredentialStatusOut, summary="Whether a badge still counts"
)
@public("whoever has a badge may know whether it still counts; it names nobody")
def status(credential_id: uuid.UUID, db: ReadDB) -> Any:
    """The signed status list says the same, and does not tell us which badge somebody checks."""
    found = db.get(Credential, credential_id)
    if found is None:
        raise NotFound(held.NOT_THERE)
    return status_row(found, clock.now())


@router.post(
    "/network/credentials/{credential_id}/revocation",
    response_model=CredentialStatusOut,
    summary="Your network takes a badge back",
)
def revoke(member: Keeper, credential_id: uuid.UUID, body: RevocationIn, db: DB, signer: OwnSigner) -> Any:
    """It is never undone; what is served says so at once. Twice is once, with the first reason."""
    revoking.revoke(db, signer, member, credential_id, Why(body.why), words=body.words)
    return status_row(revoking.of_network(db, member, credential_id), clock.now())
