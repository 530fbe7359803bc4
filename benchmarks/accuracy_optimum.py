"""The exact optimum on a small bank: which item is best when so many questions are left, looking all the way ahead.

V(c, 0) = expected accuracy after the counts c of right and wrong answers by micro-skill; V(c, r) = max over
micro-skills of sum_y P(y | c, s) V(c + e_sy, r - 1). Copies of an item are alike, so that counts say everything.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from pathways.diagnostics.engine import Compiled, Outcome, compile_structure, infer
from pathways.diagnostics.simulating.bank import Bank
from pathways.diagnostics.simulating.learners import Learner

Counts = tuple[int, ...]
DECIMALS = 9
"""What differs by less is a tie, as in the engine."""
SAID = (Outcome.CORRECT.value, Outcome.INCORRECT.value)


class Optimum:
    """The best policy for sittings of exactly ``questions``. A micro-skill has at least as many items, all alike."""

    def __init__(self, bank: Bank, questions: int) -> None:
        self._compiled: Compiled = compile_structure(bank.structure)
        self._items = {
            skill: sorted(item.code for item in bank.structure.items if item.skill == skill)
            for skill in bank.structure.skill_codes
        }
        assert all(len(items) >= questions for items in self._items.values()), "an item may be asked once"
        self.questions = questions
        self._skills = list(self._items)
        self._value = lru_cache(maxsize=None)(self._valued)
        self._belief = lru_cache(maxsize=None)(self._believed)

    @property
    def expected_accuracy(self) -> float:
        """What the best policy can expect, if people are as the engine believes."""
        return self._value((0,) * 2 * len(self._skills), self.questions)

    def sitting(self, learner: Learner) -> np.ndarray:
        """Return P(mastered) of each micro-skill at the end, [S]. "Not understood" says nothing and uses up an item."""
        counts = [0] * (2 * len(self._skills))
        used = dict.fromkeys(self._skills, 0)
        for asked in range(self.questions):
            place = self._best(tuple(counts), self.questions - asked)
            skill = self._skills[place]
            outcome = learner.outcome(self._items[skill][used[skill]], asked)
            used[skill] += 1
            if outcome in SAID:
                counts[2 * place + SAID.index(outcome)] += 1
        return self._belief(tuple(counts)).masteries

    def _best(self, counts: Counts, left: int) -> int:
        values = np.array([self._expected(counts, place, left) for place in range(len(self._skills))])
        return int(values.round(DECIMALS).argmax())

    def _valued(self, counts: Counts, left: int) -> float:
        if left == 0:
            return self._belief(counts).expected_accuracy()
        return max(self._expected(counts, place, left) for place in range(len(self._skills)))

    def _expected(self, counts: Counts, place: int, left: int) -> float:
        chances = self._belief(counts).predicted(self._items[self._skills[place]][0])
        right, wrong = chances[Outcome.CORRECT], chances[Outcome.INCORRECT]
        total = 0.0
        for column, weight in enumerate((right, wrong)):
            following = list(counts)
            following[2 * place + column] += 1
            total += weight * self._value(tuple(following), left - 1)
        return total / (right + wrong)

    def _believed(self, counts: Counts) -> Any:
        answers = [
            (code, said)
            for place, skill in enumerate(self._skills)
            for code, said in zip(
                self._items[skill],
                [SAID[0]] * counts[2 * place] + [SAID[1]] * counts[2 * place + 1],
                strict=False,
            )
        ]
        return infer(self._compiled, answers)
