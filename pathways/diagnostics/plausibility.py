"""Whether the answers of one person hold together: a sentence for the trainer, beside a profile that stays what it is.

``engine.person_fit`` compares them with tapping at random, the pace included.  Nobody but the trainer reads it, and it
changes nothing: not a label, not a badge, not the next question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.engine import Outcome
from pathways.diagnostics.engine.person_fit import PersonFit, person_fit
from pathways.diagnostics.models import Answer
from pathways.i18n import D_

FAST = 2.0
"""Of ``PersonFit.pace``, from where the pace is named as a reason."""
UNTOLD = D_("Ces réponses ne vont pas bien ensemble.")
QUICK = D_("Elles sont venues très vite, plus vite qu'on ne lit les questions.")
ODD = D_("Des questions faciles sont fausses, et de plus difficiles sont justes, comme si on avait touché au hasard.")


@dataclass(frozen=True, slots=True)
class Doubt:
    """What there is to say, where there is something."""

    fit: PersonFit

    @property
    def said(self) -> str:
        return UNTOLD

    @property
    def reasons(self) -> list[str]:
        """Why, in sentences (msgids); never none."""
        quick = self.fit.pace >= FAST
        odd = self.fit.value - self.fit.pace > 0.0
        return [*([QUICK] if quick else []), *([ODD] if odd or not quick else [])]


def doubt(blueprint: Blueprint, answers: Sequence[Answer | sa.Row[tuple[object, ...]]]) -> Doubt | None:
    """What is to be told of these answers (standing ones, in the order given), if anything is.

    Gestures that a mediator watched are left out, and so is the answer to an extra question; where somebody read aloud
    or typed from paper, the pace is theirs and says nothing.
    """
    given: list[tuple[str, str, float | None]] = []
    for one in answers:
        if one.observed_by is None and one.predicted is None:
            own_pace = not one.assisted and one.entered_by is None
            given.append((one.item, Outcome(one.outcome), one.seconds if own_pace else None))
    if not given:
        return None
    fit = person_fit(blueprint.mixture(), given)
    return Doubt(fit) if fit.told else None
