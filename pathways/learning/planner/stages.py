"""The choice with dates, alternatives and a budget, as CP-SAT sees it.

The dated means that the learner could take, in the order of their days, cut the time into stages 0..W: stage k is over
when means k begins, stage W never ends. What is handled alone is handled by the end of a stage, so that

* what means k teaches has its ground there when it begins, or learns it there with it;
* the minutes of what is done by the end of stage k fit into what the learner has until then, and of what stands on
  something that means j teach, into what they have between j and k.

A date binds only who goes there. Only what lies under something that dated means teach needs stages. Everything else
can wait for the last one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from pathways.learning.planner import dates, solver
from pathways.learning.planner.dates import Asked
from pathways.learning.planner.decisions import Costs, Decision
from pathways.learning.planner.problem import MINUTES_A_DAY, Means, Problem
from pathways.learning.planner.solver import UNITS, units

FINE = 1000
"""Parts of the greatest value that are counted."""


@dataclass(frozen=True, slots=True)
class Found:
    ways: Mapping[str, tuple[Decision, str | None]]
    attended: tuple[str, ...]
    reached: tuple[str, ...]
    most_value: float
    """At most, of what is wanted."""
    minutes: float
    """Weighed."""
    least: float
    """Weighed minutes, of whatever reaches as much value."""
    by: Mapping[str, int]
    """By the end of which stage each micro-skill is there."""


@dataclass
class Model:
    """Variables by micro-skill; each is done in at most one way."""

    asked: Asked
    cp: Any
    dated: list[Means]
    free: list[Means]
    """Those that can be taken at any time."""
    staged: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Of what lies under something that dated means teach: at the end of which stages it counts whether it is done."""
    skip: dict[str, Any] = field(default_factory=dict)
    alone: dict[tuple[str, int], Any] = field(default_factory=dict)
    """Handled alone by the end of a stage."""
    taught: dict[tuple[str, str], Any] = field(default_factory=dict)
    """By dated means."""
    shared: dict[tuple[str, str, int], Any] = field(default_factory=dict)
    """By free means, by the end of a stage."""
    taken: dict[str, Any] = field(default_factory=dict)
    """Dated means."""
    used: dict[tuple[str, int], Any] = field(default_factory=dict)
    """Free means, by the end of a stage."""

    @property
    def problem(self) -> Problem:
        return self.asked.problem

    @property
    def costs(self) -> Mapping[str, Costs]:
        return self.asked.costs

    @property
    def last(self) -> int:
        return len(self.dated)

    def stages(self, code: str) -> list[int]:
        return sorted({*self.staged.get(code, ()), self.last})

    def done(self, code: str, stage: int) -> list[Any]:
        """Literals of which one holds when a micro-skill is there at the end of a stage."""
        found = [self.skip[code]] if code in self.skip else []
        if (code, stage) in self.alone:
            found.append(self.alone[code, stage])
        found += [self.shared[code, one.code, stage] for one in self.free if (code, one.code, stage) in self.shared]
        earlier = self.dated[:stage]
        return found + [self.taught[code, one.code] for one in earlier if (code, one.code) in self.taught]


