"""Strands that are tied together, written as variables and small factors.

A rung of a ladder is a variable of two states, not mastered and mastered.  With f_l = P(m >= l | m >= l - 1, q) of
the ladder alone,

    P(rung l mastered | rung l - 1 mastered, q) = f_l        where the groups that rung l requires hold
                                                = min(leak, f_l)                          where they do not
    P(rung l mastered | rung l - 1 not mastered, q) = 0

so a ladder that requires nothing keeps its prior.  Any other strand is one variable of G states, with a variable
that says whether a micro-skill is mastered for each one that is asked for elsewhere.

Groups and questions on several micro-skills become chains of *or* and *and*, two at a time: no factor has more than
three variables, however many members there are, so the width comes from the graph and not from long lists.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.graphs.requirements import MASTERED, Rung
from pathways.diagnostics.engine.population import AbilityGrid
from pathways.diagnostics.engine.strands import LevelStrand, StrandModel

OR: Final = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])[..., None]
AND: Final = np.array([[[1.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]])[..., None]


@dataclass(slots=True)
class Factor:
    """P(last variable of the scope | the others, point of the grid), one axis per variable, then [Q] or [1]."""

    scope: tuple[int, ...]
    table: Floats


@dataclass(frozen=True, slots=True)
class Gate:
    """A rung that requires others: what its factor, number ``factor``, is made of.

    ``conditions``: the variables that must be 1 for its groups to hold.  ``below``: the variable of the rung below
    it, or -1; ``reached`` [Q]: P(rung below | q) of the ladder alone.  ``threshold``: of the ladder alone.
    ``share``: of the reference population that masters it.
    """

    skill: str
    factor: int
    conditions: tuple[int, ...]
    below: int
    reached: Floats
    threshold: float
    leak: float
    share: float


@dataclass(slots=True)
class Network:
    """Variables and factors.  ``sizes``: states of each variable; ``rungs``: the variables of each ladder, by strand;
    ``wholes``: the variable of each other strand; ``both``: the variable of each set of micro-skills asked together;
    ``about``: the micro-skills that each variable is made of.
    """

    grid: AbilityGrid
    sizes: list[int] = field(default_factory=list)
    factors: list[Factor] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    rungs: dict[int, list[int]] = field(default_factory=dict)
    wholes: dict[int, int] = field(default_factory=dict)
    both: dict[tuple[Rung, ...], int] = field(default_factory=dict)
    about: list[tuple[Rung, ...]] = field(default_factory=list)
    _models: dict[int, StrandModel] = field(default_factory=dict)
    _made: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def add_strand(self, place: int, model: StrandModel, gated: Collection[int]) -> None:
        """Add the variables of a strand, and the factors of all but its ``gated`` rungs."""
        self._models[place] = model
        prior = model.prior(self.grid)
        if not isinstance(model, LevelStrand):
            if gated:
                skill = model.skill_codes[min(gated)]
                raise InvalidStructure(f"{skill!r} requires others, but its strand {model.code!r} is no ladder")
            self.wholes[place] = self._variable(len(prior), ())
            self.factors.append(Factor((self.wholes[place],), prior))
            return
        self.rungs[place] = [self._variable(2, (Rung(place, rung, ordered=True),)) for rung in range(len(model.skills))]
        at_least = _at_least(prior)
        for rung, variable in enumerate(self.rungs[place]):
            if rung not in gated:
                scope = (variable,) if rung == 0 else (self.rungs[place][rung - 1], variable)
                self.factors.append(Factor(scope, _ladder_table(at_least[rung + 1] / at_least[rung], len(scope))))

    def add_gate(self, own: Rung, groups: Sequence[Sequence[Rung]], leak: float) -> None:
        """Let a rung require a mastered member of each group; its factor is filled in by ``fill``."""
        model = self._models[own.strand]
        assert isinstance(model, LevelStrand)
        variables = self.rungs[own.strand]
        below = variables[own.place - 1] if own.place else -1
        prior = model.prior(self.grid)
        at_least = _at_least(prior)
        conditions = [self._joined("or", [self._mastered(one) for one in group]) for group in groups]
        if below >= 0 or len(conditions) > 2:
            conditions = [self._joined("and", conditions)]
        scope = (*([below] if below >= 0 else []), *conditions, variables[own.place])
        self.gates.append(
            Gate(
                skill=model.skills[own.place].code,
                factor=len(self.factors),
                conditions=tuple(conditions),
                below=below,
                reached=at_least[own.place],
                threshold=model.skills[own.place].threshold,
                leak=leak,
                share=float(at_least[own.place + 1] @ self.grid.weight),
            )
        )
        self.factors.append(Factor(scope, np.empty((*[2] * len(scope), self.grid.weight.size))))

    def fill(self, gate: Gate, open_: Floats) -> None:
        """Write P(rung | rung below, groups hold, q) = ``open_`` [Q] into the factor of a gate."""
        factor = self.factors[gate.factor]
        conditions = len(gate.conditions)
        closed = np.minimum(gate.leak, open_)
        table = np.broadcast_to(closed, (*[2] * conditions, open_.size)).copy()
        table[(1,) * conditions] = open_
        if gate.below >= 0:
            table = np.stack([np.zeros_like(table), table])
        factor.table = np.stack([1.0 - table, table], axis=-2)

    def add_both(self, skills: Sequence[Rung]) -> None:
        """Add a variable for all these micro-skills together."""
        self.both[tuple(skills)] = self._joined("and", [self._mastered(one) for one in skills])

    def _variable(self, size: int, about: tuple[Rung, ...]) -> int:
        self.sizes.append(size)
        self.about.append(about)
        return len(self.sizes) - 1

    def _mastered(self, skill: Rung) -> int:
        """Return the variable that is 1 where the micro-skill is mastered."""
        if skill.strand in self.rungs:
            return self.rungs[skill.strand][skill.place]
        key = ("mastered", skill.strand, skill.place)
        if key not in self._made:
            known = (self._models[skill.strand].mastery()[skill.place] >= MASTERED).astype(np.float64)
            self._made[key] = self._variable(2, (skill,))
            table = np.stack([1.0 - known, known], axis=1)[..., None]
            self.factors.append(Factor((self.wholes[skill.strand], self._made[key]), table))
        return self._made[key]

    def _joined(self, how: str, variables: Sequence[int]) -> int:
        """Return the variable that is 1 where any (``or``) or all (``and``) of these are, two at a time."""
        row = sorted(set(variables))
        while len(row) > 1:
            pairs = [tuple(row[start : start + 2]) for start in range(0, len(row), 2)]
            row = [self._pair(how, *pair) if len(pair) == 2 else pair[0] for pair in pairs]
        return row[0]

    def _pair(self, how: str, first: int, second: int) -> int:
        key = (how, first, second)
        if key not in self._made:
            self._made[key] = self._variable(2, (*self.about[first], *self.about[second]))
            self.factors.append(Factor((first, second, self._made[key]), OR if how == "or" else AND))
        return self._made[key]


def _at_least(prior: Floats) -> Floats:
    """Return P(m >= l | q), l from 0, of a table of states."""
    found: Floats = np.cumsum(prior[::-1], axis=0)[::-1]
    found[0] = 1.0
    return found


def _ladder_table(reached: Floats, variables: int) -> Floats:
    """Return the factor of a rung that requires nothing but the one below it, if there is one."""
    open_ = np.stack([1.0 - reached, reached])
    if variables == 1:
        return open_
    return np.stack([np.stack([np.ones_like(reached), np.zeros_like(reached)]), open_])
