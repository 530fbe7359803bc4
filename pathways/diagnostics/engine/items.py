"""The response model of one question, and its values on the first day.

The model has two classes: the learner masters the micro-skill of the item, or does not.  Each class has
its own probability of "I don't know", and among real answers its own probability of a right one.
"""

from dataclasses import dataclass
from math import comb, isfinite
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.errors import InvalidStructure

SLIP: Final = 0.10
OPEN_GUESS: Final = 0.05
DONT_KNOW_MASTERED: Final = 0.03
DONT_KNOW_NOT_MASTERED: Final = 0.50

FIRST_NEAR: Final = (0.35, 0.75)
"""P(partly right | wrong answer) of those who do not master the micro-skill, and of those who do.  Design values."""

LEAST_PROBABILITY: Final = 0.005
"""No outcome is ever held impossible: one answer cannot weigh more than 200 to 1."""

CHOSEN_KINDS: Final = frozenset({"choice", "choices", "pictures", "zone"})
"""Kinds where somebody who knows nothing picks among options; the others are open."""

HANDLING_SECONDS: Final[dict[str, float]] = {
    "choice": 12.0,
    "pictures": 12.0,
    "zone": 12.0,
    "choices": 18.0,
    "match": 30.0,
    "order": 30.0,
    "text": 35.0,
    "observed": 45.0,
}
"""Looking, deciding and pointing, reading excluded.  Design values, replaced by measured times."""

SECONDS_PER_WORD: Final = 0.6
"""100 words a minute: a beginner reader, or an audio recording listened to once.  Design value."""


