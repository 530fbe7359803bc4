"""What the operator of a server sees and does: organisations, events that failed, what has expired."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import Forbidden, NotFound
from pathways.i18n import D_
from pathways.outbox import MOST_ATTEMPTS, OutboxEvent
from pathways.people import invitations, service
from pathways.people.models import (
    Account,
    Invitation,
    Membership,
    Organisation,
    PersonalToken,
    SignInLink,
    SignInSession,
)
from pathways.permissions import Member, Permission, Role

PAGE = 100
KEPT_AFTER_EXPIRY = timedelta(days=7)
"""Long enough for "this link has expired" to be said instead of "this link does not exist"."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An organisation and how many belong to it."""

    id: uuid.UUID
    name: str
    created_at: datetime
    members: int
    reviews_shipped: bool


def organisations(db: Session, actor: Member, *, after: uuid.UUID | None = None) -> list[Listed]:
    """A page of organisations, the newest first; ``after`` is the last one of the page before."""
    _operates(actor)
    query = (
        sa.select(Organisation.id, Organisation.name, Organisation.created_at, sa.func.count(Membership.id))
        .add_columns(Organisation.reviews_shipped)
        .outerjoin(Membership, Membership.organisation_id == Organisation.id)
        .group_by(Organisation.id, Organisation.name, Organisation.created_at, Organisation.reviews_shipped)
        .order_by(Organisation.id.desc())
        .limit(PAGE)
    )
    return [Listed(*row) for row in db.execute(query if after is None else query.where(Organisation.id < after))]


def open_organisation(db: Session, actor: Member, *, name: str, email: str = "") -> tuple[Organisation, str]:
    """A new organisation and the token of the invitation for its first administrator."""
    _operates(actor)
    organisation = service.create_organisation(db, name=name, reviews_shipped=_nobody_reviews(db))
    return organisation, invitations.invite_to(
        db,
        organisation_id=organisation.id,
        invited_by=actor.account_id,
        role=Role.ADMINISTRATOR,
        email=email,
    )


def set_reviews_shipped(db: Session, actor: Member, *, organisation_id: uuid.UUID, allowed: bool) -> None:
    """Whether the reviewers of an organisation decide on the translations of the shipped questions, for all."""
    _operates(actor)
    organisation = db.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(D_("Cette structure n'existe pas."))
    organisation.reviews_shipped = allowed


def _nobody_reviews(db: Session) -> bool:
    """The first organisation that is opened reviews what is shipped, until the operator says otherwise."""
    return db.scalar(sa.select(Organisation.id).where(Organisation.reviews_shipped).limit(1)) is None


def failed_events(db: Session, actor: Member) -> list[OutboxEvent]:
    """Events that ran out of attempts, the oldest first."""
    _operates(actor)
    query = sa.select(OutboxEvent).where(OutboxEvent.attempts >= MOST_ATTEMPTS).order_by(OutboxEvent.id)
    return list(db.scalars(query.limit(PAGE)))


def retry_event(db: Session, actor: Member, *, event_id: uuid.UUID) -> None:
    """Give a failed event its attempts back, once its cause is repaired."""
    _operates(actor)
    event = db.get(OutboxEvent, event_id)
    if event is None or event.attempts < MOST_ATTEMPTS:
        raise NotFound(D_("Cet événement n'attend plus."))
    event.attempts, event.due_at, event.error = 0, clock.now(), ""


def forget_expired(db: Session) -> None:
    """Delete what opens nothing any more. For the worker, from time to time."""
    limit = clock.now() - KEPT_AFTER_EXPIRY
    for proof in (SignInSession, SignInLink, PersonalToken, Invitation):
        db.execute(sa.delete(proof).where(proof.expires_at < limit))


def _operates(actor: Member) -> None:
    if not actor.may(Permission.SERVER_OPERATE):
        raise Forbidden(D_("Cette page est réservée à qui exploite le serveur."))


# --- from the command line: who can type there operates the server -----------------------------------------


def open_by_command(db: Session, *, name: str, email: str = "") -> str:
    """Open an organisation and return the token of its first administrator's invitation."""
    operator = db.scalars(sa.select(Account).where(Account.is_operator).order_by(Account.id)).first()
    if operator is None:
        raise NotFound("Ce serveur n'a pas encore d'exploitant : lancez d'abord « pathways operator ADRESSE ».")
    organisation = service.create_organisation(db, name=name, reviews_shipped=_nobody_reviews(db))
    return invitations.invite_to(
        db, organisation_id=organisation.id, invited_by=operator.id, role=Role.ADMINISTRATOR, email=email
    )


def operator_by_command(db: Session, *, email: str) -> str:
    """Make (or find) the operator's account and return the token of a one-time link."""
    account = service.account_by_email(db, email)
    if account is None:
        account = service.create_account(db, email=email, name="Exploitant")
    account.is_operator = True
    membership = db.scalars(sa.select(Membership).filter_by(account_id=account.id).order_by(Membership.id)).first()
    if membership is None:
        organisation = service.create_organisation(db, name="Exploitation")
        membership = service.add_member(
            db, account_id=account.id, organisation_id=organisation.id, role=Role.ADMINISTRATOR
        )
    return service.one_time_link(db, account_id=account.id, organisation_id=membership.organisation_id)
