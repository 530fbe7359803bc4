"""One ability for everything: the one-, two- and four-parameter logistic models (Bock & Aitkin 1981).

A cross-check of the joint model, and all that an ordinary test needs.  "I don't know" counts as wrong: a single
ability has no class of its own for it.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration.answers import Block, Variants, indicator, presence
from pathways.diagnostics.engine.calibration.curves import Curve, FourParameter, Logistic, logit
from pathways.diagnostics.engine.calibration.em import Expected
from pathways.diagnostics.engine.calibration.groups import Groups, ability_nodes
from pathways.diagnostics.engine.calibration.maximisation import ItemTask
from pathways.diagnostics.engine.calibration.parameters import Beliefs, Layout
from pathways.diagnostics.engine.calibration.priors import Prior, joined, normal, pseudo_answers

MODELS: Final = ("1pl", "2pl", "4pl")
SLOPE_DEVIATION: Final = 2.0
INTERCEPT_DEVIATION: Final = 4.0
"""Beliefs about an ordinary item: so wide that a hundred answers say much more."""
LOG_SLOPE: Final = (0.2, 0.5)
DIFFICULTY_DEVIATION: Final = 2.0
GUESS: Final = 0.2
GUESS_ANSWERS: Final = 15.0
SLIP: Final = 0.1
SLIP_ANSWERS: Final = 24.0
"""Beliefs about the ends of a four-parameter curve: mean .2 and SD .1, mean .1 and SD .06."""
SITTINGS_AT_ONCE: Final = 256
VARIANTS_AT_ONCE: Final = 100_000
RIGHT, WRONG = 0, 1


@dataclass(frozen=True, eq=False)
class AbilityModel:
    """A single ability on Q nodes, with the curve of the model; see ``Layout`` for its parameters."""

    layout: Layout

    def expect(self, parameters: Floats, block: Block) -> Expected:
        """Return the expected sums of a block."""
        items, shifts, groups = self.layout.unpacked(parameters)
        task = self.layout.task
        log_chance = np.log(task.curve.chance(items[task.variants.items], shifts, task.nodes))
        prior = np.log(self.layout.groups.weights(groups))
        total = Expected(np.zeros(()), np.zeros_like(log_chance), np.zeros_like(prior), np.zeros((0, 0, 0)))
        for part in block.parts():
            _add(total, part, log_chance, prior)
        return total

    def improved(self, parameters: Floats, expected: Expected) -> Floats:
        """Return parameters at which the expected log density is not lower."""
        items, shifts, groups = self.layout.unpacked(parameters)
        items, shifts = self.layout.task.improved(items, shifts, expected.counts)
        return self.layout.packed(items, shifts, self.layout.groups.improved(groups, expected.groups))

    def penalty(self, parameters: Floats) -> float:
        """Return the log density of the beliefs about the parameters."""
        return self.layout.penalty(parameters)

    def admissible(self, parameters: Floats) -> bool:
        """Whether every curve is one."""
        return self.layout.admissible(parameters)

    def with_layout(self, layout: Layout) -> Self:
        """Return the same model with other beliefs about its curves."""
        return replace(self, layout=layout)

    def view(self, parameters: Floats, part: Block) -> "AbilityView":
        """Return what is known of the sittings of a small block."""
        items, shifts, groups = self.layout.unpacked(parameters)
        task = self.layout.task
        log_chance = np.log(task.curve.chance(items[task.variants.items], shifts, task.nodes))
        log_ability = np.log(self.layout.groups.weights(groups))
        return AbilityView(part, _posterior(_log_joint(part, log_chance, log_ability))[0])

    def beliefs(self, parameters: Floats) -> Beliefs:
        """Return the information that the beliefs are worth."""
        return Beliefs(self.layout.beliefs(parameters))

    @property
    def credited(self) -> bool:
        """Partly right counts as wrong."""
        return False

    def parted(self, parameters: Floats, chance: Floats) -> Floats:
        """Return P(outcome | node) as the curves have it."""
        del parameters  # partly right is wrong, and nothing parts it
        return chance

    @property
    def at_once(self) -> int:
        """How many sittings are computed together, where each answer is looked at."""
        return max(8, min(SITTINGS_AT_ONCE, VARIANTS_AT_ONCE // len(self.layout.task.variants.items)))


@dataclass(frozen=True, eq=False)
class AbilityView:
    """What is known of N sittings; ``ability`` [N, Q] is P(node | answers)."""

    block: Block
    ability: Floats

    def averages(self, tables: Floats) -> Floats:
        """Return for each answer the mean of its tables over the nodes, [R, H], from tables [V, Y, H, G]."""
        part = self.block
        if part.cells is None:
            rows = self.ability[part.sittings]
            return np.einsum("rg,rhg->rh", rows, tables[part.variants, part.outcomes])
        width, outcomes, count, nodes = tables.shape
        wide = self.ability @ tables.reshape(-1, nodes).T
        place = (part.sittings * width + part.variants) * outcomes + part.outcomes
        return wide.reshape(-1, count)[place]

    def strand_scores(self) -> Floats:
        """Return the scores of what this model has besides curves and groups: nothing, [N, 0]."""
        return np.zeros((len(self.ability), 0))


def ability_model(kind: str, variants: Variants, most_answers: int) -> AbilityModel:
    """Return the model called ``1pl``, ``2pl`` or ``4pl``, for sittings of at most so many answers."""
    count = len(variants.item_codes)
    nodes = ability_nodes(most_answers)
    curve: Curve = FourParameter() if kind == "4pl" else Logistic()
    prior = _four_parameter_prior(count) if kind == "4pl" else _logistic_prior(count, tied=kind == "1pl")
    task = ItemTask(curve, nodes, variants, prior, tied=kind == "1pl")
    return AbilityModel(Layout(task, Groups(nodes, len(variants.language_codes))))


def start_of(model: AbilityModel, right: Floats, answers: Floats) -> Floats:
    """Return where to begin, from the right answers and all answers of each item, [J]."""
    layout = model.layout
    easiness = logit((right + 1.0) / (answers + 2.0))
    ones = np.ones_like(easiness)
    if isinstance(layout.task.curve, Logistic):
        items = np.stack([ones, easiness], axis=1)
    else:
        above_guess = np.clip(((right + 1.0) / (answers + 2.0) - GUESS) / (1.0 - SLIP - GUESS), 0.05, 0.95)
        ends = ones[:, None] * logit(np.array([1.0 - SLIP, GUESS]))
        items = np.concatenate([np.stack([0.2 * ones, -logit(above_guess)], axis=1), ends], axis=1)
    return layout.packed(items, np.zeros(len(layout.task.variants.items)), layout.groups.start())


def _logistic_prior(count: int, *, tied: bool) -> Prior:
    ones = np.ones(count)
    # A shared slope is believed once, not once for each item that shares it.
    slope = normal(ones, SLOPE_DEVIATION * (np.sqrt(count) if tied else 1.0))
    return joined([slope, normal(0.0 * ones, INTERCEPT_DEVIATION)])


def _four_parameter_prior(count: int) -> Prior:
    ones = np.ones(count)
    curve = [normal(LOG_SLOPE[0] * ones, LOG_SLOPE[1]), normal(0.0 * ones, DIFFICULTY_DEVIATION)]
    return joined(
        [*curve, pseudo_answers((1.0 - SLIP) * ones, SLIP_ANSWERS), pseudo_answers(GUESS * ones, GUESS_ANSWERS)]
    )


def _add(total: Expected, part: Block, log_chance: Floats, prior: Floats) -> None:
    """Add the expected sums of a small block to the total."""
    posterior, reached = _posterior(_log_joint(part, log_chance, prior))
    posterior *= part.weights[:, None]
    np.add(total.log_likelihood, part.weights @ reached, out=total.log_likelihood)
    np.add.at(total.groups, part.groups, posterior)
    if part.cells is None:
        _scatter(total.counts, part, posterior)
        return
    right = indicator(part.cells, RIGHT).T @ posterior
    total.counts[:, RIGHT] += right
    everyone = posterior.sum(axis=0) if part.complete else presence(part.cells).T @ posterior
    total.counts[:, WRONG] += everyone - right


def _log_joint(part: Block, log_chance: Floats, prior: Floats) -> Floats:
    """Return log P(answers, node), [N, Q]."""
    start = prior[part.groups]
    if part.cells is None:
        rows = log_chance.reshape(-1, log_chance.shape[2])[part.variants * log_chance.shape[1] + part.outcomes]
        return start + np.add.reduceat(rows, part.starts[:-1], axis=0)
    wrong = log_chance[:, WRONG]
    gain = indicator(part.cells, RIGHT) @ (log_chance[:, RIGHT] - wrong)
    everything = wrong.sum(axis=0) if part.complete else presence(part.cells) @ wrong
    return start + gain + everything


def _posterior(log_joint: Floats) -> tuple[Floats, Floats]:
    """Return P(node | answers), [N, Q], and the log-likelihood of each sitting, [N]."""
    best = log_joint.max(axis=1, keepdims=True)
    posterior = np.exp(log_joint - best)
    total = posterior.sum(axis=1, keepdims=True)
    posterior /= total
    return posterior, (best + np.log(total))[:, 0]


def _scatter(counts: Floats, part: Block, posterior: Floats) -> None:
    """Add the posterior of each sitting to the counts of what it answered."""
    wide = counts.reshape(-1, counts.shape[2])
    key = part.variants * counts.shape[1] + part.outcomes
    order = np.argsort(key, kind="stable")
    met, first = np.unique(key[order], return_index=True)
    wide[met] += np.add.reduceat(posterior[part.sittings[order]], first, axis=0)
