"""Who goes to which session: several people, seats that are few, gaps that they share.

The most minutes of learning spared, over all of them, less what each way there is worth: a micro-skill is learnt once,
nobody is in two places, nobody comes without the ground for what is taught (what an earlier session of theirs teaches
is ground, too), and who comes has something to gain. A greedy assignment is made first, and CP-SAT begins there: what
comes out is never worth less, and is proven best or told with its gap. Nobody is enrolled by this: seats are proposed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pathways.learning.planner import solver
from pathways.learning.planner.errors import InvalidProblem
from pathways.learning.planner.problem import MINUTES_A_DAY
from pathways.learning.planner.solver import UNITS, units

USUAL_SESSIONS = 4
"""That one person is proposed at most."""
LEAST_GAIN = 5.0
"""Minutes: below this, a session is not worth the way there."""


@dataclass(frozen=True, slots=True)
class Person:
    code: str
    gains: Mapping[str, float]
    """``{micro-skill: expected minutes of learning that it spares}``, of what this person needs."""
    ready: frozenset[str]
    """Micro-skills whose ground is there today."""
    requires: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """Of the others, what is missing: AND of OR groups."""
    barred: frozenset[str] = frozenset()
    """Sessions that this person cannot come to: too far, another language, another hour."""
    most: int = USUAL_SESSIONS


@dataclass(frozen=True, slots=True)
class Seats:
    """A session with seats to propose."""

    code: str
    teaches: frozenset[str]
    free: int
    day: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Assignment:
    sessions: Mapping[str, tuple[str, ...]]
    """``{person: sessions by day}``"""
    learns: Mapping[tuple[str, str], tuple[str, ...]]
    """``{(person, session): micro-skills that it is for}``"""
    gain: float
    """Minutes of learning spared."""
    greedy_gain: float
    """The same, if each session took those who gain most by it, one session after the other."""
    worth: float
    """The gain, less ``LEAST_GAIN`` for each seat: what is made as great as can be."""
    most_worth: float
    """No assignment is worth more."""

    @property
    def gap(self) -> float:
        return 0.0 if self.most_worth <= 0.0 else max(0.0, (self.most_worth - self.worth) / self.most_worth)


def assign(people: Sequence[Person], sessions: Sequence[Seats], *, seconds: float = 1.7) -> Assignment:
    """The best assignment that is found within ``seconds``. Raises ``InvalidProblem``."""
    _check(people, sessions)
    ordered = sorted(sessions, key=lambda one: (one.day, one.code))
    first = _greedy(people, ordered)
    model, comes, learns = _model(people, ordered)
    for key, one in comes.items():
        model.add_hint(one, key in first)
    for (person, session, skill), one in learns.items():
        model.add_hint(one, skill in first.get((person, session), ()))
    taught: dict[tuple[str, str], list[str]] = {}
    try:
        found, proven = solver.search(model, seconds)
    except solver.OutOfTime:  # greed it is, and no more can be spared than all there is
        proven, most = False, math.fsum(gain for person in people for gain in person.gains.values())
    else:
        most = found.best_objective_bound / UNITS
        for (person, session, skill), one in learns.items():
            if found.value(one):
                taught.setdefault((person, session), []).append(skill)
    learnt = max(({key: tuple(skills) for key, skills in taught.items()}, first), key=lambda one: _worth(people, one))
    worth = _worth(people, learnt)
    return Assignment(
        sessions=_by_person(ordered, learnt),
        learns=learnt,
        gain=_gain(people, learnt),
        greedy_gain=_gain(people, first),
        worth=worth,
        most_worth=worth if proven else max(worth, most),
    )


def _check(people: Sequence[Person], sessions: Sequence[Seats]) -> None:
    for name, codes in (("person", [one.code for one in people]), ("session", [one.code for one in sessions])):
        if len(set(codes)) < len(codes):
            raise InvalidProblem(f"a {name} is there twice")
    for one in sessions:
        if one.free < 0 or not math.isfinite(one.day) or not (math.isfinite(one.minutes) and one.minutes >= 0.0):
            raise InvalidProblem(f"the session {one.code!r} has no seats, day or length that can be counted with")
    for person in people:
        if any(not (math.isfinite(gain) and gain >= 0.0) for gain in person.gains.values()):
            raise InvalidProblem(f"a gain of {person.code!r} is no number from zero on")
        graph = {code: [one for group in groups for one in group] for code, groups in person.requires.items()}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = " -> ".join(error.args[1])
            raise InvalidProblem(f"prerequisites of {person.code!r} go round in a circle: {circle}") from None


def _overlap(one: Seats, other: Seats) -> bool:
    earlier, later = sorted((one, other), key=lambda each: each.day)
    return later.day < earlier.day + earlier.minutes / MINUTES_A_DAY


def _greedy(people: Sequence[Person], sessions: Sequence[Seats]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Session after session by day: the people who gain most by it."""
    known: dict[str, set[str]] = {one.code: set() for one in people}
    taken: dict[str, list[Seats]] = {one.code: [] for one in people}
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for session in sessions:
        offers = []
        for person in people:
            if len(taken[person.code]) >= person.most or session.code in person.barred:
                continue
            if any(_overlap(one, session) for one in taken[person.code]):
                continue
            skills = _learnable(person, session, known[person.code])
            gain = math.fsum(person.gains[skill] for skill in skills)
            if gain > LEAST_GAIN:
                offers.append((-gain, person.code, skills))
        for _, code, skills in sorted(offers)[: session.free]:
            found[code, session.code] = skills
            known[code].update(skills)
            taken[code].append(session)
    return found


