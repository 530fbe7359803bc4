"""What the answers say when it is not known how answers come out: the posterior over styles and states, exactly.

Given a style c everything is as in ``posterior``, so a style is one more row of its blocks: with Z_ckq the normaliser
of strand k at point q of the ability grid under style c,

    share'_c ~ share_c sum_q w_q prod_k Z_ckq            P(state of k = g) = sum_c share'_c P_c(state of k = g)

Holes leave the states of a ladder as they are.  A micro-skill x is what the ladder says, z, but for a chance h; with
L(x) the likelihood of all the learner's answers about it, the ladder sees L'(z) (``holes``), and what is read off it is

    P(x = 1) = P(z = 1) (1 - h) L(1) / L'(1) + P(z = 0) h L(1) / L'(0)

(``styles`` says which styles there are, and why; ``mixture`` holds the arrays.)
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.belief import DECIMALS, Belief
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.holes import seen
from pathways.diagnostics.engine.mixture import NO_STEP, Mixture
from pathways.diagnostics.engine.posterior import (
    STRANDS_AT_ONCE,
    evidence_rows,
    normalisers,
    testlet_weights,
    touched_states,
    untouched_states,
)


@dataclass(frozen=True, eq=False)
class Mixed(Belief):
    """Beliefs about one learner under C styles.

    ``shares`` [C] of the styles; ``states`` [C, K, G] and ``weights`` [C, Q] given each of them; ``told`` [K J, 4]
    (P(outcome) of every slot, then the mean entropy of its outcome given style and state) averaged over them, as
    ``masteries`` are.
    """

    mixture: Mixture
    shares: Floats
    states: Floats
    weights: Floats
    told: Floats

    def points(self) -> Floats:
        weights: Floats = self.shares @ self.weights
        return weights

    def information(self) -> Floats:
        """Return the bits that every item promises about profile and style, [I], rounded to 1e-9, never negative."""
        told = self.told[self.compiled.slots]
        outcome = told[:, :OUTCOMES]
        bits = -np.add.reduce(outcome * np.log2(outcome), axis=1) - told[:, OUTCOMES]
        positive: Floats = np.maximum(bits.round(DECIMALS), 0.0)
        return positive

    def right(self) -> Floats:
        chance: Floats = self.told[self.compiled.slots, 0]
        return chance

    def _outcomes(self, row: int) -> Floats:
        chance: Floats = self.told[row // OUTCOMES, :OUTCOMES]
        return chance


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the answers of one learner say.

    ``log_likelihood`` [C, T, G] of the strands ``touched`` [T].  H micro-skills of ladders have answers: their places
    ``skills`` [H], and P(mastered | what the ladder says, answers) where it says no, ``below``, and yes, ``above``,
    under the C' styles with holes, both [C', H].
    """

    touched: Integers
    log_likelihood: Floats
    skills: Integers
    below: Floats
    above: Floats


def infer_mixture(mixture: Mixture, answers: Iterable[tuple[str, str]]) -> Mixed:
    """Return what the answers (item code, outcome) say of the learner, in any order.

    Raises ``UnknownItem`` and ``UnknownOutcome``.
    """
    return infer_rows(mixture, evidence_rows(mixture.compiled, answers))


def infer_rows(mixture: Mixture, rows: Iterable[int]) -> Mixed:
    """Return the belief given the rows of ``log_response`` that were observed, in any order."""
    rows = sorted(rows, key=mixture.order.__getitem__)
    if not rows:
        weights = np.repeat(mixture.compiled.weights[None], len(mixture.styles), axis=0)
        return _read(mixture, mixture.shares, untouched_states(weights, mixture.compiled.prior), weights, None)
    evidence = _evidence(mixture, np.array(rows))
    shares, states, weights = _posterior(mixture, evidence)
    return _read(mixture, shares, states, weights, evidence)


def _evidence(mixture: Mixture, rows: Integers) -> _Evidence:
    """Return what the rows of ``log_response`` say, sorted by strand and step: micro-skill first, then strand."""
    compiled = mixture.compiled
    logs = mixture.log_response[:, rows]
    if compiled.testlets:
        logs = logs * testlet_weights(compiled, rows.tolist())[:, None]
    slot = rows // OUTCOMES
    starts = _starts(mixture.cells[slot])
    by_skill = np.add.reduceat(logs, starts, axis=1)
    slot = slot[starts]
    step = mixture.steps[slot]
    on_ladder = np.flatnonzero(step > NO_STEP)
    below, above = _with_holes(mixture, by_skill, on_ladder, step[on_ladder])
    strand = rows[starts] // compiled.rows_per_strand
    starts = _starts(strand)
    by_strand = np.add.reduceat(by_skill, starts, axis=1)
    return _Evidence(strand[starts], by_strand, mixture.skills[slot[on_ladder]], below, above)


def _starts(sorted_values: Integers) -> Integers:
    """Return where each run of equal values starts."""
    change = np.empty(len(sorted_values), dtype=np.bool_)
    change[0] = True
    np.not_equal(sorted_values[1:], sorted_values[:-1], out=change[1:])
    return np.flatnonzero(change)


