"""From strands and what they require to arrays: which are tied together, and by which kind of sum they are solved."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.graphs.elimination import CliqueTree, TooWide, clique_tree
from pathways.diagnostics.engine.graphs.fitting import Descent, fit_tree, forest_of
from pathways.diagnostics.engine.graphs.linked import BY_SKILL, Linked, Reading
from pathways.diagnostics.engine.graphs.network import Gate, Network
from pathways.diagnostics.engine.graphs.remedy import advice
from pathways.diagnostics.engine.graphs.requirements import Rung
from pathways.diagnostics.engine.graphs.thresholds import MISSED, ShareOutOfReach, Solver
from pathways.diagnostics.engine.graphs.ties import Ties
from pathways.diagnostics.engine.population import AbilityGrid
from pathways.diagnostics.engine.strands import StrandModel

ONE_POINT: Final = AbilityGrid(*(np.full(1, value) for value in (0.0, 0.7, 1.0, 1.0)))
"""Enough of a grid to know which sums there are, and how large."""


def link(strands: Sequence[StrandModel], ties: Ties, grid: AbilityGrid, states: int) -> Linked:
    """Return what ties strands together; ``states``: G of the engine's arrays.

    Raises ``InvalidStructure`` where no sum of reasonable width was found, or where something else than a ladder
    requires others.
    """
    network = _network(strands, ties, grid)
    forest_variables, tree_variables = _parts(network)
    try:
        cliques = _cliques(network, tree_variables)
    except TooWide as wide:
        clique = _about(network, tree_variables, wide)
        raise InvalidStructure(advice(strands, ties, clique, lambda other: entangled(strands, other))) from None
    solver = Solver(grid, network.gates)
    descent = Descent(network, solver)
    descent.run()
    forest = tree = None
    if forest_variables:
        forest, forest_variables = forest_of(network, forest_variables)
    if tree_variables:
        tree = fit_tree(network, tree_variables, cliques, descent)
    rows = [*sorted([*network.rungs, *network.wholes]), *range(len(strands), len(strands) + len(ties.together))]
    return Linked(
        rows=np.array(rows),
        free=np.setdiff1d(np.arange(len(strands) + len(ties.together)), rows),
        together=ties.together,
        points=grid.weight.size,
        reading=_reading(network, rows, len(strands), (forest_variables, tree_variables), states),
        forest=forest,
        tree=tree,
        width=max(cliques.width([network.sizes[one] for one in tree_variables]) if tree else 0, 1),
        thresholds=dict(zip((gate.skill for gate in network.gates), solver.threshold.tolist(), strict=True)),
        warnings=_warnings(network.gates, descent.shares),
    )


def _network(strands: Sequence[StrandModel], ties: Ties, grid: AbilityGrid) -> Network:
    """Return the variables and factors of all strands that something ties to another."""
    network = Network(grid)
    for place in sorted(ties.strands):
        network.add_strand(place, strands[place], {one.place for one in ties.gates if one.strand == place})
    for own, (groups, leak) in ties.gates.items():
        network.add_gate(own, groups, leak)
    for skills in ties.together:
        network.add_both(skills)
    return network


def _parts(network: Network) -> tuple[list[int], list[int]]:
    """Return the variables of forests, and all others: those tied to a factor of three, or to what is no ladder."""
    joined = list(range(len(network.sizes)))

    def root(one: int) -> int:
        while joined[one] != one:
            joined[one] = joined[joined[one]]
            one = joined[one]
        return one

    for factor in network.factors:
        for other in factor.scope[1:]:
            joined[root(other)] = root(factor.scope[0])
    tangled = {root(factor.scope[0]) for factor in network.factors if len(factor.scope) > 2}
    tangled |= {root(one) for one in network.wholes.values()}
    variables = range(len(network.sizes))
    return [one for one in variables if root(one) not in tangled], [one for one in variables if root(one) in tangled]


def entries(strands: Sequence[StrandModel], ties: Ties) -> int:
    """Return how many numbers are worked with at each point of the grid, before any table is built.

    Raises ``InvalidStructure`` as ``link`` does.
    """
    network = _network(strands, ties, ONE_POINT)
    forest, tree = _parts(network)
    try:
        cliques = _cliques(network, tree)
    except TooWide as wide:
        clique = _about(network, tree, wide)
        raise InvalidStructure(advice(strands, ties, clique, lambda other: entangled(strands, other))) from None
    return BY_SKILL * len(forest) + sum(cliques.entries([network.sizes[one] for one in tree]))


def _cliques(network: Network, variables: Sequence[int], *, most: int | None = None) -> CliqueTree:
    """Return the clique tree over these variables, numbered anew; raises ``TooWide``."""
    number = {one: at for at, one in enumerate(variables)}
    scopes = [[number[one] for one in factor.scope] for factor in network.factors if factor.scope[0] in number]
    return clique_tree([network.sizes[one] for one in variables], scopes, most=most)


def _about(network: Network, variables: Sequence[int], wide: TooWide) -> list[Rung]:
    """Return the micro-skills of a clique that is too wide."""
    return sorted({rung for one in wide.members for rung in network.about[variables[one]]})


def entangled(strands: Sequence[StrandModel], ties: Ties, *, most: int | None = None) -> list[Rung]:
    """Return the micro-skills of a clique that is too wide, or of the widest where all tables together have more than
    ``most`` entries; none if there is none.
    """
    network = _network(strands, ties, ONE_POINT)
    forest, tree = _parts(network)
    if not tree:  # forests take no more than they are long
        return []
    try:
        _cliques(network, tree, most=None if most is None else most - BY_SKILL * len(forest))
    except TooWide as wide:
        return _about(network, tree, wide)
    return []


def _warnings(gates: Sequence[Gate], shares: Floats) -> tuple[ShareOutOfReach, ...]:
    return tuple(
        ShareOutOfReach(gate.skill, gate.share, share)
        for gate, share in zip(gates, shares.tolist(), strict=True)
        if gate.share - share > MISSED
    )


def _reading(
    network: Network, rows: Sequence[int], strands: int, parts: tuple[Sequence[int], Sequence[int]], states: int
) -> Reading:
    """Return which entries of the engine's arrays stand for which states of which variables."""
    forest, tree = parts
    sizes = [network.sizes[one] for one in tree]
    first = dict(zip(tree, np.cumsum([0, *sizes])[:-1].tolist() if tree else [], strict=True))
    nothing = len(rows) * states
    plus, minus = {}, {}
    at_least = np.ones((len(rows), states), dtype=np.intp)  # place 1 of what is known is 0
    beyond = np.ones((len(rows), states), dtype=np.intp)
    known = {one: 2 + at for at, one in enumerate(forest)} | {one: 2 + len(forest) + first[one] + 1 for one in tree}
    base = []
    both = list(network.both.values())
    for place, row in enumerate(rows):
        start = place * states
        if row in network.rungs:
            base.append(start)
            at_least[place, 0] = 0  # place 0 of what is known is 1
            for rung, one in enumerate(network.rungs[row]):
                plus[one, 1], minus[one, 1] = start + rung + 1, start + rung
                at_least[place, rung + 1] = beyond[place, rung] = known[one]
        else:
            one = network.wholes[row] if row < strands else both[row - strands]
            for state in range(network.sizes[one]):
                plus[one, state] = start + state
                at_least[place, state] = 2 + len(forest) + first[one] + state
    tree_states = [(one, state) for one, size in zip(tree, sizes, strict=True) for state in range(size)]
    return Reading(
        forest_plus=_places(plus, [(one, 1) for one in forest], nothing),
        forest_minus=_places(minus, [(one, 1) for one in forest], nothing),
        tree_plus=np.append(_places(plus, tree_states, nothing), nothing),
        tree_minus=np.append(_places(minus, tree_states, nothing), nothing),
        base=np.array(base, dtype=np.intp),
        at_least=at_least,
        beyond=beyond,
    )


def _places(of: Mapping[tuple[int, int], int], wanted: Sequence[tuple[int, int]], nothing: int) -> Integers:
    return np.array([of.get(one, nothing) for one in wanted], dtype=np.intp)
