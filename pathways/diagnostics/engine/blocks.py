"""Many learners who advance together: what they answered so far, and what is believed of each of them."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.mixed_blocks import MixedBlock
from pathways.diagnostics.engine.posterior import (
    ability_weights,
    likelihood,
    linked_states,
    mastery_of,
    normalisers,
    touched_states,
    untouched_states,
)
from pathways.diagnostics.engine.selection import chance_of_right, information


class Block(Protocol):
    """The answers of N learners."""

    def keep(self, staying: Booleans) -> None:
        """Let the others leave, ``staying`` [N]."""
        ...

    def add(self, rows: Integers) -> None:
        """Take one more answer of each learner: rows of ``log_response``, [N]."""
        ...

    def add_of(self, who: Integers, rows: Integers) -> None:
        """Take one more observation of some of the learners, ``who`` and rows both [M]."""
        ...

    def believed(self) -> tuple[Floats, Floats]:
        """Return P(mastered) [N, S], and the bits that every item promises [N, I]."""
        ...

    def right(self) -> Floats:
        """Return P(right answer) of every item, [N, I]."""
        ...


def opening(compiled: Compiled, learners: int) -> Block:
    """Return a block of so many learners before their first question."""
    if compiled.mixture is not None:
        return MixedBlock.opening(compiled.mixture, learners)
    return PlainBlock.opening(compiled, learners)


@dataclass(slots=True)
class PlainBlock:
    """The arithmetic of ``posterior``, on N learners."""

    compiled: Compiled
    log_likelihood: Floats  # [N, K, G]
    normaliser: Floats  # [K, N, Q]
    touched: Booleans  # [N, K]

    @classmethod
    def opening(cls, compiled: Compiled, learners: int) -> "PlainBlock":
        """Return the state before the first question."""
        strands, states, points = compiled.prior.shape
        kept = strands if compiled.linked is None else 0  # a graph is summed again as a whole
        return cls(
            compiled=compiled,
            log_likelihood=np.zeros((learners, strands, states)),
            normaliser=np.ones((kept, learners, points)),
            touched=np.zeros((learners, strands), dtype=np.bool_),
        )

    def keep(self, staying: Booleans) -> None:
        self.log_likelihood = self.log_likelihood[staying]
        self.normaliser = self.normaliser[:, staying]
        self.touched = self.touched[staying]

    def add(self, rows: Integers) -> None:
        self.add_of(np.arange(len(rows)), rows)

    def add_of(self, who: Integers, rows: Integers) -> None:
        compiled = self.compiled
        strand = rows // compiled.rows_per_strand
        self.touched[who, strand] = True
        self.log_likelihood[who, strand] += compiled.log_response[rows]
        for touched in np.unique(strand) if compiled.linked is None else ():
            own = who[strand == touched]
            evidence = likelihood(self.log_likelihood[own, touched])
            self.normaliser[touched, own] = normalisers(evidence, compiled.prior[touched])

    def believed(self) -> tuple[Floats, Floats]:
        states = self._states()
        return mastery_of(self.compiled, states), information(self.compiled, states)

    def right(self) -> Floats:
        return chance_of_right(self.compiled, self._states())

    def _states(self) -> Floats:
        """Return P(state), shape [N, K, G]."""
        compiled = self.compiled
        if compiled.linked is not None:
            return linked_states(compiled, self.log_likelihood)[0]
        weights = ability_weights(compiled.weights, self.normaliser)
        believed = untouched_states(weights, compiled.prior)
        for strand, prior in enumerate(compiled.prior):
            rows = np.flatnonzero(self.touched[:, strand])
            if rows.size:
                evidence = likelihood(self.log_likelihood[rows, strand])
                normaliser = self.normaliser[strand, rows]
                believed[rows, strand] = touched_states(evidence, prior, weights[rows], normaliser)
        return believed
