"""A bank after a calibration on other people's answers: what is read off a proposal of ``pathways calibrate``."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy_banks import Document, simulated
from pathways.diagnostics.calibrating import document as proposals
from pathways.diagnostics.calibrating.banked import banked
from pathways.diagnostics.calibrating.fitting import Task, fit
from pathways.diagnostics.engine.calibration.em import silent
from pathways.diagnostics.simulating.learners import Learner
from pathways.diagnostics.simulating.policies import chance

MODEL = "level"


def calibrated(bank: Document, learners: Sequence[Learner], questions: int, seed: int = 1) -> Document:
    """Return the bank with the slips, guesses, shares and styles that these people's answers to so many items each,
    drawn by chance, speak for.
    """
    with tempfile.TemporaryDirectory(prefix="pathways-bench-") as folder:
        path = Path(folder) / "answers.csv"
        _write(path, learners, questions, seed)
        fitted = fit(Task(data=path, model=MODEL, structure=simulated(bank).structure), silent)
        return banked(bank, proposals.document_of(fitted))


def _write(path: Path, learners: Sequence[Learner], questions: int, seed: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("learner", "item", "outcome"))
        for learner in learners:
            items = sorted(learner.answers)
            order = chance(seed, "calibration", learner.key).permutation(len(items))[:questions]
            asked = enumerate(items[place] for place in order.tolist())
            rows.writerows((learner.id, item, learner.outcome(item, number)) for number, item in asked)
