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
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.belief import DECIMALS, Belief
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.graphs.linked import LinkedUpward
from pathways.diagnostics.engine.holes import Seen, seen
from pathways.diagnostics.engine.mixture import NO_STEP, Mixture
from pathways.diagnostics.engine.posterior import (
    STRANDS_AT_ONCE,
    evidence_rows,
    normalisers,
    testlet_weights,
    touched_states,
    untouched_states,
)

_SIDES: Final = np.array([[-1], [0]])
"""The last state below a step, and the first above it."""


@dataclass(frozen=True, eq=False)
class Mixed(Belief):
    """Beliefs about one learner under C styles.

    ``shares`` [C] of the styles; ``weights`` [C, Q] given each of them; ``told`` [K (4 J + M)], averaged over them, as
    ``masteries`` are: P(outcome) of every slot, then the mean entropy of its outcome given style and state, at the
    ``told_places`` of the mixture.
    """

    mixture: Mixture
    shares: Floats
    weights: Floats
    told: Floats

    def points(self) -> Floats:
        weights: Floats = self.shares @ self.weights
        return weights

    def information(self) -> Floats:
        """Return the bits that every item promises about profile and style, [I], rounded to 1e-9, never negative."""
        told = self.told[self.mixture.item_places]
        outcome = told[:OUTCOMES]
        bits = -np.add.reduce(outcome * np.log2(outcome), axis=0) - told[OUTCOMES]
        positive: Floats = np.maximum(bits.round(DECIMALS), 0.0)
        return positive

    def right(self) -> Floats:
        chance: Floats = self.told[self.mixture.item_places[0]]
        return chance

    def _outcomes(self, row: int) -> Floats:
        chance: Floats = self.told[self.mixture.told_places[row // OUTCOMES, :OUTCOMES]]
        return chance


@dataclass(frozen=True, eq=False, slots=True)
class _Rungs:
    """H micro-skills of ladders that have answers, seen under the C' styles with holes.

    ``strands``, ``skills`` [H]: their strands and places; ``held`` [H, G]: the states of the strand in which the ladder
    says yes; ``seen``: what the answers about them are to the ladder, [2, C', H].
    """

    strands: Integers
    skills: Integers
    held: Booleans
    seen: Seen


@dataclass(frozen=True, eq=False, slots=True)
class _Evidence:
    """What the answers of one learner say: ``log_likelihood`` [C, T, G] of the strands ``touched`` [T]."""

    touched: Integers
    log_likelihood: Floats
    rungs: _Rungs | None


def infer_mixture(mixture: Mixture, answers: Iterable[tuple[str, str]]) -> Mixed:
    """Return what the answers (item code, outcome) say of the learner, in any order.

    Raises ``UnknownItem`` and ``UnknownOutcome``.
    """
    return infer_rows(mixture, evidence_rows(mixture.compiled, answers))


def infer_rows(mixture: Mixture, rows: Iterable[int]) -> Mixed:
    """Return the belief given the rows of ``log_response`` that were observed, in any order."""
    compiled, rows = mixture.compiled, list(rows)
    if not rows:
        weights = np.repeat(compiled.weights[None], len(mixture.styles), axis=0)
        states = untouched_states(weights * mixture.shares[:, None], compiled.prior)
        return _read(mixture, mixture.shares, weights, states, None)
    evidence = _evidence(mixture, rows)
    sums = sums_by_style(compiled, evidence.touched, evidence.log_likelihood)
    shares = mixture.shares * np.exp(sums.log_total - np.maximum.reduce(sums.log_total))
    shares /= np.add.reduce(shares)
    return _read(mixture, shares, sums.weights, sums.states(sums.weights * shares[:, None]), evidence.rungs)


def _evidence(mixture: Mixture, rows: list[int]) -> _Evidence:
    """Return what these rows of ``log_response`` say: micro-skill first, then strand."""
    ranks = mixture.order[rows]
    ranks.sort()
    ranked = mixture.ranked[ranks]
    at, strand, step, _ = ranked.T
    logs = mixture.log_response.take(at, axis=1)
    if mixture.compiled.testlets:
        logs *= testlet_weights(mixture.compiled, at.tolist())[:, None]
    starts = _starts(strand * (logs.shape[2] + 1) + step)
    by_skill, ranked = np.add.reduceat(logs, starts, axis=1), ranked[starts]
    rungs = _through_holes(mixture, by_skill, ranked) if mixture.holed else None
    strand = ranked[:, 1]
    starts = _starts(strand)
    return _Evidence(strand[starts], np.add.reduceat(by_skill, starts, axis=1), rungs)


def _starts(sorted_values: Integers) -> Integers:
    """Return where each run of equal values starts."""
    change = np.empty(len(sorted_values), dtype=np.bool_)
    change[0] = True
    np.not_equal(sorted_values[1:], sorted_values[:-1], out=change[1:])
    return change.nonzero()[0]


def _through_holes(mixture: Mixture, logs: Floats, ranked: Integers) -> _Rungs | None:
    """Turn the log likelihoods of micro-skills, [C, T, G], into those of what the ladder says, in place.

    ``ranked`` [T, 4]: of one row of each of them.
    """
    place = (ranked[:, 2] > NO_STEP).nonzero()[0]
    if not place.size:
        return None
    _, strand, step, skill = ranked[place].T
    styles = np.arange(mixture.holed)[:, None]
    answers = seen(mixture.sides, logs[styles, place, (step + _SIDES)[:, None]])
    held = mixture.held[step]
    logs[styles, place] = np.where(held, answers.logs[1, ..., None], answers.logs[0, ..., None])
    return _Rungs(strand, skill, held, answers)


@dataclass(frozen=True, eq=False, slots=True)
class Sums:
    """What answers say at each point of the ability grid, R rows, each under a style of its own.

    ``log_total`` [R]: log P(answers); ``weights`` [R, Q]: of ability.  Of strands that nothing ties together:
    ``touched`` [T], places in ``free_prior`` (``None`` for all of it), their ``prior`` [T, G, Q], ``evidence``
    [T, R, G] and ``normaliser`` [T, R, Q]; of the others ``upward``.
    """

    compiled: Compiled
    log_total: Floats
    weights: Floats
    touched: Integers | None
    prior: Floats
    evidence: Floats
    normaliser: Floats
    upward: LinkedUpward | None

    def states(self, weights: Floats) -> Floats:
        """Return P(state), [R, K, G], under the weights of ability [R, Q], or multiples of P(state) under multiples."""
        linked = self.compiled.linked
        if linked is None or self.upward is None:
            return self._free_states(weights)
        states = np.empty((len(weights), *self.compiled.prior.shape[:2]))
        if linked.free.size:
            states[:, linked.free] = self._free_states(weights)
        states[:, linked.rows] = linked.down(self.upward, weights)
        return states

    def _free_states(self, weights: Floats) -> Floats:
        touched = touched_states(self.evidence, self.prior, weights, self.normaliser).swapaxes(0, 1)
        if self.touched is None:
            return touched
        states = untouched_states(weights, self.compiled.free_prior)
        states[:, self.touched] = touched
        return states


def sums_by_style(compiled: Compiled, touched: Integers, log_likelihood: Floats) -> Sums:
    """Return what answers say, from ``log_likelihood`` [R, T, G] of the strands ``touched``, each once."""
    most = np.maximum.reduce(log_likelihood, axis=2)
    relative = log_likelihood - most[..., None]
    log_total = np.add.reduce(most, axis=1)
    start, upward, linked = compiled.weights, None, compiled.linked
    if linked is not None:
        everywhere = np.zeros((len(most), *compiled.prior.shape[:2]))
        everywhere[:, touched] = relative
        upward = linked.up(everywhere[:, linked.rows])
        height = np.maximum.reduce(upward.log_total, axis=1)
        start = start * np.exp(upward.log_total - height[:, None])
        log_total += height
        free = compiled.is_free[touched].nonzero()[0]
        touched, relative = compiled.free_places[touched[free]], relative[:, free]
    prior, few = compiled.free_prior, 2 * len(touched) < len(compiled.free_prior)
    if few:
        prior = prior[touched]
    elif len(touched) < len(prior):  # going through every strand costs less than picking most of them
        everywhere = np.zeros((len(most), *prior.shape[:2]))
        everywhere[:, touched] = relative
        relative = everywhere
    evidence = np.exp(relative).swapaxes(0, 1)
    normaliser = normalisers(evidence, prior)
    weights, log_weight = _ability(start, normaliser)
    return Sums(
        compiled, log_total + log_weight, weights, touched if few else None, prior, evidence, normaliser, upward
    )


def _ability(start: Floats, normaliser: Floats) -> tuple[Floats, Floats]:
    """Return w' [R, Q] and the logarithm of what it was divided by [R], from [R, Q] or [Q] and Z [T, R, Q]."""
    total, log_total = start, np.zeros(normaliser.shape[1])
    for first in range(0, max(len(normaliser), 1), STRANDS_AT_ONCE):
        total = total * np.multiply.reduce(normaliser[first : first + STRANDS_AT_ONCE], axis=0)
        height = np.add.reduce(total, axis=1)
        total /= height[:, None]
        log_total += np.log(height)
    return total, log_total


def _read(mixture: Mixture, shares: Floats, weights: Floats, states: Floats, rungs: _Rungs | None) -> Mixed:
    """Return masteries and what items promise, averaged over styles, from P(style and state), [C, K, G]."""
    columns = states.swapaxes(0, 1).reshape(states.shape[1], 1, -1)
    told = (columns @ mixture.readout).reshape(-1)
    if rungs is not None:
        _add_rungs(mixture, told, _gain(mixture, shares, states, rungs), rungs.skills)
    masteries = np.minimum(np.maximum(told[mixture.skill_places], 0.0), 1.0)
    return Mixed(mixture.compiled, masteries, mixture, shares, weights, told)


def _gain(mixture: Mixture, shares: Floats, states: Floats, rungs: _Rungs) -> Floats:
    """Return what answers about a micro-skill itself add to P(style, mastered) read off its ladder alone, [C', H]."""
    hole, (below, above) = mixture.holes[: mixture.holed, None], rungs.seen.mastered
    yes = np.add.reduce(states[: mixture.holed, rungs.strands] * rungs.held, axis=2)
    gain: Floats = yes * (above - below - (1.0 - 2.0 * hole)) + shares[: mixture.holed, None] * (below - hole)
    return gain


def _add_rungs(mixture: Mixture, told: Floats, gain: Floats, skills: Integers) -> None:
    """Add to what is told, in place, what it changes that these micro-skills [H] are mastered with more chance."""
    told[mixture.skill_places[skills]] += np.add.reduce(gain, axis=0)
    slots = mixture.slots[skills]
    told[mixture.told_places[slots]] += (gain.T[:, None, None] @ mixture.difference[slots])[:, :, 0]
