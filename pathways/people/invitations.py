"""Invitations: a link opens an organisation to one person, and nobody's existing account to another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.database import changed
from pathways.errors import Conflict, Gone, NotFound, WrongPassword
from pathways.i18n import D_
from pathways.people import fields, passwords, policies, service
from pathways.people.models import Account, Invitation, Organisation, SignInSession
from pathways.permissions import Member, Role

LASTS = timedelta(days=14)
MOST_WAITING = 200
"""Invitations that one organisation has open at once: the page that lists them stays a page."""

UNKNOWN = D_("Cette invitation n'existe pas. Vérifiez que le lien est entier.")
SPENT = D_("Cette invitation a déjà servi ou n'est plus valable. Demandez-en une autre.")


def invite(db: Session, actor: Member, *, role: Role, email: str = "") -> str:
    """The token of an invitation to the actor's organisation; ``email`` reserves it to one address."""
    if not policies.may_manage(actor, actor.organisation_id):
        raise NotFound(UNKNOWN)
    return invite_to(db, organisation_id=actor.organisation_id, invited_by=actor.account_id, role=role, email=email)


def invite_to(db: Session, *, organisation_id: uuid.UUID, invited_by: uuid.UUID, role: Role, email: str = "") -> str:
    """The same for any organisation: for the operator and the command line."""
    reserved = fields.email(email) if email.strip() else None
    if (db.scalar(sa.select(sa.func.count()).select_from(_waiting(organisation_id).subquery())) or 0) >= MOST_WAITING:
        raise Conflict(D_("Trop d'invitations attendent une réponse. Annulez-en avant d'en créer."))
    token = ids.new_token()
    db.add(
        Invitation(
            token_digest=ids.digest(token),
            organisation_id=organisation_id,
            role=role,
            email=reserved,
            invited_by=invited_by,
            expires_at=clock.now() + LASTS,
        )
    )
    db.flush()
    return token


def waiting(db: Session, actor: Member) -> list[Invitation]:
    """Invitations to the actor's organisation that nobody has accepted yet, the newest first."""
    if not policies.may_manage(actor, actor.organisation_id):
        return []
    return list(db.scalars(_waiting(actor.organisation_id).order_by(Invitation.id.desc())))


def withdraw(db: Session, actor: Member, *, invitation_id: uuid.UUID) -> None:
    invitation = db.get(Invitation, invitation_id)
    if invitation is None or not policies.may_manage(actor, invitation.organisation_id):
        raise NotFound(UNKNOWN)
    if invitation.accepted_at is not None:
        raise Gone(D_("Cette invitation a déjà servi."))
    db.delete(invitation)


def withdraw_all_by(db: Session, *, account_id: uuid.UUID, organisation_id: uuid.UUID) -> None:
    """Void what somebody handed out who may not invite any more: they could come back through it."""
    db.execute(
        sa.delete(Invitation).where(
            Invitation.invited_by == account_id,
            Invitation.organisation_id == organisation_id,
            Invitation.accepted_at.is_(None),
        )
    )


def invitation_by_token(db: Session, token: str) -> tuple[Invitation, Organisation]:
    """An invitation that can still be accepted, and to what."""
    row = db.execute(
        sa.select(Invitation, Organisation)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.token_digest == ids.digest(token))
    ).one_or_none()
    if row is None:
        raise NotFound(UNKNOWN)
    invitation, organisation = row
    if invitation.accepted_at is not None or invitation.expires_at <= clock.now():
        raise Gone(SPENT)
    return invitation, organisation


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who accepts an invitation: a new person with the hash of a password, or somebody who has an account already and
    gave its password, right or ``wrong``.
    """

    name: str
    email: str
    account_id: uuid.UUID | None = None
    password_hash: str | None = None
    wrong: bool = False


def entrant(db: Session, token: str, *, name: str, email: str, password: str, tries: service.Tries) -> Entrant:
    """Make or compare the password, reading only: Argon2 is slow, and must not hold the one writer's turn."""
    invitation, _ = invitation_by_token(db, token)
    email = fields.email(email)
    _refuse_other_address(invitation, email)
    account = service.account_by_email(db, email)
    if account is None:
        name = fields.name(name)
        return Entrant(
            name, email, password_hash=passwords.hashed(fields.new_password(password, email=email, name=name))
        )
    tries.check(db)
    return Entrant(name, email, account.id, wrong=not passwords.matches(account.password_hash, password))


def accept_invitation(
    db: Session, token: str, who: Entrant, *, tries: service.Tries, replaces: str | None = None
) -> str:
    """The token of a session in the organisation. The counts and the invitation are looked at again: here, writers take
    turns, and two who came at the same moment do not both pass.
    """
    invitation, _ = invitation_by_token(db, token)
    account_id = who.account_id
    if account_id is None:
        account_id = service.create_account(db, email=who.email, name=who.name, password_hash=who.password_hash).id
    else:
        tries.check(db)
        if who.wrong:
            tries.count(db)
            raise WrongPassword(D_("Un compte existe déjà pour cette adresse : tapez le mot de passe de ce compte."))
    _spend(db, invitation, account_id)
    service.sign_out(db, replaces)
    return service.open_session(db, account_id=account_id, organisation_id=invitation.organisation_id)


def join(db: Session, actor: Member, token: str) -> None:
    """Accept with the account that is signed in; its session then acts for the new organisation."""
    invitation, _ = invitation_by_token(db, token)
    _refuse_other_address(invitation, db.get_one(Account, actor.account_id).email)
    _spend(db, invitation, actor.account_id)
    session = db.get(SignInSession, actor.session_id) if actor.session_id else None
    if session is not None:
        session.organisation_id = invitation.organisation_id


def _spend(db: Session, invitation: Invitation, account_id: uuid.UUID) -> None:
    """Use it up; of two requests at the same moment, one row changes, and one is refused."""
    unused = sa.update(Invitation).where(Invitation.id == invitation.id, Invitation.accepted_at.is_(None))
    if changed(db, unused.values(accepted_at=clock.now())) != 1:
        raise Gone(SPENT)
    service.add_member(db, account_id=account_id, organisation_id=invitation.organisation_id, role=invitation.role)


def _refuse_other_address(invitation: Invitation, email: str) -> None:
    if invitation.email is not None and invitation.email != email:
        raise fields.refused("email", D_("Cette invitation est réservée à une autre adresse e-mail."))


def _waiting(organisation_id: uuid.UUID) -> sa.Select[Invitation]:
    return sa.select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        Invitation.accepted_at.is_(None),
        Invitation.expires_at > clock.now(),
    )
