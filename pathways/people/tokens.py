"""Personal tokens: a program acts for one person in one organisation, with a part of their role's rights."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_
from pathways.people import fields
from pathways.people.models import Organisation, PersonalToken
from pathways.permissions import FOR_TOKENS, Member, Permission

PREFIX = "pathways_"
"""Says what it is to whoever finds one in a file, and to the tools that look for lost secrets."""
MOST_DAYS = 365
MOST_TOKENS = 20


def grantable(actor: Member) -> list[Permission]:
    """The scopes that the actor can give to a token, in the order of the enumeration."""
    return [permission for permission in Permission if permission in FOR_TOKENS & actor.permissions]


def create_token(
    db: Session, actor: Member, *, name: str, scopes: Iterable[str], days: int
) -> tuple[PersonalToken, str]:
    """A token and, this once, the secret to copy."""
    name = fields.name(name)
    asked, allowed = set(scopes), grantable(actor)
    if not asked or not asked <= set(allowed):
        raise fields.refused("scopes", D_("Choisissez au moins un droit, parmi ceux que vous avez."))
    if not 1 <= days <= MOST_DAYS:
        raise fields.refused("days", D_("La durée va de 1 à %(most)s jours."), most=MOST_DAYS)
    if len(tokens_of(db, actor)) >= MOST_TOKENS:
        raise Conflict(D_("Vous avez déjà %(most)s jetons. Révoquez-en un avant d'en créer."), most=MOST_TOKENS)
    secret = PREFIX + ids.new_token()
    token = PersonalToken(
        token_digest=ids.digest(secret),
        account_id=actor.account_id,
        organisation_id=actor.organisation_id,
        name=name,
        scopes=[scope.value for scope in allowed if scope in asked],
        expires_at=clock.now() + timedelta(days=days),
    )
    db.add(token)
    db.flush()
    return token, secret


def tokens_of(db: Session, actor: Member) -> list[PersonalToken]:
    """The actor's tokens in all their organisations, the newest first, with expired ones for a while."""
    query = sa.select(PersonalToken).filter_by(account_id=actor.account_id).order_by(PersonalToken.id.desc())
    return list(db.scalars(query))


def organisation_names(db: Session, tokens: Iterable[PersonalToken]) -> dict[uuid.UUID, str]:
    ids_ = {token.organisation_id for token in tokens}
    rows = db.execute(sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids_)))
    return {row.id: row.name for row in rows}


def revoke_token(db: Session, actor: Member, *, token_id: uuid.UUID) -> None:
    token = db.get(PersonalToken, token_id)
    if token is None or token.account_id != actor.account_id:
        raise NotFound(D_("Ce jeton n'existe pas."))
    db.delete(token)
