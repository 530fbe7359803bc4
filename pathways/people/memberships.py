"""Who belongs to an organisation, in which role. An organisation never loses its last administrator."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import Conflict, NotFound
from pathways.people import invitations, policies
from pathways.people.models import Account, Membership, Organisation, PersonalToken, SignInLink, SignInSession
from pathways.permissions import Member, Role

UNKNOWN = "Cette personne n'est pas membre de la structure."
CLOSED = "Compte fermé"
LAST = "C'est le dernier administrateur de la structure. Nommez-en d'abord un autre."


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member as colleagues see one."""

    membership_id: uuid.UUID
    account_id: uuid.UUID
    name: str
    email: str
    role: Role


def colleagues(db: Session, actor: Member) -> list[Colleague]:
    """The members of the actor's organisation, by name."""
    if not policies.may_see(actor, actor.organisation_id):
        return []
    rows = db.execute(
        sa.select(Membership.id, Account.id, Account.name, Account.email, Membership.role)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.organisation_id == actor.organisation_id, Account.closed_at.is_(None))
        .order_by(sa.func.lower(Account.name), Membership.id)
    )
    return [Colleague(*row) for row in rows]


def change_role(db: Session, actor: Member, *, membership_id: uuid.UUID, role: Role) -> Membership:
    membership = _managed(db, actor, membership_id)
    if membership.role is Role.ADMINISTRATOR and role is not Role.ADMINISTRATOR:
        _keep_an_administrator(db, membership)
        invitations.withdraw_all_by(db, account_id=membership.account_id, organisation_id=membership.organisation_id)
    membership.role = role
    return membership


def remove_member(db: Session, actor: Member, *, membership_id: uuid.UUID) -> None:
    """End a membership with all that it opened: sessions, tokens, links and invitations would outlive it."""
    membership = _managed(db, actor, membership_id)
    if membership.role is Role.ADMINISTRATOR:
        _keep_an_administrator(db, membership)
    theirs = {"account_id": membership.account_id, "organisation_id": membership.organisation_id}
    for opened in (SignInSession, PersonalToken, SignInLink):
        db.execute(sa.delete(opened).filter_by(**theirs))
    invitations.withdraw_all_by(db, **theirs)
    db.delete(membership)


def close_account(db: Session, actor: Member) -> None:
    """Close one's own account: nothing opens any more, and the name and address are not kept.

    The row stays, without them, so that what the person made still has an author.
    """
    account = db.get_one(Account, actor.account_id)
    if account.is_operator:
        raise Conflict("Ce compte exploite le serveur. Il ne peut pas être fermé depuis cette page.")
    theirs = {"account_id": account.id}
    for membership in db.scalars(sa.select(Membership).filter_by(**theirs).order_by(Membership.organisation_id)):
        if membership.role is Role.ADMINISTRATOR:
            _keep_an_administrator(db, membership)
        invitations.withdraw_all_by(db, **theirs, organisation_id=membership.organisation_id)
    for opened in (SignInSession, PersonalToken, SignInLink, Membership):
        db.execute(sa.delete(opened).filter_by(**theirs))
    account.closed_at = clock.now()
    account.email, account.name, account.password_hash = f"{account.id}@closed.invalid", CLOSED, None


def organisations_of(db: Session, actor: Member) -> list[Organisation]:
    """The organisations that the actor's account belongs to, by name."""
    query = (
        sa.select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.account_id == actor.account_id)
        .order_by(sa.func.lower(Organisation.name), Organisation.id)
    )
    return list(db.scalars(query))


def switch_organisation(db: Session, actor: Member, *, organisation_id: uuid.UUID) -> None:
    """Have the session act for another organisation of the same person."""
    belongs = sa.select(Membership.id).filter_by(account_id=actor.account_id, organisation_id=organisation_id)
    session = db.get(SignInSession, actor.session_id) if actor.session_id else None
    if db.scalar(belongs) is None or session is None:
        raise NotFound("Vous n'êtes pas membre de cette structure.")
    session.organisation_id = organisation_id


def _managed(db: Session, actor: Member, membership_id: uuid.UUID) -> Membership:
    membership = db.get(Membership, membership_id)
    if membership is None or not policies.may_manage(actor, membership.organisation_id):
        raise NotFound(UNKNOWN)
    return membership


def _keep_an_administrator(db: Session, membership: Membership) -> None:
    """Refuse if nobody else administers.

    The organisation's row is locked, so that two administrators who demote each other at the same moment come
    one after the other (SQLite has one writer anyway).
    """
    db.execute(sa.select(Organisation.id).filter_by(id=membership.organisation_id).with_for_update())
    others = (
        sa.select(sa.func.count())
        .select_from(Membership)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.organisation_id == membership.organisation_id,
            Membership.role == Role.ADMINISTRATOR,
            Membership.id != membership.id,
            Account.closed_at.is_(None),
        )
    )
    if not db.scalar(others):
        raise Conflict(LAST)
