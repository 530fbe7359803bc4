"""What the answers say: exact posterior over the states of every strand.

Strands are independent given a point of the ability grid, so with e_k(g) the likelihood of the answers of
strand k in state g and p_kq(g) its prior,

    Z_kq = sum_g p_kq(g) e_k(g)           w'_q ~ w_q prod_k Z_kq
    P(state of k = g) = e_k(g) sum_q w'_q p_kq(g) / Z_kq

which is a bifactor model summed exactly (Gibbons & Hedeker 1992; Rijmen 2010).  The arithmetic functions
take blocks of learners: ``infer`` passes one learner and all the strands with evidence, the simulation
passes many learners and one strand.  Strands that requirements tie together count as one: ``graphs.linked``
gives the logarithm of their Z_q, and, from w', the marginal of each of them.

Answers to several items of one testlet count as one: each weighs one over their number.  A wrong answer to an item
with partial credit is two observations, that it is wrong and how near it comes (``near``); it weighs as one answer.

Sums run in an order fixed by item codes, never by the order of the answers.  What is left between two
computers (the order of additions inside a matrix product) is about 1e-15, and every number that decides
something is rounded to 1e-9 first.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.belief import Belief
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.errors import UnknownItem, UnknownOutcome
from pathways.diagnostics.engine.near import FAR, NEAR
from pathways.diagnostics.engine.outcomes import EVIDENCE_INDEX, WRONG, Outcome
from pathways.diagnostics.engine.selection import chance_of_right, information

STRANDS_AT_ONCE: Final = 16
"""A normaliser is at least 1e-12 (``LEAST_STATE``): the product of sixteen is far above the least double."""


def likelihood(log_likelihood: Floats) -> Floats:
    """Return the likelihood of each state relative to the best one, from logs [..., G]."""
    relative: Floats = np.exp(log_likelihood - np.maximum.reduce(log_likelihood, axis=-1, keepdims=True))
    return relative


def normalisers(evidence: Floats, prior: Floats) -> Floats:
    """Return Z, shape [..., N, Q], of N learners: evidence [..., N, G], prior [..., G, Q]."""
    return evidence @ prior


def ability_weights(weights: Floats, normaliser: Floats) -> Floats:
    """Return w', shape [N, Q]: prior weights [Q] times normalisers [T, N, Q] of T >= 1 strands, sum 1."""
    total = weights
    for start in range(0, len(normaliser), STRANDS_AT_ONCE):
        total = total * np.multiply.reduce(normaliser[start : start + STRANDS_AT_ONCE], axis=0)
        total /= np.maximum.reduce(total, axis=-1, keepdims=True)
    normal: Floats = total / np.add.reduce(total, axis=-1, keepdims=True)
    return normal


def untouched_states(weights: Floats, prior: Floats) -> Floats:
    """Return P(state), shape [N, K, G], of strands without evidence: w' [N, Q], prior [K, G, Q]."""
    count, states, points = prior.shape
    return (weights @ prior.reshape(count * states, points).T).reshape(len(weights), count, states)


def touched_states(evidence: Floats, prior: Floats, weights: Floats, normaliser: Floats) -> Floats:
    """Return P(state), shape [..., N, G], of strands with evidence.

    ``evidence`` [..., N, G], ``prior`` [..., G, Q], ``weights`` w' [N, Q], ``normaliser`` [..., N, Q].
    """
    return evidence * ((weights / normaliser) @ prior.swapaxes(-1, -2))


def mastery_of(compiled: Compiled, states: Floats) -> Floats:
    """Return P(mastered), shape [N, S], of N learners whose states are [N, K, G]."""
    by_strand = states.swapaxes(0, 1) @ compiled.mastery
    flat: Floats = by_strand.swapaxes(0, 1).reshape(len(states), -1)
    mastery: Floats = np.minimum(flat[:, compiled.skill_places], 1.0)
    return mastery


