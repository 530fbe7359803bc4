"""Simulated learners on the way to their goals: how many minutes above somebody who knows the truth, how many arrive.

Each learner has a truth, a diagnostic of at most twelve questions, and three goals. Every arm teaches the same way: a
lesson of so many minutes is learnt with .8 where its ground is really there (.2 where it is not), a question follows;
whoever does not pass it has the lesson again, four times at most. The arms differ in what they teach, check and skip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from pathways.diagnostics.engine import (
    Carried,
    Compiled,
    ItemModel,
    LevelSkill,
    LevelStrand,
    Outcome,
    Sitting,
    StopRules,
    Structure,
    believe,
    compile_structure,
    decide,
    thresholds,
)
from pathways.learning.planner.choice import choose
from pathways.learning.planner.decisions import Decision
from pathways.learning.planner.placing import Kind
from pathways.learning.planner.planning import Plan, plan
from pathways.learning.planner.problem import Problem, Skill
from pathways.learning.planner.profiles import Profiles
from pathways.learning.planner.replanning import replan

FRAMEWORK = Path(__file__).parents[1] / "referentials" / "inclusion-numerique" / "framework.yaml"
MINUTES = {1: 15.0, 2: 20.0, 3: 30.0}
"""Of a lesson, by level."""
QUESTION = 1.0
LEARNT, WITHOUT_GROUND = 0.8, 0.2
LESSONS = 4
"""Of one micro-skill at most, where a question after it is not passed."""
QUESTIONS = 12
"""Of the diagnostic."""
GOALS = 3
PROFILES = 200
"""Drawn, for the question that comes first."""
ASKED = 2
"""Questions about one micro-skill that a plan counts with."""
SLIP, GUESS = 0.127, 0.105
"""P(not right | mastered) and P(right | not mastered) of these questions, *I don't know* included."""
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Framework:
    """The shipped ladders, with three questions for each micro-skill."""

    compiled: Compiled
    levels: Mapping[str, int]
    requires: Mapping[str, tuple[tuple[str, ...], ...]]
    strand: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        return self.compiled.skill_codes


@cache
def shipped() -> Framework:
    document = yaml.safe_load(FRAMEWORK.read_text(encoding="utf-8"))
    strands = [strand for domain in document["domains"] for strand in domain["strands"]]
    levels, requires, strand_of, ladders, items = {}, {}, {}, [], []
    for strand in strands:
        skills = strand["skills"]
        heights = thresholds([one["level"] for one in skills], max(document["levels"]))
        ladders.append(
            LevelStrand(
                strand["code"], tuple(LevelSkill(one["code"], h) for one, h in zip(skills, heights, strict=True))
            )
        )
        for below, one in zip([None, *skills], skills, strict=False):
            groups = [(group,) if isinstance(group, str) else tuple(group) for group in one.get("requires", ())]
            rung = [(below["code"],)] if below else []
            levels[one["code"]] = one["level"]
            requires[one["code"]] = tuple(dict.fromkeys([*rung, *groups]))
            strand_of[one["code"]] = strand["code"]
            items += [
                ItemModel(f"{one['code']}/{place}", one["code"], 0.1, guess, 0.03, 0.5, 60.0 * QUESTION)
                for place, guess in enumerate((0.05, 0.25, 0.33))
            ]
    return Framework(compile_structure(Structure(tuple(ladders), tuple(items))), levels, requires, strand_of)


# --- learners -----------------------------------------------------------------------------------------------


@dataclass
class Learner:
    """What is true of one person, and all the chance of their way: the same for every arm."""

    mastered: dict[str, bool]
    goals: tuple[str, ...]
    seed: int
    slip: float = 0.1
    more_guess: float = 0.0
    lessons: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    minutes: float = 0.0

    def again(self) -> Learner:
        """The same person, before anything happened."""
        return Learner(dict(self.mastered), self.goals, self.seed, self.slip, self.more_guess)

    def _chance(self, kind: int, code: str, count: int) -> float:
        return float(np.random.default_rng([self.seed, kind, sum(map(ord, code)) * 31 + len(code), count]).random())

    def ask(self, framework: Framework, code: str, item: str | None = None) -> tuple[str, Outcome]:
        """The answer to one question about a micro-skill."""
        count = self.asked[code] = self.asked.get(code, 0) + 1
        item = item or f"{code}/{(count - 1) % 3}"
        model = next(one for one in framework.compiled.structure.items if one.code == item)
        right = 1.0 - self.slip if self.mastered[code] else min(0.9, model.guess + self.more_guess)
        skip = model.dont_know_mastered if self.mastered[code] else model.dont_know_not_mastered
        thrown = self._chance(1, item, count)
        self.minutes += QUESTION
        if thrown < skip:
            return item, Outcome.DONT_KNOW
        return item, Outcome.CORRECT if thrown < skip + (1.0 - skip) * right else Outcome.INCORRECT

    def teach(self, framework: Framework, code: str) -> None:
        count = self.lessons[code] = self.lessons.get(code, 0) + 1
        self.minutes += MINUTES[framework.levels[code]]
        ground = all(any(self.mastered[one] for one in group) for group in framework.requires[code])
        if self._chance(2, code, count) < (LEARNT if ground else WITHOUT_GROUND):
            self.mastered[code] = True

    def arrived(self) -> float:
        return sum(self.mastered[code] for code in self.goals) / len(self.goals)


