"""When to stop asking.  Stopping early does not bias a posterior: what was found stays valid."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.belief import DECIMALS
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.labels import CERTAINTY

LEAST_INFORMATION: Final = 0.01
LEAST_RATE: Final = 0.002
"""Bits per second of diagnostics composed from now on: .08 bits of a question of half a minute.

Measured with 1,500 people of the model on 12 micro-skills and 24 items: at most .03 points of accuracy, for 3 % of the
minutes at a target of .95 and 21 % at .99; .004 costs up to .15 points.  On 72 micro-skills other rules end it first.
"""


class Stop(StrEnum):
    """Why a diagnostic ended, first reason that holds."""

    PRECISE_ENOUGH = "precise_enough"
    """The expected share of micro-skills classified right reaches the target."""
    ALL_DECIDED = "all_decided"
    """Every micro-skill is mastered or not mastered at the certainty of the labels."""
    NOTHING_TO_GAIN = "nothing_to_gain"
    """No question left, or none that teaches enough."""
    LONGEST = "longest"
    """The most questions or the most time."""


STOPS: Final = tuple(Stop)


@dataclass(frozen=True, slots=True)
class StopRules:
    """The four rules; ``None`` switches a target off.

    ``accuracy``: target of the expected accuracy, in ]0, 1].  ``questions``: the most questions, of any
    outcome.  ``seconds``: no question starts once so much time is spent.  ``least_questions``: before so
    many, the first two rules and the rate are off.  ``least_information``: bits that a question must promise;
    ``least_rate``: bits for each second that it costs, loading included.

    Raises ``InvalidStructure`` for a value out of its range.
    """

    accuracy: float | None = None
    questions: int | None = None
    seconds: float | None = None
    least_questions: int = 0
    least_information: float = LEAST_INFORMATION
    least_rate: float = 0.0

    def __post_init__(self) -> None:
        if self.accuracy is not None and not 0.0 < self.accuracy <= 1.0:
            raise InvalidStructure(f"a target accuracy of {self.accuracy} is no share")
        if self.questions is not None and self.questions < 1:
            raise InvalidStructure(f"a diagnostic of {self.questions} questions asks nothing")
        if self.least_questions < 0:
            raise InvalidStructure(f"at least {self.least_questions} questions is no promise")
        if self.seconds is not None and not (isfinite(self.seconds) and self.seconds > 0.0):
            raise InvalidStructure(f"a diagnostic of {self.seconds} seconds asks nothing")
        if not (isfinite(self.least_information) and self.least_information >= 0.0):
            raise InvalidStructure(f"{self.least_information} bits cannot be the least information")
        if not (isfinite(self.least_rate) and self.least_rate >= 0.0):
            raise InvalidStructure(f"{self.least_rate} bits per second cannot be the least rate")


def certainty_of(mastery: Floats) -> Floats:
    """Return max(p, 1 - p)."""
    return np.maximum(mastery, 1.0 - mastery)


def stop_reason(
    rules: StopRules, mastery: Floats, *, started: bool, can_gain: bool, questions: int, seconds: float
) -> Stop | None:
    """Return the first rule that holds for one learner, ``mastery`` [S]: what ``stop_reasons`` says of many."""
    if started and questions >= rules.least_questions:
        certainty = certainty_of(mastery)
        if rules.accuracy is not None:
            accuracy = np.add.reduce(certainty) / certainty.size
            if accuracy.round(DECIMALS) >= rules.accuracy:
                return Stop.PRECISE_ENOUGH
        if np.minimum.reduce(certainty).round(DECIMALS) >= CERTAINTY:
            return Stop.ALL_DECIDED
    if not can_gain:
        return Stop.NOTHING_TO_GAIN
    too_many = rules.questions is not None and questions >= rules.questions
    too_long = rules.seconds is not None and seconds >= rules.seconds
    return Stop.LONGEST if too_many or too_long else None


def stop_reasons(
    rules: StopRules,
    mastery: Floats,
    *,
    started: Booleans,
    can_gain: Booleans,
    questions: Integers,
    seconds: Floats,
) -> Integers:
    """Return for each of N learners the position in ``STOPS`` of the first rule that holds, or -1.

    ``mastery`` is [N, S]; the others [N].  ``started``: an answer that carries evidence was given; before
    it the first two rules are off, for a prior is no diagnosis.  ``can_gain``: a question is allowed that
    promises the least information.  What is compared is rounded to 1e-9 first, so that a threshold is met
    on every computer alike.
    """
    certainty = certainty_of(mastery)
    may_suffice = started & (questions >= rules.least_questions)
    decided = may_suffice & (np.minimum.reduce(certainty, axis=1).round(DECIMALS) >= CERTAINTY)
    reasons = np.full(len(mastery), -1, dtype=np.intp)
    # From the last rule to the first, so that the first that holds is the one that stays.
    if rules.seconds is not None:
        reasons[seconds >= rules.seconds] = STOPS.index(Stop.LONGEST)
    if rules.questions is not None:
        reasons[questions >= rules.questions] = STOPS.index(Stop.LONGEST)
    reasons[~can_gain] = STOPS.index(Stop.NOTHING_TO_GAIN)
    reasons[decided] = STOPS.index(Stop.ALL_DECIDED)
    if rules.accuracy is not None:
        accuracy = np.add.reduce(certainty, axis=1) / certainty.shape[1]
        precise = may_suffice & (accuracy.round(DECIMALS) >= rules.accuracy)
        reasons[precise] = STOPS.index(Stop.PRECISE_ENOUGH)
    return reasons
