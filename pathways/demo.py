"""The demonstration: an organisation, a trainer, a published diagnostic and made-up learners who took it, made once and
found again afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, demo_pathways, demo_workshops, i18n, ids
from pathways.diagnostics import taking
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Answer, Attempt, Diagnostic, DiagnosticState
from pathways.diagnostics.taking import Door
from pathways.errors import SettingsError
from pathways.items.grading import key_of
from pathways.people import files
from pathways.people import service as people
from pathways.people.models import Account, LearnerFile, Membership
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
    *(("fr", 0.06), ("ar", 0.1), ("uk", 0.08), ("fr", 0.12)),
)
"""Made-up people: a language, and the share of questions that they would get right."""
FORMER = LEARNERS[:12]
"""Who came in an earlier season: with those on their way twenty, since typical journeys count in whole tens."""
FORMER_SKILLS, FORMER_SHARE = ("GES-04", "GES-05", "MES-01"), 0.0
FORMER_TITLE = "Mon téléphone, saison passée"
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
    already: an empty group shows nobody what a group tells. They answer by chance, always the same one. Some are on a
    pathway, and some were (:mod:`demo_pathways`).
    """
    member = trainer(db)
    if member is None:
        return
    diagnostic = _diagnostic(db, member)
    is_new = not db.scalar(sa.select(sa.func.count()).where(Attempt.diagnostic_id == diagnostic.id))
    if is_new:
        demo_pathways.former(db, door, member, _former(db, door, member))
    demo_workshops.fill(db, member, door.secret)
    if is_new:
        demo_pathways.fill(db, door, member, _learners(db, door, member, diagnostic))


def trainer(db: Session) -> Member | None:
    """Whoever tries it; ``None`` where it was not prepared."""
    account = people.account_by_email(db, EMAIL)
    membership = account and db.scalars(sa.select(Membership).filter_by(account_id=account.id)).first()
    return _member(account, membership) if account is not None and membership is not None else None


def _learners(db: Session, door: Door, member: Member, diagnostic: Diagnostic) -> list[Attempt]:
    """They answered over the last two days."""
    chance = random.Random(SEED)  # noqa: S311 - made-up people need no secure chance
    kept = [files.create(db, member, label=label) for label in LABELS]
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    made = []
    for number, (language, share) in enumerate([*LEARNERS, ("ar", 0.7)]):
        file = kept[number] if number < len(kept) else kept[1] if number == len(LEARNERS) else None
        attempt = _taken(db, door, blueprint, chance, language, share, file)
        came = clock.now() - timedelta(hours=2 + 3 * (len(LEARNERS) - number), minutes=chance.randint(0, 50))
        _came(db, attempt, came)
        made.append(attempt)
    return made


def _former(db: Session, door: Door, member: Member) -> list[Attempt]:
    """People who came in an earlier season, to a diagnostic that is over."""
    chance = random.Random(SEED)  # noqa: S311 - made-up people need no secure chance
    selection = Selection(
        skills=FORMER_SKILLS, languages=tuple(i18n.languages()), accuracy=0.95, questions=3, varied=False
    )
    with demo_pathways.at(demo_pathways.began()):
        made = composing.create(db, member, title=FORMER_TITLE, framework=USUAL_FRAMEWORK, selection=selection)
        diagnostic = composing.publish(db, member, made.id)
        blueprint = taking.blueprint_of(db, door, diagnostic.id)
        came = [_taken(db, door, blueprint, chance, language, FORMER_SHARE) for language, _ in FORMER]
    with demo_pathways.at(demo_pathways.began() + timedelta(days=7)):
        composing.close(db, member, diagnostic.id)
    return came


def _taken(
    db: Session,
    door: Door,
    blueprint: Blueprint,
    chance: random.Random,
    language: str,
    share: float,
    file: LearnerFile | None = None,
) -> Attempt:
    """All questions, answered at once."""
    attempt = taking.new_attempt(door, blueprint, language, file_id=file.id if file else None)
    db.add(attempt)
    db.flush()
    while attempt.current_item is not None:
        body = blueprint.bodies[attempt.current_item]
        outcome, response = _answer(chance, body, share)
        key = str(ids.random_id())
        taking.answer(db, door, attempt.id, key=key, item=body["code"], outcome=outcome, response=response)
    return attempt


def _came(db: Session, attempt: Attempt, at: datetime) -> None:
    attempt.started_at = attempt.active_at = at
    db.execute(sa.update(Answer).filter_by(attempt_id=attempt.id).values(answered_at=at, seconds=20.0))


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
    languages = tuple(i18n.languages())
    selection = Selection(skills=SKILLS, languages=languages, accuracy=0.95, questions=12, varied=False)
    made = composing.create(db, member, title=TITLE, framework=USUAL_FRAMEWORK, selection=selection)
    return composing.publish(db, member, made.id)