@dataclass(frozen=True, slots=True)
class ItemModel:
    """A question about a micro-skill, or about several that a right answer needs at once.

    ``also``: the micro-skills that it needs beside ``skill`` (conjunctive: mastered means all of them mastered).
    ``testlet``: what questions of one stem, one picture or one family share; two of them are never asked of the
    same learner, and if both were answered they count as one.
    ``slip``: P(wrong | mastered, answered).  ``guess``: P(right | not mastered, answered).
    ``dont_know_mastered``, ``dont_know_not_mastered``: P("I don't know") in each class.
    ``seconds``: expected time on the question, in seconds.
    ``near``: of a question with several parts, P(partly right | wrong answer) of those who do not master, and of those
    who do; ``None``: no partial credit.

    Raises ``InvalidStructure`` when a value is no probability, when the time is not positive, when a right answer, or
    a partly right one among the wrong, would speak against mastery, or when a micro-skill is named twice.
    """

    code: str
    skill: str
    slip: float
    guess: float
    dont_know_mastered: float
    dont_know_not_mastered: float
    seconds: float
    also: tuple[str, ...] = ()
    testlet: str = ""
    near: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not self.code:
            raise InvalidStructure("an item has an empty code")
        if len(set(self.skills)) < len(self.skills):
            raise InvalidStructure(f"item {self.code!r} names a micro-skill twice")
        for name in ("slip", "guess", "dont_know_mastered", "dont_know_not_mastered"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:  # also false for NaN
                raise InvalidStructure(f"item {self.code!r}: {name} is {value}, not a probability")
        if not (isfinite(self.seconds) and self.seconds > 0.0):
            raise InvalidStructure(f"item {self.code!r}: {self.seconds} seconds is no duration")
        right_not_mastered, right_mastered = self.response()[:, 0]
        if right_mastered <= right_not_mastered:
            raise InvalidStructure(f"item {self.code!r}: a right answer would speak against mastery")
        if self.near is not None:
            self._check_near(*self.near)

    def _check_near(self, not_mastered: float, mastered: float) -> None:
        if not (0.0 < not_mastered < 1.0 and 0.0 < mastered < 1.0):  # also false for NaN
            raise InvalidStructure(f"item {self.code!r}: near is {self.near}, not two probabilities between 0 and 1")
        if min(mastered, 1.0 - LEAST_PROBABILITY) <= max(not_mastered, LEAST_PROBABILITY):
            raise InvalidStructure(f"item {self.code!r}: a partly right answer would speak against mastery")

    @property
    def skills(self) -> tuple[str, ...]:
        """Every micro-skill that a right answer needs."""
        return (self.skill, *self.also)

    def response(self) -> Floats:
        """Return P(outcome | class), shape [2 classes: not mastered, mastered; 3 outcomes of ``EVIDENCE``].

        Slip and guess of a latent class (Junker & Sijtsma 2001) with "I don't know" as a category of its own:
        mastered      right (1-k1)(1-s), wrong (1-k1)s,     dont_know k1;
        not mastered  right (1-k0)g,     wrong (1-k0)(1-g), dont_know k0.
        Clipped to [.005, .995] and normalised again.
        """
        asked_0, asked_1 = 1.0 - self.dont_know_not_mastered, 1.0 - self.dont_know_mastered
        rows = np.array(
            [
                [asked_0 * self.guess, asked_0 * (1.0 - self.guess), self.dont_know_not_mastered],
                [asked_1 * (1.0 - self.slip), asked_1 * self.slip, self.dont_know_mastered],
            ]
        )
        clipped = np.clip(rows, LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
        normal: Floats = clipped / clipped.sum(axis=1, keepdims=True)
        return normal


def expected_seconds(kind: str, words: int) -> float:
    """Return the expected seconds of a question of this kind with so many words to read or hear.

    Raises ``InvalidStructure`` for an unknown kind or a negative number of words.
    """
    if kind not in HANDLING_SECONDS:
        raise InvalidStructure(f"unknown kind of item {kind!r}")
    if words < 0:
        raise InvalidStructure(f"{words} words")
    return HANDLING_SECONDS[kind] + SECONDS_PER_WORD * words


def first_guess(kind: str, *, options: int = 0, keys: int = 1) -> float:
    """Return the chance of a right answer without the skill: one over the possible answers.

    ``options`` are shown, ``keys`` of them must be chosen.  Open kinds (order, match, text, observed) and
    choices with more than twenty possible answers take .05.  Raises ``InvalidStructure`` when a kind with
    options has fewer than two, or when all options are keys.
    """
    if kind not in HANDLING_SECONDS:
        raise InvalidStructure(f"unknown kind of item {kind!r}")
    if kind not in CHOSEN_KINDS:
        return OPEN_GUESS
    if options < 2 or not 0 < keys < options:
        raise InvalidStructure(f"a {kind} with {options} options and {keys} keys leaves nothing to choose")
    return max(1.0 / comb(options, keys), OPEN_GUESS)


def first_near(kind: str, *, options: int = 0, keys: int = 1) -> tuple[float, float]:
    """Return P(partly right | wrong answer) of those who do not master the micro-skill, and of those who do.

    Whoever ticks as many of the options as there are keys, by chance and not all of them right, has more than half of
    the options right (ticked if and only if they are keys) the more often the fewer there are: hypergeometric.
    """
    lacking, mastering = FIRST_NEAR
    if kind != "choices":
        return FIRST_NEAR
    near = sum(comb(keys, hit) * comb(options - keys, keys - hit) for hit in range(keys) if 4 * (keys - hit) < options)
    return max(lacking, near / (comb(options, keys) - 1)), mastering


def first_model(
    code: str, skill: str, *, kind: str, words: int, options: int = 0, keys: int = 1, family: str = ""
) -> ItemModel:
    """Return the model of an item that nobody has answered yet: format and length are all that is known.

    ``family``: shared with the same question in another dress.
    """
    return ItemModel(
        code=code,
        skill=skill,
        slip=SLIP,
        guess=first_guess(kind, options=options, keys=keys),
        dont_know_mastered=DONT_KNOW_MASTERED,
        dont_know_not_mastered=DONT_KNOW_NOT_MASTERED,
        seconds=expected_seconds(kind, words),
        testlet=family,
    )
