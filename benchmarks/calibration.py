"""Calibration: an ordinary test beside programs of others, and how time and memory grow with the answers.

python -m benchmarks [--quick] calibration
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import pairwise
from math import log10
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from benchmarks.calibration_growth import Run, grown
from benchmarks.peers.asking import Silent, ask
from benchmarks.report import Figure, Section
from pathways.diagnostics.engine.calibration import em, irt
from pathways.diagnostics.engine.calibration.answers import collapsed, from_cells, monolingual

PEERS = (("girth", {}), ("mirt", {}), ("mirt", {"points": 61}))
"""With the usual settings; mirt again with as many points as it takes for slopes that are not too flat."""
AS_GOOD = 1.02
"""Errors of two programs on the same answers count as equal up to here."""
MOST_SLOPE = 1.1
MOST_MEMORY = 1.1
"""Peak memory of the most answers over that of a tenth of them, the program itself included: flat. Before that, it
grows by what is kept at hand of a file between two passes, 8 MB at most.
"""

HOW = """\
2PL, {learners:,} people by {items} items, every one answered; true slopes log-normal (mean of the log .2, SD .3),
difficulties and abilities standard normal. CPU seconds from the answers in memory to the parameters, without the start
of a program, medians of three of ours; root mean square errors against the truth. Growth: `pathways calibrate --model
2pl` on a Parquet file of {per_learner} answers for each person, as a process of its own, from reading the file to the
proposal (standard errors, drift and health included); CPU seconds and the peak of its memory, of which up to 8 MB are
answers that it keeps at hand between two passes: the last step is held against the aim."""


@dataclass(frozen=True)
class Setting:
    """``answers``: of the files whose calibration grows."""

    learners: int
    items: int
    answers: tuple[int, ...]


FULL = Setting(20_000, 100, (100_000, 1_000_000, 10_000_000))
QUICK = Setting(2_000, 50, (20_000, 100_000, 300_000))
PER_LEARNER = 30


@dataclass(frozen=True, eq=False)
class Test:
    """An ordinary test: the truth, and ``right`` [N, J] of 0 and 1."""

    __test__ = False

    slope: np.ndarray
    difficulty: np.ndarray
    right: np.ndarray


def ordinary_test(learners: int, items: int, seed: int = 1) -> Test:
    """Return who answered what, from standard normal abilities."""
    rng = np.random.default_rng(seed)
    slope, difficulty = rng.lognormal(0.2, 0.3, items), rng.standard_normal(items)
    ability = rng.standard_normal((learners, 1))
    chance = 1.0 / (1.0 + np.exp(-slope * (ability - difficulty)))
    return Test(slope, difficulty, (rng.random(chance.shape) < chance).astype(np.int8))


@dataclass(frozen=True)
class Fit:
    """CPU seconds, and root mean square errors of slopes and difficulties."""

    seconds: float
    slope_error: float
    difficulty_error: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, errors {self.slope_error:.4f} and {self.difficulty_error:.4f}"

    def as_good_as(self, other: Fit) -> bool:
        """Whether errors are no larger than another's."""
        ratios = self.slope_error / other.slope_error, self.difficulty_error / other.difficulty_error
        return max(ratios) <= AS_GOOD


def measure(*, quick: bool = False) -> Section:
    """Every figure, as one section."""
    return measured(QUICK if quick else FULL)


def measured(setting: Setting) -> Section:
    test = ordinary_test(setting.learners, setting.items)
    ours = sorted((fitted(test) for _ in range(3)), key=lambda one: one.seconds)[1]
    figures = [Figure(f"2PL, {setting.learners:,} x {setting.items}: this program", str(ours))]
    figures += [beside(peer, settings, test, ours) for peer, settings in PEERS]
    runs = grown(setting.answers, PER_LEARNER)
    figures += growth(runs)
    how = HOW.format(learners=setting.learners, items=setting.items, per_learner=PER_LEARNER)
    return Section("Calibration", how, figures)


def fitted(test: Test) -> Fit:
    """Fit by the product's own EM."""
    start = process_time()
    cells = (1 - test.right).astype(np.int8)  # the place of the outcome: right comes first
    model = irt.ability_model("2pl", monolingual(tuple(f"q{j:03}" for j in range(cells.shape[1]))), cells.shape[1])
    right = test.right.sum(axis=0).astype(np.float64)
    first = irt.start_of(model, right, np.full(len(right), float(len(cells))))
    block = collapsed(from_cells(cells))
    found = em.solve(model, first, lambda one: model.expect(one, block))
    seconds = process_time() - start
    items, _, _ = model.layout.unpacked(found.parameters)
    return fit_of(seconds, test, items[:, 0], -items[:, 1] / items[:, 0])


def fit_of(seconds: float, test: Test, slope: np.ndarray, difficulty: np.ndarray) -> Fit:
    return Fit(seconds, _error(slope, test.slope), _error(difficulty, test.difficulty))


def _error(found: np.ndarray, true: np.ndarray) -> float:
    return float(np.sqrt(((found - true) ** 2).mean()))


def beside(peer: str, settings: dict[str, Any], test: Test, ours: Fit) -> Figure:
    """Fit the same answers with another program."""
    said = "".join(f", {value} {name}" for name, value in settings.items())
    what = f"2PL, {test.right.shape[0]:,} x {test.right.shape[1]}: {peer}{said or ', as it comes'}"
    with tempfile.TemporaryDirectory(prefix="pathways-bench-") as folder:
        path = Path(folder) / "right.npy"
        np.save(path, test.right)
        found = ask("irt", {"peer": peer, "answers": str(path), **settings})
    if isinstance(found, Silent):
        return Figure(what, str(found))
    theirs = fit_of(found["seconds"], test, np.array(found["slope"]), np.array(found["difficulty"]))
    times = theirs.seconds / ours.seconds
    equal = ours.as_good_as(theirs)
    figure = f"{theirs}: {times:.0f} times ours{'' if equal else ', with smaller errors'}"
    if peer != "girth":
        return Figure(f"{what} ({found['version']})", figure)
    return Figure(f"{what} ({found['version']})", figure, ">= 20 times ours at equal errors", times >= 20.0 and equal)


def growth(runs: list[Run]) -> list[Figure]:
    """Return the figures of each size, and how they grow."""
    figures = [Figure(f"`pathways calibrate`, {one.answers:,} answers", str(one)) for one in runs]
    for few, many in pairwise(runs):
        slope = log10(many.seconds / few.seconds) / log10(many.answers / few.answers)
        plain = log10(many.each / few.each) / log10(many.answers / few.answers)
        said = f"{slope:.2f} in all, {plain:.2f} for one pass over the answers"
        what = f"growth of CPU seconds from {few.answers:,} to {many.answers:,} answers (1 is linear)"
        figures.append(Figure(what, said, f"<= {MOST_SLOPE}", slope <= MOST_SLOPE))
    for few, many in pairwise(runs):
        more = many.megabytes / few.megabytes
        what = f"peak of memory, {many.answers:,} over {few.answers:,} answers"
        last = many is runs[-1]
        figures.append(
            Figure(what, f"{more:.2f}", f"<= {MOST_MEMORY}" if last else "", more <= MOST_MEMORY if last else None)
        )
    return figures