GENERATORS = ("as assumed", "prerequisites violated", "certainty overstated")


def people(name: str, count: int, seed: int) -> Iterator[Learner]:
    """Learners that the engine has not been told of."""
    framework, dice = shipped(), np.random.default_rng(seed)
    wanted = [code for code in framework.codes if framework.levels[code] >= 2]
    for number in range(count):
        mastered = _truth(framework, dice, violated=name == "prerequisites violated")
        goals = tuple(dice.choice(wanted, GOALS, replace=False).tolist())
        worse = name == "certainty overstated"
        yield Learner(mastered, goals, seed * 100_000 + number, 0.2 if worse else 0.1, 0.15 if worse else 0.0)


def _truth(framework: Framework, dice: np.random.Generator, *, violated: bool) -> dict[str, bool]:
    """A point of the population, a place on each ladder; ``violated``: each rung for itself, one in ten turned over."""
    grid = framework.compiled.population.grid()
    point = dice.choice(len(grid.weight), p=grid.weight)
    rho = grid.correlation[point]
    found = {}
    for strand in framework.compiled.structure.strands:
        assert isinstance(strand, LevelStrand)
        place = rho * grid.ability[point] + np.sqrt(1.0 - rho**2) * dice.standard_normal()
        for rung in strand.skills:
            above = place + (0.45 * dice.standard_normal() if violated else 0.0) > grid.spread[point] * rung.threshold
            found[rung.code] = bool(above != (violated and dice.random() < 0.1))
    return found


# --- what every arm shares ----------------------------------------------------------------------------------


def problem_of(framework: Framework, learner: Learner, mastery: Mapping[str, float]) -> Problem:
    skills = {
        code: Skill(
            code,
            mastery[code],
            MINUTES[framework.levels[code]] + QUESTION,
            QUESTION,
            SLIP,
            GUESS,
            framework.requires[code],
            framework.strand[code],
            ASKED,
            LEARNT,
        )
        for code in framework.codes
    }
    return Problem(skills, dict.fromkeys(learner.goals, 1.0))


def needed(framework: Framework, learner: Learner, mastery: Mapping[str, float] | None = None) -> list[str]:
    """What the goals stand on, by the shortest of alternatives; in the order of the framework."""
    unknown = dict.fromkeys(framework.codes, 0.0)
    ways = choose(problem_of(framework, learner, mastery or unknown)).ways
    return [code for code in framework.codes if code in ways and ways[code].decision is not Decision.SKIP]


def diagnosed(framework: Framework, learner: Learner) -> list[tuple[str, Outcome]]:
    """The engine's diagnostic of everything that may be needed for the goals."""
    asked = problem_of(framework, learner, dict.fromkeys(framework.codes, 0.0)).needed
    left = {f"{code}/{place}" for code in asked for place in range(3)}
    answers: list[tuple[str, Outcome]] = []
    rules = StopRules(questions=QUESTIONS)
    while (item := decide(framework.compiled, rules, answers, left).next_item) is not None:
        left.discard(item)
        answers.append(learner.ask(framework, item.split("/")[0], item))
    return answers


def until_passed(framework: Framework, learner: Learner, code: str) -> None:
    for _ in range(LESSONS):
        learner.teach(framework, code)
        if learner.ask(framework, code)[1] is Outcome.CORRECT:
            return


# --- arms ---------------------------------------------------------------------------------------------------


def oracle(framework: Framework, learner: Learner) -> None:
    """Knows the truth, teaches what is missing until it is there, asks nothing."""
    truth = {code: float(known) for code, known in learner.mastered.items()}
    order = problem_of(framework, learner, truth).order
    for code in sorted(needed(framework, learner, truth), key=order.index):
        while not learner.mastered[code]:
            learner.teach(framework, code)


