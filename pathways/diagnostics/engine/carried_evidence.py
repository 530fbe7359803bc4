"""What the answers of one sitting say to an account of a learner: strand by strand, and of its holes.

An account that answers in a style with holes remembers, of every micro-skill, the answers of the last sitting that
asked about it: what a rung is, apart from what its ladder says, is read off with them alone.  (That a rung was a hole
in an earlier sitting, too, reaches the ladder of today as it was, and no further: exact treatment would carry a state
per rung instead of one per ladder.)  Time and learning make that memory fade as they change the rungs, as answers to a
power below one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.holes import of_ladders, rungs_of_ladders, seen
from pathways.diagnostics.engine.mixture import NO_STEP, Mixture
from pathways.diagnostics.engine.posterior import log_likelihoods, testlet_weights


@dataclass(frozen=True, eq=False, slots=True)
class Memory:
    """``logs`` [2, S]: log P(last answers about each micro-skill | it is not mastered), and mastered. ``earlier`` [S]:
    whether they are of a sitting that is over.
    """

    logs: Floats
    earlier: Booleans

    @classmethod
    def blank(cls, skills: int) -> "Memory":
        return cls(np.zeros((2, skills)), np.zeros(skills, dtype=np.bool_))

    def later(self, compiled: Compiled, kept: float, learnt: Mapping[str, float]) -> "Memory":
        """Return what is remembered when a share of the rungs is ``kept`` over time, and some were ``learnt``."""
        left = np.full(self.logs.shape[1], kept)
        for code, chance in learnt.items():
            left[compiled.skill_index[code]] *= 1.0 - chance
        return Memory(self.logs * left, self.earlier | (left < 1.0))


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """``logs`` [T, G]: log P(answers | state) of the strands ``touched``; ``memory``: with them."""

    touched: Sequence[int]
    logs: Floats
    memory: Memory | None


def plain_evidence(compiled: Compiled, rows: Sequence[int]) -> Evidence:
    """Return what rows of ``log_response`` (sorted, not none) say where answers come out in one way."""
    return Evidence(*log_likelihoods(compiled, rows), None)


def evidence_in_style(mixture: Mixture, style: int, rows: Sequence[int], memory: Memory | None) -> Evidence:
    """Return what rows of ``log_response`` (not none) say to somebody who answers in this style."""
    compiled = mixture.compiled
    at = np.array(rows, dtype=np.intp)
    logs = mixture.log_response[style, at]
    if compiled.testlets:
        logs = logs * testlet_weights(compiled, rows)[:, None]
    strand = at // compiled.rows_per_strand
    by_strand = np.zeros(compiled.prior.shape[:2])
    if memory is not None:
        on = mixture.steps[at // OUTCOMES] > NO_STEP
        memory, of_rungs = _remembered(mixture, style, at[on], logs[on], memory)
        by_strand += of_rungs
        np.add.at(by_strand, strand[~on], logs[~on])
    else:
        np.add.at(by_strand, strand, logs)
    touched = np.unique(strand)
    return Evidence(touched.tolist(), by_strand[touched], memory)


def _remembered(mixture: Mixture, style: int, rows: Integers, logs: Floats, memory: Memory) -> tuple[Memory, Floats]:
    """Return the memory with answers about rungs, and log likelihoods of states, [K, G], that they add."""
    slot = rows // OUTCOMES
    step, skill = mixture.steps[slot], mixture.skills[slot]
    asked = np.zeros_like(memory.earlier)
    asked[skill] = True
    before = np.where(memory.earlier & asked, 0.0, memory.logs)
    after, place = before.copy(), np.arange(len(rows))
    np.add.at(after[0], skill, logs[place, step - 1])
    np.add.at(after[1], skill, logs[place, step])
    sides = mixture.sides[:, style]
    no, yes = seen(sides, after).logs - seen(sides, before).logs
    added = of_ladders(mixture.compiled, no, yes)
    return Memory(after, memory.earlier & ~asked), added


def mastery_with_holes(mixture: Mixture, style: int, memory: Memory) -> Floats:
    """Return P(micro-skill mastered | state, what is remembered), [K, G, M], in a style with holes."""
    compiled = mixture.compiled
    ladder = seen(mixture.sides[:, style], memory.logs)
    rungs = rungs_of_ladders(compiled)
    rows, _, most = compiled.mastery.shape
    below, above = np.zeros((2, rows * most))
    below[compiled.skill_places] = np.where(rungs, ladder.mastered[0], 0.0)
    above[compiled.skill_places] = np.where(rungs, ladder.mastered[1], 1.0)
    below, above = below.reshape(rows, 1, most), above.reshape(rows, 1, most)
    return below + (above - below) * compiled.mastery
