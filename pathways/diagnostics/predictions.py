"""How predictions of extra questions came out, added up: by diagnostic, linked to nobody. Each is counted once, when
its attempt is counted (``counting``), and stays when the attempt goes.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.database import insert_for
from pathways.diagnostics.engine import ANSWERS, Outcome
from pathways.diagnostics.models import PredictionCount

DECILES = 10
LEAST = 1e-6
"""As near to 0 and 1 as a prediction is taken to be: it was rounded."""
SUMS = ("number", "correct", "predicted", "log_loss", "log_loss_squares", "brier", "brier_squares")


def count(db: Session, answers: Iterable[tuple[uuid.UUID, Mapping[str, float], str]]) -> None:
    """Add ``(diagnostic, {outcome: P(outcome)}, outcome)`` to the sums. What says nothing (not understood, not tried)
    is left out.
    """
    added: dict[tuple[uuid.UUID, int], dict[str, float]] = {}
    for diagnostic_id, foretold, outcome in answers:
        if outcome in ANSWERS:
            chance = min(max(foretold[Outcome.CORRECT], LEAST), 1.0 - LEAST)
            own = added.setdefault((diagnostic_id, decile_of(chance)), dict.fromkeys(SUMS, 0))
            for name, value in _scores(chance, correct=outcome == Outcome.CORRECT).items():
                own[name] += value
    # Always in the same order: two processes that count at once wait for each other, and never in a circle.
    for (diagnostic_id, decile), sums in sorted(added.items(), key=lambda one: (str(one[0][0]), one[0][1])):
        insert = insert_for(db)(PredictionCount).values(diagnostic_id=diagnostic_id, decile=decile, **sums)
        db.execute(
            insert.on_conflict_do_update(
                index_elements=[PredictionCount.diagnostic_id, PredictionCount.decile],
                set_={name: getattr(PredictionCount, name) + getattr(insert.excluded, name) for name in SUMS},
            )
        )


def read(db: Session, diagnostic_id: uuid.UUID) -> Sequence[PredictionCount]:
    """The sums of one diagnostic, by rising P(correct); tenths in which nothing fell are left out."""
    query = sa.select(PredictionCount).filter_by(diagnostic_id=diagnostic_id).order_by(PredictionCount.decile)
    return db.scalars(query).all()


def decile_of(chance: float) -> int:
    return min(int(chance * DECILES), DECILES - 1)


def _scores(chance: float, *, correct: bool) -> dict[str, float]:
    """The scores of one prediction: logarithmic (Good 1952), in nats, and quadratic (Brier 1950)."""
    loss = -math.log(chance if correct else 1.0 - chance)
    brier = (chance - correct) ** 2
    return {
        "number": 1,
        "correct": int(correct),
        "predicted": chance,
        "log_loss": loss,
        "log_loss_squares": loss**2,
        "brier": brier,
        "brier_squares": brier**2,
    }
