"""What the other answers of somebody say of their chance on a question: the variable on which languages are matched.
Pure: arrays in, arrays out.

For the answer of person n to item j it is the probability, by the engine's posterior, that n answers j right, given
what else n answered.

A posterior is as good as its model. Both parts of it that could turn a true difference between groups into a difficulty
of the text are therefore estimated from the answers themselves (:func:`calibrated`): how items are answered in each
state of their strand, the same in both languages, and the ability in each group. A dozen answers leave much unknown,
and what is unknown comes from there. What it changes: ``benchmarks/fairness.py`` and decision 16.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.population import Population
from pathways.diagnostics.engine.posterior import STRANDS_AT_ONCE, likelihood, normalisers

POPULATION = Population(correlations=(0.7, 0.9), spreads=(1.0,))
"""Coarser than that of a diagnostic: the weights of its points are estimated here."""
PEOPLE_AT_ONCE = 512
ROUNDS = 8
"""Of the EM algorithm."""
PRIOR_ANSWERS = 20.0
"""What the engine's first model of an item counts for, in answers per state."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """M answers of N people, in the order of the people and, of each, in the order they were given.

    ``person`` [M] 0..N - 1, rising; ``item`` [M] places in ``compiled.item_codes``; ``outcome`` [M] places in
    ``engine.EVIDENCE``: answers without evidence are not here.
    """

    people: int
    person: Integers
    item: Integers
    outcome: Integers

    def blocks(self) -> Iterator[tuple[slice, slice]]:
        """Slices of the people, and of their answers."""
        for start in range(0, self.people, PEOPLE_AT_ONCE):
            end = min(start + PEOPLE_AT_ONCE, self.people)
            first, last = np.searchsorted(self.person, [start, end])
            yield slice(start, end), slice(int(first), int(last))


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """``compiled`` with the responses that were estimated; ``weights`` [groups, Q] of the ability grid."""

    compiled: Compiled
    weights: Floats


def calibrated(compiled: Compiled, answers: Answers, group: Integers, counts: Booleans) -> Model:
    """Return what the answers say of items and groups, by the EM algorithm (Bock & Aitkin 1981; several groups: Bock &
    Zimowski 1997). The response of an item is free in each state of its strand, and the same for all groups.

    ``group`` [N], 0 or 1; ``counts`` [I]: the items that say something about ability. What the others are answered is
    estimated, too, from people's answers to those that count.
    """
    first = compiled.slots * OUTCOMES
    places = first[:, None] + np.arange(OUTCOMES)
    prior = PRIOR_ANSWERS * np.exp(compiled.log_response[places])
    model = Model(compiled, np.tile(compiled.weights, (2, 1)))
    for _ in range(ROUNDS):
        responses, mass = prior.copy(), np.full_like(model.weights, 1e-9)
        for people, own in answers.blocks():
            known = _known(model, answers, group, counts, (people, own))
            prior_now = (known.belief / known.normaliser) @ model.compiled.prior.swapaxes(-1, -2)
            states = likelihood(known.logs) * prior_now
            np.add.at(responses, (answers.item[own], answers.outcome[own]), states[known.strand, known.person])
            np.add.at(mass, group[people], known.belief)
        log_response = model.compiled.log_response.copy()
        log_response[places] = np.log(responses / responses.sum(axis=1, keepdims=True))
        model = Model(replace(model.compiled, log_response=log_response), mass / mass.sum(axis=1, keepdims=True))
    return model


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Of a block of N people and M answers, given all answers to items that count: ``logs`` [K, N, G] of the evidence,
    ``normaliser`` [K, N, Q], ``belief`` [N, Q] over the grid; of each answer its ``person`` in the block, its
    ``strand``, its row of ``log_response`` and whether it ``counted``.
    """

    logs: Floats
    normaliser: Floats
    belief: Floats
    person: Integers
    strand: Integers
    rows: Integers
    counted: Booleans


def _known(model: Model, answers: Answers, group: Integers, counts: Booleans, block: tuple[slice, slice]) -> _Known:
    compiled, (people, own) = model.compiled, block
    person, item = answers.person[own] - people.start, answers.item[own]
    rows = compiled.slots[item] * OUTCOMES + answers.outcome[own]
    strand, counted = rows // compiled.rows_per_strand, counts[item]
    logs = np.zeros((len(compiled.prior), people.stop - people.start, compiled.prior.shape[1]))
    np.add.at(logs, (strand[counted], person[counted]), compiled.log_response[rows[counted]])
    normaliser = normalisers(likelihood(logs), compiled.prior)
    belief = model.weights[group[people]]
    for start in range(0, len(normaliser), STRANDS_AT_ONCE):
        belief = belief * np.multiply.reduce(normaliser[start : start + STRANDS_AT_ONCE], axis=0)
        belief /= belief.sum(axis=1, keepdims=True)
    return _Known(logs, normaliser, belief, person, strand, rows, counted)


def chances(model: Model, answers: Answers, group: Integers, counts: Booleans) -> Floats:
    """Return P(right) of each answer given that person's other answers to items that count, shape [M].

    With e_k the evidence of strand k and Z_k its normaliser at each point of the grid, all of them without the answer
    in question, which touches one strand only: P(state of k) ~ e_k(g) sum_q w_q prod_(other strands) Z_q p_k(g | q).
    """
    compiled = model.compiled
    right = np.exp(compiled.log_response)
    found = np.empty(len(answers.item))
    for people, own in answers.blocks():
        known = _known(model, answers, group, counts, (people, own))
        chance = np.empty(len(known.rows))
        without = known.logs[known.strand, known.person]
        without -= np.where(known.counted[:, None], compiled.log_response[known.rows], 0.0)
        first = known.rows - known.rows % OUTCOMES
        for strand in np.unique(known.strand):
            here = np.flatnonzero(known.strand == strand)
            person = known.person[here]
            elsewhere = known.belief[person] / known.normaliser[strand, person]
            states = likelihood(without[here]) * (elsewhere @ compiled.prior[strand].T)
            chance[here] = (states * right[first[here]]).sum(axis=1) / states.sum(axis=1)
        found[own] = chance
    return found
