"""The diagnosis engine: how fast, how honest, how few questions.  Synthetic learners, fixed seeds.

python -m benchmarks [--quick] engine
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import exp
from time import process_time

import numpy as np

from benchmarks import next_question
from benchmarks.report import Figure, Section
from pathways.diagnostics.engine import (
    EVIDENCE,
    Compiled,
    ItemModel,
    LevelSkill,
    LevelStrand,
    Outcome,
    Population,
    StopRules,
    Structure,
    compile_structure,
    decide,
    infer,
    simulate,
    simulation,
    thresholds,
)

NEVER_STOP = StopRules(least_information=0.0)
RUNGS = 6


@dataclass(frozen=True)
class Row:
    """One figure, and the aim it is held against when there is one."""

    table: str
    case: str
    figures: dict[str, str]


@dataclass(frozen=True)
class Setting:
    """``strands``: of the ladders that are timed, with milliseconds aimed at; ``simulated``: of those whose simulation
    is, with seconds; ``learners``: of the two tables on honesty and questions.
    """

    next_question: next_question.Setting
    strands: tuple[tuple[int, float | None], ...]
    simulated: tuple[tuple[int, float | None], ...]
    learners: tuple[int, int]


FULL = Setting(
    next_question.FULL,
    ((2, None), (12, 0.1), (84, 0.5), (168, 1.0), (336, 3.0)),
    ((2, 0.3), (12, 1.5), (84, None)),
    (300, 200),
)
QUICK = Setting(next_question.QUICK, ((2, None), (12, 0.1)), ((2, 0.3), (12, 1.5)), (40, 30))

HOW = """Synthetic learners, fixed seeds, CPU time of one process, p50 and p95 of calls that are timed one by one. The
first figures are of structures as `pathways simulate` makes them of a bank, and of programs of others in the same run
(`requirements/peers.txt`; those of one ability do less: they know no micro-skills). *Full propagation* is a junction
tree in plain numpy (`benchmarks/full_propagation.py`) that gives all marginals of the same graph to within 1e-9. The
tables are of the engine with one way of answering; the rest is how honest it is about what it claims, and how few
questions it needs beside other rules."""


def measure(*, quick: bool = False) -> Section:
    """Every table, as one section."""
    return measured(QUICK if quick else FULL)


def measured(setting: Setting) -> Section:
    figures: list[Figure] = []
    for find in (
        next_question.by_size,
        next_question.beside_one_ability,
        next_question.beside_knowledge_spaces,
        next_question.beside_full_propagation,
    ):
        for figure in find(setting.next_question):
            print(f"{figure.what}: {figure.figure} {figure.verdict}", flush=True)
            figures.append(figure)
    tables: list[str] = []
    for rows in (
        decide_speed(setting.strands),
        simulation_speed(setting.simulated),
        honesty(setting.learners[0]),
        questions_needed(setting.learners[1]),
    ):
        tables.append(table(list(rows)))
        print(f"{tables[-1]}\n", flush=True)
    return Section("Engine", HOW, figures, more="\n\n".join(tables))


def table(rows: list[Row]) -> str:
    """Rows of one table as Markdown."""
    columns = list(rows[0].figures)
    lines = [f"### {rows[0].table}", "", "| case | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {row.case} | " + " | ".join(row.figures.values()) + " |" for row in rows]
    return "\n".join(lines)


# --- structures ---------------------------------------------------------------------------------------------


def distinct_ladders(strands: int, *, per_skill: int = 3, seed: int = 1) -> Structure:
    """No two ladders or items alike: nothing that a cache could share."""
    rng = np.random.default_rng(seed)
    ladders: list[LevelStrand] = []
    items: list[ItemModel] = []
    for k in range(strands):
        heights = np.sort(rng.normal(size=RUNGS)) + 1e-3 * np.arange(RUNGS)
        rungs = tuple(LevelSkill(f"S{k:03}-{rung}", float(h)) for rung, h in enumerate(heights))
        ladders.append(LevelStrand(f"S{k:03}", rungs))
        for rung in rungs:
            for v in range(per_skill):
                slip, guess, seconds = rng.uniform((0.05, 0.05, 20.0), (0.15, 0.34, 60.0)).tolist()
                items.append(ItemModel(f"{rung.code}-{v}", rung.code, slip, guess, 0.03, 0.5, seconds))
    return Structure(tuple(ladders), tuple(items))


def even_ladders(strands: int) -> Structure:
    """Ladders from levels alone, three items a rung: the first day of a diagnostic."""
    heights = thresholds(range(1, RUNGS + 1), RUNGS)
    ladders: list[LevelStrand] = []
    items: list[ItemModel] = []
    for k in range(strands):
        rungs = tuple(LevelSkill(f"S{k:02}-{rung}", h) for rung, h in enumerate(heights))
        ladders.append(LevelStrand(f"S{k:02}", rungs))
        items += [
            ItemModel(f"{rung.code}-{v}", rung.code, 0.1, guess, 0.03, 0.5, 40.0)
            for rung in rungs
            for v, guess in enumerate((0.05, 0.25, 1 / 3))
        ]
    return Structure(tuple(ladders), tuple(items))


# --- speed --------------------------------------------------------------------------------------------------


def decide_speed(sizes: Sequence[tuple[int, float | None]]) -> Iterator[Row]:
    """One decision from scratch; every item not asked yet is a candidate; ladders all different."""
    for strands, aim in sizes:
        structure = distinct_ladders(strands)
        start = process_time()
        compiled = compile_structure(structure)
        compiling = 1e3 * (process_time() - start)
        rng = np.random.default_rng(2)
        asked = rng.permutation(compiled.item_codes)[:30].tolist()
        answers = [(code, EVIDENCE[rng.integers(3)]) for code in asked]
        figures = {"items": f"{len(structure.items):,}", "compile": f"{compiling:.0f} ms"}
        slowest = 0.0
        for count in (0, 1, 10, 30):
            left = set(compiled.item_codes) - set(asked[:count])
            median, p95 = _milliseconds(partial(decide, compiled, NEVER_STOP, answers[:count], left))
            figures[f"{count} answers, median / p95"] = f"{median:.3f} / {p95:.3f} ms"
            slowest = max(slowest, median)
        figures["aim"] = "" if aim is None else f"{aim} ms: {'met' if slowest <= aim else 'MISSED'}"
        yield Row("One decision from scratch, CPU", f"{strands * RUNGS:,} micro-skills", figures)


def _milliseconds(call: Callable[[], object], repeats: int = 400) -> tuple[float, float]:
    for _ in range(20):
        call()
    times = []
    for _ in range(repeats):
        start = process_time()
        call()
        times.append(1e3 * (process_time() - start))
    return float(np.median(times)), float(np.quantile(times, 0.95))


def simulation_speed(sizes: Sequence[tuple[int, float | None]]) -> Iterator[Row]:
    """200 learners, at most 30 questions, target 95 %."""
    for strands, aim in sizes:
        compiled = compile_structure(distinct_ladders(strands))
        start = process_time()
        found = simulate(compiled, StopRules(accuracy=0.95, questions=30), learners=200, seed=1)
        seconds = process_time() - start
        figures = {
            "CPU": f"{seconds:.2f} s",
            "aim": "" if aim is None else f"{aim} s: {'met' if seconds <= aim else 'MISSED'}",
            "questions, mean (10-90 %)": _range(found.questions),
            "minutes": _range(found.minutes),
            "claimed / true accuracy": f"{found.claimed_accuracy:.3f} / {found.true_accuracy:.3f}",
            "decided": f"{found.decided_share:.0%}",
        }
        yield Row("Simulation of 200 learners", f"{strands * RUNGS} micro-skills", figures)


def _range(spread: simulation.Spread) -> str:
    return f"{spread.mean:.1f} ({spread.p10:.1f}-{spread.p90:.1f})"


# --- honesty ------------------------------------------------------------------------------------------------

PRIORS = {
    "one setting, correlation .7": Population((0.7,), (1.0,), (0.0,)),
    "one setting, correlation .9": Population((0.9,), (1.0,), (0.0,)),
    "mixture over correlation": Population(spreads=(1.0,), shifts=(0.0,)),
    "mixture over correlation and spread": Population(shifts=(0.0,)),
    "mixture over all three (default)": Population(),
}
GROUPS = (
    "evenly from beginner to expert",
    "correlation .5",
    "correlation .7",
    "correlation .9",
    "all beginners",
)


def group(name: str, compiled: Compiled, learners: int, rng: np.random.Generator) -> np.ndarray:
    """Return true states [N, K] of a group that the engine does not know: none of its settings is told."""
    strands = compiled.structure.strands
    scatter = rng.standard_normal((learners, len(strands)))
    if name == "evenly from beginner to expert":
        position = rng.uniform(-2.0, 2.0, (learners, 1)) + 0.5 * scatter
    else:
        beginners = name == "all beginners"
        rho = 0.9 if beginners else float(name.rsplit(maxsplit=1)[-1])
        ability = rng.normal(-1.5, 0.4, (learners, 1)) if beginners else rng.standard_normal((learners, 1))
        position = rho * ability + np.sqrt(1.0 - rho**2) * scatter
    heights = thresholds(range(1, RUNGS + 1), RUNGS)
    return (position[:, :, None] > np.array(heights)).sum(axis=2)


def honesty(learners: int = 300) -> Iterator[Row]:
    """Claimed less true accuracy over five groups x 48 and 96 micro-skills, slip and guess known."""
    for prior, population in PRIORS.items():
        gaps: dict[int, list[float]] = {10: [], 20: [], 30: []}
        accuracy: list[float] = []
        for strands in (8, 16):
            compiled = compile_structure(even_ladders(strands), population)
            for name in GROUPS:
                rng = np.random.default_rng(3)
                people = simulation.with_chance(group(name, compiled, learners, rng), 30, rng)
                rules = StopRules(questions=30, least_information=0.0)
                sittings = simulation.sit(compiled, rules, people)
                accuracy.append(float(sittings.accuracy[:, 20].mean()))
                for count, found in gaps.items():
                    overclaim = sittings.certainty[:, count] - sittings.accuracy[:, count]
                    found.append(float(overclaim.mean()))
        figures = {"accuracy at 20, mean": f"{np.mean(accuracy):.3f}"}
        figures |= {f"claimed - true at {n}": f"{min(g):+.3f} ... {max(g):+.3f}" for n, g in gaps.items()}
        yield Row("Claimed less true accuracy, ten cells, worst both ways", prior, figures)


# --- questions ----------------------------------------------------------------------------------------------


def questions_needed(learners: int = 200) -> Iterator[Row]:
    """True accuracy after so many questions, 72 micro-skills, learners of correlation .7.

    All arms know the true thresholds; this engine also knows slip and guess, but not the group.
    """
    compiled = compile_structure(even_ladders(12))
    rng = np.random.default_rng(4)
    people = simulation.with_chance(group("correlation .7", compiled, learners, rng), 60, rng)
    truth = simulation.true_mastery(compiled, people.states)
    adaptive = simulation.sit(compiled, StopRules(questions=60, least_information=0.0), people)
    yield _accuracy_row("this engine", adaptive.accuracy.mean(axis=0))
    at_random = np.array([_random_sitting(compiled, people, who, truth[who], rng) for who in range(learners)])
    yield _accuracy_row("same inference, questions at random", at_random.mean(axis=0))
    hard = [_hard_inference_sitting(compiled, people, who, truth[who], rng) for who in range(learners)]
    by_count = np.array([accuracy for accuracy, _ in hard]).mean(axis=0)
    mean_length = np.mean([length for _, length in hard])
    yield _accuracy_row(f"rule of Pix campaigns, our rendering (ends after {mean_length:.1f})", by_count)


def _accuracy_row(case: str, by_count: np.ndarray) -> Row:
    reached = {target: np.flatnonzero(by_count >= target) for target in (0.90, 0.95)}
    figures = {f"at {count}": f"{by_count[count]:.3f}" for count in (10, 20, 30, 60)}
    figures |= {f"questions to {t:.0%}": str(n[0]) if n.size else "-" for t, n in reached.items()}
    return Row("True accuracy by number of questions, 72 micro-skills", case, figures)


def _outcome(compiled: Compiled, people: simulation.Learners, who: int, turn: int, code: str) -> Outcome:
    row = compiled.first_rows[code]
    state = people.states[who, row // compiled.rows_per_strand]
    below = np.cumsum(np.exp(compiled.log_response[row : row + 2, state]))
    return EVIDENCE[int((people.chance[who, turn] >= below).sum())]


def _random_sitting(
    compiled: Compiled, people: simulation.Learners, who: int, truth: np.ndarray, rng: np.random.Generator
) -> list[float]:
    order = rng.permutation(compiled.item_codes)[:60].tolist()
    answers: list[tuple[str, Outcome]] = []
    accuracy: list[float] = []
    for turn in range(61):
        accuracy.append(float(((infer(compiled, answers).masteries >= 0.5) == truth).mean()))
        if turn < 60:
            answers.append((order[turn], _outcome(compiled, people, who, turn, order[turn])))
    return accuracy


def _hard_inference_sitting(
    compiled: Compiled, people: simulation.Learners, who: int, truth: np.ndarray, rng: np.random.Generator
) -> tuple[list[float], int]:
    """The positioning rule of Pix campaigns, in our words: one level, and inference that is never revised.

    Level: the half point where answers and logistic expectations agree best, with two fictitious answers.
    Asked: the skill, at most two levels above the learner, that settles most others in expectation.  A right
    answer settles it and the easier ones of its strand, any other it and the harder ones; what stays open
    counts as not mastered, also on the way.  One rendering of a public rule, not the software itself.
    """
    state = np.full((len(compiled.structure.strands), RUNGS), -1)  # -1 unsettled, 0 not mastered, 1 mastered
    history: list[tuple[int, bool]] = [(0, True), (7, False)]
    accuracy: list[float] = []
    length = 0
    for turn in range(61):
        accuracy.append(float(((state.ravel() == 1) == truth).mean()))
        level = 2.0 if len(history) == 2 else _level(history)
        options = _worth(state, level, first=len(history) == 2)
        if not options or turn == 60:
            continue
        best = max(worth for worth, _, _ in options)
        ties = [(k, rung) for worth, k, rung in options if worth == best]
        k, rung = ties[rng.integers(len(ties))]
        item = f"S{k:02}-{rung}-{rng.integers(3)}"
        right = _outcome(compiled, people, who, turn, item) == Outcome.CORRECT
        history.append((rung + 1, right))
        settled = slice(None, rung + 1) if right else slice(rung, None)
        state[k, settled] = np.where(state[k, settled] == -1, int(right), state[k, settled])
        length += 1
    return accuracy, length


def _level(history: list[tuple[int, bool]]) -> float:
    grid = [step / 2 for step in range(1, 16)]
    return min(grid, key=lambda at: abs(sum(right - _logistic(at - rung) for rung, right in history)))


def _worth(state: np.ndarray, level: float, *, first: bool) -> list[tuple[float, int, int]]:
    """Return (expected number of skills settled, strand, rung) of the skills that may be asked."""
    options = []
    for k, rung in np.argwhere(state == -1).tolist():
        too_hard = rung + 1 != 2 if first else rung + 1 - level > 2
        if not too_hard:
            chance = _logistic(level - rung - 1)
            easier, harder = (state[k, : rung + 1] == -1).sum(), (state[k, rung:] == -1).sum()
            options.append((float(chance * easier + (1.0 - chance) * harder), k, rung))
    return options


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + exp(-value))
