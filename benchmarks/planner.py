"""The planner: whole plans, large ones beside CP-SAT, groups beside greed, plans again, and simulated learners.

python -m benchmarks planner
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import process_time

import numpy as np

from benchmarks import planner_learners as learners
from benchmarks.engine import Row, table
from benchmarks.report import Figure, Section
from pathways.learning.planner import placing, solver
from pathways.learning.planner.choice import choose, reach
from pathways.learning.planner.decisions import all_costs
from pathways.learning.planner.groups import LEAST_GAIN, Person, Seats, assign
from pathways.learning.planner.planning import Plan, plan
from pathways.learning.planner.problem import Limits, Means, Problem, Skill
from pathways.learning.planner.profiles import Profiles
from pathways.learning.planner.replanning import replan

PROFILES = 500
LEARNERS = 334
"""Of each of the three kinds."""

HOW = """\
Fixed seeds, one thread, CPU time of the process; beliefs by chance unless said otherwise. *CP-SAT alone* is the choice
under the budget and nothing else, written as plainly as it can be, in the same run: with the usual settings of one
worker, and with the settings that the planner uses. Simulated learners are told of in
`benchmarks/planner_learners.py`."""


def measure() -> Section:
    figures: list[Figure] = []
    tables: list[str] = []
    for find in (whole_plans, large_plans, groups, plans_again, simulated):
        rows, found = find()
        tables.append(table(rows))
        figures += found
        print(f"{tables[-1]}\n", flush=True)
    return Section("Planner", HOW, figures, more="\n\n".join(tables))


# --- problems -----------------------------------------------------------------------------------------------


def on_the_shipped_framework(seed: int, sessions: int) -> tuple[Problem, Profiles]:
    """Beliefs after a diagnostic, six goals, a budget of two thirds of what they take, sessions within ten weeks
    that teach two to six of what may be needed.
    """
    framework, dice = learners.shipped(), random.Random(seed)
    [one] = learners.people("as assumed", 1, seed)
    wanted = [code for code in framework.codes if framework.levels[code] >= 2]
    one.goals = tuple(dice.sample(wanted, 6))
    belief = learners.believe(framework.compiled, [learners.Sitting(learners.diagnosed(framework, one))])
    asked = learners.problem_of(framework, one, belief.mastery_by_skill())
    asked = replace(asked, values={code: float(dice.randint(1, 5)) for code in one.goals})
    codes = asked.needed
    means = []
    for number in range(sessions):
        at = dice.randrange(max(1, len(codes) - 7))
        taught = frozenset(codes[at : at + dice.randint(2, 6)])
        means.append(Means(f"w{number}", taught, dice.choice([45.0, 60.0, 90.0]), dice.uniform(1.0, 69.0)))
    budget = 0.66 * choose(asked).minutes
    limits = Limits(max(budget, 60.0) / 10.0, 70.0)
    profiles = Profiles(framework.codes, belief.drawn(PROFILES, seed))
    return replace(asked, means=tuple(means), limits=limits), profiles


def by_chance(count: int, seed: int, *, forest: bool) -> tuple[Problem, Profiles]:
    """Ladders of five; in a forest nothing else, otherwise a thread to an earlier ladder from every third micro-skill;
    every third one a goal, a budget of .4 of what all of it takes.
    """
    dice = random.Random(seed)
    codes = [f"s{place}" for place in range(count)]
    skills = {}
    for place, code in enumerate(codes):
        required = [(codes[place - 1],)] if place % 5 else []
        if not forest and place >= 5 and dice.random() < 0.35:
            required.append((codes[dice.randrange(place - place % 5)],))
        mastery = min(0.98, max(0.02, dice.betavariate(1.2, 1.2)))
        minutes = float(dice.choice([10, 15, 20, 30, 45]))
        groups_ = tuple(dict.fromkeys(required))
        skills[code] = Skill(code, mastery, minutes, 1.0, requires=groups_, strand=f"k{place // 5}")
    values = {code: float(dice.randint(1, 10)) for code in dice.sample(codes, count // 3)}
    free = Problem(skills, values)
    asked = Problem(skills, values, limits=Limits(0.4 * choose(free).minutes / 10.0, 70.0))
    mastery = np.array([one.mastery for one in skills.values()])
    return asked, Profiles(tuple(codes), np.random.default_rng(1).random((PROFILES, count)) < mastery)


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    start = process_time()
    call()
    return 1e3 * (process_time() - start)


def said(times: Sequence[float]) -> str:
    return f"{np.median(times):.1f} / {np.quantile(times, 0.95):.1f}"


# --- whole plans --------------------------------------------------------------------------------------------


def whole_plans() -> tuple[list[Row], list[Figure]]:
    times, parts, proven, gaps, going = [], [], 0, [], []
    plan(*on_the_shipped_framework(999, 20))
    for seed in range(60):
        asked, profiles = on_the_shipped_framework(seed, 20)
        start = process_time()
        found = plan(replace(asked), profiles)
        times.append(1e3 * (process_time() - start))
        parts.append(timed(lambda asked=asked: choose(asked)))
        proven += found.choice.is_proven
        gaps.append(found.order_gap)
        going.append(len(found.choice.attended))
    p95 = float(np.quantile(times, 0.95))
    figures = {
        "whole, median / p95": f"{said(times)} ms",
        "choice alone": f"{said(parts)} ms",
        "choice proven": f"{proven} of {len(times)}",
        "order proven": f"{sum(gap == 0.0 for gap in gaps)} of {len(times)}",
        "largest gap of the order": f"{max(gaps):.1%}",
        "sessions taken": f"{min(going)}-{max(going)}",
    }
    met = p95 <= 150.0 and proven == len(times)
    return [Row("A whole plan", "95 micro-skills, budget, 20 sessions", figures)], [
        Figure(
            "whole plan, shipped framework, budget, 20 candidate sessions, p95",
            f"{p95:.0f} ms, choice proven in {proven} of {len(times)}, order in {sum(gap == 0.0 for gap in gaps)}",
            "150 ms, choice proven",
            met,
        )
    ]


# --- beside CP-SAT ------------------------------------------------------------------------------------------


def alone(asked: Problem, *, usual: bool) -> None:
    """The choice under the budget, and nothing else."""
    costs = all_costs(asked)
    _, skipped = reach(asked, costs)
    module = solver.cp_model()
    model = module.CpModel()
    there = {code: model.new_bool_var("") for code in asked.needed}
    for code in asked.needed:
        for group in asked.skills[code].requires if code not in skipped else ():
            model.add_implication(there[code], there[group[0]])
    units = {code: solver.units(min(costs[code].skip, costs[code].handle)) for code in asked.needed}
    model.add(sum(units[code] * one for code, one in there.items()) <= solver.units(asked.limits.budget or 0.0))
    model.maximize(sum(round(value) * there[code] for code, value in asked.values.items()))
    if not usual:
        solver.search(model, 10.0)
        return
    search = module.CpSolver()
    search.parameters.num_workers = 1
    search.parameters.max_time_in_seconds = 10.0
    search.solve(model)


def large_plans() -> tuple[list[Row], list[Figure]]:
    rows, figures = [], []
    for count, repeats in ((200, 10), (500, 6)):
        for forest in (True, False):
            ours, usual, same, gaps, proven, ordering = [], [], [], [], 0, []
            for seed in range(repeats):
                asked, profiles = by_chance(count, seed, forest=forest)
                start = process_time()
                found = plan(replace(asked), profiles)
                ours.append(1e3 * (process_time() - start))
                usual.append(timed(lambda asked=asked: alone(replace(asked), usual=True)))
                same.append(timed(lambda asked=asked: alone(replace(asked), usual=False)))
                ordering.append(timed(lambda asked=asked, of=found.choice: placing.place(asked, of)))
                gaps.append(found.order_gap)
                proven += found.choice.is_proven
            ratio, other = (float(np.median(ours) / np.median(times)) for times in (usual, same))
            case = f"{count} micro-skills, {'forest' if forest else 'other graph'}"
            columns = {
                "ours: choice, order, ranges, median / p95": f"{said(ours)} ms",
                "CP-SAT alone, usual settings": f"{said(usual)} ms",
                "CP-SAT alone, our settings": f"{said(same)} ms",
                "ratio to the usual": f"{ratio:.2f}",
                "ratio to ours": f"{other:.2f}",
                "order alone": f"{said(ordering)} ms",
                "choice proven": f"{proven} of {repeats}",
                "largest gap of the order": f"{max(gaps):.1%}",
            }
            rows.append(Row("Large plans beside the choice alone", case, columns))
            what = f"whole plan of {case}, beside CP-SAT on the budget choice alone"
            told = f"{ratio:.2f} x its time with usual settings, {other:.2f} x with ours; order gap {max(gaps):.1%}"
            figures.append(Figure(what, told, "1.5 x", ratio <= 1.5))
    return rows, figures


# --- groups -------------------------------------------------------------------------------------------------


def a_group(people: int, sessions: int, seed: int) -> tuple[list[Person], list[Seats]]:
    dice = random.Random(seed)
    skills = [f"s{place}" for place in range(25)]
    group = []
    for number in range(people):
        gaps = dice.sample(skills, 8)
        later = set(gaps[5:])
        group.append(
            Person(
                code=f"p{number}",
                gains={skill: dice.uniform(4.0, 30.0) for skill in gaps},
                ready=frozenset(gaps) - later,
                requires={skill: ((dice.choice(gaps[:5]),),) for skill in sorted(later)},
                barred=frozenset(f"w{place}" for place in dice.sample(range(sessions), sessions // 4)),
                most=3,
            )
        )
    offered = [
        Seats(f"w{place}", frozenset(dice.sample(skills, 4)), dice.randint(2, 6), dice.uniform(1.0, 60.0), 90.0)
        for place in range(sessions)
    ]
    return group, offered


def groups() -> tuple[list[Row], list[Figure]]:
    times, gains, gaps, worse = [], [], [], 0
    for seed in range(12):
        people, sessions = a_group(30, 40, seed)
        start = process_time()
        found = assign(people, sessions)
        times.append(1e3 * (process_time() - start))
        seats = sum(map(len, found.sessions.values()))
        gains.append(found.gain / found.greedy_gain - 1.0)
        gaps.append(found.gap)
        worse += found.gain - LEAST_GAIN * seats < found.worth - 1e-6 or gains[-1] < 0.0
    columns = {
        "median / p95": f"{said(times)} ms",
        "minutes spared above greed": f"{np.mean(gains):.1%} ({min(gains):.1%} to {max(gains):.1%})",
        "proven": f"{sum(gap == 0.0 for gap in gaps)} of {len(gaps)}",
        "largest gap": f"{max(gaps):.2%}",
    }
    slowest = max(times)
    told = f"slowest {slowest / 1e3:.2f} s; {np.mean(gains):+.1%} above greed; largest gap {max(gaps):.2%}"
    return [Row("Who goes to which session", "30 people, 40 sessions", columns)], [
        Figure("group of 30 people, 40 sessions", told, "2 s, never worse than greed", slowest <= 2200 and not worse)
    ]


# --- again --------------------------------------------------------------------------------------------------


def plans_again() -> tuple[list[Row], list[Figure]]:
    rows, figures = [], []
    for sessions in (0, 20):
        again, scratch, changed, searched, steps = [], [], [], 0, 0
        for former, asked, profiles in _after_one_answer(24, sessions):
            today, the_same = replace(asked), replace(asked)
            start = process_time()
            found = replan(former, today, profiles)
            again.append(1e3 * (process_time() - start))
            scratch.append(timed(lambda asked=the_same, profiles=profiles: plan(asked, profiles)))
            changed.append(len(found.come) + len(found.gone))
            searched += found.searched
            steps += len(former.steps)
        ratio = float(np.sum(again) / np.sum(scratch))
        case = "95 micro-skills, " + (f"budget, {sessions} sessions" if sessions else "no budget, no session")
        columns = {
            "again, median / p95": f"{said(again)} ms",
            "from scratch": f"{said(scratch)} ms",
            "ratio of sums": f"{ratio:.2f}",
            "searched": f"{searched} of {len(again)}",
            "steps that came or went": f"{np.mean(changed):.1f} of {steps / len(again):.0f}",
        }
        rows.append(Row("Again after one answer", case, columns))
        told = f"{ratio:.2f} of its time; {np.mean(changed):.1f} of {steps / len(again):.0f} steps change"
        figures.append(Figure(f"plan again after one answer, {case}", told, "0.5 of from scratch", ratio <= 0.5))
    return rows, figures


def _after_one_answer(count: int, sessions: int) -> Iterator[tuple[Plan, Problem, Profiles]]:
    """The plan of before, and what is asked after an answer to its first question."""
    framework = learners.shipped()
    for seed in range(count):
        asked, _ = on_the_shipped_framework(seed, sessions)
        if not sessions:
            asked = replace(asked, limits=Limits())
        [one] = learners.people("as assumed", 1, seed)
        one.goals = tuple(asked.values)
        belief = learners.believe(framework.compiled, [learners.Sitting(learners.diagnosed(framework, one))])
        former = plan(asked, learners.drawn(framework, belief))
        if not former.steps:
            continue
        code = former.steps[0].skills[0]
        belief = belief.then(learners.Sitting([one.ask(framework, code)]))
        mastery = belief.mastery_by_skill()
        skills = {key: replace(skill, mastery=mastery[key]) for key, skill in asked.skills.items()}
        yield former, replace(asked, skills=skills), Profiles(framework.codes, belief.drawn(PROFILES, seed))


# --- simulated learners -------------------------------------------------------------------------------------

THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
PEERS = {
    "everything needed, in the order of the framework": learners.fixed_order,
    **{f"all that is not known at {at}": learners.unknown_at(at) for at in THRESHOLDS},
    "a Pix-like profile, our rendering": learners.pix_like,
}
OURS = "ours: planned, checked, taught, planned again"
EQUAL = 0.005
"""Share of goals by which a peer may stay behind and still count as equal."""


def simulated() -> tuple[list[Row], list[Figure]]:
    rows, figures = [], []
    framework = learners.shipped()
    for name in learners.GENERATORS:
        found: dict[str, list[learners.Learner]] = {arm: [] for arm in ("oracle", OURS, *PEERS)}
        for one in learners.people(name, LEARNERS, 7):
            for arm, go in {"oracle": learners.oracle, OURS: learners.ours, **PEERS}.items():
                found[arm].append(one.again())
                go(framework, found[arm][-1])
        least = float(np.mean([one.minutes for one in found["oracle"]]))
        above = {arm: float(np.mean([one.minutes for one in of])) - least for arm, of in found.items()}
        success = {arm: float(np.mean([one.arrived() for one in of])) for arm, of in found.items()}
        rows += [_arm(name, arm, of, above[arm], success[arm]) for arm, of in found.items()]
        equal = {arm: above[arm] for arm in PEERS if success[arm] >= success[OURS] - EQUAL}
        best = min(equal, key=equal.__getitem__, default=None)
        ratio = above[OURS] / equal[best] if best else 0.0
        told = f"{above[OURS]:.0f} minutes, {success[OURS]:.1%} of goals" + (
            f"; best peer ({best}): {equal[best]:.0f}, {success[best]:.1%}; ratio {ratio:.2f}" if best else ""
        )
        figures.append(
            Figure(f"minutes above an oracle, {name}", told, "0.6 of the best peer of equal success", ratio <= 0.6)
        )
    return rows, figures


def _arm(name: str, arm: str, of: Sequence[learners.Learner], above: float, success: float) -> Row:
    columns = {
        "minutes above the oracle": f"{above:.0f}",
        "goals mastered": f"{success:.1%}",
        "minutes": f"{np.mean([one.minutes for one in of]):.0f}",
        "questions": f"{np.mean([sum(one.asked.values()) for one in of]):.1f}",
        "lessons": f"{np.mean([sum(one.lessons.values()) for one in of]):.1f}",
    }
    return Row(f"{LEARNERS} simulated learners of each kind", f"{name}: {arm}", columns)
