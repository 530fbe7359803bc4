"""How long the next question takes: ladders and forests of 72 to 2,000 micro-skills, beside programs of others; and on
prerequisite graphs beside a full propagation.

Structures are made the way in which ``pathways simulate`` makes them of a bank, so that whatever it asks with is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from time import process_time
from typing import Any

import numpy as np

from benchmarks.accuracy_banks import forest_bank, graph_bank, ladder_bank, plain, simulated, strands_of
from benchmarks.full_propagation import FullPropagation
from benchmarks.peers.asking import Silent, ask
from benchmarks.report import Figure
from pathways.diagnostics.engine import (
    Compiled,
    Outcome,
    Population,
    StopRules,
    Structure,
    compile_structure,
    decide,
    infer,
)

NEVER_STOP = StopRules(least_information=0.0)
ONE_SETTING = Population((0.7,), (1.0,), (0.0,))
"""21 points of ability, for a comparison on the same points."""


@dataclass(frozen=True)
class Setting:
    """``sizes``: micro-skills, each with the milliseconds aimed at; ``graphs``: the same of prerequisite graphs;
    ``items``: of the tests that others' programs sit; ``skills``: of the knowledge spaces.
    """

    sizes: dict[int, float]
    graphs: dict[int, float]
    items: int
    skills: tuple[int, ...]
    repeats: int


FULL = Setting({72: 0.1, 500: 0.5, 1000: 1.0, 2000: 3.0}, {300: 5.0, 800: 15.0}, 1000, (12, 20), 300)
QUICK = Setting({72: 0.1, 500: 0.5}, {300: 5.0}, 1000, (12,), 40)


@dataclass(frozen=True)
class Times:
    """Milliseconds of CPU."""

    median: float
    p95: float

    def __str__(self) -> str:
        return f"{self.median:.3f} / {self.p95:.3f} ms"


def times_of(call: Callable[[], object], repeats: int) -> Times:
    """Time calls one by one, after a few that are not counted."""
    for _ in range(max(repeats // 20, 2)):
        call()
    spent: list[float] = []
    for _ in range(repeats):
        start = process_time()
        call()
        spent.append(1e3 * (process_time() - start))
    return Times(float(np.median(spent)), float(np.quantile(spent, 0.95)))


def answered(compiled: Compiled, count: int, seed: int = 2) -> list[tuple[str, str]]:
    """So many answers to items by chance, right and wrong by chance: no two sittings of the engine agree."""
    rng = np.random.default_rng(seed)
    asked = rng.permutation(compiled.item_codes)[:count].tolist()
    said = (Outcome.CORRECT.value, Outcome.INCORRECT.value)
    return [(code, said[rng.integers(2)]) for code in asked]


def next_question(compiled: Compiled, answers: list[tuple[str, str]], repeats: int) -> Times:
    """Time ``decide`` from scratch; every item that was not asked is a candidate."""
    left = set(compiled.item_codes) - {code for code, _ in answers}
    return times_of(partial(decide, compiled, NEVER_STOP, answers, left), repeats)


def _by_count(compiled: Compiled, counts: tuple[int, ...], repeats: int) -> dict[int, Times]:
    """Time the next question after so many answers."""
    return {count: next_question(compiled, answered(compiled, count), repeats) for count in counts}


# --- by size ------------------------------------------------------------------------------------------------


def by_size(setting: Setting) -> Iterator[Figure]:
    """Ladders of six rungs that are all different, and forests; three items for each micro-skill."""
    for kind, bank in (("ladders", ladder_bank), ("forest", forest_bank)):
        for skills, aim in setting.sizes.items():
            compiled = compile_structure(simulated(bank(skills)).structure)
            found = _by_count(compiled, (0, 10, 30), setting.repeats)
            slowest = max(one.median for one in found.values())
            said = "; ".join(f"{one} ({count} answers)" for count, one in found.items())
            what = f"next question, {kind} of {skills:,} micro-skills, {len(compiled.item_codes):,} items, p50 / p95"
            yield Figure(what, said, f"slowest p50 <= {aim} ms", slowest <= aim)
            found = _by_count(_taken_at_their_word(compiled), (0, 10, 30), setting.repeats)
            said = "; ".join(f"{one} ({count} answers)" for count, one in found.items())
            yield Figure(f"next question, {kind} of {skills:,} micro-skills, with one way of answering", said)


def _taken_at_their_word(compiled: Compiled) -> Compiled:
    """Compile the same structure for people who all answer in the way that the items expect."""
    return compile_structure(replace(compiled.structure, styles=()))


# --- others' programs ---------------------------------------------------------------------------------------


def beside_one_ability(setting: Setting) -> Iterator[Figure]:
    """A step after 10 and after 30 answers: what is believed, and the next of 1,000 items."""
    ours: dict[int, Times] = {}
    # The last one is held against others.
    for skills, per_skill in ((72, setting.items // 72), (setting.items // 3, 3)):
        compiled = compile_structure(simulated(ladder_bank(skills, per_skill=per_skill)).structure)
        ours = _by_count(compiled, (10, 30), setting.repeats)
        said = "; ".join(f"{one} ({count} answers)" for count, one in ours.items())
        yield Figure(f"one step, {len(compiled.item_codes):,} items: this engine, {skills} micro-skills", said)
        plainly = _by_count(_taken_at_their_word(compiled), (10, 30), setting.repeats)
        said = "; ".join(f"{one} ({count} answers)" for count, one in plainly.items())
        yield Figure(f"one step, {len(compiled.item_codes):,} items: the same with one way of answering", said)
    rng = np.random.default_rng(3)
    slope, difficulty = rng.lognormal(0.2, 0.3, setting.items), rng.standard_normal(setting.items)
    bank = {"slope": slope.tolist(), "difficulty": difficulty.tolist(), "counts": [10, 30], "repeats": setting.repeats}
    for peer in ("catsim", "adaptivetesting"):
        asked = rng.permutation(setting.items)[:30].tolist()
        right = (rng.random(30) < 0.5).astype(int).tolist()
        found = ask("one_ability", {"peer": peer, **bank, "asked": asked, "right": right})
        yield _one_ability(peer, found, ours, setting.items)


def _one_ability(peer: str, found: dict[str, Any] | Silent, ours: dict[int, Times], items: int) -> Figure:
    what = f"one step, {items:,} items: {peer}, a single ability"
    if isinstance(found, Silent):
        return Figure(what, str(found))
    times = {count: Times(*found["milliseconds"][str(count)]) for count in ours}
    ratio = min(times[count].median / ours[count].median for count in ours)
    said = "; ".join(f"{one} ({count} answers)" for count, one in times.items())
    what, said = f"{what} ({found['version']})", f"{said}: {ratio:.1f} times ours"
    return Figure(what, said, ">= 10 times ours", ratio >= 10.0) if peer == "catsim" else Figure(what, said)


def beside_knowledge_spaces(setting: Setting) -> Iterator[Figure]:
    """A step of knowledgespaces on ladders of four rungs: its states are the products of theirs."""
    for skills in setting.skills:
        bank = ladder_bank(skills, rungs=4, per_skill=1)
        compiled = compile_structure(simulated(bank).structure)
        ours = next_question(compiled, answered(compiled, 6), setting.repeats)
        question = {"peer": "knowledgespaces", "strands": strands_of(bank), "repeats": max(setting.repeats // 10, 5)}
        found = ask("spaces", question)
        what = f"one step, {skills} micro-skills, 6 answers: knowledgespaces"
        if isinstance(found, Silent):
            yield Figure(what, f"{found}; ours {ours}")
            continue
        times = Times(*found["milliseconds"])
        said = f"{times} ({found['states']:,} states): {times.median / ours.median:.0f} times ours, {ours}"
        yield Figure(f"{what} ({found['version']})", said)


# --- prerequisite graphs ------------------------------------------------------------------------------------


def beside_full_propagation(setting: Setting) -> Iterator[Figure]:
    """Graphs like a real prerequisite map. The propagation knows one way of answering, so it is held against that."""
    for skills, aim in setting.graphs.items():
        as_asked = simulated(graph_bank(skills)).structure
        compiled = compile_structure(as_asked)
        ours = next_question(compiled, answered(compiled, 20), setting.repeats)
        structure = plain(as_asked)
        few = compile_structure(structure, ONE_SETTING)
        answers = answered(few, 20)
        on_few = next_question(few, answers, setting.repeats)
        full, evidence = propagation_of(structure, few, answers)
        theirs = times_of(partial(full.masteries, evidence), max(setting.repeats // 10, 5))
        off = float(np.abs(full.masteries(evidence) - infer(few, answers).masteries).max())
        assert off < 1e-9, f"two sums of one graph differ by {off}"
        said = (
            f"{ours}; on the 21 points of the propagation {on_few}, the propagation alone {theirs}"
            f" (width {full.width}, {full.entries:,} numbers): {theirs.median / on_few.median:.1f} times"
        )
        what = f"next question, prerequisite graph of {skills} micro-skills, 20 answers, beside full propagation"
        yield Figure(what, said, f"p50 <= {aim} ms", ours.median <= aim)


def propagation_of(
    structure: Structure, compiled: Compiled, answers: list[tuple[str, str]]
) -> tuple[FullPropagation, np.ndarray]:
    """Return the full propagation of a graph, and what the answers say of each micro-skill, [S, 2]."""
    assert compiled.linked is not None
    full = FullPropagation(structure, ONE_SETTING, compiled.linked.thresholds)
    evidence = np.ones((len(full.codes), 2))
    items = {item.code: item for item in structure.items}
    place = {code: spot for spot, code in enumerate(full.codes)}
    for code, outcome in answers:
        column = (Outcome.CORRECT.value, Outcome.INCORRECT.value).index(outcome)
        evidence[place[items[code].skill]] *= items[code].response()[:, column]
    return full, evidence
