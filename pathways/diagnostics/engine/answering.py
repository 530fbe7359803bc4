"""How simulated learners answer: from their true states, in one of the styles of the structure."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.mixture import NO_STEP
from pathways.diagnostics.engine.near import NEAR
from pathways.diagnostics.engine.outcomes import ANSWERS, WRONG, Outcome

PARTLY: Final = ANSWERS.index(Outcome.PARTLY)


@dataclass(frozen=True, slots=True)
class Learners:
    """N simulated learners and all the chance that their sittings need.

    ``states`` [N, K]: true state of each strand.  ``chance`` [N, T]: uniform numbers that decide the
    outcomes of up to T questions; ``pace`` [N, T]: time taken over time expected.  ``styles`` [N]: the style in
    which each of them answers, as the structure has several; ``turned`` [N, S]: micro-skills that are not what the
    ladder says.
    """

    states: Integers
    chance: Floats
    pace: Floats
    styles: Integers | None = None
    turned: Booleans | None = None

    def between(self, start: int, end: int) -> "Learners":
        """Return those from one place to another."""
        return Learners(
            self.states[start:end],
            self.chance[start:end],
            self.pace[start:end],
            None if self.styles is None else self.styles[start:end],
            None if self.turned is None else self.turned[start:end],
        )


def answers(compiled: Compiled, learners: Learners, who: Integers, asked: int, chosen: Integers) -> Integers:
    """Return what the learners ``who`` answer to the items ``chosen`` after so many others, positions in ``ANSWERS``,
    all [N].

    Among the numbers that make an answer wrong each is as likely as any other, so that they also say, of an item with
    partial credit, whether it comes near.
    """
    number, near_row = learners.chance[who, asked], compiled.near_of_item[chosen]
    below = np.cumsum(_outcomes(compiled, learners, who, compiled.slots[chosen] * OUTCOMES)[:, :-1], axis=1)
    found: Integers = (number[:, None] >= below).sum(axis=1)
    wrong = np.flatnonzero((found == WRONG) & (near_row >= 0))
    if wrong.size:
        right, answered = below[wrong].T
        near = _outcomes(compiled, learners, who[wrong], near_row[wrong])[:, NEAR]
        found[wrong[number[wrong] - right < near * (answered - right)]] = PARTLY
    return found


def _outcomes(compiled: Compiled, learners: Learners, who: Integers, first_row: Integers) -> Floats:
    """Return P(outcome) of the slot of each of the learners ``who``, [N, 3], from their true states and styles."""
    rows = first_row[:, None] + np.arange(OUTCOMES)
    state = learners.states[who, first_row // compiled.rows_per_strand]
    mixture = compiled.mixture
    if mixture is None or learners.styles is None or learners.turned is None:
        return np.exp(compiled.log_response[rows, state[:, None]])
    slot, style = first_row // OUTCOMES, learners.styles[who]
    step = mixture.steps[slot]
    mastered = (state >= step) ^ learners.turned[who, mixture.skills[slot]]
    by_class = (mixture.holes[style] > 0.0) & (step > NO_STEP)
    column = np.where(by_class, step - 1 + mastered, state)
    return np.exp(mixture.log_response[style[:, None], rows, column[:, None]])
