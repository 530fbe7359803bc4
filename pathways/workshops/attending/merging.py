"""Which of several marks about one seat stand. Pure: the same marks give the same answer, in whatever order and however
often they come.

A mark replaces those that its recorder had before their eyes. Besides, of one device the newer sequence counts, and of
one recorder with two devices what they recorded last. What is left and differs are two people who disagree: no clock
decides between them, a person does, and their decision is a mark that has seen both.
"""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Said:
    """What is said by one mark about one seat (or about the walk-ins)."""

    id: uuid.UUID
    recorder: uuid.UUID
    device: str
    sequence: int
    moment: datetime
    """By our clock: the device's, corrected."""
    seen: frozenset[uuid.UUID]
    value: Hashable


def standing(marks: Iterable[Said]) -> tuple[Said, ...]:
    """The marks that stand, one of each recorder at most, the earliest first: an agreement where all say the same, a
    conflict where they do not, silence where there is none.
    """
    every = list({one.id: one for one in marks}.values())
    pasts = _pasts(every)
    last: dict[uuid.UUID, int] = {}
    for place, one in enumerate(every):
        last[one.recorder] = max(last.get(one.recorder, place), place, key=lambda at: pasts[at].turn)
    replaced = 0
    for past in pasts:
        replaced |= past.marks
    left = [place for place in last.values() if not replaced >> place & 1]
    return tuple(every[place] for place in sorted(left or last.values(), key=lambda at: pasts[at].turn))


def agreed(marks: Sequence[Said]) -> bool:
    return len({one.value for one in marks}) <= 1


@dataclass(frozen=True, slots=True)
class _Past:
    """What the recorder of a mark had seen or said on this device, and what that had behind it, and so on; without
    the mark itself.
    """

    marks: int
    """One bit of each, by its place: a thousand marks are a number of a thousand bits, and joined at once."""
    turn: tuple[datetime, int, uuid.UUID]
    """When it was said, as far as that can be known: by the clock, but never before what it came after."""


def _pasts(every: Sequence[Said]) -> list[_Past]:
    """Of each mark, in their order. Each past is made once, from those of the marks just before: whoever sends many
    marks about one seat must not hold up everybody else.
    """
    before = _before(every)
    after: list[list[int]] = [[] for _ in every]
    for place, those in enumerate(before):
        for one in those:
            after[one].append(place)
    finished = [place for tree in _trees(range(len(every)), after) for place in tree]
    behind, latest = [0] * len(every), [one.moment for one in every]
    # Marks that have seen each other, as no honest device makes them, are one group: all of it is behind each of them.
    for group in _trees(reversed(finished), before):
        inside = sum(1 << place for place in group)
        outside = {one for place in group for one in before[place] if not inside >> one & 1}
        past, moment = 0, max(every[place].moment for place in group)
        for one in outside:
            past |= behind[one] | 1 << one
            moment = max(moment, latest[one])
        for place in group:
            behind[place], latest[place] = (past | inside) & ~(1 << place), moment
    return [
        _Past(past, (moment, past.bit_count(), one.id)) for past, moment, one in zip(behind, latest, every, strict=True)
    ]


def _before(every: Sequence[Said]) -> list[list[int]]:
    """Of each mark the places of what its recorder had seen, and of what they had said last on this device."""
    places = {one.id: place for place, one in enumerate(every)}
    before = [[places[one] for one in mark.seen if one in places] for mark in every]
    order = sorted(range(len(every)), key=lambda at: (every[at].recorder, every[at].device, every[at].sequence))
    previous: list[int] = []
    of_device = attrgetter("recorder", "device")
    for _, marks in groupby(order, key=lambda at: (of_device(every[at]), every[at].sequence)):
        same = list(marks)
        if previous and of_device(every[previous[0]]) == of_device(every[same[0]]):
            for place in same:
                before[place] += previous
        previous = same
    return before


def _trees(starts: Iterable[int], edges: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """What can be reached from each start and was not met before, in the order in which it is left: Kosaraju's two
    walks are both this one.
    """
    met = set[int]()
    for start in starts:
        if start in met:
            continue
        met.add(start)
        tree: list[int] = []
        path = [(start, iter(edges[start]))]
        while path:
            one, left = path[-1]
            fresh = next((other for other in left if other not in met), None)
            if fresh is None:
                path.pop()
                tree.append(one)
            else:
                met.add(fresh)
                path.append((fresh, iter(edges[fresh])))
        yield tree
