"""The audit of a diagnostic: what its questions can do, and what no test with these questions could do better.

A draft is audited as it would be published today; what is published, as it was frozen.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import ids
from pathways.diagnostics import blueprint, calibrated, requiring
from pathways.diagnostics.composing import pricing
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.selections import Selection, checked, known_part
from pathways.diagnostics.engine import StopRules, Structure
from pathways.diagnostics.engine.auditing import Audit, audit
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Conflict
from pathways.i18n import D_
from pathways.items.models import ItemRevision
from pathways.referentials.ladders import Ladders

OBSERVED = "observed"
"""The kind of a sheet for observing: no screen asks it."""
NOTHING_TO_ASK = D_("Ce diagnostic n'a pas encore de question à l'écran : il n'y a rien à examiner.")


@dataclass(frozen=True, slots=True)
class Audited:
    """``stems``: the question of each item, in French."""

    diagnostic: Diagnostic
    referential: Ladders
    rules: StopRules
    seed: int
    audit: Audit
    stems: Mapping[str, str]
    most_per_strand: int | None

    def to_json(self) -> dict[str, Any]:
        """As ``GET /api/v1/diagnostics/{id}/audit`` gives it."""
        estimate, bound = self.audit.estimate, self.audit.bound
        return {
            "diagnostic": str(self.diagnostic.id),
            "learners": estimate.learners,
            "seed": self.seed,
            "questions": asdict(estimate.questions),
            "minutes": asdict(estimate.minutes),
            "claimed_accuracy": estimate.claimed_accuracy,
            "true_accuracy": estimate.true_accuracy,
            "undecided_share": 1.0 - estimate.decided_share,
            "bound": {
                "accuracy": self.audit.accuracy,
                "mean_questions": bound.mean_questions,
                "questions": bound.questions,
                "bits": bound.bits,
                "entropy": bound.entropy,
                "standard_error": bound.standard_error,
            },
            "strands": [asdict(one) for one in self.audit.ladders],
            "few_questions": list(self.audit.few),
            "never_asked": list(self.audit.never_asked),
            "uses": [asdict(one) for one in self.audit.uses],
        }


def of(db: Session, diagnostic: Diagnostic, *, goes_on: Callable[[], bool] = lambda: True) -> Audited:
    """Audit a diagnostic; the same one gives the same audit. Refused (:class:`Conflict`) where it asks nothing on a
    screen; ends with ``engine.Abandoned`` once ``goes_on`` says that nobody waits for it.
    """
    if diagnostic.blueprint:
        referential = composing.ladders(db, diagnostic, archived=True)
        structure, rules, stems = _published(db, diagnostic)
        most = diagnostic.blueprint.get("most_per_strand")
    else:
        referential = composing.ladders(db, diagnostic)
        most = Selection.from_json(diagnostic.selection).most_per_strand
        structure, rules, stems = _draft(db, diagnostic, referential)
    if not structure.items:
        raise Conflict(NOTHING_TO_ASK)
    seed = _seed(structure, rules)
    compiled, learners = pricing.rehearsed(structure)
    found = audit(compiled, rules, learners=learners, seed=seed, most_per_strand=most, goes_on=goes_on)
    return Audited(diagnostic, referential, rules, seed, found, stems, most)


def _published(db: Session, diagnostic: Diagnostic) -> tuple[Structure, StopRules, dict[str, str]]:
    """What was frozen, without the sheets for observing."""
    frozen = diagnostic.blueprint
    revision_ids = [uuid.UUID(one["revision"]) for one in frozen["items"].values()]
    query = sa.select(ItemRevision.code, ItemRevision.kind, ItemRevision.body)
    rows = db.execute(query.where(ItemRevision.id.in_(revision_ids))).all()
    stems = {row.code: str(row.body["stem"]) for row in rows if row.kind != OBSERVED}
    whole = Structure.from_document(frozen["structure"])
    asked = tuple(item for item in whole.items if item.code in stems)
    return replace(whole, items=asked), StopRules(**frozen["rules"]), stems


def _draft(db: Session, diagnostic: Diagnostic, referential: Ladders) -> tuple[Structure, StopRules, dict[str, str]]:
    """What would be frozen today."""
    selection = checked(referential, known_part(referential, Selection.from_json(diagnostic.selection))[0])
    skills, revisions = pricing.asked(db, referential, selection)
    if not skills or not revisions:
        raise Conflict(NOTHING_TO_ASK)
    values = calibrated.values_of(db, referential.code)
    structure = requiring.tied(referential, blueprint.structure_of(referential, skills, revisions, values)).structure
    return structure, selection.rules(), _stems(revisions)


def _stems(revisions: Sequence[ItemRevision]) -> dict[str, str]:
    return {revision.code: str(revision.body["stem"]) for revision in revisions}


def _seed(structure: Structure, rules: StopRules) -> int:
    whole = json.dumps([structure.to_document(), asdict(rules)], sort_keys=True)
    return int(ids.fingerprint(whole, 8), 16)
