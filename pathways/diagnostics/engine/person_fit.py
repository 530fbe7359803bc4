"""Do these answers hold together, or were they tapped at random?  Told beside a profile, which stays what it is.

The comparison is between two accounts of the same answers, given which questions were asked: the learner's own
posterior, question after question, and somebody who is right as often as guessing is.  The logarithm of the ratio of
their probabilities is the best test there is of the one against the other (Neyman & Pearson 1933).  The standardised
log likelihood, z < -3, asks a vaguer question: on the same synthetic learners it finds 3 to 32 % of the tappers where
this finds 64 to 90 % (both at 5 % false alarms among beginners, without the pace).

"I don't know" is left out on both sides: some tap it like any other button, and beginners are right to use it.  Of a
question with partial credit, a wrong answer is told apart a second time by how near it came.

Somebody who has none of the micro-skills and guesses every time answers just like somebody who taps at random: only
the pace tells them apart.  Honest people differ in pace by some half of it either way and take longer over long
questions; who taps takes about a fifth of the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from pathways.diagnostics.engine.items import LEAST_PROBABILITY, ItemModel
from pathways.diagnostics.engine.mixing import infer_mixture, infer_rows
from pathways.diagnostics.engine.mixture import Mixture
from pathways.diagnostics.engine.outcomes import WRONG, Outcome
from pathways.diagnostics.engine.posterior import evidence_rows

TOLD_ABOVE: Final = 4.0
"""With the pace known.  Told of synthetic learners (24 and 60 micro-skills, guesses .05 to .33) after 12, 20 and 30
questions: honest beginners .00 to .01, those who read twice as fast .02 to .07, those who have nothing yet and guess
.00 to .06; tappers .96 to 1.00, those who take twice as long .7 to .99."""

TOLD_ABOVE_BY_ANSWERS: Final = 3.3
"""With no pace.  Honest beginners .01 to .05; tappers .39 to .76 after 12 questions and .65 to .86 after 20.  Those who
have nothing yet and guess every time are told as often as tappers: read it as *these answers look like chance*."""

TRIED: Final = frozenset({Outcome.CORRECT, Outcome.INCORRECT, Outcome.PARTLY})

LONGEST_SECONDS: Final = 600.0
"""Somebody who was away is not slow."""

TAPPING_PACE: Final = log(0.2)
PACE_DEVIATION: Final = 0.5
"""Of the log of time taken over time expected: between learners, and again between the answers of one."""
STRONGEST_PACE: Final = 6.0
"""Pace alone never weighs more than this either way."""


@dataclass(frozen=True, slots=True)
class PersonFit:
    """How much better chance explains the answers than the learner's profile does.

    ``value``: log of the ratio of probabilities, of which ``pace`` comes from the time taken (0 without times);
    ``told``: whether it is to be told.
    """

    value: float
    pace: float
    told: bool


def person_fit(mixture: Mixture, answers: Sequence[tuple[str, str, float | None]]) -> PersonFit:
    """Return the fit of answers (item code, outcome, seconds or ``None``) in the order they were given.

    Takes one inference per answer.  Raises ``UnknownItem`` and ``UnknownOutcome``.
    """
    items = {item.code: item for item in mixture.compiled.structure.items}
    given = [(item, outcome) for item, outcome, _ in answers]
    value = 0.0
    for place, (code, outcome) in enumerate(given):
        before = infer_mixture(mixture, given[:place])
        predicted = before.predicted(code)
        if outcome not in TRIED:
            continue
        right = predicted[Outcome.CORRECT] / (predicted[Outcome.CORRECT] + predicted[Outcome.INCORRECT])
        guess = _inside(items[code].guess)
        value += log(guess / right) if outcome == Outcome.CORRECT else log((1.0 - guess) / (1.0 - right))
        value += _how_near(mixture, items[code], given[:place], outcome)
    infer_mixture(mixture, given)
    paces = [
        log(seconds / items[code].seconds)
        for code, outcome, seconds in answers
        if seconds is not None and 0.0 < seconds <= LONGEST_SECONDS and outcome in TRIED
    ]
    pace = _pace(paces)
    threshold = TOLD_ABOVE if paces else TOLD_ABOVE_BY_ANSWERS
    return PersonFit(value + pace, pace, bool(value + pace > threshold))


def _inside(chance: float) -> float:
    return min(max(chance, LEAST_PROBABILITY), 1.0 - LEAST_PROBABILITY)


def _how_near(mixture: Mixture, item: ItemModel, before: Sequence[tuple[str, str]], outcome: str) -> float:
    """Return by how much chance explains better how near a wrong answer came: as near as without the micro-skill."""
    if item.near is None or outcome == Outcome.CORRECT:
        return 0.0
    compiled = mixture.compiled
    wrong = compiled.first_rows[item.code] + WRONG
    near, chance = infer_rows(mixture, [*evidence_rows(compiled, before), wrong]).near(item.code), _inside(item.near[0])
    return log(chance / near) if outcome == Outcome.PARTLY else log((1.0 - chance) / (1.0 - near))


def _pace(logs: Sequence[float]) -> float:
    """Return the log ratio of densities of the mean log pace: learners are N(0, .5^2), tappers N(log .2, .5^2)."""
    if not logs:
        return 0.0
    mean, variance = float(np.mean(logs)), PACE_DEVIATION**2 * (1.0 + 1.0 / len(logs))
    ratio = (mean**2 - (mean - TAPPING_PACE) ** 2) / (2.0 * variance)
    return min(max(ratio, -STRONGEST_PACE), STRONGEST_PACE)
