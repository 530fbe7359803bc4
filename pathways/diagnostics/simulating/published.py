"""A published diagnostic of the database as a bank, with its own rules and its limit of each ladder."""

from __future__ import annotations

import uuid
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import ids
from pathways.diagnostics.engine import LevelStrand, StopRules, Structure
from pathways.diagnostics.models import Diagnostic
from pathways.diagnostics.simulating.bank import Bank
from pathways.diagnostics.simulating.levels import Scale
from pathways.diagnostics.simulating.stops import Stops
from pathways.errors import SettingsError
from pathways.items.models import ItemRevision

OF_A_GESTURE = "observed"
"""Kind of the items that a mediator looks at, which no screen asks."""


def bank_of_diagnostic(db: Session, code: str) -> tuple[Bank, Stops]:
    """Return what a published diagnostic asks on a screen, as it was frozen; raises ``SettingsError``."""
    found = db.scalar(sa.select(Diagnostic).filter_by(code=ids.normalised(code)))
    if found is None or not found.blueprint:
        raise SettingsError(f"Aucun diagnostic publié n'a le code « {code[:20]} ».")
    frozen = found.blueprint
    revisions = {item: uuid.UUID(one["revision"]) for item, one in frozen["items"].items()}
    query = sa.select(ItemRevision.id).where(
        ItemRevision.id.in_(list(revisions.values())), ItemRevision.kind == OF_A_GESTURE
    )
    gestures = set(db.scalars(query))
    whole = Structure.from_document(frozen["structure"])
    items = tuple(item for item in whole.items if revisions[item.code] not in gestures)
    if not items:
        raise SettingsError(f"Le diagnostic « {code[:20]} » ne pose aucune question à l'écran.")
    levels = {
        skill.code: Scale(()).level_at(skill.threshold)
        for strand in whole.strands
        if isinstance(strand, LevelStrand)
        for skill in strand.skills
    }
    asked = Bank(replace(whole, items=items), levels, most_per_strand=frozen.get("most_per_strand"))
    return asked, Stops(StopRules(**frozen["rules"]))
