"""The joint model under several styles of answering: how many people answer in which of them is one more unknown.

Given its style a sitting is one of ``joint``, or of a ladder with holes (``holes``), or of one without steps
(``shaped``); what is expected of it is the mean over the styles, each weighed by share times likelihood as in
``mixing``.  A micro-skill is what the ladder says but for a hole, so that slip and guess are counted by what the
micro-skill is, and the ladder by what its states are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple, Self

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.calibration.answers import Block
from pathways.diagnostics.engine.calibration.em import Expected
from pathways.diagnostics.engine.calibration.information import View
from pathways.diagnostics.engine.calibration.joint import Found, StrandsModel, log_likelihood_of, posterior_of
from pathways.diagnostics.engine.calibration.parameters import Beliefs
from pathways.diagnostics.engine.calibration.shaped import shaped
from pathways.diagnostics.engine.holes import seen
from pathways.diagnostics.engine.styles import Style

PSEUDO_PEOPLE: Final = 10.0
"""How many people the first shares of the styles are worth."""
LEAST_AT_ONCE: Final = 8
LEAST_HOLE: Final = 1e-300
"""None, in logarithms."""


class _Given(NamedTuple):
    """What is known of N sittings under one style: ``found`` of its ladders, and P(micro-skill | answers), [N, K R], of
    a style without slope.
    """

    found: Found
    mastered: Floats | None


@dataclass(frozen=True, eq=False)
class StyledModel(StrandsModel):
    """See ``StrandsModel``; the curve is ``Shaped``, and after all other parameters come log(share / share of the last
    style) of the others.

    ``styles`` [C]: ``nodes`` are those of each among the nodes of the curve.  ``rung_of`` [V]: micro-skill of each
    variant, counted through ladders of R rungs each.
    """

    styles: tuple[Style, ...] = ()
    nodes: tuple[slice, ...] = ()
    rung_of: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    @classmethod
    def of(cls, model: StrandsModel, parameters: Floats, styles: Sequence[Style]) -> Self:
        """Return a model called ``level`` under these styles: where people stand between two steps is read off the
        thresholds of ``parameters``, and stays.
        """
        rungs = model.nodes_of.shape[1] - 1
        ladders = [_thresholds(own).tolist() for own in model.own(parameters)]
        rung = rungs - model.nodes_of.sum(axis=1)
        places = list(zip(model.strand_of.tolist(), rung.tolist(), strict=True))
        curve, nodes = shaped(model.layout.task.curve.outcomes, styles, ladders, places)
        task = replace(model.layout.task, curve=curve, nodes=curve.rise)
        near = None if model.near is None else replace(model.near, rise=curve.rise)
        layout = replace(model.layout, task=task)
        rung_of = model.strand_of * rungs + rung
        return cls(layout, model.strands, model.strand_of, model.nodes_of, near, tuple(styles), tuple(nodes), rung_of)

    def begun(self, parameters: Floats) -> Floats:
        """Return parameters of the model without styles, or with others, with the first shares of these."""
        return np.concatenate([parameters[: self.first_share], _logits(_first(self.styles))])

    @property
    def first_share(self) -> int:
        """Where the parameters of the shares begin."""
        return self.first_near + (0 if self.near is None else self.near.size)

    def shares(self, parameters: Floats) -> Floats:
        """Return the shares of the styles, [C]."""
        logits = np.append(parameters[self.first_share :], 0.0)
        odds = np.exp(logits - logits.max())
        return odds / odds.sum()

    @property
    def at_once(self) -> int:
        """How many sittings are computed together."""
        return max(LEAST_AT_ONCE, super().at_once // len(self.styles))

    def expect(self, parameters: Floats, block: Block) -> Expected:
        """Return the expected sums of a block."""
        log_chance, prior, ability = self._tables(parameters)
        total = Expected(
            np.zeros(()), np.zeros(log_chance.shape), np.zeros_like(ability), np.zeros_like(prior), np.zeros(self.count)
        )
        shares = self.shares(parameters)
        for part in block.parts(self.at_once):
            given = [self._given(part, style, log_chance, prior, ability) for style in range(self.count)]
            log_likelihood, weights = _weighed(given, shares)
            np.add(total.log_likelihood, part.weights @ log_likelihood, out=total.log_likelihood)
            np.add(total.styles, part.weights @ weights, out=total.styles)
            for style, one in enumerate(given):
                self._add_given(total, part, one, style, prior, weights[:, style] * part.weights)
        return total

    def improved(self, parameters: Floats, expected: Expected) -> Floats:
        """Return parameters at which the expected log density is not lower."""
        people = expected.styles + PSEUDO_PEOPLE * _first(self.styles)
        return np.concatenate([super().improved(parameters, expected), _logits(people / people.sum())])

    def penalty(self, parameters: Floats) -> float:
        """Return the log density of the beliefs about the parameters."""
        shares = PSEUDO_PEOPLE * float(_first(self.styles) @ np.log(self.shares(parameters)))
        return super().penalty(parameters) + shares

    def view(self, parameters: Floats, part: Block) -> View:
        """Return what is known of the sittings of a small block."""
        log_chance, prior, ability = self._tables(parameters)
        given = tuple(self._given(part, style, log_chance, prior, ability) for style in range(self.count))
        return StyledView(self, parameters, part, given, _weighed(given, self.shares(parameters))[1], prior)

    def beliefs(self, parameters: Floats) -> Beliefs:
        """Return the information that the beliefs are worth."""
        found, shares = super().beliefs(parameters[: self.first_share]), self.shares(parameters)[:-1]
        own = PSEUDO_PEOPLE * (np.diag(shares) - np.outer(shares, shares))
        diagonal = np.concatenate([found.diagonal, np.zeros(len(shares))])
        return Beliefs(diagonal, (*found.blocks, (self.first_share, own)))

    @property
    def count(self) -> int:
        """How many styles there are."""
        return len(self.styles)

    def of_nodes(self, part: Block, given: _Given) -> Floats:
        """Return P(node | answers) of each answer at the nodes of a style, [R, 2 or G]."""
        answers = part.answers
        if given.mastered is None:
            states: Floats = given.found.states[self.strand_of[answers.variants], part.sittings]
            return states
        mastered = given.mastered[part.sittings, self.rung_of[answers.variants]]
        return np.stack([1.0 - mastered, mastered], axis=1)

    @cached_property
    def _rungs(self) -> int:
        return self.nodes_of.shape[1] - 1

    def _tables(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """Return log P(outcome | node of any style) [V, Y, G], P(state | ability) and P(ability | group)."""
        items, shifts, groups = self.layout.unpacked(parameters)
        task = self.layout.task
        chance = task.curve.chance(items[task.variants.items], shifts, task.nodes)
        return (
            np.log(self.parted(parameters, chance)),
            self.prior_tables(parameters),
            self.layout.groups.weights(groups),
        )

    def _given(self, part: Block, style: int, log_chance: Floats, prior: Floats, ability: Floats) -> _Given:
        own = log_chance[:, :, self.nodes[style]]
        if self.styles[style].slope is not None:
            logs = log_likelihood_of(part, self, own)
            return _Given(posterior_of(part, logs, prior, ability), None)
        hole = max(self.styles[style].hole, LEAST_HOLE)
        ladder = seen(np.log([hole, 1.0 - hole])[:, None, None], self._of_rungs(part, own))
        no, yes = ladder.logs.reshape(2, len(part), len(self.strands), self._rungs)
        logs = np.repeat(no.sum(axis=2)[:, :, None], self._rungs + 1, axis=2)
        logs[:, :, 1:] += np.cumsum(yes - no, axis=2)
        found = posterior_of(part, np.ascontiguousarray(logs.swapaxes(0, 1)), prior, ability)
        there = np.cumsum(found.states[:, :, :0:-1], axis=2)[:, :, ::-1].swapaxes(0, 1).reshape(len(part), -1)
        below, above = ladder.mastered
        return _Given(found, there * above + (1.0 - there) * below)

    def _of_rungs(self, part: Block, log_chance: Floats) -> Floats:
        """Return log P(answers about a micro-skill | without it), and with it, [2, N, K R]."""
        answers = part.answers
        rows = log_chance[answers.variants, answers.outcomes]
        wide = len(self.strands) * self._rungs
        place = part.sittings * wide + self.rung_of[answers.variants]
        summed = [np.bincount(place, rows[:, node], minlength=len(part) * wide) for node in (0, 1)]
        return np.array(summed, dtype=np.float64).reshape(2, len(part), wide)

    def _add_given(
        self, total: Expected, part: Block, given: _Given, style: int, prior: Floats, weights: Floats
    ) -> None:
        found = given.found
        np.add.at(total.groups, part.groups, found.ability * weights[:, None])
        total.strands[...] += prior * (found.evidence.swapaxes(1, 2) @ (found.ratio * weights[:, None]))
        answers = part.answers
        variants, outcomes, _ = total.counts.shape
        key = answers.variants * outcomes + answers.outcomes
        nodes = self.of_nodes(part, given) * weights[part.sittings, None]
        first = self.nodes[style].start
        for place, column in enumerate(nodes.T):
            summed = np.bincount(key, column, minlength=variants * outcomes)
            total.counts[:, :, first + place] += summed.reshape(variants, outcomes)


@dataclass(frozen=True, eq=False)
class StyledView:
    """What is known of N sittings; ``weights`` [N, C] of the styles."""

    model: StyledModel
    parameters: Floats
    block: Block
    given: tuple[_Given, ...]
    weights: Floats
    prior: Floats

    @property
    def ability(self) -> Floats:
        """P(ability | answers), [N, Q]."""
        return self._mean([one.found.ability for one in self.given])

    def averages(self, tables: Floats) -> Floats:
        """Return for each answer the mean of its tables over the nodes of its curve, [R, H], from [V, Y, H, G]."""
        part, answers = self.block, self.block.answers
        averages = np.zeros((len(answers.variants), tables.shape[2]))
        for style, one in enumerate(self.given):
            own = self.model.of_nodes(part, one) * self.weights[part.sittings, style, None]
            rows = tables[answers.variants, answers.outcomes, :, self.model.nodes[style]]
            averages += np.einsum("rg,rhg->rh", own, rows)
        return averages

    def strand_scores(self) -> Floats:
        """Return the scores of the parameters of all strands, of ``near`` and of the shares, [N, ...]."""
        model = self.model
        ladders = [one.found.ladder_scores(model, self.parameters, self.prior) for one in self.given]
        scores = [self._mean(ladders)]
        if model.near is not None:
            scores.append(model.near.scores(model.own_near(self.parameters), self.block, self.averages))
        return np.concatenate([*scores, (self.weights - model.shares(self.parameters))[:, :-1]], axis=1)

    def _mean(self, by_style: Sequence[Floats]) -> Floats:
        pairs = zip(self.weights.T, by_style, strict=True)
        mean: Floats = sum((weight[:, None] * one for weight, one in pairs), start=np.zeros(1))
        return mean


def _weighed(given: Sequence[_Given], shares: Floats) -> tuple[Floats, Floats]:
    """Return log P(answers), [N], and P(style | answers), [N, C]."""
    logs = np.stack([one.found.log_likelihood for one in given], axis=1) + np.log(shares)
    best = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - best)
    size = weights.sum(axis=1, keepdims=True)
    return (best + np.log(size))[:, 0], weights / size


def _thresholds(own: Floats) -> Floats:
    """Return the thresholds of a ladder from its slope and cuts, as in ``LadderPrior``."""
    return own[1:] / np.sqrt(1.0 + own[0] ** 2)


def thresholds(model: StrandsModel, parameters: Floats) -> Floats:
    """Return the thresholds of all ladders, one after another."""
    return np.concatenate([_thresholds(own) for own in model.own(parameters)])


def _first(styles: Sequence[Style]) -> Floats:
    shares = np.array([style.share for style in styles])
    return shares / shares.sum()


def _logits(shares: Floats) -> Floats:
    logs = np.log(np.maximum(shares, np.finfo(float).tiny))
    return logs[:-1] - logs[-1]
