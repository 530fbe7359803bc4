"""People made up for a simulation, by generators none of which is what the engine believes.

A   discrete: an item is answered right with 1 - slip by those who master it, with guess by the others; the true
    values are not those of the bank (mean slip that of the bank, mean guess .85 of it).
B   right with c + (.97 - c) sigma(2.2 (eta - d) + ln 3): no classes, the better the surer. Mastery is eta > d, where
    three fresh items out of four are answered right but for guessing and slips: the engine's own definition.
C   as A; prerequisites violated: mastery is eta + N(0, .45^2) > d, and 5 to 15 % of it turned round at random.
C1  as C without the turning round.
D   as A; fatigue: after 20 questions the slip rises by .01 a question, by .2 at most.
D2  as A; one learner in twenty taps at random.
E   as A; one item in twenty measures another micro-skill than the bank says.
F   as A; after each question, with .02, the learner goes up one rung of a strand drawn at random.
G   as B; half of the people read another language, in which 30 % of the items are shifted by .6 SD, to and fro, and
    some are not understood (each reader has a share of their own, one in ten on average).
H   as A; another graph: micro-skills have positions of their own, and one prerequisite in ten is another than the
    bank says. In a bank without prerequisites the ladders are the graph.

Where items offer "I don't know", it is said with the item's probabilities. Where they have partial credit, a wrong
answer is partly right with the item's r of those who master, or of the others (in B and G r follows the curve, too; who
taps is as near as the others). A generator is a pure function of its
letter, the structure and a seed: learner 17 is the same among 20 as among 500.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Final, overload

import numpy as np

from pathways.diagnostics.engine import Outcome, Structure
from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.simulating.learners import Change, Learner
from pathways.diagnostics.simulating.policies import chance
from pathways.diagnostics.simulating.populations import Population, other_graph, satisfied, usual

GENERATORS: Final = ("A", "B", "C", "C1", "D", "D2", "E", "F", "G", "H")
USUAL: Final = "A"

GUESS_OF_BANK: Final = 0.85
SPREAD: Final = 30.0
"""A true slip or guess is Beta with this many pseudo-answers: a standard deviation of .05 around .1."""
SLOPE: Final = 2.2
SURE: Final = log(3.0)
"""At the height of a micro-skill, three items out of four."""
HIGHEST: Final = 0.97
NOISE_SD: Final = 0.45
TURNED: Final = (0.05, 0.15)
TIRED_AFTER, TIRED_STEP, TIRED_MOST = 20, 0.01, 0.2
TAPPERS: Final = 0.05
WRONG_TAGS: Final = 0.05
LEARNT: Final = 0.02
SHIFTED, SHIFT = 0.3, 0.6
OTHER_LANGUAGE: Final = 0.5
NOT_UNDERSTOOD: Final = (1.0, 9.0)

CURVED: Final = frozenset({"B", "G"})
_WORDS: Final = np.array(
    [Outcome.INCORRECT.value, Outcome.CORRECT.value, Outcome.DONT_KNOW.value, Outcome.PARTLY.value], dtype=object
)
_WRONG, _UNKNOWN, _PARTLY = 0, 2, 3


@dataclass(frozen=True, eq=False)
class TrueItems:
    """The true items, I of them. ``needs`` [I, N]: the micro-skills of each, the first repeated where there are fewer;
    ``dont_know`` [2, I]: without and with mastery; ``shift`` [I]: in the other language, in SD; ``near`` [2, I]:
    P(partly right | wrong), 0 where there is no partial credit.
    """

    codes: tuple[str, ...]
    needs: Integers
    slip: Floats
    guess: Floats
    dont_know: Floats
    shift: Floats
    near: Floats


class GeneratedLearners(Sequence[Learner]):
    """So many learners of one generator, made when they are asked for.

    ``name`` is one of ``GENERATORS``. Raises ``ValueError`` for another, and ``UnknownSkill`` for a strand that is no
    ladder.
    """

    def __init__(self, name: str, structure: Structure, seed: int, count: int) -> None:
        if name not in GENERATORS:
            raise ValueError(f"no generator {name!r}")
        self.name, self._length = name, count
        self._seed, self._structure = seed, structure
        rng = chance(seed, f"world {name}", "")
        self.population: Population = (other_graph if name == "H" else usual)(structure, rng)
        self.items = _true_items(name, structure, rng)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Learner: ...
    @overload
    def __getitem__(self, index: slice) -> list[Learner]: ...
    def __getitem__(self, index: int | slice) -> Learner | list[Learner]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(self._length))]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        number = index % self._length + 1
        return self.person(number).learner(f"{self.name}-{number}", self._codes)

    def person(self, number: int) -> Person:
        """Return what is behind a learner, counted from 1."""
        rng = chance(self._seed, f"learner {self.name}", str(number))
        return Person(self.name, self.population, self.items, rng)

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return self._structure.skill_codes


def _true_items(name: str, structure: Structure, rng: np.random.Generator) -> TrueItems:
    place = {code: number for number, code in enumerate(structure.skill_codes)}
    items = sorted(structure.items, key=lambda item: item.code)
    most = max(len(item.skills) for item in items)
    named = [(*item.skills, *[item.skill] * (most - len(item.skills))) for item in items]
    needs = np.array([[place[code] for code in own] for own in named], dtype=np.intp)
    slip = _around(np.array([item.slip for item in items]), rng)
    guess = _around(GUESS_OF_BANK * np.array([item.guess for item in items]), rng)
    wrong, instead = rng.random(len(items)), rng.integers(len(place), size=len(items))
    if name == "E":
        needs[wrong < WRONG_TAGS] = instead[wrong < WRONG_TAGS, None]
    shift = np.where(rng.random(len(items)) < SHIFTED, SHIFT * rng.choice([-1.0, 1.0], len(items)), 0.0)
    said = np.array([[item.dont_know_not_mastered for item in items], [item.dont_know_mastered for item in items]])
    near = np.array([item.near or (0.0, 0.0) for item in items]).T
    return TrueItems(tuple(item.code for item in items), needs, slip, guess, said, shift, near)


def _around(mean: Floats, rng: np.random.Generator) -> Floats:
    """Draw true values around those of the bank; 0 stays 0."""
    inside = np.clip(mean, 1e-6, 1.0 - 1e-6)
    drawn: Floats = np.where(mean > 0.0, rng.beta(SPREAD * inside, SPREAD * (1.0 - inside)), 0.0)
    return drawn


class Person:
    """One learner of a generator: ``margins`` [S] above the heights, and what is ``mastered`` [S].

    All chance is drawn first, in a fixed order, so that a change in the course of the sitting changes what it concerns
    and nothing else.
    """

    def __init__(self, name: str, population: Population, items: TrueItems, rng: np.random.Generator) -> None:
        self._name, self._population, self._items, self._rng = name, population, items, rng
        self._positions: Floats = population.positions(rng, 1)
        self.margins: Floats = population.margins(self._positions, rng)[0]
        self.mastered: Booleans = self.margins > 0.0
        self._chance = rng.random(len(items.codes))
        self._silence = rng.random(len(items.codes))
        # Numbers of their own: with partial credit or without, all other chance stays what it is.
        self._distance = rng.spawn(1)[0].random(len(items.codes)) if items.near.any() else np.ones(len(items.codes))
        self._taps = bool(rng.random() < TAPPERS) and name == "D2"
        self._shift = np.zeros(len(items.codes))
        if name in {"C", "C1"}:
            self._violate()

    def _violate(self) -> None:
        noisy = self._positions[0] + NOISE_SD * self._rng.standard_normal(self._positions.shape[1])
        self.turned: Booleans = self._rng.random(len(noisy)) < self._rng.uniform(*TURNED)
        self.mastered = (noisy > self._population.height) ^ (self.turned & (self._name == "C"))

    def learner(self, name: str, skills: Sequence[str]) -> Learner:
        """Return the person as a learner: all answers, and what is true."""
        misread = self._misread()
        first = self._outcomes(self.mastered)
        answers = self._said(first, misread)
        known = frozenset(code for code, there in zip(skills, self.mastered, strict=True) if there)
        course = {"D": self._tiring, "F": self._learning}.get(self._name)
        return Learner(name, answers, known, tuple(course(first, skills)) if course else ())

    def _said(self, outcomes: Sequence[str], misread: Booleans) -> dict[str, str]:
        answers = dict(zip(self._items.codes, outcomes, strict=True))
        for item in np.flatnonzero(misread).tolist():
            answers[self._items.codes[item]] = Outcome.NOT_UNDERSTOOD.value
        return answers

    def _misread(self) -> Booleans:
        """Which items a reader of another language does not understand, [I]; the others are shifted for them."""
        draws = self._rng.random(len(self._items.codes))
        share = self._rng.beta(*NOT_UNDERSTOOD)
        if self._name != "G" or self._rng.random() >= OTHER_LANGUAGE:
            return np.zeros(len(draws), dtype=np.bool_)
        self._shift = self._items.shift
        misread: Booleans = draws < share
        return misread

    def _outcomes(self, mastered: Booleans, tired: float = 0.0) -> list[str]:
        """Return the outcome of every item; ``tired``: by how much the slip has risen."""
        items = self._items
        if self._name in CURVED:
            hardest = self.margins[items.needs].min(axis=1)
            known = _sigma(SLOPE * (hardest - self._shift) + SURE)
            right = items.guess + np.maximum(HIGHEST - items.guess, 0.0) * known
        else:
            known = mastered[items.needs].all(axis=1).astype(np.float64)
            right = np.where(known > 0.0, np.maximum(1.0 - items.slip - tired, 0.0), items.guess)
        right = items.guess if self._taps else right
        silent = items.dont_know[0] + (items.dont_know[1] - items.dont_know[0]) * known
        place = np.where(self._silence < (0.0 if self._taps else silent), _UNKNOWN, self._chance < right)
        near = items.near[0] + (items.near[1] - items.near[0]) * (0.0 if self._taps else known)
        place = np.where((place == _WRONG) & (self._distance < near), _PARTLY, place)
        return _WORDS[place.astype(np.intp)].tolist()

    def _tiring(self, first: Sequence[str], _skills: Sequence[str]) -> list[Change]:
        """The answers that fatigue spoils, at the question from which it does."""
        changes: list[Change] = []
        before = list(first)
        for step in range(1, round(TIRED_MOST / TIRED_STEP) + 1):
            now = self._outcomes(self.mastered, tired=TIRED_STEP * step)
            if answers := self._different(before, now):
                changes.append(Change(TIRED_AFTER + step, answers))
            before = now
        return changes

    def _learning(self, first: Sequence[str], skills: Sequence[str]) -> list[Change]:
        """The micro-skills that are learnt in the course of the questions, and the answers that change by it."""
        changes: list[Change] = []
        mastered, before = self.mastered.copy(), list(first)
        ready = _ready(self._population, mastered)
        for asked in range(1, len(self._items.codes) + 1):
            learns, drawn = self._rng.random(2)
            if learns >= LEARNT or not ready:
                continue
            mastered[ready[int(drawn * len(ready))]] = True
            now = self._outcomes(mastered)
            known = frozenset(code for code, there in zip(skills, mastered, strict=True) if there)
            changes.append(Change(asked, self._different(before, now), known))
            before, ready = now, _ready(self._population, mastered)
        return changes

    def _different(self, before: Sequence[str], now: Sequence[str]) -> dict[str, str]:
        return {code: new for code, old, new in zip(self._items.codes, before, now, strict=True) if new != old}


def _ready(population: Population, mastered: Booleans) -> list[int]:
    """The micro-skills that can be learnt next: what they stand on is there."""
    here = mastered[None]
    return [skill for skill in np.flatnonzero(~mastered).tolist() if satisfied(here, population.groups[skill])[0]]


def _sigma(values: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-values))
    return result
