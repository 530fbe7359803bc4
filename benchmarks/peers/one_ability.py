"""Adaptive tests on a single ability, 2PL: one step is a new estimate from all answers so far, and the next item.

Question: ``slope``, ``difficulty`` [items]; ``asked`` and ``right`` in order; ``counts``: after how many of them a step
is timed; ``repeats``. Answer: ``milliseconds`` of CPU by count, median and 95th percentile.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np

from benchmarks.peers.answering import answer

LONGEST = 20.0
"""Seconds for one count: a slow peer is timed fewer times."""


def catsim(question: dict[str, Any]) -> dict[str, Any]:
    """Its usual estimator and its choice by the most information."""
    item_bank = importlib.import_module("catsim.item_bank")
    estimation = importlib.import_module("catsim.estimation")
    selection = importlib.import_module("catsim.selection")
    slope, difficulty = np.array(question["slope"]), np.array(question["difficulty"])
    bank = item_bank.ItemBank(np.stack([slope, difficulty, 0.0 * slope, 1.0 + 0.0 * slope], axis=1))
    estimator, selector = estimation.NumericalSearchEstimator(), selection.MaxInfoSelector()

    def stepping(count: int) -> Callable[[], object]:
        asked, right = question["asked"][:count], [bool(one) for one in question["right"][:count]]

        def step() -> object:
            ability = estimator.estimate(item_bank=bank, administered_items=asked, response_vector=right, est_theta=0.0)
            return selector.select(item_bank=bank, administered_items=asked, est_theta=ability)

        return step

    return _timed(question, stepping)


def adaptivetesting(question: dict[str, Any]) -> dict[str, Any]:
    """The faster one of its two estimators under a prior, and its choice by the most information."""
    models = importlib.import_module("adaptivetesting.models")
    estimators = importlib.import_module("adaptivetesting.math.estimators")
    choosing = importlib.import_module("adaptivetesting.math.item_selection")
    pool = models.ItemPool.load_from_list(a=question["slope"], b=question["difficulty"])
    items = pool.test_items
    prior = estimators.NormalPrior(0.0, 1.0)

    def stepping(count: int) -> Callable[[], object]:
        asked, right = question["asked"][:count], question["right"][:count]
        there = set(asked)
        answered = [items[place] for place in asked]
        left = [item for place, item in enumerate(items) if place not in there]

        def step() -> object:
            ability = estimators.BayesModal(right, answered, prior, (-10, 10)).get_estimation()
            return choosing.maximum_information_criterion(left, ability)

        return step

    return _timed(question, stepping)


def _timed(question: dict[str, Any], stepping: Callable[[int], Callable[[], object]]) -> dict[str, Any]:
    found: dict[str, tuple[float, float]] = {}
    for count in question["counts"]:
        step = stepping(count)
        for _ in range(3):
            step()
        spent: list[float] = []
        while len(spent) < question["repeats"] and sum(spent) < 1e3 * LONGEST:
            start = process_time()
            step()
            spent.append(1e3 * (process_time() - start))
        found[str(count)] = float(np.median(spent)), float(np.quantile(spent, 0.95))
    return {"milliseconds": found}


if __name__ == "__main__":
    answer({"catsim": catsim, "adaptivetesting": adaptivetesting})
