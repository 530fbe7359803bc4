"""From levels and shares to the thresholds of a ladder, on the first day of a bank."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from operator import itemgetter
from typing import Final

from pathways.diagnostics.engine import threshold_of_share
from pathways.diagnostics.engine.strands import HIGHEST_THRESHOLD, LOWEST_THRESHOLD

LEAST_SHARE: Final = 0.001
"""A share of 0 or 1 would have no threshold: nobody is the first who can, or the last who cannot."""

APART: Final = 1e-6
"""Between thresholds of rungs that as many people master, as far as anybody knows: a ladder has an order."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A micro-skill of a ladder as its author placed it."""

    code: str
    level: float | None
    share: float | None


class Contradiction(ValueError):
    """Two micro-skills of a ladder that cannot both stand where they were placed."""

    def __init__(self, lower: Rung, upper: Rung) -> None:
        super().__init__(f"{lower.code!r} and {upper.code!r}")
        self.lower, self.upper = lower, upper


@dataclass(frozen=True, slots=True)
class Scale:
    """The distinct levels of a whole bank, rising. Any spacing: 1, 2, 5, 10, or steps of one half.

    With the lowest level b and the highest h of the bank, level l is at -1.6 + 3.2 (l - b)/(h - b): for whole levels
    1..h, the formula of ``engine.thresholds``. A bank whose skills all have one level says nothing by it, and is
    treated as one without levels.
    """

    levels: tuple[float, ...]

    @classmethod
    def of(cls, levels: Sequence[float]) -> Scale:
        """The scale of a bank with these levels."""
        return cls(tuple(sorted(set(levels))))

    @property
    def lowest(self) -> float:
        """The level that stands at -1.6."""
        return self.levels[0] if self.levels else 1.0

    @property
    def highest(self) -> float:
        """The level that stands at 1.6."""
        return self.levels[-1] if self.levels else 1.0

    def at(self, level: float) -> float:
        """Return the threshold of a micro-skill that is alone at its level."""
        if self.highest == self.lowest:
            return (LOWEST_THRESHOLD + HIGHEST_THRESHOLD) / 2
        rise = (level - self.lowest) / (self.highest - self.lowest)
        return LOWEST_THRESHOLD + (HIGHEST_THRESHOLD - LOWEST_THRESHOLD) * rise

    def within(self, level: float, count: int) -> list[float]:
        """Return the thresholds of ``count`` rungs of one ladder that share a level, spread over its band.

        A band reaches half-way to the nearest other level of the bank, and ends at the level itself at both ends of
        the scale, so that bands never overlap.
        """
        if self.highest == self.lowest:
            return even(count)
        centre, half = self.at(level), self._half(level)
        if level == self.lowest:
            return [centre + half * i / count for i in range(count)]
        if level == self.highest:
            return [centre - half * (count - 1 - i) / count for i in range(count)]
        return [centre + 2 * half * ((i + 0.5) / count - 0.5) for i in range(count)]

    def _half(self, level: float) -> float:
        """Half the way from a level to the nearest other one, in thresholds."""
        place = bisect_left(self.levels, level)
        beside = self.levels[max(place - 1, 0) : place] + self.levels[place + 1 : place + 2]
        return min(abs(self.at(other) - self.at(level)) for other in beside) / 2

    def level_at(self, threshold: float) -> float:
        """Return the level that would stand at a threshold; 1 to 8 where the bank has no scale."""
        low, high = (self.lowest, self.highest) if self.highest > self.lowest else (1.0, 8.0)
        rise = (threshold - LOWEST_THRESHOLD) / (HIGHEST_THRESHOLD - LOWEST_THRESHOLD)
        return low + (high - low) * min(max(rise, 0.0), 1.0)


def even(count: int) -> list[float]:
    """Return the thresholds of ``count`` rungs of which only the order is known: evenly over the whole range."""
    width = HIGHEST_THRESHOLD - LOWEST_THRESHOLD
    return [LOWEST_THRESHOLD + width * (i + 0.5) / count for i in range(count)]


def places(rungs: Sequence[Rung], scale: Scale) -> list[tuple[Rung, float]]:
    """Return the rungs of a ladder with their thresholds, easiest first.

    Rungs go by level, then as they come; a share of the people overrides a level's threshold by -Phi^-1(share), and
    places a rung without level. Where that is the same threshold for several, they stand a hair above each other. A
    ladder without any level or share is in the order in which it comes, spread evenly. Raises :class:`Contradiction`
    where thresholds rise against the levels.
    """
    if all(rung.level is None and rung.share is None for rung in rungs):
        return list(zip(rungs, even(len(rungs)), strict=True))
    placed = [(rung, place) for rung, place in _by_level(rungs, scale)]
    # Sorted by threshold and then by level, so that rungs of one threshold are in an order that can be right.
    placed.sort(key=lambda pair: (pair[1], -inf if pair[0].level is None else pair[0].level))
    highest: Rung | None = None
    for (lower, _), (upper, _) in pairwise(placed):
        highest = lower if lower.level is not None else highest
        if highest is not None and upper.level is not None and upper.level < (highest.level or 0.0):
            raise Contradiction(upper, highest)
    return list(zip((rung for rung, _ in placed), _rising(place for _, place in placed), strict=True))


def _rising(thresholds: Iterable[float]) -> Iterator[float]:
    """The thresholds, none falling, each above the one before."""
    above = -inf
    for threshold in thresholds:
        above = threshold if threshold > above else above + APART
        yield above


def _by_level(rungs: Sequence[Rung], scale: Scale) -> list[tuple[Rung, float]]:
    placed: list[tuple[Rung, float]] = []
    levels: dict[float, list[Rung]] = {}
    for rung in rungs:
        if rung.level is not None:
            levels.setdefault(rung.level, []).append(rung)
    for level, together in sorted(levels.items(), key=itemgetter(0)):
        spread = scale.within(level, len(together))
        placed += [(rung, _place(rung, place)) for rung, place in zip(together, spread, strict=True)]
    return placed + [(rung, _place(rung, 0.0)) for rung in rungs if rung.level is None]


def _place(rung: Rung, place: float) -> float:
    if rung.share is None:
        return place
    return threshold_of_share(min(max(rung.share, LEAST_SHARE), 1.0 - LEAST_SHARE))