def fixed_order(framework: Framework, learner: Learner) -> None:
    """Everything that is needed, in the order of the framework; no diagnostic."""
    for code in _in_order(framework, learner, needed(framework, learner)):
        until_passed(framework, learner, code)


def unknown_at(threshold: float) -> Callable[[Framework, Learner], None]:
    """The engine's diagnostic, then everything needed whose mastery is below a threshold."""

    def go(framework: Framework, learner: Learner) -> None:
        answers = diagnosed(framework, learner)
        mastery = believe(framework.compiled, [Sitting(answers)]).mastery_by_skill()
        taken = {code: float(p >= threshold) for code, p in mastery.items()}
        for code in _in_order(framework, learner, needed(framework, learner, taken)):
            until_passed(framework, learner, code)

    return go


def pix_like(framework: Framework, learner: Learner) -> None:
    """The positioning rule of Pix campaigns in our words, on all that may be needed; then everything that is not
    mastered by it. Right settles a micro-skill and the easier ones of its ladder, anything else it and the harder ones;
    asked is what settles most others in expectation, no more than two levels above one level for all ladders.
    """
    asked = problem_of(framework, learner, dict.fromkeys(framework.codes, 0.0)).needed
    ladders: dict[str, list[str]] = {}
    for code in framework.codes:
        if code in set(asked):
            ladders.setdefault(framework.strand[code], []).append(code)
    settled: dict[str, bool] = {}
    history: list[tuple[float, bool]] = [(0.0, True), (7.0, False)]
    while len(settled) < len(asked):
        level = 2.0 if len(history) == 2 else _level(history)
        options = _options(framework, ladders, settled, level, first=len(history) == 2)
        if not options:
            break
        _, strand, place = max(options, key=lambda one: one[0])
        ladder = ladders[strand]
        right = learner.ask(framework, ladder[place])[1] is Outcome.CORRECT
        history.append((_difficulty(framework, ladder[place]), right))
        for code in ladder[: place + 1] if right else ladder[place:]:
            settled.setdefault(code, right)
    taken = {code: float(settled.get(code, False)) for code in framework.codes}
    for code in _in_order(framework, learner, needed(framework, learner, taken)):
        until_passed(framework, learner, code)


def _difficulty(framework: Framework, code: str) -> float:
    """Levels 1, 2, 3 of ours on the scale of 1 to 7 that the rule has."""
    return 2.0 * framework.levels[code] - 1.0


def _level(history: list[tuple[float, bool]]) -> float:
    grid = [step / 2 for step in range(1, 16)]
    return min(grid, key=lambda at: abs(sum(right - _logistic(at - hard) for hard, right in history)))


def _options(
    framework: Framework, ladders: Mapping[str, list[str]], settled: Mapping[str, bool], level: float, *, first: bool
) -> list[tuple[float, str, int]]:
    found = []
    for strand, ladder in ladders.items():
        for place, code in enumerate(ladder):
            hard = _difficulty(framework, code)
            if code in settled or (not first and hard - level > 2.0):
                continue
            chance = _logistic(level - hard)
            easier = sum(one not in settled for one in ladder[: place + 1])
            harder = sum(one not in settled for one in ladder[place:])
            found.append((chance * easier + (1.0 - chance) * harder, strand, place))
    return found


def _logistic(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-value)))


def _in_order(framework: Framework, learner: Learner, codes: list[str]) -> list[str]:
    """By the ladders of the framework, prerequisites first."""
    order = problem_of(framework, learner, dict.fromkeys(framework.codes, 0.0)).order
    return sorted(codes, key=order.index)


def ours(framework: Framework, learner: Learner) -> None:
    """Planned, checked, taught, and planned again after each answer, until nothing is left to do."""
    belief = believe(framework.compiled, [Sitting(diagnosed(framework, learner))])
    found = plan(problem_of(framework, learner, belief.mastery_by_skill()), drawn(framework, belief))
    for _ in range(MOST_STEPS):
        if not found.steps:
            return
        belief = _step(framework, learner, belief, found)
        asked = problem_of(framework, learner, belief.mastery_by_skill())
        found = replan(found, asked, drawn(framework, belief)).plan


def drawn(framework: Framework, belief: Carried) -> Profiles:
    return Profiles(framework.codes, belief.drawn(PROFILES, 1))


def _step(framework: Framework, learner: Learner, belief: Carried, found: Plan) -> Carried:
    step = found.steps[0]
    [code] = step.skills
    if step.kind is Kind.CHECK:
        return belief.then(Sitting([learner.ask(framework, code)]))
    learner.teach(framework, code)
    return belief.then(Sitting([learner.ask(framework, code)], learnt={code: LEARNT}))
