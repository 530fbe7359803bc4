"""All marginals of a prerequisite graph, from scratch, in plain numpy: what one question costs without any shortcut.

A junction tree with the ability as the last axis: one clique for each eliminated variable (least fill first), messages
up, messages down (Lauritzen & Spiegelhalter 1988). Written from the definition of the model alone, so that it is both
the time to beat and a second opinion on the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from pathways.diagnostics.engine import LevelStrand, Population, Structure
from pathways.diagnostics.engine.strands import LEAST_STATE

Scope = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Clique:
    """``members`` by rank of elimination, the eliminated one first, those that it leaves behind after it; ``table`` [2,
    ..., 2, Q]: product of the factors that are met here for the first time; ``parent``: where its message goes, -1 for
    a root.
    """

    members: Scope
    table: np.ndarray
    parent: int


class FullPropagation:
    """The prerequisite graph of a structure whose strands have one micro-skill each and whose groups have one member.

    ``thresholds``: of micro-skills with requirements, where the engine moved them to.
    """

    def __init__(self, structure: Structure, population: Population, thresholds: Mapping[str, float]) -> None:
        self.codes = structure.skill_codes
        grid = population.grid()
        self.weights = grid.weight
        scale = np.sqrt(1.0 - grid.correlation**2)
        place = {code: spot for spot, code in enumerate(self.codes)}
        above = {one.skill: tuple(place[group[0]] for group in one.groups) for one in structure.requirements}
        leak = {one.skill: one.leak for one in structure.requirements}
        factors: list[tuple[Scope, np.ndarray]] = []
        for spot, strand in enumerate(structure.strands):
            assert isinstance(strand, LevelStrand)
            [skill] = strand.skills
            height = thresholds.get(skill.code, skill.threshold)
            mastered = _normal_cdf((grid.correlation * grid.ability - grid.spread * height) / scale)
            mastered = np.clip(mastered, LEAST_STATE, 1.0 - LEAST_STATE)
            parents = above.get(skill.code, ())
            factors.append(((*parents, spot), _factor(mastered, len(parents), leak.get(skill.code, 0.0))))
        self._cliques = _cliques(len(self.codes), factors, grid.weight.size)

    @property
    def width(self) -> int:
        """Members of the largest clique, less one."""
        return max(len(one.members) for one in self._cliques) - 1

    @property
    def entries(self) -> int:
        """Numbers in all tables."""
        return sum(one.table.size for one in self._cliques)

    def masteries(self, evidence: np.ndarray) -> np.ndarray:
        """Return P(mastered | answers) [S] from P(answers | not mastered, mastered), [S, 2]."""
        count = len(self._cliques)
        messages: list[np.ndarray] = []
        tables: list[np.ndarray] = []
        waiting: list[list[int]] = [[] for _ in range(count)]
        log_total = np.zeros(self.weights.size)
        for number, clique in enumerate(self._cliques):
            members = clique.members
            table = clique.table * evidence[members[0]].reshape(2, *[1] * len(members))
            for child in waiting[number]:
                table *= _spread(messages[child], self._cliques[child].members[1:], members)
            message = table.sum(axis=0)
            peak = message.max(axis=tuple(range(message.ndim - 1)))
            log_total += np.log(peak)
            tables.append(table)
            messages.append(message / peak)
            tables[-1] /= peak
            if clique.parent >= 0:
                waiting[clique.parent].append(number)
        weights = self.weights * np.exp(log_total - log_total.max())
        weights /= weights.sum()
        beliefs: list[np.ndarray] = [weights] * count
        found = np.empty(len(self.codes))
        for number in range(count - 1, -1, -1):
            clique = self._cliques[number]
            above = weights
            if clique.parent >= 0:
                parent = self._cliques[clique.parent].members
                gone = tuple(axis for axis, member in enumerate(parent) if member not in clique.members)
                above = beliefs[clique.parent].sum(axis=gone)
            beliefs[number] = belief = tables[number] * (above / messages[number])
            found[clique.members[0]] = belief[1].sum()
        return found


def _factor(mastered: np.ndarray, parents: int, leak: float) -> np.ndarray:
    """Return P(last | parents, point), [2, ..., 2, Q]: all parents are needed."""
    table = np.broadcast_to(np.minimum(mastered, leak), (*[2] * parents, mastered.size)).copy()
    table[(1,) * parents] = mastered
    return np.stack([1.0 - table, table], axis=-2)


def _cliques(variables: int, factors: Sequence[tuple[Scope, np.ndarray]], points: int) -> list[Clique]:
    """Return the cliques in the order of elimination."""
    scopes = _eliminated(variables, [scope for scope, _ in factors])
    rank = {scope[0]: number for number, scope in enumerate(scopes)}
    members = [tuple(sorted(scope, key=rank.__getitem__)) for scope in scopes]
    tables = [np.ones((*[2] * len(own), points)) for own in members]
    for scope, table in factors:
        order = sorted(range(len(scope)), key=lambda axis: rank[scope[axis]])
        ranked = tuple(scope[axis] for axis in order)
        home = rank[ranked[0]]
        tables[home] *= _spread(table.transpose(*order, len(scope)), ranked, members[home])
    parents = [rank[own[1]] if len(own) > 1 else -1 for own in members]
    return [Clique(*one) for one in zip(members, tables, parents, strict=True)]


def _eliminated(variables: int, scopes: Sequence[Scope]) -> list[Scope]:
    """Return each variable with its neighbours at the moment when it is eliminated, the one that adds fewest edges
    first.
    """
    beside: list[set[int]] = [set() for _ in range(variables)]
    for scope in scopes:
        for one in scope:
            beside[one].update(scope)
            beside[one].discard(one)
    left = set(range(variables))
    fill = {one: _fill(beside, one) for one in left}
    found: list[Scope] = []
    while left:
        one = min(left, key=lambda each: (fill[each], len(beside[each]), each))
        around = beside[one]
        found.append((one, *sorted(around)))
        left.discard(one)
        for other in around:
            beside[other] |= around
            beside[other] -= {one, other}
        for other in around.union(*(beside[each] for each in around)) if around else set():
            fill[other] = _fill(beside, other)
    return found


def _fill(beside: Sequence[set[int]], one: int) -> int:
    """Return how many edges are missing among the neighbours."""
    around = beside[one]
    return sum(len(around - beside[other]) - 1 for other in around) // 2


def _spread(table: np.ndarray, scope: Scope, over: Scope) -> np.ndarray:
    """Return a table on ``scope`` with an axis of length 1 for each other member of ``over``; both in rank order."""
    shape = [2 if member in scope else 1 for member in over]
    return table.reshape(*shape, -1)


def _normal_cdf(values: np.ndarray) -> np.ndarray:
    return np.array([0.5 * erfc(-value / sqrt(2.0)) for value in values.tolist()])
