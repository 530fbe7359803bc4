"""What ``pathways calibrate`` does."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from tqdm import tqdm

from pathways.diagnostics.calibrating import document
from pathways.diagnostics.calibrating.banked import banked
from pathways.diagnostics.calibrating.command import MODELS
from pathways.diagnostics.calibrating.fitting import Task, fit
from pathways.diagnostics.calibrating.starting import earlier_of
from pathways.diagnostics.calibrating.telling import told
from pathways.diagnostics.engine.calibration import first_values
from pathways.diagnostics.simulating.bank import MOST_BYTES as MOST_BANK_BYTES
from pathways.diagnostics.simulating.bank import Bank, bank_of
from pathways.diagnostics.simulating.json_files import STANDARD, Replacement, read_json
from pathways.diagnostics.simulating.options import WrongOption, keep_apart
from pathways.diagnostics.simulating.problems import WrongFile

if TYPE_CHECKING:
    from pathways.database import Database
    from pathways.diagnostics.calibrating.server import ServerBank

Opening: TypeAlias = Callable[[], AbstractContextManager["Database"]]
Propose: TypeAlias = Callable[["Database", "ServerBank", dict[str, Any]], str]
"""Keeps a proposal, and says where it is."""

SERVED: Final = "level"
"""The model that diagnostics are asked with."""
WRONG: Final = 2
FAILED: Final = 1
MOST_JOBS: Final = 256
MOST_BYTES: Final = 200_000_000


def run(given: argparse.Namespace, opening: Opening, propose: Propose) -> int:
    """Calibrate; returns the exit code: 2 where a file or an option is wrong, 1 where the machine gives up. ``opening``
    opens the database, which only the server's own answers need; ``propose`` keeps what they speak for.
    """
    try:
        with _ended_by_signals(), ExitStack() as held:
            return _run(given, _server(given, opening, held), propose)
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


Server: TypeAlias = "tuple[Database, ServerBank]"


def _server(given: argparse.Namespace, opening: Opening, held: ExitStack) -> Server | None:
    """The database and the questions that are calibrated from it; ``None`` where answers come from a file."""
    if sum(map(bool, (given.data, given.framework, given.diagnostic))) != 1:
        raise WrongOption("Un fichier de réponses, --framework ou --diagnostic : l'un des trois.")
    if given.model not in {None, *MODELS}:
        raise WrongOption(f"--model attend {', '.join(MODELS[:-1])} ou {MODELS[-1]}, et non « {given.model[:40]} ».")
    if given.data is not None:
        if given.propose:
            raise WrongOption("--propose garde ce que disent les réponses du serveur : --framework ou --diagnostic.")
        if given.model is None:
            raise WrongOption(f"--model est demandé avec un fichier : {', '.join(MODELS)}.")
        return None
    if given.bank is not None or given.start is not None or given.bank_out:
        raise WrongOption(
            "--bank, --bank-out et --start ne vont pas avec --framework ou --diagnostic : le serveur a les siens."
        )
    if given.propose and given.model not in {None, SERVED}:
        raise WrongOption(f"--propose demande --model {SERVED}, avec lequel les diagnostics sont posés.")
    from pathways import migrating  # noqa: PLC0415 - a file needs no database
    from pathways.diagnostics.calibrating import server  # noqa: PLC0415 - a file needs no database

    database = held.enter_context(opening())
    migrating.must_be_current(database)
    with database.read() as db:
        return database, server.bank_of(db, framework=given.framework, diagnostic=given.diagnostic)


def _run(given: argparse.Namespace, server: Server | None, propose: Propose) -> int:
    keep_apart(
        {"les réponses": given.data, "--bank": given.bank, "--start": given.start},
        {"--out": given.out, "--bank-out": given.bank_out},
    )
    task, bank, first = _task(given) if server is None else (_task_of(given, *server), None, {})
    for remark in bank.remarks if bank else ():
        _complain(f"Remarque : {remark}", WRONG)
    with ExitStack() as files:  # before anything is computed: a place that cannot be written to
        out = files.enter_context(Replacement(given.out))
        bank_out = files.enter_context(Replacement(given.bank_out)) if given.bank_out else None
        with tqdm(desc="calibrage", delay=2.0, disable=None, leave=False, unit=" pas") as bar:
            fitted = fit(task, lambda reached: _step(bar, reached))
        proposal = document.document_of(fitted)
        lines = [told(proposal)]
        if bank_out:
            bank_out.write(document.written(banked(first, proposal)))
        if server is not None and given.propose:
            lines.append(propose(*server, proposal))
        if not given.propose or given.out != STANDARD:
            out.write(document.written(proposal))
            out.commit()
        if bank_out:
            bank_out.commit()
    print("\n".join(lines), file=sys.stderr if given.out == STANDARD and not given.propose else sys.stdout)
    return 0


def _task_of(given: argparse.Namespace, database: Database, bank: ServerBank) -> Task:
    """What is wanted of the server's own answers. Drift is measured from what was accepted last, if anything was."""
    from pathways.diagnostics.calibrating import server  # noqa: PLC0415 - a file needs no database

    model = given.model or SERVED
    with database.read() as db:
        accepted = server.accepted_document(db, bank.in_force)
    return Task(
        data=server.ServerAnswers(database, bank),
        model=model,
        structure=bank.structure,
        reference=given.reference.strip(),
        jobs=_jobs(given.jobs),
        scheduler=given.scheduler,
        earlier=earlier_of(accepted, "la proposition acceptée", model) if accepted and model == SERVED else None,
    )


def _task(given: argparse.Namespace) -> tuple[Task, Bank | None, dict[str, Any]]:
    jobs = _jobs(given.jobs)
    if given.bank_out and (given.bank is None or given.model != SERVED or given.bank_out == STANDARD):
        raise WrongOption(f"--bank-out écrit dans un fichier la banque de --bank, calibrée avec --model {SERVED}.")
    if given.model in first_values.MODELS and given.bank is None:
        raise WrongOption(f"--model {given.model} demande --bank : les micro-compétences et leurs questions.")
    first = {} if given.bank is None else read_json(given.bank, MOST_BANK_BYTES)  # once: it may be a pipe
    bank = None if given.bank is None else bank_of(first, str(given.bank))
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
    return task, bank, first


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
