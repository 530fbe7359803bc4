"""Looking at every question of a pair of languages at once: matching, two tests, purification, classes. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pathways.diagnostics.engine import fairness
from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.fairness import Grade, MantelHaenszel, Regression
from pathways.fairness import matching
from pathways.fairness.matching import Answers

WATCHED_FROM = 50
"""Answers in each language below which nothing at all is said."""
CLASSED_FROM = 200
"""Answers in each language from which a question has a class."""
ALPHA = 0.04
"""Of the adjusted p-value from which a question is in class B or C."""
WATCH_ALPHA = 0.2
"""Of the plain one from which a question with few answers is watched: a look at it costs little."""
STRATA = 12


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What is compared: of M answers, ``use`` [M] those that count for a comparison and ``group`` [N] of their people
    (0 French, 1 the language). Answers that are not compared still say something of the person.
    """

    answers: Answers
    group: Integers
    use: Booleans


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one item: answers in French and in the language, and, where there are enough, the tests."""

    reference: int
    focal: int
    grade: Grade
    test: MantelHaenszel | None = None
    regression: Regression | None = None
    adjusted: float | None = None


def screen(compiled: Compiled, compared: Compared) -> dict[int, Found]:
    """Return what is found of each item (by its place in ``compiled.item_codes``) that was answered in the language.

    Twice: items that the first look puts into B or C say nothing about ability at the second one (two-step
    purification: Holland & Thayer 1988), for a text that is hard to read would make people look weaker elsewhere.
    """
    counts = np.ones(len(compiled.item_codes), dtype=np.bool_)
    first = _look(compiled, compared, counts)
    flagged = [item for item, one in first.items() if one.grade in {Grade.B, Grade.C}]
    if not flagged or len(flagged) == len(first):
        return first
    counts[flagged] = False
    return _look(compiled, compared, counts)


def _look(compiled: Compiled, compared: Compared, counts: Booleans) -> dict[int, Found]:
    answers = compared.answers
    sizes = _sizes(compared, len(compiled.item_codes))
    enough = np.flatnonzero(sizes.min(axis=1) >= WATCHED_FROM).tolist()
    found = {
        item: Found(int(sizes[item, 0]), int(sizes[item, 1]), Grade.FEW)
        for item in np.flatnonzero(sizes[:, 1]).tolist()
    }
    if not enough:
        return found
    model = matching.calibrated(compiled, answers, compared.group, counts)
    chance = matching.chances(model, answers, compared.group, counts)
    tested = {item: _tested(compared, chance, item) for item in enough}
    return found | _graded(sizes, tested)


def _sizes(compared: Compared, items: int) -> Integers:
    sizes = np.zeros((items, 2), dtype=np.intp)
    group = compared.group[compared.answers.person]
    np.add.at(sizes, (compared.answers.item[compared.use], group[compared.use]), 1)
    return sizes


def _tested(compared: Compared, chance: Floats, item: int) -> tuple[MantelHaenszel | None, Regression]:
    answers = compared.answers
    rows = np.flatnonzero((answers.item == item) & compared.use)
    right, group, known = answers.outcome[rows] == 0, compared.group[answers.person[rows]], chance[rows]
    counts = fairness.tables(right, group, fairness.strata(known, STRATA))
    return fairness.mantel_haenszel(counts), fairness.regression(right, group, np.log(known / (1.0 - known)))


def _graded(sizes: Integers, tested: dict[int, tuple[MantelHaenszel | None, Regression]]) -> dict[int, Found]:
    """Classes where there are answers enough; they alone are adjusted for each other."""
    classed = [item for item, (test, _) in tested.items() if test is not None and sizes[item].min() >= CLASSED_FROM]
    p_values = [test.p for item in classed if (test := tested[item][0]) is not None]
    adjusted = dict(zip(classed, fairness.adjusted(p_values), strict=True))
    found = {}
    for item, (test, regression) in tested.items():
        p = adjusted.get(item)
        found[item] = Found(int(sizes[item, 0]), int(sizes[item, 1]), _grade(test, p), test, regression, p)
    return found


def _grade(test: MantelHaenszel | None, adjusted: float | None) -> Grade:
    if test is None:
        return Grade.FEW
    if adjusted is not None:
        return fairness.grade(test.delta, adjusted, alpha=ALPHA)
    return Grade.WATCH if test.p < WATCH_ALPHA and abs(test.delta) >= fairness.MODERATE else Grade.FEW
