"""How answers come out, where nobody has measured it: several ways, each with its share of belief.

The first values of a question are guesses, and so is the ladder itself.  Taking them for known claims too much as soon
as they are not: rungs that fail a person, slips that are more frequent, questions that grow easier smoothly instead of
in a step, people who never touch *I don't know* or always do.  None of that can be known beforehand, and all of it
shows in a learner's answers, so it is one more exact axis, shared by all answers of a sitting: ``mixture`` sums it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from math import isfinite
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from pathways.diagnostics.engine import documents
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.continuous import FIRST_SLOPE, curve_response, first_curve
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.items import LEAST_PROBABILITY, ItemModel
from pathways.diagnostics.engine.near import given_wrong, near_model
from pathways.diagnostics.engine.strands import LevelStrand

HARDLY_EVER: Final = 0.01
"""P("I don't know") of somebody who does not use that answer, whatever they master."""

POSITIONS_PER_STEP: Final = 15
"""Positions, equally likely in the reference group, that stand for everybody between two thresholds."""


@dataclass(frozen=True, slots=True)
class Style:
    """One way in which answers come out.

    ``share``: belief in it before any answer; shares of several styles are divided by their sum.
    ``hole``: P(a micro-skill is not what the ladder says: one missing below the level reached, or there above it).
    ``noise``: share of the answers turned at random on top of slip and guess: s + noise (1 - s), g + noise (1 - g).
    ``slope``: the chance of a right answer rises with the position inside the strand, logistic with this slope per SD,
    instead of in one step; the guess of an item is then where its curve starts, and half its slip where it ends.
    ``dont_know``: the learner says "I don't know" as often as the items expect; otherwise hardly ever.
    """

    share: float
    hole: float = 0.0
    noise: float = 0.0
    slope: float | None = None
    dont_know: bool = True

    def __post_init__(self) -> None:
        if not (isfinite(self.share) and self.share > 0.0):
            raise InvalidStructure(f"a style cannot have the share {self.share}")
        if not (0.0 <= self.hole < 0.5 and 0.0 <= self.noise < 1.0):
            raise InvalidStructure(f"holes of {self.hole} and noise of {self.noise} leave nothing to find")
        if self.slope is not None and not (isfinite(self.slope) and self.slope > 0.0):
            raise InvalidStructure(f"a slope of {self.slope} does not rise")
        if self.slope is not None and self.hole:
            raise InvalidStructure("a style has holes in a ladder, or a slope instead of its steps: not both")

    def response(self, item: ItemModel) -> Floats:
        """Return P(outcome | class), shape [2 classes: not mastered, mastered; 3 outcomes of ``EVIDENCE``].

        An item that would speak against mastery once the noise is in says nothing: both classes get their mean.
        """
        not_mastered, mastered = self._unknown(item)
        guess, right = item.guess + self.noise * (1.0 - item.guess), (1.0 - self.noise) * (1.0 - item.slip)
        if right < guess:
            guess = right = (guess + right) / 2.0
        rows = np.array(
            [
                [(1.0 - not_mastered) * guess, (1.0 - not_mastered) * (1.0 - guess), not_mastered],
                [(1.0 - mastered) * right, (1.0 - mastered) * (1.0 - right), mastered],
            ]
        )
        clipped = np.clip(rows, LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
        normal: Floats = clipped / clipped.sum(axis=1, keepdims=True)
        return normal

    def habit(self, item: ItemModel) -> ItemModel:
        """Return the item for people with this style's habit of saying "I don't know", where it still speaks."""
        if self.dont_know or 1.0 - item.slip <= item.guess:
            return item
        return replace(item, dont_know_mastered=HARDLY_EVER, dont_know_not_mastered=HARDLY_EVER)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Style":
        """Build the style of ``{"share", "hole", "noise", "slope", "dont_know"}``; raises ``InvalidStructure``."""
        values = documents.mapping(document, "a style", [field.name for field in fields(cls)])
        slope = values["slope"]
        return cls(
            share=documents.number(values["share"], "the share of a style"),
            hole=documents.number(values["hole"], "the holes of a style"),
            noise=documents.number(values["noise"], "the noise of a style"),
            slope=None if slope is None else documents.number(slope, "the slope of a style"),
            dont_know=documents.truth(values["dont_know"], "'dont_know' of a style"),
        )

    def _unknown(self, item: ItemModel) -> tuple[float, float]:
        if self.dont_know:
            return item.dont_know_not_mastered, item.dont_know_mastered
        return HARDLY_EVER, HARDLY_EVER


