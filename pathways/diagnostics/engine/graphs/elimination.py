"""The order in which variables are summed out, and the cliques that it makes.

The least cost of an exact sum over a graph is exponential in its width, the size of the largest clique less one.
The best order is out of reach in general (NP-hard); min-fill, which takes at each step the variable whose
neighbours need the fewest new edges, comes close on sparse graphs (Kjaerulff 1990) and is exact on forests.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import combinations
from math import ceil, log2, prod
from typing import Final

WIDEST: Final = 15
"""A table of a clique this wide has 65,536 entries for each point of the ability grid."""
MOST_ENTRIES: Final = 200_000
"""Of all tables together: some 250 megabytes on the points of ``bands``, and a question in half a second."""

_ROUNDING: Final = 1e-9


class TooWide(ValueError):
    """No order was found whose cliques are no wider than ``WIDEST`` and have few enough entries together.

    ``members``: the variables of the widest.
    """

    def __init__(self, members: Sequence[int]) -> None:
        super().__init__(f"a clique of {len(members)} variables")
        self.members = tuple(members)


@dataclass(slots=True)
class CliqueTree:
    """Maximal cliques of the filled graph.

    ``cliques``: the variables of each, in the order of elimination.  ``links``: the neighbours of each clique in
    the tree; two cliques that share variables are joined by a path of cliques that all hold these.  ``home``: a clique
    that holds the variable and every neighbour eliminated after it.  ``position``: when a variable is eliminated.
    """

    cliques: list[tuple[int, ...]]
    links: list[set[int]]
    home: list[int]
    position: list[int]

    def holding(self, scope: Iterable[int]) -> int:
        """Return a clique that holds all these variables, which must be neighbours of each other."""
        return self.home[min(scope, key=self.position.__getitem__)]

    def width(self, sizes: Sequence[int]) -> int:
        """Return the bits of the largest table less one: for two-state variables, the usual width."""
        return width_of(max(sum(log2(sizes[one]) for one in clique) for clique in self.cliques))

    def entries(self, sizes: Sequence[int]) -> list[int]:
        """Return how many entries the table of each clique has."""
        return [prod(sizes[one] for one in clique) for clique in self.cliques]


def width_of(bits: float) -> int:
    """Return the width of a clique whose table has 2^bits entries."""
    return ceil(bits - _ROUNDING) - 1


def clique_tree(sizes: Sequence[int], scopes: Iterable[Sequence[int]], *, most: int | None = None) -> CliqueTree:
    """Return a clique tree of factors with these scopes, over variables with so many states each.

    Trees of separate components stay apart.  ``most``: entries of all tables together, ``MOST_ENTRIES`` unless said.
    Raises ``TooWide``.
    """
    found = _merged(*_eliminated(sizes, _moral(len(sizes), scopes)))
    entries = found.entries(sizes)
    if sum(entries) > (MOST_ENTRIES if most is None else most):
        raise TooWide(found.cliques[entries.index(max(entries))])
    return found


def _moral(count: int, scopes: Iterable[Sequence[int]]) -> list[set[int]]:
    """Return the neighbours of each variable: those it shares a factor with."""
    neighbours: list[set[int]] = [set() for _ in range(count)]
    for scope in scopes:
        for one, other in combinations(scope, 2):
            neighbours[one].add(other)
            neighbours[other].add(one)
    return neighbours


@dataclass(slots=True)
class _Queue:
    """Variables by what it costs to eliminate them: new edges, then bits of the table, then number."""

    neighbours: list[set[int]]
    bits: Sequence[float]
    cost: dict[int, tuple[float, float, int]] = field(default_factory=dict)
    heap: list[tuple[float, float, int]] = field(default_factory=list)

    def start(self) -> None:
        """Price every variable."""
        for one in range(len(self.neighbours)):
            self.cost[one] = self.price(one)
        self.heap = list(self.cost.values())
        heapify(self.heap)

    def price(self, one: int) -> tuple[float, float, int]:
        """Return the cost; a variable with too many neighbours has to wait, so its new edges are not counted."""
        around = self.neighbours[one]
        bits = self.bits[one] + sum(self.bits[other] for other in around)
        if width_of(bits) > WIDEST:
            return (float("inf"), bits, one)
        new = sum(len(around) - 1 - len(around & self.neighbours[other]) for other in around) / 2
        return (new, bits, one)

    def again(self, ones: Iterable[int]) -> None:
        """Price these anew."""
        for one in ones:
            price = self.price(one)
            if price != self.cost[one]:
                self.cost[one] = price
                heappush(self.heap, price)

    def pop(self) -> int:
        """Take the cheapest out; raises ``TooWide``."""
        while True:
            price = heappop(self.heap)
            one = price[2]
            if self.cost.get(one) == price:
                if price[0] == float("inf"):
                    raise TooWide(sorted({one, *self.neighbours[one]}))
                del self.cost[one]
                return one


def _eliminated(sizes: Sequence[int], neighbours: list[set[int]]) -> tuple[list[int], list[list[int]]]:
    """Return the order, and the neighbours of each variable at its turn, in the same order."""
    queue = _Queue(neighbours, [log2(size) for size in sizes])
    queue.start()
    order: list[int] = []
    around: list[list[int]] = []
    while queue.cost:
        one = queue.pop()
        order.append(one)
        around.append(sorted(neighbours[one]))
        touched = set(around[-1])
        for a in around[-1]:
            neighbours[a].discard(one)
        for a, b in combinations(around[-1], 2):
            if b not in neighbours[a]:
                touched |= neighbours[a] & neighbours[b]
                neighbours[a].add(b)
                neighbours[b].add(a)
        neighbours[one] = set()
        queue.again(touched)
    return order, around


def _merged(order: Sequence[int], around: Sequence[Sequence[int]]) -> CliqueTree:
    """Return the tree of maximal cliques: where a clique holds the one above it, both are one."""
    position = [0] * len(order)
    for place, one in enumerate(order):
        position[one] = place
    members = [sorted((one, *others), key=position.__getitem__) for one, others in zip(order, around, strict=True)]
    kept = list(range(len(order)))
    pairs: list[tuple[int, int]] = []
    for place, clique in enumerate(members):
        if len(clique) > 1:
            above = position[clique[1]]
            if kept[above] == above and len(members[above]) == len(clique) - 1:
                kept[above] = kept[place]
            else:
                pairs.append((kept[place], above))
    number = {place: index for index, place in enumerate(sorted(set(kept)))}
    links: list[set[int]] = [set() for _ in number]
    for place, above in pairs:
        one, other = number[place], number[kept[above]]
        links[one].add(other)
        links[other].add(one)
    return CliqueTree(
        cliques=[tuple(members[place]) for place in number],
        links=links,
        home=[number[kept[position[one]]] for one in range(len(order))],
        position=position,
    )
