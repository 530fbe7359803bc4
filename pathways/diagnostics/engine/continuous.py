"""A strand without steps: a latent position, items that grow easier along it, and mastery as a cut.

A ladder takes every question for a test of one rung, right or wrong by class.  Where the chance of a right answer
rises smoothly with the position instead, a ladder claims too much: by .04 once calibrated and by .10 before, on
synthetic learners of that kind (slope 2.2 a standard deviation), where this strand claims .01 too much and nothing.
Where rungs are steps it is this strand that loses: half a point of accuracy once calibrated, and ten before, when its
slopes are first guesses.  Which of the two a strand is, answers tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite, log
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from pathways.diagnostics.engine import documents
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.items import LEAST_PROBABILITY, ItemModel
from pathways.diagnostics.engine.population import AbilityGrid
from pathways.diagnostics.engine.strands import LEAST_STATE, LevelSkill, normal_cdf

POSITIONS: Final = 25
FARTHEST: Final = 3.6
"""The positions are evenly spaced from -3.6 to 3.6 SD, .3 apart.  With 13 of them, 1 point of accuracy is lost."""

MASTERED_CHANCE: Final = 0.75
"""Mastery: a fresh question of the micro-skill would be answered right with this chance, slips and guesses removed."""

FIRST_SLOPE: Final = 1.6
"""Per SD of the position, before any answer.  Flatter than most questions: it errs to the side of undecided."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How one question grows easier: F(position) = 1 / (1 + exp(-slope (position - location))).

    Raises ``InvalidStructure`` for a slope that is not positive or a location that is no number.
    """

    slope: float
    location: float

    def __post_init__(self) -> None:
        if not (isfinite(self.slope) and self.slope > 0.0 and isfinite(self.location)):
            raise InvalidStructure(f"a curve of slope {self.slope} at {self.location} does not rise")

    def height(self, positions: Floats) -> Floats:
        """Return F at these positions, same shape."""
        height: Floats = 1.0 / (1.0 + np.exp(-np.clip(self.slope * (positions - self.location), -500.0, 500.0)))
        return height


def first_curve(threshold: float, slope: float = FIRST_SLOPE) -> Curve:
    """Return the curve of a question whose micro-skill is mastered above ``threshold``: F is .75 just there."""
    return Curve(slope, threshold - log(MASTERED_CHANCE / (1.0 - MASTERED_CHANCE)) / slope)


def curve_response(item: ItemModel, height: Floats) -> Floats:
    """Return P(outcome), shape [3 outcomes of ``EVIDENCE``, ...], where the curve of the item has ``height`` [...].

    Four parameters (Barton & Lord 1981) and "I don't know" beside them: P = g + (1 - s - g) F and
    k = k0 + (k1 - k0) F give right (1 - k) P, wrong (1 - k)(1 - P), dont_know k.  The slip and guess of the item are
    the distances of the curve from 1 and 0 far away, not the rates of two classes.  Clipped to [.005, .995] and
    normalised again.
    """
    right = item.guess + (1.0 - item.slip - item.guess) * height
    unknown = item.dont_know_not_mastered + (item.dont_know_mastered - item.dont_know_not_mastered) * height
    rows = np.stack([(1.0 - unknown) * right, (1.0 - unknown) * (1.0 - right), unknown])
    clipped = np.clip(rows, LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
    normal: Floats = clipped / clipped.sum(axis=0)
    return normal


@dataclass(frozen=True)
class ContinuousStrand:
    """A position on 25 points of [-3.6, 3.6]; a micro-skill is mastered above its threshold.

    Given ability, correlation and spread the position is N(correlation * ability, 1 - correlation^2) / spread, each
    point standing for the stretch nearest to it (Gibbons & Hedeker 1992 sum the same bifactor model).  A stretch that
    a threshold cuts is mastered in part.  ``curves`` by item code; an item that has none takes ``first_curve``.
    Raises ``InvalidStructure`` without micro-skills, for one met twice, or for thresholds that do not rise.
    """

    code: str
    skills: tuple[LevelSkill, ...]
    curves: Mapping[str, Curve] = field(default_factory=dict)
    slope: float = FIRST_SLOPE

    def __post_init__(self) -> None:
        if not self.skills:
            raise InvalidStructure(f"strand {self.code!r} has no micro-skill")
        if len(set(self.skill_codes)) < len(self.skills):
            raise InvalidStructure(f"strand {self.code!r} names a micro-skill twice")
        if not all(isfinite(skill.threshold) for skill in self.skills):
            raise InvalidStructure(f"strand {self.code!r} has a threshold that is no number")
        for lower, upper in pairwise(self.skills):
            if not upper.threshold > lower.threshold:
                raise InvalidStructure(
                    f"strand {self.code!r}: the threshold of {upper.code!r} ({upper.threshold}) does not"
                    f" rise above that of {lower.code!r} ({lower.threshold})"
                )
        Curve(self.slope, 0.0)
        object.__setattr__(self, "curves", MappingProxyType(dict(self.curves)))

    @property
    def skill_codes(self) -> tuple[str, ...]:
        """The micro-skills, easiest first."""
        return tuple(skill.code for skill in self.skills)

    def prior(self, grid: AbilityGrid) -> Floats:
        """Return P(position | point), shape [25, Q], floored at 1e-12."""
        positions = _positions()
        edges = (positions[1:] + positions[:-1]) / 2.0
        away = np.outer(edges, grid.spread) - grid.correlation * grid.ability
        below = np.zeros((POSITIONS + 1, grid.ability.size))
        below[1:-1] = normal_cdf(away / np.sqrt(1.0 - grid.correlation**2))
        below[-1] = 1.0
        states: Floats = np.maximum(below[1:] - below[:-1], LEAST_STATE)
        states /= states.sum(axis=0)
        return states

    def mastery(self) -> Floats:
        """Return the part of each stretch above the thresholds, shape [S, 25]."""
        positions = _positions()
        thresholds = np.array([[skill.threshold] for skill in self.skills])
        part: Floats = np.clip((positions - thresholds) / (positions[1] - positions[0]) + 0.5, 0.0, 1.0)
        return part

    def responses(self, items: Sequence[ItemModel]) -> Floats:
        """Return each item's response along its curve, shape [J, 3, 25]."""
        threshold = {skill.code: skill.threshold for skill in self.skills}
        tensor = np.empty((len(items), 3, POSITIONS))
        for row, item in zip(tensor, items, strict=True):
            curve = self.curves.get(item.code) or first_curve(threshold[item.skill], self.slope)
            row[:] = curve_response(item, curve.height(_positions()))
        return tensor

    def to_document(self) -> dict[str, Any]:
        """Return ``{"model": "continuous", "code": ..., "slope": ..., "skills": [...], "curves": [...]}``.

        A micro-skill is ``{"code", "threshold"}``, a curve ``{"item", "slope", "location"}``.
        """
        return {
            "model": "continuous",
            "code": self.code,
            "slope": self.slope,
            "skills": [{"code": skill.code, "threshold": skill.threshold} for skill in self.skills],
            "curves": [
                {"item": item, "slope": curve.slope, "location": curve.location}
                for item, curve in sorted(self.curves.items())
            ],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "ContinuousStrand":
        """Build the strand that ``to_document`` described; raises ``InvalidStructure``."""
        values = documents.mapping(document, "a strand", ("model", "code", "slope", "skills", "curves"))
        code = documents.text(values["code"], "the code of a strand")
        slope = documents.number(values["slope"], f"'slope' of strand {code!r}")
        skills = [_skill(rung, code) for rung in documents.sequence(values["skills"], f"'skills' of strand {code!r}")]
        curves = documents.sequence(values["curves"], f"'curves' of strand {code!r}")
        return cls(code, tuple(skills), dict(_curve(curve, code) for curve in curves), slope)


def _positions() -> Floats:
    return np.linspace(-FARTHEST, FARTHEST, POSITIONS)


def _skill(document: object, strand: str) -> LevelSkill:
    values = documents.mapping(document, f"a micro-skill of strand {strand!r}", ("code", "threshold"))
    code = documents.text(values["code"], f"the code of a micro-skill of strand {strand!r}")
    return LevelSkill(code, documents.number(values["threshold"], f"the threshold of {code!r}"))


def _curve(document: object, strand: str) -> tuple[str, Curve]:
    values = documents.mapping(document, f"a curve of strand {strand!r}", ("item", "slope", "location"))
    item = documents.text(values["item"], f"the item of a curve of strand {strand!r}")
    slope, location = (documents.number(values[name], f"{name!r} of {item!r}") for name in ("slope", "location"))
    return item, Curve(slope, location)
