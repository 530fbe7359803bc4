"""How many seconds a sitting takes to 90 % when questions are chosen by what they tell per second, beside a choice that
does not look at the time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.accuracy_banks import Document, even_shape, simulated
from benchmarks.accuracy_sittings import Pool, Sat, arm, reached, resampled, sat, told
from benchmarks.report import Figure
from pathways.diagnostics.simulating.generators import GeneratedLearners

TARGET = 0.90
MEDIAN_SECONDS, LOG_SD = 40.0, 0.5
MOST_SHARE = 0.65

HOW = """\
{skills} micro-skills, three items each (slip .1, guess .25), whose times are log-normal, median {median:.0f} s, log-sd
{sd}, known, and have nothing to do with what items tell; {learners} people of generator A, up to {questions} questions.
*Without time* is the same engine on the same items, all of which it takes to last equally long. Mean accuracy by
seconds, interpolated; 95 % by bootstrap over people."""


@dataclass(frozen=True)
class Setting:
    strands: int
    rungs: int
    learners: int
    questions: int


FULL = Setting(12, 6, 500, 60)
QUICK = Setting(12, 6, 60, 40)


def timed_bank(strands: int, rungs: int, seed: int = 7) -> Document:
    """A bank whose items take a time of their own."""
    document = even_shape(strands, rungs).document(0.25)
    seconds = MEDIAN_SECONDS * np.random.default_rng(seed).lognormal(0.0, LOG_SD, len(document["items"]))
    items = [{**item, "seconds": time} for item, time in zip(document["items"], seconds.tolist(), strict=True)]
    return {**document, "items": items}


def section(pool: Pool, setting: Setting, seed: int = 1) -> tuple[list[Figure], str]:
    """Return the figure that is held against the aim, and the table."""
    bank = simulated(timed_bank(setting.strands, setting.rungs))
    seconds = {item.code: item.seconds for item in bank.structure.items}
    alike = tuple(replace(item, seconds=MEDIAN_SECONDS) for item in bank.structure.items)
    blind = replace(bank, structure=replace(bank.structure, items=alike))
    people = GeneratedLearners("A", bank.structure, seed, setting.learners)[:]
    both = {
        name: Sat.of(sat(pool, arm(one, "engine", questions=setting.questions), people), setting.questions)
        for name, one in (("by the second", bank), ("without time", blind))
    }
    needed = {name: partial(_needed, by_seconds(one, seconds), TARGET) for name, one in both.items()}
    spent = {name: resampled(setting.learners, call) for name, call in needed.items()}
    share = resampled(setting.learners, lambda weights: _over(needed["by the second"], needed["without time"], weights))
    rows = ["| choice | seconds to 90 % | questions to 90 % |", "|---|---|---|"]
    for name, one in both.items():
        asked = resampled(setting.learners, partial(_asked, one))
        rows.append(f"| {name} | {told(spent[name], 0)} | {told(asked, 1)} |")
    how = HOW.format(
        skills=setting.strands * setting.rungs,
        median=MEDIAN_SECONDS,
        sd=LOG_SD,
        learners=setting.learners,
        questions=setting.questions,
    )
    what = "seconds to 90 %, as a share of those of a choice without time"
    figure = Figure(what, told(share), f"<= {MOST_SHARE}", share[0] <= MOST_SHARE)
    return [figure], f"### Seconds to 90 %\n\n{how}\n\n" + "\n".join(rows)


@dataclass(frozen=True, eq=False)
class BySeconds:
    """Who was how right from when on: ``when`` [M] rising, ``who`` [M], and by how much more, ``step`` [M]; ``start``
    [N] before the first question.
    """

    when: np.ndarray
    who: np.ndarray
    step: np.ndarray
    start: np.ndarray


def by_seconds(one: Sat, seconds: dict[str, float]) -> BySeconds:
    """Return the accuracy of every sitting as a function of the seconds that its items take."""
    when, who, step = [], [], []
    for place, (found, right) in enumerate(zip(one.outlines, one.right, strict=True)):
        when.append(np.cumsum([seconds[item] for item in found.items]))
        who.append(np.full(len(found.items), place))
        step.append(np.diff(right[: len(found.items) + 1]))
    order = np.argsort(np.concatenate(when), kind="stable")
    return BySeconds(
        np.concatenate(when)[order], np.concatenate(who)[order], np.concatenate(step)[order], one.right[:, 0]
    )


def _needed(curve: BySeconds, target: float, weights: np.ndarray) -> float:
    mean = float(weights @ curve.start) + np.cumsum(weights[curve.who] * curve.step)
    return reached(mean, target, curve.when)


def _over(ours: partial[float], theirs: partial[float], weights: np.ndarray) -> float:
    return ours(weights) / theirs(weights)


def _asked(one: Sat, weights: np.ndarray) -> float:
    return reached(weights @ one.right, TARGET)
