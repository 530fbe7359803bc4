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

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.carried_evidence import (
    Evidence,
    Memory,
    evidence_in_style,
    mastery_with_holes,
    plain_evidence,
)
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.errors import UnknownSkill
from pathways.diagnostics.engine.graphs.linked import LinkedUpward
from pathways.diagnostics.engine.posterior import (
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

    ``since`` [L, G, G]: W of the strands that requirements tie together; of their beginning it says what ``begun`` has
    at ``place`` (several accounts share one), and ``states`` nothing. ``style``: in which it answers, of those of the
    structure; ``memory``: of a style with holes.
    """

    weight: float
    ability: Floats
    states: Floats
    since: Floats | None = None
    begun: LinkedUpward | None = None
    place: int = 0
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
        for one, states in zip(self.components, _states(self.compiled, self.components), strict=True):
            marginal = np.einsum("kgq,q->kg", states, one.ability[0])
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
        of_each = dice.multinomial(count, shares / shares.sum()).tolist()
        drawn = [_Draws(one, _points(one, n, dice)) for one, n in zip(self.components, of_each, strict=True) if n]
        begun = _drawn_at_the_beginning(self.compiled, drawn, dice)
        parts = [_drawn(self.compiled, one, tied, dice) for one, tied in zip(drawn, begun, strict=True)]
        found: NDArray[np.bool_] = np.concatenate(parts)
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
    linked = compiled.linked
    since = None if linked is None else np.tile(np.eye(states), (len(linked.rows), 1, 1))
    begun = None if linked is None else linked.untouched()
    plain = _Component(1.0, compiled.weights[None], compiled.prior, since, begun)
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
    told = _tied(compiled, [_told(compiled, *one) for one in zip(components, evidence, strict=True)], evidence)
    trust, found = [], []
    for one, (after, foretold), height in zip(components, told, heights, strict=True):
        ability = likelihood(foretold[None])
        found.append(replace(after, ability=ability / ability.sum()))
        trust.append(np.log(one.weight) + np.logaddexp.reduce(foretold) + (height - max(heights)))
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


_Told = tuple[_Component, Floats]
"""An account after answers, its ability as before, and log P(answers, point of the grid), [Q], over the best state of
each strand.
"""


def _told(compiled: Compiled, one: _Component, evidence: Evidence) -> _Told:
    """After what answers say of the strands that are free."""
    touched = np.array(evidence.touched, dtype=np.intp)
    free = compiled.is_free[touched]
    strands = touched[free]
    likely = likelihood(evidence.logs[free])[:, None, :]
    prior = one.states[strands]
    normal = normalisers(likely, prior)
    states = one.states.copy()
    states[strands] = prior * likely[:, 0, :, None] / normal[:, 0, None, :]
    foretold = np.log(np.maximum(one.ability[0], 1e-300)) + np.log(normal[:, 0, :]).sum(axis=0)
    return replace(one, states=states, memory=evidence.memory), foretold


def _tied(compiled: Compiled, told: list[_Told], evidence: Sequence[Evidence]) -> list[_Told]:
    """After what answers say of the strands that requirements tie together, summed for all accounts at once."""
    linked = compiled.linked
    if linked is None or linked.place.keys().isdisjoint(evidence[0].touched):
        return told
    since = np.stack([one.since for one, _ in told if one.since is not None])
    for table, said in zip(since, evidence, strict=True):
        for strand, log in zip(said.touched, said.logs, strict=True):
            if strand in linked.place:
                table[linked.place[strand]] *= likelihood(log)
    begun = linked.up(np.log(np.maximum(since.sum(axis=3), LEAST_EVIDENCE)))
    found = []
    for place, (one, foretold) in enumerate(told):
        before = 0.0 if one.begun is None else one.begun.log_total[one.place]
        after = replace(one, since=since[place], begun=begun, place=place)
        found.append((after, foretold + begun.log_total[place] - before))
    return found


def _states(compiled: Compiled, components: Sequence[_Component]) -> list[Floats]:
    """P(state | point), [K, G, Q], of each account: that of strands which requirements tie together is worked out when
    it is asked for, not after each sitting.
    """
    linked = compiled.linked
    if linked is None:
        return [one.states for one in components]
    by_point: dict[int, Floats] = {}
    found = []
    for one in components:
        states = one.states.copy()
        if one.since is not None and one.begun is not None:
            if id(one.begun) not in by_point:
                by_point[id(one.begun)] = linked.by_point(one.begun)
            begun = by_point[id(one.begun)][one.place]
            states[linked.rows] = np.einsum("lgq,lgh->lhq", begun, _onward(one.since))
        found.append(states)
    return found


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
        if compiled.linked is not None and since is not None:  # rows of T sum to 1: of the beginning it says the same
            since = since @ moves[compiled.linked.rows]
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


class _Draws(NamedTuple):
    """Draws from one account, each at its point of the grid, [n]."""

    of: _Component
    points: Integers


def _points(one: _Component, count: int, dice: np.random.Generator) -> Integers:
    return dice.choice(one.ability.shape[1], size=count, p=one.ability[0] / one.ability[0].sum())


def _drawn_at_the_beginning(
    compiled: Compiled, drawn: Sequence[_Draws], dice: np.random.Generator
) -> list[Integers | None]:
    """States at the beginning, [n, L], of the strands that requirements tie together, for the draws of each account:
    those of all that share a sum at once.
    """
    found: list[Integers | None] = [None] * len(drawn)
    if compiled.linked is None:
        return found
    sharing: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(drawn):
        sharing[id(one.of.begun)].append(number)
    for numbers in sharing.values():
        begun = drawn[numbers[0]].of.begun
        if begun is not None:
            counts = [len(drawn[number].points) for number in numbers]
            of = np.repeat([drawn[number].of.place for number in numbers], counts)
            points = np.concatenate([drawn[number].points for number in numbers])
            states = compiled.linked.draw(begun, of, points, dice)
            for number, part in zip(numbers, np.split(states, np.cumsum(counts)[:-1]), strict=True):
                found[number] = part
    return found


def _drawn(compiled: Compiled, one: _Draws, begun: Integers | None, dice: np.random.Generator) -> NDArray[np.bool_]:
    """Whole profiles, [n, S]."""
    account, count = one.of, len(one.points)
    state = np.empty((len(account.states), count), dtype=np.intp)
    cumulative = np.cumsum(account.states[compiled.free][:, :, one.points], axis=1)  # [free, G, n]
    thrown = dice.random((len(cumulative), 1, count)) * cumulative[:, -1:, :]
    state[compiled.free] = (thrown >= cumulative).sum(axis=1)
    if compiled.linked is not None and account.since is not None and begun is not None:
        onward = np.cumsum(_onward(account.since)[np.arange(begun.shape[1])[:, None], begun.T], axis=2)
        state[compiled.linked.rows] = (dice.random((*begun.T.shape, 1)) * onward[..., -1:] >= onward).sum(axis=2)
    rows = np.arange(len(state))[:, None]
    chance = _mastery(compiled, account)[rows, np.minimum(state, compiled.mastery.shape[1] - 1)]  # [K, n, M]
    by_strand = dice.random(chance.shape) < chance
    flat = by_strand.transpose(1, 0, 2).reshape(count, -1)
    found: NDArray[np.bool_] = flat[:, compiled.skill_places]
    return found
