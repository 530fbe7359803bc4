"""What ``pathways calibrate`` does."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NoReturn

from tqdm import tqdm

from pathways.diagnostics.calibrating import document
from pathways.diagnostics.calibrating.fitting import Task, fit
from pathways.diagnostics.calibrating.starting import earlier_of
from pathways.diagnostics.calibrating.telling import told
from pathways.diagnostics.engine.calibration import first_values
from pathways.diagnostics.simulating.bank import Bank, read_bank
from pathways.diagnostics.simulating.json_files import STANDARD, Replacement, read_json
from pathways.diagnostics.simulating.options import WrongOption
from pathways.diagnostics.simulating.problems import WrongFile

WRONG: Final = 2
FAILED: Final = 1
MOST_JOBS: Final = 256
MOST_BYTES: Final = 200_000_000


def run(given: argparse.Namespace) -> int:
    """Calibrate; returns the exit code: 2 where a file or an option is wrong, 1 where the machine gives up."""
    try:
        with _ended_by_signals():
            return _run(given)
    except WrongFile as error:
        return _complain("\n".join(error.lines()), WRONG)
    except WrongOption as error:
        return _complain(str(error), WRONG)
    except BrokenProcessPool:
        return _complain(
            "Un des processus s'est arrêté avant la fin : moins de --jobs demandent moins de mémoire.", FAILED
        )
    except MemoryError:
        return _complain("La mémoire ne suffit pas pour ces fichiers.", FAILED)


def _run(given: argparse.Namespace) -> int:
    task, bank = _task(given)
    for remark in bank.remarks if bank else ():
        _complain(f"Remarque : {remark}", WRONG)
    with Replacement(given.out) as out:  # before anything is computed: a place that cannot be written to
        with tqdm(desc="calibrage", delay=2.0, disable=None, leave=False, unit=" pas") as bar:
            fitted = fit(task, lambda reached: _step(bar, reached))
        proposal = document.document_of(fitted)
        out.write(document.written(proposal))
        out.commit()
    print(told(proposal), file=sys.stderr if given.out == STANDARD else sys.stdout)
    return 0


def _task(given: argparse.Namespace) -> tuple[Task, Bank | None]:
    jobs = _jobs(given.jobs)
    if given.model in first_values.MODELS and given.bank is None:
        raise WrongOption(f"--model {given.model} demande --bank : les micro-compétences et leurs questions.")
    bank = None if given.bank is None else read_bank(given.bank)
    start = None if given.start is None else read_json(given.start, MOST_BYTES)
    task = Task(
        data=given.data,
        model=given.model,
        structure=None if bank is None else bank.structure,
        reference=given.reference.strip(),
        jobs=jobs,
        scheduler=given.scheduler,
        earlier=None if start is None else earlier_of(start, str(given.start), given.model),
    )
    return task, bank


def _step(bar: Any, reached: float) -> None:
    bar.set_postfix_str(f"{reached:.2f}")
    bar.update()


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_JOBS:
        raise WrongOption(f"--jobs attend un nombre de 1 à {MOST_JOBS}, et non « {text[:40]} ».")
    return int(text)


def _complain(said: str, code: int) -> int:
    print(said, file=sys.stderr)  # noqa: T201 - for who typed it
    return code


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let whoever ends the process leave nothing behind: it is as if the program had ended itself."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before: dict[int, Any] = {}
    try:
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                number = getattr(signal, name)
                before[number] = signal.signal(number, end)
    except ValueError:  # not the main thread, which alone hears signals
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
