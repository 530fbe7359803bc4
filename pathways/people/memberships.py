"""Who belongs to an organisation, in which role. An organisation never loses its last administrator."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_
from pathways.people import fields, invitations, journal, policies
from pathways.people.journal import Act
from pathways.people.models import (
    Account,
    JournalEntry,
    Membership,
    Organisation,
    PersonalToken,
    SignInLink,
    SignInSession,
)
from pathways.permissions import OF_ROLE, Member, Permission, Role

UNKNOWN = D_("Cette personne n'est pas membre de la structure.")
CLOSED = "Compte fermé"
LAST = D_("C'est le dernier administrateur de la structure. Nommez-en d'abord un autre.")


HandOver = Callable[[Session, uuid.UUID, uuid.UUID, uuid.UUID], dict[str, int]]
"""``(db, organisation, who leaves, who takes over)``: gives the work of one to the other, and counts it by kind. The
application registers it, since work is above people."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member as colleagues see one."""

    membership_id: uuid.UUID
    account_id: uuid.UUID
    name: str
    email: str
    role: Role

    @property
    def may_take_over(self) -> bool:
        return _may_take_over(self.role)


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


def successors(db: Session, actor: Member) -> list[Colleague]:
    """To whom the actor's work may go, who leaves the organisation that they act for."""
    return [one for one in colleagues(db, actor) if one.may_take_over and one.account_id != actor.account_id]


def change_role(db: Session, actor: Member, *, membership_id: uuid.UUID, role: Role) -> Membership:
    membership = _managed(db, actor, membership_id)
    if membership.role is Role.ADMINISTRATOR and role is not Role.ADMINISTRATOR:
        _keep_an_administrator(db, membership)
        invitations.withdraw_all_by(db, account_id=membership.account_id, organisation_id=membership.organisation_id)
    membership.role = role
    return membership


def remove_member(
    db: Session,
    actor: Member,
    *,
    membership_id: uuid.UUID,
    successor_id: uuid.UUID | None = None,
    hand_over: HandOver | None = None,
) -> JournalEntry:
    """End a membership, its work handed over to ``successor_id`` (an account; if nobody is named, to the administrator
    who has been there longest). Asked for twice, it gives the entry of the first time.
    """
    done = journal.latest(db, actor, Act.WORK_HANDED_OVER, about_id=membership_id)
    if done is not None and policies.may_manage(actor, actor.organisation_id):
        return done
    membership = _managed(db, actor, membership_id)
    return _end(db, actor, membership, successor_id, hand_over)


def leave(
    db: Session, actor: Member, *, successor_id: uuid.UUID | None = None, hand_over: HandOver | None = None
) -> JournalEntry:
    """The same of one's own will, for the organisation that one acts for."""
    own = {"account_id": actor.account_id, "organisation_id": actor.organisation_id}
    return _end(db, actor, db.scalars(sa.select(Membership).filter_by(**own)).one(), successor_id, hand_over)


def close_account(
    db: Session, actor: Member, *, successor_id: uuid.UUID | None = None, hand_over: HandOver | None = None
) -> None:
    """Close one's own account: nothing opens any more, and the name and address are not kept.

    The work in the present organisation goes to ``successor_id``, that in others to their administrator. The row stays,
    without name and address, so that what the person answered for still has an author.
    """
    account = db.get_one(Account, actor.account_id)
    if account.is_operator:
        raise Conflict(D_("Ce compte exploite le serveur. Il ne peut pas être fermé depuis cette page."))
    theirs = {"account_id": account.id}
    for membership in db.scalars(sa.select(Membership).filter_by(**theirs).order_by(Membership.organisation_id)).all():
        here = membership.organisation_id == actor.organisation_id
        _end(db, actor, membership, successor_id if here else None, hand_over)
    for opened in (SignInSession, PersonalToken, SignInLink):
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
        raise NotFound(D_("Vous n'êtes pas membre de cette structure."))
    session.organisation_id = organisation_id


def _end(
    db: Session, actor: Member, membership: Membership, successor_id: uuid.UUID | None, hand_over: HandOver | None
) -> JournalEntry:
    """End a membership with all that it opened: sessions, tokens, links and invitations would outlive it."""
    if membership.role is Role.ADMINISTRATOR:
        _keep_an_administrator(db, membership)
    organisation_id, leaver_id = membership.organisation_id, membership.account_id
    successor = _successor(db, membership, successor_id)
    counted = hand_over(db, organisation_id, leaver_id, successor) if hand_over and successor else {}
    theirs = {"account_id": leaver_id, "organisation_id": organisation_id}
    for opened in (SignInSession, PersonalToken, SignInLink):
        db.execute(sa.delete(opened).filter_by(**theirs))
    invitations.withdraw_all_by(db, **theirs)
    db.delete(membership)
    entry = JournalEntry(
        organisation_id=organisation_id,
        account_id=actor.account_id,
        act=Act.WORK_HANDED_OVER.value,
        about_id=membership.id,
        details=counted | {"from": str(leaver_id), "to": str(successor or "")},
    )
    db.add(entry)
    db.flush()
    return entry


def _successor(db: Session, membership: Membership, chosen: uuid.UUID | None) -> uuid.UUID | None:
    """The account that takes over: the chosen one, or the administrator who has been there longest."""
    others = (
        sa.select(Membership)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.organisation_id == membership.organisation_id,
            Membership.id != membership.id,
            Account.closed_at.is_(None),
        )
        .order_by(Membership.created_at, Membership.id)
    )
    if chosen is None:
        first = db.scalars(others.where(Membership.role == Role.ADMINISTRATOR).limit(1)).first()
        return first and first.account_id
    found = db.scalars(others.where(Membership.account_id == chosen)).first()
    if found is None or not _may_take_over(found.role):
        raise fields.refused("successor", D_("Choisissez une personne de la structure qui compose des diagnostics."))
    return found.account_id


def _may_take_over(role: Role) -> bool:
    return Permission.DIAGNOSTICS_COMPOSE in OF_ROLE[role]


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
