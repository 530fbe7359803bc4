"""What is believed of one learner over several sittings: answers, time that passes, what was learnt between.

Between two sittings ability stays and strands move independently of each other (exact for strands). With w'_q and
c_kq(g) = p_kq(g) e_k(g) / Z_kq after a sitting, the next one begins with

    w_q := w'_q          p_kq(g') := sum_g c_kq(g) T_k(g -> g')

so that diagnostics of the same framework merge, whatever each of them asked: a strand that none asked about keeps its
prior. T lets a rung be forgotten with 1 - 2^(-days/365), gained by life itself with .02 a month, and learnt from a
finished resource with .8 when the rung below is there.

Strands that requirements tie together were so at the beginning, and move by themselves since. So all that happened to
a strand since then is a table W(g0, g), P(state g now, answers since | state g0 at the beginning): answers multiply its
columns by their likelihood, time multiplies it by T. Its sums over g are the evidence about g0, which the graph sums
exactly, and from P(g0 | q) comes P(g | q). (Of a question on several micro-skills that is asked after time has passed,
the move is that of losing any of them.)

A profile may be stale, or somebody else's by mistake. So at each later sitting a fresh prior (weight .2) is carried
beside what was carried before (.8); how well each of them foretold the answers moves the weights, and what is believed
is their mixture: a few answers overrule an old profile.

How somebody answers stays, too, and is not known: each account is there once for every style of answering that the
structure has. Holes are read off by the last answers (``carried_evidence``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.carried_evidence import (
    Evidence,
    Memory,
    evidence_in_style,
    mastery_with_holes,
    plain_evidence,
)
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.errors import UnknownSkill
from pathways.diagnostics.engine.graphs.linked import Linked, LinkedUpward
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
LEAST_EVIDENCE = 1e-300


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
    """One account of the learner: ability weights [1, Q], beliefs by strand [K, G, Q], how far it is to be trusted.

    ``since`` [L, G, G]: W of the strands that requirements tie together. ``style``: in which it answers, of those of
    the structure; ``memory``: of a style with holes.
    """

    weight: float
    ability: Floats
    states: Floats
    since: Floats | None = None
    style: int = 0
    memory: Memory | None = None


@dataclass(frozen=True, eq=False)
class Carried:
    """A mixture of accounts."""

    compiled: Compiled
    components: tuple[_Component, ...]

    def masteries(self) -> Floats:
        """P(mastered) of every micro-skill, shape [S], in the order of ``compiled.skill_codes``."""
        parts = []
        for one in self.components:
            marginal = np.einsum("kgq,q->kg", one.states, one.ability[0])
            if one.memory is None:
                parts.append(one.weight * mastery_of(self.compiled, marginal[None])[0])
            else:
                by_strand = marginal[:, None, :] @ _mastery(self.compiled, one)
                parts.append(one.weight * by_strand.reshape(-1)[self.compiled.skill_places])
        total: Floats = np.minimum(np.add.reduce(parts), 1.0)
        return total

    def mastery_by_skill(self) -> dict[str, float]:
        return dict(zip(self.compiled.skill_codes, self.masteries().tolist(), strict=True))

    def then(self, sitting: Sitting) -> Carried:
        """What is believed after one more sitting."""
        components = _moved(self.compiled, self.components, sitting.days, sitting.learnt)
        if sitting.days >= SAME_SITTING_DAYS:
            fresh = [replace(one, weight=one.weight * FRESH) for one in _untold(self.compiled)]
            carried = [replace(one, weight=one.weight * (1.0 - FRESH)) for one in components]
            components = (*carried, *_moved(self.compiled, fresh, 0.0, sitting.learnt))
        return Carried(self.compiled, _answered(self.compiled, components, sitting.answers))

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
) -> Carried:
    """What is believed now, ``days`` after the last sitting and after what was ``learnt`` since. Before the first one
    no time passes.

    Raises ``UnknownItem``, ``UnknownOutcome`` and ``UnknownSkill``.
    """
    belief = Carried(compiled, _untold(compiled))
    for place, sitting in enumerate(sittings):
        belief = belief.then(sitting if place else replace(sitting, days=0.0))
    return Carried(compiled, _moved(compiled, belief.components, days, learnt or {}))


def _untold(compiled: Compiled) -> tuple[_Component, ...]:
    """The account of somebody who never answered, in every style."""
    states = compiled.prior.shape[1]
    since = None if compiled.linked is None else np.tile(np.eye(states), (len(compiled.linked.rows), 1, 1))
    plain = _Component(1.0, compiled.weights[None], compiled.prior, since)
    mixture = compiled.mixture
    if mixture is None:
        return (plain,)
    blank = Memory.blank(len(compiled.skill_codes))
    return tuple(
        replace(plain, weight=share, style=style, memory=blank if style < mixture.holed else None)
        for style, share in enumerate(mixture.shares.tolist())
    )


def _mastery(compiled: Compiled, one: _Component) -> Floats:
    """P(micro-skill mastered | state) of an account, [K, G, M]."""
    if one.memory is None or compiled.mixture is None:
        return compiled.mastery
    return mastery_with_holes(compiled.mixture, one.style, one.memory)


def _answered(
    compiled: Compiled, components: Sequence[_Component], answers: Sequence[tuple[str, str]]
) -> tuple[_Component, ...]:
    """Each account after the answers, its weight moved by how well it foretold them."""
    rows = evidence_rows(compiled, answers)
    if not rows:
        return tuple(components)
    evidence = _evidence(compiled, components, rows)
    heights = [float(one.logs.max(axis=1).sum()) for one in evidence]
    found, trust = [], []
    for one, said, height in zip(components, evidence, heights, strict=True):
        after, foretold = _told(compiled, one, said)
        trust.append(np.log(one.weight) + np.logaddexp.reduce(foretold) + (height - max(heights)))
        found.append(after)
    weights = np.exp(np.array(trust) - np.logaddexp.reduce(trust))
    # Of one account, every style is kept: one sitting is what ``infer`` says, to the last digits.
    least = LEAST_WEIGHT if len(components) > max(1, len(compiled.structure.styles)) else 0.0
    kept = [(float(weight), one) for weight, one in zip(weights, found, strict=True) if weight >= least]
    total = sum(weight for weight, _ in kept)
    return tuple(replace(one, weight=weight / total) for weight, one in kept)


def _evidence(compiled: Compiled, components: Sequence[_Component], rows: Sequence[int]) -> list[Evidence]:
    """What the answers say to each account."""
    mixture = compiled.mixture
    if mixture is None:
        return [plain_evidence(compiled, rows)] * len(components)
    return [evidence_in_style(mixture, one.style, rows, one.memory) for one in components]


def _told(compiled: Compiled, one: _Component, evidence: Evidence) -> tuple[_Component, Floats]:
    """An account after answers, and log P(answers, point of the grid), [Q], over the best state of each strand."""
    linked, touched, logs = compiled.linked, evidence.touched, evidence.logs
    one = replace(one, memory=evidence.memory)
    free = [at for at, strand in enumerate(touched) if linked is None or strand not in linked.place]
    strands = [touched[at] for at in free]
    likely = likelihood(logs[free])[:, None, :]
    prior = one.states[strands]
    normal = normalisers(likely, prior)
    states = one.states.copy()
    states[strands] = prior * likely[:, 0, :, None] / normal[:, 0, None, :]
    foretold = np.log(np.maximum(one.ability[0], 1e-300)) + np.log(normal[:, 0, :]).sum(axis=0)
    if linked is None or one.since is None or len(free) == len(touched):
        return replace(one, ability=ability_weights(one.ability, normal), states=states), foretold
    since = one.since.copy()
    for strand, log in zip(touched, logs, strict=True):
        if strand in linked.place:
            since[linked.place[strand]] *= likelihood(log)
    begun = _begun(linked, since)
    more = begun.log_total - _begun(linked, one.since).log_total
    states[linked.rows] = _now(linked, since, begun)
    ability = ability_weights(one.ability * likelihood(more), normal)
    return replace(one, ability=ability, states=states, since=since), foretold + more[0]


def _begun(linked: Linked, since: Floats) -> LinkedUpward:
    """What W says of the states at the beginning."""
    return linked.up(np.log(np.maximum(since.sum(axis=2), LEAST_EVIDENCE))[None])


def _now(linked: Linked, since: Floats, begun: LinkedUpward) -> Floats:
    """P(state | point), [L, G, Q], of strands that requirements tie together."""
    return np.einsum("lgq,lgh->lhq", linked.by_point(begun), _onward(since))


def _onward(since: Floats) -> Floats:
    """P(state now | state at the beginning, answers since), [L, G, G]."""
    total = since.sum(axis=2, keepdims=True)
    return np.where(total > LEAST_EVIDENCE, since / np.maximum(total, LEAST_EVIDENCE), np.eye(since.shape[1]))


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
    kept = 1.0 - _lost(days) if days >= SAME_SITTING_DAYS else 1.0
    found = []
    for one in components:
        states, since = np.einsum("kgq,kgh->khq", one.states, moves), one.since
        if compiled.linked is not None and since is not None:
            since = since @ moves[compiled.linked.rows]
            states[compiled.linked.rows] = _now(compiled.linked, since, _begun(compiled.linked, since))
        memory = None if one.memory is None else one.memory.later(compiled, kept, learnt)
        found.append(replace(one, states=states, since=since, memory=memory))
    return tuple(found)


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
    if compiled.linked is not None and days >= SAME_SITTING_DAYS:
        for place, skills in enumerate(compiled.linked.together, start=len(compiled.structure.strands)):
            kept = (1.0 - _lost(days)) ** len(skills)
            moves[place, 1, :2] = 1.0 - kept, kept
    return moves


def _passed(top: int, days: float) -> Floats:
    """Of one ladder with ``top`` rungs, shape [top + 1, top + 1]: at most one rung down, or one up."""
    lost = _lost(days)
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


def _lost(days: float) -> float:
    """P(a rung is forgotten)."""
    return 1.0 - 2.0 ** (-days / HALF_LIFE_DAYS)


def _drawn(compiled: Compiled, one: _Component, count: int, dice: np.random.Generator) -> NDArray[np.bool_]:
    points = dice.choice(one.ability.shape[1], size=count, p=one.ability[0] / one.ability[0].sum())
    cumulative = np.cumsum(one.states[:, :, points], axis=1)  # [K, G, count]
    thrown = dice.random((len(one.states), 1, count)) * cumulative[:, -1:, :]
    state = (thrown >= cumulative).sum(axis=1)  # [K, count]
    if compiled.linked is not None and one.since is not None:
        begun = compiled.linked.draw(_begun(compiled.linked, one.since), points, dice).T  # [L, count]
        onward = np.cumsum(_onward(one.since)[np.arange(len(begun))[:, None], begun], axis=2)
        state[compiled.linked.rows] = (dice.random((*begun.shape, 1)) * onward[..., -1:] >= onward).sum(axis=2)
    rows = np.arange(len(one.states))[:, None]
    chance = _mastery(compiled, one)[rows, np.minimum(state, compiled.mastery.shape[1] - 1)]  # [K, count, M]
    by_strand = dice.random(chance.shape) < chance
    flat = by_strand.transpose(1, 0, 2).reshape(count, -1)
    found: NDArray[np.bool_] = flat[:, compiled.skill_places]
    return found
