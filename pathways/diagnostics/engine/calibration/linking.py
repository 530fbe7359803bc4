"""Languages on one scale.

A group of people may be weaker, and a language may be harder on every item: the answers hardly tell the two apart.  By
convention the middle item of a language is as hard as in the reference; what all items have in common is the group's.
The mean would not do: three bad translations in ten would make all the others look easy.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol, Self, TypeVar

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats
from pathways.diagnostics.engine.calibration.answers import Variants
from pathways.diagnostics.engine.calibration.em import Expectation, Model, Solution, silent, solve
from pathways.diagnostics.engine.calibration.parameters import Layout

LEAST_COMMON: Final = 8
"""Linking on fewer items than these, with answers in both languages, is not to be trusted."""
ROUNDS: Final = 5
CENTRED: Final = 0.02
MOST_MOVED: Final = 1.0


class LinkedModel(Model, Protocol):
    """A model whose curves have shifts by language."""

    @property
    def layout(self) -> Layout:
        """Where its parameters are."""
        ...

    def with_layout(self, layout: Layout) -> Self:
        """Return the same model with other beliefs about its curves."""
        ...


LinkedModelType = TypeVar("LinkedModelType", bound=LinkedModel)


@dataclass(frozen=True, slots=True)
class Link:
    """How one language hangs on to the reference.

    ``common``: items with answers in both.  ``median``: what is left of the middle shift; not 0 where answers
    contradict the convention, or where nothing is common.
    """

    common: int
    median: float

    @property
    def trusted(self) -> bool:
        """Whether there are enough common items."""
        return self.common >= LEAST_COMMON


def solve_linked(
    model: LinkedModelType,
    start: Floats,
    expectation: Expectation,
    answers: Floats,
    watch: Callable[[float], None] = silent,
) -> tuple[LinkedModelType, list[Solution], list[Link]]:
    """Return the model with centred beliefs about shifts, the runs that led there, and the link of each language.

    ``answers`` [V]: how many there are of each variant.  After a run the belief about the shifts of a language is moved
    by their weighted median, and the next run starts from where the last one ended; one language needs one run.
    """
    runs = [solve(model, start, expectation, watch=watch)]
    for _ in range(ROUNDS - 1):
        medians = _medians(model.layout, runs[-1].parameters, answers)
        means = np.clip(model.layout.task.shift_means - medians, -MOST_MOVED, MOST_MOVED)
        if np.abs(medians).max() < CENTRED or (means == model.layout.task.shift_means).all():
            break
        begin = _moved(model.layout, runs[-1].parameters, medians)
        task = replace(model.layout.task, shift_means=means)
        model = model.with_layout(replace(model.layout, task=task))
        runs.append(solve(model, begin, expectation, watch=watch))
    common = _common(model.layout.task.variants, answers).sum(axis=0)
    medians = _medians(model.layout, runs[-1].parameters, answers)
    return model, runs, [Link(*pair) for pair in zip(common.tolist(), medians.tolist(), strict=True)]


def _medians(layout: Layout, parameters: Floats, answers: Floats) -> Floats:
    """Return the middle shift of each language over the items that it shares with the reference, [L]."""
    _, shifts, _ = layout.unpacked(parameters)
    variants = layout.task.variants
    common = _common(variants, answers)
    medians = np.zeros(len(variants.language_codes))
    for language in range(1, len(medians)):
        mine = (variants.languages == language) & common[variants.items, language]
        if mine.any():
            medians[language] = weighted_median(shifts[mine], answers[mine])
    return medians


def _moved(layout: Layout, parameters: Floats, by: Floats) -> Floats:
    """Return the parameters with so much taken from the shifts of each language and given to the mean of its group: the
    same likelihood where curves and ability are on one axis, and else a good place to begin.
    """
    items, shifts, groups = layout.unpacked(parameters)
    free = layout.task.variants.languages > 0
    shifts = np.where(free, shifts - by[layout.task.variants.languages], 0.0)
    groups = groups.copy()
    groups[:, 0] -= by[1:]
    return np.concatenate([layout.packed(items, shifts, groups), parameters[layout.common :]])


def _common(variants: Variants, answers: Floats) -> Booleans:
    """Return which items have answers in a language and in the reference, [J, L]."""
    met = np.zeros((len(variants.item_codes), len(variants.language_codes)), dtype=np.bool_)
    met[variants.items, variants.languages] = answers > 0
    return met & met[:, :1]


def weighted_median(values: Floats, weights: Floats) -> float:
    """Return the value below which half of the weight lies, half-way between two values where it falls on an edge."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    low = int(np.searchsorted(reached, 0.5 - 1e-12))
    high = int(np.searchsorted(reached, 0.5 + 1e-12))
    ranked = values[order]
    return float((ranked[low] + ranked[min(high, len(ranked) - 1)]) / 2.0)
