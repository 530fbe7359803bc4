"""The tables of forests and clique trees, with the thresholds of gated rungs moved to where they have to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.graphs.elimination import CliqueTree
from pathways.diagnostics.engine.graphs.forest import Forest
from pathways.diagnostics.engine.graphs.network import OR, Factor, Network
from pathways.diagnostics.engine.graphs.propagation import CliqueTables
from pathways.diagnostics.engine.graphs.thresholds import MET, MISSED, Solver
from pathways.diagnostics.engine.graphs.tree import Layout, lay_out
from pathways.diagnostics.engine.strands import LEAST_STATE

MOST_POWER: Final = 4.0
MOST_ROUNDS: Final = 60
"""Five are enough where shares can be kept; hundreds of gates in a row that leave too few people take more."""


class Descent:
    """Moves the thresholds from the roots downward, and fills in the factors of the gates.

    With P1, P2 ... of what is required together, P(all | q) is taken for (P1 P2 ...)^w; ``powers`` [Q] holds w of the
    factors with several variables above: 1 where these are independent given ability, less the more they go together.
    At the start all are 1, which is right in forests.  (A factor instead of a power would double an error at every step
    downward.)
    """

    def __init__(self, network: Network, solver: Solver) -> None:
        self.network, self.solver = network, solver
        self.generations = _generations(network.factors)
        self.gate_of = {gate.factor: number for number, gate in enumerate(network.gates)}
        self.powers: dict[int, Floats] = {}
        self.shares = np.empty(len(network.gates))

    def run(self) -> None:
        """Find all thresholds."""
        known: dict[int, Floats] = {}
        for generation in self.generations:
            gates = np.array([self.gate_of[at] for at in generation if at in self.gate_of], dtype=np.intp)
            if gates.size:
                self._solve(gates, known)
            for at in generation:
                if at not in self.gate_of:
                    known[self.network.factors[at].scope[-1]] = self._expected(at, known)

    def _solve(self, gates: Integers, known: dict[int, Floats]) -> None:
        """Find the thresholds of gates of one generation, and with them P(state | q) of their rungs."""
        holding, below = (np.array(part) for part in zip(*(self._holding(at, known) for at in gates), strict=True))
        self.solver.solve(gates, holding, below)
        opens = self.solver.open(gates)
        mastered = self.solver.mastered(gates, opens, holding, below)
        self.shares[gates] = mastered @ self.network.grid.weight
        states = np.stack([1.0 - mastered, mastered], axis=1)
        for at, open_, of_gate in zip(gates.tolist(), opens, states, strict=True):
            gate = self.network.gates[at]
            self.network.fill(gate, open_)
            known[self.network.factors[gate.factor].scope[-1]] = of_gate

    def _holding(self, number: int, known: Mapping[int, Floats]) -> tuple[Floats, Floats]:
        """Return s and b of a gate: P(groups hold and rung below mastered | q) and P(rung below mastered | q)."""
        gate = self.network.gates[number]
        below = known[gate.below][1] if gate.below >= 0 else np.ones_like(gate.reached)
        above = [below, *(known[one][1] for one in gate.conditions)]
        return np.prod(above, axis=0) ** self.powers.get(gate.factor, 1.0), below

    def _expected(self, at: int, known: Mapping[int, Floats]) -> Floats:
        """Return P(state | q) of the last variable of a factor, [states, Q], from that of the others."""
        factor = self.network.factors[at]
        table = factor.table
        for one in factor.scope[:-1]:
            table = np.einsum("s...q,sq->...q", table, known[one])
        if at in self.powers:
            joined = table[_joined(factor)] ** self.powers[at]
            table = np.stack([1.0 - joined, joined] if _joined(factor) else [joined, 1.0 - joined])
        return np.broadcast_to(table, (len(table), self.network.grid.weight.size))

    def learn(self, known: Mapping[int, Floats], holding: Mapping[int, Floats]) -> None:
        """Take the powers from what is true now: P(state | q) of the variables, s [Q] of the gates."""
        for at, factor in enumerate(self.network.factors):
            if len(factor.scope) > 2 and factor.scope[-1] in known:
                self.powers.pop(at, None)
                gate, state = self.gate_of.get(at), _joined(factor)
                true = known[factor.scope[-1]][state] if gate is None else holding[gate]
                apart = self._expected(at, known)[state] if gate is None else self._holding(gate, known)[0]
                over, under = (np.log(np.clip(one, LEAST_STATE, 1.0)) for one in (true, apart))
                power = np.divide(over, under, out=np.ones_like(over), where=under < -LEAST_STATE)
                self.powers[at] = np.clip(power, 0.0, MOST_POWER)


def _joined(factor: Factor) -> int:
    """Return the state of the last variable that takes both of the others: for *or* not mastered, else mastered."""
    return 0 if factor.table is OR else 1


def _generations(factors: Sequence[Factor]) -> list[list[int]]:
    """Return the factors, those whose variables need none that comes later first."""
    factor_of = {factor.scope[-1]: at for at, factor in enumerate(factors)}
    generation: dict[int, int] = {}
    for start in factor_of:
        waiting = [start]
        while waiting:
            one = waiting[-1]
            missing = [other for other in factors[factor_of[one]].scope[:-1] if other not in generation]
            waiting += missing
            if not missing:
                waiting.pop()
                above = factors[factor_of[one]].scope[:-1]
                generation[one] = 1 + max((generation[other] for other in above), default=-1)
    found: list[list[int]] = [[] for _ in range(1 + max(generation.values()))]
    for one, number in generation.items():
        found[number].append(factor_of[one])
    return found


def forest_of(network: Network, variables: Sequence[int]) -> tuple[Forest, list[int]]:
    """Return the forest over these variables, whose factors are all filled in, and their order in it."""
    factor_of = {factor.scope[-1]: factor for factor in network.factors}
    levels = _levels({one: factor_of[one].scope[:-1] for one in variables})
    order = [one for level in levels for one in level]
    place = {one: at for at, one in enumerate(order)}
    high, low = np.empty((2, len(order), network.grid.weight.size))
    for one, at in place.items():
        table = factor_of[one].table
        high[at], low[at] = (table[1, 1], table[0, 1]) if table.ndim == 3 else (table[1], table[1])
    above = [place[scope[0]] if len(scope := factor_of[one].scope) == 2 else -1 for one in order]
    return Forest.of_tables(above, high, low), order


def _levels(above: dict[int, tuple[int, ...]]) -> list[list[int]]:
    """Return the variables from the roots downward, those below the same one side by side."""
    below: dict[int, list[int]] = {}
    for one, parents in above.items():
        for parent in parents:
            below.setdefault(parent, []).append(one)
    levels = [[one for one, parents in above.items() if not parents]]
    while level := [one for parent in levels[-1] for one in below.get(parent, ())]:
        levels.append(level)
    return levels


@dataclass(frozen=True, slots=True)
class _Laid:
    """A factor laid over a clique: entry ``entries`` is multiplied by entry ``at`` of the flattened table."""

    factor: Factor
    entries: slice
    at: Integers

    def multiply(self, into: Floats) -> None:
        table = self.factor.table
        into[self.entries] *= table.reshape(-1, table.shape[-1])[self.at]


def fit_tree(network: Network, variables: Sequence[int], tree: CliqueTree, descent: Descent) -> CliqueTables:
    """Return the clique tables over these variables, numbered as in ``tree``.

    A descent says where the thresholds are if what it knows of dependence is right, a sum over the tree how dependent
    things are then; in a few rounds both agree.
    """
    number = {one: at for at, one in enumerate(variables)}
    sizes = [network.sizes[one] for one in variables]
    layout = lay_out(tree, sizes)
    gates = [at for at, gate in enumerate(network.gates) if network.factors[gate.factor].scope[-1] in number]
    gated = {network.gates[at].factor for at in gates}
    laid = {
        at: _lay(factor, [number[one] for one in factor.scope], layout, tree, sizes)
        for at, factor in enumerate(network.factors)
        if factor.scope[-1] in number
    }
    fixed = np.ones((len(layout.clique_of_entry), network.grid.weight.size))
    for at, one in laid.items():
        if at not in gated:
            one.multiply(fixed)
    holding, below = _readings(network, gates, laid)
    places = np.array(gates, dtype=np.intp)
    tables = _tables(layout, fixed, [laid[at] for at in gated])
    best = np.inf
    for _ in gates[:MOST_ROUNDS]:
        joint = tables.joint()
        s, b = (np.array([joint[entries].sum(axis=0) for entries in part]) for part in (holding, below))
        opens = descent.solver.open(places)
        descent.shares[places] = descent.solver.mastered(places, opens, s, b) @ network.grid.weight
        off = descent.solver.off(places, opens, descent.shares[places])
        if off < MET or best / 2.0 < off < MISSED:  # what is hardly within reach goes to and fro
            break
        best = min(best, off)
        states = np.split(np.add.reduceat(joint[layout.marginal], layout.starts, axis=0), np.cumsum(sizes)[:-1])
        descent.learn(dict(zip(variables, states, strict=True)), dict(zip(gates, s, strict=True)))
        descent.run()
        tables = _tables(layout, fixed, [laid[at] for at in gated])
    return tables


def _tables(layout: Layout, fixed: Floats, gated: Sequence[_Laid]) -> CliqueTables:
    """Return the tables of the factors of gates, as they are now, and of all others."""
    factors = fixed.copy()
    for one in gated:
        one.multiply(factors)
    return CliqueTables.of_factors(layout, factors)


def _lay(factor: Factor, scope: Sequence[int], layout: Layout, tree: CliqueTree, sizes: Sequence[int]) -> _Laid:
    entries, states = layout.places[tree.holding(scope)].entries(sizes, scope)
    at = np.zeros(states.shape[1], dtype=np.intp)
    for axis, one in enumerate(scope):
        at = at * sizes[one] + states[axis]
    return _Laid(factor, entries, at)


def _readings(network: Network, gates: Sequence[int], laid: dict[int, _Laid]) -> tuple[list[Integers], list[Integers]]:
    """Return, for each gate, the entries where its groups hold with the rung below, and where the rung below does."""
    holding, below = [], []
    for at in gates:
        gate = network.gates[at]
        one = laid[gate.factor]
        states = np.array(np.unravel_index(one.at, [2] * len(one.factor.scope)))
        entries = np.arange(one.entries.start, one.entries.stop)
        holding.append(entries[(states[:-1] == 1).all(axis=0)])
        below.append(entries[states[0] == 1] if gate.below >= 0 else entries)
    return holding, below