def _with_holes(mixture: Mixture, logs: Floats, on_ladder: Integers, step: Integers) -> tuple[Floats, Floats]:
    """Turn the log likelihoods of micro-skills, [C, T, G], into those of what the ladder says, in place.

    Returns P(mastered | the ladder says no), and yes, of the styles with holes, [C', H].
    """
    of_skill = logs[: mixture.holed, on_ladder]
    place = np.arange(len(step))
    ladder = seen(mixture.holes[: mixture.holed, None], of_skill[:, place, step - 1], of_skill[:, place, step])
    held = np.arange(logs.shape[2]) >= step[:, None]
    logs[: mixture.holed, on_ladder] = np.where(held, ladder.yes[..., None], ladder.no[..., None])
    return ladder.below, ladder.above


def _posterior(mixture: Mixture, evidence: _Evidence) -> tuple[Floats, Floats, Floats]:
    """Return shares [C], states [C, K, G] and ability weights [C, Q]."""
    logs, states, weights = by_style(mixture.compiled, evidence.touched, evidence.log_likelihood)
    shares = mixture.shares * np.exp(logs - logs.max())
    return shares / shares.sum(), states, weights


def by_style(compiled: Compiled, touched: Integers, log_likelihood: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log P(answers) [R], states [R, K, G] and ability weights [R, Q], each row under a style of its own.

    ``log_likelihood`` [R, T, G] of the strands ``touched``, all of them or not, each once.
    """
    most = np.maximum.reduce(log_likelihood, axis=2)
    relative = log_likelihood - most[..., None]
    log_total = np.add.reduce(most, axis=1)
    if compiled.linked is None:
        start = np.repeat(compiled.weights[None], len(most), axis=0)
        log_weight, states, weights = _free(compiled, touched, relative, start)
        return log_total + log_weight, states, weights
    linked = compiled.linked
    everywhere = np.zeros((len(most), *compiled.prior.shape[:2]))
    everywhere[:, touched] = relative
    upward = linked.up(everywhere[:, linked.rows])
    height = np.maximum.reduce(upward.log_total, axis=1)
    start = compiled.weights * np.exp(upward.log_total - height[:, None])
    free = np.flatnonzero(compiled.is_free[touched])
    log_weight, states, weights = _free(compiled, touched[free], relative[:, free], start)
    states[:, linked.rows] = linked.down(upward, weights)
    return log_total + height + log_weight, states, weights


def _free(compiled: Compiled, touched: Integers, log_evidence: Floats, start: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log totals, states and ability weights of strands that nothing ties together.

    ``log_evidence`` [R, T, G] of the strands ``touched``; ``start`` [R, Q]: ability weights.
    """
    prior = compiled.prior[touched]
    evidence = np.exp(log_evidence).swapaxes(0, 1)
    normaliser = normalisers(evidence, prior)
    weights, log_weight = _ability(start, normaliser)
    states = untouched_states(weights, compiled.prior)
    states[:, touched] = touched_states(evidence, prior, weights, normaliser).swapaxes(0, 1)
    return log_weight, states, weights


def _ability(start: Floats, normaliser: Floats) -> tuple[Floats, Floats]:
    """Return w' [C, Q] and the logarithm of what it was divided by [C], from [C, Q] and the strands' [T, C, Q]."""
    total, log_total = start, np.zeros(len(start))
    for first in range(0, len(normaliser), STRANDS_AT_ONCE):
        total = total * np.multiply.reduce(normaliser[first : first + STRANDS_AT_ONCE], axis=0)
        height = np.add.reduce(total, axis=1)
        total, log_total = total / height[:, None], log_total + np.log(height)
    height = np.add.reduce(total, axis=1)
    return total / height[:, None], log_total + np.log(height)


def _read(mixture: Mixture, shares: Floats, states: Floats, weights: Floats, evidence: _Evidence | None) -> Mixed:
    """Return masteries and what items promise, averaged over styles."""
    compiled = mixture.compiled
    by_style = (states[:, :, None] @ mixture.mastery).reshape(len(shares), -1)[:, compiled.skill_places]
    masteries = shares @ by_style
    strands = states.shape[1]
    columns = (shares[:, None, None] * states).swapaxes(0, 1).reshape(strands, 1, -1)
    told = (columns @ mixture.readout).reshape(strands, OUTCOMES + 1, -1).swapaxes(1, 2).reshape(-1, OUTCOMES + 1)
    if evidence is not None and mixture.holed:
        gain = shares[: mixture.holed, None] * _gain(mixture, evidence, by_style)
        masteries[evidence.skills] += np.add.reduce(gain, axis=0)
        by_skill = np.zeros((mixture.holed, len(masteries) + 1))
        by_skill[:, evidence.skills] = gain
        touched = np.zeros(len(masteries) + 1, dtype=np.bool_)
        touched[evidence.skills] = True
        slots = np.flatnonzero(touched[mixture.skills])
        difference = mixture.difference[: mixture.holed, slots]
        told[slots] += np.add.reduce(by_skill[:, mixture.skills[slots], None] * difference, axis=0)
    return Mixed(compiled, np.clip(masteries, 0.0, 1.0), mixture, shares, states, weights, told)


def _gain(mixture: Mixture, evidence: _Evidence, by_style: Floats) -> Floats:
    """Return what answers about a micro-skill itself add to P(mastered) read off its ladder alone, [C', H]."""
    hole = mixture.holes[: mixture.holed, None]
    off_ladder = by_style[: mixture.holed, evidence.skills]
    yes = (off_ladder - hole) / (1.0 - 2.0 * hole)
    gain: Floats = yes * evidence.above + (1.0 - yes) * evidence.below - off_ladder
    return gain
