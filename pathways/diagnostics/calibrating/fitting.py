"""From answers to all that is known of the items: reading, preparing, fitting, looking back."""

from __future__ import annotations

import errno
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pathways.diagnostics.calibrating import styling, works
from pathways.diagnostics.calibrating.binding import LEFT_OUT, Bound, bound_to
from pathways.diagnostics.calibrating.cluster import Cluster
from pathways.diagnostics.calibrating.history import History
from pathways.diagnostics.calibrating.partitions import MOST_LANGUAGES, Met, Spill
from pathways.diagnostics.calibrating.passes import Alone, Passes, Together, total
from pathways.diagnostics.calibrating.preparing import Plan, Tally, plan, prepare
from pathways.diagnostics.calibrating.reading import Source, read
from pathways.diagnostics.calibrating.starting import Earlier, begun
from pathways.diagnostics.engine import ANSWERS, Structure
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration import first_values, joint
from pathways.diagnostics.engine.calibration.drift import Cusum
from pathways.diagnostics.engine.calibration.em import Solution, added
from pathways.diagnostics.engine.calibration.information import Covariance, ViewedModel, covariance
from pathways.diagnostics.engine.calibration.linking import Link, solve_linked
from pathways.diagnostics.engine.calibration.residuals import Residuals
from pathways.diagnostics.simulating.problems import WrongFile, shown
from pathways.errors import SettingsError

FRENCH: Final = "fr"
SITTINGS: Final = 2
"""Place of sittings with evidence in ``Tally.people``."""


@dataclass(frozen=True)
class Task:
    """What is wanted.  ``structure``: of the bank, for the joint models; ``reference``: a language, the first if empty;
    ``jobs``: processes; ``scheduler``: address of a Dask scheduler, none if empty.  ``earlier``: where to begin.
    """

    data: Path | Source
    model: str
    structure: Structure | None = None
    reference: str = ""
    jobs: int = 1
    scheduler: str = ""
    earlier: Earlier | None = None


@dataclass(frozen=True, eq=False)
class Fitted:
    """All that a proposal is written from.

    ``linking_runs``: how many of the runs were made to link languages.
    """

    task: Task
    met: Met
    plan: Plan
    tally: Tally
    bound: Bound
    model: ViewedModel
    runs: Sequence[Solution]
    linking_runs: int
    links: Sequence[Link]
    covariance: Covariance
    residuals: Residuals
    cusum: Cusum

    @property
    def parameters(self) -> Floats:
        """Where the last run ended."""
        return self.runs[-1].parameters


Watch = Callable[[float], None]


def fit(task: Task, watch: Watch) -> Fitted:
    """Do all of it; raises :class:`WrongFile`, and :class:`SettingsError` where there is no room for what is read.

    ``watch`` is told each value of the penalised log-likelihood.
    """
    try:
        return _fit(task, watch)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise SettingsError("Le disque est plein, là où sont les fichiers temporaires (TMPDIR).") from error


def _fit(task: Task, watch: Watch) -> Fitted:
    with tempfile.TemporaryDirectory(prefix="pathways-calibrate-") as place:
        folder = Path(place)
        known = None if task.structure is None else frozenset(item.code for item in task.structure.items)
        spill = read(task.data, folder, known)
        if len(spill.met.languages.codes) > MOST_LANGUAGES:
            raise WrongFile(str(task.data), [("", f"plus de {MOST_LANGUAGES} langues différentes")])
        bound = bound_to(task.structure, task.model, spill.met)
        how = _plan(task, spill.met, bound)
        tally, most, paths = _prepared(spill, how)
        if not bound.codes:
            raise WrongFile(str(task.data), [("", f"ce modèle laisse toutes les questions de côté ({_why(bound)})")])
        if not paths:
            said = "aucune réponse ne dit rien : ni juste, ni fausse, ni « je ne sais pas »"
            raise WrongFile(str(task.data), [("", said)])
        return _fitted(task, spill.met, bound, how, tally, most, paths, watch)


def _why(bound: Bound) -> str:
    met = Counter(bound.left_out.values())
    return " ; ".join(f"{LEFT_OUT[why]} : {count}" for why, count in sorted(met.items()))