def combined(ways: Sequence[Style], saying_dont_know: float) -> tuple[Style, ...]:
    """Return each way twice: for the share of people who say "I don't know", and for those who hardly ever do.

    Raises ``InvalidStructure`` for a share outside ]0, 1[.
    """
    habits = ((True, saying_dont_know), (False, 1.0 - saying_dont_know))
    return tuple(
        replace(way, share=way.share * share, dont_know=dont_know) for dont_know, share in habits for way in ways
    )


SAYING_DONT_KNOW: Final = 0.15
"""Believed before any answer.  One "I don't know" settles it; people who never say it would be misread for long: to the
same accuracy they need up to a quarter more questions with .5, and 15 to 90 % more with 1 (50 and 100 micro-skills)."""

UNHEARD: Final = 0.03
"""Share of people who say "I don't know" where nobody was met who did: the next one may."""


def with_habit(styles: Sequence[Style]) -> tuple[Style, ...]:
    """Return the styles; where none of them says "I don't know", the most frequent one once more for those who might:
    otherwise it would tell nothing when it is said.
    """
    if not styles or any(style.dont_know for style in styles):
        return tuple(styles)
    most = max(styles, key=lambda style: style.share)
    return (*styles, replace(most, share=UNHEARD * sum(style.share for style in styles), dont_know=True))


FIRST_STYLES: Final = combined(
    (Style(0.4, hole=0.03), Style(0.3, hole=0.15, noise=0.1), Style(0.3, slope=FIRST_SLOPE)), SAYING_DONT_KNOW
)
"""For items whose values are first guesses."""

KNOWN_STYLES: Final = combined(
    (Style(0.6, hole=0.02), Style(0.2, hole=0.12, noise=0.06), Style(0.2, slope=FIRST_SLOPE)), SAYING_DONT_KNOW
)
"""For items whose slip and guess somebody states, and nobody has measured together with the ladder."""


def smooth_responses(strand: LevelStrand, items: Sequence[ItemModel], rungs: Sequence[int], style: Style) -> Floats:
    """Return P(outcome | state) of items about these rungs of a ladder without steps, shape [J, 3, S + 1].

    A state is a stretch between two thresholds; the response is the mean along the item's curve over the people of the
    reference group within it.
    """
    slope = FIRST_SLOPE if style.slope is None else style.slope
    positions = positions_between(tuple(skill.threshold for skill in strand.skills))
    tensor = np.empty((len(items), 3, len(positions)))
    for row, item, rung in zip(tensor, items, rungs, strict=True):
        curve = first_curve(strand.skills[rung].threshold, slope)
        shoulder = style.habit(replace(item, slip=item.slip / 2.0))
        row[:] = curve_response(shoulder, curve.height(positions)).mean(axis=2)
    return tensor


def smooth_near(strand: LevelStrand, item: ItemModel, rung: int, style: Style) -> Floats:
    """Return P(near or far | wrong answer to an item about this rung, state) on a ladder without steps, [3, S + 1]: the
    mean of r along the item's curve, from one of its values to the other.
    """
    positions = positions_between(tuple(skill.threshold for skill in strand.skills))
    curve = first_curve(strand.skills[rung].threshold, FIRST_SLOPE if style.slope is None else style.slope)
    return given_wrong(curve_response(near_model(item), curve.height(positions)).mean(axis=2))


@lru_cache(maxsize=256)
def positions_between(thresholds: tuple[float, ...]) -> Floats:
    """Return positions between thresholds, [S + 1, 15], each of them as likely as the others of its row."""
    normal = NormalDist()
    edges = np.array([0.0, *(normal.cdf(threshold) for threshold in thresholds), 1.0])
    within = (np.arange(POSITIONS_PER_STEP) + 0.5) / POSITIONS_PER_STEP
    shares = np.clip(edges[:-1, None] + np.diff(edges)[:, None] * within, 1e-15, 1.0 - 1e-15)
    positions = np.array([[normal.inv_cdf(share) for share in row] for row in shares.tolist()])
    positions.setflags(write=False)
    return positions
