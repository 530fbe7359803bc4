"""Which question comes first: the one that saves most expected minutes for each minute that it takes.

An answer about one micro-skill says something of others, too: of the rungs below and above it, of all that the same
people master. How much is seen in profiles drawn from what is believed, each weighed by how well it foretells the
answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pathways.learning.planner.choice import Choice
from pathways.learning.planner.decisions import KNOWN, regret
from pathways.learning.planner.problem import Problem
from pathways.learning.planner.profiles import Profiles

WORTH_ASKING = 0.5
"""Minutes that a question must save, beyond those it takes, to come before all else."""
LEAST_CHANCE = 1e-9


def most_saving(problem: Problem, choice: Choice, candidates: Sequence[str], profiles: Profiles) -> str | None:
    """The micro-skill of the best first question among ``candidates``; ``None`` where none saves anything."""
    codes = [code for code, way in choice.ways.items() if way.means is None]
    asked = [code for code in candidates if code in codes]
    if not asked:
        return None
    column = {code: index for index, code in enumerate(profiles.codes)}
    mastered = profiles.mastered[:, [column[code] for code in codes]].astype(np.float64)
    costs = _Costs(problem, codes)
    weigh = np.array([(problem.skills[code].slip, problem.skills[code].guess) for code in asked])
    known = mastered[:, [codes.index(code) for code in asked]]
    right = known * (1.0 - weigh[:, 0]) + (1.0 - known) * weigh[:, 1]  # [N, A]
    after = sum(_after(mastered, chance, costs) for chance in (right, 1.0 - right))
    saved: NDArray[np.float64] = costs.of(mastered.mean(axis=0)).sum() - after
    minutes: NDArray[np.float64] = np.array([problem.skills[code].check for code in asked])
    gain = (saved - minutes) / np.maximum(minutes, LEAST_CHANCE)
    best = int(gain.argmax())
    return asked[best] if saved[best] - minutes[best] > WORTH_ASKING else None


def _after(mastered: NDArray[np.float64], chance: NDArray[np.float64], costs: _Costs) -> NDArray[np.float64]:
    """Expected minutes after an answer times how likely it is, of each question: ``chance`` [N, A] of each profile."""
    total = np.maximum(chance.sum(axis=0), LEAST_CHANCE)
    beliefs = (chance.T @ mastered) / total[:, None]  # [A, S]
    minutes: NDArray[np.float64] = costs.of(beliefs).sum(axis=1) * total / len(mastered)
    return minutes


class _Costs:
    """Least expected minutes of micro-skills, whatever is believed of them: arrays of the formulas of ``decisions``."""

    def __init__(self, problem: Problem, codes: Sequence[str]) -> None:
        above, shortest = problem.dependants(), problem.shortest()
        self.lost = np.array([regret(shortest[code], above[code]) for code in codes])
        values: Mapping[str, list[float]] = {
            name: [getattr(problem.skills[code], name) for code in codes]
            for name in ("learn", "chance", "check", "slip", "guess")
        }
        self.learn, self.chance, self.check, self.slip, self.guess = (np.array(one) for one in values.values())

    def of(self, mastery: NDArray[np.float64]) -> NDArray[np.float64]:
        missing = 1.0 - mastery
        skip = np.where(mastery >= KNOWN, missing * self.lost, np.inf)
        failed = mastery * self.slip + missing * (1.0 - self.guess) / self.chance
        check = self.check + failed * self.learn + missing * self.guess * self.lost
        least = np.minimum(np.minimum(skip, check), self.learn * (mastery + missing / self.chance))
        found: NDArray[np.float64] = np.where(np.isfinite(least), least, 0.0)
        return found
