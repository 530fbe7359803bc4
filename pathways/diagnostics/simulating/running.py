"""What ``pathways simulate`` does: reads, lets people answer, writes the trace, tells the summary."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import asdict
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO, TypeAlias

from tqdm import tqdm

from pathways.diagnostics.engine import Compiled, InvalidStructure, StopRules, compile_structure
from pathways.diagnostics.simulating.bank import Bank, read_bank
from pathways.diagnostics.simulating.generators import GeneratedLearners
from pathways.diagnostics.simulating.json_files import STANDARD, Replacement
from pathways.diagnostics.simulating.learners import Learner, read_learners, say_dont_know, write_learners
from pathways.diagnostics.simulating.options import Options, WrongOption, options_of
from pathways.diagnostics.simulating.policies import PIX_LIKE, fixed_form
from pathways.diagnostics.simulating.problems import MOST_TOLD, WrongFile, shown
from pathways.diagnostics.simulating.processes import ProcessLost, Work, results_of
from pathways.diagnostics.simulating.sittings import Task
from pathways.diagnostics.simulating.stops import NEVER, Stops
from pathways.diagnostics.simulating.summary import Summary
from pathways.diagnostics.simulating.telling import decimal, told

if TYPE_CHECKING:
    from pathways.database import Database

Opening: TypeAlias = Callable[[], AbstractContextManager["Database"]]

WRONG: Final = 2
FAILED: Final = 1


def run(given: argparse.Namespace, opening: Opening) -> int:
    """Run the command; returns its exit code. What is wrong is told on standard error. ``opening`` opens the database,
    which ``--diagnostic`` alone needs.
    """
    try:
        with _ended_by_signals():
            return _simulate(options_of(given), opening)
    except WrongFile as error:
        _complain("\n".join(error.lines()))
        return WRONG
    except (WrongOption, InvalidStructure) as error:
        _complain(str(error))
        return WRONG
    except ProcessLost:
        _complain("un des processus s'est arrêté avant la fin : moins de --jobs demandent moins de mémoire.")
        return FAILED
    except MemoryError:
        _complain("la mémoire ne suffit pas pour ces fichiers.")
        return FAILED
    except BrokenPipeError:
        raise  # for the command to end in silence
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what waits to be written is lost
        _complain(f"le bilan ne peut pas être écrit ({error.strerror}).")
        return FAILED


def _simulate(options: Options, opening: Opening) -> int:
    bank, usual = _bank(options, opening)
    bank, learners, remarks = _people(options, bank.in_one_style() if options.one_style else bank)
    stops = options.stops or _usual_stops(options, bank, usual)
    compiled = _compiled(options, bank)
    for remark in (*bank.remarks, *remarks, *_out_of_reach(bank, compiled)):
        _say(f"Remarque : {remark}", sys.stderr)
    task = _task(options, bank, stops, compiled)
    summary = Summary(len(bank.structure.skill_codes), tuple(item.code for item in bank.structure.items))
    with ExitStack() as files:
        trace = files.enter_context(Replacement(options.trace)) if options.trace else None
        saved = files.enter_context(Replacement(options.save_learners)) if options.save_learners else None
        if saved:
            write_learners(learners, saved.write)
        work = Work(task, traced=trace is not None)
        with closing(results_of(work, learners, jobs=options.jobs, compiled=compiled)) as results:
            for outline, lines in _watched(results, len(learners)):
                summary.add(outline)
                if trace:
                    trace.write(lines)
        for file in (saved, trace):
            if file:
                file.commit()
    _tell(options, bank, stops, summary)
    return 0


def _bank(options: Options, opening: Opening) -> tuple[Bank, Stops | None]:
    """The bank, and the rules of a published diagnostic."""
    if options.bank is not None:
        return read_bank(options.bank), None
    from pathways import migrating  # noqa: PLC0415 - a file needs no database
    from pathways.diagnostics.simulating.published import bank_of_diagnostic  # noqa: PLC0415 - same

    with opening() as database:
        migrating.must_be_current(database)
        with database.begin() as db:
            return bank_of_diagnostic(db, options.diagnostic or "")


def _people(options: Options, bank: Bank) -> tuple[Bank, Sequence[Learner], tuple[str, ...]]:
    """The learners; and the bank as they meet it, which offers "I don't know" if any of them says it."""
    if options.learners is None:
        # People who are made up say it where the diagnostic offers it; a file does not say that it is offered.
        bank = bank.without_dont_know() if options.bank is not None else bank
        return bank, GeneratedLearners(options.generator, bank.structure, options.seed, options.count), ()
    learners, remarks = read_learners(options.learners, bank)
    silent = options.bank is not None and not say_dont_know(learners)
    return bank.without_dont_know() if silent else bank, learners, remarks


def _usual_stops(options: Options, bank: Bank, published: Stops | None) -> Stops:
    """The rules of the published diagnostic, or of one that a trainer composes of these micro-skills and leaves as it
    is. The Pix-like rule has its own end.
    """
    if options.policy == PIX_LIKE:
        return Stops(StopRules(), when_decided=False)
    if published is not None:
        return published
    from pathways.diagnostics.composing.selections import Selection  # noqa: PLC0415 - knows the database, is slow

    return Stops(Selection(skills=bank.structure.skill_codes).rules())


def _compiled(options: Options, bank: Bank) -> Compiled:
    try:
        return compile_structure(bank.structure)
    except InvalidStructure as error:
        said = f"les prérequis sont trop enchevêtrés pour un calcul exact ({error})"
        raise WrongFile(str(options.bank or options.diagnostic), [("", said)]) from None


def _out_of_reach(bank: Bank, compiled: Compiled) -> list[str]:
    """Where the bank says that more people master a micro-skill than what it requires."""
    beyond = [one for one in compiled.warnings if bank.placed is None or one.skill in bank.placed]
    lines = [
        f"{shown(one.skill)} : la banque en attend {decimal(100 * one.share)} % des apprenants, et ses prérequis n'en"
        f" laissent que {decimal(100 * one.reached)} %."
        for one in beyond[:MOST_TOLD]
    ]
    more = len(beyond) - len(lines)
    return [*lines, f"et {more} de plus."] if more else lines


def _task(options: Options, bank: Bank, stops: Stops, compiled: Compiled) -> Task:
    form: tuple[str, ...] = ()
    if options.policy == "fixed":
        form = fixed_form(compiled, options.seed, stops.rules.questions)
    most = _most_per_strand(options, bank)
    return Task(bank.structure, dict(bank.levels), options.policy, stops, options.seed, form, options.exposure, most)


def _most_per_strand(options: Options, bank: Bank) -> int | None:
    """The limit of the published diagnostic; the Pix-like rule has its own end."""
    return None if options.policy == PIX_LIKE else bank.most_per_strand


def _watched(results: Iterator[Any], count: int) -> Iterator[Any]:
    """The results, with a progress bar where somebody watches."""
    silent = True if sys.stderr is None else None  # None: where nobody watches
    return iter(tqdm(results, total=count, desc="passations", delay=1.0, disable=silent, leave=False))


def _tell(options: Options, bank: Bank, stops: Stops, summary: Summary) -> None:
    offered = any(item.dont_know_not_mastered > 0.0 for item in bank.structure.items)
    head = {
        "policy": options.policy,
        "exposure_varied": options.exposure,
        "seed": options.seed,
        "generator": options.generator if options.learners is None else None,
        "stop": _stop_document(options, stops),
        "most_per_strand": _most_per_strand(options, bank),
        "dont_know_offered": offered,
        "styles": len(bank.structure.styles),
    }
    document = {**head, **summary.to_document()}
    text = json.dumps(document, ensure_ascii=False, indent=1) if options.json else told(document)
    out = sys.stderr if STANDARD in {options.trace, options.save_learners} else sys.stdout
    _say(text, out)


def _stop_document(options: Options, stops: Stops) -> dict[str, Any]:
    rules = asdict(stops.rules)
    if options.policy == PIX_LIKE:
        return {"own_rule": True, "questions": rules["questions"], "seconds": rules["seconds"]}
    least = rules["least_questions"]
    return {**rules, "least_questions": 0 if least >= NEVER else least, "when_decided": stops.when_decided}


def _complain(said: str) -> None:
    _say(f"pathways : {said}", sys.stderr)


def _say(said: str, stream: TextIO | None) -> None:
    """Tell the person who asked; a stream that was closed for us hears nothing."""
    if stream is not None:
        encoding = stream.encoding or "utf-8"
        print(said.encode(encoding, "replace").decode(encoding), file=stream, flush=True)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let whoever ends the process leave nothing half-written: it is as if the program had ended itself."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = {}
    try:
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                before[name] = signal.signal(getattr(signal, name), end)
    except ValueError:  # not the main thread, which alone hears signals
        before = {}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
