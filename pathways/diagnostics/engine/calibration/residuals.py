"""Each answer against what the other answers of its sitting say.

With P the posterior given all answers, leaving answer j out divides by its own likelihood, so that for any table f

    mean of f without j = sum_g P(g) f(g) / R_j(g)  /  sum_g P(g) / R_j(g)

and P(answer j | the others) = 1 / sum_g P(g) / R_j(g).  One pass over the data gives the prediction of every answer by
the others, where it stands among people of equal standing, and how much likelier it would be on a moved item.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.calibration.answers import Block
from pathways.diagnostics.engine.calibration.curves import TwoClass
from pathways.diagnostics.engine.calibration.information import ViewedModel

BINS: Final = 64
"""Of standing, from the lowest node to the highest; strata of equal numbers of people are made of them afterwards."""
RIGHT: Final = 0
MOVED: Final = 0.5
"""An item that is harder or easier by half an SD of ability has drifted."""
MOVED_LOGITS: Final = 0.85
"""The same for a two-class item, in logits, at a slope of 1.7."""


class Residuals(NamedTuple):
    """Sums over answers.

    ``by_standing`` [V, B, 3]: right answers, answers, and right answers expected, by variant and by standing without
    the answer.  ``losses`` [V, 2]: log loss of the outcome (nats) and squared error of P(right), without it as well.
    ``by_choice`` [C, B, 2]: right answers and answers, by what was chosen and by standing.
    """

    by_standing: Floats
    losses: Floats
    by_choice: Floats


class Ratios(NamedTuple):
    """log P(outcome | moved item) - log P(outcome | item) given the other answers, of each answer of a block, [R]."""

    harder: Floats
    easier: Floats


@dataclass(frozen=True, eq=False)
class Chosen:
    """What was chosen: numbers [R] below ``count``, in the order of a block's answers, -1 where nobody said."""

    numbers: Integers
    count: int


def residuals(
    model: ViewedModel, parameters: Floats, block: Block, against: Floats, chosen: Chosen | None = None
) -> tuple[Residuals, Ratios]:
    """Return the residuals of a block, and the ratios of its answers, in their order.

    ``against``: the parameters that drift is measured from.  They must be on the same scale as ``parameters``.
    """
    tables = _tables(model, parameters, against)
    variants = len(model.layout.task.variants.items)
    by_choice = np.zeros((chosen.count if chosen else 0, BINS, 2))
    sums = Residuals(np.zeros((variants, BINS, 3)), np.zeros((variants, 2)), by_choice)
    nodes = model.layout.task.nodes
    parts: list[Floats] = []
    first = 0
    for part in block.parts(model.at_once):
        whole = model.view(parameters, part).averages(tables)
        size = whole[:, :1]
        standing, right, stored, harder, easier = (whole[:, 1:] / size).T
        bins = _bin(standing, nodes)
        weights = part.weights[part.sittings]
        correct = (part.outcomes == RIGHT).astype(np.float64)
        seen = np.stack([correct, np.ones_like(correct), right], axis=1) * weights[:, None]
        np.add.at(sums.by_standing, (part.variants, bins), seen)
        lost = np.stack([np.log(size[:, 0]), (correct - right) ** 2], axis=1) * weights[:, None]
        np.add.at(sums.losses, part.variants, lost)
        if chosen is not None:
            mine = chosen.numbers[first : first + len(bins)]
            there = mine >= 0
            np.add.at(by_choice, (mine[there], bins[there]), seen[there, :2])
        first += len(bins)
        parts.append(np.log(np.stack([harder, easier]) / stored))
    both = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0))
    return sums, Ratios(both[0], both[1])


def _bin(standing: Floats, nodes: Floats) -> Integers:
    place = (standing - nodes.min()) / (nodes.max() - nodes.min())
    return np.clip((place * BINS).astype(np.intp), 0, BINS - 1)


def _tables(model: ViewedModel, parameters: Floats, against: Floats) -> Floats:
    """Return what is averaged, divided by the likelihood of the answer, [V, Y, 6, G]: 1, the node, P(right), and the
    likelihood of the same outcome on the stored item, a harder one and an easier one.
    """
    items, shifts, _ = model.layout.unpacked(parameters)
    stored, stored_shifts, _ = model.layout.unpacked(against)
    task = model.layout.task
    move = MOVED_LOGITS if isinstance(task.curve, TwoClass) else MOVED
    own = model.parted(parameters, task.curve.chance(items[task.variants.items], shifts, task.nodes))
    ones = np.ones_like(own)
    columns = [ones, ones * np.atleast_2d(task.nodes)[:, None], ones * own[:, RIGHT, None]]
    for moved in (0.0, move, -move):
        there = task.curve.chance(stored[task.variants.items], stored_shifts + moved, task.nodes)
        columns.append(model.parted(parameters, there))
    return np.stack([column / own for column in columns], axis=2)
