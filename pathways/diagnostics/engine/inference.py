"""What the answers of one learner say: with the styles of answering that the structure admits, or without any."""

from collections.abc import Iterable

from pathways.diagnostics.engine import mixing, posterior
from pathways.diagnostics.engine.belief import Belief
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.outcomes import WRONG, Outcome


def infer(compiled: Compiled, answers: Iterable[tuple[str, str]]) -> Belief:
    """Return what the answers (item code, outcome) say of the learner, in any order.

    An item answered twice counts twice.  Outcomes without evidence change nothing.
    Raises ``UnknownItem`` and ``UnknownOutcome``.
    """
    return infer_rows(compiled, posterior.evidence_rows(compiled, answers))


def nearness(compiled: Compiled, answers: Iterable[tuple[str, str]], item: str) -> float:
    """Return P(partly right) of a wrong answer to this item, given after the others.

    Raises ``UnknownItem``, also for an item without partial credit, and ``UnknownOutcome``.
    """
    rows = posterior.evidence_rows(compiled, answers)
    wrong = [compiled.first_rows[item] + WRONG] if item in compiled.first_rows else []
    return infer_rows(compiled, sorted(rows + wrong)).near(item)


def foretold(belief: Belief, answers: Iterable[tuple[str, str]], item: str) -> dict[Outcome, float]:
    """Return P(outcome) of asking this item next, as ``belief.predicted``, with partly right answers apart from wrong
    ones where the item has partial credit.  ``answers``: those that the belief comes from.
    """
    chances = belief.predicted(item)
    if item not in belief.compiled.near_rows:
        return chances
    wrong, share = chances[Outcome.INCORRECT], nearness(belief.compiled, answers, item)
    return chances | {Outcome.INCORRECT: wrong * (1.0 - share), Outcome.PARTLY: wrong * share}


def infer_rows(compiled: Compiled, rows: list[int]) -> Belief:
    """Return the belief given the sorted rows of ``log_response`` that were observed."""
    mixture = compiled.mixture
    return posterior.infer_rows(compiled, rows) if mixture is None else mixing.infer_rows(mixture, rows)