def _learnable(person: Person, session: Seats, known: set[str]) -> tuple[str, ...]:
    """What a person would learn there, given what earlier sessions teach them."""
    found: list[str] = []
    left = sorted(skill for skill in session.teaches if skill in person.gains and skill not in known)
    while True:
        there = known | set(found)
        fresh = [
            skill
            for skill in left
            if skill not in found
            and (
                skill in person.ready
                or (
                    skill in person.requires
                    and all(any(one in there for one in group) for group in person.requires[skill])
                )
            )
        ]
        if not fresh:
            return tuple(found)
        found += fresh


def _model(
    people: Sequence[Person], sessions: Sequence[Seats]
) -> tuple[Any, dict[tuple[str, str], Any], dict[tuple[str, str, str], Any]]:
    model = solver.cp_model().CpModel()
    comes: dict[tuple[str, str], Any] = {}
    learns: dict[tuple[str, str, str], Any] = {}
    for person in people:
        for session in sessions:
            skills = [skill for skill in sorted(session.teaches) if person.gains.get(skill, 0.0) > 0.0]
            skills = [skill for skill in skills if skill in person.ready or skill in person.requires]
            if not skills or session.code in person.barred or not session.free:
                continue
            come = comes[person.code, session.code] = model.new_bool_var("")
            for skill in skills:
                learns[person.code, session.code, skill] = model.new_bool_var("")
                model.add_implication(learns[person.code, session.code, skill], come)
        _one_person(model, person, sessions, comes, learns)
    for session in sessions:
        there = [comes[person.code, session.code] for person in people if (person.code, session.code) in comes]
        if len(there) > session.free:
            model.add(sum(there) <= session.free)
    gains = {person.code: person.gains for person in people}
    worth = [units(gains[person][skill]) * one for (person, _, skill), one in learns.items()]
    model.maximize(sum(worth) - sum(units(LEAST_GAIN) * one for one in comes.values()))
    return model, comes, learns


def _one_person(
    model: Any,
    person: Person,
    sessions: Sequence[Seats],
    comes: Mapping[tuple[str, str], Any],
    learns: Mapping[tuple[str, str, str], Any],
) -> None:
    own = [one for one in sessions if (person.code, one.code) in comes]
    if len(own) > person.most:
        model.add(sum(comes[person.code, one.code] for one in own) <= person.most)
    for place, session in enumerate(own):  # of all that are on when one begins, one; pair by pair says the same slowly
        also = [one for one in own[:place] if _overlap(one, session)]
        if also:
            model.add_at_most_one([comes[person.code, one.code] for one in (*also, session)])
    for skill in person.gains:
        ways = [learns[person.code, one.code, skill] for one in own if (person.code, one.code, skill) in learns]
        if len(ways) > 1:
            model.add_at_most_one(ways)
    for place, session in enumerate(own):
        for skill in sorted(session.teaches):
            key = (person.code, session.code, skill)
            if key not in learns or skill in person.ready:
                continue
            for group in person.requires[skill]:
                ground = [
                    learns[person.code, one.code, member]
                    for one in own[: place + 1]
                    for member in group
                    if (person.code, one.code, member) in learns
                ]
                model.add_bool_or([*ground, ~learns[key]])


def _gain(people: Sequence[Person], learnt: Mapping[tuple[str, str], Sequence[str]]) -> float:
    gains = {person.code: person.gains for person in people}
    return math.fsum(gains[person][skill] for (person, _), skills in learnt.items() for skill in skills)


def _worth(people: Sequence[Person], learnt: Mapping[tuple[str, str], Sequence[str]]) -> float:
    return _gain(people, learnt) - LEAST_GAIN * len(learnt)


def _by_person(
    sessions: Sequence[Seats], learnt: Mapping[tuple[str, str], Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for session in sessions:
        for person, code in learnt:
            if code == session.code:
                found.setdefault(person, []).append(code)
    return {person: tuple(codes) for person, codes in found.items()}
