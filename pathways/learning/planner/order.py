"""In which order: goals of much value in few minutes first, prerequisites before what stands on them.

The least sum of value times finish, over jobs of given minutes. It is exact

* where each job waits for one other at most: blocks that absorb their best child (Horn 1972);
* else block by block of the decomposition of Sidney (1975), the closed sets of greatest value per minute, each found
  by minimum cuts: some best order keeps to it. A block of few closed sets is solved by going through them all.

In what is left of a block each job is let wait for one other only, the one that comes last: the best order of that
forest costs no more than the block's best, and the jobs taken as it has them, each when it is ready, make an order.
The gap between both is told. With alternatives among prerequisites a job waits for the first of its chosen ones; the
bound then forgets that wait.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pathways.learning.planner import solver

FEW_JOBS = 60
"""Up to which blocks are gone through to the end, whatever it takes, within reason."""
CLOSED_SETS, CLOSED_SETS_OF_FEW = 4_000, 40_000
"""That are gone through at most, of all blocks together."""
ROUNDS = 6
"""Of forests that are tried in a block of more."""
FINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Job:
    code: str
    minutes: float
    value: float
    after: tuple[str, ...] = ()
    """Jobs that come before."""


@dataclass(frozen=True, slots=True)
class Order:
    codes: tuple[str, ...]
    cost: float
    """Sum of value times finish, in minutes."""
    least: float
    """No order costs less."""

    @property
    def is_proven(self) -> bool:
        return self.gap == 0.0

    @property
    def gap(self) -> float:
        missing = self.cost - self.least
        return 0.0 if missing <= 1e-9 * max(self.cost, 1.0) else missing / self.cost


def arrange(jobs: Sequence[Job]) -> Order:
    """The best order that is found; of equal ones that which keeps to the order of ``jobs``, in which each one comes
    after those it waits for.
    """
    known = {job.code for job in jobs}
    jobs = [Job(job.code, job.minutes, job.value, tuple(one for one in job.after if one in known)) for job in jobs]
    if all(len(job.after) <= 1 for job in jobs):
        codes = _forest(jobs)
        cost = cost_of(codes, jobs)
        return Order(tuple(codes), cost, cost)
    codes, least, spent = list[str](), 0.0, 0.0
    most = CLOSED_SETS_OF_FEW if len(jobs) <= FEW_JOBS else CLOSED_SETS
    for block in decompose(jobs):
        inside, own_least, looked_at = _block(block, most)
        most -= looked_at
        least += own_least + spent * math.fsum(job.value for job in block)
        spent += math.fsum(job.minutes for job in block)
        codes += inside
    cost = cost_of(codes, jobs)
    return Order(tuple(codes), cost, min(least, cost))


def cost_of(codes: Sequence[str], jobs: Sequence[Job]) -> float:
    """The sum of value times finish of an order."""
    by_code = {job.code: job for job in jobs}
    finish, cost = 0.0, 0.0
    for code in codes:
        finish += by_code[code].minutes
        cost += by_code[code].value * finish
    return cost


def _forest(jobs: Sequence[Job]) -> list[str]:
    """Horn's algorithm: bottom-up, a block takes in its best child block while that is better than itself; then,
    top-down, the best block that is ready.
    """
    place = {job.code: index for index, job in enumerate(jobs)}
    parent = [place[job.after[0]] if job.after else -1 for job in jobs]
    minutes, value = [job.minutes for job in jobs], [job.value for job in jobs]
    members = [[index] for index in range(len(jobs))]
    children: list[list[tuple[float, int]]] = [[] for _ in jobs]  # heaps: the best first
    for index in reversed(range(len(jobs))):
        own = children[index]
        while own and -own[0][0] > _ratio(value[index], minutes[index]):
            _, best = heapq.heappop(own)
            members[index] += members[best]
            minutes[index] += minutes[best]
            value[index] += value[best]
            smaller, larger = sorted((own, children[best]), key=len)
            for entry in smaller:
                heapq.heappush(larger, entry)
            own = children[index] = larger
        if parent[index] >= 0:
            heapq.heappush(children[parent[index]], (-_ratio(value[index], minutes[index]), index))
    ready = [(-_ratio(value[index], minutes[index]), index) for index, above in enumerate(parent) if above < 0]
    heapq.heapify(ready)
    codes: list[str] = []
    while ready:
        _, index = heapq.heappop(ready)
        codes += [jobs[one].code for one in members[index]]
        for entry in children[index]:
            heapq.heappush(ready, entry)
    return codes


def _ratio(value: float, minutes: float) -> float:
    """Value per minute; what takes no time and is worth something comes before all."""
    if minutes > 0.0:
        return value / minutes
    return math.inf if value > 0.0 else 0.0


def decompose(jobs: Sequence[Job]) -> list[list[Job]]:
    """The jobs in blocks of falling value per minute, each block the largest closed set of the greatest ratio among
    what is left. Blocks are found between two others, by one minimum cut each (parametric, Gallo & al. 1989).
    """
    place = {job.code: index for index, job in enumerate(jobs)}
    arcs = np.array([(index, place[one]) for index, job in enumerate(jobs) for one in job.after], dtype=np.int64)
    value = np.array([job.value for job in jobs])
    minutes = np.array([job.minutes for job in jobs])
    found: list[list[Job]] = []
    stack = [np.arange(len(jobs))]
    while stack:
        inside = stack.pop()
        first = _split(inside, arcs.reshape(-1, 2), value, minutes)
        if first is None:
            found.append([jobs[int(index)] for index in inside])
        else:
            stack += [np.setdiff1d(inside, first), first]
    return found


def _split(inside: np.ndarray, arcs: np.ndarray, value: np.ndarray, minutes: np.ndarray) -> np.ndarray | None:
    """The closed part of a set whose value exceeds what the ratio of the whole set would make of its minutes; ``None``
    where no part does, so that the set is one block.
    """
    total, time = value[inside].sum(), minutes[inside].sum()
    if len(inside) == 1 or total <= 0.0:
        return None
    local = np.full(len(value), -1)
    local[inside] = np.arange(len(inside))
    within = arcs[(local[arcs[:, 0]] >= 0) & (local[arcs[:, 1]] >= 0)]
    surplus = value[inside] * time - minutes[inside] * total
    scale = np.abs(surplus).max()
    if scale <= 1e-12 * total * max(time, 1e-300):
        return None
    chosen = solver.heaviest_closure(surplus / scale, local[within[:, 0]], local[within[:, 1]], units=FINE)
    if not chosen.any() or chosen.all() or surplus[chosen].sum() <= 1e-9 * scale:
        return None
    return inside[chosen]


def _block(block: list[Job], most: int) -> tuple[list[str], float, int]:
    """``(an order inside one block, the least that any costs, closed sets that were gone through)``."""
    codes = {job.code for job in block}
    jobs = [Job(job.code, job.minutes, job.value, tuple(one for one in job.after if one in codes)) for job in block]
    if all(len(job.after) <= 1 for job in jobs):
        ordered = _forest(jobs)
        return ordered, cost_of(ordered, jobs), 0
    exact, looked_at = _through_closed_sets(jobs, most)
    if exact is not None:
        return exact, cost_of(exact, jobs), looked_at
    ordered, least = _through_forests(jobs)
    total, time = math.fsum(job.value for job in jobs), math.fsum(job.minutes for job in jobs)
    # In a block no closed part is worth more per minute than the whole: the value finished by a time stays under a
    # straight line, so the cost is at least half the rectangle (Sidney 1975; Chekuri & Motwani 1999).
    return ordered, min(cost_of(ordered, jobs), max(0.5 * total * time, least)), looked_at


def _through_closed_sets(jobs: Sequence[Job], most: int) -> tuple[list[str] | None, int]:
    """The best order by dynamic programming over closed sets, or ``None`` where there are more than ``most``; and how
    many there were. Some best order does, before each job that is worth something, only what that one waits for: sets
    in between need no look.
    """
    under = _under(jobs)
    valued = [index for index, job in enumerate(jobs) if job.value > 0.0]
    first = [sum(1 << one for one in valued if one != index and under[index] >> one & 1) for index in range(len(jobs))]
    layer: dict[int, tuple[float, float]] = {0: (0.0, 0.0)}
    before: dict[int, int] = {}
    looked_at = 0
    for _ in valued:
        following: dict[int, tuple[float, float]] = {}
        for done, (cost, time) in layer.items():
            for index in valued:
                if done >> index & 1 or first[index] & ~done:
                    continue
                reached = done | under[index]
                finish = time + _minutes(jobs, reached & ~done)
                total = cost + jobs[index].value * finish
                known = following.get(reached)
                if known is None or total < known[0] - 1e-9:
                    following[reached] = (total, finish)
                    before[reached] = done
        layer = following
        looked_at += len(layer)
        if looked_at > most:
            return None, looked_at
    parts, done = [(1 << len(jobs)) - 1], next(iter(layer))
    while done:
        parts.append(done)
        done = before[done]
    parts.append(0)
    return [
        jobs[index].code
        for later, earlier in reversed(list(pairwise(parts)))
        for index in range(len(jobs))
        if (later & ~earlier) >> index & 1
    ], looked_at


def _under(jobs: Sequence[Job]) -> list[int]:
    """Of each job the set, as bits, of itself and of all that it waits for, at any depth."""
    place = {job.code: index for index, job in enumerate(jobs)}
    found: list[int] = []
    for index, job in enumerate(jobs):
        own = 1 << index
        for one in job.after:
            own |= found[place[one]]
        found.append(own)
    return found


def _minutes(jobs: Sequence[Job], those: int) -> float:
    total = 0.0
    while those:
        lowest = those & -those
        total += jobs[lowest.bit_length() - 1].minutes
        those ^= lowest
    return total


def _through_forests(jobs: Sequence[Job]) -> tuple[list[str], float]:
    """``(the best order that is found, what none costs less than)``."""
    ordered, least = [job.code for job in jobs], 0.0
    cost = cost_of(ordered, jobs)
    now = ordered
    for _ in range(ROUNDS):
        place = {code: index for index, code in enumerate(now)}
        looser = [Job(job.code, job.minutes, job.value, _last(job.after, place)) for job in jobs]
        relaxed = _forest(looser)
        least = max(least, cost_of(relaxed, looser))
        now = _when_ready(jobs, relaxed)
        if (its := cost_of(now, jobs)) < cost - 1e-9:
            ordered, cost = now, its
    return ordered, least


def _last(after: Sequence[str], place: Mapping[str, int]) -> tuple[str, ...]:
    return (max(after, key=place.__getitem__),) if after else ()


def _when_ready(jobs: Sequence[Job], codes: Sequence[str]) -> list[str]:
    """``codes``, each as soon as nothing that it waits for is missing."""
    place = {code: index for index, code in enumerate(codes)}
    missing = {job.code: len(job.after) for job in jobs}
    followers: dict[str, list[str]] = {}
    for job in jobs:
        for one in job.after:
            followers.setdefault(one, []).append(job.code)
    ready = [place[code] for code, count in missing.items() if not count]
    heapq.heapify(ready)
    found: list[str] = []
    while ready:
        code = codes[heapq.heappop(ready)]
        found.append(code)
        for one in followers.get(code, ()):
            missing[one] -= 1
            if not missing[one]:
                heapq.heappush(ready, place[one])
    return found


def bound(jobs: Sequence[Job], optional: Mapping[str, Sequence[str]]) -> float:
    """The least cost of an order in which the waits in ``optional`` (``{job: any one of these}``) are forgotten."""
    free = [
        Job(job.code, job.minutes, job.value, tuple(set(job.after) - set(optional.get(job.code, ())))) for job in jobs
    ]
    return arrange(free).least