def search(
    asked: Asked,
    *,
    seconds: float,
    near: frozenset[str] = frozenset(),
    above: tuple[Collection[str], float] | None = None,
) -> Found:
    """The goals of most value, then the fewest minutes: one search for both, in which the least value is worth more
    than all minutes together. ``near``: micro-skills of an earlier choice, where it begins. ``above``: goals and
    minutes of a choice that holds all that is locked; only what is better is looked for. Raises ``OutOfTime`` and,
    where nothing is better, ``NoSolution``.
    """
    model = build(asked)
    whole, scale = _whole({code: asked.problem.values[code] for code in asked.wanted})
    worth = sum(whole[code] * one for code in asked.wanted for one in model.done(code, model.last))
    worth += sum((sum(whole.values()) + 1) * one for _, one in _kept(model))
    minute = 1 + _most_counted(model)
    minutes = _counted(model)
    if above is not None:
        reached, most = above
        locked = {code for code, one in _kept(model)}
        least = sum(whole[code] for code in asked.wanted if code in reached) + (sum(whole.values()) + 1) * len(locked)
        model.cp.add(minute * worth - minutes > minute * least - units(max(most, 0.0)))
    model.cp.maximize(minute * worth - minutes)
    _begin(model, near)
    found, proven = solver.search(model.cp, seconds, relaxed=not model.dated)
    reached = _reached(model, found)
    minutes = math.fsum(counted for counted, one in _priced(model, weighed=True) if found.value(one))
    value, wanted = (math.fsum(asked.problem.values[code] for code in codes) for codes in (reached, asked.wanted))
    more, missing = divmod(0 if proven else round(found.best_objective_bound - found.objective_value), minute)
    return Found(
        ways=_ways(model, found),
        attended=_attended(model, found),
        reached=reached,
        most_value=min(wanted, value + more / scale),
        minutes=minutes,
        least=max(0.0, minutes - missing / UNITS) if not more else 0.0,
        by={code: _first_stage(model, found, code) for code in asked.problem.needed if code in asked.reachable},
    )


def _begin(model: Model, near: frozenset[str]) -> None:
    """Where the search begins: all of ``near`` in the last stage, and no means."""
    for code, one in model.skip.items():
        model.cp.add_hint(one, code in near)
    hinted = dict[int, bool]()
    for (code, stage), one in model.alone.items():  # a literal may stand for several stages: the last one counts
        hinted[one.index] = code in near and stage == model.last
    for index, value in hinted.items():
        model.cp.add_hint(model.cp.get_bool_var_from_proto_index(index), value)
    for one in (*model.taken.values(), *model.taught.values(), *model.used.values(), *model.shared.values()):
        model.cp.add_hint(one, 0)


def _first_stage(model: Model, found: Any, code: str) -> int:
    stages = range(model.last + 1)
    return next((at for at in stages if any(found.value(one) for one in model.done(code, at))), model.last)


def _most_counted(model: Model) -> int:
    """No choice counts more, in units."""
    return sum(units(counted) for counted, _ in _priced(model, weighed=True))


def _whole(values: Mapping[str, float]) -> tuple[dict[str, int], float]:
    """Values as integers, and by what they were multiplied: exact where they are few and round."""
    for scale in (1.0, 10.0, 100.0):
        if all(abs(value * scale - round(value * scale)) < 1e-9 and value * scale < FINE for value in values.values()):
            return {code: round(value * scale) for code, value in values.items()}, scale
    scale = FINE / max(values.values())
    return {code: max(1, round(value * scale)) for code, value in values.items()}, scale


def _reached(model: Model, found: Any) -> tuple[str, ...]:
    return tuple(code for code in model.asked.wanted if any(found.value(one) for one in model.done(code, model.last)))


def _attended(model: Model, found: Any) -> tuple[str, ...]:
    dated = [one.code for one in model.dated if found.value(model.taken[one.code])]
    return tuple(dated + [one.code for one in model.free if found.value(model.used[one.code, model.last])])


def build(asked: Asked) -> Model:
    """The model without an objective."""
    problem, dated = asked.problem, dates.dated(asked)
    free = [one for one in problem.means if one.day is None]
    model = Model(asked, solver.cp_model().CpModel(), dated, free)
    model.staged = dates.staged(asked, dated)
    codes = [code for code in problem.needed if code in asked.reachable]
    for one in dated:
        model.taken[one.code] = model.cp.new_bool_var("")
    for code in codes:
        _variables(model, code)
    for one in free:
        _free_means(model, one, codes)
    for code in codes:
        if code not in model.skip:
            if len(model.done(code, model.last)) > 1:
                model.cp.add_at_most_one(model.done(code, model.last))
            _ground(model, code)
    _time(model)
    return model


