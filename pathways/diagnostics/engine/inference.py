"""What the answers of one learner say: with the styles of answering that the structure admits, or without any."""

from collections.abc import Iterable

from pathways.diagnostics.engine import mixing, posterior
from pathways.diagnostics.engine.belief import Belief
from pathways.diagnostics.engine.compilation import Compiled


def infer(compiled: Compiled, answers: Iterable[tuple[str, str]]) -> Belief:
    """Return what the answers (item code, outcome) say of the learner, in any order.

    An item answered twice counts twice.  Outcomes without evidence change nothing.
    Raises ``UnknownItem`` and ``UnknownOutcome``.
    """
    return infer_rows(compiled, posterior.evidence_rows(compiled, answers))


def infer_rows(compiled: Compiled, rows: list[int]) -> Belief:
    """Return the belief given the sorted rows of ``log_response`` that were observed."""
    mixture = compiled.mixture
    return posterior.infer_rows(compiled, rows) if mixture is None else mixing.infer_rows(mixture, rows)
