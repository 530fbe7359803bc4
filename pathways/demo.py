"""The demonstration: an organisation, a trainer and a published diagnostic, made once and found again afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.errors import SettingsError
from pathways.people import service as people
from pathways.people.models import Membership
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials.service import USUAL_FRAMEWORK

EMAIL = "demo@pathways.example"
ORGANISATION = "Espace numérique de démonstration"
TITLE = "Premiers pas : téléphone, courriel, arnaques"
SKILLS = (
    *("GES-04", "GES-05", "CNX-01", "CNX-02", "MDP-01", "MDP-02"),
    *("NAV-01", "NAV-03", "MEL-03", "MEL-04", "SEC-01", "SEC-02"),
)


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
        organisation = people.create_organisation(db, name=ORGANISATION)
        people.add_member(db, account_id=account.id, organisation_id=organisation.id, role=Role.ADMINISTRATOR)
    membership = db.scalars(sa.select(Membership).filter_by(account_id=account.id).order_by(Membership.id)).first()
    if membership is None:
        raise SettingsError("Le compte de démonstration n'a plus de structure. Choisissez un autre PATHWAYS_DATA.")
    member = Member(
        account_id=account.id,
        name=account.name,
        organisation_id=membership.organisation_id,
        organisation_name=ORGANISATION,
        role=Role.ADMINISTRATOR,
        permissions=OF_ROLE[Role.ADMINISTRATOR],
    )
    token = people.one_time_link(db, account_id=account.id, organisation_id=membership.organisation_id)
    return Doors(code=str(_diagnostic(db, member).code), sign_in=f"/sign-in/link/{token}")


def _diagnostic(db: Session, member: Member) -> Diagnostic:
    known = db.scalars(
        composing.list_for(member).where(Diagnostic.state == DiagnosticState.PUBLISHED, Diagnostic.title == TITLE)
    ).first()
    if known is not None:
        return known
    selection = Selection(skills=SKILLS, languages=tuple(i18n.languages()), accuracy=0.95, questions=12)
    made = composing.create(db, member, title=TITLE, framework=USUAL_FRAMEWORK, selection=selection)
    return composing.publish(db, member, made.id)
