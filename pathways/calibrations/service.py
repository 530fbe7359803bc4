"""What is proposed for a framework, and what the last calibration says of one question."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from pathways.diagnostics.calibrated import in_force
from pathways.diagnostics.engine.calibration.health import LEAST_ANSWERS, Kind
from pathways.diagnostics.models import Calibration, CalibrationState
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.items import authoring
from pathways.items.models import Item, ItemRevision
from pathways.people.models import Account
from pathways.permissions import Member
from pathways.translations import policies, reviewing

LEAST = 10
"""People of whom nothing is said when there are fewer."""
MOST_ROWS = 100
MOST_CHANGES = 25
"""Items that a proposal shows at once; the others are folded."""
_NEWEST_FIRST = (Calibration.made_at.desc(), Calibration.id.desc())


@dataclass(frozen=True, slots=True)
class Listed:
    """One proposal in the list of all."""

    id: uuid.UUID
    state: str
    answers: int
    diagnostic_code: str | None
    made_at: datetime
    decided_at: datetime | None
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class About:
    """One proposal, and what may be done with it."""

    calibration: Calibration
    stems: Mapping[str, str]
    """French of each question, by its code."""
    by: str | None
    """Who decided; ``None`` for somebody of another organisation."""
    is_in_force: bool
    is_outdated: bool
    """Another one was accepted since it was made: its *before* is not what is in force."""
    may_decide: bool

    @property
    def state(self) -> str:
        return self.calibration.state.value


@dataclass(frozen=True, slots=True)
class Health:
    """What the last calibration says of one question."""

    item: Item
    revision: ItemRevision
    calibration_id: uuid.UUID | None
    made_at: datetime | None
    found: Mapping[str, Any] | None
    """Its part of the document; ``None`` where nothing is known."""
    watches_drift: bool
    """Whether there was something accepted to drift from."""

    @property
    def answers(self) -> int:
        return self.found["answers"] if self.found is not None else 0

    @property
    def is_known(self) -> bool:
        """Whether there are answers enough to say anything at all."""
        return self.answers >= LEAST_ANSWERS

    def findings(self, *kinds: Kind) -> list[Mapping[str, Any]]:
        """What was found of these kinds."""
        every = self.found["findings"] if self.found is not None else ()
        return [one for one in every if one["kind"] in kinds]

    @property
    def languages(self) -> Mapping[str, Any]:
        return self.found.get("languages", {}) if self.found is not None else {}


def overview(db: Session, framework: str) -> list[Listed]:
    """The proposals of a framework, the newest first."""
    latest = current(db, framework)
    columns = (Calibration.id, Calibration.state, Calibration.answers, Calibration.diagnostic_code)
    query = sa.select(*columns, Calibration.made_at, Calibration.decided_at).filter_by(framework=framework)
    rows = db.execute(query.order_by(*_NEWEST_FIRST).limit(MOST_ROWS))
    return [
        Listed(row.id, row.state.value, row.answers, row.diagnostic_code, row.made_at, row.decided_at, row.id == latest)
        for row in rows
    ]


def listed(framework: str) -> sa.Select[Calibration]:
    """The same as a query, without what was found."""
    columns = (Calibration.framework, Calibration.state, Calibration.answers, Calibration.diagnostic_code)
    found = sa.select(Calibration).filter_by(framework=framework).order_by(*_NEWEST_FIRST)
    return found.options(load_only(*columns, Calibration.made_at, Calibration.decided_at))


def current(db: Session, framework: str) -> uuid.UUID | None:
    """The accepted one whose values diagnostics take that are published now."""
    return db.scalar(in_force(framework))


def may_decide(db: Session, member: Member) -> bool:
    """Those who decide on the shipped questions decide on what is believed of them."""
    return policies.may_review(member, None, reviews_shipped=reviewing.reviews_shipped(db, member))


def get(db: Session, calibration_id: uuid.UUID) -> Calibration:
    found = db.get(Calibration, calibration_id, populate_existing=True)
    if found is None:
        raise NotFound(D_("Cette proposition n'existe pas."))
    return found


def about(db: Session, member: Member, calibration_id: uuid.UUID) -> About:
    """One proposal, with the questions that it changes."""
    found = get(db, calibration_id)
    latest = current(db, found.framework)
    name = db.scalar(sa.select(Account.name).filter_by(id=found.decided_by)) if found.decided_by else None
    return About(
        calibration=found,
        stems=_stems(db, found.framework, [row["code"] for row in found.comparison["items"]]),
        by=name if found.organisation_id == member.organisation_id else None,
        is_in_force=found.id == latest,
        is_outdated=found.state is CalibrationState.PROPOSED and found.follows_id != latest,
        may_decide=may_decide(db, member),
    )


def _stems(db: Session, framework: str, codes: Sequence[str]) -> dict[str, str]:
    query = (
        sa.select(ItemRevision.code, ItemRevision.segments)
        .join(Item, Item.current_id == ItemRevision.id)
        .where(Item.framework == framework, Item.organisation_id.is_(None), ItemRevision.code.in_(codes))
    )
    return {row.code: row.segments["stem"] for row in db.execute(query)}


def health(db: Session, member: Member, framework: str, code: str) -> Health:
    """What the last calibration says of a question that the member may see; any other does not exist."""
    item = authoring.visible(db, member, framework, code)
    revision = authoring.last_revision(db, item)
    row = None
    if item.organisation_id is None:  # own questions take part in no calibration
        query = sa.select(Calibration.id, Calibration.made_at, Calibration.values).add_columns(
            Calibration.document[("items", code)].label("found"),
            Calibration.document[("run", "drift_from")].as_string().label("drift_from"),
        )
        known = Calibration.document[("items", code, "answers")].as_integer().is_not(None)
        last = query.where(Calibration.framework == framework, known).order_by(Calibration.made_at.desc())
        row = db.execute(last.limit(1)).first()
    if row is None:
        return Health(item, revision, None, None, None, watches_drift=False)
    return Health(item, revision, row.id, row.made_at, row.found, watches_drift=row.drift_from == "earlier")
