"""The API of people: who asks, and their personal tokens."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Query

from pathways import i18n
from pathways.errors import Unauthenticated
from pathways.i18n import N_
from pathways.people import habits, journal, tokens
from pathways.people.habits import Habits
from pathways.people.journal import Act
from pathways.people.models import JournalEntry
from pathways.people.schemas import (
    JournalEntryOut,
    MeOut,
    NewTokenOut,
    OrganisationChange,
    OwnOrganisationOut,
    TokenIn,
    TokenOut,
    TokensOut,
)
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, Identified, ReadDB, Requires, public
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router

router = Router(tags=["people"], route_class=StrictRoute)

Reader = Annotated[Member, Depends(Requires(Permission.PEOPLE_READ))]
Manager = Annotated[Member, Depends(Requires(Permission.PEOPLE_MANAGE))]
Owner = Annotated[Member, Depends(Requires(Permission.ACCOUNT_OWN))]
"""A person in a browser: no token carries this, so no token makes or revokes one."""


@router.get("/me", summary="Who asks")
@public("whoever is recognised may ask as whom, whatever a token carries; nobody else is answered")
def me(member: Identified) -> MeOut:
    """The account, the organisation it acts for, and what it may do. A token shows its own scopes."""
    if member is None:
        raise Unauthenticated(N_("Il faut se connecter."))
    return MeOut.of(member)


@router.get("/organisation", summary="My organisation and what its forms start from")
def organisation(member: Reader, db: ReadDB) -> OwnOrganisationOut:
    return OwnOrganisationOut.of(habits.get(db, member))


@router.patch("/organisation", summary="Change what forms start from")
def change_organisation(member: Manager, db: DB, body: OrganisationChange) -> OwnOrganisationOut:
    """What is left out stays as it is. The same body twice changes it once."""
    kept = habits.get(db, member)
    changed = habits.change(
        db,
        member,
        languages=(kept.languages if body.languages is None else body.languages) or i18n.languages(),
        habits=habits.of(kept) if body.habits is None else Habits(**body.habits.model_dump()),
        version=body.version,
    )
    return OwnOrganisationOut.of(changed)


@router.get("/journal", response_model=PageOf[JournalEntryOut], summary="Who opened, exported or erased what")
def read_journal(
    member: Manager,
    db: ReadDB,
    act: Annotated[Act | None, Query()] = None,
    about: Annotated[uuid.UUID | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """The latest first, for 12 months."""
    return page(
        db,
        journal.entries(member.organisation_id, act=act, about_id=about),
        at=JournalEntry.happened_at,
        key=JournalEntry.id,
        limit=limit,
        cursor=cursor,
        show=JournalEntryOut.model_validate,
    )


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
