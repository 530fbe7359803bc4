"""The one door to OR-Tools: minimum cuts, and CP-SAT under a limit of time. It is loaded at the first plan, unless
:func:`warm` was there before.
"""

from __future__ import annotations

import math
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ortools.sat.python import cp_model as cp_model_types

UNITS = 100
"""Parts of a minute that are counted."""
MOST = 1 << 40
"""Stands for infinite in integer arithmetic: far above any sum of minutes, far below overflow."""


PATIENCE, LEAST_SECONDS = 2.0, 0.5
"""How many times longer a search may take that has found nothing in its time, and how long at least."""


class OutOfTime(Exception):
    """A search has found nothing."""


class NoSolution(Exception):
    """There is nothing to be found."""


def units(minutes: float) -> int:
    """Minutes in whole parts."""
    return round(minutes * UNITS)


def warm() -> None:
    """Load all of it now, which takes seconds on a busy computer, instead of at the first plan."""
    model = cp_model().CpModel()
    model.maximize(model.new_bool_var(""))
    search(model, 1.0)
    heaviest_closure(np.ones(2), np.array([1]), np.array([0]), units=1)


@cache
def cp_model() -> Any:
    return import_module("ortools.sat.python.cp_model")


@cache
def _max_flow() -> Any:
    return import_module("ortools.graph.python.max_flow")


def heaviest_closure(
    weights: NDArray[np.float64], tails: NDArray[np.int64], heads: NDArray[np.int64], *, units: int
) -> NDArray[np.bool_]:
    """Which of N nodes are in a closed set of greatest weight: with a tail, its head is in it too.

    ``weights`` [N], infinite for what must be in it and minus infinite for what must not; ``units``: how finely a
    weight is counted. Of equal sets it is the smallest one. By a minimum cut (Picard 1976).
    """
    count = len(weights)
    infinite = np.isinf(weights)
    whole = np.rint(np.where(infinite, 0.0, weights) * units).astype(np.int64)
    whole[infinite] = np.where(weights[infinite] > 0.0, MOST, -MOST)
    gains, losses = np.flatnonzero(whole > 0), np.flatnonzero(whole < 0)
    source, sink = count, count + 1
    flow = _max_flow().SimpleMaxFlow()
    flow.add_arcs_with_capacity(
        np.concatenate([[source], np.full(len(gains), source), losses, tails]).astype(np.int32),
        np.concatenate([[sink], gains, np.full(len(losses), sink), heads]).astype(np.int32),
        np.concatenate([[0], whole[gains], -whole[losses], np.full(len(tails), MOST * 2)]),
    )
    if flow.solve(source, sink) != flow.OPTIMAL:
        raise RuntimeError("a minimum cut was not found")  # no input leads here: capacities are bounded
    chosen = np.zeros(count, dtype=np.bool_)
    inside = np.array(flow.get_source_side_min_cut(), dtype=np.int64)
    chosen[inside[inside < count]] = True
    return chosen


def search(model: cp_model_types.CpModel, seconds: float, *, relaxed: bool = True) -> tuple[Any, bool]:
    """``(solver, proven)``: the best that was found within ``seconds`` of one thread, the same at each run unless time
    runs out. ``relaxed``: whether the linear relaxation of all of it leads (docs/decisions/0023-planner.md).

    A search that has found nothing by then, on a computer that is busy, is given more time once. Raises ``OutOfTime``
    where that was not enough either, ``NoSolution`` where it is proven that there is none.
    """
    module = cp_model()
    for most in (seconds, max(LEAST_SECONDS, PATIENCE * seconds)):
        found = module.CpSolver()
        found.parameters.num_workers = 1
        found.parameters.random_seed = 1
        # Closures under a budget: their linear relaxation is close, and what else the presolve looks for is not there.
        # With dates, neither pays (docs/decisions/0023-planner.md).
        found.parameters.linearization_level = 2 if relaxed else 0
        found.parameters.cp_model_presolve = relaxed
        found.parameters.cp_model_probing_level = 0
        found.parameters.symmetry_level = 0
        found.parameters.max_time_in_seconds = most if math.isfinite(most) else 1e9
        status = found.solve(model)
        if status in (module.OPTIMAL, module.FEASIBLE):
            return found, status == module.OPTIMAL
        if status == module.INFEASIBLE:
            raise NoSolution
    raise OutOfTime
