"""The demonstration: an organisation, a trainer, a published diagnostic and made-up learners who took it, made once and
found again afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, demo_workshops, i18n, ids
from pathways.diagnostics import taking
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Answer, Attempt, Diagnostic, DiagnosticState
from pathways.diagnostics.taking import Door
from pathways.errors import SettingsError
from pathways.items.grading import key_of
from pathways.people import files
from pathways.people import service as people
from pathways.people.models import Account, Membership
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials.service import USUAL_FRAMEWORK

EMAIL = "demo@pathways.example"
ORGANISATION = "Espace numérique de démonstration"
TITLE = "Premiers pas : téléphone, courriel, arnaques"
SKILLS = (
    *("GES-04", "GES-05", "CNX-01", "CNX-02", "MDP-01", "MDP-02"),
    *("NAV-01", "NAV-03", "MEL-03", "MEL-04", "SEC-01", "SEC-02"),
)


LEARNERS = (
    *(("fr", 0.9), ("ar", 0.35), ("uk", 0.6), ("fr", 0.5), ("fa_AF", 0.2), ("ar", 0.5), ("fr", 0.75), ("uk", 0.4)),
    *(("en", 0.65), ("ar", 0.25), ("fr", 0.3), ("fa_AF", 0.45), ("fr", 0.6), ("uk", 0.8)),
)
"""Made-up people: a language, and the share of questions that they would get right."""
LABELS = ("mardi, 10 h", "mardi, 9 h 30", "mercredi")
"""Of the first of them, who come back."""
SEED = 7


@dataclass(frozen=True, slots=True)
class Doors:
    code: str
    sign_in: str
    """Path of a one-time link."""


def prepare(db: Session) -> Doors:
    """Make the demonstration if it is not there, and a fresh one-time link for its trainer."""
    account = people.account_by_email(db, EMAIL)
    if account is None:
        account = people.create_account(db, email=EMAIL, name="Démonstration", is_operator=True)
        organisation = people.create_organisation(db, name=ORGANISATION, reviews_shipped=True)
        people.add_member(db, account_id=account.id, organisation_id=organisation.id, role=Role.ADMINISTRATOR)
    membership = db.scalars(sa.select(Membership).filter_by(account_id=account.id).order_by(Membership.id)).first()
    if membership is None:
        raise SettingsError("Le compte de démonstration n'a plus de structure. Choisissez un autre PATHWAYS_DATA.")
    member = _member(account, membership)
    token = people.one_time_link(db, account_id=account.id, organisation_id=membership.organisation_id)
    return Doors(code=str(_diagnostic(db, member).code), sign_in=f"/sign-in/link/{token}")


def fill(db: Session, door: Door) -> None:
    """Fill the directory, and have made-up people take the diagnostic of the demonstration, unless somebody took it
    already: an empty group shows nobody what a group tells. They answer by chance, always the same one, over the last
    two days.
    """
    account = people.account_by_email(db, EMAIL)
    membership = account and db.scalars(sa.select(Membership).filter_by(account_id=account.id)).first()
    if account is None or membership is None:
        return
    member = _member(account, membership)
    demo_workshops.fill(db, member, door.secret)
    diagnostic = _diagnostic(db, member)
    if db.scalar(sa.select(sa.func.count()).where(Attempt.diagnostic_id == diagnostic.id)):
        return
    chance = random.Random(SEED)  # noqa: S311 - made-up people need no secure chance
    kept = [files.create(db, member, label=label) for label in LABELS]
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    for number, (language, share) in enumerate([*LEARNERS, ("ar", 0.7)]):
        file = kept[number] if number < len(kept) else kept[1] if number == len(LEARNERS) else None
        attempt = taking.new_attempt(door, blueprint, language, file_id=file.id if file else None)
        db.add(attempt)
        db.flush()
        while attempt.current_item is not None:
            body = blueprint.bodies[attempt.current_item]
            outcome, response = _answer(chance, body, share)
            key = str(ids.random_id())
            taking.answer(db, door, attempt.id, key=key, item=body["code"], outcome=outcome, response=response)
        came = clock.now() - timedelta(hours=2 + 3 * (len(LEARNERS) - number), minutes=chance.randint(0, 50))
        attempt.started_at = attempt.active_at = came
        db.execute(sa.update(Answer).filter_by(attempt_id=attempt.id).values(answered_at=came, seconds=20.0))


def _answer(chance: random.Random, body: Mapping[str, Any], share: float) -> tuple[str | None, Any]:
    """``(outcome, response)`` of one question: right with that chance, else wrong, unknown or not understood."""
    drawn = chance.random()
    if drawn < share:
        return None, key_of(body)
    if drawn > 0.97 or body["kind"] not in {"choice", "pictures", "zone"}:
        return "not_understood" if drawn > 0.97 else "dont_know", None
    wrong = [option["id"] for option in body["options"] if not option["key"]]
    return (None, chance.choice(wrong)) if chance.random() < 0.7 else ("dont_know", None)


def _member(account: Account, membership: Membership) -> Member:
    return Member(
        account_id=account.id,
        name=account.name,
        organisation_id=membership.organisation_id,
        organisation_name=ORGANISATION,
        role=Role.ADMINISTRATOR,
        permissions=OF_ROLE[Role.ADMINISTRATOR],
    )


def _diagnostic(db: Session, member: Member) -> Diagnostic:
    known = db.scalars(
        composing.list_for(member).where(Diagnostic.state == DiagnosticState.PUBLISHED, Diagnostic.title == TITLE)
    ).first()
    if known is not None:
        return known
    selection = Selection(skills=SKILLS, languages=tuple(i18n.languages()), accuracy=0.95, questions=12)
    made = composing.create(db, member, title=TITLE, framework=USUAL_FRAMEWORK, selection=selection)
    return composing.publish(db, member, made.id)