@dataclass(frozen=True, eq=False)
class Posterior(Belief):
    """Beliefs about one learner.  ``states`` is [1, K, G]; ``weights`` [1, Q] over the ability grid."""

    states: Floats
    weights: Floats

    @classmethod
    def of(cls, compiled: Compiled, states: Floats, weights: Floats) -> "Posterior":
        """Return the beliefs of a learner in these states."""
        return cls(compiled, mastery_of(compiled, states)[0], states, weights)

    def points(self) -> Floats:
        weights: Floats = self.weights[0]
        return weights

    def information(self) -> Floats:
        bits: Floats = information(self.compiled, self.states)[0]
        return bits

    def right(self) -> Floats:
        chance: Floats = chance_of_right(self.compiled, self.states)[0]
        return chance

    def _outcomes(self, row: int) -> Floats:
        response = np.exp(self.compiled.log_response[row : row + OUTCOMES])
        return response @ self.states[0, row // self.compiled.rows_per_strand]


def evidence_rows(compiled: Compiled, answers: Iterable[tuple[str, str]]) -> list[int]:
    """Return the sorted rows of ``log_response`` of the answers that carry evidence.

    Sorting groups the rows by strand and makes every later sum independent of the order of the answers.
    Raises ``UnknownItem``, and ``UnknownOutcome`` also for a partly right answer to an item without partial credit.
    """
    rows: list[int] = []
    for item, outcome in answers:
        if outcome not in EVIDENCE_INDEX:
            raise UnknownOutcome(f"{outcome!r} is no outcome")
        first = compiled.first_rows.get(item)
        if first is None:
            raise UnknownItem(f"no item {item!r} in the structure")
        index = EVIDENCE_INDEX[outcome]
        if index is not None:
            rows.append(first + index)
        if index == WRONG:
            near = compiled.near_rows.get(item)
            partly = outcome == Outcome.PARTLY
            if near is not None:
                rows.append(near + (NEAR if partly else FAR))
            elif partly:
                raise UnknownOutcome(f"item {item!r} has no partial credit: it is right or wrong, never {outcome!r}")
    rows.sort()
    return rows


def infer_rows(compiled: Compiled, rows: list[int]) -> Posterior:
    """Return the posterior given the sorted rows of ``log_response`` that were observed."""
    if not rows:
        weights = compiled.weights[None]
        return Posterior.of(compiled, untouched_states(weights, compiled.prior), weights)
    touched, log_likelihood = log_likelihoods(compiled, rows)
    if compiled.linked is not None:
        everywhere = np.zeros((1, *compiled.prior.shape[:2]))
        everywhere[0, touched] = log_likelihood
        return Posterior.of(compiled, *linked_states(compiled, everywhere))
    few = 2 * len(touched) < len(compiled.prior)
    if few:
        prior = compiled.prior[touched]
    else:  # going through every strand costs less than picking most of them
        prior = compiled.prior
        everywhere = np.zeros(prior.shape[:2])
        everywhere[touched] = log_likelihood
        log_likelihood = everywhere
    evidence = likelihood(log_likelihood)[:, None, :]
    normaliser = normalisers(evidence, prior)
    weights = ability_weights(compiled.weights, normaliser)
    posterior = touched_states(evidence, prior, weights, normaliser)
    if not few:
        return Posterior.of(compiled, posterior.swapaxes(0, 1), weights)
    states = untouched_states(weights, compiled.prior)
    states[0, touched] = posterior[:, 0]
    return Posterior.of(compiled, states, weights)


def log_likelihoods(compiled: Compiled, rows: Sequence[int]) -> tuple[list[int], Floats]:
    """Return the strands with evidence, and log P(answers | state) of each, [T, G], from rows of ``log_response``.

    The rows must be sorted, and not none.
    """
    touched: list[int] = []
    starts: list[int] = []
    for position, row in enumerate(rows):
        strand = row // compiled.rows_per_strand
        if not touched or touched[-1] != strand:
            touched.append(strand)
            starts.append(position)
    logs = compiled.log_response[rows]
    if compiled.testlets:
        logs *= testlet_weights(compiled, rows)[:, None]
    return touched, np.add.reduceat(logs, starts, axis=0)


def testlet_weights(compiled: Compiled, rows: Sequence[int]) -> Floats:
    """Return what each answer counts for, [M], from its row of ``log_response``: one over those to its testlet.

    How near a wrong answer comes is part of that answer, and counts for as much.
    """
    slots = [row // OUTCOMES for row in rows]
    testlets = [compiled.testlet_of_slot.get(slot) for slot in slots]
    near = compiled.near_slots
    count = Counter(one for one, slot in zip(testlets, slots, strict=True) if one is not None and slot not in near)
    return np.array([1.0 if one is None else 1.0 / count[one] for one in testlets])


def linked_states(compiled: Compiled, log_likelihood: Floats) -> tuple[Floats, Floats]:
    """Return P(state), [N, K, G], and ability weights w', [N, Q], where requirements tie strands together.

    ``log_likelihood`` [N, K, G]: log P(answers | state), 0 where there is none.
    """
    linked = compiled.linked
    assert linked is not None
    upward = linked.up(log_likelihood[:, linked.rows])
    evidence = likelihood(log_likelihood[:, linked.free].swapaxes(0, 1))
    normaliser = normalisers(evidence, compiled.free_prior)
    weights = ability_weights(compiled.weights * likelihood(upward.log_total), normaliser)
    states = np.empty(log_likelihood.shape)
    states[:, linked.free] = touched_states(evidence, compiled.free_prior, weights, normaliser).swapaxes(0, 1)
    states[:, linked.rows] = linked.down(upward, weights)
    return states, weights


def masteries_given(compiled: Compiled, log_likelihood: Floats) -> Floats:
    """Return P(mastered), [N, S], of N learners from log P(answers | state), [K, N, G], 0 where there is none."""
    if compiled.linked is not None:
        return mastery_of(compiled, linked_states(compiled, log_likelihood.swapaxes(0, 1))[0])
    evidence = likelihood(log_likelihood)
    normaliser = normalisers(evidence, compiled.prior)
    weights = ability_weights(compiled.weights, normaliser)
    states = touched_states(evidence, compiled.prior, weights, normaliser)
    return mastery_of(compiled, states.swapaxes(0, 1))
