"""From a probability to a word: undecided is a result."""

from enum import StrEnum
from typing import Final

CERTAINTY: Final = 0.9


class Label(StrEnum):
    """What is said of one micro-skill."""

    MASTERED = "mastered"
    NOT_MASTERED = "not_mastered"
    UNDECIDED = "undecided"
    NOT_ASSESSABLE = "not_assessable"
    """No question of this micro-skill can be asked in the learner's language and way."""


def label(mastery: float, assessable: bool = True, certainty: float = CERTAINTY) -> Label:  # noqa: FBT001, FBT002
    """Return the label of a micro-skill from P(mastered), at the wanted certainty.

    Probabilities are rounded to 1e-9 first, so that a probability of .9 is the same word on every computer.
    Raises ``ValueError`` when the certainty is not above one half, or the probability is none.
    """
    if not 0.5 < certainty <= 1.0:
        raise ValueError(f"a certainty of {certainty} does not separate the two labels")
    if not -1e-9 <= mastery <= 1.0 + 1e-9:
        raise ValueError(f"{mastery} is no probability")
    if not assessable:
        return Label.NOT_ASSESSABLE
    if round(mastery, 9) >= round(certainty, 9):
        return Label.MASTERED
    if round(1.0 - mastery, 9) >= round(certainty, 9):
        return Label.NOT_MASTERED
    return Label.UNDECIDED
