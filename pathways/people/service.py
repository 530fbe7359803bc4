"""Accounts and sessions: who somebody is, how they sign in, and how that ends.

Memberships, invitations, tokens and lost passwords have files of their own beside this one.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, ids, throttle
from pathways.database import changed
from pathways.errors import Conflict, Forbidden, Gone, NotFound, WrongPassword
from pathways.i18n import D_
from pathways.people import fields, passwords
from pathways.people.models import (
    Account,
    LinkPurpose,
    Membership,
    Organisation,
    PersonalToken,
    SignInLink,
    SignInSession,
)
from pathways.permissions import FOR_TOKENS, OF_ROLE, Member, Permission, Role

SESSION_IDLE = timedelta(hours=12)
SESSION_AT_MOST = timedelta(days=30)
NOTED_EVERY = timedelta(hours=1)
"""How exactly the last use of a session or token is known: the exact moment would cost a write per page."""
LINK_MINUTES = 60

TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS, TRIES_MINUTES = 10, 50, 15
"""Fifty for an address: a whole training room may share it."""

Proof = TypeVar("Proof", SignInSession, PersonalToken)

WRONG = D_("Adresse e-mail ou mot de passe incorrect.")
LINK_GONE = D_("Ce lien a déjà servi ou n'est plus valable. Demandez-en un autre.")


# --- organisations and accounts ----------------------------------------------------------------------------


def create_organisation(db: Session, *, name: str, reviews_shipped: bool = False) -> Organisation:
    organisation = Organisation(name=fields.name(name), reviews_shipped=reviews_shipped)
    db.add(organisation)
    db.flush()
    return organisation


def create_account(
    db: Session,
    *,
    email: str,
    name: str,
    password: str | None = None,
    password_hash: str | None = None,
    is_operator: bool = False,
) -> Account:
    """A new account; without ``password`` (or the hash of one, made before the writer's turn was taken) it opens by
    one-time link until its owner chooses one.
    """
    email, name = fields.email(email), fields.name(name)
    if password is not None:
        password_hash = passwords.hashed(fields.new_password(password, email=email, name=name))
    account = Account(email=email, name=name, password_hash=password_hash, is_operator=is_operator)
    _add_unique(db, account, D_("Un compte existe déjà pour cette adresse e-mail."))
    return account


def add_member(db: Session, *, account_id: uuid.UUID, organisation_id: uuid.UUID, role: Role) -> Membership:
    membership = Membership(account_id=account_id, organisation_id=organisation_id, role=role)
    _add_unique(db, membership, D_("Cette personne est déjà membre de la structure."))
    return membership


def _add_unique(db: Session, row: Account | Membership, otherwise: str) -> None:
    """The constraint decides, not a look before: two requests may come at the same moment."""
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError as error:
        raise Conflict(otherwise) from error


def account_by_email(db: Session, email: str) -> Account | None:
    """The account of an address, as typed. Closed accounts are not found."""
    return db.scalar(sa.select(Account).where(Account.email == email.strip().casefold(), Account.closed_at.is_(None)))


# --- who is asking -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recognised:
    """A member, and by what: the digest serves to note the use, when :data:`NOTED_EVERY` has passed."""

    member: Member
    token_digest: str
    note_due: bool


def recognise(db: Session, *, session_token: str | None = None, bearer: str | None = None) -> Recognised | None:
    """Who holds this session or personal token, with what :func:`note_use` needs; ``None`` for nobody any more. A
    personal token, sent on purpose, goes before a cookie. One query.
    """
    if bearer:
        return _by_personal_token(db, ids.digest(bearer))
    if session_token:
        return _by_session(db, ids.digest(session_token))
    return None


def _by_session(db: Session, token_digest: str) -> Recognised | None:
    row = db.execute(_with_membership(SignInSession).where(SignInSession.token_digest == token_digest)).one_or_none()
    if row is None:
        return None
    session, account, organisation, role = row
    permissions = OF_ROLE[role] | ({Permission.SERVER_OPERATE} if account.is_operator else frozenset())
    return Recognised(
        member=_member(account, organisation, role, permissions, session_id=session.id),
        token_digest=token_digest,
        note_due=_lasts_until(session.created_at) - session.expires_at >= NOTED_EVERY,
    )


def _by_personal_token(db: Session, token_digest: str) -> Recognised | None:
    row = db.execute(_with_membership(PersonalToken).where(PersonalToken.token_digest == token_digest)).one_or_none()
    if row is None:
        return None
    token, account, organisation, role = row
    permissions = OF_ROLE[role] & FOR_TOKENS & {Permission(scope) for scope in token.scopes if scope in FOR_TOKENS}
    return Recognised(
        member=_member(account, organisation, role, permissions),
        token_digest=token_digest,
        note_due=token.last_used_at is None or clock.now() - token.last_used_at >= NOTED_EVERY,
    )


def _with_membership(proof: type[Proof]) -> sa.Select[Proof, Account, Organisation, Role]:
    """A proof that has not expired, of an open account that still belongs to the organisation."""
    return (
        sa.select(proof, Account, Organisation, Membership.role)
        .join(Account, Account.id == proof.account_id)
        .join(Organisation, Organisation.id == proof.organisation_id)
        .join(
            Membership,
            sa.and_(Membership.account_id == proof.account_id, Membership.organisation_id == proof.organisation_id),
        )
        .where(proof.expires_at > clock.now(), Account.closed_at.is_(None))
    )


def _member(
    account: Account,
    organisation: Organisation,
    role: Role,
    permissions: frozenset[Permission],
    *,
    session_id: uuid.UUID | None = None,
) -> Member:
    return Member(
        account_id=account.id,
        name=account.name,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        role=role,
        permissions=permissions,
        session_id=session_id,
    )


def note_use(db: Session, found: Recognised) -> None:
    """Prolong the session, or note that the token served."""
    if found.member.session_id is None:
        query = sa.update(PersonalToken).where(PersonalToken.token_digest == found.token_digest)
        db.execute(query.values(last_used_at=clock.now()))
        return
    session = db.scalar(sa.select(SignInSession).where(SignInSession.token_digest == found.token_digest))
    if session is not None:
        session.expires_at = _lasts_until(session.created_at)


def _lasts_until(created_at: datetime) -> datetime:
    return min(clock.now() + SESSION_IDLE, created_at + SESSION_AT_MOST)


# --- signing in and out ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Credentials:
    """What came of comparing a password; ``account_id`` is ``None`` if it was wrong, for whatever reason."""

    email: str
    account_id: uuid.UUID | None
    new_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Tries:
    """The two counts that a wrong password adds to: the account's and the network address's."""

    account: str
    address: str

    @classmethod
    def of(cls, secret: bytes, *, email: str, address: str) -> Tries:
        return cls(
            throttle.bucket(secret, "sign-in account", email.strip().casefold()),
            throttle.bucket(secret, "sign-in address", address),
        )

    def check(self, db: Session) -> None:
        throttle.check(db, self.account, limit=TRIES_PER_ACCOUNT, minutes=TRIES_MINUTES)
        throttle.check(db, self.address, limit=TRIES_PER_ADDRESS, minutes=TRIES_MINUTES)

    def count(self, db: Session) -> None:
        throttle.count(db, self.account, minutes=TRIES_MINUTES)
        throttle.count(db, self.address, minutes=TRIES_MINUTES)


def compare(db: Session, *, email: str, password: str, tries: Tries) -> Credentials:
    """Compare a password, reading only: Argon2 is slow, and must not hold the one writer's turn."""
    tries.check(db)
    account = account_by_email(db, email)
    right = passwords.matches(account and account.password_hash, password)
    if account is None or account.password_hash is None or not right:
        return Credentials(email, None)
    new_hash = passwords.hashed(password) if passwords.is_outdated(account.password_hash) else None
    return Credentials(email, account.id, new_hash)


def sign_in(db: Session, credentials: Credentials, *, tries: Tries, replaces: str | None = None) -> str:
    """The token of a new session; ``replaces``, the token that the browser held before, ends.

    The counts are checked again: here, writers take turns, and tries sent all at once do not pass together.
    """
    tries.check(db)
    if credentials.account_id is None:
        tries.count(db)
        raise WrongPassword(WRONG)
    account = db.get_one(Account, credentials.account_id)
    if credentials.new_hash is not None:
        account.password_hash = credentials.new_hash
    membership = db.scalars(
        sa.select(Membership).filter_by(account_id=account.id).order_by(Membership.created_at, Membership.id)
    ).first()
    if membership is None:
        raise Forbidden(D_("Votre compte n'appartient plus à aucune structure. Demandez une invitation."))
    sign_out(db, replaces)
    return open_session(db, account_id=account.id, organisation_id=membership.organisation_id)


def open_session(db: Session, *, account_id: uuid.UUID, organisation_id: uuid.UUID) -> str:
    token = ids.new_token()
    db.add(
        SignInSession(
            token_digest=ids.digest(token),
            account_id=account_id,
            organisation_id=organisation_id,
            expires_at=clock.now() + SESSION_IDLE,
        )
    )
    return token


def sign_out(db: Session, session_token: str | None) -> None:
    if session_token:
        db.execute(sa.delete(SignInSession).where(SignInSession.token_digest == ids.digest(session_token)))


def end_sessions(db: Session, account_id: uuid.UUID, *, but: uuid.UUID | None = None) -> None:
    query = sa.delete(SignInSession).where(SignInSession.account_id == account_id)
    db.execute(query if but is None else query.where(SignInSession.id != but))


# --- one-time links ----------------------------------------------------------------------------------------


def one_time_link(
    db: Session,
    *,
    account_id: uuid.UUID,
    organisation_id: uuid.UUID,
    purpose: LinkPurpose = LinkPurpose.SIGN_IN,
    minutes: int = LINK_MINUTES,
) -> str:
    """A token that serves once, as ``/sign-in/link/TOKEN`` or, for a new password, ``/reset/TOKEN``."""
    token = ids.new_token()
    db.add(
        SignInLink(
            token_digest=ids.digest(token),
            account_id=account_id,
            organisation_id=organisation_id,
            purpose=purpose,
            expires_at=clock.now() + timedelta(minutes=minutes),
        )
    )
    db.flush()
    return token


def use_link(db: Session, token: str, *, replaces: str | None = None) -> str:
    """The token of a new session, for a sign-in link that has not served."""
    link = spend_link(db, token, purpose=LinkPurpose.SIGN_IN)
    sign_out(db, replaces)
    return open_session(db, account_id=link.account_id, organisation_id=link.organisation_id)


def link_by_token(db: Session, token: str, *, purpose: LinkPurpose) -> SignInLink:
    """A link that can still serve."""
    link = db.get(SignInLink, ids.digest(token))
    if link is None or link.purpose is not purpose:
        raise NotFound(D_("Ce lien n'existe pas. Vérifiez qu'il est entier."))
    account = db.get_one(Account, link.account_id)
    if link.used_at is not None or link.expires_at <= clock.now() or account.closed_at is not None:
        raise Gone(LINK_GONE)
    return link


def spend_link(db: Session, token: str, *, purpose: LinkPurpose) -> SignInLink:
    """The link, used up. Of two requests at the same moment, one row changes, and one is refused."""
    link = link_by_token(db, token, purpose=purpose)
    unused = sa.update(SignInLink).where(SignInLink.token_digest == link.token_digest, SignInLink.used_at.is_(None))
    if changed(db, unused.values(used_at=clock.now())) != 1:
        raise Gone(LINK_GONE)
    return link
