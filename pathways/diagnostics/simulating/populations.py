"""What people made up for a simulation master: strands that hang together by one ability, prerequisites, and ways in
which both fail to hold.

A strand's position is eta = rho theta + sqrt(1 - rho^2) eps with theta and eps standard normal and rho .7; a
micro-skill is mastered above its height. Heights are the bank's thresholds moved by N(0, .25^2), so that what the
author of the bank wrote is right on average and nowhere exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

from pathways.diagnostics.engine import LevelStrand, Structure, UnknownSkill
from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers

CORRELATION: Final = 0.7
HEIGHT_SD: Final = 0.25
LEAK: Final = 0.03
"""P(mastered all the same) of a micro-skill whose prerequisites are missing, in the population ``other graph``."""
CROWD: Final = 4000
"""People among whom the height of a micro-skill with prerequisites is found."""
MOST_DRAWN: Final = 20_000_000
WRONG_EDGES: Final = 0.1

Groups = tuple[tuple[int, ...], ...]
"""AND of OR groups of micro-skills, by their places."""


@dataclass(frozen=True, eq=False)
class Population:
    """People of one structure with S micro-skills.

    ``height`` [S]: above which a micro-skill is mastered; ``latent`` [S]: which of the latent positions is its own;
    ``groups``: what it stands on, ladders included; ``order``: lower ones first; ``leak``: how often it is mastered
    without; ``steep``: prerequisites hold by the heights alone, as along a ladder.
    """

    height: Floats
    latent: Integers
    groups: tuple[Groups, ...]
    order: tuple[int, ...]
    leak: float
    steep: bool

    def positions(self, rng: np.random.Generator, people: int) -> Floats:
        """Draw the position of each micro-skill, [N, S]."""
        ability = rng.standard_normal((people, 1))
        own = rng.standard_normal((people, int(self.latent.max()) + 1))
        return (CORRELATION * ability + sqrt(1.0 - CORRELATION**2) * own)[:, self.latent]

    def margins(self, positions: Floats, rng: np.random.Generator) -> Floats:
        """Return how far people at these positions [N, S] stand above what it takes for each micro-skill, [N, S].

        Nobody stands higher on a micro-skill than on what it is built on (of an OR group, the best member), but for a
        leak. A micro-skill is mastered where the margin is positive.
        """
        margins = positions - self.height
        leaks = rng.random(margins.shape) < self.leak
        if self.steep:
            return margins
        for skill in self.order:
            ground = np.full(len(margins), np.inf)
            for group in self.groups[skill]:
                np.minimum(ground, margins[:, list(group)].max(axis=1), out=ground)
            own = margins[:, skill]
            margins[:, skill] = np.where(leaks[:, skill], own, np.minimum(own, ground))
        return margins


def satisfied(mastered: Booleans, groups: Groups) -> Booleans:
    """Return whether every group has a mastered member, [N]."""
    met = np.ones(len(mastered), dtype=np.bool_)
    for group in groups:
        met &= mastered[:, list(group)].any(axis=1)
    return met


def usual(structure: Structure, rng: np.random.Generator) -> Population:
    """Positions by strand; ladders and prerequisites hold for everybody."""
    thresholds = _moved(structure, rng)
    latent = np.repeat(np.arange(len(structure.strands)), [len(one.skill_codes) for one in structure.strands])
    groups = _groups(structure)
    return _with_heights(thresholds, latent, groups, rng, leak=0.0, steep=not structure.requirements)


def other_graph(structure: Structure, rng: np.random.Generator) -> Population:
    """Every micro-skill has a position of its own, and one prerequisite in ten is another than the bank says."""
    thresholds = _moved(structure, rng)
    groups = _groups(structure)
    place = {skill: spot for spot, skill in enumerate(_order(groups))}
    changed = tuple(
        tuple(tuple(_perhaps_other(rng, member, skill, place) for member in group) for group in own)
        for skill, own in enumerate(groups)
    )
    return _with_heights(thresholds, np.arange(len(thresholds)), changed, rng, leak=LEAK, steep=False)


def _perhaps_other(rng: np.random.Generator, member: int, skill: int, place: Mapping[int, int]) -> int:
    """The member of a group, or in one case out of ten another micro-skill that does not stand on this one."""
    lower = [other for other, spot in place.items() if spot < place[skill] and other != member]
    wrong = rng.random() < WRONG_EDGES
    drawn = int(rng.integers(max(len(lower), 1)))
    return lower[drawn] if wrong and lower else member


def _moved(structure: Structure, rng: np.random.Generator) -> Floats:
    """The thresholds of the bank, [S], moved and rising along each ladder as before."""
    moved: list[float] = []
    for strand in structure.strands:
        if not isinstance(strand, LevelStrand):
            raise UnknownSkill(f"strand {strand.code!r} is no ladder")
        own = np.array([skill.threshold for skill in strand.skills])
        moved += np.sort(own + HEIGHT_SD * rng.standard_normal(len(own))).tolist()
    return np.array(moved)


def _groups(structure: Structure) -> tuple[Groups, ...]:
    place = {code: number for number, code in enumerate(structure.skill_codes)}
    groups: list[list[tuple[int, ...]]] = [[] for _ in place]
    for strand in structure.strands:
        for lower, upper in pairwise(strand.skill_codes):
            groups[place[upper]].append((place[lower],))
    for one in structure.requirements:
        groups[place[one.skill]] += [tuple(place[member] for member in group) for group in one.groups]
    return tuple(tuple(own) for own in groups)


def _order(groups: Sequence[Groups]) -> tuple[int, ...]:
    edges = {skill: {member for group in own for member in group} for skill, own in enumerate(groups)}
    return tuple(TopologicalSorter(edges).static_order())


def _with_heights(
    thresholds: Floats,
    latent: Integers,
    groups: tuple[Groups, ...],
    rng: np.random.Generator,
    *,
    leak: float,
    steep: bool,
) -> Population:
    """A population in which as many master each micro-skill as its threshold says, as far as prerequisites allow."""
    order = _order(groups)
    found = Population(thresholds.copy(), latent, groups, order, leak, steep)
    if steep:
        return found
    positions = found.positions(rng, max(400, min(CROWD, MOST_DRAWN // len(thresholds))))
    leaks = rng.random(positions.shape) < leak
    mastered = np.zeros(positions.shape, dtype=np.bool_)
    share = np.array([NormalDist().cdf(-threshold) for threshold in thresholds.tolist()])
    for skill in order:
        free = satisfied(mastered, groups[skill]) | leaks[:, skill]
        able = np.sort(positions[free, skill])[::-1]
        wanted = round(float(share[skill]) * len(positions))
        lowest = able[-1] - 1.0 if able.size else thresholds[skill]
        found.height[skill] = able[wanted] if wanted < able.size else lowest
        mastered[:, skill] = free & (positions[:, skill] > found.height[skill])
    return found