def _kept(model: Model) -> list[tuple[str, Any]]:
    """Literals of what somebody locked, each of which is worth more than all goals together: what can be, is."""
    found = []
    for code in sorted(model.problem.kept):
        if code in model.taken:
            found.append((code, model.taken[code]))
        elif (code, model.last) in model.used:
            found.append((code, model.used[code, model.last]))
        elif code in model.costs and code not in model.skip:
            found += [(code, one) for one in model.done(code, model.last)]
    return found


def _variables(model: Model, code: str) -> None:
    cost, cp = model.costs[code], model.cp
    if code in model.asked.skipped:
        model.skip[code] = cp.new_bool_var("")
        return
    if math.isfinite(cost.handle):
        stages, before = model.stages(code), None
        for stage in range(stages[0], model.last + 1):
            if stage not in stages:  # nothing waits for it there: it is as it was
                model.alone[code, stage] = before
                continue
            model.alone[code, stage] = cp.new_bool_var("")
            if before is not None:
                cp.add_implication(before, model.alone[code, stage])
            before = model.alone[code, stage]
    for one in model.dated:
        if code in one.teaches:
            model.taught[code, one.code] = cp.new_bool_var("")
            cp.add_implication(model.taught[code, one.code], model.taken[one.code])


def _free_means(model: Model, means: Means, codes: list[str]) -> None:
    """Taken by the end of a stage, it teaches from then on."""
    taught = [code for code in codes if code in means.teaches and code not in model.asked.skipped]
    first = 0 if any(code in model.staged for code in taught) else model.last
    for stage in range(first, model.last + 1):
        model.used[means.code, stage] = model.cp.new_bool_var("")
        if stage > first:
            model.cp.add_implication(model.used[means.code, stage - 1], model.used[means.code, stage])
        for code in taught:
            model.shared[code, means.code, stage] = model.cp.new_bool_var("")
            model.cp.add_implication(model.shared[code, means.code, stage], model.used[means.code, stage])
            if stage > first:
                earlier = model.shared[code, means.code, stage - 1]
                model.cp.add_implication(earlier, model.shared[code, means.code, stage])
    for code in taught:  # it is taken once: what it teaches, it teaches then
        at_last = model.shared[code, means.code, model.last]
        for stage in range(first, model.last):
            then = model.shared[code, means.code, stage]
            model.cp.add_bool_or([~model.used[means.code, stage], ~at_last, then])


def _ground(model: Model, code: str) -> None:
    """Whatever way it is learnt, one member of each group of its prerequisites is there before, or with it."""
    cp = model.cp
    stages = sorted({*model.stages(code), *(at for one, _, at in model.shared if one == code)})
    for group in model.problem.skills[code].requires:
        for stage in stages:
            there = [one for member in group for one in model.done(member, stage)]
            learnt = [model.alone[code, stage]] if (code, stage) in model.alone else []
            keys = [(code, one.code, stage) for one in model.free]
            for one in learnt + [model.shared[key] for key in keys if key in model.shared]:
                cp.add_bool_or([*there, ~one])
        for place, means in enumerate(model.dated):
            if (code, means.code) in model.taught:
                there = [one for member in group for one in model.done(member, place)]
                there += [model.taught[member, means.code] for member in group if (member, means.code) in model.taught]
                cp.add_bool_or([*there, ~model.taught[code, means.code]])


def _time(model: Model) -> None:
    """What is done fits into the days before each date, and all of it into the budget; nobody is in two places."""
    limits, cp = model.problem.limits, model.cp
    above = [dates.above(model.asked, means) for means in model.dated]
    for place, means in enumerate(model.dated):
        minutes = limits.until(means.day or 0.0)
        if math.isfinite(minutes):
            spent = [cost * one for code in sorted(model.staged) for cost, one in _by(model, code, place)]
            spent += [cost * one for each in model.free for cost, one in _used_by(model, each, place)]
            spent += [units(one.minutes) * model.taken[one.code] for one in model.dated[:place]]
            if spent:
                cp.add(sum(spent) <= units(minutes)).only_enforce_if(model.taken[means.code])
            for earlier in range(place):
                _between(model, earlier, place, above[earlier])
    if limits.budget is not None:
        cp.add(_minutes(model) <= units(limits.budget))
    for one, other in combinations(model.dated, 2):
        if (other.day or 0.0) < (one.day or 0.0) + one.minutes / MINUTES_A_DAY:
            cp.add_at_most_one([model.taken[one.code], model.taken[other.code]])


