"""Banks that the engine is measured on, written as BANK.json, and people who are spread evenly over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any, overload

import numpy as np

from pathways.diagnostics.engine import LevelStrand, Outcome, Population, Structure
from pathways.diagnostics.engine.population import AbilityGrid
from pathways.diagnostics.simulating.bank import Bank, bank_of
from pathways.diagnostics.simulating.learners import Learner
from pathways.diagnostics.simulating.policies import chance

Document = dict[str, Any]

SLIP = 0.1
PER_SKILL = 3
TOPIC, SECOND = 60, 0.22
"""Micro-skills of a topic of a prerequisite graph, and how many of them require two."""
FARTHEST, OWN = 2.0, 0.5
"""People are anywhere from -2 to 2, and each strand of theirs is N(0, .5^2) beside."""


def simulated(document: Document) -> Bank:
    """Return the bank as ``pathways simulate --bank`` has it for people that it makes up: with whatever it asks and
    infers by, and without "I don't know", which a file does not say that it offers.
    """
    return bank_of(document, "bank").without_dont_know()


def plain(structure: Structure) -> Structure:
    """The same, whose answers come out as its items say and in no other way."""
    return Structure(structure.strands, structure.items, structure.requirements)


@dataclass(frozen=True)
class Shape:
    """``levels`` of the rungs of each strand, rising."""

    name: str
    levels: tuple[tuple[int, ...], ...]

    @property
    def skills(self) -> int:
        return sum(map(len, self.levels))

    def document(self, guess: float, *, slip: float = SLIP, per_skill: int = PER_SKILL) -> Document:
        """The bank whose items all have this guess and slip, and say so."""
        skills = [
            {"code": f"s{number:03}-{level}", "strand": f"s{number:03}", "level": level}
            for number, own in enumerate(self.levels)
            for level in own
        ]
        items = [
            {"code": f"{skill['code']}-{copy}", "skill": skill["code"], "guess": guess, "slip": slip}
            for skill in skills
            for copy in range(1, per_skill + 1)
        ]
        return {"skills": skills, "items": items}


def even_shape(strands: int, rungs: int) -> Shape:
    """Ladders that all go from level 1 up."""
    return Shape(f"{strands} strands of {rungs}", (tuple(range(1, rungs + 1)),) * strands)


def uneven_shape(skills: int, seed: int = 5) -> Shape:
    """Ladders of two to seven rungs that begin anywhere from level 1 to 8."""
    rng = np.random.default_rng(seed)
    levels: list[tuple[int, ...]] = []
    left = skills
    while left:
        rungs = min(int(rng.integers(2, 8)), left)
        first = int(rng.integers(1, 8 - rungs + 2))
        levels.append(tuple(range(first, first + rungs)))
        left -= rungs
    return Shape(f"{len(levels)} strands of 2 to 7", tuple(levels))


# --- for speed ----------------------------------------------------------------------------------------------


def ladder_bank(skills: int, *, rungs: int = 6, per_skill: int = PER_SKILL, seed: int = 1) -> Document:
    """Ladders and items that are all different, so that nothing can be shared."""
    rng = np.random.default_rng(seed)
    written: list[Document] = []
    for first in range(0, skills, rungs):
        own = min(rungs, skills - first)
        shares = np.sort(rng.uniform(0.05, 0.95, own))[::-1] - 1e-4 * np.arange(own)
        strand = f"s{first // rungs:04}"
        written += [{"code": f"{strand}-{r}", "strand": strand, "share": float(x)} for r, x in enumerate(shares)]
    return {"skills": written, "items": _different_items(written, per_skill, rng)}


def forest_bank(skills: int, *, per_skill: int = PER_SKILL, seed: int = 1) -> Document:
    """Each micro-skill requires one of the thirty before it, one in twenty none."""
    rng = np.random.default_rng(seed)
    written: list[Document] = []
    for number in range(skills):
        one: Document = {"code": f"s{number:04}", "share": float(rng.uniform(0.7, 0.95))}
        if number and rng.random() > 0.05:
            above = written[int(rng.integers(max(0, number - 30), number))]
            one |= {"share": max(0.05, above["share"] * float(rng.uniform(0.75, 0.98))), "requires": [[above["code"]]]}
        written.append(one)
    return {"skills": written, "items": _different_items(written, per_skill, rng)}


def graph_bank(skills: int, *, per_skill: int = 2, seed: int = 1) -> Document:
    """A prerequisite graph as real maps are (one of 837 exercises had 981 edges and width 7): topics of sixty, in which
    a micro-skill requires one that comes before it, one in five a second one; most topics require one of those before.
    """
    rng = np.random.default_rng(seed)
    written: list[Document] = []
    for number in range(skills):
        one: Document = {"code": f"s{number:04}", "share": float(rng.uniform(0.8, 0.97))}
        topic = number - number % TOPIC
        above: set[int] = set()
        if number > topic:
            above.add(int(rng.integers(topic, number)))
            if rng.random() < SECOND:
                above.add(int(rng.integers(topic, number)))
        elif number and rng.random() < 0.8:
            above.add(int(rng.integers(0, topic)))
        if above:
            least = min(written[other]["share"] for other in above)
            share = max(0.04, least * float(rng.uniform(0.8, 0.98)))
            one |= {"share": share, "requires": [[written[other]["code"]] for other in sorted(above)]}
        written.append(one)
    return {"skills": written, "items": _different_items(written, per_skill, rng)}


def _different_items(skills: Sequence[Document], per_skill: int, rng: np.random.Generator) -> list[Document]:
    items: list[Document] = []
    for skill in skills:
        for copy in range(1, per_skill + 1):
            slip, guess, seconds = rng.uniform((0.05, 0.05, 20.0), (0.15, 0.34, 60.0)).tolist()
            one = {"code": f"{skill['code']}-{copy}", "skill": skill["code"]}
            items.append({**one, "slip": slip, "guess": guess, "seconds": seconds})
    return items


def strands_of(document: Document) -> list[list[Document]]:
    """The ladders of a bank, each micro-skill with its code, its share, and its items: what programs are told that know
    no bank.
    """
    structure = simulated(document).structure
    found: list[list[Document]] = []
    for strand in structure.strands:
        assert isinstance(strand, LevelStrand)
        found.append([_told(structure, skill.code, skill.threshold) for skill in strand.skills])
    return found


def _told(structure: Structure, code: str, threshold: float) -> Document:
    items = [{"code": i.code, "slip": i.slip, "guess": i.guess} for i in structure.items if i.skill == code]
    return {"code": code, "share": NormalDist().cdf(-threshold), "items": items}


# --- people -------------------------------------------------------------------------------------------------


class EvenLearners(Sequence[Learner]):
    """People spread evenly from beginner to expert, who slip and guess as the bank says: what they are not is a group
    of the kind that a prior expects. Person 17 is the same among 20 as among 500.
    """

    def __init__(self, structure: Structure, seed: int, count: int) -> None:
        self._structure, self._seed, self._length = structure, seed, count

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Learner: ...
    @overload
    def __getitem__(self, index: slice) -> list[Learner]: ...
    def __getitem__(self, index: int | slice) -> Learner | list[Learner]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(self._length))]
        if not 0 <= index < self._length:
            raise IndexError(index)
        rng = chance(self._seed, "even", str(index))
        heights, strand = self._heights
        position = rng.uniform(-FARTHEST, FARTHEST) + OWN * rng.standard_normal(len(self._structure.strands))
        mastered = dict(zip(self._structure.skill_codes, (position[strand] > heights).tolist(), strict=True))
        drawn = rng.random(len(self._structure.items)).tolist()
        answers = {
            item.code: (
                Outcome.CORRECT.value
                if draw < (1.0 - item.slip if mastered[item.skill] else item.guess)
                else Outcome.INCORRECT.value
            )
            for item, draw in zip(self._structure.items, drawn, strict=True)
        }
        return Learner(index, answers, frozenset(code for code, there in mastered.items() if there))

    @cached_property
    def _heights(self) -> tuple[np.ndarray, np.ndarray]:
        """Threshold and strand of each micro-skill."""
        heights: list[float] = []
        strand: list[int] = []
        for place, one in enumerate(self._structure.strands):
            assert isinstance(one, LevelStrand)
            heights += [skill.threshold for skill in one.skills]
            strand += [place] * len(one.skills)
        return np.array(heights), np.array(strand)


@dataclass(frozen=True, slots=True)
class EvenPopulation(Population):
    """What :class:`EvenLearners` are, told to the engine: ability is even from -2 to 2 on ``points`` points.

    With x = u + .5 e, u even and e normal: x / c is N(rho a, 1 - rho^2) where c sqrt(1 - rho^2) = .5 and a = u / (c
    rho); thresholds are divided by c as well. Any rho does; .8 has nothing to be said for or against.
    """

    points: int = 81

    def grid(self) -> AbilityGrid:
        rho = 0.8
        scale = OWN / float(np.sqrt(1.0 - rho**2))
        step = 2.0 * FARTHEST / self.points
        ones = np.ones(self.points)
        even = step * (np.arange(self.points) + 0.5 * ones) - FARTHEST * ones
        return AbilityGrid(even / (scale * rho), rho * ones, ones / scale, ones / self.points)
