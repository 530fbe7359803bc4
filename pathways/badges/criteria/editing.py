"""Composing a tree of criteria step by step: add, replace, move, remove, group. Pure: a tree in, another one out.

A place is that of ``Progress.place``: positions from the top, ``1.0`` for the first part of the second, empty for the
whole. What comes out is a tree that ``tree.parse`` reads; raises ``CriteriaError`` otherwise, with a sentence.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import All, AnyOf, AtLeast, Group, Leaf, Node
from pathways.badges.criteria.tree import CriteriaError

_PLACE = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,5})?", re.ASCII)
NOT_THERE = "ce critère n'est plus là. Relisez la liste."
THE_LAST = "il faut au moins un critère : ajoutez-en un autre avant de retirer celui-ci."


class GroupKind(StrEnum):
    """How many of its parts a group asks for."""

    ALL = "all"
    ANY = "any"
    AT_LEAST = "at_least"


def kind_of(group: Group) -> GroupKind:
    if isinstance(group, AtLeast):
        return GroupKind.AT_LEAST
    return GroupKind.ALL if isinstance(group, All) else GroupKind.ANY


def at(node: Node, place: str) -> Node:
    """What stands at a place."""
    for step in _steps(place):
        if not isinstance(node, Group) or step >= len(node.of):
            raise CriteriaError("", NOT_THERE)
        node = node.of[step]
    return node


def walk(node: Node, place: str = "") -> Iterator[tuple[str, Node]]:
    """Every place with what stands there, from the top, a group before its parts."""
    yield place, node
    if isinstance(node, Group):
        for index, one in enumerate(node.of):
            yield from walk(one, f"{place}.{index}" if place else str(index))


def replaced(node: Node, place: str, new: Node) -> Node:
    at(node, place)
    return _whole(_replaced(node, _steps(place), new))


def added(node: Node, place: str, leaf: Leaf) -> Node:
    """``leaf`` at the end of the group at ``place``; where a leaf stands there, both become a group of all."""
    here = at(node, place)
    grown = _with(here, (*here.of, leaf)) if isinstance(here, Group) else All((here, leaf))
    return _whole(_replaced(node, _steps(place), grown))


def removed(node: Node, place: str) -> Node:
    """Without what stands at ``place``. A group whose last part goes, goes too; of *at least n* of fewer parts, all
    are left.
    """
    at(node, place)
    steps = _steps(place)
    while steps:
        parent = at(node, _place(steps[:-1]))
        assert isinstance(parent, Group)
        left = tuple(one for index, one in enumerate(parent.of) if index != steps[-1])
        if left:
            return _whole(_replaced(node, steps[:-1], _with(parent, left)))
        steps = steps[:-1]
    raise CriteriaError("", THE_LAST)


def moved(node: Node, place: str, by: int) -> Node:
    """One step up (-1) or down (1) inside of its group; at the end, as it was."""
    at(node, place)
    steps = _steps(place)
    if not steps:
        return node
    parent = at(node, _place(steps[:-1]))
    assert isinstance(parent, Group)
    here, there = steps[-1], steps[-1] + by
    if not 0 <= there < len(parent.of):
        return node
    of = list(parent.of)
    of[here], of[there] = of[there], of[here]
    return _whole(_replaced(node, steps[:-1], _with(parent, tuple(of))))


def regrouped(node: Node, place: str, kind: GroupKind, n: int = 1) -> Node:
    """The group at ``place`` asks for all, for one or for ``n`` of its parts."""
    here = at(node, place)
    if not isinstance(here, Group):
        raise CriteriaError("", NOT_THERE)
    return _whole(_replaced(node, _steps(place), _group(kind, here.of, n)))


def enclosed(node: Node, place: str, kind: GroupKind) -> Node:
    """What stands at ``place`` becomes the first part of a new group."""
    return _whole(_replaced(node, _steps(place), _group(kind, (at(node, place),), 1)))


def released(node: Node, place: str) -> Node:
    """The parts of the group at ``place`` stand where it stood; of the whole, the only part does."""
    here = at(node, place)
    if not isinstance(here, Group):
        raise CriteriaError("", NOT_THERE)
    steps = _steps(place)
    if not steps:
        first, *others = here.of
        if others:
            raise CriteriaError("", "ce groupe est le tout : il a plusieurs critères, il reste.")
        return _whole(first)
    parent = at(node, _place(steps[:-1]))
    assert isinstance(parent, Group)
    of = (*parent.of[: steps[-1]], *here.of, *parent.of[steps[-1] + 1 :])
    return _whole(_replaced(node, steps[:-1], _with(parent, of)))


# --- inside ---------------------------------------------------------------------------------------------------


def _steps(place: str) -> tuple[int, ...]:
    if not _PLACE.fullmatch(place):
        raise CriteriaError("", NOT_THERE)
    return tuple(int(one) for one in place.split(".")) if place else ()


def _place(steps: Sequence[int]) -> str:
    return ".".join(map(str, steps))


def _replaced(node: Node, steps: Sequence[int], new: Node) -> Node:
    if not steps:
        return new
    assert isinstance(node, Group)
    first, rest = steps[0], steps[1:]
    return _with(node, tuple(_replaced(one, rest, new) if index == first else one for index, one in enumerate(node.of)))


def _with(group: Group, of: tuple[Node, ...]) -> Group:
    changed = dataclasses.replace(group, of=of)
    return dataclasses.replace(changed, n=min(changed.n, len(of))) if isinstance(changed, AtLeast) else changed


def _group(kind: GroupKind, of: tuple[Node, ...], n: int) -> Group:
    if kind is GroupKind.AT_LEAST:
        if not 1 <= n <= len(of):
            raise CriteriaError("n", f"il faut un nombre de 1 à {len(of)}.")
        return AtLeast(n, of)
    return All(of) if kind is GroupKind.ALL else AnyOf(of)


def _whole(node: Node) -> Node:
    """As it would be read: not too deep, not too many, nothing twice."""
    return tree.parse(tree.as_data(node))
