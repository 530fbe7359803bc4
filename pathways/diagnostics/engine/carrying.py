"""What is believed of one learner over several sittings: answers, time that passes, what was learnt between.

Between two sittings ability stays and strands move independently of each other (exact for strands). With w'_q and
c_kq(g) = p_kq(g) e_k(g) / Z_kq after a sitting, the next one begins with

    w_q := w'_q          p_kq(g') := sum_g c_kq(g) T_k(g -> g')

so that diagnostics of the same framework merge, whatever each of them asked: a strand that none asked about keeps its
prior. T lets a rung be forgotten with 1 - 2^(-days/365), gained by life itself with .02 a month, and learnt from a
finished resource with .8 when the rung below is there.

A profile may be stale, or somebody else's by mistake. So at each later sitting a fresh prior (weight .2) is carried
beside what was carried before (.8); how well each of them foretold the answers moves the weights, and what is believed
is their mixture: a few answers overrule an old profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.errors import UnknownSkill
from pathways.diagnostics.engine.posterior import (
    ability_weights,
    evidence_rows,
    likelihood,
    mastery_of,
    normalisers,
)

HALF_LIFE_DAYS = 365.0
"""After which half of those who stood on a rung have left it, if nothing keeps it alive."""
GAIN_A_MONTH = 0.02
MONTH_DAYS = 30.0
LEARNT = 0.8
"""P(learnt) from a finished resource whose ground is there."""
FRESH = 0.2
SAME_SITTING_DAYS = 0.5
"""Closer together than this, two groups of answers are one sitting: nothing is forgotten, nobody has changed."""
LEAST_WEIGHT = 1e-4


@dataclass(frozen=True, slots=True)
class Sitting:
    """Answers, after ``days`` since the sitting before and after what was learnt since."""

    answers: Sequence[tuple[str, str]]
    """(item code, outcome)"""
    days: float = 0.0
    learnt: Mapping[str, float] = field(default_factory=dict)
    """``{micro-skill: P(learnt)}`` of what was finished since the sitting before."""


@dataclass(frozen=True, eq=False)
class _Component:
    """One account of the learner: ability weights [1, Q], beliefs by strand [K, G, Q], how far it is to be trusted."""

    weight: float
    ability: Floats
    states: Floats


@dataclass(frozen=True, eq=False)
class Belief:
    """A mixture of accounts."""

    compiled: Compiled
    components: tuple[_Component, ...]

    def masteries(self) -> Floats:
        """P(mastered) of every micro-skill, shape [S], in the order of ``compiled.skill_codes``."""
        parts = []
        for one in self.components:
            marginal = np.einsum("kgq,q->kg", one.states, one.ability[0])
            parts.append(one.weight * mastery_of(self.compiled, marginal[None])[0])
        total: Floats = np.minimum(np.add.reduce(parts), 1.0)
        return total

    def mastery_by_skill(self) -> dict[str, float]:
        return dict(zip(self.compiled.skill_codes, self.masteries().tolist(), strict=True))

    def then(self, sitting: Sitting) -> Belief:
        """What is believed after one more sitting."""
        components = _moved(self.compiled, self.components, sitting.days, sitting.learnt)
        if sitting.days >= SAME_SITTING_DAYS:
            fresh = _Component(FRESH, self.compiled.weights[None], self.compiled.prior)
            carried = [replace(one, weight=one.weight * (1.0 - FRESH)) for one in components]
            components = (*carried, *_moved(self.compiled, (fresh,), 0.0, sitting.learnt))
        return Belief(self.compiled, _answered(self.compiled, components, sitting.answers))

    def drawn(self, count: int, seed: int) -> NDArray[np.bool_]:
        """``count`` whole profiles, shape [count, S]: an account, a point of ability, then each strand given both."""
        dice = np.random.default_rng(seed)
        shares = np.array([one.weight for one in self.components])
        of_each = dice.multinomial(count, shares / shares.sum())
        drawn = [_drawn(self.compiled, one, int(n), dice) for one, n in zip(self.components, of_each, strict=True) if n]
        found: NDArray[np.bool_] = np.concatenate(drawn)
        return found


def believe(
    compiled: Compiled, sittings: Sequence[Sitting], *, days: float = 0.0, learnt: Mapping[str, float] | None = None
) -> Belief:
    """What is believed now, ``days`` after the last sitting and after what was ``learnt`` since. Before the first one
    no time passes.

    Raises ``UnknownItem``, ``UnknownOutcome`` and ``UnknownSkill``.
    """
    belief = Belief(compiled, (_Component(1.0, compiled.weights[None], compiled.prior),))
    for place, sitting in enumerate(sittings):
        belief = belief.then(sitting if place else replace(sitting, days=0.0))
    return Belief(compiled, _moved(compiled, belief.components, days, learnt or {}))


def _answered(
    compiled: Compiled, components: Sequence[_Component], answers: Sequence[tuple[str, str]]
) -> tuple[_Component, ...]:
    """Each account after the answers, its weight moved by how well it foretold them."""
    rows = evidence_rows(compiled, answers)
    if not rows:
        return tuple(components)
    touched = [strand for strand, _ in groupby(rows, key=lambda row: row // compiled.rows_per_strand)]
    starts = [
        place
        for place, row in enumerate(rows)
        if not place or row // compiled.rows_per_strand != rows[place - 1] // compiled.rows_per_strand
    ]
    evidence = likelihood(np.add.reduceat(compiled.log_response[rows], starts, axis=0))[:, None, :]
    found, trust = [], []
    for one in components:
        prior = one.states[touched]
        normal = normalisers(evidence, prior)
        ability = ability_weights(one.ability, normal)
        states = one.states.copy()
        states[touched] = prior * evidence[:, 0, :, None] / normal[:, 0, None, :]
        foretold = np.log(np.maximum(one.ability[0], 1e-300)) + np.log(normal[:, 0, :]).sum(axis=0)
        trust.append(np.log(one.weight) + np.logaddexp.reduce(foretold))
        found.append((ability, states))
    weights = np.exp(np.array(trust) - np.logaddexp.reduce(trust))
    kept = [(float(weight), *pair) for weight, pair in zip(weights, found, strict=True) if weight >= LEAST_WEIGHT]
    total = sum(weight for weight, _, _ in kept)
    return tuple(_Component(weight / total, ability, states) for weight, ability, states in kept)


def _moved(
    compiled: Compiled, components: Sequence[_Component], days: float, learnt: Mapping[str, float]
) -> tuple[_Component, ...]:
    """The accounts after time and learning: first what fades, then what was learnt."""
    unknown = sorted(set(learnt) - set(compiled.skill_index))
    if unknown:
        raise UnknownSkill(f"no micro-skill {unknown[0]!r} in the structure")
    moves = _moves(compiled, days, learnt)
    if moves is None:
        return tuple(components)
    return tuple(
        _Component(one.weight, one.ability, np.einsum("kgq,kgh->khq", one.states, moves)) for one in components
    )


def _moves(compiled: Compiled, days: float, learnt: Mapping[str, float]) -> Floats | None:
    """T, shape [K, G, G]; ``None`` where nothing moves."""
    if days < SAME_SITTING_DAYS and not learnt:
        return None
    count, states, _ = compiled.prior.shape
    moves = np.broadcast_to(np.eye(states), (count, states, states)).copy()
    for place, strand in enumerate(compiled.structure.strands):
        top = len(strand.skill_codes)
        if days >= SAME_SITTING_DAYS:
            moves[place, : top + 1, : top + 1] = _passed(top, days)
        for rung, code in enumerate(strand.skill_codes):
            if code in learnt:
                step = np.eye(states)
                step[rung, rung], step[rung, rung + 1] = 1.0 - learnt[code], learnt[code]
                moves[place] = moves[place] @ step
    return moves


def _passed(top: int, days: float) -> Floats:
    """Of one ladder with ``top`` rungs, shape [top + 1, top + 1]: at most one rung down, or one up."""
    lost = 1.0 - 2.0 ** (-days / HALF_LIFE_DAYS)
    gained = (1.0 - lost) * (1.0 - (1.0 - GAIN_A_MONTH) ** (days / MONTH_DAYS))
    move = np.zeros((top + 1, top + 1))
    for state in range(top + 1):
        down, up = (lost if state else 0.0), (gained if state < top else 0.0)
        move[state, state] = 1.0 - down - up
        if state:
            move[state, state - 1] = down
        if state < top:
            move[state, state + 1] = up
    return move


def _drawn(compiled: Compiled, one: _Component, count: int, dice: np.random.Generator) -> NDArray[np.bool_]:
    points = dice.choice(one.ability.shape[1], size=count, p=one.ability[0] / one.ability[0].sum())
    cumulative = np.cumsum(one.states[:, :, points], axis=1)  # [K, G, count]
    thrown = dice.random((len(one.states), 1, count)) * cumulative[:, -1:, :]
    state = (thrown >= cumulative).sum(axis=1)  # [K, count]
    rows = np.arange(len(one.states))[:, None]
    chance = compiled.mastery[rows, np.minimum(state, compiled.mastery.shape[1] - 1)]  # [K, count, M]
    by_strand = dice.random(chance.shape) < chance
    flat = by_strand.transpose(1, 0, 2).reshape(count, -1)
    found: NDArray[np.bool_] = flat[:, compiled.skill_places]
    return found
