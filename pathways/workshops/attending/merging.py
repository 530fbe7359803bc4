"""Which of several marks about one seat stand. Pure: the same marks give the same answer, in whatever order and however
often they come.

A mark replaces those that its recorder had before their eyes. Besides, of one device the newer sequence counts, and of
one recorder with two devices what they recorded last. What is left and differs are two people who disagree: no clock
decides between them, a person does, and their decision is a mark that has seen both.
"""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


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
    every = {one.id: one for one in marks}
    pasts = {one.id: _past(one, every) for one in every.values()}
    turns = {one.id: _turn(one, every, pasts[one.id]) for one in every.values()}
    last: dict[uuid.UUID, Said] = {}
    for one in every.values():
        last[one.recorder] = max(last.get(one.recorder, one), one, key=lambda mark: turns[mark.id])
    replaced = {before for past in pasts.values() for before in past}
    left = [one for one in last.values() if one.id not in replaced]
    return tuple(sorted(left or last.values(), key=lambda mark: turns[mark.id]))


def agreed(marks: Sequence[Said]) -> bool:
    return len({one.value for one in marks}) <= 1


def _turn(mark: Said, every: Mapping[uuid.UUID, Said], past: frozenset[uuid.UUID]) -> tuple[datetime, int, uuid.UUID]:
    """When it was said, as far as that can be known: by the clock, but never before what it came after."""
    return max([mark.moment, *(every[one].moment for one in past)]), len(past), mark.id


def _past(mark: Said, every: Mapping[uuid.UUID, Said]) -> frozenset[uuid.UUID]:
    """What its recorder had seen or said on this device, and what that had behind it, and so on; without itself."""
    past: set[uuid.UUID] = set()
    left = [mark]
    while left:
        one = left.pop()
        before = one.seen | {
            other.id
            for other in every.values()
            if (other.recorder, other.device) == (one.recorder, one.device) and other.sequence < one.sequence
        }
        fresh = [other for other in before if other in every and other not in past]
        past.update(fresh)
        left += [every[other] for other in fresh]
    return frozenset(past - {mark.id})
