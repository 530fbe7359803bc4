"""Decisions on translations: reviewed, verified, sent back, taken out of service, put back. Each is written down with
who took it and why; twice the same is once.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.items import authoring, service, translating
from pathways.items.models import REJECTED, STATES, Item, ItemRevision, ItemTranslation, TranslationEvent
from pathways.items.translating import Author
from pathways.people.models import Organisation
from pathways.permissions import Member
from pathways.translations import policies

LONGEST_REASON = 500
READ = frozenset({"reviewed", "verified"})
"""States that somebody else answers for."""
CHANGED = D_("La question a changé entre-temps : cette traduction n'est plus celle de son texte. Rechargez la page.")
MOVED = D_("Entre-temps, quelqu'un a décidé autrement de cette traduction. Rechargez la page.")

BETTER = D_(
    "Ce qui est montré maintenant est mieux relu. Proposez ces textes de nouveau : une autre personne les relira."
)


class Act(enum.StrEnum):
    """What a reviewer decides; the value is the button's, ``done`` is what the history says."""

    REVIEW = "review"
    VERIFY = "verify"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RESTORE = "restore"


DONE = {
    Act.REVIEW: "reviewed",
    Act.VERIFY: "verified",
    Act.REJECT: "rejected",
    Act.WITHDRAW: "withdrawn",
    Act.RESTORE: "restored",
}


def reviews_shipped(db: Session, member: Member) -> bool:
    """Whether the operator lets this member's organisation decide on the shipped questions."""
    return bool(db.scalar(sa.select(Organisation.reviews_shipped).filter_by(id=member.organisation_id)))


def decide(
    db: Session,
    member: Member,
    framework: str,
    code: str,
    *,
    translation_id: uuid.UUID,
    act: Act,
    reason: str = "",
) -> ItemTranslation:
    """Take one decision on a translation of today's text. The item is held meanwhile, so that of two reviewers at once
    the second sees what the first one decided.
    """
    item = authoring.visible(db, member, framework, code)
    known = db.get(ItemTranslation, translation_id)
    if known is None or db.get_one(ItemRevision, known.revision_id).item_id != item.id:
        raise NotFound(D_("Cette traduction n'existe pas."))
    if not policies.may_review(member, item.organisation_id, reviews_shipped=reviews_shipped(db, member)):
        raise Forbidden(D_("Votre structure ne relit pas ces questions : vous pouvez proposer des textes."))
    row, revision = held(db, item, translation_id)
    case = Case(db, member, row, revision, " ".join(reason.split())[:LONGEST_REASON])
    if _ACTS[act](case):
        service.note_change(db)
        translating.note(db, [row], DONE[act], Author.of(member), reason=case.reason)
    db.flush()
    return row


def held(db: Session, item: Item, translation_id: uuid.UUID) -> tuple[ItemTranslation, ItemRevision]:
    """A translation of today's revision, the item held."""
    revision = translating.held(db, item)
    row = next((row for row in revision.translations if row.id == translation_id), None)
    if row is None:
        raise Conflict(CHANGED)
    return row, revision


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided on, the item held."""

    db: Session
    member: Member
    row: ItemTranslation
    revision: ItemRevision
    reason: str = ""


def review(case: Case) -> bool:
    """Read by somebody else and found right: from now on it is the one that is served. Says whether that is news."""
    row = case.row
    if row.state in READ and row.is_current:
        return False
    if not policies.may_read_over(case.member, row):
        raise Forbidden(D_("Personne ne relit ses propres textes : une autre personne doit le faire."))
    if row.state == REJECTED or not (row.is_current or row.is_waiting):
        raise Conflict(MOVED)
    if row.state not in READ:
        row.state, row.reviewer_id, row.reviewed_at = "reviewed", case.member.account_id, clock.now()
    service.serve(case.revision, row)
    return True


def _verify(case: Case) -> bool:
    row = case.row
    if row.state == "verified" and row.is_current:
        return False
    if row.state != "reviewed" or not row.is_current:
        raise Conflict(D_("Cette traduction doit d'abord être relue."))
    if not policies.may_verify(case.member, row):
        raise Forbidden(D_("C'est à une troisième personne : ni qui a traduit, ni qui a relu."))
    row.state, row.verifier_id = "verified", case.member.account_id
    return True


def _reject(case: Case) -> bool:
    row = case.row
    if row.state == REJECTED:
        return False
    _must_say_why(case.reason)
    if row.state in READ:
        raise Conflict(D_("Cette traduction est relue : retirez-la plutôt, avec la raison."))
    if not (row.is_current or row.is_waiting):
        raise Conflict(MOVED)
    row.state, row.is_current, row.is_waiting = REJECTED, False, False
    return True


def _withdraw(case: Case) -> bool:
    if not case.row.is_current:
        return False
    _must_say_why(case.reason)
    case.row.is_current = False
    return True


def _restore(case: Case) -> bool:
    if case.row.is_current:
        return False
    if case.row.state == REJECTED or last_act(case.db, case.row) != "withdrawn":
        raise Conflict(MOVED)
    must_be_restorable(case.db, case.member, case.revision, case.row)
    service.serve(case.revision, case.row)
    return True


def must_be_restorable(db: Session, member: Member, revision: ItemRevision, row: ItemTranslation) -> None:
    """What somebody else took out of service, its translator does not put back; and nothing less read than what is
    served takes its place.
    """
    withdrew = _last_event(db, row, TranslationEvent.account_id)
    if not policies.may_read_over(member, row) and withdrew != member.account_id:
        raise Forbidden(D_("Personne ne relit ses propres textes : une autre personne doit le faire."))
    served = translating.current_of(revision, row.language)
    if served is not None and STATES.index(served.state) > STATES.index(row.state):
        raise Conflict(BETTER)


_ACTS: dict[Act, Callable[[Case], bool]] = {
    Act.REVIEW: review,
    Act.VERIFY: _verify,
    Act.REJECT: _reject,
    Act.WITHDRAW: _withdraw,
    Act.RESTORE: _restore,
}


def last_act(db: Session, row: ItemTranslation) -> str:
    """The last thing that was done to it."""
    return _last_event(db, row, TranslationEvent.act) or ""


def _last_event(db: Session, row: ItemTranslation, told: Any) -> Any:
    events = sa.select(told).where(TranslationEvent.translation_id == row.id).limit(1)
    return db.scalars(events.order_by(TranslationEvent.happened_at.desc(), TranslationEvent.id.desc())).first()


def _must_say_why(reason: str) -> None:
    if not reason:
        said = D_("Dites pourquoi en quelques mots : la personne qui a traduit le lira.")
        raise Invalid(said, errors=[{"field": "reason", "message": said}])
