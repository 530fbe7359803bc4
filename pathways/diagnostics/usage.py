"""Where an item is in use. The bank of items stands below diagnostics and is told by the application."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.diagnostics.policies import OF_A_TEAM
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.referentials.models import Referential

MOST = 50
_SAID = {
    DiagnosticState.DRAFT: D_("brouillon, qui prendra la version du moment"),
    DiagnosticState.PUBLISHED: D_("publié, qui garde sa version"),
    DiagnosticState.CLOSED: D_("fermé"),
}


@dataclass(frozen=True, slots=True)
class Use:
    title: str
    url: str
    said: str


def of_item(db: Session, member: Member, framework: str, code: str, skill: str) -> list[Use]:
    """The diagnostics of the member's organisation that ask this item, and the drafts that chose its micro-skill."""
    frozen = Diagnostic.blueprint[("items", code, "revision")].as_string().is_not(None)
    chosen = sa.cast(Diagnostic.selection["skills"], sa.Text).contains(f'"{skill}"', autoescape=True)
    rows = db.execute(
        sa.select(Diagnostic.id, Diagnostic.title, Diagnostic.state)
        .join(Referential, Referential.id == Diagnostic.referential_id)
        .where(
            Diagnostic.organisation_id == member.organisation_id,
            Diagnostic.situation.is_distinct_from(OF_A_TEAM),
            Referential.code == framework,
            sa.or_(frozen, sa.and_(Diagnostic.state == DiagnosticState.DRAFT, chosen)),
        )
        .order_by(Diagnostic.created_at.desc())
        .limit(MOST)
    )
    return [Use(row.title, f"/diagnostics/{row.id}", i18n.gettext(_SAID[row.state])) for row in rows]
