"""How a learner sits now: what bears on the choice of the next question and is no evidence about a micro-skill."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from pathways import ids
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.engine import Circumstances, Outcome, carries_evidence
from pathways.diagnostics.engine.exposure import drawn
from pathways.diagnostics.engine.pace import expected_seconds, pace_of
from pathways.diagnostics.engine.understanding import understood
from pathways.diagnostics.modalities import unusable_in
from pathways.diagnostics.models import Answer, Attempt

Standing = Sequence[Answer | sa.Row[Any]]
Way = tuple[str, str]
"""Of asking: the language that is shown beside French, and the kind of question."""


def circumstances_of(
    attempt: Attempt, blueprint: Blueprint, standing: Standing, *, met: Collection[str] = ()
) -> Circumstances:
    """From the standing answers of an attempt, its seed and what its person met before; ``met``: what else is to be
    asked only where no other question is left. The same answers give the same circumstances: after one was taken back
    the same question comes again. Where somebody asked for more about this person, no ladder has had its questions.
    """
    own = [one for one in standing if one.observed_by is None]
    pace = pace_of(blueprint.compiled, _timed(own))
    askable = blueprint.askable(attempt.language, unusable_in(attempt))
    ways = {item: _way(blueprint, item, attempt.language) for item in askable}
    shown = [((one.language, blueprint.bodies[one.item]["kind"]), one.outcome != Outcome.NOT_UNDERSTOOD) for one in own]
    return Circumstances(
        seconds=expected_seconds(blueprint.compiled, pace),
        understood=understood(blueprint.compiled, ways, shown),
        number=None if attempt.seed is None else drawn(attempt.seed, len(own)),
        met=frozenset([*attempt.met, *met]),
        most_per_strand=blueprint.most_per_strand if attempt.focus is None and attempt.longer_to is None else None,
        watched=frozenset(one.item for one in standing if one.observed_by is not None),
    )


def new_seed(blueprint: Blueprint) -> str | None:
    """The seed of a new attempt; ``None`` where everybody is asked the very best question."""
    return ids.random_id().hex if blueprint.varied else None


def _timed(own: Standing) -> Iterator[tuple[str, float]]:
    """What tells of the learner's own pace: not a question read aloud by somebody, on paper, or given up."""
    for one in own:
        if not one.assisted and one.entered_by is None and carries_evidence(Outcome(one.outcome)):
            yield one.item, one.seconds


def _way(blueprint: Blueprint, item: str, language: str) -> Way:
    return blueprint.language_of(item, language), blueprint.bodies[item]["kind"]
