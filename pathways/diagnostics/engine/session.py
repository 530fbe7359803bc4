"""One step of a diagnostic: from the answers so far to the next question, or to the reason to stop.

No state is kept between two steps.  The same structure, rules, answers and candidates give the same
decision in any process, so any web process can serve any learner and a sitting can be replayed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pathways.diagnostics.engine.belief import Belief
from pathways.diagnostics.engine.circumstances import USUAL, Circumstances
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.eligibility import eligible, fresh, worth
from pathways.diagnostics.engine.inference import infer_rows
from pathways.diagnostics.engine.posterior import evidence_rows
from pathways.diagnostics.engine.selection import easy_start
from pathways.diagnostics.engine.stopping import Stop, StopRules, stop_reason


@dataclass(frozen=True, eq=False, slots=True)
class Decision:
    """The next question, or why there is none.

    ``information``: bits that the next question promises about the whole profile; ``seconds``: its expected
    time, at the learner's own pace where it is given; both 0 when stopped.
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
    circumstances: Circumstances = USUAL,
) -> Decision:
    """Return the next item among the candidates, or the reason to stop.

    ``answers``: (item code, ``Outcome`` or its value) in any order.  ``candidates``: codes of the items that
    may still be asked (language, device, not seen yet: the caller's business); where an answer that carries evidence
    was given to an item of a testlet, its other items are none.  ``seconds_spent``: so far.  ``circumstances``: what
    else is known of the learner.  The order of all rules is in ``eligibility``.
    Raises ``UnknownItem`` and ``UnknownOutcome``.
    """
    rows = evidence_rows(compiled, answers)
    posterior = infer_rows(compiled, rows)
    bits = circumstances.promised(posterior.information()[None])
    seconds = circumstances.expected(compiled)
    most = circumstances.most_per_strand
    asked = [item for item, _ in answers if item not in circumstances.watched]
    allowed = eligible(compiled, candidates, rows=rows, asked=asked, most_per_strand=most)
    allowed &= worth(rules, bits, seconds, questions=len(answers))
    reason = stop_reason(
        rules,
        posterior.masteries,
        started=bool(rows),
        can_gain=bool(allowed.any()),
        questions=len(answers),
        seconds=seconds_spent,
    )
    if reason is not None:
        return Decision(None, reason, posterior, 0.0, 0.0)
    allowed = fresh(compiled, allowed, circumstances.met)
    if not rows:
        allowed = easy_start(posterior.right()[None], allowed)
    item = circumstances.pick(compiled, bits, allowed)
    return Decision(
        next_item=compiled.item_codes[item],
        stopped=None,
        posterior=posterior,
        information=float(bits[0, item]),
        seconds=float(seconds[item]),
    )