def _by(model: Model, code: str, stage: int) -> list[tuple[int, Any]]:
    """``(units, literal)`` of what is done alone by the end of a stage, if anything."""
    key = (code, stage)
    return [(units(model.costs[code].handle), model.alone[key])] if key in model.alone else []


def _used_by(model: Model, means: Means, stage: int) -> list[tuple[int, Any]]:
    key = (means.code, stage)
    return [(units(means.minutes), model.used[key])] if key in model.used else []


def _between(model: Model, earlier: int, later: int, waits: frozenset[str]) -> None:
    """What may wait for one date (``waits``), and is not done before it, fits between that date and a later one, if
    anything of it is to be done there.
    """
    cp, one, other = model.cp, model.dated[earlier], model.dated[later]
    pairs = [
        (model.alone.get((code, earlier)), after, cost)
        for code in sorted(model.staged.keys() & waits)
        for cost, after in _by(model, code, later)
    ]
    pairs += [
        (model.used.get((free.code, earlier)), after, cost)
        for free in model.free
        if free.teaches & waits
        for cost, after in _used_by(model, free, later)
    ]
    pairs = [(before, after, cost) for before, after, cost in pairs if before is not after]
    if not pairs:
        return
    limits = model.problem.limits
    minutes = limits.until(other.day or 0.0) - limits.until(one.day or 0.0) - one.minutes
    any_of_it = cp.new_bool_var("")
    cp.add_hint(any_of_it, 0)
    for before, after, _ in pairs:
        cp.add_bool_or([any_of_it, ~after] if before is None else [any_of_it, before, ~after])
    spent = sum(cost * (after if before is None else after - before) for before, after, cost in pairs)
    spent += sum(units(between.minutes) * model.taken[between.code] for between in model.dated[earlier + 1 : later])
    both = [model.taken[one.code], model.taken[other.code]]
    cp.add(spent <= units(minutes)).only_enforce_if([any_of_it, *both])


def _minutes(model: Model) -> Any:
    """Expected minutes of everything, in units."""
    return sum(units(minutes) * one for minutes, one in _priced(model, weighed=False))


def _counted(model: Model) -> Any:
    """The same, weighed."""
    return sum(units(counted) * one for counted, one in _priced(model, weighed=True))


def _priced(model: Model, *, weighed: bool) -> Iterator[tuple[float, Any]]:
    """What each way takes, or counts, and the literal that says whether it is gone."""
    yield from ((model.costs[code].skip, one) for code, one in model.skip.items())
    for (code, at), one in model.alone.items():
        if at == model.last:
            yield (model.costs[code].counted if weighed else model.costs[code].handle), one
    for means in model.dated:
        yield (means.counted if weighed else means.minutes), model.taken[means.code]
    for means in model.free:
        yield (means.counted if weighed else means.minutes), model.used[means.code, model.last]
    for means in (one for one in (*model.dated, *model.free) if one.chance < 1.0):
        for code in sorted(means.teaches):
            literal = model.taught.get((code, means.code), model.shared.get((code, means.code, model.last)))
            if literal is not None:
                cost = model.costs[code]
                yield (cost.counted_by(means) if weighed else cost.by(means)), literal


def _ways(model: Model, found: Any) -> dict[str, tuple[Decision, str | None]]:
    ways: dict[str, tuple[Decision, str | None]] = {
        code: (Decision.SKIP, None) for code, one in model.skip.items() if found.value(one)
    }
    for (code, at), one in model.alone.items():
        if at == model.last and found.value(one):
            ways[code] = (model.costs[code].handling, None)
    ways |= {code: (Decision.LEARN, means) for (code, means), one in model.taught.items() if found.value(one)}
    for (code, means, at), one in model.shared.items():
        if at == model.last and found.value(one):
            ways[code] = (Decision.LEARN, means)
    return ways
