"""Passwords that change: forgotten, reset by link, or replaced by their owner."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, outbox, throttle
from pathways.errors import Conflict, Forbidden, NotFound, TooMany, WrongPassword
from pathways.i18n import D_
from pathways.people import fields, passwords, policies, service
from pathways.people.events import PasswordForgotten
from pathways.people.models import Account, LinkPurpose, Membership, PersonalToken, SignInLink
from pathways.permissions import Member, Permission

RESET_MINUTES = 60
RESET_BY_ADMINISTRATOR_MINUTES = 24 * 60
"""A link that an administrator hands over waits until its reader comes to work."""
MAILS_PER_ACCOUNT, MAILS_PER_ADDRESS, MAILS_MINUTES = 3, 20, 60


def forgotten_password(db: Session, *, email: str, address: str, secret: bytes) -> None:
    """Have a way back mailed, if there is such an account. The caller sees no difference."""
    email = fields.email(email)
    by_address = throttle.bucket(secret, "forgotten address", address)
    by_account = throttle.bucket(secret, "forgotten account", email)
    throttle.check(db, by_address, limit=MAILS_PER_ADDRESS, minutes=MAILS_MINUTES)
    throttle.count(db, by_address, minutes=MAILS_MINUTES)
    try:
        throttle.check(db, by_account, limit=MAILS_PER_ACCOUNT, minutes=MAILS_MINUTES)
    except TooMany:
        return
    throttle.count(db, by_account, minutes=MAILS_MINUTES)
    account = service.account_by_email(db, email)
    if account is not None:
        outbox.record(db, PasswordForgotten(account.id))


def reset_link_after_mail_request(db: Session, account_id: uuid.UUID) -> tuple[Account, str] | None:
    """The account and a fresh link, as the mail leaves; ``None`` for an account that opens nothing."""
    account = db.get(Account, account_id)
    organisation_id = db.scalar(
        sa.select(Membership.organisation_id).filter_by(account_id=account_id).order_by(Membership.id).limit(1)
    )
    if account is None or account.closed_at is not None or organisation_id is None:
        return None
    return account, service.one_time_link(
        db,
        account_id=account_id,
        organisation_id=organisation_id,
        purpose=LinkPurpose.RESET,
        minutes=RESET_MINUTES,
    )


def reset_link_for(db: Session, actor: Member, *, membership_id: uuid.UUID) -> str:
    """A link by which a member chooses a new password, made by the administrator of their organisation."""
    membership = db.get(Membership, membership_id)
    if membership is None or not policies.may_manage(actor, membership.organisation_id):
        raise NotFound(D_("Cette personne n'est pas membre de la structure."))
    account = db.get_one(Account, membership.account_id)
    elsewhere = sa.select(
        sa.exists().where(Membership.account_id == account.id, Membership.organisation_id != actor.organisation_id)
    )
    if not policies.may_reset(actor, is_operator=account.is_operator, belongs_elsewhere=db.scalar(elsewhere) is True):
        raise Conflict(
            D_(
                "Ce compte donne aussi accès à une autre structure ou au serveur : seul qui exploite le serveur"
                " peut créer ce lien."
            )
        )
    return _reset_link(db, account.id, membership.organisation_id)


def reset_link_by_operator(db: Session, actor: Member, *, email: str) -> str:
    """The same for any account, made by who operates the server."""
    if not actor.may(Permission.SERVER_OPERATE):
        raise Forbidden(D_("Cette page est réservée à qui exploite le serveur."))
    account = service.account_by_email(db, fields.email(email))
    membership = (
        account and db.scalars(sa.select(Membership).filter_by(account_id=account.id).order_by(Membership.id)).first()
    )
    if membership is None:
        raise fields.refused("email", D_("Aucun compte ouvert et membre d'une structure n'a cette adresse."))
    return _reset_link(db, membership.account_id, membership.organisation_id)


def _reset_link(db: Session, account_id: uuid.UUID, organisation_id: uuid.UUID) -> str:
    return service.one_time_link(
        db,
        account_id=account_id,
        organisation_id=organisation_id,
        purpose=LinkPurpose.RESET,
        minutes=RESET_BY_ADMINISTRATOR_MINUTES,
    )


def hash_for_reset(db: Session, token: str, *, password: str) -> str:
    """The hash of a password that a reset link allows to choose. It only reads: Argon2 is slow, and must not hold the
    one writer's turn.
    """
    account = db.get_one(Account, service.link_by_token(db, token, purpose=LinkPurpose.RESET).account_id)
    return passwords.hashed(fields.new_password(password, email=account.email, name=account.name))


def reset_password(db: Session, token: str, *, password_hash: str) -> str:
    """Set the password that a reset link allows to choose; the token of a new session. All others end."""
    link = service.spend_link(db, token, purpose=LinkPurpose.RESET)
    account = db.get_one(Account, link.account_id)
    account.password_hash = password_hash
    _close_doors(db, account.id)
    # Whoever needs a new password may have lost more than the old one.
    db.execute(sa.delete(PersonalToken).where(PersonalToken.account_id == account.id))
    return service.open_session(db, account_id=account.id, organisation_id=link.organisation_id)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What came of comparing one's present password: the hash of the new one, or ``None`` if the present was wrong."""

    password_hash: str | None
    instead_of: str | None
    """The hash that was compared with: if it changed meanwhile, another request came first."""


def replacement(db: Session, actor: Member, *, current: str, password: str, tries: service.Tries) -> Replacement:
    """Compare one's present password (if there is one) and hash the new one, reading only."""
    tries.check(db)
    account = db.get_one(Account, actor.account_id)
    if account.password_hash is not None and not passwords.matches(account.password_hash, current):
        return Replacement(None, account.password_hash)
    chosen = fields.new_password(password, email=account.email, name=account.name)
    return Replacement(passwords.hashed(chosen), account.password_hash)


def change_password(db: Session, actor: Member, change: Replacement, *, tries: service.Tries) -> None:
    """Replace one's own password. Other sessions end. The counts are checked again, where writers take turns."""
    tries.check(db)
    account = db.get_one(Account, actor.account_id)
    if change.password_hash is None or account.password_hash != change.instead_of:
        tries.count(db)
        raise WrongPassword(D_("Ce n'est pas votre mot de passe actuel."))
    account.password_hash = change.password_hash
    _close_doors(db, account.id, but=actor.session_id)


def _close_doors(db: Session, account_id: uuid.UUID, *, but: uuid.UUID | None = None) -> None:
    """End sessions and void the links that still wait: whoever held one of them must not come back in."""
    service.end_sessions(db, account_id, but=but)
    waiting = sa.update(SignInLink).where(SignInLink.account_id == account_id, SignInLink.used_at.is_(None))
    db.execute(waiting.values(used_at=clock.now()))
