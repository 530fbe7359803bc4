"""The arithmetic of ``mixing``, on blocks of learners."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.belief import DECIMALS
from pathways.diagnostics.engine.compilation import OUTCOMES
from pathways.diagnostics.engine.holes import of_ladders, seen
from pathways.diagnostics.engine.mixing import sums_by_style
from pathways.diagnostics.engine.mixture import NO_STEP, Mixture


@dataclass(slots=True)
class MixedBlock:
    """The answers of N learners, seen under C styles of which C' have holes.

    ``by_state`` [C, N, K, G]: log P(answers | style, state), but for what holes may touch; ``by_rung`` [2, C', N, S]:
    log P(answers about a rung | style, not mastered), and mastered.
    """

    mixture: Mixture
    by_state: Floats
    by_rung: Floats

    @classmethod
    def opening(cls, mixture: Mixture, learners: int) -> "MixedBlock":
        """Return the state before any answer."""
        compiled = mixture.compiled
        by_rung = np.zeros((2, mixture.holed, learners, len(compiled.skill_codes)))
        by_state = np.zeros((len(mixture.styles), learners, *compiled.prior.shape[:2]))
        return cls(mixture, by_state, by_rung)

    def keep(self, staying: Booleans) -> None:
        self.by_state = self.by_state[:, staying]
        self.by_rung = self.by_rung[:, :, staying]

    def add(self, rows: Integers) -> None:
        self.add_of(np.arange(len(rows)), rows)

    def add_of(self, who: Integers, rows: Integers, weights: Floats | None = None) -> None:
        """Take answers of the learners ``who``: rows of ``log_response``, and what each counts for, all [M]."""
        mixture = self.mixture
        logs = mixture.log_response[:, rows]
        if weights is not None:
            logs = logs * weights[:, None]
        strand, slot, holed = rows // mixture.compiled.rows_per_strand, rows // OUTCOMES, mixture.holed
        step = mixture.steps[slot]
        off = np.flatnonzero(step == NO_STEP)
        on = np.flatnonzero(step > NO_STEP)
        skill = mixture.skills[slot[on]]
        _add(self.by_state[holed:], who, strand, logs[holed:])
        _add(self.by_state[:holed], who[off], strand[off], logs[:holed, off])
        _add(self.by_rung[0], who[on], skill, logs[:holed, on, step[on] - 1])
        _add(self.by_rung[1], who[on], skill, logs[:holed, on, step[on]])

    def believed(self) -> tuple[Floats, Floats]:
        masteries, told = self._read()
        outcome = told[:, :OUTCOMES]
        bits = -np.add.reduce(outcome * np.log2(outcome), axis=1) - told[:, OUTCOMES]
        return masteries, np.maximum(bits.round(DECIMALS), 0.0)

    def right(self) -> Floats:
        right: Floats = self._read()[1][:, 0]
        return right

    def masteries(self) -> Floats:
        """Return P(mastered), [N, S]."""
        return self._masteries(*self._states())[0]

    def _states(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return shares [C, N], states [C, N, K, G], and P(mastered) below and above, both [C', N, S]."""
        mixture, compiled = self.mixture, self.mixture.compiled
        styles, learners, strands, count = self.by_state.shape
        logs, ladder = self.by_state, seen(mixture.sides[..., None], self.by_rung)
        if mixture.holed:
            logs = logs.copy()
            logs[: mixture.holed] += of_ladders(compiled, *ladder.logs)
        everyone = logs.reshape(styles * learners, strands, count)
        sums = sums_by_style(compiled, np.arange(strands), everyone)
        log_total, states = sums.log_total.reshape(styles, learners), sums.states(sums.weights)
        shares = mixture.shares[:, None] * np.exp(log_total - log_total.max(axis=0))
        shares /= shares.sum(axis=0)
        return shares, states.reshape(self.by_state.shape), *ladder.mastered

    def _masteries(self, shares: Floats, states: Floats, below: Floats, above: Floats) -> tuple[Floats, Floats]:
        """Return P(mastered) [N, S], and what of it answers about a rung add to its ladder's word, [C', N, S]."""
        mixture = self.mixture
        styles, learners = shares.shape
        off_ladder = (states.swapaxes(1, 2) @ mixture.mastery).swapaxes(1, 2).reshape(styles, learners, -1)
        off_ladder = off_ladder[..., mixture.compiled.skill_places]
        hole = mixture.holes[: mixture.holed, None, None]
        yes = (off_ladder[: mixture.holed] - hole) / (1.0 - 2.0 * hole)
        gain = shares[: mixture.holed, :, None] * (yes * above + (1.0 - yes) * below - off_ladder[: mixture.holed])
        masteries = np.add.reduce(shares[:, :, None] * off_ladder, axis=0) + np.add.reduce(gain, axis=0)
        return np.clip(masteries, 0.0, 1.0), gain

    def _read(self) -> tuple[Floats, Floats]:
        """Return P(mastered) [N, S], and what every item is expected to tell, [N, 4, I]."""
        mixture = self.mixture
        shares, states, below, above = self._states()
        masteries, gain = self._masteries(shares, states, below, above)
        learners, strands = states.shape[1:3]
        columns = (shares[:, :, None, None] * states).transpose(2, 1, 0, 3).reshape(strands, learners, -1)
        told = (columns @ mixture.readout).swapaxes(0, 1).reshape(learners, -1)[:, mixture.item_places]
        skills, slots = mixture.skills[mixture.compiled.slots], mixture.compiled.slots
        on_ladder = (skills >= 0).nonzero()[0]
        for style, more in enumerate(gain):
            difference = mixture.difference[slots[on_ladder], style].T
            told[..., on_ladder] += more[:, None, skills[on_ladder]] * difference
        return masteries, told


def _add(sums: Floats, who: Integers, place: Integers, logs: Floats) -> None:
    """Add [C, M, ...] to the sums [C, N, P, ...] of learners and places, both [M], in place."""
    for total, more in zip(sums, logs, strict=True):
        at: Any = (who, place)
        np.add.at(total, at, more)
