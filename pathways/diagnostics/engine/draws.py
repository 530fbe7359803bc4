"""How low mastery may be, for what is known of the questions: the same answers, read with other slips and guesses.

Slip and guess of a question are themselves only believed: Beta distributions, as wide as ten answers make them on the
first day, or as the standard errors of a calibration say.  Each draw takes one value of each, and the posterior follows
from the answers; a low quantile over the draws is what mastery is worth at least.  Only questions that were answered
are drawn, since the others do not enter the posterior.

What a draw changes is the two ends between which the chance of a right answer lies over the states, l (nothing known)
and h (all known): P'(g) = l' + (h' - l') F(g) with F(g) = (P(g) - l) / (h - l), for steps and for curves alike.  Where
a draw has h' < l' the question says nothing in it.  The habit of saying "I don't know" stays what it is, and so does
how near wrong answers come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.items import LEAST_PROBABILITY, ItemModel
from pathways.diagnostics.engine.mixing import infer_mixture
from pathways.diagnostics.engine.mixture import Mixture
from pathways.diagnostics.engine.posterior import evidence_rows, masteries_given, testlet_weights

DRAWS: Final = 200
DRAWS_AT_ONCE: Final = 50
QUANTILE: Final = 0.05
PSEUDO_ANSWERS: Final = 10.0
"""What a first value of slip or guess is worth."""
LEAST_MEAN: Final = 0.001
"""As near to 0 and 1 as the mean of a Beta distribution comes."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Standard errors of one question's slip and guess, from a calibration; ``None``: a first value."""

    slip: float | None = None
    guess: float | None = None


def lower_bounds(
    compiled: Compiled,
    answers: Iterable[tuple[str, str]],
    *,
    seed: str,
    errors: Mapping[str, Errors] | None = None,
    draws: int = DRAWS,
    quantile: float = QUANTILE,
) -> Floats:
    """Return the quantile of P(mastered) over the draws, shape [S], in the order of ``compiled.skill_codes``.

    ``answers``: (item code, outcome), in any order.  ``seed``: the same gives the same; a question keeps its draws
    whatever else was answered.  ``errors`` by item code.  Raises ``UnknownItem``, ``UnknownOutcome`` and
    ``InvalidStructure``.
    """
    if draws < 1 or not 0.0 < quantile < 1.0:
        raise InvalidStructure(f"{draws} draws have no quantile at {quantile}")
    answers = list(answers)
    rows = evidence_rows(compiled, answers)
    codes = {compiled.first_rows[code]: code for code, _ in answers}
    models = {item.code: item for item in compiled.structure.items}
    ends = {
        first: _drawn_ends(models[code], (errors or {}).get(code, Errors()), seed, draws)
        for first, code in codes.items()
    }
    if compiled.mixture is not None:
        found = _of_styles(compiled.mixture, answers, rows, ends, draws)
    else:
        parts = [slice(first, first + DRAWS_AT_ONCE) for first in range(0, draws, DRAWS_AT_ONCE)]
        found = np.concatenate([_of_block(compiled, rows, ends, part, draws) for part in parts])
    low: Floats = np.quantile(found, quantile, axis=0, method="lower")
    return low


def _drawn_ends(item: ItemModel, errors: Errors, seed: str, draws: int) -> Floats:
    """Return by how much the draws move the two ends, [2, N]: guess' - guess, then slip - slip'."""
    dice = np.random.default_rng(int.from_bytes(sha256(f"{seed} {item.code}".encode()).digest()[:16], "big"))
    guess = _beta(dice, item.guess, errors.guess, draws)
    slip = _beta(dice, item.slip, errors.slip, draws)
    return np.stack([guess - item.guess, item.slip - slip])


def _beta(dice: np.random.Generator, mean: float, error: float | None, draws: int) -> Floats:
    if error is not None and error <= 0.0:
        return np.full(draws, mean)
    mean = min(max(mean, LEAST_MEAN), 1.0 - LEAST_MEAN)
    strength = PSEUDO_ANSWERS if error is None else max(mean * (1.0 - mean) / error**2 - 1.0, 1.0)
    return dice.beta(mean * strength, (1.0 - mean) * strength, draws)


def redrawn(response: Floats, moves: Floats) -> Floats:
    """Return P(outcome | state) of one question in every draw, [N, 3, G], from [3, G] and the moves of its ends [2, N].

    Clipped to [.005, .995] and normalised again, as ``items.ItemModel.response``.
    """
    answered = response[0] + response[1]
    right = response[0] / answered
    low, high = float(right.min()), float(right.max())
    place = (right - low) / (high - low) if high > low else np.zeros_like(right)
    from_, to = low + moves[0], high + moves[1]
    silent = to < from_
    middle = (from_ + to) / 2.0
    from_, to = np.where(silent, middle, from_)[:, None], np.where(silent, middle, to)[:, None]
    share = np.clip(from_ + (to - from_) * place, 0.0, 1.0)
    dont_know = np.broadcast_to(response[2], share.shape)
    drawn = np.stack([answered * share, answered * (1.0 - share), dont_know], axis=1)
    clipped = np.clip(drawn, LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
    normal: Floats = clipped / clipped.sum(axis=1, keepdims=True)
    return normal


def _of_block(compiled: Compiled, rows: list[int], ends: Mapping[int, Floats], part: slice, draws: int) -> Floats:
    """Return P(mastered) in some of the draws, [n, S]: each of them as one learner of a block."""
    count = len(range(*part.indices(draws)))
    log_likelihood = np.zeros((len(compiled.prior), count, compiled.prior.shape[1]))
    weights = testlet_weights(compiled, rows) if compiled.testlets else np.ones(len(rows))
    for row, weight in zip(rows, weights.tolist(), strict=True):
        if row // OUTCOMES in compiled.near_slots:
            log_likelihood[row // compiled.rows_per_strand] += weight * compiled.log_response[row]
            continue
        first = row - row % OUTCOMES
        drawn = redrawn(np.exp(compiled.log_response[first : first + OUTCOMES]), ends[first][:, part])
        log_likelihood[row // compiled.rows_per_strand] += weight * np.log(drawn[:, row - first])
    return masteries_given(compiled, log_likelihood)


def _of_styles(
    mixture: Mixture, answers: list[tuple[str, str]], rows: list[int], ends: Mapping[int, Floats], draws: int
) -> Floats:
    """Return P(mastered) in every draw, [N, S], averaged over the styles: one inference for each draw.

    In a style whose share of answers turned at random is n, an end moves by 1 - n of what slip or guess does.
    """
    styles, width = len(mixture.styles), mixture.log_response.shape[2]
    near = mixture.compiled.near_slots
    firsts = sorted({row - row % OUTCOMES for row in rows if row // OUTCOMES not in near})
    drawn = np.empty((draws, styles, len(firsts), OUTCOMES, width))
    for place, first in enumerate(firsts):
        for number, style in enumerate(mixture.styles):
            response = np.exp(mixture.log_response[number, first : first + OUTCOMES])
            drawn[:, number, place] = redrawn(response, (1.0 - style.noise) * ends[first])
    places = (np.array(firsts, dtype=np.intp)[:, None] + np.arange(OUTCOMES)).reshape(-1)
    logs = np.log(drawn).reshape(draws, styles, len(places), width)
    found = np.empty((draws, len(mixture.compiled.skill_codes)))
    for own, masteries in zip(logs, found, strict=True):
        response = mixture.log_response.copy()
        response[:, places] = own
        masteries[:] = infer_mixture(replace(mixture, log_response=response), answers).masteries
    return found
