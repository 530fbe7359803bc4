"""The API of people: who asks, and their personal tokens."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends

from pathways.errors import Unauthenticated
from pathways.people import tokens
from pathways.people.schemas import MeOut, NewTokenOut, TokenIn, TokenOut, TokensOut
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, Identified, ReadDB, Requires, public

router = APIRouter(tags=["people"], route_class=StrictRoute)

Owner = Annotated[Member, Depends(Requires(Permission.ACCOUNT_OWN))]
"""A person in a browser: no token carries this, so no token makes or revokes one."""


@router.get("/me", summary="Who asks")
@public("whoever is recognised may ask as whom, whatever a token carries; nobody else is answered")
def me(member: Identified) -> MeOut:
    """The account, the organisation it acts for, and what it may do. A token shows its own scopes."""
    if member is None:
        raise Unauthenticated("Il faut se connecter.")
    return MeOut.of(member)


@router.get("/tokens", summary="My personal tokens")
def my_tokens(member: Owner, db: ReadDB) -> TokensOut:
    return TokensOut(tokens=[TokenOut.model_validate(token) for token in tokens.tokens_of(db, member)])


@router.post("/tokens", status_code=201, summary="Make a personal token")
def create(member: Owner, db: DB, body: TokenIn) -> NewTokenOut:
    """The secret is in this answer only."""
    token, secret = tokens.create_token(db, member, name=body.name, scopes=body.scopes, days=body.days)
    return NewTokenOut.of(token, secret)


@router.delete("/tokens/{token_id}", status_code=204, summary="Revoke a personal token")
def revoke(member: Owner, db: DB, token_id: uuid.UUID) -> None:
    tokens.revoke_token(db, member, token_id=token_id)
