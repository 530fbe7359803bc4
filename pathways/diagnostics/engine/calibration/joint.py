"""The joint model: one ability, a state for each strand, and items that show the state (Gibbons & Hedeker 1992).

What is expected of a sitting is the posterior of ``posterior``, on blocks of sittings: all its answers and the
distribution of ability are in it, so that choosing questions by earlier answers does no harm (Mislevy & Wu 1996).
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Self

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.calibration import ladders
from pathways.diagnostics.engine.calibration.answers import Block, indicator
from pathways.diagnostics.engine.calibration.curves import FourParameter
from pathways.diagnostics.engine.calibration.em import Expected
from pathways.diagnostics.engine.calibration.information import View
from pathways.diagnostics.engine.calibration.ladders import StrandPrior
from pathways.diagnostics.engine.calibration.nearness import Nearness
from pathways.diagnostics.engine.calibration.parameters import Beliefs, Layout
from pathways.diagnostics.engine.posterior import likelihood, normalisers, touched_states

OFFSET_DEVIATION: Final = 1.0
"""How far a whole group may be from what the author of a bank thought, in SD of the ability."""
OFFSET_STEP: Final = 0.02
DIFFICULTY: Final = FourParameter().names.index("difficulty")
SITTINGS_AT_ONCE: Final = 256
NUMBERS_AT_ONCE: Final = 500_000


@dataclass(frozen=True, eq=False)
class StrandsModel:
    """Strands with G states at most (the others are padded); see ``Layout`` for the first parameters, then comes the
    offset, each strand's own, and those of ``near`` where some items have partial credit.

    ``strand_of`` [V]: the strand of each variant, rising.  ``nodes_of`` [V, G]: the node of its curve in each state.
    """

    layout: Layout
    strands: tuple[StrandPrior, ...]
    strand_of: Integers
    nodes_of: Integers
    near: Nearness | None = None

    @cached_property
    def columns(self) -> list[tuple[slice, int]]:
        """The variants of each strand that has some, and the strand."""
        met, first = np.unique(self.strand_of, return_index=True)
        ends = [*first[1:].tolist(), len(self.strand_of)]
        return [(slice(*pair), strand) for *pair, strand in zip(first.tolist(), ends, met.tolist(), strict=True)]

    @property
    def at_once(self) -> int:
        """How many sittings are computed together: fewer where there are many strands."""
        wide = max(len(self.layout.groups.nodes), self.nodes_of.shape[1])
        return max(8, min(SITTINGS_AT_ONCE, NUMBERS_AT_ONCE // (len(self.strands) * wide)))

    @cached_property
    def at_nodes(self) -> Floats:
        """1 where a state of a variant is at a node of its curve, [V, G, nodes]."""
        return (self.nodes_of[:, :, None] == np.arange(len(self.layout.task.nodes))).astype(np.float64)

    def expect(self, parameters: Floats, block: Block) -> Expected:
        """Return the expected sums of a block."""
        log_chance, prior, ability = self._tables(parameters)
        total = Expected(
            np.zeros(()),
            np.zeros((*log_chance.shape[:2], len(self.layout.task.nodes))),
            np.zeros_like(ability),
            np.zeros_like(prior),
        )
        for part in block.parts(self.at_once):
            self._add(total, part, log_chance, prior, ability)
        return total

    def improved(self, parameters: Floats, expected: Expected) -> Floats:
        """Return parameters at which the expected log density is not lower."""
        items, shifts, groups = self.layout.unpacked(parameters)
        offset = self.offset(parameters)
        counts = expected.counts if self.near is None else self.near.folded(expected.counts)
        items, shifts = self._moved(offset).task.improved(items, shifts, counts)
        common = self.layout.packed(items, shifts, self.layout.groups.improved(groups, expected.groups))
        states: list[Floats] = []
        for k, (strand, own) in enumerate(zip(self.strands, self.own(parameters), strict=True)):
            people = ladders.pseudo(strand, offset)
            states.append(ladders.climbed(strand, own, expected.strands[k, : len(people)] + people))
        near = [] if self.near is None else [self.near.improved(self.own_near(parameters), expected.counts)]
        return self._offset_improved(np.concatenate([common, [offset], *states, *near]))

    def penalty(self, parameters: Floats) -> float:
        """Return the log density of the beliefs about the parameters."""
        offset = self.offset(parameters)
        pairs = zip(self.strands, self.own(parameters), strict=True)
        strands = sum(ladders.penalty(strand, own, offset) for strand, own in pairs)
        near = 0.0 if self.near is None else self.near.penalty(self.own_near(parameters))
        return self._moved(offset).penalty(parameters) + strands + near - 0.5 * (offset / OFFSET_DEVIATION) ** 2

    def admissible(self, parameters: Floats) -> bool:
        """Whether curves rise and ladders are in order."""
        pairs = zip(self.strands, self.own(parameters), strict=True)
        near = self.near is None or self.near.admissible(self.own_near(parameters))
        return near and self.layout.admissible(parameters) and all(strand.admissible(own) for strand, own in pairs)

    def offset(self, parameters: Floats) -> float:
        """Return by how much all thresholds are believed to be higher than their author thought."""
        return float(parameters[self.layout.common])

    def own(self, parameters: Floats) -> list[Floats]:
        """Return the parameters of each strand."""
        sizes = [len(strand.start()) for strand in self.strands]
        return np.split(parameters[self.first_strand :], np.cumsum(sizes))[:-1]

    def ladders(self, parameters: Floats) -> list[Floats]:
        """Return the parameters of each ladder: several where a strand is several that are tied."""
        sizes = [len(part.start()) for strand in self.strands for part in strand.parts]
        return np.split(parameters[self.first_strand :], np.cumsum(sizes))[:-1]

    def own_near(self, parameters: Floats) -> Floats:
        """Return the parameters of ``near``, none where no item has partial credit."""
        size = 0 if self.near is None else self.near.size
        return parameters[self.first_near : self.first_near + size]

    @property
    def first_near(self) -> int:
        """Where the parameters of ``near`` begin."""
        return self.first_strand + sum(len(strand.start()) for strand in self.strands)

    @property
    def credited(self) -> bool:
        """Whether blocks have partly right answers."""
        return self.near is not None

    def parted(self, parameters: Floats, chance: Floats) -> Floats:
        """Return P(outcome | node) of the outcomes that blocks have, from those of the curves, [V, Y, G]."""
        return chance if self.near is None else self.near.parted(self.own_near(parameters), chance)

    @property
    def first_strand(self) -> int:
        """Where the parameters of strands begin."""
        return self.layout.common + 1

    def _moved(self, offset: float) -> Layout:
        """Return the layout with beliefs about the items of thresholds that are moved."""
        task = self.layout.task
        if not isinstance(task.curve, FourParameter):
            return self.layout
        return replace(self.layout, task=replace(task, prior=task.prior.moved(DIFFICULTY, offset)))

    def _offset_improved(self, parameters: Floats) -> Floats:
        """Return the parameters with a better offset, the top of a parabola through three values, or the same."""
        here = self.offset(parameters)
        low, middle, high = (self._offset_density(parameters, here + step) for step in (-OFFSET_STEP, 0.0, OFFSET_STEP))
        bend = low - 2.0 * middle + high
        if bend >= 0.0:
            return parameters
        wanted = here + np.clip(0.5 * OFFSET_STEP * (low - high) / bend, -OFFSET_DEVIATION, OFFSET_DEVIATION)
        if self._offset_density(parameters, wanted) < middle:
            return parameters
        found = parameters.copy()
        found[self.layout.common] = wanted
        return found

    def _offset_density(self, parameters: Floats, offset: float) -> float:
        """Return the part of ``penalty`` that depends on the offset."""
        density = -0.5 * (offset / OFFSET_DEVIATION) ** 2
        if isinstance(self.layout.task.curve, FourParameter):
            items, shifts, _ = self.layout.unpacked(parameters)
            return density + self._moved(offset).task.penalty(items, shifts)
        pairs = zip(self.strands, self.own(parameters), strict=True)
        return density + sum(ladders.penalty(strand, own, offset) for strand, own in pairs)

    def with_layout(self, layout: Layout) -> Self:
        """Return the same model with other beliefs about its curves."""
        return replace(self, layout=layout)

    def view(self, parameters: Floats, part: Block) -> View:
        """Return what is known of the sittings of a small block."""
        log_chance, prior, ability = self._tables(parameters)
        found = _posterior(part, self, log_chance, prior, ability)
        return StrandsView(self, parameters, part, found, prior)

    def beliefs(self, parameters: Floats) -> Beliefs:
        """Return the information that the beliefs are worth."""
        diagonal = np.ones(len(parameters)) * OFFSET_DEVIATION**-2
        diagonal[: self.layout.common] = self.layout.beliefs(parameters)
        first = self.first_strand
        diagonal[first:] = 0.0
        blocks: list[tuple[int, Floats]] = []
        for strand, own in zip(self.strands, self.own(parameters), strict=True):
            slopes = strand.slopes(own).reshape(len(own), -1)
            people = ladders.pseudo(strand, self.offset(parameters))
            blocks.append((first, (slopes * people.ravel()) @ slopes.T))
            first += len(own)
        if self.near is not None:
            diagonal[first:] = self.near.curvature(self.own_near(parameters))
        return Beliefs(diagonal, tuple(blocks))

    def _tables(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """Return log P(outcome | state) [V, Y, G], P(state | ability) [K, G, Q] and P(ability | group) [L, Q]."""
        items, shifts, groups = self.layout.unpacked(parameters)
        task = self.layout.task
        chance = task.curve.chance(items[task.variants.items], shifts, task.nodes)
        log_node = np.log(self.parted(parameters, chance))
        log_chance = np.take_along_axis(log_node, self.nodes_of[:, None], axis=2)
        return log_chance, self.prior_tables(parameters), self.layout.groups.weights(groups)

    def prior_tables(self, parameters: Floats) -> Floats:
        """Return P(state | ability) of all strands, [K, G, Q]."""
        tables = [strand.table(own) for strand, own in zip(self.strands, self.own(parameters), strict=True)]
        prior = np.zeros((len(tables), self.nodes_of.shape[1], tables[0].shape[1]))
        for table, place in zip(tables, prior, strict=True):
            place[: len(table)] = table
        return prior

    def _add(self, total: Expected, part: Block, log_chance: Floats, prior: Floats, ability: Floats) -> None:
        found = _posterior(part, self, log_chance, prior, ability)
        np.add(total.log_likelihood, part.weights @ found.log_likelihood, out=total.log_likelihood)
        np.add.at(total.groups, part.groups, found.ability * part.weights[:, None])
        weighted = found.ratio * part.weights[:, None]
        total.strands[...] += prior * (found.evidence.swapaxes(1, 2) @ weighted)
        self._count(total.counts, part, found.states)

    def _count(self, counts: Floats, part: Block, states: Floats) -> None:
        """Add the states of each sitting, at the nodes of what it answered, to the counts."""
        summed = np.zeros((*counts.shape[:2], states.shape[2]))
        if part.cells is None:
            self._count_list(summed, part, states)
        else:
            for own, strand in self.columns:
                weighted = states[strand] * part.weights[:, None]
                for outcome in range(counts.shape[1]):
                    summed[own, outcome] = indicator(part.cells[:, own], outcome).T @ weighted
        np.add(counts, summed @ self.at_nodes, out=counts)

    def _count_list(self, summed: Floats, part: Block, states: Floats) -> None:
        key = part.variants * summed.shape[1] + part.outcomes
        order = np.argsort(key, kind="stable")
        met, first = np.unique(key[order], return_index=True)
        who = part.sittings[order]
        rows = states[self.strand_of[part.variants[order]], who] * part.weights[who, None]
        summed.reshape(-1, summed.shape[2])[met] = np.add.reduceat(rows, first, axis=0)


@dataclass(frozen=True, eq=False)
class StrandsView:
    """What is known of N sittings."""

    model: StrandsModel
    parameters: Floats
    block: Block
    found: "Found"
    prior: Floats

    @property
    def ability(self) -> Floats:
        """P(ability | answers), [N, Q]."""
        return self.found.ability

    def averages(self, tables: Floats) -> Floats:
        """Return for each answer the mean of its tables over the nodes of its curve, [R, H], from [V, Y, H, G]."""
        part = self.block
        by_state = np.take_along_axis(tables, self.model.nodes_of[:, None, None], axis=3)
        averages = np.empty((len(part.variants), tables.shape[2]))
        strand = self.model.strand_of[part.variants]
        for _, one in self.model.columns:  # one strand after another: few large products instead of many small ones
            mine = np.flatnonzero(strand == one)
            states = self.found.states[one][part.sittings[mine]]
            averages[mine] = np.einsum("rg,rhg->rh", states, by_state[part.variants[mine], part.outcomes[mine]])
        return averages

    def strand_scores(self) -> Floats:
        """Return the scores of the parameters of all strands and of ``near``, [N, ...]."""
        scores = self.found.ladder_scores(self.model, self.parameters, self.prior)
        near = self.model.near
        if near is None:
            return scores
        own = self.model.own_near(self.parameters)
        return np.concatenate([scores, near.scores(own, self.block, self.averages)], axis=1)


@dataclass(frozen=True, eq=False)
class Found:
    """``evidence`` [K, N, G]; ``ratio`` w' / Z [K, N, Q]; ``ability`` w' [N, Q]; ``states`` [K, N, G]."""

    log_likelihood: Floats
    evidence: Floats
    ratio: Floats
    ability: Floats
    states: Floats

    def ladder_scores(self, model: StrandsModel, parameters: Floats, prior: Floats) -> Floats:
        """Return the scores of the parameters of all strands, [N, ...]."""
        columns: list[Floats] = []
        for k, (strand, own) in enumerate(zip(model.strands, model.own(parameters), strict=True)):
            slopes = strand.slopes(own)
            table = prior[k, : slopes.shape[1]]
            evidence = self.evidence[k, :, : len(table)]
            columns += [((evidence @ (table * slope)) * self.ratio[k]).sum(axis=1) for slope in slopes]
        return np.stack(columns, axis=1)


def log_likelihood_of(part: Block, model: StrandsModel, log_chance: Floats) -> Floats:
    """Return log P(answers of a strand | state), [K, N, G]."""
    states = log_chance.shape[2]
    found = np.zeros((len(model.strands), len(part), states))
    if part.cells is not None:
        for own, strand in model.columns:
            cells = part.cells[:, own]
            for outcome in range(log_chance.shape[1]):
                found[strand] += indicator(cells, outcome) @ log_chance[own, outcome]
        return found
    place = part.sittings * len(found) + model.strand_of[part.variants]
    touched, first = np.unique(place, return_index=True)  # sorted: answers are by sitting, then by strand
    rows = log_chance.reshape(-1, states)[part.variants * log_chance.shape[1] + part.outcomes]
    by_sitting = np.zeros((len(part), len(found), states))
    by_sitting.reshape(-1, states)[touched] = np.add.reduceat(rows, first, axis=0)
    return np.ascontiguousarray(by_sitting.swapaxes(0, 1))


def _posterior(part: Block, model: StrandsModel, log_chance: Floats, prior: Floats, ability: Floats) -> Found:
    """Return the posterior of the sittings of a small block."""
    return posterior_of(part, log_likelihood_of(part, model, log_chance), prior, ability)


def posterior_of(part: Block, log_likelihood: Floats, prior: Floats, ability: Floats) -> Found:
    """Return the posterior of the sittings of a small block whose log P(answers of a strand | state) is [K, N, G]."""
    evidence = likelihood(log_likelihood)
    normaliser = normalisers(evidence, prior)
    log_weight = np.log(ability)[part.groups] + np.log(normaliser).sum(axis=0)
    best = log_weight.max(axis=1, keepdims=True)
    weights = np.exp(log_weight - best)
    size = weights.sum(axis=1, keepdims=True)
    weights /= size
    reached = (best + np.log(size))[:, 0] + log_likelihood.max(axis=2).sum(axis=0)
    states = touched_states(evidence, prior, weights, normaliser)
    return Found(reached, evidence, weights / normaliser, weights, states)
