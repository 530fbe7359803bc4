"""Fairness between languages: a translation made harder on purpose is found, and what is fair is left alone.

python -m benchmarks fairness          (REPEATS=200 in the environment for the long form)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from benchmarks.languages import MOST_PEOPLE, Sittings, compared, sat, structure, world
from benchmarks.report import Figure, Section
from pathways.diagnostics.engine import Compiled, compile_structure, fairness
from pathways.diagnostics.engine.compilation import OUTCOMES
from pathways.diagnostics.engine.posterior import likelihood, normalisers
from pathways.fairness import matching, screening
from pathways.fairness.matching import Model
from pathways.fairness.screening import Compared

REPEATS = int(os.environ.get("REPEATS", "24"))
SIZES = (100, 200, 300, 500, 1000)
HARDER = 0.8
GAP = 0.5
WATCH = "watch"
LEAST = 0.5
"""Of the answers of a size, below which an item of a form is not tested."""
HOW = f"""\
14 items of 7 micro-skills in 3 strands. Adaptive: the engine asks each learner 8 to 12 of them, as in a diagnostic;
fixed: all 14. The learners live in a world that the engine does not know: a continuous position per strand (correlation
.56), difficulty, slope, guessing and *I don't know* of each item drawn anew each time around what the engine assumes.
**The second language is half a standard deviation weaker** in truth. In one translation the odds of a right answer are
divided by e^{HARDER} for everybody. A screen looks at all items at once; an alarm is class B or C (|Delta| >= 1 and
p < {screening.ALPHA} after Benjamini-Hochberg). *Found*: the harder translation is flagged. *False
alarms*: screens of 14 fair items with any alarm. *Other alarms*: screens with a harder one that flag a fair item, too.
Below {screening.CLASSED_FROM} answers the product gives no class; it names what is worth a look."""


# --- ways to look ---------------------------------------------------------------------------------------------

Chance = Callable[[Compiled, Compared, np.ndarray], np.ndarray]


def without(compiled: Compiled, seen: Compared, counts: np.ndarray) -> np.ndarray:
    model = matching.calibrated(compiled, seen.answers, seen.group, counts)
    return matching.chances(model, seen.answers, seen.group, counts)


def first_day(compiled: Compiled, seen: Compared, counts: np.ndarray) -> np.ndarray:
    model = Model(compiled, np.tile(compiled.weights, (2, 1)))
    return matching.chances(model, seen.answers, seen.group, counts)


def general(compiled: Compiled, seen: Compared, counts: np.ndarray) -> np.ndarray:
    """The mean of the ability, given all other answers."""
    model = matching.calibrated(compiled, seen.answers, seen.group, counts)
    compiled, axis = model.compiled, model.compiled.population.grid().ability
    normaliser, evidence, strand, rows = _evidence(compiled, seen)
    belief = model.weights[seen.group] * normaliser.prod(axis=0)
    found = np.empty(len(rows))
    for one in range(len(compiled.prior)):
        here = np.flatnonzero(strand == one)
        who = seen.answers.person[here]
        own = normalisers(likelihood(evidence[who, one] - compiled.log_response[rows[here]]), compiled.prior[one])
        mass = belief[who] / normaliser[one, who] * own
        found[here] = (mass @ axis) / mass.sum(axis=1)
    return 1.0 / (1.0 + np.exp(-found))


def before(compiled: Compiled, seen: Compared, counts: np.ndarray) -> np.ndarray:
    """What was known before the answer alone, nothing that came after it."""
    model = matching.calibrated(compiled, seen.answers, seen.group, counts)
    compiled, answers = model.compiled, seen.answers
    starts = np.searchsorted(answers.person, np.arange(answers.people))
    lengths = np.bincount(answers.person, minlength=answers.people)
    right = np.exp(compiled.log_response)
    logs = np.zeros((answers.people, *compiled.prior.shape[:2]))
    normaliser = np.ones((answers.people, len(compiled.prior), compiled.weights.size))
    found = np.empty(len(answers.item))
    for turn in range(int(lengths.max())):
        who = np.flatnonzero(lengths > turn)
        place = starts[who] + turn
        first = compiled.slots[answers.item[place]] * OUTCOMES
        strand, rows = first // compiled.rows_per_strand, first + answers.outcome[place]
        belief = model.weights[seen.group[who]] * normaliser[who].prod(axis=1) / normaliser[who, strand]
        prior = compiled.prior[strand]
        states = likelihood(logs[who, strand]) * np.einsum("nq,ngq->ng", belief, prior)
        found[place] = (states * right[first]).sum(axis=1) / states.sum(axis=1)
        logs[who, strand] += compiled.log_response[rows]
        normaliser[who, strand] = np.einsum("ng,ngq->nq", likelihood(logs[who, strand]), prior)
    return found


def _evidence(compiled: Compiled, seen: Compared) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    answers = seen.answers
    rows = compiled.slots[answers.item] * OUTCOMES + answers.outcome
    strand = rows // compiled.rows_per_strand
    logs = np.zeros((answers.people, *compiled.prior.shape[:2]))
    np.add.at(logs, (answers.person, strand), compiled.log_response[rows])
    return normalisers(likelihood(logs.swapaxes(0, 1)), compiled.prior), logs, strand, rows


def total(_compiled: Compiled, seen: Compared, _counts: np.ndarray) -> np.ndarray:
    """The plain sketch: the number of right answers."""
    right = np.bincount(seen.answers.person, weights=seen.answers.outcome == 0, minlength=seen.answers.people)
    return right[seen.answers.person]


def rest_share(_compiled: Compiled, seen: Compared, _counts: np.ndarray) -> np.ndarray:
    right = np.bincount(seen.answers.person, weights=seen.answers.outcome == 0, minlength=seen.answers.people)
    asked = np.bincount(seen.answers.person, minlength=seen.answers.people)
    own = seen.answers.outcome == 0
    return (right[seen.answers.person] - own) / np.maximum(asked[seen.answers.person] - 1, 1)


@dataclass(frozen=True)
class Way:
    name: str
    chance: Chance
    strata: int = screening.STRATA
    test: str = "mh"
    purify: bool = True
    alpha: float = screening.ALPHA


OURS = Way("chance on the item given all other answers, calibrated (ours)", without)
WAYS = (
    OURS,
    Way("the same, at .05", without, alpha=0.05),
    Way("the same, 6 strata", without, strata=6),
    Way("the same, 20 strata", without, strata=20),
    Way("the same, not purified", without, purify=False),
    Way("the same, logistic regression in place of Mantel-Haenszel", without, test="lr"),
    Way("the general ability given all other answers", general),
    Way("chance on the item given what was answered before it", before),
    Way("ours with the engine as on its first day, not calibrated", first_day),
    Way("share of right answers to the other items, at .05", rest_share, strata=8, alpha=0.05),
    Way("total score, plain, at .05 (the sketch)", total, strata=8, purify=False, alpha=0.05),
)


def alarms(way: Way, compiled: Compiled, seen: Compared, size: int) -> set[int]:
    """Items in class B or C."""
    counts = np.ones(len(compiled.item_codes), dtype=bool)
    flagged: set[int] = set()
    for _ in range(2 if way.purify else 1):
        chance = way.chance(compiled, seen, counts)
        flagged = _flagged(way, seen, chance, size)
        if not flagged:
            break
        counts[list(flagged)] = False
    return flagged


def _flagged(way: Way, seen: Compared, chance: np.ndarray, size: int) -> set[int]:
    tested = {}
    group = seen.group[seen.answers.person]
    for item in range(int(seen.answers.item.max()) + 1):
        rows = seen.answers.item == item
        if min((group[rows] == 0).sum(), (group[rows] == 1).sum()) < LEAST * size:
            continue
        right = seen.answers.outcome[rows] == 0
        stratum = fairness.strata(chance[rows], way.strata)
        test = fairness.mantel_haenszel(fairness.tables(right, group[rows], stratum))
        if test is None:
            continue
        p = test.p
        if way.test == "lr":
            p = fairness.regression(right, group[rows], np.log(chance[rows] / (1.0 - chance[rows]))).p
        tested[item] = (test.delta, p)
    p_values = fairness.adjusted([p for _, p in tested.values()])
    return {
        item
        for (item, (delta, _)), p in zip(tested.items(), p_values, strict=True)
        if p < way.alpha and abs(delta) >= fairness.MODERATE
    }


# --- runs -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    how: str
    size: int
    way: str
    false_alarm: bool
    """An alarm where every translation is fair."""
    found: bool
    others: bool
    """An alarm about a fair item beside the one that is not."""
    watched: float = 0.0
    """Share of fair items that are watched."""
    world: int = 0


def run(number: int) -> list[Result]:
    """One world: fixed and adaptive, every size with our way; of every third world, 500 answers with every way."""
    rng = np.random.default_rng([2027, number])  # not the worlds on which strata and alpha were chosen
    asking = compile_structure(structure())
    looking = compile_structure(structure(), matching.POPULATION)
    true = world(asking, rng)
    item = number % len(true.place)
    fair, unfair = np.zeros(len(true.place)), np.zeros(len(true.place))
    unfair[item] = HARDER
    found = []
    for how in ("adaptive", "fixed"):
        french, same, harder = (
            sat(asking, true, gap, shift, how, rng) for gap, shift in ((0.0, fair), (GAP, fair), (GAP, unfair))
        )
        for size in SIZES:
            ways = WAYS if size == 500 and number % 3 == 0 else (OURS,)
            results = _results(looking, how, size, item, (french, same, harder), ways)
            found += [replace(one, world=number) for one in results]
    return found


def _results(
    looking: Compiled,
    how: str,
    size: int,
    item: int,
    languages: tuple[Sittings, Sittings, Sittings],
    ways: tuple[Way, ...],
) -> Iterator[Result]:
    french, same, harder = languages
    people = [int(size / one.exposure().mean()) for one in (french, same)]
    fair = compared(french.first(people[0]), same.first(people[1]))
    one, other = french.until(item, size), harder.until(item, size)
    if one is None or other is None or max(people) > MOST_PEOPLE:
        return
    unfair = compared(one, other)
    if size < screening.CLASSED_FROM:
        yield _watching(looking, how, size, item, (fair, unfair))
    for way in ways:
        flagged = alarms(way, looking, unfair, size)
        yield Result(
            how, size, way.name, bool(alarms(way, looking, fair, size)), item in flagged, bool(flagged - {item})
        )


def _watching(looking: Compiled, how: str, size: int, item: int, seen: tuple[Compared, Compared]) -> Result:
    """What the product itself says while there are too few answers for a class."""
    fair, unfair = (screening.screen(looking, one) for one in seen)
    share = float(np.mean([one.grade == "watch" for one in fair.values()]))
    return Result(how, size, WATCH, share > 0.0, unfair[item].grade == "watch", others=False, watched=share)


def measure() -> Section:
    start = perf_counter()
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        results = [one for found in pool.map(run, range(REPEATS)) for one in found]
    seconds = perf_counter() - start
    return Section("Fairness between languages", HOW, _figures(results, seconds), more=_tables(results))


def _share(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _figures(results: list[Result], seconds: float) -> list[Figure]:
    rows = []
    for how in ("adaptive", "fixed"):
        ours = [one for one in results if one.how == how and one.way == OURS.name and one.size >= 200]
        alarm = _share([one.false_alarm for one in ours])
        said = f"{alarm:.3f} of {len(ours)} screens"
        rows.append(
            Figure(f"{how}: screens of fair items with any alarm, 200 answers and more", said, "<= .05", alarm <= 0.05)
        )
        early = [one for one in results if one.how == how and one.way == WATCH]
        said = f"{_share([one.found for one in early]):.2f} and {_share([one.watched for one in early]):.3f}"
        rows.append(Figure(f"{how}: with 100 answers, share of harder and of fair translations to watch", said))
    return [*rows, Figure("Time", f"{seconds:.0f} s for {REPEATS} worlds", "< 120 s in the short form of 24", None)]


def _tables(results: list[Result]) -> str:
    lines = [
        "### By number of answers per language",
        "",
        "| Answers | "
        + " | ".join(
            f"{how}: {what}" for how in ("adaptive", "fixed") for what in ("found", "false alarms", "other alarms")
        )
        + " |",
        "|---" * 7 + "|",
    ]
    for size in SIZES:
        cells = [cell for how in ("adaptive", "fixed") for cell in _cells(results, how, size, OURS.name)]
        lines.append(f"| {size:,} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "### Ways to look, 500 answers per language, every third world",
        "",
        lines[2].replace("Answers", "Way"),
        lines[3],
    ]
    third = [one for one in results if one.world % 3 == 0]
    for way in WAYS:
        cells = [cell for how in ("adaptive", "fixed") for cell in _cells(third, how, 500, way.name)]
        lines.append(f"| {way.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cells(results: list[Result], how: str, size: int, way: str) -> list[str]:
    own = [one for one in results if (one.how, one.size, one.way) == (how, size, way)]
    values = ([one.found for one in own], [one.false_alarm for one in own], [one.others for one in own])
    return [f"{_share(one):.2f}" for one in values]
