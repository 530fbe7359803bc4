"""How far one person has come on a tree of criteria, and what brings them nearer.

Of a group, what is left is the work of its parts: of all of them, or of those that take least. That also says which
branch is the nearest to completion.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pathways.badges.criteria.facts import Facts
from pathways.badges.criteria.nodes import All, AtLeast, Group, Node
from pathways.badges.criteria.standing import Count, Kind, Lack, stand


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one node, with that of its parts."""

    node: Node
    place: str
    """In the tree: positions from the top, ``1.0`` for the first part of the second; empty for the whole."""
    met: bool
    counts: tuple[Count, ...]
    """What there is of what is needed. Of a group: parts. Of a leaf with two numbers, two."""
    effort: float
    """Hours that are left, roughly (``standing``); 0 where it is met."""
    lacks: tuple[Lack, ...] = ()
    """Micro-skills that a leaf still misses."""
    parts: tuple[Progress, ...] = ()

    @property
    def count(self) -> Count:
        """The one that says most: *2 of 3*."""
        return self.counts[0]

    @property
    def is_leaf(self) -> bool:
        return not isinstance(self.node, Group)


def progress(node: Node, facts: Facts, place: str = "") -> Progress:
    if not isinstance(node, Group):
        found = stand(node, facts)
        return Progress(node, place, found.met, found.counts, found.effort, found.lacks)
    parts = tuple(
        progress(one, facts, f"{place}.{index}" if place else str(index)) for index, one in enumerate(node.of)
    )
    need = _needed(node)
    have = min(sum(one.met for one in parts), need)
    effort = math.fsum(sorted(one.effort for one in parts)[:need])
    return Progress(node, place, have == need, (Count(Kind.PARTS, have, need),), effort, parts=parts)


def leaves(found: Progress) -> Iterator[Progress]:
    """From left to right."""
    if found.is_leaf:
        yield found
    for one in found.parts:
        yield from leaves(one)


def nearest_first(found: Progress) -> tuple[Progress, ...]:
    """The parts of a group that are missing, that which takes least first."""
    return tuple(sorted((one for one in found.parts if not one.met), key=lambda one: one.effort))


def next_needed(found: Progress) -> list[Progress]:
    """The leaves that are missing and bring the person nearer. First those of the shortest way, which is enough, the
    cheapest first; then those of other branches, the branch that makes the way longer by least first. Nothing below
    what is met.
    """
    ranked = sorted(_ranked(found, 0.0, ()), key=lambda one: (one[0], one[1], one[2].effort))
    return [one for _, _, one in ranked]


def shortest_way(found: Progress) -> list[Progress]:
    """Of these, the leaves that are enough."""
    return [one for _, off, one in sorted(_ranked(found, 0.0, ()), key=lambda one: one[2].effort) if not off]


def _ranked(found: Progress, longer: float, off: tuple[str, ...]) -> Iterator[tuple[float, tuple[str, ...], Progress]]:
    """``(hours by which the way gets longer, branches off the shortest way, missing leaf)``. Where parts can be chosen,
    one beyond the shortest takes the place of the longest that was chosen.
    """
    if found.met:
        return
    if found.is_leaf:
        yield longer, off, found
        return
    missing = nearest_first(found)
    chosen = found.count.missing
    for rank, one in enumerate(missing):
        if rank < chosen:
            yield from _ranked(one, longer, off)
        else:
            detour = one.effort - missing[chosen - 1].effort
            yield from _ranked(one, longer + detour, (*off, one.place))


def _needed(node: Group) -> int:
    if isinstance(node, AtLeast):
        return node.n
    return len(node.of) if isinstance(node, All) else 1


def at(found: Progress, place: str) -> Progress | None:
    """The progress of the node at a place (``Progress.place``), if there is one."""
    return next((one for one in _every(found) if one.place == place), None)


def _every(found: Progress) -> Sequence[Progress]:
    return [found, *(inner for one in found.parts for inner in _every(one))]
