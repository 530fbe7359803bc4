"""Running learners through a policy, one after the other or in several processes, with the same result to the byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pathways.diagnostics.engine import Compiled, Structure, compile_structure
from pathways.diagnostics.engine.arrays import Booleans, Floats
from pathways.diagnostics.engine.eligibility import of_full_strands
from pathways.diagnostics.simulating import policies
from pathways.diagnostics.simulating.learners import Learner
from pathways.diagnostics.simulating.pix_like import PixLike, pix_levels
from pathways.diagnostics.simulating.policies import Policy
from pathways.diagnostics.simulating.stops import Stops


@dataclass(frozen=True)
class Task:
    """All that a process needs to know. ``levels`` of every micro-skill; ``form`` of the policy ``fixed`` only;
    ``exposure``: whether the engine's choice is varied; ``most_per_strand``: questions on one ladder at most, whatever
    the policy.
    """

    structure: Structure
    levels: dict[str, float]
    policy: str
    stops: Stops
    seed: int
    form: tuple[str, ...] = ()
    exposure: bool = False
    most_per_strand: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Sitting:
    """What happened to one learner.

    ``items``, ``outcomes``: what was asked and answered, in order. ``mastery`` [n + 1, S]: P(mastered) before the first
    question and after each. ``truth`` [n + 1, S], or ``None`` where nobody knows it. ``seconds``: as the items expect;
    ``clock`` [n + 1]: so many before the first question and after each.
    """

    learner: Learner
    items: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    mastery: list[Floats] = field(default_factory=list)
    truth: list[Booleans] = field(default_factory=list)
    seconds: float = 0.0
    stopped: str = ""
    clock: list[float] = field(default_factory=lambda: [0.0])


class Room:
    """Where sittings of one task are held: its structure, compiled, and its policy."""

    def __init__(self, task: Task, compiled: Compiled | None = None) -> None:
        self.compiled = compiled or compile_structure(task.structure)
        self._policy = policy_of(task, self.compiled)
        self._most_per_strand = task.most_per_strand
        self._seconds = {item.code: item.seconds for item in task.structure.items}
        self._testlet = {item.code: item.testlet for item in task.structure.items if item.testlet}
        self._fellows: dict[str, list[str]] = {}
        for code, testlet in self._testlet.items():
            self._fellows.setdefault(testlet, []).append(code)

    def sit(self, learner: Learner) -> Sitting:
        """Let one learner answer until the policy stops."""
        asking = self._policy.open(learner.key)
        items: list[str] = []
        outcomes: list[str] = []
        answers: list[tuple[str, str]] = []
        mastery: list[Floats] = []
        candidates = set(learner.answers)
        clock = [0.0]
        while True:
            step = asking.step(answers, candidates, clock[-1])
            mastery.append(step.mastery)
            if step.item is None:
                break
            outcome = learner.outcome(step.item, len(items))
            items.append(step.item)
            outcomes.append(outcome)
            answers.append((step.item, outcome))
            clock.append(clock[-1] + self._seconds[step.item])
            candidates.discard(step.item)
            candidates.difference_update(self._fellows.get(self._testlet.get(step.item, ""), ()))
            candidates.difference_update(self._beyond(items))
        truth = self._truth(learner, len(items))
        return Sitting(learner, items, outcomes, mastery, truth, clock[-1], step.stopped or "", clock)

    def _beyond(self, asked: Sequence[str]) -> list[str]:
        """The items of the ladders that had their questions."""
        if self._most_per_strand is None:
            return []
        places = np.array([[self.compiled.item_index[code] for code in asked]], dtype=np.intp)
        full = of_full_strands(self.compiled, places, self._most_per_strand)[0]
        return [self.compiled.item_codes[place] for place in np.flatnonzero(full).tolist()]

    def _truth(self, learner: Learner, asked: int) -> list[Booleans]:
        if learner.mastered is None:
            return []
        if not learner.later:
            return [self._known(learner.mastered)] * (asked + 1)
        return [self._known(learner.truth(count) or frozenset()) for count in range(asked + 1)]

    def _known(self, mastered: frozenset[str]) -> Booleans:
        return np.array([code in mastered for code in self.compiled.skill_codes], dtype=np.bool_)


def policy_of(task: Task, compiled: Compiled) -> Policy:
    """Return the policy of a task."""
    if task.policy == policies.PIX_LIKE:
        return PixLike(compiled, pix_levels(task.levels), task.stops, task.seed)
    if task.policy in policies.ENGINES:
        timed = task.policy == "engine"
        circumstances = policies.engine_circumstances(compiled, task.seed, timed=timed, varied=task.exposure)
        return policies.Inferring(compiled, task.stops, policies.engine_chooser, circumstances)
    chooser = {
        "random": lambda: policies.random_chooser(compiled, task.seed),
        "half": lambda: policies.half_chooser(compiled),
        "fixed": lambda: policies.fixed_chooser(task.form),
    }[task.policy]()
    return policies.Inferring(compiled, task.stops, chooser)
