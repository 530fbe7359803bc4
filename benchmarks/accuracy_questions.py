"""How many questions the engine needs to be as right as a rule like that of Pix is when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np

from benchmarks.accuracy_banks import EvenLearners, EvenPopulation, Shape, even_shape, plain, simulated, uneven_shape
from benchmarks.accuracy_sittings import Pool, Sat, arm, reached, resampled, sat, told
from benchmarks.report import Figure

SMALL = 20
MOST_SHARE, MOST_SHARE_OF_SMALL, MEAN_SHARE, BEHIND_ORACLE = 0.65, 0.85, 0.5, 1.10
BEYOND = 1.1
"""How much longer than the rule on average the engine is let ask, to see where it gets there if it is late."""
AT_ONCE = 0.01
"""Stands for no question at all, as the divisor of a share."""


@dataclass(frozen=True)
class Setting:
    """Banks, guesses, and people for each of them."""

    shapes: tuple[Shape, ...]
    guesses: tuple[float, ...]
    learners: int


FULL = Setting(
    (
        even_shape(5, 4),
        even_shape(4, 5),
        even_shape(10, 5),
        uneven_shape(50),
        even_shape(20, 5),
        uneven_shape(100),
        even_shape(40, 5),
        uneven_shape(200),
        even_shape(100, 5),
        uneven_shape(500),
    ),
    (0.10, 0.25),
    500,
)
QUICK = Setting((even_shape(5, 4), even_shape(10, 5)), (0.10, 0.25), 100)

HOW = f"""\
Banks of so many micro-skills in strands, three items for each, slip .1, guess as said and known; people spread evenly
from beginner to expert (strand positions uniform on -2 to 2, and N(0, .5^2) beside): no group that the prior knows.
*Rule*: like that of Pix campaigns, until it ends. *Share*: questions after which the engine's mean accuracy is the
rule's own, over the rule's mean number, interpolated; 95 % by bootstrap over people. *Oracle*: the same engine, told of
the population that people come from, and that they answer as items say and in no other way.
*Claim*: claimed less true accuracy of the engine at that moment. Aims: up to
{SMALL} micro-skills a share of {MOST_SHARE_OF_SMALL}, above that {MOST_SHARE} at most and {MEAN_SHARE} on average,
within 10 % of the oracle."""


@dataclass(frozen=True)
class Compared:
    """One bank. ``share`` and ``behind`` (engine over oracle) with their intervals."""

    shape: Shape
    guess: float
    rule: tuple[float, float]
    engine: float
    oracle: float
    share: tuple[float, float, float]
    behind: tuple[float, float, float]
    claim: float

    @property
    def met(self) -> bool:
        most = MOST_SHARE_OF_SMALL if self.shape.skills <= SMALL else MOST_SHARE
        return self.share[0] <= most and self.behind[0] <= BEHIND_ORACLE

    def row(self) -> str:
        columns: list[Any] = [
            self.shape.skills,
            self.shape.name,
            f"{self.guess:.2f}",
            f"{self.rule[0]:.1f} at {self.rule[1]:.3f}",
            f"{self.engine:.1f}",
            told(self.share),
            f"{self.oracle:.1f}",
            told(self.behind),
            f"{self.claim:+.3f}",
            "met" if self.met else "**missed**",
        ]
        return f"| {' | '.join(map(str, columns))} |"


HEAD = """\
| skills | strands | guess | rule: questions, accuracy | engine | share | oracle | engine over oracle | claim | aims |
|---|---|---|---|---|---|---|---|---|---|"""


def measured(pool: Pool, setting: Setting) -> Iterator[Compared]:
    """Compare on each bank, smallest first."""
    for shape in setting.shapes:
        for guess in setting.guesses:
            yield compared(pool, shape, guess, setting.learners)


def compared(pool: Pool, shape: Shape, guess: float, people: int, seed: int = 1) -> Compared:
    """Run the rule, the engine and the oracle on the same people."""
    bank = simulated(shape.document(guess))
    learners = EvenLearners(bank.structure, seed, people)
    rule = Sat.of(sat(pool, arm(bank, "pix-like"), learners))
    longest = ceil(BEYOND * float(rule.questions.mean()))
    engine = Sat.of(sat(pool, arm(bank, "engine", questions=longest), learners))
    sure = replace(bank, structure=plain(bank.structure))
    told_all = arm(sure, "engine", questions=longest, population=EvenPopulation())
    oracle = Sat.of(sat(pool, told_all, learners))

    def needed(arm_: Sat, weights: np.ndarray) -> float:
        return reached(weights @ arm_.right, float(weights @ rule.right[:, -1]))

    def share(weights: np.ndarray) -> float:
        return needed(engine, weights) / float(weights @ rule.questions)

    def behind(weights: np.ndarray) -> float:
        ours, theirs = (max(needed(one, weights), AT_ONCE) for one in (engine, oracle))
        return ours / theirs if np.isfinite(theirs) else (1.0 if np.isinf(ours) else 0.0)

    even = np.full(people, 1.0 / people)
    here = needed(engine, even)
    gap = (engine.claimed - engine.right).mean(axis=0)
    at = min(round(here), len(gap) - 1) if np.isfinite(here) else len(gap) - 1
    return Compared(
        shape,
        guess,
        (float(rule.questions.mean()), float(rule.right[:, -1].mean())),
        here,
        needed(oracle, even),
        resampled(people, share),
        resampled(people, behind),
        float(gap[at]),
    )


def section(pool: Pool, setting: Setting) -> tuple[list[Figure], str]:
    """Return the figures that are held against aims, and the table."""
    found: list[Compared] = []
    for one in measured(pool, setting):
        found.append(one)
        print(one.row(), flush=True)
    small = [one.share[0] for one in found if one.shape.skills <= SMALL]
    large = [one.share[0] for one in found if one.shape.skills > SMALL]
    behind = max(one.behind[0] for one in found)
    figures = [
        *(_worst(f"questions to the rule's accuracy, up to {SMALL} micro-skills", small, MOST_SHARE_OF_SMALL)),
        *(_worst(f"questions to the rule's accuracy, above {SMALL} micro-skills", large, MOST_SHARE)),
    ]
    if large:
        mean = float(np.mean(large))
        what = f"questions to the rule's accuracy, above {SMALL} micro-skills, mean share"
        figures.append(Figure(what, f"{mean:.2f}", f"<= {MEAN_SHARE}", mean <= MEAN_SHARE))
    what = "questions of the engine over those of the oracle, largest"
    figures.append(Figure(what, f"{behind:.2f}", f"<= {BEHIND_ORACLE:.2f}", behind <= BEHIND_ORACLE))
    table = "\n".join([HEAD, *(one.row() for one in found)])
    return figures, f"### Questions to the accuracy of a rule like that of Pix\n\n{HOW}\n\n{table}"


def _worst(what: str, shares: list[float], aim: float) -> list[Figure]:
    if not shares:
        return []
    return [Figure(f"{what}, largest share", f"{max(shares):.2f}", f"<= {aim}", max(shares) <= aim)]
