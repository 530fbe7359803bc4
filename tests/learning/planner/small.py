"""Small problems by chance, and the best of all that can be done: every way of every micro-skill, every stage."""

import math
from dataclasses import dataclass, replace
from itertools import combinations, product

from pathways.learning.planner.choice import reach
from pathways.learning.planner.decisions import all_costs
from pathways.learning.planner.problem import MINUTES_A_DAY, Limits, Means, Problem, Skill

SKIP, ALONE = "skip", "alone"


def skill(code, mastery=0.1, learn=20.0, *requires, check=1.0, **values):
    """``requires``: a code, or a tuple of alternatives."""
    groups = tuple((one,) if isinstance(one, str) else one for one in requires)
    return Skill(code, mastery, learn, check, requires=groups, **values)


def problem(*skills, values=None, **more):
    values = values or {skills[-1].code: 1.0}
    return Problem({one.code: one for one in skills}, values, **more)


def by_chance(
    dice, count, *, alternatives=0.0, means=0, dated=0.0, budget=False, weekly=False, locks=False, weighed=False
):
    """A problem of ``count`` micro-skills; ``alternatives``: how often a group of prerequisites has two members."""
    codes = [f"s{place}" for place in range(count)]
    skills = {}
    for place, code in enumerate(codes):
        groups = []
        for _ in range(dice.choice([0, 1, 1, 2]) if place else 0):
            size = 2 if place > 1 and dice.random() < alternatives else 1
            groups.append(tuple(sorted(dice.sample(codes[:place], size))))
        minutes = math.inf if dice.random() < 0.2 else dice.choice([10.0, 15.0, 20.0, 30.0])
        check = dice.choice([1.0, 2.0, math.inf])
        chance = dice.choice([0.5, 0.8, 1.0])
        requires = tuple(dict.fromkeys(groups))
        skills[code] = Skill(code, dice.random(), minutes, check, requires=requires, chance=chance)
    wanted = dice.sample(codes, min(count, dice.randint(1, 3)))
    taught = [
        Means(
            f"m{number}",
            frozenset(dice.sample(codes, min(count, dice.randint(1, 3)))),
            dice.choice([20.0, 40.0, 60.0]),
            dice.choice([3.0, 7.0, 10.0, 14.0]) if dice.random() < dated else None,
            dice.choice([0.6, 1.0]),
        )
        for number in range(means)
    ]
    limits = Limits(dice.choice([30.0, 60.0, 100.0]) if budget or weekly else None, 14.0 if budget else None)
    kept = frozenset(dice.sample([*codes, *(one.code for one in taught)], 1)) if locks else frozenset()
    checked = frozenset(dice.sample(codes, 1)) if locks else frozenset()
    values = {code: dice.choice([1.0, 2.0, 3.0]) for code in wanted}
    if weighed:
        skills = {
            code: replace(one, weight=dice.choice([0.5, 1.0, 3.0, 8.0]), doubt=dice.choice([1.0, 3.0]))
            for code, one in skills.items()
        }
        taught = [replace(one, weight=dice.choice([0.5, 1.0, 2.0])) for one in taught]
    return Problem(skills, values, tuple(taught), limits, kept, checked)


@dataclass(frozen=True)
class Best:
    kept: int
    value: float
    minutes: float


