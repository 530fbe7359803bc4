"""All parameters of a model in one vector: items, shifts, groups, and what a model adds after them."""

from dataclasses import dataclass

import numpy as np

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.calibration.groups import Groups
from pathways.diagnostics.engine.calibration.maximisation import ItemTask

BEYOND = 25.0
"""No parameter of a sound curve lies so far out."""


@dataclass(frozen=True, eq=False)
class Beliefs:
    """The information that beliefs about T parameters are worth.

    A ``diagonal`` [T], and square ``blocks`` that begin at some places of it.
    """

    diagonal: Floats
    blocks: tuple[tuple[int, Floats], ...] = ()

    def within(self, chunk: slice) -> Floats:
        """Return the part of the matrix of these parameters."""
        whole = np.diag(self.diagonal[chunk])
        for first, block in self.blocks:
            low, high = max(first, chunk.start), min(first + len(block), chunk.stop)
            if low < high:
                own, place = slice(low - first, high - first), slice(low - chunk.start, high - chunk.start)
                whole[place, place] += block[own, own]
        return whole


@dataclass(frozen=True, eq=False)
class Layout:
    """Places in the vector: [what all items share] [J items, P each] [F shifts] [L - 1 groups, 2 each] [rest].

    Where all items share their first parameter, each has P - 1 of its own.
    """

    task: ItemTask
    groups: Groups

    @property
    def items(self) -> int:
        """How many numbers describe the curves."""
        tied = int(self.task.tied)
        return len(self.task.variants.item_codes) * (len(self.task.curve.names) - tied) + tied

    @property
    def shifts(self) -> int:
        return len(self.task.variants.shifted)

    @property
    def common(self) -> int:
        """How many numbers there are before what a model adds."""
        return self.items + self.shifts + 2 * (self.groups.count - 1)

    def packed(self, items: Floats, shifts: Floats, groups: Floats) -> Floats:
        """Return the vector from curves [J, P], shifts [V] and groups [L - 1, 2]."""
        own = np.concatenate([items[0, :1], items[:, 1:].ravel()]) if self.task.tied else items.ravel()
        return np.concatenate([own, shifts[self.task.variants.shifted], groups.ravel()])

    def unpacked(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """Return curves [J, P], shifts [V] and groups [L - 1, 2] of a vector."""
        own, width = parameters[: self.items], len(self.task.curve.names)
        if self.task.tied:
            rest = own[1:].reshape(-1, width - 1)
            items = np.concatenate([np.full((len(rest), 1), own[0]), rest], axis=1)
        else:
            items = own.reshape(-1, width)
        shifts = np.zeros(len(self.task.variants.items))
        shifts[self.task.variants.shifted] = parameters[self.items : self.items + self.shifts]
        return items, shifts, parameters[self.items + self.shifts : self.common].reshape(-1, 2)

    def places(self) -> Integers:
        """Return where each parameter of each variant is in the vector, [V, P + 1]; the shift is last, -1 if none."""
        variants, width = self.task.variants, len(self.task.curve.names)
        tied = int(self.task.tied)
        item = np.arange(len(variants.item_codes))[:, None] * (width - tied) + np.arange(width)
        if tied:
            item[:, 0] = 0
        shift = np.full(len(variants.items), -1)
        shift[variants.shifted] = self.items + np.arange(self.shifts)
        return np.concatenate([item[variants.items], shift[:, None]], axis=1)

    def penalty(self, parameters: Floats) -> float:
        """Return the log density of the beliefs about items, shifts and groups."""
        items, shifts, groups = self.unpacked(parameters)
        return self.task.penalty(items, shifts) + self.groups.penalty(groups)

    def admissible(self, parameters: Floats) -> bool:
        """Whether every curve rises and nothing is out of reach."""
        items, _, groups = self.unpacked(parameters)
        near = bool((np.abs(parameters) < BEYOND).all()) and bool((np.abs(groups[:, 1]) < 1.2).all())
        return near and bool((self.task.curve.bounded(items) == items).all())

    def beliefs(self, parameters: Floats) -> Floats:
        """Return minus the curvature of ``penalty`` by each of the C common parameters, [C]."""
        items, _, groups = self.unpacked(parameters)
        bent = np.zeros(self.common)
        variants = self.task.variants
        first = np.searchsorted(variants.items, np.arange(len(variants.item_codes)))
        np.add.at(bent, self.places()[first, :-1], self.task.prior.curvature(items))
        bent[self.items : self.items + self.shifts] = self.task.shift_deviation**-2
        bent[self.items + self.shifts :] = self.groups.curvature(groups).ravel()
        return bent
