"""Sittings of one arm, in processes, and what is read off many of them: curves, crossings, intervals."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pathways.diagnostics.engine import Population, StopRules, compile_structure
from pathways.diagnostics.simulating.bank import Bank
from pathways.diagnostics.simulating.learners import Learner
from pathways.diagnostics.simulating.policies import PIX_LIKE
from pathways.diagnostics.simulating.sittings import Room, Task
from pathways.diagnostics.simulating.stops import Stops, stops_of
from pathways.diagnostics.simulating.summary import Outline, outline

PROCESSES = 2
GROUP = 25
RESAMPLES = 1000


class Pool(Protocol):
    """Where sittings are held."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Begin to call a function of a module."""
        ...


@contextmanager
def processes(count: int = PROCESSES) -> Iterator[Pool]:
    """Processes for sittings, started once."""
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@dataclass(frozen=True)
class Arm:
    """A way of asking. ``population``: told to the engine instead of its own prior."""

    task: Task
    population: Population | None = None


def arm(
    bank: Bank,
    policy: str,
    *,
    questions: int | None = None,
    seed: int = 1,
    form: tuple[str, ...] = (),
    population: Population | None = None,
) -> Arm:
    """Return an arm that asks so many questions, whatever is believed; the Pix-like rule ends by itself before."""
    stops = stops_of([f"questions={questions}"] if questions else [])
    if policy == PIX_LIKE and not questions:
        stops = Stops(StopRules(), when_decided=False)
    return Arm(Task(bank.structure, dict(bank.levels), policy, stops, seed, form), population)


def sat(pool: Pool, one: Arm, learners: Sequence[Learner]) -> list[Outline]:
    """Return what happened to each learner, in order."""
    groups = [range(first, min(first + GROUP, len(learners))) for first in range(0, len(learners), GROUP)]
    waiting = [pool.submit(_sat, one, learners, group) for group in groups]
    return [found for each in waiting for found in each.result()]


def _sat(one: Arm, learners: Sequence[Learner], places: range) -> list[Outline]:
    room = _room(one)
    return [outline(room.sit(learners[place])) for place in places]


_rooms: list[tuple[Arm, Room]] = []


def _room(one: Arm) -> Room:
    """The room of an arm: compiled once for each process."""
    if not _rooms or _rooms[0][0] != one:
        compiled = None if one.population is None else compile_structure(one.task.structure, one.population)
        _rooms[:] = [(one, Room(one.task, compiled))]
    return _rooms[0][1]


@dataclass(frozen=True, eq=False)
class Sat:
    """N sittings of one arm. ``right``, ``claimed`` [N, T + 1]: by number of questions, the last value kept."""

    right: np.ndarray
    claimed: np.ndarray
    questions: np.ndarray
    mastered: int
    rightly: int
    outlines: Sequence[Outline]

    @classmethod
    def of(cls, outlines: Sequence[Outline], length: int | None = None) -> Sat:
        """``length``: of the curves, where they are to be as long as others'."""
        longest = max(len(one.items) for one in outlines) if length is None else length
        return cls(
            right=np.array([kept(one.right, longest) for one in outlines]),
            claimed=np.array([kept(one.claimed, longest) for one in outlines]),
            questions=np.array([len(one.items) for one in outlines], dtype=np.float64),
            mastered=sum(one.labels[0] for one in outlines),
            rightly=sum(one.labels_right[0] for one in outlines),
            outlines=outlines,
        )


def kept(values: np.ndarray | None, longest: int) -> np.ndarray:
    """Return a curve of this length: cut off, or continued by its last value."""
    assert values is not None, "the truth about people who are made up is known"
    return np.concatenate([values[: longest + 1], np.full(max(longest + 1 - len(values), 0), values[-1])])


def reached(curve: np.ndarray, target: float, at: np.ndarray | None = None) -> float:
    """Return where a curve first comes to a target, between two of its points by a straight line; infinite if never.

    ``at``: where its points are, 0, 1, 2... if nothing is said.
    """
    above = np.flatnonzero(curve >= target)
    if not above.size:
        return float("inf")
    last = int(above[0])
    places = np.arange(len(curve), dtype=np.float64) if at is None else at
    if last == 0:
        return float(places[0])
    low, high = curve[last - 1], curve[last]
    return float(places[last - 1] + (target - low) / (high - low) * (places[last] - places[last - 1]))


def resampled(learners: int, statistic: Callable[[np.ndarray], float], seed: int = 1) -> tuple[float, float, float]:
    """Return a statistic and its 95 % bootstrap interval. It is a function of the weight of each learner, [N] that sum
    to 1; learners are drawn once for all arms of a statistic, so that a difference between arms is a paired one.
    """
    rng = np.random.default_rng(seed)
    even = np.full(learners, 1.0 / learners)
    drawn = rng.multinomial(learners, even, RESAMPLES) / learners
    values = np.array([statistic(weights) for weights in drawn])
    finite = np.where(np.isfinite(values), values, np.finfo(float).max)
    low, high = (float(np.quantile(finite, end, method="nearest")) for end in (0.025, 0.975))
    return statistic(even), low if low < 1e300 else float("inf"), high if high < 1e300 else float("inf")


def told(value: tuple[float, float, float], digits: int = 2) -> str:
    """A value with its interval."""
    middle, low, high = (f"{one:.{digits}f}" if np.isfinite(one) else "never" for one in value)
    return f"{middle} ({low} to {high})"