class Enumeration:
    """All choices of a small problem."""

    def __init__(self, asked):
        self.asked, self.costs = asked, all_costs(asked)
        self.reachable, self.skipped = reach(asked, self.costs)
        end = asked.limits.days
        dated = [one for one in asked.means if one.day is not None and one.day >= 0 and (end is None or one.day < end)]
        self.dated = sorted(dated, key=lambda one: (one.day, one.code))
        self.free = [one for one in asked.means if one.day is None]
        self.means = {one.code: one for one in [*self.dated, *self.free]}

    def best(self):
        """Most of what is locked, then most value, then fewest minutes."""
        found = Best(0, 0.0, math.inf)
        for ways in self._all_ways():
            budget = self.asked.limits.budget
            if budget is not None and self.minutes(ways) > budget + 1e-9:
                continue
            counted = self.minutes(ways, weighed=True)
            one = Best(self._kept(ways), sum(self.asked.values.get(code, 0.0) for code in ways), counted)
            better = (one.kept, one.value, -one.minutes) > (found.kept, found.value, -found.minutes)
            if better and self._can_be(ways):
                found = one
        return found

    def _all_ways(self):
        options = []
        for code in self.asked.needed:
            own: list[str | None] = [None]
            if code in self.skipped:
                own.append(SKIP)
            else:
                own += [ALONE] if math.isfinite(self.costs[code].handle) else []
                own += [name for name, one in self.means.items() if code in one.teaches]
            options.append(own)
        for combination in product(*options):
            yield {code: way for code, way in zip(self.asked.needed, combination, strict=True) if way}

    def minutes(self, ways, *, weighed=False):
        def weight(one):
            return one.weight if weighed else 1.0

        costs, means = self.costs, self.means
        taken = set(ways.values()) | {code for code in self.asked.kept if code in means}
        alone = sum(costs[code].skip for code, way in ways.items() if way == SKIP)
        alone += sum(weight(costs[code]) * costs[code].handle for code, way in ways.items() if way == ALONE)
        later = [(costs[code], means[way]) for code, way in ways.items() if way in means]
        alone += sum(weight(cost) * (1.0 - one.chance) * cost.missing for cost, one in later)
        return alone + sum(weight(means[way]) * means[way].minutes for way in taken if way in means)

    def _kept(self, ways):
        skills = sum(code in ways and ways[code] != SKIP for code in self.asked.kept)
        return skills + sum(code in self.means for code in self.asked.kept)

    def _can_be(self, ways):
        taken = set(ways.values()) | {code for code in self.asked.kept if code in self.means}
        dated = [one for one in self.dated if one.code in taken]
        if any(two.day < one.day + one.minutes / MINUTES_A_DAY for one, two in combinations(dated, 2)):
            return False
        jobs = {code: self.costs[code].handle for code, way in ways.items() if way == ALONE}
        jobs |= {one.code: one.minutes for one in self.free if one.code in taken}
        stages = product(range(len(dated) + 1), repeat=len(jobs))
        return any(self._holds(ways, dated, jobs, dict(zip(jobs, own, strict=True))) for own in stages)

    def _holds(self, ways, dated, jobs, stage):
        """Whether every ground is there in time, with each job done by the end of its stage."""
        places = {one.code: place for place, one in enumerate(dated)}

        def is_there(code, at):
            way = ways.get(code)
            if way in (None, SKIP):
                return way == SKIP
            return places[way] < at if way in places else stage[code if way == ALONE else way] <= at

        for code, way in ways.items():
            at = places[way] if way in places else stage.get(code if way == ALONE else way)
            for group in self.asked.skills[code].requires if way != SKIP else ():
                together = way in places and any(ways.get(one) == way for one in group)
                if not together and not any(is_there(one, at) for one in group):
                    return False
        return all(self._in_time(dated, jobs, stage, place) for place in range(len(dated)))

    def _in_time(self, dated, jobs, stage, place):
        """Whether what is done by a date fits before it, and what may wait for an earlier one, after that."""
        until = [self.asked.limits.until(one.day) for one in dated]
        spent = sum(minutes for name, minutes in jobs.items() if stage[name] <= place)
        if spent + sum(one.minutes for one in dated[:place]) > until[place] + 1e-9:
            return False
        for earlier in range(place):
            waits = self._above(dated[earlier])
            owed = [jobs[name] for name in jobs if earlier < stage[name] <= place and self._teaches(name) & waits]
            owed += [one.minutes for one in dated[earlier:place]] if owed else []
            if owed and sum(owed) > until[place] - until[earlier] + 1e-9:
                return False
        return True

    def _teaches(self, name):
        return self.means[name].teaches if name in self.means else {name}

    def _above(self, means):
        taught = (means.teaches & self.reachable) - self.skipped
        found = set()
        for code in self.asked.needed:
            required = {one for group in self.asked.skills[code].requires for one in group}
            if code not in self.skipped and required & (taught | found):
                found.add(code)
        return found
