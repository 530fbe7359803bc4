"""What ``pathways calibrate`` does."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Final

from tqdm import tqdm

from pathways.diagnostics.calibrating import document
from pathways.diagnostics.calibrating.fitting import Task, fit
from pathways.diagnostics.calibrating.starting import earlier_of
from pathways.diagnostics.calibrating.telling import told
from pathways.diagnostics.engine.calibration import first_values
from pathways.diagnostics.simulating.bank import Bank, read_bank
from pathways.diagnostics.simulating.json_files import STANDARD, Replacement, read_json
from pathways.diagnostics.simulating.problems import WrongFile
from pathways.errors import SettingsError

WRONG: Final = 2
MOST_JOBS: Final = 256
MOST_BYTES: Final = 200_000_000


def run(given: argparse.Namespace) -> int:
    """Calibrate; returns the exit code, 2 where a file is wrong."""
    try:
        return _run(given)
    except WrongFile as error:
        print("\n".join(error.lines()), file=sys.stderr)  # noqa: T201 - for who typed it
        return WRONG


def _run(given: argparse.Namespace) -> int:
    jobs = _jobs(given.jobs)
    if given.model in first_values.MODELS and given.bank is None:
        raise SettingsError(f"--model {given.model} demande --bank : les micro-compétences et leurs questions.")
    bank: Bank | None = None if given.bank is None else read_bank(given.bank)
    task = Task(
        data=given.data,
        model=given.model,
        structure=None if bank is None else bank.structure,
        reference=given.reference.strip(),
        jobs=jobs,
        scheduler=given.scheduler,
        earlier=None
        if given.start is None
        else earlier_of(read_json(given.start, MOST_BYTES), str(given.start), given.model),
    )
    with Replacement(given.out) as out:  # before anything is computed: a place that cannot be written to
        with tqdm(desc="calibrage", delay=2.0, disable=None, leave=False, unit=" pas") as bar:
            fitted = fit(task, lambda reached: _step(bar, reached))
        proposal = document.document_of(fitted)
        out.write(document.written(proposal))
        out.commit()
    for remark in bank.remarks if bank else ():
        print(remark, file=sys.stderr)  # noqa: T201 - same
    print(told(proposal), file=sys.stderr if given.out == STANDARD else sys.stdout)
    return 0


def _step(bar: Any, reached: float) -> None:
    bar.set_postfix_str(f"{reached:.2f}")
    bar.update()


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_JOBS:
        raise SettingsError(f"--jobs attend un nombre de 1 à {MOST_JOBS}, et non « {text[:40]} ».")
    return int(text)
