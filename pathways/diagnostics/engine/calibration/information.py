"""Standard errors: the cross products of the scores of the sittings (Berndt, Hall, Hall & Hausman 1974).

The score of a sitting is the posterior mean of the score that it would have if its states were known (Louis 1982);
the beliefs about the parameters are added, so that a parameter without data has the error of its belief.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, Self

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.calibration.answers import Block
from pathways.diagnostics.engine.calibration.em import Model
from pathways.diagnostics.engine.calibration.parameters import Beliefs, Layout
from pathways.diagnostics.engine.outcomes import WRONG

MOST_TOGETHER: Final = 2000
"""So many parameters have all their covariances; beyond, those of far-apart items are taken for independent."""


class View(Protocol):
    """What a model knows of the N sittings of a small block, given its parameters."""

    @property
    def ability(self) -> Floats:
        """P(ability | answers), [N, Q]."""
        ...

    def averages(self, tables: Floats) -> Floats:
        """Return for each answer the posterior mean of its tables, [R, H], from [V, Y, H, G]."""
        ...

    def strand_scores(self) -> Floats:
        """Return the scores of what the model has besides curves and groups, [N, ...]."""
        ...


class ViewedModel(Model, Protocol):
    """A model that shows single sittings."""

    @property
    def layout(self) -> Layout:
        """Where its parameters are."""
        ...

    def with_layout(self, layout: Layout) -> Self:
        """Return the same model with other beliefs about its curves."""
        ...

    @property
    def credited(self) -> bool:
        """Whether blocks have partly right answers, one outcome after those of the curves."""
        ...

    def parted(self, parameters: Floats, chance: Floats) -> Floats:
        """Return P(outcome | node) of the outcomes that blocks have, from those of the curves, [V, Y, G]."""
        ...

    @property
    def at_once(self) -> int:
        """How many sittings are computed together."""
        ...

    def view(self, parameters: Floats, part: Block) -> View:
        """Return what is known of the sittings of a small block."""
        ...

    def beliefs(self, parameters: Floats) -> Beliefs:
        """Return the information that the beliefs are worth."""
        ...


class Products(NamedTuple):
    """Sums over sittings: ``score`` [T], and ``products``: the [T, T] of each chunk, one after another, flat."""

    score: Floats
    products: Floats


def chunks(total: int) -> list[slice]:
    """Return the parts of the vector of T parameters whose covariances are computed."""
    return [slice(first, min(first + MOST_TOGETHER, total)) for first in range(0, total, MOST_TOGETHER)]


def products(model: ViewedModel, parameters: Floats, block: Block) -> Products:
    """Return the sums of the cross products of a block."""
    tables = _score_tables(model, parameters)
    own = chunks(len(parameters))
    found = [np.zeros((part.stop - part.start,) * 2) for part in own]
    total = np.zeros(len(parameters))
    for part in block.parts(model.at_once):
        scores = _scores(model, parameters, part, tables)
        total += part.weights @ scores
        for sums, chunk in zip(found, own, strict=True):
            mine = scores[:, chunk]
            np.add(sums, (mine * part.weights[:, None]).T @ mine, out=sums)
    return Products(total, np.concatenate([one.ravel() for one in found]))


def _score_tables(model: ViewedModel, parameters: Floats) -> Floats:
    """Return the score of each outcome by the parameters of its curve and by the shift, [V, Y, P + 1, G];
    outcomes are those of blocks.
    """
    items, shifts, _ = model.layout.unpacked(parameters)
    task = model.layout.task
    response = task.curve.response(items[task.variants.items], shifts, task.nodes)
    slopes = np.concatenate([response.slopes, response.by_shift[:, None]], axis=1)
    tables = (slopes / response.chance[:, None]).swapaxes(1, 2)
    if model.credited:  # of slip and guess, a partly right answer says what a wrong one does
        tables = np.concatenate([tables, tables[:, WRONG, None]], axis=1)
    return np.ascontiguousarray(tables)


def _scores(model: ViewedModel, parameters: Floats, part: Block, tables: Floats) -> Floats:
    """Return the score of each sitting, [N, T]."""
    layout = model.layout
    view = model.view(parameters, part)
    scores = np.zeros((len(part), len(parameters) + 1))  # the last column takes the shifts that are no parameter
    np.add.at(scores, (part.sittings[:, None], layout.places()[part.variants]), view.averages(tables))
    _, _, groups = layout.unpacked(parameters)
    first = layout.items + layout.shifts
    for group, slopes in enumerate(layout.groups.slopes(groups), start=1):
        who = part.groups == group
        place = first + 2 * (group - 1)
        scores[who, place : place + 2] = view.ability[who] @ slopes.T
    strands = view.strand_scores()
    scores[:, scores.shape[1] - 1 - strands.shape[1] : -1] = strands
    return scores[:, :-1]


@dataclass(frozen=True, eq=False)
class Covariance:
    """Covariances of the T parameters, known within chunks of ``size`` of them."""

    parts: tuple[Floats, ...]
    size: int

    def of(self, places: Integers) -> Floats:
        """Return the covariance matrix of these parameters; 0 between two chunks."""
        chunk, inside = np.divmod(places, self.size)
        together = chunk[:, None] == chunk
        found = np.zeros((len(places), len(places)))
        for one in np.unique(chunk):
            mine = np.flatnonzero(chunk == one)
            found[np.ix_(mine, mine)] = self.parts[one][np.ix_(inside[mine], inside[mine])]
        return np.where(together, found, 0.0)

    def errors(self) -> Floats:
        """Return the standard errors, [T]."""
        return np.sqrt(np.concatenate([np.diag(one) for one in self.parts]))


def covariance(model: ViewedModel, parameters: Floats, found: Products) -> Covariance:
    """Return the inverse of cross products and beliefs."""
    beliefs = model.beliefs(parameters)
    parts: list[Floats] = []
    start = 0
    for chunk in chunks(len(parameters)):
        size = chunk.stop - chunk.start
        information = found.products[start : start + size**2].reshape(size, size) + beliefs.within(chunk)
        parts.append(np.asarray(np.linalg.inv(information), dtype=np.float64))
        start += size**2
    return Covariance(tuple(parts), MOST_TOGETHER)