def _plan(task: Task, met: Met, bound: Bound) -> Plan:
    reference = task.reference or _most_used(met)
    if task.reference and task.reference not in met.languages.codes:
        said = f"aucune réponse n'est dans la langue de référence {shown(task.reference)}"
        raise WrongFile(str(task.data), [("", said)])
    three = task.model in first_values.MODELS and met.dont_know
    credit = task.model == first_values.CREDITING
    return plan(met, bound.codes, reference, bound.families, three=three, credit=credit)


def _most_used(met: Met) -> str:
    if FRENCH in met.languages.codes:
        return FRENCH
    best = min(met.by_language, key=lambda place: (-met.by_language[place], met.languages.codes[place]))
    return met.languages.codes[best]


def _prepared(spill: Spill, how: Plan) -> tuple[Tally, int, list[Path]]:
    """Return what was counted, the most answers of one sitting, and where the blocks are."""
    tally: Tally | None = None
    most = 0
    paths: list[Path] = []
    for number in range(spill.count):
        rows = spill.path(number)
        if rows.exists():
            to = rows.with_suffix(".answers")
            found, longest = prepare(rows, to, how)
            most = max(most, longest)
            tally = found if tally is None else added(tally, found)
            rows.unlink()
            paths += [to] if to.exists() else []
    assert tally is not None, "a file with answers has a partition"
    return tally, most, paths


def _fitted(
    task: Task, met: Met, bound: Bound, how: Plan, tally: Tally, most: int, paths: list[Path], watch: Watch
) -> Fitted:
    answers = tally.shown[:, : len(ANSWERS)].sum(axis=1)
    model, start = bound.model_of(how, tally, most)
    with passes_of(task, model, paths) as passes:
        if task.earlier is not None:
            start = _better(passes, model, begun(task.earlier, model, bound, start), start)
        linked, runs, links = solve_linked(model, start, lambda one: total(passes, works.expected, one), answers, watch)
        linking = len(runs) - 1
        if isinstance(linked, joint.StrandsModel) and styling.fits(linked):
            linked, more = styling.styled(linked, runs[-1].parameters, passes, _some(model, paths, tally), watch)
            runs += more
        parameters = runs[-1].parameters
        errors = covariance(linked, parameters, total(passes, works.cross_products, linked, parameters))
        against = parameters if task.earlier is None else begun(task.earlier, linked, bound, parameters)
        sums, cusum = _looked(passes, linked, parameters, against, met, paths[0].parent)
    return Fitted(task, met, how, tally, bound, linked, runs, linking, links, errors, sums, cusum)


def _better(passes: Passes, model: ViewedModel, earlier: Floats, usual: Floats) -> Floats:
    """Return where to begin: from an earlier proposal, unless these answers speak against it more than against first
    values; from far away there is no way back.
    """

    def reached(parameters: Floats) -> float:
        return float(total(passes, works.expected, parameters).log_likelihood) + model.penalty(parameters)

    return earlier if reached(earlier) >= reached(usual) else usual


def _some(model: ViewedModel, paths: list[Path], tally: Tally) -> Alone:
    """Return passes over so many partitions as have the sittings on which styles are tried."""
    sittings = int(tally.people[SITTINGS])
    return Alone(model, paths[: max(1, -(-len(paths) * styling.TRIED // sittings))])


@contextmanager
def passes_of(task: Task, model: ViewedModel, paths: list[Path]) -> Iterator[Passes]:
    """Give what goes over the partitions."""
    if task.scheduler:
        with Cluster(model, paths, task.scheduler) as cluster:
            yield cluster
    elif task.jobs > 1 and len(paths) > 1:
        with Together(model, paths, task.jobs) as together:
            yield together
    else:
        yield Alone(model, paths)


def _looked(
    passes: Passes, model: ViewedModel, parameters: Floats, against: Floats, met: Met, folder: Path
) -> tuple[Residuals, Cusum]:
    """Return the sums of residuals, and the running sums of drift in the order of the file."""
    history = History(folder)
    sums: Residuals | None = None
    for found in passes.each(works.looked, model, parameters, against, len(met.choices.codes)):
        sums = found.sums if sums is None else added(sums, found.sums)
        history.take(found.rows, found.variants, found.ratios)
    assert sums is not None, "there is a partition"
    cusum = Cusum(sums.by_standing[:, :, 1].sum(axis=1))
    for variants, ratios in history.pieces():
        cusum.feed(variants, ratios)
    return sums, cusum
