"""One step of a diagnostic: from the answers so far to the next question, or to the reason to stop.

No state is kept between two steps.  The same structure, rules, answers and candidates give the same
decision in any process, so any web process can serve any learner and a sitting can be replayed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans
from pathways.diagnostics.engine.belief import Belief
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.errors import UnknownItem
from pathways.diagnostics.engine.inference import infer_rows
from pathways.diagnostics.engine.posterior import evidence_rows
from pathways.diagnostics.engine.selection import choose, easy_start
from pathways.diagnostics.engine.stopping import STOPS, Stop, StopRules, stop_reasons


@dataclass(frozen=True, eq=False, slots=True)
class Decision:
    """The next question, or why there is none.

    ``information``: bits that the next question promises about the whole profile; ``seconds``: its expected
    time; both 0 when stopped.
    """

    next_item: str | None
    stopped: Stop | None
    posterior: Belief
    information: float
    seconds: float


def decide(
    compiled: Compiled,
    rules: StopRules,
    answers: Sequence[tuple[str, str]],
    candidates: Collection[str],
    *,
    seconds_spent: float = 0.0,
) -> Decision:
    """Return the next item among the candidates, or the reason to stop.

    ``answers``: (item code, ``Outcome`` or its value) in any order.  ``candidates``: codes of the items that
    may still be asked (language, device, not seen yet: the caller's business); where an answer that carries evidence
    was given to an item of a testlet, its other items are none.  ``seconds_spent``: so far.
    Raises ``UnknownItem`` and ``UnknownOutcome``.
    """
    rows = evidence_rows(compiled, answers)
    posterior = infer_rows(compiled, rows)
    bits = posterior.information()[None]
    allowed = _among(compiled, candidates) & (bits >= rules.least_information)
    if compiled.testlets:
        allowed &= ~_told(compiled, rows)
    reason = stop_reasons(
        rules,
        posterior.masteries[None],
        started=np.array([bool(rows)]),
        can_gain=np.logical_or.reduce(allowed, axis=1),
        questions=np.array([len(answers)]),
        seconds=np.array([seconds_spent]),
    )[0]
    if reason >= 0:
        return Decision(None, STOPS[reason], posterior, 0.0, 0.0)
    if not rows:
        allowed = easy_start(posterior.right()[None], allowed)
    item = int(choose(compiled, bits, allowed)[0])
    return Decision(
        next_item=compiled.item_codes[item],
        stopped=None,
        posterior=posterior,
        information=float(bits[0, item]),
        seconds=float(compiled.seconds[item]),
    )


def _among(compiled: Compiled, candidates: Collection[str]) -> Booleans:
    """Return a mask [1, I] of the candidates."""
    places = map(compiled.item_index.__getitem__, candidates)
    mask = np.zeros((1, len(compiled.item_codes)), dtype=np.bool_)
    try:
        mask[0, np.fromiter(places, np.intp, len(candidates))] = True
    except KeyError as unknown:
        raise UnknownItem(f"no item {unknown} in the structure") from None
    return mask


def _told(compiled: Compiled, rows: Collection[int]) -> Booleans:
    """Return a mask [I] of the items whose testlet has an answer among these rows of ``log_response``."""
    numbers = {compiled.testlet_of_slot.get(row // OUTCOMES, -1) for row in rows} - {-1}
    return np.isin(compiled.testlet_of_item, sorted(numbers))
