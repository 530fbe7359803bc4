"""What the answers say of several learners at once: the arithmetic of ``infer``, on blocks of learners."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.mixed_blocks import MixedBlock
from pathways.diagnostics.engine.posterior import evidence_rows, masteries_given, testlet_weights
from pathways.diagnostics.engine.simulation import block_size

LEARNERS_AT_ONCE: Final = 64
"""One block needs some megabytes per dozen strands, however many learners there are; where requirements tie strands
together, it is as small as a simulation's."""


def masteries(compiled: Compiled, learners: Sequence[Iterable[tuple[str, str]]]) -> Floats:
    """Return P(mastered), shape [N, S], of N learners given the answers (item code, outcome) of each.

    The same as ``infer`` for each of them, but for the order of additions (about 1e-15).
    Raises ``UnknownItem`` and ``UnknownOutcome``.
    """
    found = np.empty((len(learners), len(compiled.skill_codes)))
    at_once = min(LEARNERS_AT_ONCE, block_size(compiled))
    for start in range(0, len(learners), at_once):
        block = learners[start : start + at_once]
        found[start : start + len(block)] = _of_block(compiled, block)
    return found


def _of_block(compiled: Compiled, learners: Sequence[Iterable[tuple[str, str]]]) -> Floats:
    rows = [evidence_rows(compiled, answers) for answers in learners]
    flat = np.fromiter((row for own in rows for row in own), np.intp)
    owner = np.repeat(np.arange(len(rows)), [len(own) for own in rows])
    counts = np.concatenate([testlet_weights(compiled, own) for own in rows]) if compiled.testlets else None
    if compiled.mixture is not None:
        block = MixedBlock.opening(compiled.mixture, len(rows))
        block.add_of(owner, flat, counts)
        return block.masteries()
    log_likelihood = np.zeros((len(compiled.prior), len(rows), compiled.prior.shape[1]))
    logs = compiled.log_response[flat]
    if counts is not None:
        logs *= counts[:, None]
    np.add.at(log_likelihood, (flat // compiled.rows_per_strand, owner), logs)
    return masteries_given(compiled, log_likelihood)
