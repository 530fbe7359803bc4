"""What the answers say when it is not known how answers come out: the posterior over styles and states, exactly.

Given a style c everything is as in ``posterior``, so a style is one more row of its blocks: with Z_ckq the normaliser
of strand k at point q of the ability grid under style c,

    share'_c ~ share_c sum_q w_q prod_k Z_ckq            P(state of k = g) = sum_c share'_c P_c(state of k = g)

Holes leave the states of a ladder as they are.  A micro-skill x is what the ladder says, z, but for a chance h; with
L(x) the likelihood of all the learner's answers about it, what the ladder sees and what is read off it are

    L'(z) = (1 - h) L(z) + h L(1 - z)
    P(x = 1) = P(z = 1) (1 - h) L(1) / L'(1) + P(z = 0) h L(1) / L'(0)

(``styles`` says which styles there are, and why; ``mixture`` holds the arrays.)
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.compilation import OUTCOMES
from pathways.diagnostics.engine.errors import UnknownItem
from pathways.diagnostics.engine.mixture import NO_STEP, Mixture
from pathways.diagnostics.engine.outcomes import EVIDENCE, Outcome
from pathways.diagnostics.engine.posterior import (
    DECIMALS,
    STRANDS_AT_ONCE,
    evidence_rows,
    normalisers,
    testlet_weights,
    touched_states,
    untouched_states,
)


@dataclass(frozen=True, eq=False)
class Mixed:
    """Beliefs about one learner under C styles.

    ``shares`` [C] of the styles; ``states`` [C, K, G] and ``weights`` [C, Q] given each of them; ``masteries`` [S]
    and ``told`` [K J, 4] (P(outcome) of every slot, then the mean entropy of its outcome given style and state)
    averaged over them.
    """

    mixture: Mixture
    shares: Floats
    states: Floats
    weights: Floats
    masteries: Floats
    told: Floats

    def mastery_by_skill(self) -> dict[str, float]:
        """Return P(mastered) by micro-skill code, in the order of the structure."""
        return dict(zip(self.mixture.compiled.skill_codes, self.masteries.tolist(), strict=True))

    def predicted(self, item: str) -> dict[Outcome, float]:
        """Return P(outcome) of asking this item next, over the outcomes that carry evidence."""
        compiled = self.mixture.compiled
        if item not in compiled.item_index:
            raise UnknownItem(f"no item {item!r} in the structure")
        return dict(zip(EVIDENCE, self.told[compiled.first_rows[item] // OUTCOMES, :OUTCOMES].tolist(), strict=True))

    def information(self) -> Floats:
        """Return the bits that every item promises about profile and style, [I], rounded to 1e-9, never negative."""
        told = self.told[self.mixture.compiled.slots]
        outcome = told[:, :OUTCOMES]
        bits = -np.add.reduce(outcome * np.log2(outcome), axis=1) - told[:, OUTCOMES]
        positive: Floats = np.maximum(bits.round(DECIMALS), 0.0)
        return positive


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
    rows = sorted(evidence_rows(mixture.compiled, answers), key=mixture.order.__getitem__)
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
    hole = mixture.holes[: mixture.holed, None]
    of_skill = logs[: mixture.holed, on_ladder]
    place = np.arange(len(step))
    lacking, mastering = of_skill[:, place, step - 1], of_skill[:, place, step]
    most = np.maximum(lacking, mastering)
    lacking, mastering = np.exp(lacking - most), np.exp(mastering - most)
    says_no, says_yes = (1.0 - hole) * lacking + hole * mastering, hole * lacking + (1.0 - hole) * mastering
    held = np.arange(logs.shape[2]) >= step[:, None]
    softened = np.where(held, (most + np.log(says_yes))[..., None], (most + np.log(says_no))[..., None])
    logs[: mixture.holed, on_ladder] = softened
    return hole * mastering / says_no, (1.0 - hole) * mastering / says_yes


def _posterior(mixture: Mixture, evidence: _Evidence) -> tuple[Floats, Floats, Floats]:
    """Return shares [C], states [C, K, G] and ability weights [C, Q]."""
    compiled = mixture.compiled
    most = np.maximum.reduce(evidence.log_likelihood, axis=2)
    relative = evidence.log_likelihood - most[..., None]
    log_total = np.add.reduce(most, axis=1)
    if compiled.linked is None:
        start = np.repeat(compiled.weights[None], len(most), axis=0)
        return _free(mixture, evidence.touched, relative, start, log_total)
    linked = compiled.linked
    everywhere = np.zeros((len(most), *compiled.prior.shape[:2]))
    everywhere[:, evidence.touched] = relative
    upward = linked.up(everywhere[:, linked.rows])
    height = np.maximum.reduce(upward.log_total, axis=1)
    start = compiled.weights * np.exp(upward.log_total - height[:, None])
    free = np.flatnonzero(np.isin(evidence.touched, linked.free))
    shares, states, weights = _free(mixture, evidence.touched[free], relative[:, free], start, log_total + height)
    states[:, linked.rows] = linked.down(upward, weights)
    return shares, states, weights


def _free(
    mixture: Mixture, touched: Integers, log_evidence: Floats, start: Floats, log_total: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return shares, states and ability weights of strands that nothing ties together.

    ``log_evidence`` [C, T, G] of the strands ``touched``; ``start`` [C, Q] and ``log_total`` [C]: ability weights and
    logarithms of what is already divided out.
    """
    prior = mixture.compiled.prior[touched]
    evidence = np.exp(log_evidence).swapaxes(0, 1)
    normaliser = normalisers(evidence, prior)
    weights, log_weight = _ability(start, normaliser)
    logs = log_total + log_weight
    shares = mixture.shares * np.exp(logs - logs.max())
    states = untouched_states(weights, mixture.compiled.prior)
    states[:, touched] = touched_states(evidence, prior, weights, normaliser).swapaxes(0, 1)
    return shares / shares.sum(), states, weights


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
    return Mixed(mixture, shares, states, weights, np.clip(masteries, 0.0, 1.0), told)


def _gain(mixture: Mixture, evidence: _Evidence, by_style: Floats) -> Floats:
    """Return what answers about a micro-skill itself add to P(mastered) read off its ladder alone, [C', H]."""
    hole = mixture.holes[: mixture.holed, None]
    off_ladder = by_style[: mixture.holed, evidence.skills]
    yes = (off_ladder - hole) / (1.0 - 2.0 * hole)
    gain: Floats = yes * evidence.above + (1.0 - yes) * evidence.below - off_ladder
    return gain
