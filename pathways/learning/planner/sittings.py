"""When: steps in order, packed into sittings of some minutes, on the days of the week that a person has.

First fit: each step goes into the first sitting that has room for it, no earlier than what it waits for. What is longer
than a sitting is done in parts. What has a date stands on it, alone. One sitting a day at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pathways.learning.planner.errors import InvalidProblem

LEAST_PART = 10.0
"""Minutes: a step that is done in parts is not begun for less."""
MOST_DAYS = 20 * 366
"""What is not done by then is not planned any more."""


@dataclass(frozen=True, slots=True)
class Work:
    key: str
    minutes: float
    after: tuple[str, ...] = ()
    """Keys of what comes before."""
    on: date | None = None
    """The date it stands on; ``None`` for what can be done at any time."""


@dataclass(frozen=True, slots=True)
class Week:
    """What a person's week leaves."""

    sitting: float
    """Minutes that they stay with it at once."""
    minutes: float | None = None
    """In all; ``None`` for no limit."""
    weekdays: frozenset[int] = frozenset()
    """Monday 0; empty for all of them."""


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    minutes: float
    is_last: bool
    """Whether the step is done after it."""


@dataclass(frozen=True, slots=True)
class Sitting:
    on: date
    parts: tuple[Part, ...]

    @property
    def minutes(self) -> float:
        return math.fsum(part.minutes for part in self.parts)


@dataclass(frozen=True, slots=True)
class Agenda:
    sittings: tuple[Sitting, ...]
    late: tuple[str, ...]
    """Keys of what has a date that comes before all it waits for can be done."""


@dataclass(slots=True)
class _Day:
    on: date
    parts: list[Part] = field(default_factory=list)
    is_taken: bool = False
    """By something with a date."""

    @property
    def spent(self) -> float:
        return math.fsum(part.minutes for part in self.parts)


@dataclass(slots=True)
class _Book:
    """Days as they are filled."""

    week: Week
    first: date
    days: dict[date, _Day] = field(default_factory=dict)
    done: dict[str, date] = field(default_factory=dict)
    spent: dict[int, float] = field(default_factory=dict)
    """Minutes of each week, counted from the first day."""

    def day(self, on: date) -> _Day:
        return self.days.setdefault(on, _Day(on))

    def from_(self, on: date) -> Iterator[_Day]:
        """The days on which a sitting may be, from one on."""
        for ahead in range(MOST_DAYS):
            day = on + timedelta(days=ahead)
            if not self.week.weekdays or day.weekday() in self.week.weekdays:
                yield self.day(day)
        raise InvalidProblem(f"more than {MOST_DAYS} days would be needed")

    def room(self, day: _Day) -> float:
        """Minutes that are left on a day: of its sitting, and of its week, counted from the first day."""
        if day.is_taken:
            return 0.0
        left = self.week.sitting - day.spent
        if self.week.minutes is None:
            return left
        return min(left, self.week.minutes - self.spent.get(self._week_of(day), 0.0))

    def put(self, day: _Day, part: Part) -> None:
        day.parts.append(part)
        week = self._week_of(day)
        self.spent[week] = self.spent.get(week, 0.0) + part.minutes

    def _week_of(self, day: _Day) -> int:
        return (day.on - self.first).days // 7


def pack(works: Sequence[Work], week: Week, first: date) -> Agenda:
    """Sittings from a day on. ``works`` come in order, each after what it waits for. Raises ``InvalidProblem``."""
    _check(works, week)
    book = _Book(week, first)
    for work in works:
        if work.on is not None:
            day = book.day(work.on)
            day.is_taken = True
            book.put(day, Part(work.key, work.minutes, is_last=True))
            book.done[work.key] = work.on
    for work in works:
        if work.on is None:
            _place(book, work)
    filled = sorted((day for day in book.days.values() if day.parts), key=lambda day: day.on)
    return Agenda(tuple(Sitting(day.on, tuple(day.parts)) for day in filled), tuple(_late(book, works)))


def _place(book: _Book, work: Work) -> None:
    ready = max((book.done[key] for key in work.after), default=book.first)
    left, is_begun = work.minutes, False
    in_parts = work.minutes > _most(book.week)
    for day in book.from_(max(ready, book.first)):
        room = book.room(day)
        wanted = min(left, LEAST_PART, _most(book.week)) if in_parts else left
        if room < wanted - 1e-9 or (room <= 0.0 and left > 0.0) or (day.is_taken and not is_begun and left <= 0.0):
            continue
        minutes = min(left, room)
        left, is_begun = left - minutes, True
        book.put(day, Part(work.key, minutes, is_last=left <= 1e-9))
        if left <= 1e-9:
            book.done[work.key] = day.on
            return


def _most(week: Week) -> float:
    """Minutes of the longest sitting that a week allows."""
    return week.sitting if week.minutes is None else min(week.sitting, week.minutes)


def _late(book: _Book, works: Sequence[Work]) -> Iterator[str]:
    for work in works:
        if work.on is not None and any(book.done[key] > work.on for key in work.after):
            yield work.key


def _check(works: Sequence[Work], week: Week) -> None:
    for name, minutes in (("sitting", week.sitting), ("week", week.minutes)):
        if minutes is not None and not (math.isfinite(minutes) and minutes > 0.0):
            raise InvalidProblem(f"a {name} of {minutes} minutes leaves no time")
    if not week.weekdays <= set(range(7)):
        raise InvalidProblem(f"{sorted(week.weekdays - set(range(7)))} are no days of a week")
    known: dict[str, Work] = {}
    for work in works:
        if work.key in known:
            raise InvalidProblem(f"the step {work.key!r} is there twice")
        if not (math.isfinite(work.minutes) and work.minutes >= 0.0):
            raise InvalidProblem(f"the step {work.key!r} lasts no number of minutes: {work.minutes}")
        _check_order(work, known)
        known[work.key] = work


def _check_order(work: Work, known: Mapping[str, Work]) -> None:
    for key in work.after:
        if key not in known:
            raise InvalidProblem(f"the step {work.key!r} comes before {key!r}, which it waits for")
