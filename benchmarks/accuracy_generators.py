"""People of every generator: how right each way of asking is after 10, 20 and 30 questions, and how honest the engine
is, after a calibration on other people and on the first day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from benchmarks.accuracy_banks import Document, even_shape, simulated, strands_of
from benchmarks.accuracy_calibrated import calibrated
from benchmarks.accuracy_optimum import DECIMALS, Optimum
from benchmarks.accuracy_sittings import Pool, Sat, arm, kept, resampled, sat, told
from benchmarks.peers.asking import Silent, ask
from benchmarks.report import Figure
from pathways.diagnostics.engine import compile_structure
from pathways.diagnostics.simulating.bank import Bank
from pathways.diagnostics.simulating.generators import GENERATORS, GeneratedLearners
from pathways.diagnostics.simulating.learners import Learner
from pathways.diagnostics.simulating.policies import fixed_form

APART = "D2"
"""Random tappers: nobody can be honest about them, and they are told apart."""
MOST_OVERCLAIM = 0.02
GUESSES = (0.05, 0.25, 0.33)
ARMS = ("engine", "random", "half", "fixed", "pix-like")
SPACES, BEST = "knowledgespaces", "exact optimum"


@dataclass(frozen=True)
class Setting:
    """``answering``: people and their questions, for the calibration; ``optimum``: questions of the exact optimum."""

    generators: tuple[str, ...]
    strands: int
    rungs: int
    learners: int
    answering: tuple[int, int]
    counts: tuple[int, ...]
    optimum: int
    small_learners: int


FULL = Setting(GENERATORS, 12, 6, 500, (2000, 30), (10, 20, 30), 6, 500)
QUICK = Setting(("A", "B"), 12, 6, 50, (500, 30), (10, 20, 30), 4, 100)

HOW = """\
{skills} micro-skills ({strands} strands of {rungs}), an item of guess .05, .25 and .33 each, slip .1; {learners} people
of each generator (`pathways/diagnostics/simulating/generators.py`), none of whom is what the engine believes. All arms
have what a calibration found in the answers of {answering} other people to {asked} items each. Differences to the best
arm are paired, with their 95 % bootstrap interval: *best or as good* where it holds 0."""
SMALL_HOW = """\
The same on {skills} micro-skills in strands of {rungs} with {copies} like items each (slip .1, guess .2), before any
calibration: room enough for enumeration."""


def mixed_bank(strands: int, rungs: int) -> Document:
    """Three items for each micro-skill: open, one of four, one of three. Their codes come in any order, so that a rule
    which goes by the code has no luck.
    """
    document = even_shape(strands, rungs).document(0.25)
    for number, item in enumerate(document["items"]):
        item["guess"] = GUESSES[(number + number // len(GUESSES)) % len(GUESSES)]
    return document


def as_guessed(document: Document) -> Document:
    """The bank as its author writes it on the first day: without slips, so that its values are known to be guesses."""
    items = [{key: value for key, value in item.items() if key != "slip"} for item in document["items"]]
    return {**document, "items": items}


@dataclass(frozen=True, eq=False)
class Generated:
    """Sittings of one generator by arm, after the calibration, and those of the engine on the first day."""

    name: str
    arms: dict[str, Sat]
    first_day: Sat


def generated(pool: Pool, name: str, setting: Setting, seed: int = 1) -> Generated:
    """Run all arms on one generator. Who answers for the calibration is not who sits afterwards; the true items and
    heights are the same.
    """
    document = mixed_bank(setting.strands, setting.rungs)
    first, (answering, asked) = simulated(as_guessed(document)), setting.answering
    everybody = GeneratedLearners(name, first.structure, seed, setting.learners + answering)
    people = [everybody[place] for place in range(setting.learners)]
    others = [everybody[place] for place in range(setting.learners, setting.learners + answering)]
    bank = simulated(calibrated(document, others, asked, seed))
    longest = max(setting.counts)
    arms: dict[str, Sat] = {}
    for policy in ARMS:
        form = fixed_form(compile_structure(bank.structure), seed, longest) if policy == "fixed" else ()
        one = arm(bank, policy, questions=longest, seed=seed, form=form)
        arms[policy] = Sat.of(sat(pool, one, people), longest)
    first_day = Sat.of(sat(pool, arm(first, "engine", questions=longest, seed=seed), people), longest)
    return Generated(name, arms, first_day)


def section(pool: Pool, setting: Setting) -> tuple[list[Figure], str]:
    """Return the figures that are held against aims, and the tables."""
    found: list[Generated] = []
    for name in setting.generators:
        found.append(generated(pool, name, setting))
        print("\n".join(_accuracy_rows(found[-1], setting.counts)), flush=True)
    small = [row for name in setting.generators for row in small_rows(pool, name, setting)]
    accuracy, honest = _accuracy_figure(found, setting.counts), _honesty_figures(found, setting.counts)
    how = HOW.format(
        skills=setting.strands * setting.rungs,
        strands=setting.strands,
        rungs=setting.rungs,
        learners=setting.learners,
        answering=f"{setting.answering[0]:,}",
        asked=setting.answering[1],
    )
    small_how = SMALL_HOW.format(skills="6 and 12", rungs="3 and 4", copies=setting.optimum)
    head = ["generator", "arm", *(f"accuracy at {n}" for n in setting.counts), "less the best", ""]
    parts = [
        f"### Accuracy by number of questions\n\n{how}",
        _table(head, [row for one in found for row in _accuracy_rows(one, setting.counts)]),
        small_how,
        _table(["generator", "micro-skills", "arm", "questions", "accuracy", "less the best", ""], small),
        "### Claimed less true accuracy of the engine, and how right *mastered* is",
        _honesty_table(found, setting.counts),
    ]
    return [accuracy, *honest], "\n\n".join(parts)


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows])


# --- accuracy -----------------------------------------------------------------------------------------------


def less_the_best(right: dict[str, np.ndarray]) -> dict[str, tuple[float, float, float]]:
    """Return for each arm its mean accuracy, [N] by person, less that of the best arm, paired, with its interval."""
    best = max(right, key=lambda name: float(right[name].mean()))
    return {
        name: resampled(len(own), lambda weights, own=own: float(weights @ (own - right[best])))
        for name, own in right.items()
    }


def _accuracy_rows(one: Generated, counts: Sequence[int]) -> list[str]:
    behind = {n: less_the_best({name: sat.right[:, n] for name, sat in one.arms.items()}) for n in counts}
    rows: list[str] = []
    for name, each in one.arms.items():
        accuracy = [f"{each.right[:, n].mean():.3f}" for n in counts]
        differences = "; ".join(told(behind[n][name], 3) for n in counts)
        good = "best or as good" if all(behind[n][name][2] >= 0.0 for n in counts) else ""
        rows.append(f"| {one.name} | {name} | {' | '.join(accuracy)} | {differences} | {good} |")
    return rows


def _accuracy_figure(found: Sequence[Generated], counts: Sequence[int]) -> Figure:
    behind: list[str] = []
    for one in found:
        for n in counts:
            interval = less_the_best({name: each.right[:, n] for name, each in one.arms.items()})["engine"]
            if interval[2] < 0.0:
                behind.append(f"{one.name} at {n}: {told(interval, 3)}")
    cells = len(found) * len(counts)
    said = f"{cells - len(behind)} of {cells}" + (f"; behind: {', '.join(behind)}" if behind else "")
    return Figure("accuracy: the engine is best or within the interval of the best", said, "all", not behind)


# --- honesty ------------------------------------------------------------------------------------------------


def _honesty_figures(found: Sequence[Generated], counts: Sequence[int]) -> list[Figure]:
    honest = [one for one in found if one.name != APART]
    if not honest:
        return []
    gaps = {(one.name, n): _gap(one.arms["engine"], n)[0] for one in honest for n in counts}
    worst = max(gaps, key=lambda key: abs(gaps[key]))
    most, first = max(map(abs, gaps.values())), max(_gap(one.first_day, n)[0] for one in honest for n in counts)
    at_first = min(honest, key=lambda one: _rightly(one.first_day))
    least = min(honest, key=lambda one: _rightly(one.arms["engine"]))
    least_share, first_share = _rightly(least.arms["engine"]), _rightly(at_first.first_day)
    what = f"claimed less true accuracy after a calibration, all generators but {APART}"
    return [
        Figure(
            f"{what}, farthest from 0",
            f"{gaps[worst]:+.3f} ({worst[0]} at {worst[1]})",
            f"within {MOST_OVERCLAIM}",
            most <= MOST_OVERCLAIM,
        ),
        Figure(f"{what}, the same on the first day, most overclaimed", f"{first:+.3f}"),
        Figure(
            f"right among *mastered*, all generators but {APART}, least",
            f"{least_share:.3f} ({least.name})",
            ">= 0.9",
            least_share >= 0.9,
        ),
        Figure(
            f"right among *mastered* on the first day, all generators but {APART}, least",
            f"{first_share:.3f} ({at_first.name})",
            ">= 0.9",
            first_share >= 0.9,
        ),
    ]


def _gap(one: Sat, count: int) -> tuple[float, float, float]:
    own = one.claimed[:, count] - one.right[:, count]
    return resampled(len(own), lambda weights: float(weights @ own))


def _rightly(one: Sat) -> float:
    return one.rightly / one.mastered if one.mastered else 1.0


def _honesty_table(found: Sequence[Generated], counts: Sequence[int]) -> str:
    head = ["generator", "", *(f"claimed less true at {n}" for n in counts), f"right among *mastered* at {max(counts)}"]
    rows: list[str] = []
    for one in found:
        for when, each in (("calibrated", one.arms["engine"]), ("first day", one.first_day)):
            gaps = [told(_gap(each, n), 3) for n in counts]
            right = f"{_rightly(each):.3f} of {each.mastered:,}" if each.mastered else "none"
            rows.append(f"| {one.name} | {when} | {' | '.join(gaps)} | {right} |")
    return _table(head, rows)


# --- small banks --------------------------------------------------------------------------------------------


def small_rows(pool: Pool, name: str, setting: Setting, seed: int = 1) -> list[str]:
    """Return the rows of one generator on 6 micro-skills, where the optimum is known, and on 12, where knowledge spaces
    can be enumerated.
    """
    rows: list[str] = []
    for strands, rungs, questions, other in ((2, 3, setting.optimum, BEST), (3, 4, 2 * setting.optimum, SPACES)):
        document, bank = _small(strands, rungs, setting.optimum)
        people = GeneratedLearners(name, bank.structure, seed, setting.small_learners)[:]
        right: dict[str, np.ndarray] = {}
        for policy in ARMS:
            form = fixed_form(compile_structure(bank.structure), seed, questions) if policy == "fixed" else ()
            one = arm(bank, policy, questions=questions, seed=seed, form=form)
            right[policy] = Sat.of(sat(pool, one, people), questions).right[:, -1]
        said = ""
        if other == BEST:
            right[BEST] = _optimal(_optimum(strands, rungs, questions), bank, people)
        else:
            spaces = _in_spaces(document, bank, people, questions)
            said = spaces.why if isinstance(spaces, Silent) else ""
            right |= {} if isinstance(spaces, Silent) else {SPACES: spaces}
        behind = less_the_best(right)
        size = f"{name} | {strands * rungs}"
        rows += [
            f"| {size} | {policy} | {questions} | {own.mean():.3f} | {told(behind[policy], 3)}"
            f" | {'best or as good' if behind[policy][2] >= 0.0 else ''} |"
            for policy, own in right.items()
        ]
        rows += [f"| {size} | {SPACES} | {questions} | {said} | | |"] if said else []
    return rows


@cache
def _optimum(strands: int, rungs: int, questions: int) -> Optimum:
    """The optimum does not depend on who sits: worked out once for all generators."""
    return Optimum(_small(strands, rungs, questions)[1], questions)


def _small(strands: int, rungs: int, copies: int) -> tuple[Document, Bank]:
    document = even_shape(strands, rungs).document(0.2, per_skill=copies)
    return document, simulated(document)


def _optimal(best: Optimum, bank: Bank, people: Sequence[Learner]) -> np.ndarray:
    questions = best.questions
    return np.array([_right(best.sitting(one), bank, one, questions) for one in people])


def _right(mastery: np.ndarray, bank: Bank, learner: Learner, asked: int) -> float:
    known = learner.truth(asked) or frozenset()
    truth = np.array([code in known for code in bank.structure.skill_codes])
    return float(((mastery.round(DECIMALS) >= 0.5) == truth).mean())


def _in_spaces(document: Document, bank: Bank, people: Sequence[Learner], questions: int) -> np.ndarray | Silent:
    """What knowledgespaces makes of the same people, who answer as it asks."""
    told_all: dict[str, Any] = {
        "peer": SPACES,
        "strands": strands_of(document),
        "learners": [one.to_document() for one in people],
        "questions": questions,
    }
    found = ask("spaces", told_all)
    if isinstance(found, Silent):
        return found
    codes = bank.structure.skill_codes
    curves = [
        [_right(np.array([step[code] for code in codes]), bank, one, asked) for asked, step in enumerate(steps)]
        for one, steps in zip(people, found["mastery"], strict=True)
    ]
    return np.array([kept(np.array(curve), questions)[-1] for curve in curves])
