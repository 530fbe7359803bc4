"""One extra question in a share of attempts: drawn at random, foretold before it is shown, evidence for nothing.

Mastery cannot be observed, answers can.  What the diagnostic believes is put to the proof by a question that it did not
choose: how often it said *right, nine times in ten*, and how often it was.  It comes after the diagnostic has what it
wants, so nothing else changes for its learner, and never where a time limit is reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from pathways.diagnostics import deciding
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.engine import Decision
from pathways.diagnostics.engine.extra_draw import drawn, is_drawn
from pathways.diagnostics.modalities import unusable_in
from pathways.diagnostics.models import Answer, Attempt

DECIMALS = 6


def is_due(attempt: Attempt, blueprint: Blueprint) -> bool:
    """Whether this attempt is asked one, at its end. Checks, paper and a few questions that somebody wants are not."""
    if attempt.focus is not None or attempt.part_of_id is not None or attempt.paper_form_id is not None:
        return False
    return is_drawn(str(attempt.id), blueprint.extra_one_in)


def is_given(attempt: Attempt) -> bool:
    return attempt.focus is None and bool(attempt.extra and attempt.extra.get("given"))


def prediction(attempt: Attempt, item: str) -> dict[str, float] | None:
    """What was foretold of the question on the screen, if it is the extra one."""
    if attempt.extra is None or attempt.extra.get("item") != item:
        return None
    foretold: dict[str, float] = attempt.extra["predicted"]
    return foretold


def declined(attempt: Attempt) -> str | None:
    """Leave the extra question on the screen for good. Returns why the diagnostic had stopped before it; ``None`` where
    another question is on the screen, or none.
    """
    if attempt.extra is None or "item" not in attempt.extra:
        return None
    stopped: str = attempt.extra["stopped"]
    attempt.extra = {"declined": True}
    return stopped


def follow(
    attempt: Attempt, blueprint: Blueprint, standing: Sequence[Answer | sa.Row[Any]], decision: Decision
) -> None:
    """Put the extra question on the screen where the decision leaves it empty, and note what is foretold of it."""
    if attempt.extra is not None and attempt.extra.get("declined"):
        return
    if any(one.predicted is not None for one in standing):
        attempt.extra = {"given": True}
        return
    item = _item(attempt, blueprint, standing, decision)
    if item is None or decision.stopped is None:
        attempt.extra = None
        return
    foretold = decision.posterior.predicted(item)
    attempt.extra = {
        "item": item,
        "predicted": {outcome.value: round(share, DECIMALS) for outcome, share in foretold.items()},
        "stopped": decision.stopped.value,
    }
    attempt.current_item, attempt.stopped = item, None


def _item(
    attempt: Attempt, blueprint: Blueprint, standing: Sequence[Answer | sa.Row[Any]], decision: Decision
) -> str | None:
    if decision.stopped is None or not is_due(attempt, blueprint) or not deciding.evidence_of(standing):
        return None
    limit = blueprint.rules.seconds
    if limit is not None and sum(one.seconds for one in standing) >= limit:
        return None  # who was promised ten minutes has them behind
    given = {one.item for one in standing}
    testlets = blueprint.compiled.testlets
    told = {testlets[one] for one in given if one in testlets}
    askable = blueprint.askable(attempt.language, unusable_in(attempt))
    left = [one for one in askable - given if testlets.get(one, -1) not in told]
    return drawn(str(attempt.id), left)
