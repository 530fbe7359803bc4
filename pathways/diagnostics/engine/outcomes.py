"""What can happen to a question once it is on the screen, and what of it is evidence."""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """How one question ended."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    DONT_KNOW = "dont_know"
    NOT_UNDERSTOOD = "not_understood"
    """The language or the wording was not understood: it says nothing about the micro-skill."""
    NOT_TRIED = "not_tried"
    """A technical fault, an abandoned page, an act the mediator could not observe."""
    PARTLY = "partly"
    """Wrong, and near: of a question that has several parts, enough were right (``near``)."""


EVIDENCE: Final = (Outcome.CORRECT, Outcome.INCORRECT, Outcome.DONT_KNOW)
"""The outcomes with a likelihood, in the order of every outcome axis of the engine.

The other outcomes multiply the likelihood of every state by one: a learner who does not read the
language must not be taken for one who lacks the skill.
"""

WRONG: Final = EVIDENCE.index(Outcome.INCORRECT)

_INDEX: Final = {**{outcome: place for place, outcome in enumerate(EVIDENCE)}, Outcome.PARTLY: WRONG}
EVIDENCE_INDEX: Final[dict[str, int | None]] = {outcome: _INDEX.get(outcome) for outcome in Outcome}
"""Position of each outcome on the outcome axis, ``None`` when it carries no evidence.  Partly right is a kind of wrong:
what it says beyond that is an observation of its own (``near``), and the axis stays three wide."""

ANSWERS: Final = (*EVIDENCE, Outcome.PARTLY)
"""Every outcome that carries evidence, those of the outcome axis first."""


def carries_evidence(outcome: Outcome) -> bool:
    """Whether the outcome says something about the micro-skill."""
    return EVIDENCE_INDEX[outcome] is not None
